"""What belongs to the client at the end of a block, compared with the last one of its address; compiled.

The memory is slow beside the comparing, so a batch goes through four rounds, and each of them asks for what
the next one needs.
"""

from typing import Any, Final

from dhcplens.ingest.leases import statements
from dhcplens.ingest.leases.intern import LENGTH_BITS, address_tag, code_of, home, number_tag, word_tag
from dhcplens.ingest.leases.layout import (
    ABSENT,
    ADDRESS,
    B_BEHIND,
    B_BLANKS,
    B_CHANGED,
    B_CODE,
    B_LINES,
    B_NUMBER,
    B_TAG,
    B_TAIL,
    B_WORD,
    CODE,
    COUNTED,
    EXTRA,
    HOSTNAME,
    KEPT,
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
    T_START,
    T_WIDTH,
    UID,
)
from dhcplens.ingest.leases.statements import is_word, next_statement
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
    begin: int,
    count: int,
    seed: int,
    work: Any,
    batch: Any,
    rows: Any,
    slots: Any,
    places: Any,
    counts: Any,
    known: Any,
) -> int:
    """Complete the rows of a batch; gives how many there are before an unusual tail."""
    lines = work[COUNTED : COUNTED + 1]
    for index in range(count):
        step = batch[index]
        tag = address_tag(step[B_NUMBER], seed)
        step[B_CODE] = code_of(data, slots[ADDRESS], places[ADDRESS], counts, ADDRESS, tag, step[B_NUMBER])
        prefetch(known, step[B_CODE] * T_WIDTH)
    for index in range(count):
        old = batch[index, B_CODE] * T_WIDTH
        start = begin + known[old + T_START]
        for place in range(start, start + known[old + T_LENGTH], _CACHE_LINE):
            prefetch(data, place)
    for index in range(count):
        step, row = batch[index], rows[work[ROWS] + index]
        at, length = step[B_TAIL], step[B_BEHIND] - step[B_TAIL]
        old = step[B_CODE] * T_WIDTH
        row[LINE] = work[LINES] + step[B_BLANKS]
        alike = _alike(data, begin + known[old + T_START], at, min(length, known[old + T_LENGTH]))
        step[B_CHANGED] = alike < length
        if alike < length:
            lines[0] = 0
            flags = _new(data, at, at + alike, step, seed, work, slots)
            if flags < 0:
                count = index
                break
            known[old + T_FLAGS], known[old + T_LINES] = flags, lines[0]
        known[old + T_START], known[old + T_LENGTH] = at - begin, length
        row[SMALL] |= known[old + T_FLAGS] << 12
        work[LINES] += step[B_LINES] + known[old + T_LINES]
    for index in range(count):
        step, row = batch[index], rows[work[ROWS] + index]
        old = step[B_CODE] * T_WIDTH
        row[CODE + ADDRESS] = step[B_CODE]
        for kind in range(1, KINDS):
            word, place = step[B_WORD + kind], old + T_CODE + kind
            if step[B_CHANGED] and word == ABSENT:
                known[place] = -1
            elif step[B_CHANGED] and word != KEPT:
                known[place] = code_of(
                    data, slots[kind], places[kind], counts, kind, step[B_TAG + kind], word
                )
            row[CODE + kind] = known[place]
    return count


@inlined
def _alike(data: Bytes, one: int, other: int, length: int) -> int:
    """How many of so many bytes are the same at two places."""
    done = 0
    while done + 8 <= length and eight(data, one + done) == eight(data, other + done):
        done += 8
    while done < length and data[one + done] == data[other + done]:
        done += 1
    return done


@compiled
def _new(data: Bytes, at: int, alike: int, step: Any, seed: int, work: Any, slots: Any) -> int:
    """Read statements up to the brace at the end of a block, words into ``step``; flags, or -1 if unusual.

    Up to ``alike`` they are those of the remembered tail, and so are their words.
    """
    out, lines, behind = work[OUT : OUT + 1], work[COUNTED : COUNTED + 1], step[B_BEHIND]
    for kind in range(1, KINDS):
        step[B_WORD + kind] = ABSENT
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
                step[B_WORD + kind_of_run] = KEPT
            else:
                _put_word(data, step, kind_of_run, run, run_end - run, seed, slots)
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
        if at < 0 or step[B_WORD + kind] != ABSENT or (kind == UID and at == start):
            return -1
        if kind != MAC and data[at + 1] != 59:
            return -1
        if at + 2 <= alike:
            step[B_WORD + kind] = KEPT
        elif kind == MAC:
            step[B_WORD + MAC], step[B_TAG + MAC] = out[0], number_tag(out[0], seed)
            prefetch(slots[MAC], home(slots[MAC], step[B_TAG + MAC]))
        else:
            _put_word(data, step, kind, start, at - start, seed, slots)
        at += 0 if kind == MAC else 2
    return flags if at + 1 == behind else -1


@inlined
def _put_word(data: Bytes, step: Any, kind: int, start: int, length: int, seed: int, slots: Any) -> None:
    """Note a word, and have the place nearer where its code may be found."""
    step[B_WORD + kind], step[B_TAG + kind] = (
        start << LENGTH_BITS | length,
        word_tag(data, start, length, seed),
    )
    prefetch(slots[kind], home(slots[kind], step[B_TAG + kind]))
