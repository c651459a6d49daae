"""Findings as incidents: what one cause brought about, together; and what is merely worth knowing."""

from dataclasses import dataclass
from datetime import datetime

from dhcplens.findings.grouping import key
from dhcplens.findings.words import clock
from dhcplens.model.states import Severity
from dhcplens.model.values import Finding


@dataclass(frozen=True, slots=True)
class Incident:
    """A finding that nothing else explains, and the findings that it explains."""

    head: Finding
    consequences: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The cause and its consequences, in the order of the report."""
        return (self.head, *self.consequences)

    @property
    def grave(self) -> tuple[Finding, ...]:
        """Those of them that are more than worth knowing."""
        return tuple(one for one in self.findings if one.severity is not Severity.INFO)

    @property
    def severity(self) -> Severity:
        """Of the gravest of its findings."""
        return max((one.severity for one in self.findings), key=lambda severity: severity.rank)

    @property
    def start(self) -> datetime | None:
        """When the first of its findings that have a time begins."""
        return min((one.start for one in self.findings if one.start), default=None)

    @property
    def end(self) -> datetime | None:
        """When the last of its findings ends, None where one lasts to the end of the logs."""
        ends = [one.end for one in self.grave]
        known = [end for end in ends if end]
        return max(known) if known and len(known) == len(ends) else None


def incidents(findings: tuple[Finding, ...]) -> tuple[Incident, ...]:
    """The incidents in the order of the findings; a finding of severity info is none by itself."""
    heads = [one for one in findings if one.severity is not Severity.INFO]
    known = {key(one) for one in heads}
    below: dict[str, list[Finding]] = {}
    for one in findings:
        if one.consequence_of in known:
            below.setdefault(str(one.consequence_of), []).append(one)
    return tuple(
        Incident(one, tuple(below.pop(key(one), ()))) for one in heads if one.consequence_of not in known
    )


def remarks(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What is worth knowing and belongs to no incident."""
    known = {key(one) for one in findings if one.severity is not Severity.INFO}
    return tuple(one for one in findings if one.severity is Severity.INFO and one.consequence_of not in known)


def period(start: datetime | None, end: datetime | None, timezone: str) -> str:
    """An interval in words, in the zone of the logs."""
    if start is None:
        return "at a time that no log tells"
    begun = clock(start, timezone)
    if end is None:
        return f"{begun} to the end of the logs"
    same_day = begun[:10] == clock(end, timezone)[:10]
    return f"{begun} to {clock(end, timezone, date=not same_day)}"
