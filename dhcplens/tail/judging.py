"""The process of the rules: ``python -m dhcplens.tail.judging ZONE HOST``. It reads each line only once.

A question names the lines, the present of each host, and the tables that are asked about (null: all rules).
The answer has the findings and the names of the rules that were applied; both are null where a question about
all rules was given up because another one came.
"""

import gc
import json
import os
import select
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from dhcplens.model.zones import parse_timezone
from dhcplens.tail.clock import LiveClock
from dhcplens.tail.lines import LineReader, Row
from dhcplens.tail.window import Text

if TYPE_CHECKING:
    from dhcplens.findings.registry import Rule
    from dhcplens.model.values import Finding
    from dhcplens.tail.frames import Tables

_EVIDENCE = 6
_STATES: Final = ("link", "refusals", "recovery", "stale", "conflicts")
_CONCERNED: Final[Mapping[str, Sequence[str]]] = {
    "transitions": _STATES,
    "notices": _STATES,
    "pools": ("pools",),
}
"""Families of rules that a new row of a table can concern at once; the others look at it a little later."""


class _InterruptedError(Exception):
    """Another question waits."""


class _Questions:
    """The lines of standard input, and whether another one is on its way."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (line := self._line()) is not None:
            yield json.loads(line)

    @property
    def more(self) -> bool:
        return bool(self._rest) or bool(select.select([self._descriptor], [], [], 0)[0])

    def _line(self) -> bytes | None:
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            data = os.read(self._descriptor, 1 << 20)
            if not data:
                return None
            parts.append(data)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return line


def main() -> None:
    """Answer every line of standard input until it ends."""
    timezone, host = sys.argv[1:3]
    known: dict[Text, Row | None] = {}
    reader = LineReader(LiveClock(parse_timezone(timezone)), host)
    questions = _Questions(sys.stdin.fileno())
    tables: Tables | None = None
    for question in questions:
        lines: list[Text] = [(source, line, text) for source, line, text in question["lines"]]
        known = {line: known[line] if line in known else _row(reader, line) for line in lines}
        rows = [row for row in known.values() if row is not None]
        answer: dict[str, Any] = {"findings": [], "rules": None}
        if any(row.table != "messages" for row in rows):
            tables = tables or _tables(timezone)
            answer = _answer(tables, rows, question, lambda: questions.more)
        if not _write(json.dumps(answer).encode() + b"\n"):
            return


def _write(data: bytes) -> bool:
    """Print an answer; whether anybody still listens."""
    try:
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]
    except BrokenPipeError:
        return False
    return True


def _tables(timezone: str) -> "Tables":
    """Pandas and the rules, loaded when first needed; what they consist of is no garbage to look through."""
    from dhcplens.findings.registry import rules
    from dhcplens.tail.frames import Tables

    rules()
    gc.collect()
    gc.freeze()
    return Tables(timezone)


def _row(reader: LineReader, line: Text) -> Row | None:
    source, number, text = line
    return reader.row(source, number, text.encode("utf-8", "surrogateescape"))


def _answer(
    tables: "Tables", rows: list[Row], question: Mapping[str, Any], more: Callable[[], bool]
) -> dict[str, Any]:
    from dhcplens.findings.diagnosis import examine

    asked = question["tables"]
    families = None if asked is None else {name for table in asked for name in _CONCERNED[table]}
    applied: list[str] = []

    def wanted(rule: "Rule") -> bool:
        if families is None and question["may_wait"] and more():
            raise _InterruptedError
        if families is not None and rule.check.__module__.rpartition(".")[2] not in families:
            return False
        applied.append(rule.name)
        return True

    try:
        found = examine(tables.pair(rows, question["now"]), wanted=wanted).findings
    except _InterruptedError:
        return {"findings": None, "rules": None}
    return {"findings": [_told(one) for one in found], "rules": None if families is None else applied}


def _told(one: "Finding") -> dict[str, Any]:
    texts: Iterable[str] = (row.text for row in one.evidence)
    return {
        "code": one.code,
        "name": one.name,
        "severity": one.severity.value,
        "title": one.title,
        "start": None if one.start is None else one.start.isoformat(),
        "end": None if one.end is None else one.end.isoformat(),
        "servers": one.servers,
        "evidence": list(dict.fromkeys(filter(None, texts)))[:_EVIDENCE],
        "meaning": one.meaning,
        "advice": one.advice,
        "place": _place(one.figures),
        "consequence_of": one.consequence_of,
    }


def _place(figures: Mapping[str, str]) -> str:
    """What tells apart findings of one rule that stand side by side."""
    return figures.get("network", "")


if __name__ == "__main__":
    main()
