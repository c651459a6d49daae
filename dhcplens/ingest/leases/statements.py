"""The statements of a usual lease block, read from bytes as dhcpd itself writes them; compiled.

Each reader gives the place behind what it read, or -1 for text that it leaves to the plain reader; a value
goes to ``out[0]``. Nearer to the end of the file than ``WIDEST`` the plain reader has to do.
"""

from typing import Any, Final

import numpy as np

from dhcplens.ingest.leases.dates import NEVER_SECONDS
from dhcplens.ingest.leases.wide import HIGH_BITS, Bytes, byte, digit_limits, eight, mask, number
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import low_zeros

STATES: Final = ("free", "active", "expired", "released", "abandoned", "reset", "backup")
WIDEST: Final = 32  # loads reach so far
_LONGEST: Final = 1400  # strings and runs of blanks; dhcpd's buffer has 1500 bytes


def word(text: str) -> Bytes:
    """Text to compare with byte by byte."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


_NEVER, _EPOCH = word("never;"), word("epoch ")
_BINDING, _BINDING_END = number("binding "), number("g state ")
_HARDWARE, _ETHER, _NET = number("hardware"), number(" etherne"), number("thernet ")
_CLIENT, _HOSTNAME = number("client-h"), number("ostname ")
# States by the last five bits of their third letter, which differs in all of them.
_STATE_OF = np.full(32, -1, dtype=np.int64)
_STATE_OF[[ord(name[2]) & 31 for name in STATES]] = np.arange(len(STATES))
_STATE_WORDS = np.array([[number((name + ";")[at : at + 8]) for at in (0, 8)] for name in STATES])
_STATE_MASKS = np.array([[mask((name + ";")[at : at + 8]) for at in (0, 8)] for name in STATES])
_STATE_LENGTHS = np.array([len(name) + 1 for name in STATES], dtype=np.int64)
_DATE, _DATE_LIMITS = number("0000/00/"), digit_limits("0000/00/")
_DAY_HOUR, _DAY_HOUR_LIMITS = number("00 00:00"), digit_limits("00 00:00")
_TIME, _TIME_LIMITS = number("00:00:00"), digit_limits("00:00:00")
_HEX = np.full(256, 255, dtype=np.uint8)
for _digit in range(16):
    _HEX[ord(f"{_digit:x}")] = _HEX[ord(f"{_digit:X}")] = _digit
_QUOTES, _SLASHES, _ONES, _BLANKS = (np.uint64(0x0101010101010101 * byte) for byte in (34, 92, 1, 32))
_PLAIN, _QUOTE, _OPEN, _CLOSE, _NEWLINE, _SEMICOLON, _REFUSED = range(7)
_MEANINGS = np.full(256, _REFUSED, dtype=np.uint8)
_MEANINGS[32:127] = _PLAIN
for _char, _meaning in zip(b'"{}\n;#\\', (*range(1, 6), _REFUSED, _REFUSED), strict=True):
    _MEANINGS[_char] = _meaning
_LAST_DAY: Final = 24_850  # some days before the end of dhcpd's times, as hours may be more than 23
_MONTH_DAYS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], dtype=np.int64)


@inlined
def is_word(data: Bytes, at: int, end: int, text: Bytes) -> bool:
    """Whether this text stands here."""
    if at + len(text) > end:
        return False
    for index in range(len(text)):  # noqa: SIM110 - numba compiles no generator
        if data[at + index] != text[index]:
            return False
    return True


@inlined
def blanks(data: Bytes, at: int, end: int, lines: Any) -> int:
    """Past blanks and comments, their line ends counted; -1 for more than are safe or an endless comment."""
    run = at
    while at < end:
        char = byte(data, at)
        if char == 10:
            lines[0] += 1
        elif char == 35:
            while at < end and data[at] != 10 and data[at] != 255:
                at += 1
            if at >= end or data[at] == 255:
                return -1
            lines[0] += 1
            run = at + 1
        elif char != 32 and not 9 <= char <= 13:
            break
        at += 1
    return at if at - run < _LONGEST else -1


@inlined
def next_statement(data: Bytes, at: int, end: int, lines: Any) -> int:
    """The same, sooner where a statement follows on a line of its own."""
    if at + 3 < end and data[at] == 10 and data[at + 1] == 32 and data[at + 2] == 32 and data[at + 3] > 96:
        lines[0] += 1
        return at + 3
    return blanks(data, at, end, lines)


@inlined
def _pair(word: Any, shift: int) -> int:
    """Two digits of a loaded word whose characters were turned into their values."""
    tens = word >> np.uint64(shift) & np.uint64(15)
    ones = word >> np.uint64(shift + 8) & np.uint64(15)
    return np.int64(tens) * 10 + np.int64(ones)  # type: ignore[return-value]


@inlined
def date(data: Bytes, at: int, end: int, out: Any, day: Any) -> int:
    """A date, in seconds, and its semicolon.

    ``day`` has the last day that was read, as two words and the seconds of its begin.
    """
    time = eight(data, at + 13) ^ _TIME
    known = (
        eight(data, at + 1) == day[0]
        and eight(data, at + 5) == day[1]
        and ((time + _TIME_LIMITS) | time) & HIGH_BITS == 0
        and data[at + 21] == 59
        and 48 <= data[at] <= 57
    )
    if not known:
        return _other_date(data, at, end, out, day)
    out[0] = np.int64(day[2]) + (_pair(time, 0) * 60 + _pair(time, 24)) * 60 + _pair(time, 48)
    return at + 22


@compiled
def _other_date(data: Bytes, at: int, end: int, out: Any, day: Any) -> int:
    if data[at] == 110:
        out[0] = NEVER_SECONDS
        return at + 6 if is_word(data, at, end, _NEVER) else -1
    if data[at] == 101:
        return _epoch(data, at, end, out)
    if at + 22 > end or data[at] < 48 or data[at] > 57 or data[at + 1] != 32 or data[at + 21] != 59:
        return -1
    date = eight(data, at + 2) ^ _DATE
    day_hour = eight(data, at + 10) ^ _DAY_HOUR
    time = eight(data, at + 13) ^ _TIME
    wrong = (
        (date + _DATE_LIMITS) | date | (day_hour + _DAY_HOUR_LIMITS) | day_hour | (time + _TIME_LIMITS) | time
    )
    year, month = _pair(date, 0) * 100 + _pair(date, 16), _pair(date, 40)
    if wrong & HIGH_BITS != 0 or year < 1970 or year > 2037 or month < 1 or month > 12:
        return -1
    days = 365 * (year - 1970) + (year - 1969) // 4 + _MONTH_DAYS[month - 1] + _pair(day_hour, 0) - 1
    if month > 2 and year % 4 == 0:
        days += 1
    out[0] = days * 86_400 + (_pair(time, 0) * 60 + _pair(time, 24)) * 60 + _pair(time, 48)
    if out[0] > NEVER_SECONDS:
        return -1
    if days < _LAST_DAY:
        day[0], day[1], day[2] = eight(data, at + 1), eight(data, at + 5), np.uint64(days * 86_400)
    return at + 22


@inlined
def _epoch(data: Bytes, at: int, end: int, out: Any) -> int:
    if not is_word(data, at, end, _EPOCH):
        return -1
    at += len(_EPOCH)
    value, digits = 0, 0
    while at < end and 48 <= data[at] <= 57 and digits < 10:
        value = value * 10 + byte(data, at) - 48
        at, digits = at + 1, digits + 1
    out[0] = value
    return at + 1 if digits and at < end and data[at] == 59 and value <= NEVER_SECONDS else -1


@inlined
def state(data: Bytes, at: int, end: int, out: Any) -> int:
    """``binding state``, the number of a state and a semicolon."""
    if at + WIDEST > len(data) or eight(data, at) != _BINDING or eight(data, at + 6) != _BINDING_END:
        return -1
    at += 14
    state = _STATE_OF[data[at + 2] & 31]
    out[0] = state
    if state < 0:
        return -1
    wrong = (eight(data, at) & _STATE_MASKS[state, 0]) ^ _STATE_WORDS[state, 0]
    wrong |= (eight(data, at + 8) & _STATE_MASKS[state, 1]) ^ _STATE_WORDS[state, 1]
    at += _STATE_LENGTHS[state]
    return at if wrong == 0 and at <= end else -1


@compiled
def string(data: Bytes, at: int, end: int, escapes: bool) -> int:
    """From behind a quote to its closing one, where it stays; -1 for a string of an unusual kind."""
    first = at
    while at < end:
        word = eight(data, at)
        quote, slash = word ^ _QUOTES, word ^ _SLASHES
        found = (
            (quote - _ONES) & ~quote | (slash - _ONES) & ~slash | (word - _BLANKS) | word | (word + _ONES)
        ) & HIGH_BITS
        if found == 0:
            at += 8
            continue
        at += low_zeros(found) >> 3
        char = byte(data, at)
        if at >= end or (char != 92 and char != 34):
            return -1
        if char == 34:
            return at if at - first < _LONGEST else -1
        if not escapes or at + 3 >= end:
            return -1
        following = byte(data, at + 1)
        if 48 <= following <= 51:
            if not (48 <= data[at + 2] <= 55 and 48 <= data[at + 3] <= 55):
                return -1
            at += 4
        elif following == 120 or following < 32 or following > 126:
            return -1
        else:
            at += 2
    return -1


@inlined
def address(data: Bytes, at: int, end: int, out: Any) -> int:
    """``A.B.C.D {``."""
    if at + WIDEST > end:
        return -1
    value, good = 0, True
    for part in range(4):  # without a branch, as nothing tells how many digits come
        first, second, third = byte(data, at) - 48, byte(data, at + 1) - 48, byte(data, at + 2) - 48
        two = 0 <= second <= 9
        three = two & (0 <= third <= 9)
        octet = first * 10 + second if two else first
        octet = octet * 10 + third if three else octet
        at += 1 + np.int64(two) + np.int64(three)  # type: ignore[assignment]
        good = good & (0 <= first <= 9) & (octet <= 255) & (data[at] == (46 if part < 3 else 32))
        at += 1
        value = value * 256 + octet
    out[0] = value
    return at + 1 if good and data[at] == 123 else -1


@inlined
def hardware(data: Bytes, at: int, end: int, out: Any) -> int:
    """Six two-digit hex numbers and the semicolon."""
    if at + 18 > end:
        return -1
    value = 0
    for part in range(6):
        high, low = byte(_HEX, data[at + 3 * part]), byte(_HEX, data[at + 3 * part + 1])
        if high > 15 or low > 15:
            return -1
        value = value * 256 + high * 16 + low
        if data[at + 3 * part + 2] != (58 if part < 5 else 59):
            return -1
    out[0] = value
    return at + 18


@compiled
def other(data: Bytes, at: int, end: int, lines: Any) -> int:
    """Past the semicolon or the last brace of a statement; line ends stand in braces only."""
    depth = 0
    while at < end:
        meaning = _MEANINGS[data[at]]
        at += 1
        if meaning == _PLAIN:
            continue
        if meaning == _QUOTE:
            at = string(data, at, end, True) + 1
            if at == 0:
                return -1
        elif meaning == _OPEN:
            depth += 1
        elif meaning == _CLOSE and depth > 0:
            depth -= 1
            if depth == 0:
                return at
        elif meaning == _NEWLINE and depth > 0:
            lines[0] += 1
        elif meaning != _SEMICOLON:
            return -1
        elif depth == 0:
            return at
    return -1


@inlined
def is_ethernet(data: Bytes, at: int, first: Any) -> bool:
    """Whether ``hardware ethernet`` and a blank stand here; ``first`` are the first eight bytes."""
    return bool(first == _HARDWARE and eight(data, at + 8) == _ETHER and eight(data, at + 10) == _NET)


@inlined
def is_hostname(data: Bytes, at: int, first: Any) -> bool:
    """Whether ``client-hostname``, a blank and a quote stand here."""
    return bool(first == _CLIENT and eight(data, at + 8) == _HOSTNAME and data[at + 16] == 34)
