"""Texts of what the scanner has as numbers and places; compiled.

Each writer puts all texts into ``out``, a line feed behind each, and gives their length.
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
def address_texts(addresses: Any, out: Bytes) -> int:
    """IPv4 addresses; 16 bytes each are enough."""
    at = 0
    for address in addresses:
        for shift in (24, 16, 8, 0):
            at = _put_decimal(out, at, address >> shift & 255)
            out[at] = 46 if shift else 10
            at += 1
    return at


@compiled
def hardware_texts(numbers: Any, out: Bytes) -> int:
    """Six-byte hardware addresses; 18 bytes each."""
    at = 0
    for number in numbers:
        for shift in (40, 32, 24, 16, 8, 0):
            at = _put_hex(out, at, number >> shift & 255)
            out[at] = 58 if shift else 10
            at += 1
    return at


@compiled
def string_texts(data: Bytes, words: Any, out: Bytes) -> int:
    """Words as they are."""
    at = 0
    for word in words:
        start = word >> LENGTH_BITS
        for index in range(start, start + (word & LENGTH_MASK)):
            out[at] = data[index]
            at += 1
        out[at] = 10
        at += 1
    return at


@compiled
def identifier_texts(data: Bytes, words: Any, out: Bytes) -> int:
    """Insides of strings, their escapes undone, in hex with colons; three times their length is enough."""
    at = 0
    for word in words:
        index = word >> LENGTH_BITS
        end = index + (word & LENGTH_MASK)
        while index < end:
            char = byte(data, index)
            index += 1
            if char == 92:
                char = byte(data, index)
                index += 1
                if 48 <= char <= 51:
                    char = (char - 48) * 64 + (byte(data, index) - 48) * 8 + byte(data, index + 1) - 48
                    index += 2
                elif char == 116:
                    char = 9
                elif char == 114:
                    char = 13
                elif char == 110:
                    char = 10
                elif char == 98:
                    char = 8
            at = _put_hex(out, at, char)
            out[at] = 58
            at += 1
        out[at - 1] = 10
    return at
