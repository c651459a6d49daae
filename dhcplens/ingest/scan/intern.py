"""Words and numbers as small integers, in the order of their first appearance; compiled.

A table is an array of slots (open addressing, -1 for an empty one) that hold indices into an array of values.
Tables do not grow by themselves: the scanner stops before one is half full, and ``tables`` makes it larger.
"""

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.atoms import Bytes, same
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.layout import Counts

Slots = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)


@inlined
def number_id(slots: Slots, values: Places, counts: Counts, which: int, value: int) -> int:
    """The index of a number of kind ``which``, new or known; ``counts`` has the size of each kind."""
    mask = slots.shape[1] - 1
    slot = np.int64((np.uint64(value) * _MIX) >> _SHIFT) & mask
    while slots[which, slot] >= 0:
        if values[which, slots[which, slot]] == value:
            return int(slots[which, slot])
        slot = (slot + 1) & mask
    index = counts[which]
    slots[which, slot] = index
    values[which, index] = value
    counts[which] += 1
    return int(index)


@inlined
def word_slot(data: Bytes, start: int, end: int, mask: int) -> int:
    """Where to begin to look for a word."""
    mixed = np.uint64(end - start)
    for index in range(start, end):
        mixed = (mixed ^ np.uint64(data[index])) * _MIX
    return int(np.int64(mixed >> _SHIFT) & mask)


@inlined
def word_id(
    data: Bytes, slots: Slots, places: Places, counts: Counts, last: Counts, which: int, start: int, end: int
) -> int:
    """The index of the bytes from ``start`` to ``end``, new or known; ``last`` remembers the one before."""
    length = end - start
    index = last[which]
    if (
        index >= 0
        and places[which, index, 1] == length
        and same(data, places[which, index, 0], start, length)
    ):
        return int(index)
    mask = slots.shape[1] - 1
    slot = word_slot(data, start, end, mask)
    while slots[which, slot] >= 0:
        index = np.int64(slots[which, slot])
        if places[which, index, 1] == length and same(data, places[which, index, 0], start, length):
            last[which] = index
            return int(index)
        slot = (slot + 1) & mask
    index = counts[which]
    slots[which, slot] = index
    places[which, index, 0] = start
    places[which, index, 1] = length
    counts[which] += 1
    last[which] = index
    return int(index)


@compiled
def refill_numbers(slots: Slots, values: Places, count: int) -> None:
    """Put the first ``count`` numbers into larger, empty slots."""
    mask = len(slots) - 1
    for index in range(count):
        slot = np.int64((np.uint64(values[index]) * _MIX) >> _SHIFT) & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = index


@compiled
def refill_words(data: Bytes, slots: Slots, places: Places, count: int) -> None:
    """Put the first ``count`` words into larger, empty slots."""
    mask = len(slots) - 1
    for index in range(count):
        start = places[index, 0]
        slot = word_slot(data, start, start + places[index, 1], mask)
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = index
