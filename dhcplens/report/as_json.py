"""The report as one JSON object; its keys are a promise, ``SCHEMA`` is raised when one changes meaning."""

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dhcplens.findings.rows import records
from dhcplens.model.values import Finding

if TYPE_CHECKING:
    from dhcplens.report import Report

SCHEMA = 1

_ACTED_UPON = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # by terminals; json leaves them


def as_json(report: "Report") -> str:
    """The report as JSON text with a newline at its end; other letters than ASCII's stay readable."""
    text = json.dumps(as_object(report), ensure_ascii=False, indent=2)
    return _ACTED_UPON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def as_object(report: "Report") -> dict[str, Any]:
    """The report as plain lists, dicts, strings and numbers; times in RFC 3339, UTC."""
    pair = report.pair
    return {
        "schema": SCHEMA,
        "verdict": str(report.verdict),
        "servers": [
            {
                "name": server.name,
                "role": str(server.role) if server.role else None,
                "files": [one.path for one in pair.inputs if one.server == server.name],
            }
            for server in pair.servers
        ],
        "findings": [_finding(one) for one in report.findings],
        "transitions": _transitions(report),
        "inputs": [
            {
                "path": one.path,
                "kind": str(one.kind),
                "server": one.server,
                "lines": one.lines,
                "dhcpd_lines": one.dhcpd_lines,
                "unknown_lines": one.unknown_lines,
            }
            for one in pair.inputs
        ],
        "inferences": [
            {"subject": one.subject, "value": one.value, "why": one.why} for one in pair.inferences
        ],
    }


def rfc3339(time: datetime | None) -> str | None:
    """A time as RFC 3339 writes it in UTC; a fraction of a second only where there is one."""
    if time is None or time != time:  # NaT is not equal to itself
        return None
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "name": one.name,
        "severity": str(one.severity),
        "title": one.title,
        "start": rfc3339(one.start),
        "end": rfc3339(one.end),
        "servers": list(one.servers),
        "evidence": [{"source": row.source, "line": row.line, "text": row.text} for row in one.evidence],
        "meaning": one.meaning,
        "advice": list(one.advice),
    }


def _transitions(report: "Report") -> list[dict[str, Any]]:
    import pandas as pd

    frames = [server.log.transitions for server in report.pair.servers]
    if not frames:
        return []
    columns = ["time", "server", "subject", "old", "new"]
    moves = pd.concat([one[columns].astype({"time": "datetime64[ns, UTC]"}) for one in frames])
    moves = moves.sort_values("time", kind="stable", na_position="first")
    return [
        {
            "time": rfc3339(row.time),
            "server": str(row.server),
            "subject": str(row.subject),
            "old": str(row.old),
            "new": str(row.new),
        }
        for row in records(moves)
        if report.covers(row.time)
    ]
