"""The report on a pair: as text for a terminal, as JSON, as an HTML page, as Markdown, and for a notebook."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from dhcplens.findings import verdict
from dhcplens.model.states import Verdict
from dhcplens.model.values import Finding, Problem
from dhcplens.pair import PairView

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """A pair and its findings, ready to be shown; of the time between ``since`` and ``until`` where given."""

    pair: PairView
    findings: tuple[Finding, ...]
    failures: tuple[Problem, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def within(self, since: datetime | None, until: datetime | None) -> "Report":
        """The report of a part of the time (aware, on the first server's clock).

        It has the findings that touch that time, and of moves only those in it. The pair is judged as a
        whole all the same: what was before is known.
        """
        touching = tuple(
            one
            for one in self.findings
            if not (until and one.start and one.start > until) and not (since and one.end and one.end < since)
        )
        return replace(self, findings=touching, since=since, until=until)

    def covers(self, time: datetime) -> bool:
        """Whether a time lies in the part that is shown."""
        return not (self.since and time < self.since) and not (self.until and time > self.until)

    @cached_property
    def verdict(self) -> Verdict:
        """One word on the whole pair."""
        return verdict(self.findings)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with the inputs, and rules that could not be applied to them."""
        return (*self.pair.problems, *self.failures)

    def as_json(self) -> str:
        """One JSON object (keys: schema, verdict, servers, findings, transitions, inputs, inferences)."""
        from dhcplens.report.as_json import as_json

        return as_json(self)

    def as_text(self, *, width: int = 80, colour: bool = False) -> str:
        """The report as text of that many columns."""
        from dhcplens.report.terminal import as_text

        return as_text(self, width=width, colour=colour)

    def as_html(self) -> str:
        """One self-contained HTML page without scripts."""
        from dhcplens.report.html import as_html

        return as_html(self)

    def as_markdown(self) -> str:
        """Markdown for a ticket."""
        from dhcplens.report.markdown import as_markdown

        return as_markdown(self)

    def __str__(self) -> str:
        return self.as_text()

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.as_text())}</pre>"
