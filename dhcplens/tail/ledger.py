"""What a tail remembers from one run to the next, and output that a kill neither loses nor repeats.

Before anything is printed, the ledger is saved with the text that is about to be printed; after it, without.
A run that finds such text left over prints what is missing of it. Where the output is a regular file, its
size tells exactly how much of it was written; on a pipe or a terminal the text is printed again, because a
repeat does less harm than a loss (each event carries its id).
"""

import json
import os
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = 1


class LedgerError(Exception):
    """The state file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Unprinted:
    """Text that was about to be printed, and the size of the regular output file before (None for a pipe)."""

    text: str
    size: int | None


class Ledger:
    """Prints texts together with the memory that belongs after them; without a path it only prints.

    ``output`` is the file descriptor to print to, standard output by default.
    """

    def __init__(self, path: Path | None, output: int | None = None) -> None:
        self._path = path
        self._output = sys.stdout.fileno() if output is None else output
        self._print: Callable[[str], None] | None = None

    def print_with(self, write: Callable[[str], None]) -> None:
        """From now on print in this way, where a terminal needs more than bytes."""
        self._print = write

    @property
    def remembers(self) -> bool:
        """Whether memory goes to a file."""
        return self._path is not None

    def open(self) -> dict[str, Any]:
        """The memory of the last run ({} for a first one), after printing what that run still owed.

        Raises LedgerError for a file that is no ledger or of another release, OSError for an unreadable one.
        """
        if self._path is None or not self._path.exists():
            return {}
        try:
            saved = json.loads(self._path.read_bytes())
            if saved["schema"] != SCHEMA:
                raise LedgerError(f"{self._path}: written by another release (schema {saved['schema']})")
            memory, owed = dict(saved["memory"]), Unprinted(**saved["unprinted"])
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(f"{self._path}: not a state file of dhcplens tail") from error
        if owed.text:
            self._write(self._missing(owed))
            self._save(memory, Unprinted("", None))
        return memory

    def enter(self, text: str, memory: Mapping[str, Any]) -> None:
        """Print a text (may be empty) and remember; after this call both are done for good."""
        if self._path is not None and text:
            self._save(memory, Unprinted(text, self._size()))
        if self._print is not None:
            self._print(text)
        else:
            self._write(text.encode())
        if self._path is not None:
            self._save(memory, Unprinted("", None))

    def _missing(self, owed: Unprinted) -> bytes:
        data, size = owed.text.encode(), self._size()
        if owed.size is None or size is None or not owed.size <= size <= owed.size + len(data):
            return data
        return data[size - owed.size :]

    def _size(self) -> int | None:
        status = os.fstat(self._output)
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._output, data) :]

    def _save(self, memory: Mapping[str, Any], unprinted: Unprinted) -> None:
        assert self._path is not None
        owed = {"text": unprinted.text, "size": unprinted.size}
        content = json.dumps({"schema": SCHEMA, "memory": memory, "unprinted": owed})
        replace_durably(self._path, content.encode())


def replace_durably(path: Path, content: bytes) -> None:
    """Put a whole new content in a file's place: a reader sees the old or the new one, also after a crash."""
    fresh = path.with_name(path.name + ".tmp")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
