"""Lease blocks as dhcpd itself writes them, line by line: each different line is read once.

A line that holds one whole statement means the same in every block. What is not such a line, or stands twice
in a block, is left to the exact reader.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from dhcplens.ingest.leases.lease import STAMPS, Lease
from dhcplens.ingest.leases.lexer import colon_hex, unescaped
from dhcplens.ingest.leases.rows import options_text
from dhcplens.ingest.leases.variables import read_options, read_statements

ENDS, TSTP, STATE, NEXT, REWIND, HARDWARE, UID, HOSTNAME, RESERVED, BOOTP = 1, 2, *range(6, 14)
"""Where the values of lines go; the first six are the stamps."""
_COLUMNS, _REFUSED, _OTHER = 14, 14, 15
_Meaning = tuple[int, Any]
"""One of the above, or ``_REFUSED``, or ``_OTHER`` for what has no column; and a value. That of ``_OTHER`` is
the line that closes its braces, if it has some."""
_MOST_KNOWN: Final = 1 << 16
_LONGEST_LINE: Final = 700  # so that neither strings nor blanks outgrow dhcpd's buffer of 1500 bytes
_LAST_DAY: Final = 2**31 - 200 * 86_400  # some way before the end of dhcpd's times
_STAMPS: Final = {name.encode(): slot for slot, name in enumerate(STAMPS)}
_OCTET: Final = rb"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_HEAD: Final = re.compile(rb"lease (%b(?:\.%b){3}) \{[ \t\r]{0,9}" % (_OCTET, _OCTET))
_LINE: Final = re.compile(
    rb"[ \t]{0,9}(?:(starts|ends|tstp|tsfp|atsfp|cltt) \d (\d{4}/\d\d/\d\d) (\d\d):(\d\d):(\d\d)"
    rb"|hardware ethernet ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})"
    rb'|uid "((?:[ !#-\[\]-~]|\\[0-3][0-7][0-7]|\\["\\])+)"'
    rb'|client-hostname "([ !#-\[\]-~]*)");[ \t\r]{0,9}'
)
_NO_COLUMN: Final = re.compile(
    rb"([ \t]*)(?:set|option|supersede|ddns-fwd-name|ddns-rev-name|billing|class|on) [^{}]*(\{)?[ \t\r]*"
)


class UsualBlocks:
    """Reads blocks, and remembers their lines."""

    def __init__(self) -> None:
        self._known: dict[bytes, _Meaning] = {}
        self._days: dict[bytes, int] = {}
        self._options: dict[bytes, str | None] = {}

    def row(self, line: int, lines: Sequence[bytes], accepted: bool) -> list[Any] | None:
        """The row of ``bindings`` of a block, given from its head to before its right brace; None if unusual.

        Values have the order of the schema without server and source.
        """
        head = _HEAD.fullmatch(lines[0])
        if head is None:
            return None
        values: list[Any] = [None] * _COLUMNS
        others: list[bytes] = []
        known, rest = self._known, iter(lines)
        next(rest)
        for text in rest:
            slot, value = known.get(text) or self._meaning(text)
            if slot < _COLUMNS and values[slot] is None:
                values[slot] = value
            elif slot == _OTHER:
                others.append(text)
                if value:
                    others += _through(value, rest)
            else:
                return None
        state = values[STATE]
        options = self._text_of(b"\n".join(others)) if others else None
        if state is None or (others and options is None):
            return None
        if values[TSTP] is None:
            values[TSTP] = values[ENDS]
        return [
            line,
            head[1].decode(),
            *values[:STATE],
            state,
            values[NEXT] or state,
            values[REWIND] or state,
            *(values[HARDWARE] or (None, None)),
            values[UID],
            values[HOSTNAME],
            bool(values[RESERVED]),
            bool(values[BOOTP]),
            options,
            accepted,
        ]

    def _meaning(self, line: bytes) -> _Meaning:
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        match = _LINE.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        meaning = (self._usual(match) if match else None) or _exact(line)
        self._known[line] = meaning
        return meaning

    def _usual(self, match: re.Match[bytes]) -> _Meaning | None:
        stamp, day, hour, minute, second, hardware, uid, hostname = match.groups()
        if stamp is not None:
            begin = self._day(day)
            seconds = begin + int(hour) * 3600 + int(minute) * 60 + int(second)
            return (_STAMPS[stamp], seconds) if 0 < begin < _LAST_DAY else None
        if hardware is not None:
            return HARDWARE, ("ethernet", hardware.decode())
        if uid is not None:
            return UID, colon_hex(unescaped(uid))
        return HOSTNAME, hostname.decode()

    def _day(self, day: bytes) -> int:
        """When a day begins; 0 where the exact reader has to look."""
        begin = self._days.get(day)
        if begin is None:
            lease = read_statements(b"ends 0 " + day + b" 00:00:00;")
            begin = self._days[day] = lease.stamps["ends"] if lease else 0
        return begin

    def _text_of(self, statements: bytes) -> str | None:
        """The ``options`` of these statements; None if any is unusual."""
        if statements in self._options:
            return self._options[statements]
        if len(self._options) >= _MOST_KNOWN:
            self._options.clear()
        text = self._options[statements] = options_text(read_options(statements) or {})
        return text


def _through(last: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line
        if line == last:
            return


def _exact(line: bytes) -> _Meaning:
    """What the exact reader makes of a line."""
    if len(line) > _LONGEST_LINE:
        return _REFUSED, None
    other = _NO_COLUMN.fullmatch(line)
    if other:
        return _OTHER, other[1] + b"}" if other[2] else b""
    lease = read_statements(line) if line.count(b";") == 1 else None  # not two statements
    found = [] if lease is None else _values(lease)
    return found[0] if len(found) == 1 else (_REFUSED, None)


def _values(lease: Lease) -> list[_Meaning]:
    """What a block says, by column."""
    values = [
        *(lease.stamps.get(stamp) for stamp in STAMPS),
        *(lease.state, lease.next_state, lease.rewind_state),
        None if lease.mac is None else (lease.hardware, colon_hex(lease.mac)),
        None if lease.uid is None else colon_hex(lease.uid),
        lease.hostname,
        lease.reserved or None,
        lease.bootp or None,
    ]
    return [(slot, value) for slot, value in enumerate(values) if value is not None]
