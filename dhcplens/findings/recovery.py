"""FO2: start, loss and recovery of a server's database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pandas as pd

from dhcplens.findings.case import Case, Move, Stay
from dhcplens.findings.limits import NoLimits, limit
from dhcplens.findings.refusals import declarations
from dhcplens.findings.registry import Draft, Row, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import clock, duration, number
from dhcplens.model.states import FailoverState, Severity, Subject

_RECOVERING = (FailoverState.RECOVER, FailoverState.STARTUP)
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(seconds=60)
_SETTLED = (
    FailoverState.NORMAL.value,
    FailoverState.COMMUNICATIONS_INTERRUPTED.value,
    FailoverState.PARTNER_DOWN.value,
)


@dataclass(frozen=True, slots=True)
class StuckRecoverLimits:
    """Thresholds of stuck-recover."""

    after: float = limit(600, "seconds in recover that are too long")
    open_after: float = limit(300, "the same where it still lasts at the end of the logs")


@rule("FO201", "stuck-recover", Severity.CRITICAL, StuckRecoverLimits)
def stuck_recover(case: Case, limits: StuckRecoverLimits) -> Iterator[Draft]:
    """A server waits in recover for a partner that does not come; both of them are one finding."""
    stuck = [
        chain
        for name in case.names
        for chain in _chains(case, name)
        if case.first_line(name) is not None or chain[-1].end is None
        if any(one.state is FailoverState.RECOVER for one in chain)
        and _lasts(chain, case.until) >= (limits.after if chain[-1].end else limits.open_after)
    ]
    if not stuck:
        return
    starts = [chain[0].start for chain in stuck if chain[0].start is not None]
    ends = [chain[-1].end for chain in stuck]
    start, end = min(starts), None if None in ends else max(one for one in ends if one is not None)
    names = case.both(*(chain[0].server for chain in stuck))
    lasted = duration(((end or case.until) - start).total_seconds())
    peer = case.peer(names[0])
    mute = case.not_responding("recovering")
    yield Draft(
        title=f"{' and '.join(names)} in recover for {lasted}",
        start=start,
        end=end,
        servers=names,
        rows=tuple(row for chain in stuck for stay in chain for row in stay.rows)
        + rows(mute, 4)
        + declarations(case, *names),
        figures={
            "server": names[0],
            "duration": lasted,
            "address": (peer.peer_address if peer else None) or "<partner-address>",
            "port": str(peer.peer_port) if peer else "647",
        },
    )


def _chains(case: Case, server: str) -> Iterator[list[Stay]]:
    """A server's periods in recover, with the starts in between."""
    chain: list[Stay] = []
    before: Stay | None = None
    for stay in [*(one for one in case.stays if one.server == server), None]:
        leaving = before is not None and before.state is FailoverState.SHUTDOWN
        before = stay
        if leaving and stay is not None and stay.state is FailoverState.RECOVER:
            continue  # the last word of a process that is shut down (dhcpd.c)
        if stay is not None and stay.state in _RECOVERING and stay.start is not None:
            if chain and chain[-1].end is not None and stay.start > chain[-1].end + _MINUTE:
                yield chain  # it did not run in between
                chain = []
            chain.append(stay)
            continue
        if chain:
            yield chain
        chain = []


def _lasts(chain: list[Stay], until: pd.Timestamp) -> float:
    start, end = chain[0].start, chain[-1].end or until
    return 0.0 if start is None else (end - start).total_seconds()


@rule("FO202", "recover-wait", Severity.WARNING)
def recover_wait(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A server waits for mclt after it recovered; says when that is over."""
    for stay in case.stays_in(FailoverState.RECOVER_WAIT):
        if stay.start is None:
            continue
        mclt = case.pair.mclt
        since = _recovering_since(case, stay)
        reckoned = since + timedelta(seconds=mclt) if since is not None and mclt else None
        ends = stay.end or reckoned
        until = clock(ends, case.pair.timezone) if ends is not None else "the start of its recovery plus mclt"
        mute = case.not_responding("recover wait", server=stay.server)
        yield Draft(
            title=f"{stay.server} waits for mclt and serves nobody until {until}",
            start=stay.start,
            end=stay.end,
            servers=(stay.server,),
            rows=stay.rows + stay.end_rows + rows(mute, 4),
            figures={
                "server": stay.server,
                "partner": case.other(stay.server),
                "until": until,
                "mclt": duration(mclt) if mclt else "of the primary's configuration",
            },
        )


def _recovering_since(case: Case, wait: Stay) -> pd.Timestamp | None:
    """Since when the state counts: a move out of startup keeps the start of the state before (failover.c)."""
    before = [one for one in case.stays if one.server == wait.server and one.begin < wait.begin]
    for place in range(len(before) - 1, -1, -1):
        stay = before[place]
        if stay.state is FailoverState.STARTUP:
            earlier = [one for one in before[:place] if one.state is not FailoverState.STARTUP]
            fresh = any(one.time == stay.start for one in _blank(case) if one.server == wait.server)
            if fresh and (not earlier or earlier[-1].state is not FailoverState.RECOVER):
                return stay.start
            return earlier[-1].start if earlier else stay.start
        if stay.state is not FailoverState.RECOVER:
            return before[place + 1].start if place + 1 < len(before) else wait.start
    return before[0].start if before else None


def _blank(case: Case) -> list[Move]:
    """Starts of servers that know no state of their own: from recover."""
    starts = case.local_moves(FailoverState.STARTUP.value)
    return [one for one in starts if one.old == FailoverState.RECOVER.value and not pd.isna(one.time)]


@dataclass(frozen=True, slots=True)
class BlankStart:
    """A start without failover state, of a server that had been part of the pair before."""

    server: str
    time: pd.Timestamp
    rows: tuple[Row, ...]


def blank_starts(case: Case) -> list[BlankStart]:
    """Starts in recover ('I move from recover to startup') that are not those of a new pair."""
    found = []
    for one in _blank(case):
        before = [
            stay
            for stay in case.stays
            if stay.server == one.server and (stay.start is None or stay.start < one.time)
        ]
        own = [stay for stay in before if stay.state not in _RECOVERING]
        if before and not own:
            continue  # it had never got beyond recover
        if before and before[-1].state in (FailoverState.RECOVER, FailoverState.RECOVER_WAIT):
            continue
        heard = _heard_as(case, one) or (() if before else _known_as(case, one))
        if own or heard:
            found.append(BlankStart(one.server, one.time, (*one.rows, *heard)))
    return found


def _heard_as(case: Case, start: Move) -> tuple[Row, ...]:
    """How a partner that knew the server in a settled state heard of its recovery."""
    _, heard = _seen_by_partner(case, start)
    as_lost = heard and heard[0].new == FailoverState.RECOVER.value and heard[0].old in _SETTLED
    return heard[0].rows if as_lost else ()


def _known_as(case: Case, start: Move) -> tuple[Row, ...]:
    """The same of a server whose own log begins with this start, and whose partner has forgotten it too."""
    earlier, heard = _seen_by_partner(case, start)
    forgotten = heard and heard[0].old == FailoverState.UNKNOWN.value
    return earlier[-1].rows if forgotten and earlier and earlier[-1].new in _SETTLED else ()


def _seen_by_partner(case: Case, start: Move) -> tuple[list[Move], list[Move]]:
    """The moves of a server as its partner logged them, before a start of it and from then on."""
    seen = [one for one in case.moves if one.server != start.server and one.subject == Subject.PARTNER.value]
    begun = start.time - _SECOND
    return [one for one in seen if one.time < begun], [one for one in seen if one.time >= begun]


def normal_again(case: Case, servers: tuple[str, ...], after: pd.Timestamp) -> pd.Timestamp | None:
    """When all these servers were normal after a moment."""
    ends = []
    for server in servers:
        moves = case.local_moves(FailoverState.NORMAL.value, server)
        again = next((one.time for one in moves if one.time >= after), None)
        if again is None:
            return None
        ends.append(again)
    return max(ends)


@dataclass(frozen=True, slots=True)
class BothLostLimits:
    """Thresholds of both-databases-lost."""

    within: float = limit(86400, "seconds within which both servers start blank")


@rule("FO207", "both-databases-lost", Severity.CRITICAL, BothLostLimits)
def both_databases_lost(case: Case, limits: BothLostLimits) -> Iterator[Draft]:
    """Both servers start without a database although they had served."""
    for first, second in lost_together(case, limits.within):
        start = max(first.time, second.time)
        told = case.notices("both-recover-done", "wrote-leases")
        told = told[told["time"].between(min(first.time, second.time) - 60 * _SECOND, start + 60 * _SECOND)]
        abandoned = case.notices("abandoning")
        abandoned = abandoned[abandoned["time"] >= start]
        longest = max(
            (pool.lease_times.max for s in case.pair.servers if s.conf for pool in s.conf.pools), default=0
        )
        until = (
            clock(start + timedelta(seconds=longest), case.pair.timezone)
            if longest
            else "one lease time later"
        )
        end = normal_again(case, case.names, start)
        yield Draft(
            title="both servers started without their lease databases and serve at once",
            start=min(first.time, second.time),
            end=end,
            servers=case.names,
            rows=first.rows + second.rows + rows(told, 6) + rows(abandoned, 6),
            figures={"until": until},
        )


def lost_together(case: Case, within: float) -> list[tuple[BlankStart, BlankStart]]:
    """Blank starts of both servers with no normal operation between them."""
    found = []
    starts = sorted(blank_starts(case), key=lambda one: one.time)
    for first, second in pairwise(starts):
        if first.server == second.server or (second.time - first.time).total_seconds() > within:
            continue
        normal = normal_again(case, (first.server,), first.time)
        if normal is None or normal > second.time - 2 * _SECOND:
            found.append((first, second))
    return found


@rule("FO206", "database-lost", Severity.WARNING)
def database_lost(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """One server starts without a database although it had been part of the pair."""
    together = {one for pair in lost_together(case, BothLostLimits().within) for one in pair}
    for lost in blank_starts(case):
        if lost in together:
            continue
        wrote = case.notices("wrote-leases", server=lost.server)
        wrote = wrote[wrote["time"].between(lost.time - 60 * _SECOND, lost.time + 60 * _SECOND)]
        yield Draft(
            title=f"{lost.server} started without its lease database",
            start=lost.time,
            end=normal_again(case, (lost.server,), lost.time),
            servers=(lost.server,),
            rows=lost.rows + rows(wrote, 4),
            figures={"server": lost.server, "partner": case.other(lost.server)},
        )


@rule("FO209", "state-not-recorded", Severity.WARNING)
def state_not_recorded(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A change of state could not be written."""
    for server in case.names:
        told = case.notices("state-not-recorded", server=server)
        if len(told):
            yield Draft(
                title=f"{server} could not record its failover state ({number(len(told), 'time')})",
                start=told["time"].iloc[0],
                end=told["time"].iloc[-1],
                servers=(server,),
                rows=rows(told),
                figures={"server": server},
            )
