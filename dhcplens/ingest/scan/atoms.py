"""The small parts that lines are made of, read from bytes by compiled code.

Each reader takes the bytes, a place and the end of the line, and gives a value and the place behind it, or -1
for the place when the part does not stand there in its plainest form.
"""

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.compiled import inlined
from dhcplens.ingest.scan.words import Word

Bytes = npt.NDArray[np.uint8]
Eights = npt.NDArray[np.uint64]

ZERO, NINE = 48, 57
BLANK, OPEN, CLOSE, DOT, COLON, MINUS, NEWLINE, RETURN = 32, 40, 41, 46, 58, 45, 10, 13
LEFT, RIGHT = 91, 93
_HEX = np.full(256, 256, np.int64)  # 256: no digit
_HEX[[*b"0123456789abcdef"]] = range(16)
_NEWLINES = np.uint64(0x0A0A0A0A0A0A0A0A)
_ONES = np.uint64(0x0101010101010101)
_TOPS = np.uint64(0x8080808080808080)


@inlined
def stands(data: Bytes, at: int, end: int, word: Word) -> int:
    """The place behind ``word`` if it stands at ``at``, else -1."""
    if at < 0 or at + len(word) > end:
        return -1
    for index in range(len(word)):
        if data[at + index] != word[index]:
            return -1
    return at + len(word)


@inlined
def same(data: Bytes, one: int, other: int, length: int) -> bool:
    """Whether two places hold the same ``length`` bytes."""
    for index in range(length):  # noqa: SIM110 - no generators in compiled code
        if data[one + index] != data[other + index]:
            return False
    return True


@inlined
def digits(data: Bytes, at: int, end: int, most: int) -> tuple[int, int]:
    """A number of one to ``most`` digits."""
    value = 0
    start = at
    while at < end and ZERO <= data[at] <= NINE:
        value = value * 10 + (data[at] - ZERO)
        at += 1
        if at - start > most:
            return 0, -1
    return value, at if at > start else -1


@inlined
def number(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """A number of up to nine digits, maybe negative."""
    if at < 0:
        return 0, -1
    if at < end and data[at] == MINUS:
        value, at = digits(data, at + 1, end, 9)
        return -value, at
    return digits(data, at, end, 9)


@inlined
def address(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """An IPv4 address as dhcpd prints it, without leading zeros."""
    value = 0
    for part in range(4):
        if part > 0:
            if at >= end or data[at] != DOT:
                return 0, -1
            at += 1
        if at >= end or not ZERO <= data[at] <= NINE:
            return 0, -1
        octet = data[at] - ZERO
        at += 1
        if octet > 0:
            for _ in range(2):
                if at < end and ZERO <= data[at] <= NINE:
                    octet = octet * 10 + (data[at] - ZERO)
                    at += 1
        if octet > 255 or (at < end and ZERO <= data[at] <= NINE):
            return 0, -1
        value = value * 256 + octet
    return value, at


@inlined
def hardware(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """A hardware address of six bytes in lower case."""
    if at + 17 > end:
        return 0, -1
    value, odd = 0, 0
    for part in range(6):
        high, low = _HEX[data[at]], _HEX[data[at + 1]]
        odd |= high | low
        value = value * 256 + high * 16 + low
        if part < 5:
            odd |= (np.int64(data[at + 2]) ^ COLON) << 4
        at += 3
    return (0, -1) if odd & ~15 else (value, at - 1)


@inlined
def token(data: Bytes, at: int, end: int) -> int:
    """The place behind a run of printable ASCII without blanks; -1 for an empty one or other bytes."""
    start = at
    while at < end and 32 < data[at] < 127:
        at += 1
    if at == start or (at < end and data[at] != BLANK):
        return -1
    return at


@inlined
def plain(data: Bytes, at: int, end: int) -> bool:
    """Whether the rest is printable ASCII and neither begins nor ends with a blank."""
    if at >= end or data[at] == BLANK or data[end - 1] == BLANK:
        return False
    for index in range(at, end):  # noqa: SIM110 - no generators in compiled code
        if not 32 <= data[index] < 127:
            return False
    return True


@inlined
def line_end(data: Bytes, eights: Eights, at: int, end: int) -> int:
    """The place of the next newline, or ``end``; ``eights`` are the same bytes, eight at a time."""
    while at & 7 and at < end:
        if data[at] == NEWLINE:
            return at
        at += 1
    most = min(end >> 3, len(eights))
    index = at >> 3
    while index < most:
        odd = eights[index] ^ _NEWLINES
        if (odd - _ONES) & ~odd & _TOPS:
            break
        index += 1
    at = max(at, index << 3)
    while at < end and data[at] != NEWLINE:
        at += 1
    return at
