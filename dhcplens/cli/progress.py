"""A progress bar on standard error, only where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from dhcplens.model.values import Progress

_WORTH_A_BAR = 16_000_000
"""Of fewer bytes the report is there before a bar could be read."""


@contextmanager
def reading() -> Iterator[Progress | None]:
    """Shows how much was read while the block runs; yields None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    with ExitStack() as until_read:
        show: Progress | None = None

        def progress(done: int, total: int, what: str) -> None:
            nonlocal show
            if 0 < total < _WORTH_A_BAR:  # of standard input nobody knows how much it will be
                return
            show = show or until_read.enter_context(_bar())
            show(done, total, what)

        yield progress


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(done: int, total: int, what: str) -> None:
            shown = "".join(letter if letter.isprintable() else "?" for letter in what[-40:])
            bar.update(task, completed=done, total=total or None, description=shown.replace("[", "\\["))

        yield show
