"""The two plainest frames: RFC 3164 and RFC 3339 stamps, read by compiled code."""

import numpy as np

from dhcplens.ingest.framing import YEAR, Form
from dhcplens.ingest.leases.wide import HIGH_BITS, digit_limits, eight, number
from dhcplens.ingest.scan.atoms import BLANK, COLON, DOT, MINUS, NINE, ZERO, digits
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import Bytes, Eight, front
from dhcplens.ingest.scan.layout import (
    DATE,
    DATE_REST,
    DATE_WIDTH,
    DAY,
    HEAD,
    HEAD_REST,
    HEAD_WIDTH,
    STAMP,
    Counts,
)

_NAMES = "JanFebMarAprMayJunJulAugSepOctNovDec"
_MONTHS = np.frombuffer(_NAMES.encode(), np.uint8).copy()
_YEARLESS, _LOCAL, _UTC = int(Form.YEARLESS), int(Form.LOCAL), int(Form.UTC)
_YEAR = YEAR
_CLOCK, _CLOCK_LIMITS = number("00:00:00"), digit_limits("00:00:00")
_DIGIT = np.uint64(15)
SECOND = 1_000_000_000


@compiled
def days(year: int, month: int, day: int) -> int:
    """Days since 1970 of a date; -1 if there is no such date between 1970 and 2200."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (1970 <= year <= 2200 and 1 <= month <= 12 and day >= 1):
        return -1
    longest = 31
    if month == 2:
        longest = 29 if leap else 28
    elif month in (4, 6, 9, 11):
        longest = 30
    if day > longest:
        return -1
    before = year - 1
    total = before * 365 + before // 4 - before // 100 + before // 400 - 719162
    for one in range(1, month):
        if one == 2:
            total += 29 if leap else 28
        elif one in (4, 6, 9, 11):
            total += 30
        else:
            total += 31
    return total + day - 1


@inlined
def pair(data: Bytes, at: int) -> int:
    """Two digits, or -1."""
    if ZERO <= data[at] <= NINE and ZERO <= data[at + 1] <= NINE:
        return int((data[at] - ZERO) * 10 + (data[at + 1] - ZERO))
    return -1


@inlined
def two(word: Eight, shift: int) -> int:
    """The number of two digits, each in a byte of ``word``."""
    tens, ones = (word >> np.uint64(shift)) & _DIGIT, (word >> np.uint64(shift + 8)) & _DIGIT
    return int(np.int64(tens) * 10 + np.int64(ones))


@inlined
def clock(data: Bytes, at: int) -> int:
    """Seconds of HH:MM:SS, or -1."""
    odd = eight(data, at) ^ _CLOCK
    if ((odd + _CLOCK_LIMITS) | odd) & HIGH_BITS:
        return -1
    return two(odd, 0) * 3600 + two(odd, 24) * 60 + two(odd, 48)


@compiled
def month_day(data: Bytes, at: int) -> tuple[int, int]:
    """'Jul 10 ' or 'Jul  1 ' → days since 1970 in the year of yearless stamps, place behind (or -1)."""
    month = 0
    for one in range(12):
        at_name = 3 * one
        odd = (data[at] ^ _MONTHS[at_name]) | (data[at + 1] ^ _MONTHS[at_name + 1])
        if (odd | (data[at + 2] ^ _MONTHS[at_name + 2])) == 0:
            month = one + 1
    if month == 0 or data[at + 3] != BLANK:
        return 0, -1
    day, place = digits(data, at + 5 if data[at + 4] == BLANK else at + 4, 2)
    date = days(_YEAR, month, day)
    if place < 0 or data[place] != BLANK or date < 0:
        return 0, -1
    return date, place + 1


@inlined
def traditional(data: Bytes, at: int, state: Counts) -> tuple[int, int]:
    """'Jul 10 11:02:29 ' → seconds, place behind (or -1). ``state`` remembers the day of the line before."""
    date = np.int64(front(eight(data, at), 7))
    if date == state[DATE] and state[DATE_WIDTH]:
        day, place = state[DAY], at + state[DATE_WIDTH]
    else:
        day, place = month_day(data, at)
        if place < 0:
            return 0, -1
        if place - at <= 7:
            state[DATE], state[DAY], state[DATE_WIDTH] = date, day, place - at
    time = clock(data, place)
    if time < 0 or data[place + 8] != BLANK:
        return 0, -1
    return day * 86400 + time, place + 9


@compiled
def dated(data: Bytes, at: int, state: Counts) -> tuple[int, int, int]:
    """'2024-07-10T11:02:29.5+08:00 ' → stamp, form, place behind (or -1)."""
    if data[at + 4] != MINUS or data[at + 7] != MINUS or data[at + 10] != 84:
        return 0, 0, -1
    date, rest = np.int64(eight(data, at)), np.int64(data[at + 8]) << 8 | np.int64(data[at + 9])
    if date != state[DATE] or rest != state[DATE_REST] or not state[DATE_REST]:
        high, low, month, day = pair(data, at), pair(data, at + 2), pair(data, at + 5), pair(data, at + 8)
        since = days(high * 100 + low, month, day)
        if high < 0 or low < 0 or since < 0:
            return 0, 0, -1
        state[DATE], state[DATE_REST], state[DAY] = date, rest, since
    time = clock(data, at + 11)
    if time < 0:
        return 0, 0, -1
    stamp = (state[DAY] * 86400 + time) * SECOND
    at += 19
    if data[at] == DOT:
        start = at + 1
        part, at = digits(data, start, 9)
        if at < 0:
            return 0, 0, -1
        for _ in range(9 - (at - start)):
            part *= 10
        stamp += part
    if data[at] == BLANK:
        return stamp, _LOCAL, at + 1
    if data[at] == 90:
        at += 1
    elif data[at] in (43, 45):
        sign = 1 if data[at] == 43 else -1
        hours = pair(data, at + 1)
        at += 3
        if data[at] == COLON:
            at += 1
        minutes = pair(data, at)
        if hours < 0 or minutes < 0:
            return 0, 0, -1
        stamp -= sign * (hours * 3600 + minutes * 60) * SECOND
        at += 2
    else:
        return 0, 0, -1
    if data[at] != BLANK:
        return 0, 0, -1
    return stamp, _UTC, at + 1


@inlined
def header(data: Bytes, at: int, state: Counts) -> tuple[int, int, int]:
    """Stamp, form and the place behind the blank after the stamp, or -1. Many lines share their second."""
    first, second = np.int64(eight(data, at)), np.int64(eight(data, at + 8))
    if first == state[HEAD] and second == state[HEAD_REST] and state[HEAD_WIDTH]:
        return state[STAMP], _YEARLESS, at + state[HEAD_WIDTH]
    if ZERO <= data[at] <= NINE:
        return dated(data, at, state)
    seconds, place = traditional(data, at, state)
    if 0 <= place <= at + 16:
        state[HEAD], state[HEAD_REST] = first, second
        state[HEAD_WIDTH], state[STAMP] = place - at, seconds * SECOND
    return seconds * SECOND, _YEARLESS, place
