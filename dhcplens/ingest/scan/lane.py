"""One thread's stretch of a log, scanned block by block."""

from queue import SimpleQueue
from typing import Any, Final

import numpy as np

from dhcplens.ingest.scan.clients import COUNT as CLIENT_COUNT
from dhcplens.ingest.scan.clients import clients_with_room, empty_clients, find_clients
from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.intern import Codes, Places, empty_words, find, places_of, with_room
from dhcplens.ingest.scan.kept import CHUNK, column, no_rows
from dhcplens.ingest.scan.kernel import Found, scan
from dhcplens.ingest.scan.layout import (
    AT,
    END,
    FULL,
    HOST,
    HOSTNAME,
    IP,
    KEPT,
    KINDS,
    MAC,
    POOLS,
    R_CELLS,
    R_HOST,
    R_HOSTNAME,
    R_IP,
    R_MAC,
    R_SERVER,
    R_SUFFIX,
    R_VIA,
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
_BLOCK: Final = 1 << 22  # after so much it tells which lines it left
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


class Lane:
    """What stands between two beginnings of lines. ``slow`` gets the notes of each block, None at the end.

    Its columns have room for what stands in ``room`` bytes.
    """

    def __init__(self, data: bytes, bytewise: Bytes, start: int, end: int, room: int) -> None:
        self.slow: SimpleQueue[list[list[int]] | None] = SimpleQueue()
        self._data, self._bytewise = data, bytewise
        self._start, self._end = start, end
        self._state = np.zeros(STATES, np.int64)
        self._clients = empty_clients(_FIRST_CLIENTS)
        self._words = empty_words(_FIRST_BITS)
        self._found = _first_room()
        self._kept = no_rows(room // _SHORTEST + 1)

    def run(self) -> None:
        """Scan everything."""
        try:
            start = self._start
            while start < self._end:
                stop = cut(self._data, start, min(start + _BLOCK, self._end), self._end)
                self._scan(start, stop)
                start = stop
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

    def find(self, kind: int, places: Places, table: Codes) -> None:
        """Write to ``table`` the index that each of the words at ``places`` has in this lane, or -1."""
        if kind == MAC:
            find_clients(self._bytewise, self._clients, places, table)
        else:
            find(self._bytewise, self._words, kind, places, table)

    @property
    def rows(self) -> int:
        """Number of messages."""
        return self.counted(KEPT)

    def lines(self) -> Array:
        """The lines of messages, counted from the stretch's first, and room behind them."""
        return self._kept.lines

    def leave(self, name: str) -> Array:
        """The ``stamps`` or ``lines`` of messages, which are gone from here then."""
        column: Array = getattr(self._kept, name)
        self._kept = self._kept._replace(**{name: column[:0].copy()})
        return column

    def column(self, cell: int) -> Array:
        """Another cell of messages, and room behind them; for words, it has their indices."""
        return column(self._kept, cell)

    def pools(self) -> tuple[Cells, Array]:
        """The cells of pools, and their stamps."""
        rows = self._state[POOLS]
        return self._found.pools[:, :rows], self._found.pool_stamps[:rows]

    def updates(self) -> tuple[Cells, Array]:
        """The cells of updates, and their stamps."""
        rows = self._state[UPDATES]
        return self._found.updates[:, :rows], self._found.update_stamps[:rows]

    def _scan(self, start: int, stop: int) -> None:
        state = self._state
        state[AT], state[END], state[SLOW] = start, stop, 0
        while scan(self._bytewise, state, self._found, self._kept, self._clients, self._words) == FULL:
            self._words = with_room(self._words)
            self._clients = clients_with_room(self._clients)
            self._found = _larger(self._found, state)
        self.slow.put(self._found.slow[: state[SLOW]].tolist())


def cut(data: bytes, start: int, near: int, end: int) -> int:
    """Where a part ends that begins at ``start``: behind the last newline up to ``near``, or the next one."""
    within = data.rfind(b"\n", start, near) + 1
    return within or data.find(b"\n", near, end) + 1 or end


def _first_room() -> Found:
    return Found(
        np.empty((R_CELLS, CHUNK), np.int32),
        np.empty(CHUNK, np.int64),
        np.empty((S_CELLS, _FIRST_SIDES), np.int32),
        np.empty(_FIRST_SIDES, np.int64),
        np.empty((S_CELLS, _FIRST_SIDES), np.int32),
        np.empty(_FIRST_SIDES, np.int64),
        np.empty((_FIRST_SIDES, SLOWS), np.int64),
    )


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
