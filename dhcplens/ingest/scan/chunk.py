"""Runs the scanner over one chunk of a log and holds what it found."""

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.intern import refill
from dhcplens.ingest.scan.kernel import scan
from dhcplens.ingest.scan.layout import (
    AT,
    CELLS,
    DAY_AT,
    END,
    FULL,
    KINDS,
    LINES,
    POOLS,
    ROWS,
    SIDES,
    SLOW,
    SLOWS,
    STATES,
    UPDATES,
)

_SHORTEST = 48  # no line that becomes a row is shorter, so a chunk has at most so many rows
_FIRST_SLOTS = 1 << 13
_FIRST_SIDES = 1 << 10


class Chunk:
    """The rows of the bytes from ``start`` to ``end``, in the scanner's own form."""

    def __init__(self, raw: bytes, start: int, end: int) -> None:
        rows = (end - start) // _SHORTEST + 1  # pages that are not written take no memory
        self.raw = raw
        self.data = np.frombuffer(raw, np.uint8)
        self.eights = self.data[: len(raw) & ~7].view(np.uint64)
        self.state = np.zeros(STATES, np.int64)
        self.state[AT], self.state[END], self.state[DAY_AT] = start, end, -1
        self.stamps = np.empty(rows, np.int64)
        self.cells = np.empty((CELLS, rows), np.int32)
        self.kinds = np.empty((2, rows), np.uint8)
        self.pools = np.empty((_FIRST_SIDES, SIDES), np.int64)
        self.updates = np.empty((_FIRST_SIDES, SIDES), np.int64)
        self.slow = np.empty((_FIRST_SIDES, SLOWS), np.int64)
        self.counts = np.zeros(KINDS, np.int64)
        self._tables(_FIRST_SLOTS)

    def _tables(self, slots: int) -> None:
        self.entries = np.full((KINDS, slots, 4), -1, np.int64)
        self.places = np.zeros((KINDS, slots // 2, 2), np.int64)

    def run(self) -> "Chunk":
        """Scan the chunk to its end."""
        while self._scan() == FULL:
            self._grow()
        del self.entries  # only the scanner needs them, and they are large
        self.pools = self.pools[: self.state[POOLS]]
        self.updates = self.updates[: self.state[UPDATES]]
        self.slow = self.slow[: self.state[SLOW]]
        return self

    def _scan(self) -> int:
        return scan(
            self.data,
            self.eights,
            self.state,
            self.stamps,
            self.cells,
            self.kinds,
            self.pools,
            self.updates,
            self.slow,
            self.entries,
            self.places,
            self.counts,
        )

    def _grow(self) -> None:
        for name, count in (("pools", POOLS), ("updates", UPDATES), ("slow", SLOW)):
            array = getattr(self, name)
            if self.state[count] >= len(array):
                setattr(self, name, np.concatenate([array, np.empty_like(array)]))
        if self.counts.max() >= self.entries.shape[1] // 2 - 2:
            entries, places = self.entries, self.places
            self._tables(entries.shape[1] * 4)
            self.places[:, : places.shape[1]] = places
            refill(self.entries, entries)

    @property
    def rows(self) -> int:
        """Number of message rows."""
        return int(self.state[ROWS])

    @property
    def lines(self) -> int:
        """Number of lines."""
        return int(self.state[LINES])

    def words(self, kind: int) -> npt.NDArray[np.object_]:
        """The interned words of a kind, in the order of their indices."""
        spans = self.places[kind, : self.counts[kind]].tolist()
        words = np.empty(len(spans), object)
        words[:] = [self.raw[start : start + length].decode("ascii") for start, length in spans]
        return words

    def numbers(self, kind: int) -> npt.NDArray[np.int64]:
        """The interned numbers of a kind, in the order of their indices."""
        return self.places[kind, : self.counts[kind], 0]
