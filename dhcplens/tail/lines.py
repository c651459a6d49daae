"""From the bytes of a growing log to rows, line by line and without frames: these are dear for single lines.

What a line means is the catalogue's word, as everywhere. Plain DHCP messages are only counted; the last ones
are kept as text and read when a rule asks for them.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from dhcplens.ingest import catalogue
from dhcplens.ingest.catalogue import Table
from dhcplens.ingest.framing import Form, Framed, decode, frame, is_dhcpd
from dhcplens.tail.clock import LiveClock

LONGEST: Final = 65_536
"""Of a longer line only so many bytes are looked at; dhcpd itself writes at most 1,023."""

KEPT: Final = 4_000
"""So many of the last messages of a source are kept for the rules."""

_MESSAGE: Final = re.compile(
    rb"(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S+) (\S+) \S*dhcpd\d*(?:\[\d+\])?: DHCP([A-Z]+) "
)
_STAMPED: Final = re.compile(rb"(?:<\d+>)?(?:[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\d|\d \d{4}-|\{)")
_INSIDE: Final = re.compile(r"(?:^|\s)dhcpd(?:\[\d+\])?: ")


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

    ``rows`` are all but the plain messages, ``messages`` counts those by server and type; ``kept`` has the
    numbers and texts of the last of them.
    """

    lines: int = 0
    unknown: int = 0
    rows: list[Row] = field(default_factory=list)
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept: list[tuple[int, bytes]] = field(default_factory=list)


class LineReader:
    """Reads lines of one server or of several; ``host`` names the server of lines that name none."""

    def __init__(self, clock: LiveClock, host: str) -> None:
        self._clock = clock
        self.host = host

    def read(self, data: bytes, source: str, before: int) -> Piece:
        """Whole lines of a source; ``before`` lines of it were read already."""
        piece = Piece()
        raws = data.split(b"\n")
        raws.pop()
        messages = []
        for number, raw in enumerate(raws, before + 1):
            if b": DHCP" in raw or b'"DHCP' in raw or raw.startswith(b"DHCP"):
                messages.append((number, raw))
            elif not _STAMPED.match(raw) or b"dhcp" in raw:
                self._line(piece, source, number, raw)
        piece.messages = self._counted(raw for _, raw in messages)
        piece.kept = [(number, raw[:LONGEST]) for number, raw in messages[-KEPT:]]
        piece.lines = len(raws)
        return piece

    def row(self, source: str, number: int, raw: bytes) -> Row | None:
        """The row of one line, None where dhcpd does not say this."""
        text = decode(raw[:LONGEST].removesuffix(b"\r").replace(b"\0", b""))
        framed = frame(text)
        message = _said_by_dhcpd(framed)
        reading = None if message is None else catalogue.read(message)
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
        row = self.row(source, number, raw)
        if row is not None:
            piece.rows.append(row)
        elif _said_by_dhcpd(frame(decode(raw[:LONGEST]))) is not None:
            piece.unknown += 1

    def _counted(self, raws: Iterable[bytes]) -> Counter[tuple[str, str]]:
        plain: Counter[tuple[bytes, bytes]] = Counter()
        counts: Counter[tuple[str, str]] = Counter()
        for raw in raws:
            found = _MESSAGE.match(raw)
            if found is not None:
                plain[found.group(1, 2)] += 1  # type: ignore[index]
                continue
            row = self.row("", 0, raw)
            if row is not None and row.table == Table.MESSAGES:
                counts[row.server, str(row.fields["type"])] += 1
        for (host, kind), count in plain.items():
            counts[decode(host), decode(kind)] += count
        return counts


def _said_by_dhcpd(framed: Framed) -> str | None:
    """What dhcpd says in a line, None where another program wrote it."""
    if framed.program is not None:
        return framed.message if is_dhcpd(framed.program) else None
    inside = _INSIDE.search(framed.message)
    if inside is not None:
        return framed.message[inside.end() :]
    return framed.message if framed.form is Form.NONE and framed.message.strip() else None
