"""The process of the rules: ``python -m dhcplens.tail.judging ZONE HOST``. It reads each line only once."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from dhcplens.model.zones import parse_timezone
from dhcplens.tail.clock import LiveClock
from dhcplens.tail.lines import LineReader, Row
from dhcplens.tail.window import Text

_EVIDENCE = 6


def main() -> None:
    """Answer every line of standard input until it ends."""
    timezone, host = sys.argv[1:3]
    os.nice(5)
    known: dict[Text, Row | None] = {}
    reader = LineReader(LiveClock(parse_timezone(timezone)), host)
    for question in sys.stdin.buffer:
        lines: list[Text] = [(source, line, text) for source, line, text in json.loads(question)]
        known = {line: known[line] if line in known else _row(reader, line) for line in lines}
        answer = _findings([row for row in known.values() if row is not None], timezone)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _row(reader: LineReader, line: Text) -> Row | None:
    source, number, text = line
    return reader.row(source, number, text.encode("utf-8", "surrogateescape"))


def _findings(rows: list[Row], timezone: str) -> list[dict[str, Any]]:
    if not any(row.table != "messages" for row in rows):
        return []
    from dhcplens.findings import diagnose
    from dhcplens.model.values import Finding
    from dhcplens.tail.frames import pair_of

    def told(one: Finding) -> dict[str, Any]:
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

    return [told(one) for one in diagnose(pair_of(rows, timezone))]


def _place(figures: Mapping[str, str]) -> str:
    """What tells apart findings of one rule that stand side by side."""
    return figures.get("network", "")


if __name__ == "__main__":
    main()
