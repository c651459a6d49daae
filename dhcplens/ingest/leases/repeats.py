"""Values that occur again and again as small integers, and their texts; compiled."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.compiled import compiled, inlined

Bytes = npt.NDArray[np.uint8]
LENGTH_BITS: Final = 16
"""A slice of the file is one number: its start, shifted by so many bits, and its length below them."""
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)


@inlined
def byte(data: Bytes, at: int) -> int:
    """One byte, in a type that subtraction does not wrap."""
    return np.int64(data[at])  # type: ignore[return-value]


@inlined
def hash_of(data: Bytes, start: int, end: int, seed: int) -> int:
    """A number of 63 bits for these bytes. Equal ones are taken for equal bytes, so the seed is random."""
    mixed = np.uint64(seed) ^ np.uint64(end - start)
    for index in range(start, end):
        mixed = (mixed ^ np.uint64(data[index])) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    return np.int64(mixed >> np.uint64(1))  # type: ignore[return-value]


@compiled
def codes_of(numbers: Any, begin: int, keys: Any, values: Any, codes: Any, firsts: Any, count: int) -> Any:
    """Number equal entries from ``begin`` on in the order of their first appearance; negative ones get -1.

    ``keys`` (-1 for empty) and ``values`` are an open hash table; ``firsts`` the rows where a code came up.
    Stops when the table is half full; gives the row reached and the codes used until then.
    """
    mask = len(keys) - 1
    for row in range(begin, len(numbers)):
        number = numbers[row]
        if number < 0:
            codes[row] = -1
            continue
        slot = np.int64((np.uint64(number) * _MULTIPLIER) >> np.uint64(32)) & mask
        while keys[slot] >= 0 and keys[slot] != number:
            slot = (slot + 1) & mask
        if keys[slot] < 0:
            if 2 * count >= mask:
                return row, count
            keys[slot], values[slot], firsts[count] = number, count, row
            count += 1
        codes[row] = values[slot]
    return len(numbers), count


@compiled
def refill(numbers: Any, firsts: Any, keys: Any, values: Any) -> None:
    """Put the codes known so far into a larger, empty table."""
    mask = len(keys) - 1
    for code in range(len(firsts)):
        number = numbers[firsts[code]]
        slot = np.int64((np.uint64(number) * _MULTIPLIER) >> np.uint64(32)) & mask
        while keys[slot] >= 0:
            slot = (slot + 1) & mask
        keys[slot], values[slot] = number, code


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
    """IPv4 addresses as text, each with a line feed behind; 16 bytes each are enough. Gives the length."""
    at = 0
    for address in addresses:
        for shift in (24, 16, 8, 0):
            at = _put_decimal(out, at, address >> shift & 255)
            out[at] = 46 if shift else 10
            at += 1
    return at


@compiled
def hardware_texts(numbers: Any, out: Bytes) -> int:
    """Six-byte hardware addresses as text, each with a line feed behind; 18 bytes each."""
    at = 0
    for number in numbers:
        for shift in (40, 32, 24, 16, 8, 0):
            at = _put_hex(out, at, number >> shift & 255)
            out[at] = 58 if shift else 10
            at += 1
    return at


@compiled
def string_texts(data: Bytes, words: Any, out: Bytes) -> int:
    """Slices as they are, each with a line feed behind."""
    at = 0
    for word in words:
        start = word >> LENGTH_BITS
        for index in range(start, start + (word & ((1 << LENGTH_BITS) - 1))):
            out[at] = data[index]
            at += 1
        out[at] = 10
        at += 1
    return at


@compiled
def identifier_texts(data: Bytes, words: Any, out: Bytes) -> int:
    """Insides of strings, their escapes undone, in hex with colons, each with a line feed behind."""
    at = 0
    for word in words:
        index = word >> LENGTH_BITS
        end = index + (word & ((1 << LENGTH_BITS) - 1))
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
