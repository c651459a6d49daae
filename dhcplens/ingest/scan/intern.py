"""Words and numbers as small integers, in the order of their first appearance; compiled.

A table has one entry a slot (open addressing): the first eight bytes of a word (mixed with its last eight, if
it is long), the next eight, its length, its index; or a number, two zeros, its index. An index of -1 marks an
empty slot. So a look-up touches one line of the cache, and the bytes only if there are more than 16.
Tables do not grow by themselves: the scanner stops before one is half full; ``refill`` fills a larger one.
"""

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.atoms import Bytes, same
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.layout import Counts

Entries = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)
_EIGHT = np.uint64(8)


@inlined
def slot_of(first: int, second: int, length: int, mask: int) -> int:
    """Where to begin to look."""
    mixed = (np.uint64(first) ^ (np.uint64(second) * _STIR) ^ np.uint64(length)) * _MIX
    return int(np.int64((mixed ^ (mixed >> _HALF)) >> _EIGHT) & mask)


@inlined
def number_id(entries: Entries, places: Places, counts: Counts, which: int, value: int) -> int:
    """The index of a number of kind ``which``, new or known; ``counts`` has the size of each kind."""
    mask = entries.shape[1] - 1
    slot = slot_of(value, 0, 0, mask)
    while entries[which, slot, 3] >= 0:
        if entries[which, slot, 0] == value:
            return int(entries[which, slot, 3])
        slot = (slot + 1) & mask
    index = counts[which]
    entries[which, slot, 0] = value
    entries[which, slot, 1] = 0
    entries[which, slot, 2] = 0
    entries[which, slot, 3] = index
    places[which, index, 0] = value
    counts[which] += 1
    return int(index)


@inlined
def packed(data: Bytes, start: int, end: int) -> int:
    """Up to eight bytes as one number."""
    value = np.uint64(0)
    for index in range(start, end):
        value = (value << _EIGHT) | np.uint64(data[index])
    return int(np.int64(value))


@inlined
def word_id(
    data: Bytes, entries: Entries, places: Places, counts: Counts, which: int, start: int, end: int
) -> int:
    """The index of the bytes from ``start`` to ``end``, new or known."""
    length = end - start
    first = packed(data, start, min(start + 8, end))
    second = packed(data, start + 8, min(start + 16, end)) if length > 8 else 0
    tail = packed(data, end - 8, end) if length > 16 else 0
    mask = entries.shape[1] - 1
    slot = slot_of(first ^ tail, second, length, mask)
    while entries[which, slot, 3] >= 0:
        index = entries[which, slot, 3]
        if (
            entries[which, slot, 0] == first ^ tail
            and entries[which, slot, 1] == second
            and entries[which, slot, 2] == length
            and (length <= 16 or same(data, places[which, index, 0], start, length))
        ):
            return int(index)
        slot = (slot + 1) & mask
    index = counts[which]
    entries[which, slot, 0] = first ^ tail
    entries[which, slot, 1] = second
    entries[which, slot, 2] = length
    entries[which, slot, 3] = index
    places[which, index, 0] = start
    places[which, index, 1] = length
    counts[which] += 1
    return int(index)


@compiled
def refill(entries: Entries, old: Entries) -> None:
    """Put all entries of smaller tables into larger, empty ones."""
    mask = entries.shape[1] - 1
    for which in range(old.shape[0]):
        for before in range(old.shape[1]):
            if old[which, before, 3] >= 0:
                slot = slot_of(old[which, before, 0], old[which, before, 1], old[which, before, 2], mask)
                while entries[which, slot, 3] >= 0:
                    slot = (slot + 1) & mask
                for part in range(4):
                    entries[which, slot, part] = old[which, before, part]
