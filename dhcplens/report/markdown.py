"""The report as Markdown (CommonMark with tables), to be pasted into a ticket.

Names and lines come from clients and logs: outside code everything that Markdown would act upon is escaped,
and a fence is longer than any row of backticks inside it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from dhcplens.model.states import Severity
from dhcplens.model.values import Evidence, Finding
from dhcplens.report import overview
from dhcplens.report.divergence import divergence
from dhcplens.report.incidents import incidents, period, remarks
from dhcplens.report.overview import Grid
from dhcplens.report.terminal import clean

if TYPE_CHECKING:
    from dhcplens.report import Report

DIFFERENCES_SHOWN: Final = 20
PROBLEMS_SHOWN: Final = 50
WIDEST: Final = 400
"""Characters shown of a line of evidence."""

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>#|~&@$]|(?<=:)/(?=/)|(?<=www)\.)")
_START: Final = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=](?:\s|$|[-=])))(.)")
_CODE: Final = re.compile(r"`([^`]+)`")


def as_markdown(report: "Report") -> str:
    """The report; long tables are cut and say how many rows they had."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: "Report") -> Iterator[str]:
    pair = report.pair
    yield f"# {report.verdict}: {plain(overview.headline(report))}"
    yield from ("", plain(overview.who(report)))
    found = incidents(report.findings)
    if found:
        yield from ("", "## Incidents")
    for number, incident in enumerate(found, 1):
        yield from _finding(incident.head, f"{number}. ", pair.timezone)
        for one in incident.consequences:
            yield from _finding(one, "Consequence: ", pair.timezone)
    rest = remarks(report.findings)
    if rest:
        yield from ("", "## Worth knowing", "")
        yield from (f"- {code(one.name)} {plain(one.title)}" for one in rest)
    for title, part in (
        ("States", overview.timeline(report)),
        ("Pools", overview.pools(pair)),
        ("Clients", overview.clients(pair)),
        ("Leases", divergence(pair, DIFFERENCES_SHOWN)),
        ("What was read", overview.inputs(pair)),
    ):
        if part.rows or part.notes:
            yield from ("", f"## {title}", "", *_grid(part))
    yield from _list("Inferred", [f"{one.subject}: {one.value} ({one.why})" for one in pair.inferences])
    yield from _list("Problems", [str(one) for one in report.problems])


def _finding(one: Finding, mark: str, timezone: str) -> Iterator[str]:
    where = f" on {', '.join(one.servers)}" if one.servers else ""
    yield from ("", f"### {mark}{plain(one.title)}", "")
    when = plain(period(one.start, one.end, timezone) + where)
    yield f"**{one.severity}** {code(one.name)} ({one.code}), {when}"
    yield from ("", with_code(one.meaning))
    if one.severity is Severity.INFO:
        return
    if one.advice:
        yield ""
    yield from (f"{number}. {with_code(step)}" for number, step in enumerate(one.advice, 1))
    yield from ("", *fenced(_quoted(row) for row in one.evidence))


def _quoted(row: Evidence) -> str:
    text = row.text.rstrip("\r\n")
    more = f" … {len(text) - WIDEST} more characters" if len(text) > WIDEST else ""
    return clean(f"{row.source}:{row.line}: {text[:WIDEST].expandtabs()}{more}")


def _grid(part: Grid) -> Iterator[str]:
    if part.rows:
        yield _row(title for title, _ in part.columns)
        yield _row("---:" if numeric else "---" for _, numeric in part.columns)
        yield from (_row(plain(cell) for cell in row) for row in part.rows)
    for note in part.notes:
        yield from ("", plain(note))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _list(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"## {title}", "", *(f"- {plain(line)}" for line in lines[:PROBLEMS_SHOWN]))
    if len(lines) > PROBLEMS_SHOWN:
        yield f"- {len(lines) - PROBLEMS_SHOWN} more are left out here"


def plain(text: str) -> str:
    """The text as Markdown that shows it and does nothing else: no markup, links, mentions or line breaks."""
    return _START.sub(r"\1\\\2", _escaped(" ".join(text.split())))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(text))


def with_code(text: str) -> str:
    """The text as plain Markdown, but with ``commands`` between backticks as code."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(code(part) if place % 2 else _escaped(part) for place, part in enumerate(parts))


def code(text: str) -> str:
    """The text as a code span."""
    shown = clean(text)
    ticks = "`" * (_longest(shown) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def fenced(lines: Iterable[str]) -> list[str]:
    """Lines as a block of code that none of them can end."""
    block = list(lines)
    fence = "`" * max(3, max(map(_longest, block), default=0) + 1)
    return [f"{fence}text", *block, fence]


def _longest(text: str) -> int:
    """The longest row of backticks in a text."""
    return max(map(len, re.findall("`+", text)), default=0)
