"""Texts of what the scanner has as numbers and places; compiled.

Each writer puts one text behind the other into ``out``, and where each of them ends into ``ends``.
"""

from typing import Any

from dhcplens.ingest.leases.intern import LENGTH_BITS, LENGTH_MASK
from dhcplens.ingest.leases.wide import Bytes, byte
from dhcplens.ingest.scan.compiled import compiled, inlined


@inlined
def _put_decimal(out: Bytes, at: int, number: int) -> int:
    for power in (100, 10, 1):
        if number >= power or power == 1:
            out[at] = 48 + number // power % 10
            at += 1
    return at


@inlined
def _put_hex(out: Bytes, at: int, number: int) -> int:
    for digit in (number >> 4 & 15, number & 15):
        out[at] = 48 + digit if digit < 10 else 87 + digit
        at += 1
    return at


@compiled
def address_texts(addresses: Any, out: Bytes, ends: Any) -> None:
    """IPv4 addresses; 15 bytes each are enough."""
    at = 0
    for index in range(len(addresses)):
        for shift in (24, 16, 8, 0):
            at = _put_decimal(out, at, addresses[index] >> shift & 255)
            if shift:
                out[at] = 46
                at += 1
        ends[index] = at


@compiled
def hardware_texts(numbers: Any, out: Bytes, ends: Any) -> None:
    """Six-byte hardware addresses; 17 bytes each."""
    at = 0
    for index in range(len(numbers)):
        for shift in (40, 32, 24, 16, 8, 0):
            at = _put_hex(out, at, numbers[index] >> shift & 255)
            if shift:
                out[at] = 58
                at += 1
        ends[index] = at


@compiled
def string_texts(data: Bytes, places: Any, out: Bytes, ends: Any) -> None:
    """Words as they are."""
    at = 0
    for index in range(len(places)):
        start = places[index] >> LENGTH_BITS
        for place in range(start, start + (places[index] & LENGTH_MASK)):
            out[at] = data[place]
            at += 1
        ends[index] = at


@inlined
def _unescaped(data: Bytes, at: int) -> int:
    """The byte that an escape at a backslash stands for."""
    char = byte(data, at + 1)
    if 48 <= char <= 51:
        return (char - 48) * 64 + (byte(data, at + 2) - 48) * 8 + byte(data, at + 3) - 48
    if char == 116:
        return 9
    if char == 114:
        return 13
    if char == 110:
        return 10
    return 8 if char == 98 else char


@compiled
def identifier_texts(data: Bytes, places: Any, out: Bytes, ends: Any) -> None:
    """Insides of strings, their escapes undone, in hex with colons; three times their length is enough."""
    at = 0
    for index in range(len(places)):
        place = places[index] >> LENGTH_BITS
        end = place + (places[index] & LENGTH_MASK)
        while place < end:
            char = byte(data, place)
            if char == 92:
                char = _unescaped(data, place)
                place += 4 if 48 <= data[place + 1] <= 51 else 2
            else:
                place += 1
            at = _put_hex(out, at, char)
            if place < end:
                out[at] = 58
                at += 1
        ends[index] = at


@compiled
def all_as_written_by_dhcpd(data: Bytes, places: Any) -> bool:
    """Whether strings escape as dhcpd does: what cannot be printed, quotes, and backslashes."""
    for index in range(len(places)):
        place = places[index] >> LENGTH_BITS
        end = place + (places[index] & LENGTH_MASK)
        while place < end:
            if data[place] == 92:
                char = _unescaped(data, place)
                octal = 48 <= data[place + 1] <= 51
                if octal == (32 <= char <= 126) or not (octal or char in (34, 92)):
                    return False
                place += 4 if octal else 2
            else:
                place += 1
    return True
