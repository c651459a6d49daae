"""The plain reader: bytes of a log, in pieces of any size, to the six tables.

``stamp``, ``form`` and ``host`` stand where the finished tables have ``time`` and ``server``; years and zone
are another room's business (``clock``).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest import catalogue
from dhcplens.ingest.catalogue import Line, Table
from dhcplens.ingest.framing import INSIDE, Framed, decode, frame, is_dhcpd
from dhcplens.ingest.scan import cache
from dhcplens.model.tables import LOG_TABLES, Column, Kind
from dhcplens.model.values import Problem

LONGEST: Final = 65_536
"""Of a longer line only so many bytes are looked at; dhcpd itself writes at most 1,023."""

LARGE: Final = 32_000_000
"""From so many bytes on compiled code is worth its compiling, once; meanwhile twice as many could be read."""

WORTH_LOADING: Final = 3_500_000
"""From so many bytes on code that was compiled before is worth its loading."""


@dataclass(frozen=True, slots=True)
class LogPiece:
    """What was read from one source. ``tables`` has a frame for each name in ``LOG_TABLES``.

    Columns are those of ``model.tables`` with ``time`` and ``server`` replaced by ``stamp`` (int64, ns),
    ``form`` (uint8, a ``framing.Form``) and ``host`` (category). Rows stand in the order of their lines.
    """

    source: str
    tables: Mapping[str, pd.DataFrame]
    lines: int
    dhcpd_lines: int
    other_lines: int
    unknown_lines: int
    problems: tuple[Problem, ...] = ()


class LogReader:
    """Reads one source. ``feed`` bytes as they come, then ``finish``; ``take`` drains what is complete."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._rest = bytearray()
        self._dropped = 0  # bytes of an overlong line that were not kept
        self._rows = Rows(source)
        self._problems: list[Problem] = []
        self._nul_line: int | None = None
        self._nuls = 0

    def feed(self, data: bytes) -> "LogReader":
        """Read some bytes; what stands behind the last newline waits for the next ones."""
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(data)
            return self
        first = data.index(b"\n")
        self._keep(data[:first])
        self._line(bytes(self._rest), self._dropped)
        self._rest.clear()
        self._dropped = 0
        if first < end:
            for raw in data[first + 1 : end].split(b"\n"):
                self._line(raw, 0)
        self._keep(data[end + 1 :])
        return self

    def line(self, raw: bytes) -> None:
        """Read one whole line, without its newline."""
        self._line(raw, 0)

    def passed(self, dhcpd: int, other: int, *, after_dhcpd: bool) -> None:
        """Count lines under program names that were read elsewhere, and whose the last one was."""
        self._rows.passed(dhcpd, other, after_dhcpd)

    def numbers(self, table: str) -> list[int]:
        """The lines of a table's rows that were not taken."""
        return self._rows.numbers(table)

    def take(self) -> LogPiece:
        """The rows and counts since the last ``take``. A notice that may go on is held back."""
        piece = self._rows.drain(tuple(self._problems))
        self._problems.clear()
        return piece

    def finish(self) -> LogPiece:
        """Read the last line even without a newline, and give everything that was not taken."""
        if self._rest or self._dropped:
            self._line(bytes(self._rest), self._dropped)
            self._rest.clear()
        if self._nul_line is not None:
            message = f"{self._nuls} NUL bytes left out, the first in this line"
            self._problems.append(Problem(self._source, message, self._nul_line))
            self._nul_line = None
        self._rows.close()
        return self.take()

    def _keep(self, data: bytes) -> None:
        if b"\0" in data:
            data = self._without_nul(data)
        room = max(0, LONGEST - len(self._rest))
        self._rest += data[:room]
        self._dropped += max(0, len(data) - room)

    def _without_nul(self, data: bytes) -> bytes:
        if self._nul_line is None:
            self._nul_line = self._rows.lines + 1
        self._nuls += data.count(0)
        return data.replace(b"\0", b"")

    def _line(self, raw: bytes, dropped: int) -> None:
        if b"\0" in raw:
            raw = self._without_nul(raw)
        dropped += max(0, len(raw) - LONGEST)
        self._rows.line(decode(raw[:LONGEST].removesuffix(b"\r")))
        if dropped:
            message = f"line of {LONGEST + dropped} bytes; only the first {LONGEST} were read"
            self._problems.append(Problem(self._source, message, self._rows.lines))


def read_log(data: bytes, source: str) -> LogPiece:
    """Read a whole log at once; a large one by the fast scanner, which gives the same tables."""
    if len(data) >= LARGE or (len(data) >= WORTH_LOADING and cache.holds("scan")):
        from dhcplens.ingest.scan.read import read_fast

        return read_fast(data, source)
    return LogReader(source).feed(data).finish()


_REPEATED = re.compile(r"message repeated (\d+) times: \[ ?(.*?)\]?", re.DOTALL)
_ESCAPE = re.compile(r"#(0[0-3][0-7])")
_LEVEL_WORD = re.compile(r"(?:info|error|warning|debug|notice) ")
_CARET = re.compile(r"[\s^]*\^")


@dataclass(slots=True)
class _Open:
    """A notice in the notices table that the next line of dhcpd may go on with."""

    code: str
    args: dict[str, Any]
    quotes: bool = False


class Rows:
    """Collects the rows of one source, line by line."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = 0
        self._counts = {"lines": 0, "dhcpd_lines": 0, "other_lines": 0, "unknown_lines": 0}
        self._columns = {name: _Columns(columns) for name, columns in LOG_TABLES.items()}
        self._open: _Open | None = None
        self._framed = False
        self._bare = False
        self._after_dhcpd = False

    def line(self, text: str) -> None:
        """Read one line without its newline."""
        self.lines += 1
        self._counts["lines"] += 1
        framed = frame(text)
        if framed.program is not None:
            self._framed = True
            if is_dhcpd(framed.program):
                self._dhcpd(framed, framed.message)
            else:
                self._other()
        else:
            self._nameless(framed)

    def passed(self, dhcpd: int, other: int, after_dhcpd: bool) -> None:
        """Count lines that were read elsewhere; after one of dhcpd's own no notice goes on."""
        if dhcpd + other == 0:
            return
        self.lines += dhcpd + other
        self._counts["lines"] += dhcpd + other
        self._counts["dhcpd_lines"] += dhcpd
        self._counts["other_lines"] += other
        self._framed = True
        self._after_dhcpd = after_dhcpd
        if dhcpd:
            self.close()

    def close(self) -> None:
        """No notice goes on from here."""
        self._open = None

    def _nameless(self, framed: Framed) -> None:
        """A line without a program name is dhcpd's if it says what dhcpd says."""
        message = framed.message
        if message.startswith("last message repeated"):
            if self._after_dhcpd:
                self._dhcpd(framed, message)
            else:
                self._other()
            return
        inside = INSIDE.search(message)
        if inside is not None:
            self._dhcpd(framed, message[inside.end() :])
        elif self._bare or (catalogue.read(message) is not None and message.strip()):
            self._bare = self._bare or not self._framed
            self._dhcpd(framed, message)
        else:
            self._other()

    def _other(self) -> None:
        self._counts["other_lines"] += 1
        self._after_dhcpd = False

    def _dhcpd(self, framed: Framed, message: str) -> None:
        self._counts["dhcpd_lines"] += 1
        self._after_dhcpd = True
        repeated = _REPEATED.fullmatch(message)
        if repeated is not None:
            message = repeated[2]
            self._notice(framed, catalogue.by_code("message-repeated"), {"count": int(repeated[1][:18])})
        reading = catalogue.read(message) or _tolerant(message)
        if self._goes_on(reading, message):
            return
        self._open = None
        if reading is None:
            self._counts["unknown_lines"] += 1
            self._add("unknown", framed, {"text": message})
        elif reading.line.table is Table.NOTICES:
            self._notice(framed, reading.line, reading.fields)
        else:
            self._add(reading.line.table.value, framed, reading.fields)

    def _notice(self, framed: Framed, line: Line, fields: dict[str, Any]) -> None:
        args = dict(fields)
        row = {"code": line.code, "level": line.level.value, "args": args}
        self._add("notices", framed, {**row, "relationship": args.get("relationship")})
        self._open = _Open(line.code, args, quotes=line.code == "parse-problem")

    def _goes_on(self, reading: catalogue.Reading | None, message: str) -> bool:
        """Whether the line belongs to the notice before it; if so, it is taken in."""
        notice = self._open
        if notice is None:
            return False
        if notice.quotes:
            return self._quote(notice, reading, message)
        if reading is None or reading.line.table is not Table.NOTICES:
            return False
        code, part = reading.line.code, reading.line.part
        if code == "empty-line":
            return notice.code in _GROUPS
        if notice.code == "empty-line" and code in _GROUPS:
            notice.code = code
            self._columns["notices"].amend("code", code)
            self._columns["notices"].amend("level", reading.line.level.value)
        elif notice.code != code or part == 0 or code not in _GROUPS:
            return False
        notice.args.update(reading.fields)
        return True

    def _quote(self, notice: _Open, reading: catalogue.Reading | None, message: str) -> bool:
        if _CARET.fullmatch(message) and message.strip():
            notice.args["column"] = len(message.rstrip())
            self._open = None
            return True
        known = reading is not None and not reading.line.rare and message.strip()
        if "quoted" in notice.args or known:
            return False
        notice.args["quoted"] = message
        return True

    def _add(self, table: str, framed: Framed, fields: Mapping[str, Any]) -> None:
        self._columns[table].add(framed, self.lines, fields)

    def numbers(self, table: str) -> list[int]:
        """The lines of a table's rows."""
        return self._columns[table].lines()

    def drain(self, problems: tuple[Problem, ...]) -> LogPiece:
        """Everything since the last time as a piece; a notice that may go on stays."""
        held = 1 if self._open is not None else 0
        tables = {
            name: columns.drain(self.source, held if name == "notices" else 0)
            for name, columns in self._columns.items()
        }
        counts, self._counts = self._counts, dict.fromkeys(self._counts, 0)
        return LogPiece(self.source, tables, problems=problems, **counts)


_GROUPS = catalogue.group_codes() | {"empty-line"}


def _tolerant(message: str) -> catalogue.Reading | None:
    """Another try without what log daemons and vendors add: escaped control bytes, a level word in front."""
    plain = _LEVEL_WORD.sub("", _ESCAPE.sub(lambda found: chr(int(found[1], 8)), message), count=1)
    return catalogue.read(plain) if plain != message else None


_ORIGIN = ("time", "server", "source", "line")
_JSON = json.JSONEncoder(ensure_ascii=False)


class _Columns:
    """The growing columns of one table."""

    def __init__(self, schema: Sequence[Column]) -> None:
        self._schema = [column for column in schema if column.name not in _ORIGIN]
        self._origin: tuple[list[Any], ...] = ([], [], [], [])
        self._pids: list[int | None] = []
        self._values: dict[str, list[Any]] = {
            column.name: [] for column in self._schema if column.name != "pid"
        }

    def add(self, framed: Framed, line: int, fields: Mapping[str, Any]) -> None:
        stamps, forms, hosts, lines = self._origin
        stamps.append(framed.stamp)
        forms.append(framed.form)
        hosts.append(framed.host)
        lines.append(line)
        self._pids.append(framed.pid)
        for name, values in self._values.items():
            values.append(fields.get(name))

    def lines(self) -> list[int]:
        """The line of each row."""
        return list(self._origin[3])

    def amend(self, name: str, value: str) -> None:
        """Give the last row another value."""
        self._values[name][-1] = value

    def drain(self, source: str, held: int) -> pd.DataFrame:
        """All rows but the last ``held`` as a frame; they are gone from here."""
        rows = len(self._pids) - held
        stamps, forms, hosts, lines = (_cut(values, rows) for values in self._origin)
        pids = _cut(self._pids, rows)
        columns: dict[str, Any] = {
            "stamp": np.array(stamps, dtype=np.int64),
            "form": np.array(forms, dtype=np.uint8),
            "host": _words(hosts),
            "source": pd.Categorical.from_codes(np.zeros(rows, dtype=np.int8), categories=pd.Index([source])),
            "line": np.array(lines, dtype=np.int64),
        }
        for column in self._schema:
            values = pids if column.name == "pid" else _cut(self._values[column.name], rows)
            columns[column.name] = _stored(column, values)
        return pd.DataFrame(columns)


def _cut(values: list[Any], rows: int) -> list[Any]:
    taken = values[:rows]
    del values[:rows]
    return taken


def _stored(column: Column, values: list[Any]) -> Any:
    if column.name == "args":
        return _words([_JSON.encode(one) for one in values])
    if column.kind is Kind.WORD:
        return _words(values)
    if column.kind is Kind.FLAG:
        return np.array([bool(one) for one in values], dtype=bool)
    fits = [one if isinstance(one, int) and abs(one) < 2**63 else None for one in values]
    return pd.array(fits, dtype="Int64")


def _words(values: Sequence[str | None]) -> pd.Categorical:
    """Words as codes; categories in the order of their first appearance."""
    known: dict[str, int] = {}
    codes = [-1 if one is None else known.setdefault(one, len(known)) for one in values]
    return pd.Categorical.from_codes(
        np.array(codes, dtype=np.int32), categories=pd.Index(list(known), dtype="str")
    )
