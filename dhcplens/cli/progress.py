"""A progress bar on standard error, only where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dhcplens.model.values import Progress


@contextmanager
def reading() -> Iterator[Progress | None]:
    """Shows how much was read while the block runs; yields None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def progress(done: int, total: int, what: str) -> None:
            shown = "".join(letter if letter.isprintable() else "?" for letter in what[-40:]).replace(
                "[", "\\["
            )
            bar.update(task, completed=done, total=total or None, description=shown)

        yield progress
