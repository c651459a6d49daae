"""Eight bytes at once: looking for the first of some kind among them; compiled.

All of this reads up to seven bytes more than it needs, so the scanner keeps away from the end of the data.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import types
from numba.extending import intrinsic

from dhcplens.ingest.leases.wide import HIGH_BITS, eight
from dhcplens.ingest.scan.compiled import inlined

Bytes = npt.NDArray[np.uint8]
Eight = Any  # np.uint64, which numba takes for what it is

_ONES = np.uint64(0x0101010101010101)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_NEWLINES = np.uint64(0x0A0A0A0A0A0A0A0A)
_CLOSES = np.uint64(0x2929292929292929)
_AFTER_BLANK = np.uint64(0x2121212121212121)
_BLANKS = np.uint64(0x2020202020202020)
_64 = np.uint64(64)
_EIGHT = np.uint64(8)


def _low_zeros(_context: Any, _word: Any) -> Any:
    def generate(_: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


low_zeros: Callable[[Any], int] = cast("Any", intrinsic(_low_zeros))
"""``low_zeros(word)``: how many zero bits stand below the lowest one."""


@inlined
def front(word: Eight, count: int) -> Eight:
    """The first ``count`` (1 to 8) of eight bytes, the others zero."""
    return word & (_ALL >> (_64 - _EIGHT * np.uint64(count)))


@inlined
def line_end(data: Bytes, at: int) -> int:
    """The place of the next newline."""
    while True:
        odd = eight(data, at) ^ _NEWLINES
        found = (odd - _ONES) & ~odd & HIGH_BITS
        if found:
            return at + (low_zeros(found) >> 3)
        at += 8


@inlined
def line_end_or_nul(data: Bytes, at: int) -> int:
    """The place of the next newline or NUL."""
    while True:
        word = eight(data, at)
        odd = word ^ _NEWLINES
        found = ((odd - _ONES) & ~odd | (word - _ONES) & ~word) & HIGH_BITS
        if found:
            return at + (low_zeros(found) >> 3)
        at += 8


@inlined
def token_end(data: Bytes, at: int) -> int:
    """The place of the next blank or control byte."""
    while True:
        word = eight(data, at)
        found = (word - _AFTER_BLANK) & ~word & HIGH_BITS
        if found:
            return at + (low_zeros(found) >> 3)
        at += 8


@inlined
def closing(data: Bytes, at: int) -> int:
    """The place of the next ')' or control byte."""
    while True:
        word = eight(data, at)
        odd = word ^ _CLOSES
        found = ((odd - _ONES) & ~odd | (word - _BLANKS) & ~word) & HIGH_BITS
        if found:
            return at + (low_zeros(found) >> 3)
        at += 8


@inlined
def same(data: Bytes, one: int, other: int, length: int) -> bool:
    """Whether two places hold the same ``length`` bytes."""
    while length >= 8:
        if eight(data, one) != eight(data, other):
            return False
        one, other, length = one + 8, other + 8, length - 8
    return length == 0 or bool(front(eight(data, one) ^ eight(data, other), length) == 0)
