"""FO5: a configuration with which dhcpd does not start."""

from collections.abc import Iterator

from dhcplens.findings.case import Case
from dhcplens.findings.configuration import unconfigured
from dhcplens.findings.limits import NoLimits
from dhcplens.findings.registry import Draft, Row, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import number
from dhcplens.ingest.conf import ConfProblem
from dhcplens.model.states import Severity
from dhcplens.pair import Server
from dhcplens.pair.columns import UNKNOWN_TIME, stamps

_OF_FAILOVER = ("unknown-peer", "unreferenced-peer")
_ELSEWHERE = (
    *_OF_FAILOVER,
    "range-outside-subnet",
    "empty-pool",
    "peer-address-missing",
    "no-local-address",
    "no-split",
    "no-mclt",
)
"""What a file that was not collected may well hold."""
_OF_OLD = "bootp-permitted"
"""What only releases before 3.1.0 refuse: one that runs shows that this file is not as it reads it."""


@rule("FO503", "configuration-refused", Severity.CRITICAL)
def configuration_refused(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A configuration has what dhcpd refuses; a warning where the server runs with what it read before."""
    for server in case.pair.servers:
        runs = _runs(case, server)
        found = [one for one in _refusals(server) if not (runs and one.cause == _OF_OLD)]
        if not found:
            continue
        told = case.notices("configuration-errors", server=server.name)
        first = found[0]
        yield Draft(
            title=f"dhcpd {'would not start again' if runs else 'does not start'} on {server.name}: "
            f"{first.message} ({number(len(found), 'fault')} in its configuration)",
            start=told["time"].iloc[-1] if len(told) else case.first_line(server.name),
            end=None,
            servers=(server.name,),
            rows=tuple(Row(0.0, one.source, one.line or 1) for one in found) + rows(told, 4),
            figures={
                "server": server.name,
                "count": number(len(found), "fault"),
                "file": first.source,
                "example": f"line {first.line}: {first.message}",
            },
            severity=Severity.WARNING if runs else None,
        )


def _refusals(server: Server) -> list[ConfProblem]:
    """What dhcpd refuses, without what an included file may hold that is missing, or failover-not-configured
    tells.
    """
    told = [one for one in server.conf_problems if isinstance(one, ConfProblem)]
    partly = any(one.cause == "include-missing" for one in told)
    known = unconfigured(server) is not None
    return [
        one
        for one in told
        if one.severity is Severity.CRITICAL
        and not (partly and one.cause in _ELSEWHERE)
        and not (known and one.cause in _OF_FAILOVER)
    ]


def _runs(case: Case, server: Server) -> bool:
    """Whether the last start in a server's log was followed by its work."""
    last = next((one for one in reversed(case.pair.lives) if one.server == server.name), None)
    if last is None or last.end_how == "fatal":
        return False
    logged = stamps(server.log.transitions["time"]), stamps(server.log.messages["time"])
    begun = last.start != UNKNOWN_TIME
    return any(bool((times >= last.start).any() if begun else len(times)) for times in logged)
