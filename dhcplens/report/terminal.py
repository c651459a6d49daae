"""The report as text for a terminal of at least eighty columns."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dhcplens.findings.grouping import key
from dhcplens.findings.words import clock, number
from dhcplens.model.states import Severity, Verdict
from dhcplens.model.values import Finding
from dhcplens.report import overview
from dhcplens.report.overview import Grid

if TYPE_CHECKING:
    from dhcplens.report import Report

WIDEST = 120
_COLOURS = {
    Verdict.HEALTHY: "bold green",
    Verdict.DEGRADED: "bold yellow",
    Verdict.DEAD: "bold red",
}
_SEVERITIES = {Severity.CRITICAL: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "cyan"}
_INFO_EVIDENCE = 2


def show(report: "Report", colour: str = "auto") -> None:
    """Print the report on standard output; ``colour`` is auto (honours NO_COLOR), always or never."""
    forced = {"always": True, "never": False}.get(colour)
    console = Console(
        force_terminal=forced, no_color=True if colour == "never" else None, highlight=False, soft_wrap=False
    )
    console.width = max(80, min(console.width, WIDEST)) if console.is_terminal else 80
    _print(report, console)


def as_text(report: "Report", *, width: int = 80, colour: bool = False) -> str:
    """The report as a string."""
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        legacy_windows=False,
    )
    _print(report, console)
    return file.getvalue()


def clean(text: str) -> str:
    """The text with everything that a terminal would act upon made visible."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)


def _print(report: "Report", console: Console) -> None:
    for block in _blocks(report):
        console.print(block)


def _blocks(report: "Report") -> Iterator[RenderableType]:
    verdict = Text(str(report.verdict), style=_COLOURS[report.verdict])
    yield verdict + Text(f": {clean(overview.headline(report))}")
    yield Text(clean(overview.who(report.pair)), style="dim")
    yield from _findings(report)
    for title, part in (
        ("States", overview.timeline(report.pair)),
        ("Pools", overview.pools(report.pair)),
        ("Clients", overview.clients(report.pair)),
        ("What was read", overview.inputs(report.pair)),
    ):
        if part.rows or part.notes:
            yield _heading(title)
            yield _grid(part)
    for title, lines in (
        ("Inferred", [f"{one.subject}: {one.value} ({one.why})" for one in report.pair.inferences]),
        ("Problems", [str(one) for one in report.pair.problems]),
    ):
        if lines:
            yield _heading(title)
            yield from (_item("-", clean(line)) for line in lines)


def _heading(title: str) -> Text:
    return Text(f"\n{title}", style="bold underline")


def _findings(report: "Report") -> Iterator[RenderableType]:
    if not report.findings:
        return
    yield _heading("Findings")
    place = 0
    causes = {key(one): one for one in report.findings}
    for one in report.findings:
        below = one.consequence_of is not None and one.consequence_of in causes
        if not below:
            place += 1
        block = _finding(one, "" if below else f"{place}. ", report.pair.timezone)
        yield Padding(block, (0, 0, 1, 3 if below else 0), expand=False)


def _finding(one: Finding, mark: str, timezone: str) -> Group:
    head = Text(mark, style="bold")
    if not mark:
        head.append("consequence: ", style="dim")
    head.append(f"{one.severity} {one.name}", style=_SEVERITIES[one.severity])
    head.append(f"  {clean(one.title)}", style="bold")
    parts: list[RenderableType] = [head]
    if one.start is not None:
        days = one.end is not None and clock(one.start, timezone)[:10] == clock(one.end, timezone)[:10]
        until = clock(one.end, timezone, date=not days) if one.end else "the end of the logs"
        where = f" on {', '.join(one.servers)}" if one.servers else ""
        parts.append(_indented(Text(clean(f"{clock(one.start, timezone)} to {until}{where}"), style="dim")))
    parts.append(_indented(Text(clean(one.meaning))))
    shown = one.evidence if one.severity is not Severity.INFO else one.evidence[:_INFO_EVIDENCE]
    if one.severity is not Severity.INFO:
        parts += [_item(f"{step}.", clean(text), indent=3) for step, text in enumerate(one.advice, 1)]
    parts += [
        _indented(Text.assemble((f"{row.source}:{row.line}: ", "dim"), clean(row.text.rstrip("\r\n"))), 5)
        for row in shown
    ]
    if len(one.evidence) > len(shown):
        parts.append(
            _indented(Text(f"and {number(len(one.evidence) - len(shown), 'more line')}", style="dim"), 5)
        )
    return Group(*parts)


def _indented(what: RenderableType, columns: int = 3) -> Padding:
    return Padding(what, (0, 0, 0, columns), expand=False)


def _item(mark: str, text: str, indent: int = 0) -> Padding:
    """A list item whose further lines stand under its first one."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(mark, Text(text))
    return Padding(table, (0, 0, 0, indent), expand=False)


def _grid(part: Grid) -> Group:
    parts: list[RenderableType] = []
    if part.rows:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for name, numeric in part.columns:
            table.add_column(Text(clean(name)), justify="right" if numeric else "left", overflow="fold")
        for row in part.rows:
            table.add_row(*(Text(clean(cell)) for cell in row))
        parts.append(table)
    parts += [Text(clean(note)) for note in part.notes]
    return Group(*parts)
