"""What belongs to the client at the end of a block, compared with the last one of its address; compiled.

The memory is slow beside the comparing, so a batch goes through three rounds, and each of them asks for what
the next one needs.
"""

from typing import Any, Final

from dhcplens.ingest.leases import statements
from dhcplens.ingest.leases.intern import address_code, number_code, word_code
from dhcplens.ingest.leases.layout import (
    ADDRESS,
    B_BEHIND,
    B_BLANKS,
    B_CODE,
    B_LINES,
    B_NUMBER,
    B_TAIL,
    CODE,
    COUNTED,
    EXTRA,
    FILLED,
    HOSTNAME,
    KINDS,
    LINE,
    LINES,
    MAC,
    OPTIONS,
    OUT,
    ROWS,
    SMALL,
    T_CODE,
    T_FLAGS,
    T_LENGTH,
    T_LINES,
    T_ROOM,
    T_START,
    T_WIDTH,
    UID,
)
from dhcplens.ingest.leases.statements import WIDEST, is_word, next_statement
from dhcplens.ingest.leases.wide import Bytes, byte, eight, mask, number, prefetch
from dhcplens.ingest.scan.compiled import compiled, inlined

_CACHE_LINE: Final = 64
_LONGEST_RUN: Final = 65_000
_UID, _UID_MASK = number('uid "'), mask('uid "')
_SET, _SET_MASK = number("set "), mask("set ")
_OPTION, _OPTION_MASK = number("option "), mask("option ")
_BILLING = number("billing ")
_ON, _ON_MASK = number("on "), mask("on ")
_RESERVED, _BOOTP = statements.word("reserved;"), statements.word("dynamic-bootp;")
_RESERVED_FLAG, _BOOTP_FLAG = 1, 2


@compiled
def read(
    data: Bytes,
    count: int,
    seed: int,
    work: Any,
    batch: Any,
    rows: Any,
    slots: Any,
    places: Any,
    counts: Any,
    known: Any,
    texts: Bytes,
) -> int:
    """Complete the rows of a batch; gives how many there are before an unusual tail."""
    lines = work[COUNTED : COUNTED + 1]
    for index in range(count):
        step = batch[index]
        step[B_CODE] = address_code(slots, places, counts, step[B_NUMBER], seed)
        prefetch(known, step[B_CODE] * T_WIDTH)
    for index in range(count):
        old = batch[index, B_CODE] * T_WIDTH
        for place in range(known[old + T_START], known[old + T_START] + known[old + T_LENGTH], _CACHE_LINE):
            prefetch(texts, place)
    for index in range(count):
        step, row = batch[index], rows[work[ROWS] + index]
        code, at, length = step[B_CODE], step[B_TAIL], step[B_BEHIND] - step[B_TAIL]
        old = code * T_WIDTH
        row[CODE + ADDRESS] = code
        row[LINE] = work[LINES] + step[B_BLANKS]
        alike = _alike(texts, known[old + T_START], data, at, min(length, known[old + T_LENGTH]))
        if alike == length:
            flags, lines[0] = known[old + T_FLAGS], known[old + T_LINES]
            for kind in range(1, KINDS):
                row[CODE + kind] = known[old + T_CODE + kind]
        else:
            lines[0] = 0
            flags = _new(
                data, at, at + alike, step[B_BEHIND], seed, work, row, slots, places, counts, known, old
            )
            if flags < 0:
                return index
            _remember(data, at, alike, length, work, known, old, texts)
            known[old + T_FLAGS], known[old + T_LINES] = flags, lines[0]
            for kind in range(1, KINDS):
                known[old + T_CODE + kind] = row[CODE + kind]
        row[SMALL] |= flags << 12
        work[LINES] += step[B_LINES] + lines[0]
    return count


@inlined
def _alike(texts: Bytes, start: int, data: Bytes, at: int, length: int) -> int:
    """How many bytes of a remembered text of at least this length stand at ``at``."""
    done = 0
    while done + 8 <= length and eight(texts, start + done) == eight(data, at + done):
        done += 8
    while done < length and texts[start + done] == data[at + done]:
        done += 1
    return done


@inlined
def _remember(
    data: Bytes, at: int, alike: int, length: int, work: Any, known: Any, old: int, texts: Bytes
) -> None:
    """Keep this tail instead of the ``old`` one, the first bytes of which are ``alike``, if there is room."""
    known[old + T_LENGTH] = 0
    if length > known[old + T_ROOM]:
        room = (length + 31) // 32 * 32
        if work[FILLED] + room > len(texts):
            return
        known[old + T_START], known[old + T_ROOM] = work[FILLED], room
        work[FILLED] += room
        alike = 0
    start = known[old + T_START]
    for index in range(alike, length):
        texts[start + index] = data[at + index]
    known[old + T_LENGTH] = length


@compiled
def _new(
    data: Bytes,
    at: int,
    alike: int,
    behind: int,
    seed: int,
    work: Any,
    row: Any,
    slots: Any,
    places: Any,
    counts: Any,
    known: Any,
    old: int,
) -> int:
    """Read statements up to the brace before ``behind``, words into ``row``; flags, or -1 if unusual.

    Up to ``alike`` they are those of the ``old`` tail, and so are their words.
    """
    out, lines = work[OUT : OUT + 1], work[COUNTED : COUNTED + 1]
    if behind + WIDEST > len(data):
        return -1
    for kind in range(1, KINDS):
        row[CODE + kind] = -1
    flags, run, run_end, kind_of_run = 0, -1, -1, OPTIONS
    while True:
        at = next_statement(data, at, behind, lines)
        if at < 0 or at >= behind:
            return -1
        first = eight(data, at)
        is_other = (
            first & _SET_MASK == _SET
            or first & _OPTION_MASK == _OPTION
            or first == _BILLING
            or first & _ON_MASK == _ON
        )
        if is_other:
            run = at if run < 0 else run
            at = run_end = statements.other(data, at, behind, lines)
            if at < 0:
                return -1
            continue
        if run >= 0:
            if kind_of_run > EXTRA or run_end - run > _LONGEST_RUN:
                return -1
            if at + 8 <= alike:  # so that the statement behind is known to be of another kind
                row[CODE + kind_of_run] = known[old + T_CODE + kind_of_run]
            else:
                row[CODE + kind_of_run] = word_code(
                    data, slots, places, counts, kind_of_run, run, run_end - run, seed
                )
            kind_of_run, run = kind_of_run + 1, -1
        char = byte(data, at)
        if char == 125:
            break
        if char == 114 and is_word(data, at, behind, _RESERVED) and not flags & _RESERVED_FLAG:
            flags, at = flags | _RESERVED_FLAG, at + len(_RESERVED)
            continue
        if char == 100 and is_word(data, at, behind, _BOOTP) and not flags & _BOOTP_FLAG:
            flags, at = flags | _BOOTP_FLAG, at + len(_BOOTP)
            continue
        if char == 104 and statements.is_ethernet(data, at, first):
            kind, start = MAC, at + 18
            at = statements.hardware(data, start, behind, out)
        elif char == 117 and first & _UID_MASK == _UID:
            kind, start = UID, at + 5
            at = statements.string(data, start, behind, True)
        elif char == 99 and statements.is_hostname(data, at, first):
            kind, start = HOSTNAME, at + 17
            at = statements.string(data, start, behind, False)
        else:
            return -1
        if at < 0 or row[CODE + kind] >= 0 or (kind == UID and at == start):
            return -1
        if kind != MAC and data[at + 1] != 59:
            return -1
        if at + 2 <= alike:
            row[CODE + kind] = known[old + T_CODE + kind]
        elif kind == MAC:
            row[CODE + MAC] = number_code(slots, places, counts, MAC, out[0], seed)
        else:
            row[CODE + kind] = word_code(data, slots, places, counts, kind, start, at - start, seed)
        at += 0 if kind == MAC else 2
    return flags if at + 1 == behind else -1
