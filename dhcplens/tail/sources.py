"""Where lines come from: growing files, lease files among them, and standard input."""

import fcntl
import os
import select
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Protocol

from dhcplens.tail.follow import PIECE, Follower, Position

LOOK_BACK: Final = 4 << 20
"""Bytes of a log that tell how things stand when a tail begins."""

_PIECE: Final = 1 << 20


class Source(Protocol):
    """Gives whole lines as they come."""

    name: str
    leases: bool

    @property
    def ended(self) -> bool:
        """Whether nothing more can come."""

    def read(self) -> Iterator[tuple[bytes, bool]]:
        """Everything that can be read now, with whether it stood there before the tail began."""

    def written(self) -> float | None:
        """When its last line was written, in POSIX seconds of our clock; None where it does not tell."""

    def position(self) -> Any:
        """Where to go on after what was given out, for JSON; None: from the start."""

    def close(self) -> None:
        """Let go of it."""


class FileSource:
    """A file that grows, followed through rotation."""

    ended = False

    def __init__(self, path: Path, *, leases: bool = False, from_start: bool = False) -> None:
        self.name = str(path)
        self.leases = leases
        self._path = path
        self._old = _size(path)
        self._inode = _inode(path)
        whole = from_start or leases
        self._follower = Follower(path, from_start=whole, look_back=LOOK_BACK)
        self._position = self._follower.position

    def resume(self, position: Any) -> None:
        """Go on where an earlier run stopped."""
        self._follower.close()
        self._old = 0
        if position is None:
            self._follower = Follower(self._path, from_start=True)
            return
        self._position = Position(**{**position, "inode": tuple(position["inode"])})
        self._follower = Follower(self._path, self._position, rewritten=self.leases)

    def read(self) -> Iterator[tuple[bytes, bool]]:
        """See Source."""
        for lines in self._follower.read():
            self._position = lines.position
            end = lines.position.offset
            if self._old and lines.position.inode == self._inode and end - len(lines.data) < self._old:
                old = lines.data.rfind(b"\n", 0, max(0, self._old - (end - len(lines.data)))) + 1
                if end >= self._old:
                    self._old = 0
                yield lines.data[:old], True
                if old < len(lines.data):
                    yield lines.data[old:], False
            else:
                yield lines.data, False

    def written(self) -> float | None:
        """See Source."""
        try:
            return self._path.stat().st_mtime
        except OSError:
            return None

    def position(self) -> Any:
        """See Source."""
        return asdict(self._position) if self._position else None

    def close(self) -> None:
        """See Source."""
        self._follower.close()


class PipeSource:
    """What comes through a pipe, to its end."""

    leases = False

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self.ended = False
        self._descriptor = descriptor
        self._parts: list[bytes] = []  # of a line without its newline yet
        with suppress(OSError, AttributeError):  # no pipe, or not on Linux
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIECE)

    def read(self) -> Iterator[tuple[bytes, bool]]:
        """See Source."""
        while data := self._waiting():
            whole, newline, rest = data.rpartition(b"\n")
            if newline:
                yield b"".join((*self._parts, whole, newline)), False
                self._parts = []
            if rest:
                self._parts.append(rest)

    def _waiting(self) -> bytes:
        """What can be read without waiting; at the end a newline for a last line that has none."""
        found: list[bytes] = []
        size = 0
        while not self.ended and size < PIECE and select.select([self._descriptor], [], [], 0)[0]:
            data = os.read(self._descriptor, _PIECE)
            if not data:
                self.ended = True
                unfinished = found[-1][-1:] != b"\n" if found else bool(self._parts)
                data = b"\n" if unfinished else b""
            found.append(data)
            size += len(data)
        return b"".join(found)

    def written(self) -> float | None:
        """See Source."""
        return time.time()

    def position(self) -> Any:
        """See Source."""

    def close(self) -> None:
        """See Source."""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
