"""Words as small integers, in the order of their first appearance; compiled.

All kinds share one array of entries, each with its own stretch of it (open addressing). An entry has the
first eight bytes of the word, the next eight (mixed with all further ones), its length and its index + 1;
zero there marks an empty one. So a look-up touches one line of the cache, and the bytes only if there are
more than 16.
A word is looked at closely only when it is new: what is no word of its kind gets no index.
Tables do not grow by themselves: their user stops when one is rather full, and goes on with larger ones.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.leases.wide import eight
from dhcplens.ingest.scan.atoms import BLANK, CLOSE, NEWLINE, OPEN, is_address, is_text
from dhcplens.ingest.scan.columns import fresh
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import Bytes, Eight, front, same
from dhcplens.ingest.scan.layout import HOSTNAME, IP, MAC, SERVER, SUFFIX, TARGET

BASE, BITS, COUNT, MOST = range(4)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xC2B2AE3D27D4EB4F)
_FOLD = np.uint64(29)
_ZERO = np.uint64(0)
_WIDTH = 4  # cells of an entry
E_FIRST, E_SECOND, E_LENGTH, E_INDEX = range(4)


Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]


class Words(NamedTuple):
    """All that is interned; ``counts`` has a row for each kind, and one whose first cell says 'too full'."""

    entries: npt.NDArray[np.uint64]
    places: Places
    counts: npt.NDArray[np.int64]


def empty_words(bits: npt.NDArray[np.int64]) -> Words:
    """Tables of 2 ** ``bits`` entries for each kind, aligned to the cache's lines."""
    slots = 1 << bits
    size = _WIDTH * int(slots.sum())
    flat = fresh(size + 8, np.uint64)
    skip = -(flat.ctypes.data // 8) % 8
    counts = np.zeros((len(bits) + 1, 4), np.int64)
    counts[:-1, BASE] = np.cumsum(slots) - slots
    counts[:-1, BITS] = bits
    counts[:-1, MOST] = slots * 5 // 8
    return Words(flat[skip : skip + size], np.zeros((int(slots.sum()), 2), np.int64), counts)


def places_of(words: Words, kind: int) -> Places:
    """Beginning and length of each word of a kind."""
    base = words.counts[kind, BASE]
    return words.places[base : base + words.counts[kind, COUNT]]


def room_for(words: Words, kind: int, more: int) -> Words:
    """The same words in tables that have room for so many more of a kind."""
    need = int(words.counts[kind, COUNT]) + more
    if need < words.counts[kind, MOST]:
        return words
    bits = words.counts[:-1, BITS].copy()
    bits[kind] = (4 * need).bit_length()
    grown = empty_words(bits)
    for one in range(len(bits)):
        _move(words, grown, one)
    return grown


def with_room(words: Words) -> Words:
    """The same words in tables of which none is too full."""
    for kind in range(len(words.counts) - 1):
        words = room_for(words, kind, 0)
    return words


@compiled
def _move(old: Words, new: Words, kind: int) -> None:
    """Put all entries of a kind into an empty table."""
    base, bits = new.counts[kind, BASE], new.counts[kind, BITS]
    before = old.counts[kind, BASE]
    for one in range(before * _WIDTH, (before + (1 << old.counts[kind, BITS])) * _WIDTH, _WIDTH):
        if old.entries[one + E_INDEX] != 0:
            length: Any = np.int64(old.entries[one + E_LENGTH])
            slot = slot_of(old.entries[one + E_FIRST], old.entries[one + E_SECOND], length, bits)
            while new.entries[(base + slot) * _WIDTH + E_INDEX] != 0:
                slot = (slot + 1) & ((1 << bits) - 1)
            for cell in range(_WIDTH):
                new.entries[(base + slot) * _WIDTH + cell] = old.entries[one + cell]
    for index in range(old.counts[kind, COUNT]):
        new.places[base + index, 0] = old.places[before + index, 0]
        new.places[base + index, 1] = old.places[before + index, 1]
    new.counts[kind, COUNT] = old.counts[kind, COUNT]


@inlined
def slot_of(first: Eight, second: Eight, length: int, bits: int) -> int:
    """Where the search for a word begins."""
    mixed = ((first * _STIR) ^ (second * _MIX + np.uint64(length))) * _MIX
    return np.int64(mixed >> np.uint64(64 - bits))  # type: ignore[return-value]


@inlined
def key_of(data: Bytes, start: int, length: int) -> tuple[Eight, Eight]:
    """Two times eight bytes that tell a word from others, if it has no more than sixteen."""
    first: Eight = eight(data, start)
    second: Eight = _ZERO
    if length > 16:
        second = digest(data, start + 8, start + length)
    elif length > 8:
        second = front(eight(data, start + 8), length - 8)
    else:
        first = front(first, max(length, 1))
    return first, second


@inlined
def entry_of(
    data: Bytes, words: Words, kind: int, start: int, length: int, first: Eight, second: Eight
) -> int:
    """Where the entry of a word is, or could be: the place in ``entries``."""
    base, bits = words.counts[kind, BASE], words.counts[kind, BITS]
    slot = slot_of(first, second, length, bits)
    while True:
        entry = (base + slot) * _WIDTH
        index = np.int64(words.entries[entry + E_INDEX]) - 1
        if index < 0 or (
            words.entries[entry + E_FIRST] == first
            and words.entries[entry + E_SECOND] == second
            and np.int64(words.entries[entry + E_LENGTH]) == length
            and (length <= 16 or same(data, words.places[base + index, 0], start, length))
        ):
            return int(entry)
        slot = (slot + 1) & ((1 << bits) - 1)


@inlined
def word_id(data: Bytes, words: Words, kind: int, start: int, end: int) -> int:
    """The index of the bytes from ``start`` to ``end``, new or known; -1 if they are no such word."""
    first, second = key_of(data, start, end - start)
    return index_of(data, words, kind, start, end - start, first, second)


@inlined
def index_of(
    data: Bytes, words: Words, kind: int, start: int, length: int, first: Eight, second: Eight
) -> int:
    """The same for a word whose key is known."""
    entry = entry_of(data, words, kind, start, length, first, second)
    index = np.int64(words.entries[entry + E_INDEX]) - 1
    if index >= 0:
        return int(index)
    return new_word(data, words, kind, start, length, entry, first, second)


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
    data: Bytes, words: Words, kind: int, start: int, length: int, entry: int, first: Eight, second: Eight
) -> int:
    """Put a word into an empty entry if it is one of its kind."""
    return (
        put(words, kind, start, length, entry, first, second)
        if fits(data, kind, start, start + length)
        else -1
    )


@inlined
def put(words: Words, kind: int, start: int, length: int, entry: int, first: Eight, second: Eight) -> int:
    """Put a word into an empty entry."""
    index = words.counts[kind, COUNT]
    words.entries[entry + E_FIRST], words.entries[entry + E_SECOND] = first, second
    words.entries[entry + E_LENGTH], words.entries[entry + E_INDEX] = np.uint64(length), np.uint64(index + 1)
    words.places[words.counts[kind, BASE] + index, 0] = start
    words.places[words.counts[kind, BASE] + index, 1] = length
    words.counts[kind, COUNT] = index + 1
    if index + 1 >= words.counts[kind, MOST]:
        words.counts[len(words.counts) - 1, 0] = 1
    return int(index)


@compiled
def fits(data: Bytes, kind: int, start: int, end: int) -> bool:
    """Whether bytes are a word of a kind, in the plainest form."""
    if kind in (IP, SERVER, TARGET):
        return is_address(data, start, end)
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
def entered(data: Bytes, words: Words, kind: int, start: int, length: int) -> int:
    """The index of a word that is one of its kind, for which there is room; new or known."""
    kept = length
    if kind == MAC:  # sixteen bytes and a colon between them
        first, second, kept = eight(data, start), eight(data, start + 9), 16
    else:
        first, second = key_of(data, start, length)
    entry = entry_of(data, words, kind, start, kept, first, second)
    index: Any = np.int64(words.entries[entry + E_INDEX]) - 1
    if index < 0:
        index = put(words, kind, start, kept, entry, first, second)
        words.places[words.counts[kind, BASE] + index, 1] = length
    return int(index)


@compiled
def find(data: Bytes, words: Words, kind: int, places: Places, table: Codes) -> None:
    """Write to ``table`` the index that each of the words at ``places`` has in ``words``, or -1."""
    for index in range(len(places)):
        start, length = places[index, 0], places[index, 1]
        first, second = key_of(data, start, length)
        entry = entry_of(data, words, kind, start, length, first, second)
        table[index] = np.int64(words.entries[entry + E_INDEX]) - 1


@compiled
def learn(data: Bytes, words: Words, kind: int, places: Places, table: Codes) -> None:
    """The same, but give an index to new words; there has to be room for all."""
    for index in range(len(places)):
        table[index] = entered(data, words, kind, places[index, 0], places[index, 1])


@compiled
def write(data: Bytes, places: Places, out: Bytes) -> None:
    """Write words one after another, a newline behind each."""
    at = 0
    for one in range(len(places)):
        start = places[one, 0]
        for index in range(start, start + places[one, 1]):
            out[at] = data[index]
            at += 1
        out[at] = NEWLINE
        at += 1
