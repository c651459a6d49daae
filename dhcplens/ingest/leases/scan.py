"""One pass over the bytes of a lease file for blocks as dhcpd itself writes them; compiled.

A block is taken here only if reading it the plain way could not say anything else; whatever is unusual
becomes a range of bytes for the plain reader.

dhcpd writes stamps and states first, and behind them what belongs to the client, mostly the same bytes at
each renewal. So a block is read in two steps, each of them for a batch of blocks at a time: its head, and its
tail, for which the last one of the same address is at hand (``tails``).
"""

from typing import Any, Final

import numpy as np

from dhcplens.ingest.leases import statements, tails
from dhcplens.ingest.leases.intern import address_tag, home
from dhcplens.ingest.leases.layout import (
    ADDRESS,
    AT,
    B_BEFORE,
    B_BEHIND,
    B_BLANKS,
    B_LINES,
    B_NUMBER,
    B_TAIL,
    BATCH,
    COUNTED,
    FAILED,
    KINDS,
    LINES,
    OFFSET,
    OUT,
    RANGES,
    ROWS,
    SMALL,
    STAMP,
)
from dhcplens.ingest.leases.statements import WIDEST, blanks, is_word, next_statement
from dhcplens.ingest.leases.wide import Bytes, eight, mask, number, prefetch
from dhcplens.ingest.scan.compiled import compiled, inlined
from dhcplens.ingest.scan.eights import low_zeros

_LEASE: Final = statements.word("lease ")
_STARTS, _STARTS_MASK = number("starts "), mask("starts ")
_ENDS, _ENDS_MASK = number("ends "), mask("ends ")
_TSTP, _TSTP_MASK = number("tstp "), mask("tstp ")
_TSFP, _TSFP_MASK = number("tsfp "), mask("tsfp ")
_ATSFP, _ATSFP_MASK = number("atsfp "), mask("atsfp ")
_CLTT, _CLTT_MASK = number("cltt "), mask("cltt ")
_BINDING = number("binding ")
_NEXT, _NEXT_MASK = number("next "), mask("next ")
_REWIND, _REWIND_MASK = number("rewind "), mask("rewind ")
_ENDS_KIND, _TSTP_KIND, _STATE_KIND, _NEXT_KIND, _REWIND_KIND = 1, 2, 6, 7, 8
_BRACES, _ONES, _HIGH = (np.uint64(0x0101010101010101 * byte) for byte in (125, 1, 128))


@inlined
def _head(data: Bytes, at: int, end: int, lines: Any, out: Any, day: Any, row: Any) -> int:
    """Read stamps and states; gives the place of the first statement of another kind, -1 if it is unusual."""
    for index in range(6):
        row[STAMP + index] = 0
    last, tstp, state, following, rewind = -1, False, -1, -1, -1
    while True:
        at = next_statement(data, at, end, lines)
        if at < 0 or at + WIDEST > len(data):
            return -1
        first = eight(data, at)
        if first & _STARTS_MASK == _STARTS:
            kind, at = 0, at + 7
        elif first & _ENDS_MASK == _ENDS:
            kind, at = _ENDS_KIND, at + 5
        elif first & _TSTP_MASK == _TSTP:
            kind, at = _TSTP_KIND, at + 5
            tstp = True
        elif first & _TSFP_MASK == _TSFP:
            kind, at = 3, at + 5
        elif first & _ATSFP_MASK == _ATSFP:
            kind, at = 4, at + 6
        elif first & _CLTT_MASK == _CLTT:
            kind, at = 5, at + 5
        elif first == _BINDING:
            kind = _STATE_KIND
        elif first & _NEXT_MASK == _NEXT:
            kind, at = _NEXT_KIND, at + 5
        elif first & _REWIND_MASK == _REWIND:
            kind, at = _REWIND_KIND, at + 7
        else:
            break
        if kind <= last:
            return -1
        last = kind
        if kind < _STATE_KIND:
            at = statements.date(data, at, end, out, day)
            row[STAMP + kind] = out[0]
        else:
            at = statements.state(data, at, end, out)
            if kind == _STATE_KIND:
                state = out[0]
            elif kind == _NEXT_KIND:
                following = out[0]
            else:
                rewind = out[0]
        if at < 0:
            return -1
    if state < 0:
        return -1
    if not tstp:
        row[STAMP + _TSTP_KIND] = row[STAMP + _ENDS_KIND]
    following = state if following < 0 else following
    rewind = state if rewind < 0 else rewind
    row[SMALL] = state | following << 4 | rewind << 8
    return at


@inlined
def _behind_brace(data: Bytes, at: int, end: int) -> int:
    """Behind the first right brace here or at the begin of a line, -1 if none comes."""
    first, end = at, min(end, len(data) - 7)  # from which eight bytes are there
    while at < end:
        odd = eight(data, at) ^ _BRACES
        found = (odd - _ONES) & ~odd & _HIGH
        if found == 0:
            at += 8
            continue
        at += low_zeros(found) >> 3
        if at >= end:
            return -1
        if at == first or data[at - 1] == 10:
            return at + 1
        at += 1
    return -1


@inlined
def _have_room(counts: Any, places: Any) -> bool:
    """Whether the words of one more batch may come."""
    most = 0
    for kind in range(KINDS):
        most = max(most, counts[kind])
    return bool(most + BATCH < places.shape[1])


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
    day: Any,
    batch: Any,
    rows: Any,
    ranges: Any,
    slots: Any,
    places: Any,
    counts: Any,
    known: Any,
) -> None:
    """Read ``data[begin:end]``, which begins at an entry, from ``work[AT]`` on.

    ``ranges`` (start, end, line ends before it) are the bytes for the plain reader. Stops before ``end`` when
    ``places`` may be too small for the words of one more batch.
    """
    out, lines = work[OUT : OUT + 1], work[COUNTED : COUNTED + 1]
    homes = slots[ADDRESS]
    at, found = work[AT], work[RANGES]
    while at < end and _have_room(counts, places):
        count, before, place, odd = 0, at, at, False
        while count < BATCH and at < end and not odd:
            before, lines[0] = at, 0
            at = place = blanks(data, at, end, lines)
            if place == end:
                break
            row, step = rows[work[ROWS] + count], batch[count]
            row[OFFSET], step[B_BEFORE], step[B_BLANKS] = place - begin, before, lines[0]
            if place >= 0:
                at = -1
                if is_word(data, place, end, _LEASE):
                    at = statements.address(data, place + len(_LEASE), end, out)
            if at >= 0:
                step[B_NUMBER] = out[0]
                prefetch(homes, home(homes, address_tag(out[0], seed)))
                at = _head(data, at, end, lines, out, day, row)
            if at >= 0:
                step[B_TAIL], step[B_LINES] = at, lines[0]
                at = step[B_BEHIND] = _behind_brace(data, at, end)
                at = at if at + WIDEST <= len(data) else -1
            odd = at < 0
            count += not odd
        blank = 0 if odd or place < end else lines[0]
        read = tails.read(data, begin, count, seed, work, batch, rows, slots, places, counts, known)
        if read < count:
            before, place, odd = batch[read, B_BEFORE], rows[work[ROWS] + read, OFFSET] + begin, True
            work[FAILED] = 1
        work[ROWS] += read
        if not odd:
            work[LINES] += blank
            continue
        at = _next_lease(data, max(place, before), end)
        if found and ranges[found - 1, 1] == before:
            ranges[found - 1, 1] = at
        else:
            ranges[found, 0], ranges[found, 1], ranges[found, 2] = before, at, work[LINES]
            found += 1
        for index in range(before, at):
            work[LINES] += data[index] == 10
    work[AT], work[RANGES] = at, found
