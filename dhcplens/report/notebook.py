"""How a pair and its findings look in a notebook: short, and with all names escaped."""

from collections.abc import Iterable
from html import escape
from typing import Self

from dhcplens.model.states import Verdict
from dhcplens.model.values import Finding
from dhcplens.report import Report, overview
from dhcplens.report.incidents import incidents, period, remarks
from dhcplens.report.terminal import clean

_COLOURS = {Verdict.HEALTHY: "#0b8a63", Verdict.DEGRADED: "#b57500", Verdict.DEAD: "#c8323f"}


class Findings(tuple[Finding, ...]):
    """Findings in the order of the report; in a notebook a table with times in ``timezone``."""

    timezone: str

    def __new__(cls, findings: Iterable[Finding], timezone: str = "UTC") -> Self:
        """As tuple does it."""
        made = super().__new__(cls, findings)
        made.timezone = timezone
        return made

    def _repr_html_(self) -> str:
        return _table(self, self.timezone)


def summary(report: Report) -> str:
    """Verdict, who the servers are, and the findings as a table."""
    return (
        f'<p><b style="color: {_COLOURS[report.verdict]}">{report.verdict}</b>: '
        f"{_text(overview.headline(report))}<br>{_text(overview.who(report))}</p>"
        f"{_table(report.findings, report.pair.timezone)}"
    )


def _table(findings: tuple[Finding, ...], timezone: str) -> str:
    """A row a finding, consequences below their cause."""
    if not findings:
        return "<p>no findings</p>"
    ordered = [
        *(
            (one, place > 0)
            for incident in incidents(findings)
            for place, one in enumerate(incident.findings)
        ),
        *((one, False) for one in remarks(findings)),
    ]
    head = _row("th", ("severity", "name", "what", f"when ({timezone})", "servers"))
    rows = (
        _row(
            "td",
            (
                one.severity,
                one.name,
                f"↳ {one.title}" if below else one.title,
                period(one.start, one.end, timezone),
                ", ".join(one.servers),
            ),
        )
        for one, below in ordered
    )
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _row(tag: str, cells: Iterable[str]) -> str:
    style = 'style="text-align: left"'
    return f"<tr>{''.join(f'<{tag} {style}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return escape(clean(text))
