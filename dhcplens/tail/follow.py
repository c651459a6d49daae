"""Following one growing file through everything that log rotation does to it.

A file is known by its device and inode while it is open, and across restarts by its first bytes as well, so
that it is found again after it was renamed, copied and truncated, or packed with gzip.
"""

import gzip
import os
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

PIECE: Final = 4 << 20
"""Bytes that are read at once."""

HEAD: Final = 1024
"""So many first bytes know a file again."""

LINGER: Final = 5.0
"""Seconds for which a rotated file is still read: its writer may not have reopened yet."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: ``offset`` is the end of the last whole line that was given out.

    ``head`` is the checksum of the first ``head_size`` bytes of the file.
    """

    inode: tuple[int, int]
    offset: int
    head: int
    head_size: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of one file, with the position behind them."""

    data: bytes
    position: Position


class Follower:
    """Gives out the whole lines of a path as they come; a partial last line waits for its newline.

    With ``position`` it goes on where an earlier run stopped, also in a file that was rotated or packed
    meanwhile; without, it begins at the end of the file with the whole lines of the last ``look_back``
    bytes, or at its start if ``from_start``. A path that does not exist yet is read from its start when it
    appears. A file that is ``rewritten`` as a whole, as dhcpd does with its lease file, may begin as the old
    one did, so that only its inode tells it.
    """

    def __init__(
        self,
        path: Path,
        position: Position | None = None,
        *,
        from_start: bool = False,
        look_back: int = 0,
        rewritten: bool = False,
    ) -> None:
        self.path = path
        self._rewritten = rewritten
        self._retired: list[tuple[_Open, float]] = []
        self._open: _Open | None = None
        self._owed: Iterator[Lines] = iter(())
        if position is not None:
            self._resume(position)
        elif not from_start and (file := _open(path)) is not None:
            file.skip_to_end(look_back)
            self._open = file

    def read(self) -> Iterator[Lines]:
        """Everything that can be read now, in pieces; ends when nothing more is there."""
        yield from self._owed
        self._notice_rotation()
        for file, _ in self._retired:
            yield from file.lines()
        yield from self._forget_retired()
        if self._open is not None:
            yield from self._open.lines()

    @property
    def position(self) -> Position | None:
        """Where it stands in the file that it reads now, None where there is none."""
        return None if self._open is None else self._open.position()

    def close(self) -> None:
        """Let go of all files."""
        for file in [*(file for file, _ in self._retired), *([self._open] if self._open else [])]:
            file.close()

    def _notice_rotation(self) -> None:
        if self._open is not None and self._open.inode != _inode(self.path):
            self._retired.append((self._open, time.monotonic() + LINGER))
            self._open = None
        if self._open is None:
            self._open = _open(self.path)
        elif self._open.shrunk():
            self._open.start_again()

    def _forget_retired(self) -> Iterator[Lines]:
        now = time.monotonic()
        for entry in [entry for entry in self._retired if entry[1] <= now]:
            yield from entry[0].last_words()
            entry[0].close()
            self._retired.remove(entry)

    def _resume(self, position: Position) -> None:
        current = _open(self.path)
        other = self._rewritten and current is not None and current.inode != position.inode
        if current is not None and not other and current.is_at(position):
            current.go_to(position.offset)
            self._open = current
            return
        self._open = current
        self._owed = _rest_of_rotated(self.path, position)


class _Open:
    """An open file and how far it was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        status = os.fstat(file.fileno())
        self.inode = (status.st_dev, status.st_ino)
        self._offset = 0
        self._partial: list[bytes] = []  # pieces of a line without its newline yet
        self._behind = 0  # bytes of them

    def lines(self) -> Iterator[Lines]:
        while data := self._file.read(PIECE):
            end = data.rfind(b"\n") + 1
            if end:
                whole = b"".join((*self._partial, data[:end]))
                self._offset += len(whole)
                self._partial, self._behind = [], 0
                yield Lines(whole, self.position())
            if end < len(data):
                self._partial.append(data[end:])
                self._behind += len(data) - end

    def last_words(self) -> Iterator[Lines]:
        """A last line that will not get its newline any more."""
        if self._partial:
            whole = b"".join(self._partial)
            self._offset += len(whole)
            yield Lines(whole + b"\n", self.position())

    def shrunk(self) -> bool:
        return os.fstat(self._file.fileno()).st_size < self._offset + self._behind

    def start_again(self) -> None:
        self.go_to(0)

    def go_to(self, offset: int) -> None:
        self._file.seek(offset)
        self._offset, self._partial, self._behind = offset, [], 0

    def skip_to_end(self, look_back: int) -> None:
        """Begin so many bytes before the end, behind the last newline there."""
        start = max(0, os.fstat(self._file.fileno()).st_size - look_back)
        while start > 0:
            before = max(0, start - PIECE)
            piece = os.pread(self._file.fileno(), start - before, before)
            if (newline := piece.rfind(b"\n")) >= 0:
                start = before + newline + 1
                break
            start = before
        self.go_to(start)

    def is_at(self, position: Position) -> bool:
        """Whether this is the file of that position, not cut since."""
        status = os.fstat(self._file.fileno())
        if not position.head_size:  # it was empty then
            return self.inode == position.inode
        return status.st_size >= position.offset and self._head(position.head_size) == position.head

    def close(self) -> None:
        self._file.close()

    def _head(self, size: int) -> int:
        return zlib.crc32(os.pread(self._file.fileno(), size, 0))

    def position(self) -> Position:
        """Behind the last whole line that was given out."""
        size = min(HEAD, self._offset)
        return Position(self.inode, self._offset, self._head(size), size)


def _open(path: Path) -> _Open | None:
    try:
        return _Open(path.open("rb", buffering=0))
    except OSError:
        return None


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _rest_of_rotated(path: Path, position: Position) -> Iterator[Lines]:
    """What stood behind the position in a file that has left ``path``, then all newer rotated files."""
    files = [file for file in path.parent.glob(f"{path.name}?*") if file.is_file()]
    rotated = sorted(files, key=lambda file: file.stat().st_mtime)
    found = next((number for number, file in enumerate(rotated) if _begins(file, position)), None)
    if found is None:
        return
    yield from _lines_of(rotated[found], position.offset)
    for file in rotated[found + 1 :]:
        yield from _lines_of(file, 0)


def _begins(file: Path, position: Position) -> bool:
    """Whether the file begins as the one of that position did; of one that was empty the inode tells."""
    if not position.head_size:
        return _inode(file) == position.inode
    try:
        with _reading(file) as content:
            return zlib.crc32(content.read(position.head_size)) == position.head
    except (OSError, EOFError):
        return False


def _lines_of(file: Path, offset: int) -> Iterator[Lines]:
    """The lines of a file that nobody writes to any more, from an offset of its (unpacked) content on."""
    with _reading(file) as content:
        head = content.read(HEAD)
        content.seek(offset)
        while data := content.readlines(PIECE):
            whole = b"".join(data)
            offset += len(whole)
            size = min(HEAD, offset)
            ended = whole if whole.endswith(b"\n") else whole + b"\n"
            yield Lines(ended, Position(_inode(file) or (0, 0), offset, zlib.crc32(head[:size]), size))


def _reading(file: Path) -> BinaryIO:
    with file.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(file)) if packed else file.open("rb")
