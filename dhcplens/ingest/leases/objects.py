"""The ``options`` of usual statements as JSON, straight from the bytes of a file; compiled.

The text is that of ``rows.options_text(variables.read_options(...))``, or none where those have to look.
"""

from typing import Any, Final

import numpy as np

from dhcplens.ingest.leases.intern import LENGTH_BITS, LENGTH_MASK, code_of, word_tag
from dhcplens.ingest.leases.layout import OPTIONS
from dhcplens.ingest.leases.statements import is_word, word
from dhcplens.ingest.leases.wide import Bytes, byte
from dhcplens.ingest.scan.compiled import compiled, inlined

MOST_NAMES: Final = 60  # of variables in a file; one more is only met
LONGEST: Final = 1000  # bytes of a statement
_BILLING, _SET, _OPTION = 1, 2, 3  # groups in the order in which they are printed
_STATEMENTS: Final = (word("billing class "), word("set "), word("option "))
_BEGINS: Final = (word('"billing":['), word('"set":{'), word('"option":{'))
_AGENT: Final = (word("agent.circuit-id "), word("agent.remote-id "))
_EQUALS: Final = word(' = "')
_SHOWN = np.array([chr(code).isprintable() for code in range(1 << 16)])


@compiled
def option_texts(
    data: Bytes, runs: Any, slots: Any, names: Any, counts: Any, value: Bytes, out: Bytes, ends: Any
) -> None:
    """One object for each pair of runs, given by their places (0 for none); nothing for unusual ones.

    Twice the bytes of the runs and 64 are enough for it. The table ``slots``, ``names`` and ``counts`` gets
    the places of the names of variables; ``value`` is room for more than a value.
    """
    end = 0
    for index in range(len(runs)):
        end = max(end, _object(data, runs[index], slots, names, counts, value, out, end))
        ends[index] = end


@compiled
def _object(
    data: Bytes, runs: Any, slots: Any, names: Any, counts: Any, value: Bytes, out: Bytes, to: int
) -> int:
    """Write an object to ``out[to:]``; where it ends there, or -1."""
    out[to], to, group, seen = 123, to + 1, 0, 0
    for place in runs:
        at = place >> LENGTH_BITS
        end = at + (place & LENGTH_MASK)
        while at < end:
            begin, last = at, group
            while data[at] == 32 or 9 <= data[at] <= 13:
                at += 1
            group = _group(data, at, end)
            if group == 0 or group < last or (group == last and group == _BILLING):
                return -1
            to = _separate(last, group, out, to)
            if group == _BILLING:
                at += len(_STATEMENTS[0])
            else:
                at += len(_STATEMENTS[1]) if group == _SET else len(_STATEMENTS[2])
                code, length = _name(data, at, end, group, slots, names, counts)
                if length == 0 or seen >> code & 1:
                    return -1
                seen |= 1 << code
                to = _copy(data, at, at + length, out, to)
                out[to], to, at = 58, to + 1, at + length + (3 if group == _SET else 1)
            behind = _octets(data, at) if group == _OPTION else at
            if behind > at:
                to, at = _copy(data, at, behind, out, to), behind
            else:
                size, at = _unescaped(data, at, end, value)
                if size < 0 or (size == 0 and group == _OPTION):
                    return -1
                to = _put_quoted(value, size, out, to) if group == _OPTION else _put(value, size, out, to)
            if to < 0 or at >= end or data[at] != 59 or at + 1 - begin > LONGEST:
                return -1
            at += 1
    out[to], out[to + 1] = 93 if group == _BILLING else 125, 125
    return to + 2


@inlined
def _group(data: Bytes, at: int, end: int) -> int:
    """Which group a statement belongs to; 0 for another one."""
    if is_word(data, at, end, _STATEMENTS[1]):
        return _SET
    if is_word(data, at, end, _STATEMENTS[2]):
        return _OPTION
    return _BILLING if is_word(data, at, end, _STATEMENTS[0]) else 0


@inlined
def _separate(last: int, group: int, out: Bytes, to: int) -> int:
    """Write what stands between values, when those of a new group begin and in the midst of one."""
    if last:
        if group != last:
            out[to], to = 93 if last == _BILLING else 125, to + 1
        out[to], to = 44, to + 1
    if group == last:
        return to
    begin = _BEGINS[0] if group == _BILLING else _BEGINS[1] if group == _SET else _BEGINS[2]
    for char in begin:
        out[to], to = char, to + 1
    return to


@inlined
def _name(data: Bytes, at: int, end: int, group: int, slots: Any, names: Any, counts: Any) -> tuple[int, int]:
    """A number for the name of a variable or option that stands here before a value, and its length or 0."""
    if group == _OPTION:
        for index in range(2):
            if is_word(data, at, end, _AGENT[index]):
                return MOST_NAMES + 1 + index, len(_AGENT[index]) - 1
        return 0, 0
    length = 0
    while at + length < end:
        char = byte(data, at + length)
        letter, digit = 97 <= char | 32 <= 122, 48 <= char <= 57 or char == 45 or char == 95
        if not letter and (not digit or length == 0):
            break
        length += 1
    if not is_word(data, at + length, end, _EQUALS) or counts[OPTIONS] > MOST_NAMES:
        return 0, 0
    tag = word_tag(data, at, length, 0)
    return code_of(data, slots, names, counts, OPTIONS, tag, at << LENGTH_BITS | length), length


@inlined
def _copy(data: Bytes, start: int, end: int, out: Bytes, to: int) -> int:
    """Write a string of bytes that stand for themselves."""
    out[to], to = 34, to + 1
    for at in range(start, end):
        out[to], to = data[at], to + 1
    out[to] = 34
    return to + 1


@inlined
def _octets(data: Bytes, at: int) -> int:
    """Behind two or more short hex numbers with colons between them; the same place if there are none."""
    start, colons, digits = at, 0, 0
    while True:
        char = byte(data, at)
        if char == 58 and digits:
            colons, digits = colons + 1, 0
        elif (48 <= char <= 57 or 97 <= char <= 102) and digits < 2:
            digits += 1
        else:
            return at if colons and digits else start
        at += 1


@inlined
def _unescaped(data: Bytes, at: int, end: int, value: Bytes) -> tuple[int, int]:
    """Size of the value in quotes that stands here, and the place behind it; -1 for an unusual one."""
    if data[at] != 34:
        return -1, at
    size, at = 0, at + 1
    while at < end and size < LONGEST:
        char = byte(data, at)
        if char == 34:
            return size, at + 1
        if char < 32 or char > 126:
            return -1, at
        if char == 92:
            char = byte(data, at + 1)
            if 48 <= char <= 51 and 48 <= data[at + 2] <= 55 and 48 <= data[at + 3] <= 55:
                char = (char - 48) * 64 + (byte(data, at + 2) - 48) * 8 + byte(data, at + 3) - 48
                at += 3
            elif char == 34 or char == 92:
                at += 1
            else:
                return -1, at
        value[size] = char
        size, at = size + 1, at + 1
    return -1, at


@inlined
def _put_char(char: int, out: Bytes, to: int) -> int:
    """Write a byte as JSON of its text: itself, a backslash doubled, or in octal."""
    if char == 34:
        out[to], out[to + 1] = 92, 34
        return to + 2
    if 32 <= char <= 126 and char != 92:
        out[to] = char
        return to + 1
    out[to], out[to + 1] = 92, 92
    if char == 92:
        out[to + 2], out[to + 3] = 92, 92
        return to + 4
    for place in range(3):
        out[to + 2 + place] = 48 + (char >> (6 - 3 * place) & 7)
    return to + 5


@compiled
def _put(value: Bytes, size: int, out: Bytes, to: int) -> int:
    """Write a value as ``text.text_of`` shows it; -1 for rare characters."""
    out[to], to, at = 34, to + 1, 0
    while at < size:
        width = _width(value, at, size)
        if width < 0:
            return -1
        if width < 2:
            to, at = _put_char(byte(value, at), out, to), at + 1
        for _ in range(width if width > 1 else 0):
            out[to], to, at = value[at], to + 1, at + 1
    out[to] = 34
    return to + 1


@inlined
def _width(value: Bytes, at: int, size: int) -> int:
    """Bytes of the character that is printed as it stands here in UTF-8, 0 if none is; -1 for rare ones."""
    first = byte(value, at)
    if first < 0xC2 or at + 1 >= size or value[at + 1] >> 6 != 2:
        return 0
    code = (first & 31) << 6 | byte(value, at + 1) & 63
    if first < 0xE0:
        return 2 if _SHOWN[code] else 0
    if first >= 0xF0:
        return -1
    code = (code & 1023) << 6 | byte(value, at + 2) & 63
    whole = at + 2 < size and value[at + 2] >> 6 == 2
    return 3 if whole and code >= 0x800 and _SHOWN[code] else 0


@compiled
def _put_quoted(value: Bytes, size: int, out: Bytes, to: int) -> int:
    """Write a value as ``lexer.quoted`` does."""
    out[to], out[to + 1], out[to + 2], to = 34, 92, 34, to + 3
    for at in range(size):
        if value[at] == 34:  # its backslash is one more character
            out[to], out[to + 1], to = 92, 92, to + 2
        to = _put_char(byte(value, at), out, to)
    out[to], out[to + 1], out[to + 2] = 92, 34, 34
    return to + 3
