"""FO2: states in which both servers may have given the same addresses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from dhcplens.findings.case import Case, Stay
from dhcplens.findings.limits import NoLimits, limit
from dhcplens.findings.losses import Cause
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import FOREVER, records, rows, rows_at
from dhcplens.findings.words import clock
from dhcplens.model.states import FailoverState, Severity

_CONFLICT = (
    FailoverState.POTENTIAL_CONFLICT,
    FailoverState.RESOLUTION_INTERRUPTED,
    FailoverState.CONFLICT_DONE,
)
_SERVING = (FailoverState.NORMAL, FailoverState.COMMUNICATIONS_INTERRUPTED, FailoverState.PARTNER_DOWN)
_FAILURES = (
    "invalid-state-transition",
    "moves-to-normal-in-conflict",
    "unexpected-conflict-done",
    "conflict-done-illegal-move",
    "secondary-conflict-done",
    "invalid-state",
    "spurious-update-done",
)
_TOGETHER = timedelta(seconds=120)
_SECOND = timedelta(seconds=1)


@rule("FO203", "potential-conflict", Severity.CRITICAL)
def potential_conflict(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """The servers compare all leases and serve nobody: one finding for both."""
    for group in _groups(case.stays_in(*_CONFLICT)):
        starts = [one.start for one in group if one.start is not None]
        ends = [one.end for one in group]
        end = None if None in ends else max(one for one in ends if one is not None)
        after = {name: case.state_at(name, end + _SECOND) for name in case.names} if end else {}
        normal = all(state is FailoverState.NORMAL for state in after.values())
        if end is None:
            outcome = "they are not done at the end of the logs"
        elif normal:
            outcome = f"both were normal again at {clock(end, case.pair.timezone)}"
        else:
            outcome = "it did not end in normal operation: " + ", ".join(
                f"{name} then in {state.value if state else 'no known state'}"
                for name, state in after.items()
            )
        yield Draft(
            title=f"potential conflict between the servers; {outcome}",
            start=min(starts, default=None),
            end=end,
            servers=case.both(*(one.server for one in group)),
            rows=tuple(row for one in group for row in one.all_rows),
            figures={"outcome": outcome},
        )


def _groups(stays: list[Stay]) -> Iterator[list[Stay]]:
    group: list[Stay] = []
    reach: pd.Timestamp | None = None
    for one in sorted(
        (one for one in stays if one.start is not None),
        key=lambda one: one.start.timestamp() if one.start else 0,
    ):
        if group and reach is not None and one.start is not None and one.start > reach + _TOGETHER:
            yield group
            group, reach = [], None
        end = one.end or FOREVER
        reach = end if reach is None else max(reach, end)
        group.append(one)
    if group:
        yield group


@rule("FO204", "conflict-shutdown", Severity.CRITICAL)
def conflict_shutdown(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A server gave up on a conflict and went to shutdown (or died of it)."""
    told = case.notices(*_FAILURES)
    for one in case.local_moves(FailoverState.SHUTDOWN.value):
        near = told[(told["server"] == one.server) & ((told["time"] - one.time).abs() <= 5 * _SECOND)]
        if not len(near) and one.old not in {state.value for state in _CONFLICT}:
            continue
        later = (stay.start for stay in case.stays if stay.server == one.server and stay.start is not None)
        started = next((start for start in later if start > one.time), None)
        why = f"its partner's state did not fit ({near['code'].iloc[0]})" if len(near) else f"from {one.old}"
        yield Draft(
            title=f"{one.server} moved to shutdown after a conflict",
            start=one.time,
            end=started,
            servers=(one.server,),
            rows=one.rows + rows(near),
            figures={"server": one.server, "reason": why},
        )
    for fatal in records(case.notices("conflict-done-illegal-move")):
        yield Draft(
            title=f"{fatal.server} ended itself during the resolution of a conflict",
            start=fatal.time,
            end=None,
            servers=(fatal.server,),
            rows=rows_at(fatal.time, fatal.source, fatal.line),
            figures={"server": fatal.server, "reason": "its partner moved to a state that does not fit"},
        )


@dataclass(frozen=True, slots=True)
class LivingPeerLimits:
    """Thresholds of partner-down-with-living-peer."""

    overlap: float = limit(30, "seconds for which the partner must have run and served meanwhile")


@rule("FO205", "partner-down-with-living-peer", Severity.CRITICAL, LivingPeerLimits)
def living_peer(case: Case, limits: LivingPeerLimits) -> Iterator[Draft]:
    """A server takes over everything while its partner still serves."""
    if len(case.names) < 2:
        return
    found: list[tuple[Stay, Stay, pd.Timestamp, pd.Timestamp | None]] = []
    for stay in case.stays_in(FailoverState.PARTNER_DOWN):
        for other in case.stays_in(*_SERVING, server=case.other(stay.server)):
            shared = _shared(stay, other)
            if shared is None:
                continue
            start, end = shared
            if ((end or case.until) - start).total_seconds() >= limits.overlap and _lived(
                case, other, start, end
            ):
                found.append((stay, other, start, end))
    if not found:
        return
    start = min(one[2] for one in found)
    ends = [one[3] for one in found]
    first = min(found, key=lambda one: one[2])
    acks = _served(case, first[1].server, first[2], first[3])
    yield Draft(
        title=f"{first[0].server} was in partner-down while {first[1].server} lived, "
        f"in {first[1].state.value}",
        start=start,
        end=None if None in ends else max(one for one in ends if one is not None),
        servers=case.both(*(one[0].server for one in found)),
        rows=tuple(row for one in found for stay in one[:2] for row in (*stay.rows, *stay.end_rows))
        + rows(acks, 4),
        figures={
            "server": first[0].server,
            "partner": first[1].server,
            "since": clock(start, case.pair.timezone),
        },
    )


def _shared(one: Stay, other: Stay) -> tuple[pd.Timestamp, pd.Timestamp | None] | None:
    """The period that two stays have in common."""
    starts = [stay.start for stay in (one, other) if stay.start is not None]
    ends = [stay.end for stay in (one, other) if stay.end is not None]
    if not starts:
        return None
    start, end = max(starts), min(ends, default=None)
    return None if end is not None and end <= start else (start, end)


def _lived(case: Case, stay: Stay, start: pd.Timestamp, end: pd.Timestamp | None) -> bool:
    """Whether the server of a stay is known to have run: it wrote lines, or only the link was cut."""
    if case.wrote_between(stay.server, start, end or case.until + _SECOND):
        return True
    return any(loss.cause is Cause.LINK and loss.sure and loss.covers(start) for loss in case.losses)


def _served(case: Case, server: str, start: pd.Timestamp, end: pd.Timestamp | None) -> pd.DataFrame:
    """ACKs of a server in a period."""
    messages = case.pair.server(server).log.messages
    acks = case.align(messages.loc[messages["type"] == "ACK", ["time", "source", "line"]], server)
    return acks[acks["time"].between(start, end or case.until)]
