"""Numbers and words of a lease file as small integers, in the order of their first appearance; compiled.

An open hash table of each kind stands in ``slots``: 32 bits of the hash (the tag), and below them the code
plus one (0 marks an empty slot). ``places`` has what stands for each code: the number, or where the word came
up first, as ``start << LENGTH_BITS | length``. Words are the same only if their bytes are.
Tables do not grow by themselves: callers keep them less than half full, and ``refill`` larger ones.
"""

from typing import Any, Final

import numpy as np

from dhcplens.ingest.leases.layout import ADDRESS, CODE, EXTRA, MAC, OPTIONS
from dhcplens.ingest.leases.wide import Bytes, eight, prefetch
from dhcplens.ingest.scan.compiled import compiled, inlined

LENGTH_BITS: Final = 16
LENGTH_MASK: Final = (1 << LENGTH_BITS) - 1
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_ODD: Final = np.uint64(0x9E3779B1)
_SIXTEEN: Final = np.uint64(16)
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)
_EIGHT: Final = 8
_AHEAD: Final = 16


@compiled
def same(data: Bytes, one: int, other: int, length: int) -> bool:
    """Whether the same bytes stand at two places; both have eight bytes of the file behind them."""
    at = 0
    while at + _EIGHT <= length:
        if eight(data, one + at) != eight(data, other + at):
            return False
        at += _EIGHT
    rest = length - at
    if rest and length >= _EIGHT:
        at = length - _EIGHT
        return bool(eight(data, one + at) == eight(data, other + at))
    if rest:
        ones = (np.uint64(1) << np.uint64(8 * rest)) - np.uint64(1)
        return bool((eight(data, one) ^ eight(data, other)) & ones == 0)
    return True


@compiled
def word_tag(data: Bytes, start: int, length: int, seed: int) -> Any:
    """32 bits of the word at this place of the file."""
    mixed = np.uint64(seed) ^ np.uint64(length)
    at = 0
    while at + _EIGHT <= length:
        mixed = (mixed ^ eight(data, start + at)) * _MULTIPLIER
        mixed ^= mixed >> _HALF
        at += _EIGHT
    rest = length - at
    if rest and length >= _EIGHT:
        mixed = (mixed ^ eight(data, start + length - _EIGHT)) * _MULTIPLIER
    elif rest:
        ones = (np.uint64(1) << np.uint64(8 * rest)) - np.uint64(1)
        mixed = (mixed ^ (eight(data, start) & ones)) * _MULTIPLIER
    return ((mixed ^ (mixed >> _HALF)) * _MULTIPLIER) >> _HALF


@inlined
def number_tag(number: int, seed: int) -> Any:
    """32 bits of a number."""
    mixed = (np.uint64(number) ^ np.uint64(seed)) * _MULTIPLIER
    return ((mixed ^ (mixed >> _HALF)) * _MULTIPLIER) >> _HALF


@inlined
def address_tag(number: int, seed: int) -> Any:
    """32 bits that are different for different addresses, in an order that only the seed knows."""
    mixed = (np.uint64(number) ^ np.uint64(seed)) & _LOW
    mixed = (mixed * _ODD) & _LOW
    mixed ^= mixed >> _SIXTEEN
    return (mixed * _ODD) & _LOW


@inlined
def home(slots: Any, tag: Any) -> Any:
    """The slot where the search for this tag begins."""
    return np.int64(tag) & (len(slots) - 1)


@inlined
def code_of(data: Bytes, slots: Any, places: Any, counts: Any, kind: int, tag: Any, value: Any) -> Any:
    """The code of a number, or of the word at this place, known or new; tables are those of its kind."""
    slot = home(slots, tag)
    while slots[slot] != 0:
        if slots[slot] >> _HALF == np.uint64(tag):
            code = np.int64(slots[slot] & _LOW) - 1
            if (
                kind == ADDRESS
                or places[code] == value
                or (kind != MAC and _alike(data, places[code], value))
            ):
                return code
        slot = (slot + 1) & (len(slots) - 1)
    code = counts[kind]
    slots[slot] = np.uint64(tag) << _HALF | np.uint64(code + 1)
    places[code] = value
    counts[kind] += 1
    return code


@inlined
def _alike(data: Bytes, one: int, other: int) -> bool:
    """Whether the same word stands at two places."""
    length = one & LENGTH_MASK
    return length == other & LENGTH_MASK and same(data, one >> LENGTH_BITS, other >> LENGTH_BITS, length)


@compiled
def refill(slots: Any, old: Any) -> None:
    """Put all entries of a smaller table into a larger, empty one."""
    for entry in old:
        if entry != 0:
            slot = home(slots, entry >> _HALF)
            while slots[slot] != 0:
                slot = (slot + 1) & (len(slots) - 1)
            slots[slot] = entry


@compiled
def take_over(
    data: Bytes,
    slots: Any,
    places: Any,
    counts: Any,
    kind: int,
    others: Any,
    tags: Any,
    codes: Any,
    index: int,
) -> int:
    """Give the codes that numbers or words of another table (its places, and their tags) have here.

    Begins at an index, and gives the one where the table became half full, or the number of all. The words
    lie anywhere in the file, so the memory is asked for them some time before.
    """
    while index < len(others) and counts[kind] < len(places):
        following = index + 2 * _AHEAD
        if following < len(others):
            prefetch(slots, home(slots, tags[following]))
        following = index + _AHEAD
        if following < len(others) and kind not in (ADDRESS, MAC):
            prefetch(data, others[following] >> LENGTH_BITS)
            found = slots[home(slots, tags[following])] & _LOW
            if found:
                prefetch(data, places[np.int64(found) - 1] >> LENGTH_BITS)
        codes[index] = code_of(data, slots, places, counts, kind, tags[index], others[index])
        index += 1
    return index


@compiled
def tags_by_code(slots: Any, tags: Any) -> None:
    """The tags of a table's entries."""
    for entry in slots:
        if entry != 0:
            tags[np.int64(entry & _LOW) - 1] = entry >> _HALF


@compiled
def join(
    data: Bytes,
    slots: Any,
    pairs: Any,
    counts: Any,
    rows: Any,
    first: Any,
    second: Any,
    seed: int,
    index: int,
) -> int:
    """Let the code of ``OPTIONS`` in each row stand for that of ``EXTRA``, too.

    ``first`` and ``second`` are the codes of all slices. A pair has both codes plus one, the first one above
    32 bits; the table is that of a number. Begins and stops as ``take_over`` does.
    """
    while index < len(rows) and counts[MAC] < len(pairs):
        row, pair = rows[index], 0
        if row[CODE + OPTIONS] >= 0:
            pair = (first[row[CODE + OPTIONS]] + 1) << 32
        if row[CODE + EXTRA] >= 0:
            pair |= second[row[CODE + EXTRA]] + 1
        if pair:
            tag = number_tag(pair, seed)
            row[CODE + OPTIONS] = code_of(data, slots, pairs, counts, MAC, tag, pair)
        index += 1
    return index
