"""Runs the scanner over one chunk of a log and holds what it found."""

import mmap
from typing import Any

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.intern import BITS, COUNT, MOST, empty_words, places_of, take_in
from dhcplens.ingest.scan.kernel import ROW_TYPES, Rows, scan
from dhcplens.ingest.scan.layout import (
    AT,
    END,
    FULL,
    HOSTNAME,
    IP,
    KINDS,
    LINES,
    MAC,
    POOLS,
    ROWS,
    SIDES,
    SLOW,
    SLOWS,
    STATES,
    UPDATES,
)

_SHORTEST = 48  # no line that becomes a row is shorter, so a chunk has at most so many rows
_FIRST_BITS = np.array([13 if kind in (IP, MAC, HOSTNAME) else 8 for kind in range(KINDS)])
_FIRST_SIDES = 1 << 10


class Chunk:
    """The rows of the bytes from ``start`` to ``end``, in the scanner's own form."""

    def __init__(self, data: npt.NDArray[np.uint8], start: int, end: int) -> None:
        rows = (end - start) // _SHORTEST + 1  # pages that are not written take no memory
        self.data = data
        self.state = np.zeros(STATES, np.int64)
        self.state[AT], self.state[END] = start, end
        self.messages = Rows(**{name: _column(rows, of) for name, of in ROW_TYPES.items()})
        self.pools = np.empty((_FIRST_SIDES, SIDES), np.int64)
        self.updates = np.empty((_FIRST_SIDES, SIDES), np.int64)
        self.slow = np.empty((_FIRST_SIDES, SLOWS), np.int64)
        self.words = empty_words(_FIRST_BITS)

    def run(self) -> "Chunk":
        """Scan the chunk to its end."""
        while self._scan() == FULL:
            self._grow()
        rows = int(self.state[ROWS])
        self.messages = Rows(**{name: column[:rows] for name, column in self.messages._asdict().items()})
        self.pools = self.pools[: self.state[POOLS]]
        self.updates = self.updates[: self.state[UPDATES]]
        self.slow = self.slow[: self.state[SLOW]]
        return self

    def _scan(self) -> int:
        return scan(self.data, self.state, self.messages, self.pools, self.updates, self.slow, self.words)

    def _grow(self) -> None:
        for name, count in (("pools", POOLS), ("updates", UPDATES), ("slow", SLOW)):
            array = getattr(self, name)
            if self.state[count] >= len(array):
                setattr(self, name, np.concatenate([array, np.empty_like(array)]))
        old = self.words
        if old.counts[KINDS, 0]:
            full = old.counts[:KINDS, COUNT] >= old.counts[:KINDS, MOST]
            self.words = empty_words(old.counts[:KINDS, BITS] + 2 * full)
            for kind in range(KINDS):
                places = places_of(old, kind)
                take_in(self.data, self.words, kind, places, np.empty(len(places), np.int32))

    @property
    def lines(self) -> int:
        """Number of lines."""
        return int(self.state[LINES])


def _column(rows: int, of: type[np.generic]) -> npt.NDArray[Any]:
    """An array of its own pages, which go back to the system as soon as nobody has it."""
    return np.frombuffer(mmap.mmap(-1, rows * np.dtype(of).itemsize), of)
