"""Numbers and words of a lease file as small integers, in the order of their first appearance; compiled.

An open hash table of each kind stands in one row of ``slots``: 32 bits of the hash, and below them the code
plus one (0 marks an empty slot). ``places`` has what stands for each code: the number, or where the word came
up first, as ``start << LENGTH_BITS | length``. Words are the same only if their bytes are.
Tables do not grow by themselves: callers keep them less than half full, and ``refill`` larger ones.
"""

from typing import Any, Final

import numpy as np

from dhcplens.ingest.leases.layout import ADDRESS, MAC
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
_AHEAD: Final = 8


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
def _hash(data: Bytes, start: int, length: int, seed: int) -> Any:
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
def address_tag(number: int, seed: int) -> Any:
    """32 bits that are different for different addresses, in an order that only the seed knows."""
    mixed = (np.uint64(number) ^ np.uint64(seed)) & _LOW
    mixed = (mixed * _ODD) & _LOW
    mixed ^= mixed >> _SIXTEEN
    return (mixed * _ODD) & _LOW


@inlined
def address_code(slots: Any, places: Any, counts: Any, number: int, seed: int) -> int:
    """The code of an address, known or new."""
    tag = address_tag(number, seed)
    mask = slots.shape[1] - 1
    slot = np.int64(tag) & mask
    while slots[ADDRESS, slot] != 0:
        if slots[ADDRESS, slot] >> _HALF == tag:
            return np.int64(slots[ADDRESS, slot] & _LOW) - 1  # type: ignore[return-value]
        slot = (slot + 1) & mask
    code = counts[ADDRESS]
    slots[ADDRESS, slot] = tag << _HALF | np.uint64(code + 1)
    places[ADDRESS, code] = number
    counts[ADDRESS] += 1
    return code  # type: ignore[no-any-return]


@compiled
def number_code(slots: Any, places: Any, counts: Any, kind: int, number: int, seed: int) -> int:
    """The code of a number of this kind, known or new."""
    mixed = (np.uint64(number) ^ np.uint64(seed)) * _MULTIPLIER
    tag = ((mixed ^ (mixed >> _HALF)) * _MULTIPLIER) >> _HALF
    mask = slots.shape[1] - 1
    slot = np.int64(tag) & mask
    while slots[kind, slot] != 0:
        code = np.int64(slots[kind, slot] & _LOW) - 1
        if slots[kind, slot] >> _HALF == tag and places[kind, code] == number:
            return code  # type: ignore[return-value]
        slot = (slot + 1) & mask
    code = counts[kind]
    slots[kind, slot] = tag << _HALF | np.uint64(code + 1)
    places[kind, code] = number
    counts[kind] += 1
    return code  # type: ignore[no-any-return]


@compiled
def word_code(
    data: Bytes, slots: Any, places: Any, counts: Any, kind: int, start: int, length: int, seed: int
) -> int:
    """The code of the word at this place of the file, known or new."""
    tag = _hash(data, start, length, seed)
    mask = slots.shape[1] - 1
    slot = np.int64(tag) & mask
    while slots[kind, slot] != 0:
        if slots[kind, slot] >> _HALF == tag:
            code = np.int64(slots[kind, slot] & _LOW) - 1
            place = places[kind, code]
            if place & LENGTH_MASK == length and same(data, place >> LENGTH_BITS, start, length):
                return code  # type: ignore[return-value]
        slot = (slot + 1) & mask
    code = counts[kind]
    slots[kind, slot] = tag << _HALF | np.uint64(code + 1)
    places[kind, code] = start << LENGTH_BITS | length
    counts[kind] += 1
    return code  # type: ignore[no-any-return]


@compiled
def refill(slots: Any, old: Any) -> None:
    """Put all entries of smaller tables into larger, empty ones."""
    mask = slots.shape[1] - 1
    for kind in range(old.shape[0]):
        for entry in old[kind]:
            if entry != 0:
                slot = np.int64(entry >> _HALF) & mask
                while slots[kind, slot] != 0:
                    slot = (slot + 1) & mask
                slots[kind, slot] = entry


@compiled
def take_over(
    data: Bytes, slots: Any, places: Any, counts: Any, kind: int, others: Any, seed: int, codes: Any
) -> None:
    """Give the codes that another table's numbers or words have here; ``others`` are its places."""
    for index in range(len(others)):
        place = others[index]
        if kind not in (ADDRESS, MAC) and index + _AHEAD < len(others):
            prefetch(data, others[index + _AHEAD] >> LENGTH_BITS)
        if kind == ADDRESS:
            codes[index] = address_code(slots, places, counts, place, seed)
        elif kind == MAC:
            codes[index] = number_code(slots, places, counts, kind, place, seed)
        else:
            start, length = place >> LENGTH_BITS, place & LENGTH_MASK
            codes[index] = word_code(data, slots, places, counts, kind, start, length, seed)
