"""Dates of the lease file: dhcpd's reading of them (parse_date of common/parse.c) and its writing.

A time is a count of seconds since 1970 in UTC; 0 stands for none, as it does inside dhcpd.
"""

from datetime import UTC, datetime
from typing import Final

from dhcplens.ingest.leases.cursor import Cursor
from dhcplens.ingest.leases.lexer import Kind

NEVER_SECONDS: Final = 2**31 - 1
_MONTH_DAYS: Final = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_SHAPE: Final = ("day of week", "year", b"/", "month", b"/", "day", "hour", b":", "minute", b":", "second")


def integer(value: bytes) -> int:
    """A number token as C's atoi reads it into 32 bits."""
    digits = value if value != b"-" else b"0"
    if len(digits) > 19:
        digits = b"-9223372036854775808" if digits.startswith(b"-") else b"9223372036854775807"
    return wrap(int(digits))


def wrap(number: int) -> int:
    """A number in the 32 bits, with sign, that dhcpd has for it."""
    return (number + 2**31) % 2**32 - 2**31


def read_date(cursor: Cursor) -> int:
    """A date and its semicolon; 0 (with a remark) for one that dhcpd cannot read."""
    seconds = _core(cursor)
    return seconds if cursor.semicolon() or not cursor.exact else 0


def _core(cursor: Cursor) -> int:
    if cursor.take(b"never"):
        return NEVER_SECONDS
    if cursor.take(b"epoch"):
        return integer(_taken(cursor)) if _expect(cursor, "seconds since epoch") else 0
    numbers = []
    for part in _SHAPE:
        if not _expect(cursor, part):
            return 0
        if isinstance(part, str):
            numbers.append(integer(cursor.value()))
        cursor.step()
    offset = 0
    if cursor.kind() is Kind.NUMBER:
        offset = integer(_taken(cursor))
    elif cursor.word() != b";":
        return _refuse(cursor, "an offset or a semicolon")
    return _seconds(cursor, numbers[1:], offset)


def _taken(cursor: Cursor) -> bytes:
    value = cursor.value()
    cursor.step()
    return value


def _expect(cursor: Cursor, part: str | bytes) -> bool:
    fits = cursor.word() == part if isinstance(part, bytes) else cursor.kind() is Kind.NUMBER
    if not fits:
        _refuse(cursor, part.decode() if isinstance(part, bytes) else f"the {part}")
    return fits


def _refuse(cursor: Cursor, wanted: str) -> int:
    cursor.remark(f"a date is not readable: {wanted} is missing")
    if cursor.word() != b";" and (cursor.exact or cursor.word() != b"}"):
        cursor.step()
    return 0


def _seconds(cursor: Cursor, numbers: list[int], offset: int) -> int:
    year, month, day, hour, minute, second = numbers
    if year > 1900:
        year -= 1900
    if year >= 138:
        return NEVER_SECONDS
    if not 1 <= month <= 12:
        cursor.remark(f"a date has month {month}")
        return 0
    days = (
        365 * (year - 70)
        + int((year - 69) / 4)
        + _MONTH_DAYS[month - 1]
        + (month > 2 and not (year - 72) & 3)
        + day
        - 1
    )
    return wrap(((days * 24 + hour) * 60 + minute) * 60 + second + offset)


def date_text(seconds: int) -> str:
    """A time as dhcpd 4.x and 3.x write it, with its semicolon: ``3 2024/01/31 10:00:00;`` or ``never;``.

    Times before 1970, which dhcpd refuses to write, come as ``epoch -N;``, which it reads.
    """
    if seconds >= NEVER_SECONDS:
        return "never;"
    if seconds < 0:
        return f"epoch {seconds};"
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{(moment.weekday() + 1) % 7} {moment:%Y/%m/%d %H:%M:%S};"
