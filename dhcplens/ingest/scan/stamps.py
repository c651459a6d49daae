"""The two plainest frames: RFC 3164 and RFC 3339 stamps, read by compiled code."""

import numpy as np

from dhcplens.ingest.framing import YEAR, Form
from dhcplens.ingest.scan.atoms import BLANK, COLON, DOT, MINUS, NINE, ZERO, Bytes, digits, same
from dhcplens.ingest.scan.compiled import inlined
from dhcplens.ingest.scan.layout import DAY, DAY_AT, DAY_WIDTH, Counts

_NAMES = "JanFebMarAprMayJunJulAugSepOctNovDec"
_MONTHS = np.frombuffer(_NAMES.encode(), np.uint8).copy()
_YEARLESS, _LOCAL, _UTC = int(Form.YEARLESS), int(Form.LOCAL), int(Form.UTC)
_YEAR = YEAR
_SECOND = 1_000_000_000


@inlined
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
def clock(data: Bytes, at: int, end: int) -> int:
    """Seconds of HH:MM:SS, or -1."""
    if at < 0 or at + 8 > end or data[at + 2] != COLON or data[at + 5] != COLON:
        return -1
    hours, minutes, seconds = pair(data, at), pair(data, at + 3), pair(data, at + 6)
    if hours < 0 or minutes < 0 or seconds < 0:
        return -1
    return hours * 3600 + minutes * 60 + seconds


@inlined
def month_day(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """'Jul 10 ' or 'Jul  1 ' → days since 1970 in the year of yearless stamps, place behind (or -1)."""
    month = 0
    for one in range(12):
        at_name = 3 * one
        odd = (data[at] ^ _MONTHS[at_name]) | (data[at + 1] ^ _MONTHS[at_name + 1])
        if (odd | (data[at + 2] ^ _MONTHS[at_name + 2])) == 0:
            month = one + 1
    if month == 0 or data[at + 3] != BLANK:
        return 0, -1
    day, place = digits(data, at + 5 if data[at + 4] == BLANK else at + 4, end, 2)
    date = days(_YEAR, month, day)
    if place < 0 or place >= end or data[place] != BLANK or date < 0:
        return 0, -1
    return date, place + 1


@inlined
def traditional(data: Bytes, at: int, end: int, state: Counts) -> tuple[int, int, int]:
    """'Jul 10 11:02:29 ' → stamp, form, place behind (or -1). ``state`` remembers the last day."""
    if at + 16 > end:
        return 0, 0, -1
    before = state[DAY_AT]
    if before >= 0 and same(data, before, at, 7):
        date, place = state[DAY], at + state[DAY_WIDTH]
    else:
        date, place = month_day(data, at, end)
        if place < 0:
            return 0, 0, -1
        if place - at <= 7:
            state[DAY_AT], state[DAY], state[DAY_WIDTH] = at, date, place - at
    time = clock(data, place, end)
    if time < 0 or place + 8 >= end or data[place + 8] != BLANK:
        return 0, 0, -1
    return (date * 86400 + time) * _SECOND, _YEARLESS, place + 9


@inlined
def dated(data: Bytes, at: int, end: int) -> tuple[int, int, int]:
    """'2024-07-10T11:02:29.5+08:00 ' → stamp, form, place behind (or -1)."""
    if at + 20 > end or data[at + 4] != MINUS or data[at + 7] != MINUS or data[at + 10] != 84:
        return 0, 0, -1
    high, low, month, day = pair(data, at), pair(data, at + 2), pair(data, at + 5), pair(data, at + 8)
    time = clock(data, at + 11, end)
    if high < 0 or low < 0 or time < 0:
        return 0, 0, -1
    date = days(high * 100 + low, month, day)
    if date < 0:
        return 0, 0, -1
    stamp = (date * 86400 + time) * _SECOND
    at += 19
    if data[at] == DOT:
        start = at + 1
        part, at = digits(data, start, end, 9)
        if at < 0:
            return 0, 0, -1
        for _ in range(9 - (at - start)):
            part *= 10
        stamp += part
    if at >= end:
        return 0, 0, -1
    if data[at] == BLANK:
        return stamp, _LOCAL, at + 1
    if data[at] == 90:
        at += 1
    elif data[at] in (43, 45) and at + 5 < end:
        sign = 1 if data[at] == 43 else -1
        hours = pair(data, at + 1)
        at += 3
        if data[at] == COLON:
            at += 1
        if at + 2 > end:
            return 0, 0, -1
        minutes = pair(data, at)
        if hours < 0 or minutes < 0:
            return 0, 0, -1
        stamp -= sign * (hours * 3600 + minutes * 60) * _SECOND
        at += 2
    else:
        return 0, 0, -1
    if at >= end or data[at] != BLANK:
        return 0, 0, -1
    return stamp, _UTC, at + 1
