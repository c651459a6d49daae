"""Runs the scanner over blocks of a log and holds what it found."""

from dataclasses import dataclass

import numpy as np

from dhcplens.ingest.scan.clients import COUNT as CLIENT_COUNT
from dhcplens.ingest.scan.clients import clients_with_room, empty_clients
from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.intern import Places, empty_words, places_of, with_room
from dhcplens.ingest.scan.kernel import Found, scan
from dhcplens.ingest.scan.layout import (
    AT,
    END,
    FULL,
    HOSTNAME,
    IP,
    KINDS,
    MAC,
    POOLS,
    PROGRESS,
    R_CELLS,
    ROWS,
    S_CELLS,
    SLOW,
    SLOWS,
    STATES,
    UPDATES,
    Array,
    Cells,
    Counts,
)
from dhcplens.ingest.scan.settle import kinds

_SHORTEST = 48  # no line that becomes a row is shorter, so a block has at most so many rows
_FIRST_BITS = np.array([13 if kind in (IP, HOSTNAME) else 8 for kind in range(KINDS)])
_FIRST_CLIENTS = 13
_FIRST_SIDES = 256


class Lane:
    """One thread's state and words, which go on from block to block."""

    def __init__(self, data: Bytes) -> None:
        self.data = data
        self.state = np.zeros(STATES, np.int64)
        self.clients = empty_clients(_FIRST_CLIENTS)
        self.words = empty_words(_FIRST_BITS)

    def run(self, start: int, end: int, room: Found) -> "Block":
        """Scan whole lines. The block's rows stand in ``room`` or in larger arrays."""
        self.state[:PROGRESS] = 0
        self.state[AT], self.state[END] = start, end
        while scan(self.data, self.state, room, self.clients, self.words) == FULL:
            self.words = with_room(self.words)
            self.clients = clients_with_room(self.clients)
            room = _larger(room, self.state)
        clients = self.clients.places[: self.clients.counts[CLIENT_COUNT]]
        places = tuple(clients if kind == MAC else places_of(self.words, kind) for kind in range(KINDS))
        state = self.state[:PROGRESS].tolist()
        return Block(self, room, state, places, *kinds(room.messages[:, : state[ROWS]]))


@dataclass(frozen=True, slots=True)
class Block:
    """What was found in one block.

    ``places`` has all the lane's words of each kind by then; ``types`` and ``suffixes`` are what ``kinds``
    gives.
    """

    lane: Lane
    room: Found
    state: list[int]
    places: tuple[Places, ...]
    types: int
    suffixes: int

    @property
    def messages(self) -> Cells:
        """The rows of messages, cell by cell."""
        return self.room.messages[:, : self.state[ROWS]]


def room_for_rows(size: int) -> Found:
    """Room for what stands in so many bytes."""
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


def _larger(room: Found, state: Counts) -> Found:
    """The same with twice the room where there is none left."""
    full: dict[str, Array] = {}
    for count, name, stamps in ((POOLS, "pools", "pool_stamps"), (UPDATES, "updates", "update_stamps")):
        if state[count] >= len(getattr(room, stamps)):
            full |= {one: _twice(getattr(room, one), -1) for one in (name, stamps)}
    if state[SLOW] >= len(room.slow):
        full["slow"] = _twice(room.slow, 0)
    return room._replace(**full)


def _twice(array: Array, axis: int) -> Array:
    return np.concatenate([array, np.empty_like(array)], axis)
