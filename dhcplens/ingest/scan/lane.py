"""One thread's stretch of a log: scanned block by block, its rows kept in columns as narrow as can be."""

from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any, Final

import numpy as np

from dhcplens.ingest.scan.clients import COUNT as CLIENT_COUNT
from dhcplens.ingest.scan.clients import clients_with_room, empty_clients
from dhcplens.ingest.scan.columns import fresh
from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.intern import Places, empty_words, places_of, with_room
from dhcplens.ingest.scan.kernel import Found, scan
from dhcplens.ingest.scan.layout import (
    AT,
    END,
    FORM,
    FULL,
    HOST,
    HOSTNAME,
    IP,
    KINDS,
    LINE,
    MAC,
    POOLS,
    R_CELLS,
    R_HOST,
    R_HOSTNAME,
    R_IP,
    R_MAC,
    R_SERVER,
    R_STAMP,
    R_SUFFIX,
    R_TYPE,
    R_VIA,
    ROWS,
    S_CELLS,
    SERVER,
    SLOW,
    SLOWS,
    STATES,
    SUFFIX,
    UPDATES,
    VIA,
    Array,
    Cells,
    Counts,
)

_SHORTEST: Final = 48  # no line that becomes a row is shorter, so a stretch has at most so many rows
_BLOCK: Final = 1 << 19  # so that a block's cells stay in the cache until they are written to their columns
_FIRST_BITS = np.array([13 if kind in (IP, HOSTNAME) else 8 for kind in range(KINDS)])
_FIRST_CLIENTS = 13
_FIRST_SIDES = 256
WORDS: Final = {
    R_HOST: HOST,
    R_IP: IP,
    R_MAC: MAC,
    R_HOSTNAME: HOSTNAME,
    R_VIA: VIA,
    R_SERVER: SERVER,
    R_SUFFIX: SUFFIX,
}
"""The kind of the words whose indices a cell of messages has."""
_NUMBERS: Final = {R_STAMP: np.int64, LINE: np.int64, FORM: np.uint8, R_TYPE: np.int8}


class Lane:
    """What stands between two beginnings of lines. ``slow`` gets the notes of each block, None at the end.

    Its columns have room for what stands in ``room`` bytes; that takes no memory before it is used.
    """

    def __init__(self, data: bytes, bytewise: Bytes, start: int, end: int, room: int) -> None:
        self.slow: SimpleQueue[list[list[int]] | None] = SimpleQueue()
        self.rows = 0
        self._data, self._bytewise = data, bytewise
        self._start, self._end = start, end
        self._state = np.zeros(STATES, np.int64)
        self._clients = empty_clients(_FIRST_CLIENTS)
        self._words = empty_words(_FIRST_BITS)
        self._found = _room(min(_BLOCK, end - start))
        most = room // _SHORTEST + 1
        self._columns: dict[int, Array] = {cell: fresh(most, of) for cell, of in _NUMBERS.items()}
        self._columns |= {cell: fresh(most, np.int8) for cell in WORDS}

    def run(self) -> None:
        """Scan everything."""
        try:
            for start, stop in self._blocks():
                self._scan(start, stop)
        finally:
            self.slow.put(None)

    def counted(self, what: int) -> int:
        """A count of the whole stretch: LINES, DHCPD and others of ``layout``."""
        return int(self._state[what])

    def places(self, kind: int) -> Places:
        """Beginning and length of each word of a kind, in the order of their first appearance."""
        if kind == MAC:
            return self._clients.places[: self._clients.counts[CLIENT_COUNT]]
        return places_of(self._words, kind)

    def column(self, cell: int) -> Array:
        """A cell of all messages or their stamps; for words their indices."""
        return self._columns[cell][: self.rows]

    def whole(self, cell: int) -> Array:
        """The same with all the room behind it."""
        return self._columns[cell]

    def drop(self, cell: int) -> None:
        """Free a column that is not needed any more."""
        del self._columns[cell]

    def pools(self) -> tuple[Cells, Array]:
        """The cells of pools, and their stamps."""
        rows = self._state[POOLS]
        return self._found.pools[:, :rows], self._found.pool_stamps[:rows]

    def updates(self) -> tuple[Cells, Array]:
        """The cells of updates, and their stamps."""
        rows = self._state[UPDATES]
        return self._found.updates[:, :rows], self._found.update_stamps[:rows]

    def _blocks(self) -> Iterator[tuple[int, int]]:
        start = self._start
        while start < self._end:
            stop = cut(self._data, start, min(start + _BLOCK, self._end), self._end)
            yield start, stop
            start = stop

    def _scan(self, start: int, stop: int) -> None:
        state = self._state
        state[AT], state[END], state[ROWS], state[SLOW] = start, stop, 0, 0
        self._found = _longer(self._found, stop - start)
        while scan(self._bytewise, state, self._found, self._clients, self._words) == FULL:
            self._words = with_room(self._words)
            self._clients = clients_with_room(self._clients)
            self._found = _larger(self._found, state)
        self.slow.put(self._found.slow[: state[SLOW]].tolist())
        self._keep(int(state[ROWS]))

    def _keep(self, rows: int) -> None:
        """Write a block's cells to their columns."""
        first, self.rows = self.rows, self.rows + rows
        for cell, column in self._columns.items():
            if cell in WORDS and len(self.places(WORDS[cell])) > np.iinfo(column.dtype).max:
                column = self._columns[cell] = _wider(column, first)
            found = self._found.stamps if cell == R_STAMP else self._found.messages[cell]
            column[first : self.rows] = found[:rows]


def cut(data: bytes, start: int, near: int, end: int) -> int:
    """Where a part ends that begins at ``start``: behind the last newline up to ``near``, or the next one."""
    within = data.rfind(b"\n", start, near) + 1
    return within or data.find(b"\n", near, end) + 1 or end


def _wider(column: Array, rows: int) -> Array:
    """The same column for numbers of twice the bytes."""
    wide = fresh(len(column), np.dtype(f"i{2 * column.dtype.itemsize}"))
    wide[:rows] = column[:rows]
    return wide


def _room(size: int) -> Found:
    """Room for what stands in a block of so many bytes, and for some rarer rows."""
    rows = size // _SHORTEST + 1
    return Found(
        np.empty((R_CELLS, rows), np.int32),
        np.empty(rows, np.int64),
        np.empty((S_CELLS, _FIRST_SIDES), np.int32),
        np.empty(_FIRST_SIDES, np.int64),
        np.empty((S_CELLS, _FIRST_SIDES), np.int32),
        np.empty(_FIRST_SIDES, np.int64),
        np.empty((_FIRST_SIDES, SLOWS), np.int64),
    )


def _longer(room: Found, size: int) -> Found:
    """The same for a block that may be longer than usual."""
    rows = size // _SHORTEST + 1
    if rows <= len(room.stamps):
        return room
    return room._replace(messages=np.empty((R_CELLS, rows), np.int32), stamps=np.empty(rows, np.int64))


def _larger(room: Found, state: Counts) -> Found:
    """The same with twice the room where there is none left."""
    full: dict[str, Any] = {}
    for count, name, stamps in ((POOLS, "pools", "pool_stamps"), (UPDATES, "updates", "update_stamps")):
        if state[count] >= len(getattr(room, stamps)):
            full |= {one: _twice(getattr(room, one), -1) for one in (name, stamps)}
    if state[SLOW] >= len(room.slow):
        full["slow"] = _twice(room.slow, 0)
    return room._replace(**full)


def _twice(array: Array, axis: int) -> Array:
    return np.concatenate([array, np.empty_like(array)], axis)
