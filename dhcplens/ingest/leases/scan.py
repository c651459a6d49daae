"""One pass over the bytes of a lease file for blocks as dhcpd itself writes them; compiled.

A block is taken here only if reading it the plain way could not say anything else; whatever is unusual
becomes a range of bytes for the plain reader. Statements may stand in any order, blanks and comments between.
"""

from typing import Any, Final

import numpy as np

from dhcplens.ingest.leases.dates import NEVER_SECONDS
from dhcplens.ingest.leases.repeats import LENGTH_BITS, Bytes, byte, hash_of
from dhcplens.ingest.leases.rows import MISSING
from dhcplens.ingest.leases.wide import HIGH_BITS, digit_limits, eight, mask, number
from dhcplens.ingest.scan.compiled import compiled, inlined

STATES: Final = ("free", "active", "expired", "released", "abandoned", "reset", "backup")
STATE, NEXT, REWIND, FLAGS = range(4)  # rows of ``small``
UID, HOSTNAME, OPTIONS = range(3)  # rows of ``words``
RESERVED, BOOTP = 1, 2  # bits of the flags
NO_STATE: Final = 255
NO_WORD: Final = -1
SHORTEST_BLOCK: Final = 32
_WIDEST: Final = 32  # loads reach so far; nearer to the file's end the plain reader has to do
_LONGEST: Final = 1400  # strings and runs of blanks; dhcpd's buffer has 1500 bytes


def _word(text: str) -> Bytes:
    return np.frombuffer(text.encode(), dtype=np.uint8)


_LEASE = _word("lease ")
_NEVER, _EPOCH = _word("never;"), _word("epoch ")
_STARTS, _STARTS_MASK = number("starts "), mask("starts ")
_ENDS, _ENDS_MASK = number("ends "), mask("ends ")
_TSTP, _TSTP_MASK = number("tstp "), mask("tstp ")
_TSFP, _TSFP_MASK = number("tsfp "), mask("tsfp ")
_ATSFP, _ATSFP_MASK = number("atsfp "), mask("atsfp ")
_CLTT, _CLTT_MASK = number("cltt "), mask("cltt ")
_NEXT, _NEXT_MASK = number("next "), mask("next ")
_REWIND, _REWIND_MASK = number("rewind "), mask("rewind ")
_UID, _UID_MASK = number('uid "'), mask('uid "')
_SET, _SET_MASK = number("set "), mask("set ")
_OPTION, _OPTION_MASK = number("option "), mask("option ")
_BINDING, _BINDING_END = number("binding "), number("g state ")
_HARDWARE, _ETHER, _NET = number("hardware"), number(" etherne"), number("thernet ")
_CLIENT, _HOSTNAME = number("client-h"), number("ostname ")
_INDENT, _INDENT_MASK = number("\n  "), mask("\n  ")
_RESERVED, _BOOTP = _word("reserved;"), _word("dynamic-bootp;")
_STATE_WORDS = np.array([number((name + ";")[:8]) for name in STATES], dtype=np.uint64)
_STATE_MASKS = np.array([mask((name + ";")[:8]) for name in STATES], dtype=np.uint64)
_STATE_ENDS = np.array([number((name + ";")[8:]) for name in STATES], dtype=np.uint64)
_STATE_END_MASKS = np.array([mask((name + ";")[8:]) for name in STATES], dtype=np.uint64)
_STATE_LENGTHS = np.array([len(name) + 1 for name in STATES], dtype=np.int64)
_DATE, _DATE_LIMITS = number("0000/00/"), digit_limits("0000/00/")
_DAY_HOUR, _DAY_HOUR_LIMITS = number("00 00:00"), digit_limits("00 00:00")
_TIME, _TIME_LIMITS = number("00:00:00"), digit_limits("00:00:00")
_HEX = np.full(256, 255, dtype=np.uint8)
for _digit in range(16):
    _HEX[ord(f"{_digit:x}")] = _HEX[ord(f"{_digit:X}")] = _digit
_MONTH_DAYS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], dtype=np.int64)


@inlined
def _is(data: Bytes, at: int, end: int, word: Bytes) -> bool:
    if at + len(word) > end:
        return False
    for index in range(len(word)):  # noqa: SIM110 - numba compiles no generator
        if data[at + index] != word[index]:
            return False
    return True


@inlined
def _blanks(data: Bytes, at: int, end: int, line: Any) -> int:
    """Past blanks and comments; -1 for more blanks than are safe or a comment without an end."""
    run = at
    while at < end:
        char = byte(data, at)
        if char == 10:
            line[0] += 1
        elif char == 35:
            while at < end and data[at] != 10 and data[at] != 255:
                at += 1
            if at >= end or data[at] == 255:
                return -1
            line[0] += 1
            run = at + 1
        elif char != 32 and not 9 <= char <= 13:
            break
        at += 1
    return at if at - run < _LONGEST else -1


@inlined
def _pair(word: Any, shift: int) -> int:
    """Two digits of a loaded word whose characters were turned into their values."""
    tens = word >> np.uint64(shift) & np.uint64(15)
    ones = word >> np.uint64(shift + 8) & np.uint64(15)
    return np.int64(tens) * 10 + np.int64(ones)  # type: ignore[return-value]


@inlined
def _date(data: Bytes, at: int, end: int, out: Any) -> int:
    """Read a date and its semicolon into ``out[0]``; gives the place behind, or -1."""
    if data[at] == 110:
        if not _is(data, at, end, _NEVER):
            return -1
        out[0] = NEVER_SECONDS
        return at + 6
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
    out[0] = ((days * 24 + _pair(time, 0)) * 60 + _pair(time, 24)) * 60 + _pair(time, 48)
    return at + 22


@inlined
def _epoch(data: Bytes, at: int, end: int, out: Any) -> int:
    if not _is(data, at, end, _EPOCH):
        return -1
    at += len(_EPOCH)
    value, digits = 0, 0
    while at < end and 48 <= data[at] <= 57 and digits < 10:
        value = value * 10 + byte(data, at) - 48
        at, digits = at + 1, digits + 1
    out[0] = value
    return at + 1 if digits and at < end and data[at] == 59 and value <= NEVER_SECONDS else -1


@inlined
def _state(data: Bytes, at: int, end: int, out: Any) -> int:
    """Read a binding state and its semicolon into ``out[0]``; gives the place behind, or -1."""
    if at + _WIDEST > len(data) or eight(data, at) != _BINDING or eight(data, at + 6) != _BINDING_END:
        return -1
    at += 14
    word, rest = eight(data, at), eight(data, at + 8)
    for state in range(7):
        if word & _STATE_MASKS[state] == _STATE_WORDS[state]:
            at += _STATE_LENGTHS[state]
            out[0] = state
            return at if rest & _STATE_END_MASKS[state] == _STATE_ENDS[state] and at <= end else -1
    return -1


@inlined
def _string(data: Bytes, at: int, end: int, escapes: bool) -> int:
    """From behind a quote to its closing one; -1 for a string of an unusual kind."""
    first = at
    while at < end:
        char = byte(data, at)
        if char == 34:
            return at if at - first < _LONGEST else -1
        if char == 92:
            if not escapes or at + 3 >= end:
                return -1
            following = byte(data, at + 1)
            if 48 <= following <= 51:
                if not (48 <= data[at + 2] <= 55 and 48 <= data[at + 3] <= 55):
                    return -1
                at += 3
            elif following == 120 or following < 32 or following > 126:
                return -1
            else:
                at += 1
        elif char < 32 or char > 126:
            return -1
        at += 1
    return -1


@inlined
def _address(data: Bytes, at: int, end: int, out: Any) -> int:
    """Read ``A.B.C.D {`` into ``out[0]``; gives the place behind, or -1."""
    address = 0
    for part in range(4):
        value, digits = 0, 0
        while at < end and 48 <= data[at] <= 57 and digits < 3:
            value = value * 10 + byte(data, at) - 48
            at, digits = at + 1, digits + 1
        if digits == 0 or value > 255 or at + 1 >= end or data[at] != (46 if part < 3 else 32):
            return -1
        at += 1
        address = address * 256 + value
    out[0] = address
    return at + 1 if data[at] == 123 else -1


@inlined
def _hardware(data: Bytes, at: int, end: int, out: Any) -> int:
    """Read six two-digit hex numbers and the semicolon into ``out[0]``; gives the place behind, or -1."""
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


@inlined
def _variable(data: Bytes, at: int, end: int) -> int:
    """Past the semicolon of a ``set`` or ``option`` statement on one line, or -1."""
    first = at
    while at < end and at - first < _LONGEST:
        char = byte(data, at)
        if char == 59:
            return at + 1
        if char == 34:
            at = _string(data, at + 1, end, True)
            if at < 0:
                return -1
        elif char < 32 or char > 126 or char == 35 or char == 92 or char == 123 or char == 125:
            return -1
        at += 1
    return -1


@inlined
def _ethernet(data: Bytes, at: int, first: Any) -> bool:
    """Whether ``hardware ethernet`` and a blank stand here; ``first`` are the first eight bytes."""
    return bool(first == _HARDWARE and eight(data, at + 8) == _ETHER and eight(data, at + 10) == _NET)


@inlined
def _hostname(data: Bytes, at: int, first: Any) -> bool:
    """Whether ``client-hostname``, a blank and a quote stand here."""
    return bool(first == _CLIENT and eight(data, at + 8) == _HOSTNAME and data[at + 16] == 34)


@inlined
def _block(
    data: Bytes,
    at: int,
    end: int,
    row: int,
    line: Any,
    out: Any,
    mac: Any,
    stamps: Any,
    words: Any,
    hashes: Any,
    small: Any,
    seed: int,
) -> int:
    """Read what stands behind the left brace, up to the right one, into one row; -1 if it is unusual."""
    seen = 0
    for index in range(6):
        stamps[index, row] = MISSING
    for index in range(3):
        words[index, row] = hashes[index, row] = NO_WORD
        small[index, row] = NO_STATE
    small[FLAGS, row] = 0
    mac[row] = -1
    region, region_end = -1, -1
    while True:
        if (
            at + 3 < end
            and data[at] == 10
            and data[at + 1] == 32
            and data[at + 2] == 32
            and data[at + 3] > 96
        ):
            line[0] += 1
            at += 3
        else:
            at = _blanks(data, at, end, line)
        if at < 0 or at >= end:
            return -1
        char = byte(data, at)
        if char != 125 and at + _WIDEST > len(data):
            return -1
        first = eight(data, at) if at + 8 <= len(data) else np.uint64(0)
        kind = -1
        if char == 125:
            break
        if char == 115 and first & _STARTS_MASK == _STARTS:
            kind, at = 0, at + 7
        elif char == 101 and first & _ENDS_MASK == _ENDS:
            kind, at = 1, at + 5
        elif char == 116 and first & _TSTP_MASK == _TSTP:
            kind, at = 2, at + 5
        elif char == 116 and first & _TSFP_MASK == _TSFP:
            kind, at = 3, at + 5
        elif char == 97 and first & _ATSFP_MASK == _ATSFP:
            kind, at = 4, at + 6
        elif char == 99 and first & _CLTT_MASK == _CLTT:
            kind, at = 5, at + 5
        if kind >= 0:
            at = _date(data, at, end, out)
            if at < 0:
                return -1
            if out[0] != 0:
                stamps[kind, row] = out[0] * 1_000_000_000
        elif char == 98:
            kind, at = 6, _state(data, at, end, out)
            small[STATE, row] = out[0]
        elif char == 110 and first & _NEXT_MASK == _NEXT:
            kind, at = 7, _state(data, at + 5, end, out)
            small[NEXT, row] = out[0]
        elif char == 114 and first & _REWIND_MASK == _REWIND:
            kind, at = 8, _state(data, at + 7, end, out)
            small[REWIND, row] = out[0]
        elif char == 104 and _ethernet(data, at, first):
            kind, at = 9, _hardware(data, at + 18, end, out)
            mac[row] = out[0]
        elif (char == 117 and first & _UID_MASK == _UID) or (char == 99 and _hostname(data, at, first)):
            which = UID if char == 117 else HOSTNAME
            inside = at + (5 if which == UID else 17)
            kind, at = 10 + which, _string(data, inside, end, which == UID)
            if at < 0 or (which == UID and at == inside) or at + 1 >= end or data[at + 1] != 59:
                return -1
            words[which, row] = inside << LENGTH_BITS | (at - inside)
            hashes[which, row] = hash_of(data, inside, at, seed)
            at += 2
        elif (char == 115 and first & _SET_MASK == _SET) or (char == 111 and first & _OPTION_MASK == _OPTION):
            if region < 0:
                region = at
            elif region_end < 0:
                return -1
            at = _variable(data, at, end)
            region_end = at
            if at < 0 or at - region > 65000:
                return -1
            continue
        elif char == 114 and _is(data, at, end, _RESERVED):
            kind, at = 12, at + len(_RESERVED)
            small[FLAGS, row] |= RESERVED
        elif char == 100 and _is(data, at, end, _BOOTP):
            kind, at = 13, at + len(_BOOTP)
            small[FLAGS, row] |= BOOTP
        if kind < 0 or at < 0 or seen >> kind & 1:
            return -1
        seen |= 1 << kind
        if region_end >= 0:
            words[OPTIONS, row] = region << LENGTH_BITS | (region_end - region)
            hashes[OPTIONS, row] = hash_of(data, region, region_end, seed)
            region_end = -1  # more of them behind another statement are unusual
    if region_end >= 0:
        words[OPTIONS, row] = region << LENGTH_BITS | (region_end - region)
        hashes[OPTIONS, row] = hash_of(data, region, region_end, seed)
    if not seen >> 6 & 1:
        return -1
    if small[NEXT, row] == NO_STATE:
        small[NEXT, row] = small[STATE, row]
    if small[REWIND, row] == NO_STATE:
        small[REWIND, row] = small[STATE, row]
    if not seen >> 2 & 1:
        stamps[2, row] = stamps[1, row]
    return at + 1


@inlined
def _next_lease(data: Bytes, at: int, end: int) -> int:
    """The next line that begins with ``lease``, or the end."""
    while at < end:
        if data[at] == 10 and _is(data, at + 1, end, _LEASE):
            return at + 1
        at += 1
    return end


@compiled
def scan(
    data: Bytes,
    at: int,
    end: int,
    seed: int,
    numbers: Any,
    offsets: Any,
    lines: Any,
    addresses: Any,
    mac: Any,
    stamps: Any,
    words: Any,
    hashes: Any,
    small: Any,
    ranges: Any,
) -> Any:
    """Read ``data[at:end]``, which begins at an entry; gives counts of rows, of ranges and of line ends.

    ``ranges`` (start, end, lines before it) are the bytes for the plain reader; ``numbers`` are two zeros to
    work with.
    """
    line, out = numbers[:1], numbers[1:]
    row, count = 0, 0
    while at < end:
        begin, line_before = at, line[0]
        at = _blanks(data, at, end, line)
        if at == end:
            break
        place = at
        if place >= 0 and _is(data, at, end, _LEASE):
            lines[row] = line[0]
            at = _address(data, at + len(_LEASE), end, out)
            addresses[row] = out[0]
            if at >= 0:
                at = _block(data, at, end, row, line, out, mac, stamps, words, hashes, small, seed)
        else:
            at = -1
        if at >= 0:
            offsets[row] = place
            row += 1
            continue
        line[0] = line_before
        at = _next_lease(data, max(place, begin), end)
        for index in range(begin, at):
            line[0] += data[index] == 10
        if count and ranges[count - 1, 1] == begin:
            ranges[count - 1, 1] = at
        else:
            ranges[count, 0], ranges[count, 1], ranges[count, 2] = begin, at, line_before
            count += 1
    return row, count, line[0]
