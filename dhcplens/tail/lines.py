"""From the bytes of a growing log to rows, line by line and without frames: these are dear for single lines.

What a line means is the catalogue's word, as everywhere. Plain DHCP messages are only counted; the last ones
are kept as text and read when a rule asks for them.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from dhcplens.ingest import catalogue
from dhcplens.ingest.catalogue import Table
from dhcplens.ingest.framing import INSIDE, Form, Framed, decode, frame, is_dhcpd
from dhcplens.tail.clock import LiveClock

LONGEST: Final = 65_536
"""Of a longer line only so many bytes are looked at; dhcpd itself writes at most 1,023."""

KEPT: Final = 4_000
"""So many of the last messages of a source are kept for the rules."""

_PLAIN: Final = re.compile(
    rb"^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S+) (\S+ \S*dhcpd\d*(?:\[\d+\])?: "
    rb"(?:DHCP[A-Z]+|bind update on|uid lease)) .*\n",
    re.MULTILINE,
)
"""What comes by the thousand; it is counted, and read when a rule asks for it."""

_TELLING: Final = re.compile(rb": (?:DHCP|bind update on |uid lease )")
_BACK: Final = 1 << 17
"""So many bytes are taken apart at once where the last lines are looked for."""

_STAMPED: Final = re.compile(rb"(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\d|\d \d{4}-|\{)")
_NAMED: Final = re.compile(rb"dhcpd|dhcp-server")


@dataclass(frozen=True, slots=True)
class Row:
    """One line that the catalogue knows; ``time`` in nanoseconds UTC, None without a stamp."""

    table: str
    server: str
    time: int | None
    source: str
    line: int
    text: str
    fields: dict[str, Any]
    pid: int | None


@dataclass(slots=True)
class Piece:
    """What some whole lines say.

    ``rows`` are all but what comes by the thousand: ``messages`` counts messages by server and type,
    ``refused`` updates that the partner refused by server. ``kept`` has numbers and texts of the last ones.
    ``last`` is the host and the time of the last line, whoever wrote it, None without a stamp.
    """

    lines: int
    unknown: int = 0
    rows: list[Row] = field(default_factory=list)
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[int, bytes]] = field(default_factory=list)
    last: tuple[str, int] | None = None


class LineReader:
    """Reads lines of one server or of several; ``host`` names the server of lines that name none."""

    def __init__(self, clock: LiveClock, host: str) -> None:
        self._clock = clock
        self.host = host

    def read(self, data: bytes, source: str, before: int) -> Piece:
        """Whole lines of a source; ``before`` lines of it were read already."""
        parts = _PLAIN.split(data)
        piece = Piece(lines=data.count(b"\n"))
        for head, count in Counter(parts[1::2]).items():
            host, _, said = head.partition(b" ")
            kind = said.partition(b": ")[2]
            if kind.startswith(b"DHCP"):
                piece.messages[decode(host), decode(kind[4:])] += count
            elif kind.startswith(b"bind"):
                piece.refused[decode(host)] += count
        number = before
        for plain, rest in [(place, rest) for place, rest in enumerate(parts[0::2]) if rest]:
            for line, raw in enumerate(rest.split(b"\n")[:-1], plain + number + 1):
                if not _STAMPED.match(raw) or _NAMED.search(raw):
                    self._line(piece, source, line, raw)
            number += rest.count(b"\n")
        last = _last_plain(data, before + piece.lines)
        piece.kept = sorted({*piece.kept, *last})[-KEPT:] if piece.kept else last
        piece.last = self._stamped(source, data)
        return piece

    def _stamped(self, source: str, data: bytes) -> tuple[str, int] | None:
        line = data[data.rfind(b"\n", 0, -1) + 1 :]
        framed = frame(decode(line[:LONGEST].rstrip(b"\r\n")))
        time = self._clock.utc(source, framed.stamp, framed.form)
        return None if time is None else (framed.host or self.host, time)

    def row(self, source: str, number: int, raw: bytes) -> Row | None:
        """The row of one line, None where dhcpd does not say this."""
        text, framed, message = _taken_apart(raw)
        return None if message is None else self._said(source, number, text, framed, message)

    def _said(self, source: str, number: int, text: str, framed: Framed, message: str) -> Row | None:
        reading = catalogue.read(message)
        if reading is None:
            return None
        line = reading.line
        fields: dict[str, Any] = dict(reading.fields)
        if line.table is Table.NOTICES:
            relationship = fields.get("relationship")
            fields = {"code": line.code, "level": line.level, "args": fields, "relationship": relationship}
        return Row(
            line.table.value,
            framed.host or self.host,
            self._clock.utc(source, framed.stamp, framed.form),
            source,
            number,
            text,
            fields,
            framed.pid,
        )

    def _line(self, piece: Piece, source: str, number: int, raw: bytes) -> None:
        text, framed, message = _taken_apart(raw)
        if message is None:
            return
        row = self._said(source, number, text, framed, message)
        if row is None:
            piece.unknown += 1
        elif row.table == Table.MESSAGES:
            piece.messages[row.server, str(row.fields["type"])] += 1
            piece.kept.append((number, raw[:LONGEST]))
        else:
            piece.rows.append(row)


def _last_plain(data: bytes, lines: int) -> list[tuple[int, bytes]]:
    """The last lines of the kinds that are not read, with their numbers; ``lines`` is the last number."""
    found: list[tuple[int, bytes]] = []
    telling = _TELLING.search
    end = len(data)
    while end > 0 and len(found) < KEPT:
        begin = max(0, data.rfind(b"\n", 0, max(0, end - _BACK)) + 1)
        for raw in reversed(data[begin : end - 1].split(b"\n")):
            if telling(raw):
                found.append((lines, raw[:LONGEST]))
            lines -= 1
        end = begin
    return found[KEPT - 1 :: -1] if len(found) > KEPT else found[::-1]


def _taken_apart(raw: bytes) -> tuple[str, Framed, str | None]:
    """A line as text, its frame, and what dhcpd says in it."""
    text = decode(raw[:LONGEST].removesuffix(b"\r").replace(b"\0", b""))
    framed = frame(text)
    return text, framed, _said_by_dhcpd(framed)


def _said_by_dhcpd(framed: Framed) -> str | None:
    """What dhcpd says in a line, None where another program wrote it."""
    if framed.program is not None:
        return framed.message if is_dhcpd(framed.program) else None
    inside = INSIDE.search(framed.message)
    if inside is not None:
        return framed.message[inside.end() :]
    return framed.message if framed.form is Form.NONE and framed.message.strip() else None
