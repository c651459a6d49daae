"""A terminal to print on that leaves a reader who went away to the command, and colours to the user."""

from rich.console import Console


class Terminal(Console):
    """Standard output; ``colour`` is auto (on a terminal only, honours NO_COLOR), always or never."""

    def __init__(self, colour: str = "auto") -> None:
        super().__init__(
            highlight=False,
            markup=False,
            emoji=False,
            force_terminal={"always": True, "never": False}.get(colour),
            no_color={"always": False, "never": True}.get(colour),
        )

    def on_broken_pipe(self) -> None:
        """Raises BrokenPipeError, of which the commands know how to end."""
        raise BrokenPipeError
