"""Hardware addresses as small integers, each with what was last said about the client; compiled.

A busy client mostly comes with the same address and host name. So its entry, which is one line of the
cache, has their bytes and indices beside its own: one look-up instead of three, compared byte by byte.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.leases.wide import eight
from dhcplens.ingest.scan.atoms import is_hardware
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import Bytes, Eight
from dhcplens.ingest.scan.intern import Codes, Places, Words, index_of, key_of
from dhcplens.ingest.scan.layout import HOSTNAME, IP

# The first and last eight bytes of the address; the index + 1 (zero: empty), above it those of the words;
# sixteen bytes of the last IP address and of the last host name, zeros behind them.
_FIRST, _LAST, _INDEX, _CODES, _IP, _IP_REST, _NAME, _NAME_REST = range(8)
_WIDTH = 8
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_STIR = np.uint64(0xC2B2AE3D27D4EB4F)
BITS, COUNT, MOST = range(3)
_KEPT = 16  # longer host names are not kept here


class Clients(NamedTuple):
    """All clients; an index counts them in the order of their appearance."""

    entries: npt.NDArray[np.uint64]
    places: Places
    counts: npt.NDArray[np.int64]


def empty_clients(bits: int) -> Clients:
    """A table of 2 ** ``bits`` entries, aligned to the cache's lines."""
    size = _WIDTH << bits
    flat = np.zeros(size + _WIDTH, np.uint64)
    skip = -(flat.ctypes.data // 8) % _WIDTH
    counts = np.array([bits, 0, (1 << bits) * 5 // 8])
    return Clients(flat[skip : skip + size], np.zeros((1 << bits, 2), np.int64), counts)


def clients_with_room(clients: Clients) -> Clients:
    """The same clients in a table that is not full."""
    if clients.counts[COUNT] < clients.counts[MOST]:
        return clients
    larger = empty_clients(int(clients.counts[BITS]) + 2)
    _move(clients, larger)
    return larger


@compiled
def _move(old: Clients, new: Clients) -> None:
    """Put all entries into an empty table."""
    bits = new.counts[BITS]
    for one in range(0, len(old.entries), _WIDTH):
        if old.entries[one + _INDEX] != 0:
            slot = _slot(old.entries[one + _FIRST], old.entries[one + _LAST], bits)
            while new.entries[slot * _WIDTH + _INDEX] != 0:
                slot = (slot + 1) & ((1 << bits) - 1)
            for cell in range(_WIDTH):
                new.entries[slot * _WIDTH + cell] = old.entries[one + cell]
    for index in range(old.counts[COUNT]):
        new.places[index, 0], new.places[index, 1] = old.places[index, 0], old.places[index, 1]
    new.counts[COUNT] = old.counts[COUNT]


@inlined
def _slot(first: Eight, last: Eight, bits: int) -> int:
    return np.int64((((first * _STIR) ^ last) * _MIX) >> np.uint64(64 - bits))  # type: ignore[return-value]


@inlined
def _entry_of(data: Bytes, clients: Clients, start: int) -> int:
    """Where the entry of the hardware address at ``start`` is, or could be."""
    first, last = eight(data, start), eight(data, start + 9)
    bits = clients.counts[BITS]
    slot = _slot(first, last, bits)
    while True:
        entry = slot * _WIDTH
        if clients.entries[entry + _FIRST] == first and clients.entries[entry + _LAST] == last:
            return int(entry)
        if clients.entries[entry + _INDEX] == 0:
            return int(entry)
        slot = (slot + 1) & ((1 << bits) - 1)


@inlined
def client_at(data: Bytes, clients: Clients, start: int) -> int:
    """The entry of the hardware address at ``start``, new or known; -1 if there is none in its plainest form.

    The caller has seen to it that its ninth byte is a colon.
    """
    entry = _entry_of(data, clients, start)
    return entry if clients.entries[entry + _INDEX] != 0 else _new(data, clients, start, entry)


@compiled
def find_clients(data: Bytes, clients: Clients, places: Places, table: Codes) -> None:
    """Write to ``table`` the index that each of the hardware addresses at ``places`` has, or -1."""
    for index in range(len(places)):
        table[index] = client_id(clients, _entry_of(data, clients, places[index, 0]))


@compiled
def _new(data: Bytes, clients: Clients, start: int, entry: int) -> int:
    if not is_hardware(data, start, start + 17):
        return -1
    index = clients.counts[COUNT]
    clients.entries[entry + _FIRST], clients.entries[entry + _LAST] = (
        eight(data, start),
        eight(data, start + 9),
    )
    clients.entries[entry + _INDEX] = np.uint64(index + 1)
    clients.places[index, 0], clients.places[index, 1] = start, 17
    clients.counts[COUNT] = index + 1
    return entry


@inlined
def client_id(clients: Clients, entry: int) -> int:
    """A client's index."""
    return np.int64(clients.entries[entry + _INDEX]) - 1  # type: ignore[return-value]


@inlined
def his_ip(
    data: Bytes,
    clients: Clients,
    entry: int,
    words: Words,
    start: int,
    length: int,
    first: Eight,
    rest: Eight,
) -> int:
    """The index of an IP address of up to sixteen bytes, which is likely this client's."""
    codes = clients.entries[entry + _CODES]
    if clients.entries[entry + _IP] == first and clients.entries[entry + _IP_REST] == rest:
        return np.int64(codes & _LOW)  # type: ignore[return-value]
    found = index_of(data, words, IP, start, length, first, rest)
    if found >= 0:
        clients.entries[entry + _IP], clients.entries[entry + _IP_REST] = first, rest
        clients.entries[entry + _CODES] = codes & ~_LOW | np.uint64(found)
    return found


@inlined
def his_name(data: Bytes, clients: Clients, entry: int, words: Words, start: int, end: int) -> int:
    """The index of a host name, which is likely this client's."""
    length = end - start
    first, rest = key_of(data, start, length)
    codes = clients.entries[entry + _CODES]
    if (
        length <= _KEPT
        and clients.entries[entry + _NAME] == first
        and clients.entries[entry + _NAME_REST] == rest
    ):
        return np.int64(codes >> _HALF)  # type: ignore[return-value]
    found = index_of(data, words, HOSTNAME, start, length, first, rest)
    if found >= 0 and length <= _KEPT:
        clients.entries[entry + _NAME], clients.entries[entry + _NAME_REST] = first, rest
        clients.entries[entry + _CODES] = codes & _LOW | np.uint64(found) << _HALF
    return found
