"""Slices of a lease file, scanned side by side, and the words that they have in common."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.leases import intern
from dhcplens.ingest.leases.layout import (
    AT,
    B_WIDTH,
    BATCH,
    EXTRA,
    FAILED,
    KINDS,
    LINES,
    MAC,
    OFFSET,
    OPTIONS,
    RANGES,
    ROWS,
    STATE_SIZE,
    T_WIDTH,
    WIDTH,
)
from dhcplens.ingest.leases.piece import Data
from dhcplens.ingest.leases.scan import scan

Array = npt.NDArray[Any]
NEXT_LEASE: Final = b"\nlease "
_LEAST: Final = 1 << 20
_MOST: Final = 1 << 30  # places in a slice have 32 bits
_SMALLEST_TABLE: Final = 1 << 12
_BYTES_A_SLOT: Final = 1 << 10
_SHORTEST_BLOCK: Final = 32
_NONE: Final = np.empty(0, np.int32)


class _Table:
    """Words of all kinds, and the remembered ends of blocks by the code of their address."""

    def __init__(self, size: int) -> None:
        self.slots = np.zeros((KINDS, size), np.uint64)
        self.places = np.empty((KINDS, size // 2), np.int64)
        self.counts = np.zeros(KINDS, np.int64)
        self.tails = _tails(size // 2)

    def grow(self, words: int) -> None:
        """Have room for more than so many words of each kind."""
        size = max(self.slots.shape[1], 1 << (2 * words + 1).bit_length())
        if size == self.slots.shape[1]:
            return
        old, places, tails = self.slots, self.places, self.tails
        self.slots, self.places = np.zeros((KINDS, size), np.uint64), np.empty((KINDS, size // 2), np.int64)
        for kind in range(KINDS):
            intern.refill(self.slots[kind], old[kind])
        self.places[:, : places.shape[1]] = places
        self.tails = _tails(size // 2)
        self.tails[: len(tails)] = tails

    def forget(self) -> None:
        """Give the memory back."""
        self.slots, self.places = np.empty((KINDS, 0), np.uint64), np.empty((KINDS, 0), np.int64)


def _tails(count: int) -> Array:
    """No tails, each of which lies in one line of the processor's cache."""
    room = np.zeros((count + 1) * T_WIDTH, np.int32)
    skipped = -room.ctypes.data // room.itemsize % T_WIDTH
    return room[skipped : skipped + count * T_WIDTH]


@dataclass(slots=True)
class Slice:
    """Rows of usual blocks, and the ranges (start, end, line ends before) of all other bytes."""

    begin: int
    end: int
    rows: Array
    ranges: Array
    table: _Table
    lines: int  # line ends
    failed: bool  # addresses may have come from blocks without a row
    lines_before: int = 0
    codes: list[Array] = field(default_factory=lambda: [_NONE] * KINDS)  # by kind and own code, of all slices

    def offsets(self) -> Array:
        """Where the blocks begin in the file."""
        return self.rows[:, OFFSET].astype(np.int64) + self.begin


def scan_all(data: Data, buffer: Array, seed: int, workers: int, pool: Executor) -> list[Slice]:
    """Scan a file on so many cores."""
    slices = list(pool.map(lambda edges: _scan(buffer, seed, *edges), _cuts(data, workers)))
    for one, before in zip(slices, accumulate(one.lines for one in slices), strict=True):
        one.lines_before = before - one.lines
        one.ranges[:, 2] += one.lines_before
    return slices


def _cuts(data: Data, workers: int) -> list[tuple[int, int]]:
    """Slices that begin where a line begins with ``lease``."""
    count = max(1, min(workers, len(data) // _LEAST), -(-len(data) // _MOST))
    starts = {0}
    for number in range(1, count):
        starts.add(data.find(NEXT_LEASE, number * len(data) // count) + 1)
    return list(pairwise([*sorted(starts), len(data)]))


def _scan(buffer: Array, seed: int, begin: int, end: int) -> Slice:
    most = (end - begin) // _SHORTEST_BLOCK + 2  # pages without rows are never touched
    rows = np.empty((most + BATCH, WIDTH), np.int32)
    ranges = np.empty((most, 3), np.int64)
    table = _Table(max(_SMALLEST_TABLE, 1 << ((end - begin) // _BYTES_A_SLOT).bit_length()))
    batch, day = np.empty((BATCH, B_WIDTH), np.int64), np.zeros(3, np.uint64)
    work = np.zeros(STATE_SIZE, np.int64)
    work[AT] = begin
    while work[AT] < end:
        table.grow(int(table.counts.max()) + BATCH)
        scan(
            *(buffer, begin, end, seed, work, day, batch, rows, ranges),
            *(table.slots, table.places, table.counts, table.tails),
        )
    table.tails = np.empty(0, np.int32)
    found = ranges[: work[RANGES]].copy()
    return Slice(begin, end, rows[: work[ROWS]], found, table, int(work[LINES]), bool(work[FAILED]))


def unite(buffer: Array, slices: Sequence[Slice], kind: int) -> Array:
    """Give the words of one kind the same codes in all slices; what stands for each code."""
    first = slices[0].table
    slots: Array = first.slots[kind]
    places: Array = first.places[kind]
    counts = first.counts
    slices[0].codes[kind] = np.arange(counts[kind], dtype=np.int32)
    for one in slices[1:]:
        others = one.table.places[kind, : one.table.counts[kind]]
        tags = np.empty(len(others), np.uint32)
        intern.tags_by_code(one.table.slots[kind], tags)
        codes, done = np.empty(len(others), np.int32), 0
        while done < len(others):
            if counts[kind] == len(places):
                slots, places = _doubled(slots, places)
            done = intern.take_over(buffer, slots, places, counts, kind, others, tags, codes, done)
        one.codes[kind] = codes
    return places[: counts[kind]]


def join(buffer: Array, seed: int, slices: Sequence[Slice]) -> Array:
    """Let a code of ``OPTIONS`` stand for both runs of statements of a block; their places by code, or 0."""
    first, second = (np.append(0, unite(buffer, slices, kind)) for kind in (OPTIONS, EXTRA))
    if len(second) == 1:
        return np.column_stack((first[1:], np.zeros_like(first[1:])))
    slots, pairs = np.zeros(_SMALLEST_TABLE, np.uint64), np.empty(_SMALLEST_TABLE // 2, np.int64)
    counts = np.zeros(KINDS, np.int64)
    for one in slices:
        done, codes = 0, (one.codes[OPTIONS], one.codes[EXTRA])
        while done < len(one.rows):
            if counts[MAC] == len(pairs):
                slots, pairs = _doubled(slots, pairs)
            done = intern.join(buffer, slots, pairs, counts, one.rows, *codes, seed, done)
    pairs = pairs[: counts[MAC]]
    for one in slices:
        one.codes[OPTIONS] = np.arange(len(pairs), dtype=np.int32)
    return np.column_stack((first[pairs >> 32], second[pairs & 0xFFFFFFFF]))


def _doubled(slots: Array, places: Array) -> tuple[Array, Array]:
    """A table of twice the size."""
    larger = np.zeros(2 * len(slots), np.uint64)
    intern.refill(larger, slots)
    return larger, np.append(places, np.empty_like(places))
