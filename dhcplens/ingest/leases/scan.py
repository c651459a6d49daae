"""One pass over the bytes of a lease file for blocks as dhcpd itself writes them; compiled.

A block is taken here only if reading it the plain way could not say anything else; whatever is unusual
becomes a range of bytes for the plain reader. Statements may stand in any order, blanks and comments between.

dhcpd writes what belongs to the client at the end of a block, and mostly the same bytes at each renewal. So
the end of the last block of each address is remembered, and compared before it is taken apart.
"""

from typing import Any, Final

from dhcplens.ingest.leases import statements
from dhcplens.ingest.leases.intern import (
    ADDRESS,
    HOSTNAME,
    KINDS,
    MAC,
    OPTIONS,
    UID,
    number_code,
    same,
    word_code,
)
from dhcplens.ingest.leases.statements import WIDEST, blanks, date, is_word
from dhcplens.ingest.leases.wide import Bytes, byte, eight, mask, number, prefetch
from dhcplens.ingest.scan.compiled import compiled, inlined

AT, LINES, ROWS, RANGES, FAILED, OUT, STATE_SIZE = range(7)
"""The scanner's state: where it reads, line ends, rows and ranges so far, failed blocks; room to work."""
OFFSET, LINE, STAMP, CODE, SMALL, WIDTH = 0, 1, 2, 8, 8 + KINDS, 9 + KINDS
"""Fields of a row: place and line ends from the slice's begin on, six stamps in seconds (0 for none), a code
of each kind (-1 for none), and ``state | next << 4 | rewind << 8 | reserved << 12 | bootp << 13``."""
T_START, T_LENGTH, T_LINES, T_FLAGS, T_CODE, T_WIDTH = 0, 1, 2, 3, 3, 8
"""Fields of a remembered end of a block: its place in the slice, length (0 for none), line ends, flags, and
codes of all kinds but ADDRESS."""
SHORTEST_BLOCK: Final = 32

_LEASE = statements.word("lease ")
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
_RESERVED, _BOOTP = statements.word("reserved;"), statements.word("dynamic-bootp;")
_RESERVED_FLAG, _BOOTP_FLAG = 1, 2
_TSTP_SEEN, _STATE_SEEN = 1 << 2, 1 << 6
_CACHE_LINE: Final = 64
_CLIENT: Final = 9  # kinds of statements from here on are the client's


@inlined
def _block(
    data: Bytes,
    at: int,
    end: int,
    begin: int,
    seed: int,
    lines: Any,
    out: Any,
    row: Any,
    slots: Any,
    places: Any,
    counts: Any,
    tails: Any,
) -> int:
    """Read what stands behind the left brace, up to the right one, into one row; -1 if it is unusual."""
    known = tails[row[CODE + ADDRESS]]
    for index in range(6):
        row[STAMP + index] = 0
    for index in range(1, KINDS):
        row[CODE + index] = -1
    for index in range(begin + known[T_START], begin + known[T_START] + known[T_LENGTH], _CACHE_LINE):
        prefetch(data, index)
    seen, flags, state, following, rewind = 0, 0, 0, -1, -1
    mac, uid, uid_length, name, name_length, region, region_end = -1, 0, -1, 0, -1, -1, -1
    tail, tail_lines, pure, again = -1, 0, True, False
    while True:
        if (
            at + 3 < end
            and data[at] == 10
            and data[at + 1] == 32
            and data[at + 2] == 32
            and data[at + 3] > 96
        ):
            lines[0] += 1
            at += 3
        else:
            at = blanks(data, at, end, lines)
        if at < 0 or at >= end:
            return -1
        char = byte(data, at)
        if char == 125:
            break
        if at + WIDEST > len(data):
            return -1
        first = eight(data, at)
        kind = -1
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
            at = date(data, at, end, out)
            row[STAMP + kind] = out[0]
        elif char == 98:
            kind, at = 6, statements.state(data, at, end, out)
            state = out[0]
        elif char == 110 and first & _NEXT_MASK == _NEXT:
            kind, at = 7, statements.state(data, at + 5, end, out)
            following = out[0]
        elif char == 114 and first & _REWIND_MASK == _REWIND:
            kind, at = 8, statements.state(data, at + 7, end, out)
            rewind = out[0]
        else:
            if tail < 0:
                length = known[T_LENGTH]
                again = (
                    0 < length <= end - at
                    and data[at + length - 1] == 125
                    and same(data, begin + known[T_START], at, length)
                )
                if again:
                    at += length - 1
                    break
                tail, tail_lines = at, lines[0]
            if (char == 115 and first & _SET_MASK == _SET) or (
                char == 111 and first & _OPTION_MASK == _OPTION
            ):
                if region < 0:
                    region = at
                elif seen >> 14 & 1:  # another statement stands between
                    return -1
                at = region_end = statements.variable(data, at, end)
                if at < 0 or at - region > 65000:
                    return -1
                continue
            if char == 104 and statements.is_ethernet(data, at, first):
                kind, at = 9, statements.hardware(data, at + 18, end, out)
                mac = out[0]
            elif char == 117 and first & _UID_MASK == _UID:
                uid = at + 5
                kind, at = 10, statements.string(data, uid, end, True)
                uid_length = at - uid
                if uid_length <= 0 or at + 1 >= end or data[at + 1] != 59:
                    return -1
                at += 2
            elif char == 99 and statements.is_hostname(data, at, first):
                name = at + 17
                kind, at = 11, statements.string(data, name, end, False)
                name_length = at - name
                if at < 0 or at + 1 >= end or data[at + 1] != 59:
                    return -1
                at += 2
            elif char == 114 and is_word(data, at, end, _RESERVED):
                kind, at = 12, at + len(_RESERVED)
                flags |= _RESERVED_FLAG
            elif char == 100 and is_word(data, at, end, _BOOTP):
                kind, at = 13, at + len(_BOOTP)
                flags |= _BOOTP_FLAG
        if kind < 0 or at < 0 or seen >> kind & 1:
            return -1
        pure = pure and (tail < 0 or kind >= _CLIENT)
        seen |= 1 << kind | (1 << 14 if region >= 0 else 0)
    if not seen & _STATE_SEEN:
        return -1
    if again:
        flags = known[T_FLAGS]
        lines[0] += known[T_LINES]
        for index in range(1, KINDS):
            row[CODE + index] = known[T_CODE + index]
    else:
        if mac >= 0:
            row[CODE + MAC] = number_code(slots, places, counts, MAC, mac, seed)
        if uid_length >= 0:
            row[CODE + UID] = word_code(data, slots, places, counts, UID, uid, uid_length, seed)
        if name_length >= 0:
            row[CODE + HOSTNAME] = word_code(data, slots, places, counts, HOSTNAME, name, name_length, seed)
        if region >= 0:
            length = region_end - region
            row[CODE + OPTIONS] = word_code(data, slots, places, counts, OPTIONS, region, length, seed)
        if tail >= 0 and pure:
            known[T_START], known[T_LENGTH] = tail - begin, at + 1 - tail
            known[T_LINES], known[T_FLAGS] = lines[0] - tail_lines, flags
            for index in range(1, KINDS):
                known[T_CODE + index] = row[CODE + index]
    if not seen & _TSTP_SEEN:
        row[STAMP + 2] = row[STAMP + 1]
    following = state if following < 0 else following
    rewind = state if rewind < 0 else rewind
    row[SMALL] = state | following << 4 | rewind << 8 | flags << 12
    return at + 1


@inlined
def _have_room(counts: Any, places: Any) -> bool:
    """Whether one more word of each kind may come."""
    most = 0
    for kind in range(KINDS):
        most = max(most, counts[kind])
    return bool(most < places.shape[1])


@inlined
def _next_lease(data: Bytes, at: int, end: int) -> int:
    """The next line that begins with ``lease``, or the end."""
    while at < end:
        if data[at] == 10 and is_word(data, at + 1, end, _LEASE):
            return at + 1
        at += 1
    return end


@compiled
def scan(
    data: Bytes,
    begin: int,
    end: int,
    seed: int,
    work: Any,
    rows: Any,
    ranges: Any,
    slots: Any,
    places: Any,
    counts: Any,
    tails: Any,
) -> None:
    """Read ``data[begin:end]``, which begins at an entry, from ``work[AT]`` on.

    ``ranges`` (start, end, line ends before it) are the bytes for the plain reader. Stops before ``end`` when
    ``places`` may be too small for the words of one more block.
    """
    lines, out = work[LINES : LINES + 1], work[OUT : OUT + 1]
    at, count, found = work[AT], work[ROWS], work[RANGES]
    while at < end and _have_room(counts, places):
        before, lines_before = at, lines[0]
        at = blanks(data, at, end, lines)
        if at == end:
            break
        place = at
        if place >= 0 and is_word(data, at, end, _LEASE):
            row = rows[count]
            row[OFFSET], row[LINE] = place - begin, lines[0]
            at = statements.address(data, at + len(_LEASE), end, out)
            if at >= 0:
                row[CODE + ADDRESS] = number_code(slots, places, counts, ADDRESS, out[0], seed)
                at = _block(data, at, end, begin, seed, lines, out, row, slots, places, counts, tails)
                work[FAILED] += at < 0
        else:
            at = -1
        if at >= 0:
            count += 1
            continue
        lines[0] = lines_before
        at = _next_lease(data, max(place, before), end)
        for index in range(before, at):
            lines[0] += data[index] == 10
        if found and ranges[found - 1, 1] == before:
            ranges[found - 1, 1] = at
        else:
            ranges[found, 0], ranges[found, 1], ranges[found, 2] = before, at, lines_before
            found += 1
    work[AT], work[ROWS], work[RANGES] = at, count, found
