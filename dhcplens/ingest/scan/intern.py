"""Words as small integers, in the order of their first appearance; compiled.

All kinds share one array of entries, each with its own stretch of it (open addressing). An entry has the
first eight bytes of the word, the next eight (mixed with all further ones), its length and its index + 1;
zero there marks an empty one. So a look-up touches one line of the cache, and the bytes only if there are
more than 16. A word is looked at closely only when it is new: what is no word of its kind gets no index.
Tables do not grow by themselves: the scanner stops when one is rather full, and goes on with larger ones.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.leases.wide import eight
from dhcplens.ingest.scan.atoms import BLANK, CLOSE, COLON, OPEN, is_address, is_hardware, is_text
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import Bytes, Eight, front, same
from dhcplens.ingest.scan.layout import HOSTNAME, IP, KINDS, MAC, SERVER, SUFFIX

BASE, BITS, COUNT, MOST = range(4)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xC2B2AE3D27D4EB4F)
_FOLD = np.uint64(29)
_ZERO = np.uint64(0)


Places = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]


class Words(NamedTuple):
    """All that is interned; ``counts`` has a row for each kind, and one whose first cell says 'too full'."""

    entries: npt.NDArray[np.uint64]
    places: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


def empty_words(bits: npt.NDArray[np.int64]) -> Words:
    """Tables of 2 ** ``bits`` entries for each kind, aligned to the cache's lines."""
    slots = 1 << bits
    flat = np.zeros(4 * int(slots.sum()) + 8, np.uint64)
    skip = -(flat.ctypes.data // 8) % 8
    counts = np.zeros((KINDS + 1, 4), np.int64)
    counts[:KINDS, BASE] = np.cumsum(slots) - slots
    counts[:KINDS, BITS] = bits
    counts[:KINDS, MOST] = slots * 5 // 8
    entries = flat[skip : skip + 4 * int(slots.sum())].reshape(-1, 4)
    return Words(entries, np.zeros((len(entries), 2), np.int64), counts)


def places_of(words: Words, kind: int) -> Places:
    """Beginning and length of each word of a kind."""
    base = words.counts[kind, BASE]
    return words.places[base : base + words.counts[kind, COUNT]]


def united(data: Bytes, parts: Sequence[Words]) -> tuple[Words, list[list[Codes]]]:
    """The words of several tables in one, and for each kind and part the new indices of its words."""
    most = np.sum([part.counts[:KINDS, COUNT] for part in parts], axis=0)
    both = empty_words(np.array([int(count * 2 + 8).bit_length() for count in most.tolist()]))
    indices: list[list[Codes]] = []
    for kind in range(KINDS):
        indices.append([])
        for part in parts:
            places = places_of(part, kind)
            indices[-1].append(np.empty(len(places), np.int32))
            take_in(data, both, kind, places, indices[-1][-1])
    return both, indices


@inlined
def word_id(data: Bytes, words: Words, kind: int, start: int, end: int) -> int:
    """The index of the bytes from ``start`` to ``end``, new or known; -1 if they are no such word."""
    length = end - start
    first: Eight = eight(data, start)
    second: Eight = _ZERO
    if length > 16:
        second = digest(data, start + 8, end)
    elif length > 8:
        second = front(eight(data, start + 8), length - 8)
    else:
        first = front(first, max(length, 1))
    return index_of(data, words, kind, start, end, first, second)


@inlined
def hardware_id(data: Bytes, words: Words, start: int) -> int:
    """The same for a hardware address. Between its first and last eight bytes stands nothing but a colon."""
    if data[start + 8] != COLON:
        return -1
    return index_of(data, words, MAC, start, start + 17, eight(data, start), eight(data, start + 9))


@inlined
def index_of(data: Bytes, words: Words, kind: int, start: int, end: int, first: Eight, second: Eight) -> int:
    """Find the entry of a word, or make one."""
    length = end - start
    bits = words.counts[kind, BITS]
    base = words.counts[kind, BASE]
    mixed = ((first * _STIR) ^ (second * _MIX + np.uint64(length))) * _MIX
    slot = np.int64(mixed >> np.uint64(64 - bits))
    while True:
        entry = base + slot
        index = np.int64(words.entries[entry, 3]) - 1
        if index < 0:
            return new_word(data, words, kind, start, end, entry, first, second)
        if (
            words.entries[entry, 0] == first
            and words.entries[entry, 1] == second
            and np.int64(words.entries[entry, 2]) == length
            and (length <= 16 or kind == MAC or same(data, words.places[base + index, 0], start, length))
        ):
            return int(index)
        slot = (slot + 1) & ((1 << bits) - 1)


@inlined
def digest(data: Bytes, at: int, end: int) -> Eight:
    """All bytes (eight or more) mixed to eight."""
    mixed: Eight = _ZERO
    while at < end - 8:
        mixed = (mixed ^ eight(data, at)) * _MIX
        mixed ^= mixed >> _FOLD
        at += 8
    return mixed ^ eight(data, end - 8)


@compiled
def new_word(
    data: Bytes, words: Words, kind: int, start: int, end: int, entry: int, first: Eight, second: Eight
) -> int:
    """Put a word into an empty entry if it is one of its kind."""
    if not fits(data, kind, start, end):
        return -1
    index = words.counts[kind, COUNT]
    words.entries[entry, 0] = first
    words.entries[entry, 1] = second
    words.entries[entry, 2] = np.uint64(end - start)
    words.entries[entry, 3] = np.uint64(index + 1)
    words.places[words.counts[kind, BASE] + index, 0] = start
    words.places[words.counts[kind, BASE] + index, 1] = end - start
    words.counts[kind, COUNT] = index + 1
    if index + 1 >= words.counts[kind, MOST]:
        words.counts[KINDS, 0] = 1
    return int(index)


@compiled
def fits(data: Bytes, kind: int, start: int, end: int) -> bool:
    """Whether bytes are a word of a kind, in the plainest form."""
    if kind in (IP, SERVER):
        return is_address(data, start, end)
    if kind == MAC:
        return is_hardware(data, start, end)
    if not is_text(data, start, end):
        return False
    if kind == HOSTNAME:
        for index in range(start, end):
            if data[index] == OPEN:
                return False
    if kind == SUFFIX:
        if data[start] == BLANK or data[end - 1] == BLANK:
            return False
        for index in range(start, end - 4):  # ') via' in the rest: then a host name may reach that far
            if data[index] == CLOSE and data[index + 1] == BLANK:
                return False
    return True


@compiled
def take_in(data: Bytes, words: Words, kind: int, places: Places, indices: Codes) -> None:
    """Intern the words at ``places``, which are of their kind and for which there is room."""
    for one in range(len(places)):
        start = places[one, 0]
        if kind == MAC:
            indices[one] = hardware_id(data, words, start)
        else:
            indices[one] = word_id(data, words, kind, start, start + places[one, 1])


@compiled
def recode(codes: Codes, table: Codes, out: npt.NDArray[Any], seen: npt.NDArray[np.bool_]) -> None:
    """Give each row the code that ``table`` has for its own; a negative one counts from the end."""
    for row in range(len(codes)):
        code = table[codes[row]]
        out[row] = code
        seen[code] = True
