"""The report as text for a terminal of at least eighty columns."""

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dhcplens.findings.words import clock
from dhcplens.model.states import Severity, Verdict
from dhcplens.model.values import Evidence, Finding
from dhcplens.report import overview
from dhcplens.report.console import Terminal
from dhcplens.report.incidents import incidents
from dhcplens.report.overview import Grid

if TYPE_CHECKING:
    from dhcplens.report import Report

WIDEST = 120
QUOTED = 4
"""So many lines of evidence are shown of a finding: the first and the last; JSON and HTML have all."""
_COLOURS = {
    Verdict.HEALTHY: "bold green",
    Verdict.DEGRADED: "bold yellow",
    Verdict.DEAD: "bold red",
}
_SEVERITIES = {Severity.CRITICAL: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "cyan"}


def show(report: "Report", colour: str = "auto") -> None:
    """Print the report on standard output; ``colour`` is auto (honours NO_COLOR), always or never."""
    console = Terminal(colour)
    if not console.is_terminal:
        sys.stdout.write(as_text(report))
        return
    console.width = max(80, min(console.width, WIDEST))
    console.print(Group(*_blocks(report)))


def as_text(report: "Report", *, width: int = 80, colour: bool = False) -> str:
    """The report as a string; without colours, no line ends in blanks."""
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=colour, no_color=not colour, legacy_windows=False
    )
    console.print(Group(*_blocks(report)), highlight=False)
    text = file.getvalue()
    return text if colour else "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def clean(text: str) -> str:
    """The text with everything that a terminal would act upon made visible."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)


def _blocks(report: "Report") -> Iterator[RenderableType]:
    verdict = Text(str(report.verdict), style=_COLOURS[report.verdict])
    yield verdict + Text(f": {clean(overview.headline(report))}")
    yield Text(clean(overview.who(report)), style="dim")
    folder = overview.common_folder(report.pair)
    if folder:
        yield Text(f"files below {clean(folder)}", style="dim")
    yield from _findings(report, folder)
    for title, part in (
        ("States", overview.timeline(report)),
        ("Pools", overview.pools(report.pair)),
        ("Clients", overview.clients(report.pair)),
        ("What was read", overview.inputs(report.pair)),
    ):
        if part.rows or part.notes:
            yield _heading(title)
            yield _grid(part)
    for title, lines in (
        ("Inferred", overview.inferred(report.pair)),
        ("Problems", [str(one) for one in report.problems]),
    ):
        if lines:
            yield _heading(title)
            yield from (_Item("-", clean(line)) for line in lines)


def _heading(title: str) -> Text:
    return Text(f"\n{title}", style="bold underline")


def _findings(report: "Report", folder: str) -> Iterator[RenderableType]:
    """The findings; lines are quoted by their place below the folder that all files lie in."""
    found = incidents(report.findings)
    if found:
        yield _heading("Findings")
    steps: dict[tuple[str, ...], str] = {}
    for place, incident in enumerate(found, 1):
        for one in incident.grave:
            below = one is not incident.head
            mark = "consequence: " if below else f"{place}. "
            block = _finding(one, mark, report.pair.timezone, folder, steps.get(one.advice))
            steps.setdefault(one.advice, f"{place}{' (consequence)' if below else ''}")
            yield Padding(block, (0, 0, 1, 3 if below else 0), expand=False)
    notes = [one for one in report.findings if one.severity is Severity.INFO]
    if notes:
        yield _heading("Worth knowing")
        for one in notes:
            yield Text.assemble((one.name, _SEVERITIES[one.severity]), f"  {clean(one.title)}")
            if not found:  # below real trouble, nobody has time for what is harmless
                yield _indented(Text(clean(one.meaning)))
                yield _quoted(one.evidence[0], folder)
        if found:
            yield Text("dhcplens explain NAME says more of each", style="dim")


def _finding(one: Finding, mark: str, timezone: str, folder: str, same_steps: str | None) -> Group:
    """A finding with what to do; ``same_steps`` is the place of an earlier one whose steps are the same."""
    head = Text(mark, style="bold")
    head.append(f"{one.severity} {one.name}", style=_SEVERITIES[one.severity])
    head.append(f"  {clean(one.title)}", style="bold")
    parts: list[RenderableType] = [head, _indented(Text(clean(_when(one, timezone)), style="dim"))]
    parts.append(_indented(Text(clean(one.meaning))))
    parts += _steps(one, same_steps)
    parts += _evidence(one.evidence, folder)
    return Group(*parts)


def _steps(one: Finding, same: str | None) -> Iterator[RenderableType]:
    if not one.advice:
        return
    if same is not None:
        yield _indented(Text(f"What to do: as under {same}.", style="dim"))
        return
    if one.end is not None:
        yield _indented(Text("It is over. To find out why, and for the next time:", style="dim"))
    yield from (_Item(f"{step}.", clean(text), indent=3) for step, text in enumerate(one.advice, 1))


def _evidence(rows: Sequence[Evidence], folder: str) -> Iterator[Padding]:
    """How it began and how it ended; what lies between is counted."""
    between = len(rows) - QUOTED
    if between <= 1:  # a line that counts one line would save nothing
        yield from (_quoted(row, folder) for row in rows)
        return
    half = QUOTED // 2
    yield from (_quoted(row, folder) for row in rows[:half])
    yield _indented(Text(f"… {between} more lines in --format json", style="dim"), 5)
    yield from (_quoted(row, folder) for row in rows[-half:])


def _when(one: Finding, timezone: str) -> str:
    where = f" on {', '.join(one.servers)}" if one.servers else ""
    if one.start is None:
        return f"at a time that no log tells{where}"
    same_day = one.end is not None and clock(one.start, timezone)[:10] == clock(one.end, timezone)[:10]
    until = clock(one.end, timezone, date=not same_day) if one.end else "the end of the logs"
    return f"{clock(one.start, timezone)} to {until}{where}"


def _quoted(row: Evidence, folder: str) -> Padding:
    """A line of evidence after the place where it stands below the folder."""
    place = f"{row.source.removeprefix(folder)}:{row.line}: "
    text = Text.assemble((clean(place), "dim"), clean(row.text.rstrip("\r\n")))
    return _indented(text, 5)


def _indented(what: RenderableType, columns: int = 3) -> Padding:
    return Padding(what, (0, 0, 0, columns), expand=False)


@dataclass(frozen=True, slots=True)
class _Item:
    """A list item whose further lines stand under its first one; a table for each would take far longer."""

    mark: str
    text: str
    indent: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        first = " " * self.indent + self.mark + " "
        lines = Text(self.text).wrap(console, options.max_width - len(first), overflow="fold")
        for place, line in enumerate(lines):
            yield Text(first if place == 0 else " " * len(first)) + line


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
