"""Interruptions of the failover link: when, and whether a server was down or the link was."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from dhcplens.findings.connections import refused_at, refused_between
from dhcplens.findings.registry import Row
from dhcplens.findings.rows import FOREVER, known, rows_at
from dhcplens.model.states import FailoverState, Subject

if TYPE_CHECKING:
    from dhcplens.findings.case import Case, Move

SHORTEST = 2.0
"""Seconds below which a lost link is not an interruption: dhcpd reconnects after 5 at the earliest."""
SAME_LOSS = 5.0
"""Seconds between the one server's reconnection and the other's: still one interruption."""
MARGIN = 30.0
"""Seconds of grace, on top of max-response-delay, in which a living server notices a loss."""
RECONNECTING = 120.0
"""Seconds within which a started server is connected again: dhcpd tries every 5, after an error every 90."""
_SILENT_SHARE = 2 / 3
"""Share of max-response-delay between a cut and its time-out: the partner is heard every third of it."""
_NOT_MET = (None, FailoverState.UNKNOWN, FailoverState.STARTUP, FailoverState.RECOVER)
_MOMENT = pd.Timedelta(seconds=1)
_MICROSECOND = pd.Timedelta(microseconds=1)
_INSTANT = pd.Timedelta(nanoseconds=1)
_RESTART = pd.Timedelta(seconds=120)
"""A start after a shorter silence is one that an operator makes, and no absence."""
_UNHEARD = 3
"""So many requests of clients that only one server logs show that the other was not there."""
_LOSS_SIGNS = ("disconnected", "timeout", "interrupted")


class Cause(StrEnum):
    """What interrupted the link."""

    PEER = "peer-down"
    LINK = "link-down"


@dataclass(frozen=True, slots=True)
class Outage:
    """One server's view: its link was down from ``start`` until ``end`` (None: to the end of the logs)."""

    server: str
    start: pd.Timestamp
    end: pd.Timestamp | None
    noticed: bool  # a loss while it ran, not merely its own start
    silence: float  # seconds of silence before it noticed
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """One interruption.

    ``down`` is the server that was not there (cause peer-down), ``sure`` is False where one log is missing,
    ``returned`` is when the server that was down started again.
    """

    start: pd.Timestamp
    end: pd.Timestamp | None
    cause: Cause
    down: str | None
    survivor: str
    sure: bool
    returned: pd.Timestamp | None
    outages: tuple[Outage, ...]
    rows: tuple[Row, ...]

    def covers(self, when: pd.Timestamp, slack: float = 0.0) -> bool:
        """Whether a moment lies within it, ``slack`` seconds after its end included."""
        late = pd.Timedelta(seconds=slack)
        return self.start <= when and (self.end is None or when <= self.end + late)


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of an interruption with one cause."""

    cause: Cause
    start: pd.Timestamp
    end: pd.Timestamp | None
    loss: Loss


def phases(case: "Case") -> list[Phase]:
    """All interruptions by cause: once a server that was down runs again, it is the link that is missing."""
    found: list[Phase] = []
    late = pd.Timedelta(seconds=RECONNECTING)
    for loss in case.losses:
        away = _away_meanwhile(case, loss)
        if loss.cause is Cause.LINK and away:
            found += _between(loss, away, late)
            continue
        found += away
        back = _back(case, loss)
        if back is None or loss.cause is Cause.LINK or (loss.end is not None and loss.end <= back + late):
            found.append(Phase(loss.cause, loss.start, loss.end, loss))
            continue
        found.append(Phase(Cause.PEER, loss.start, back, loss))
        if (dead := _died_too(case, loss, back)) is not None:
            found.append(Phase(Cause.PEER, dead.start, loss.end, dead))
        elif loss.end is not None or case.until > back + late:
            found.append(Phase(Cause.LINK, back, loss.end, loss))
    return found


def _between(loss: Loss, away: list[Phase], late: pd.Timedelta) -> Iterator[Phase]:
    """A lost link in parts, where a server that had lost it was away for a part of the time."""
    since: pd.Timestamp = loss.start
    for one in away:
        if one.start > since + _MOMENT:
            yield Phase(Cause.LINK, since, one.start, loss)
        yield one
        since = one.start if one.end is None else one.end
    if away[-1].end is not None and (loss.end is None or loss.end > since + late):
        yield Phase(Cause.LINK, since, loss.end, loss)


def _away_meanwhile(case: "Case", loss: Loss) -> list[Phase]:
    """Absences of a server that an interruption hides, for it was lost to its partner already.

    It started anew, and until then it did not notice the loss itself (a power cut), or did not hear what its
    partner heard of clients.
    """
    found: list[Phase] = []
    if refused_between(case, loss.start, loss.end or case.until):
        return found  # where a clock was wrong, stamps tell no silence
    for name in case.names:
        started = _started_after(case, name, loss.start + _MOMENT, loss.end)
        if name == loss.down or started is None or len(case.names) < 2:
            continue
        last = max(loss.start, case.line_before(name, started - _MOMENT) or loss.start)
        noticed = any(one.server == name and one.noticed and one.start < started for one in loss.outages)
        since = _unheard_since(case, name, last, started) if noticed else last
        if since is None or started - since < _RESTART:
            continue
        rows = tuple(row for one in loss.outages if one.server == name for row in one.rows)
        gone = replace(loss, down=name, survivor=case.other(name), returned=started, sure=True, rows=rows)
        found.append(Phase(Cause.PEER, since, started, gone))
    return sorted(found, key=lambda one: one.start)


def _unheard_since(case: "Case", server: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.Timestamp | None:
    """The first of several requests that its partner logged meanwhile, of which a server logs the like."""
    asked = {}
    for name in case.names:
        messages = case.pair.server(name).log.messages
        asked[name] = case.align(messages.loc[messages["type"] == "DISCOVER", ["time"]], name)["time"]
    heard = asked[case.other(server)]
    heard = heard[heard.between(start + _MOMENT, end - _MOMENT)]
    listens = bool((asked[server] <= start).any())
    return heard.iloc[0] if listens and len(heard) >= _UNHEARD else None


def _died_too(case: "Case", loss: Loss, back: pd.Timestamp) -> Loss | None:
    """The partner's own absence, where it was silent when the server that was down came back."""
    returned = _started_after(case, loss.survivor, back, loss.end)
    if returned is None and loss.end is not None:
        return None
    until = returned or case.until + _MOMENT
    if loss.survivor not in case.names or case.wrote_between(loss.survivor, back, until):
        return None
    start = max(loss.start, case.line_before(loss.survivor, back + _INSTANT) or loss.start)
    return replace(loss, start=start, down=loss.survivor, survivor=loss.down or "", returned=returned)


def _back(case: "Case", loss: Loss) -> pd.Timestamp | None:
    """When the server that was down ran again: its start, or a refusal where its clock is wrong."""
    told = case.refused[bisect_right(case.refused, loss.start) :][:1]
    signs = [loss.returned, *(one for one in told if loss.end is None or one < loss.end)]
    return min((one for one in signs if one is not None), default=None)


def losses(case: "Case") -> tuple[Loss, ...]:
    """All interruptions of a pair, in order of time."""
    outages = sorted((one for name in case.names for one in _outages(case, name)), key=lambda one: one.start)
    clusters: list[list[Outage]] = []
    reach: pd.Timestamp | None = None
    for one in outages:
        end = one.end or FOREVER
        if reach is not None and one.start <= reach + pd.Timedelta(seconds=SAME_LOSS):
            clusters[-1].append(one)
            reach = max(reach, end)
        else:
            clusters.append([one])
            reach = end
    return tuple(loss for cluster in clusters if (loss := _loss(case, cluster)))


def _outages(case: "Case", server: str) -> list[Outage]:
    """Periods of one server without a link; neighbours without a link between them are one."""
    found: list[Outage] = []
    open_end = False
    for one in case.pair.beliefs:
        if one.server != server:
            continue
        if one.state != "down":
            open_end = False
            continue
        start, end = known(case.moment(one.start, server)), known(case.moment(one.end, server))
        rows = (*rows_at(start, one.source, one.line), *rows_at(end, one.end_source, one.end_line))
        noticed = one.why in _LOSS_SIGNS
        if one.why == "before":
            start, noticed = _since_before(case, server, end), True
        if start is None:
            continue
        if open_end and found:
            last = found[-1]
            found[-1] = replace(last, end=end, noticed=last.noticed or noticed, rows=(*last.rows, *rows))
        else:
            silence = _SILENT_SHARE * _response_delay(case, server) if one.why == "timeout" else 0.0
            found.append(Outage(server, start, end, noticed, silence, rows))
        open_end = True
    return found


def _since_before(case: "Case", server: str, end: pd.Timestamp | None) -> pd.Timestamp | None:
    """Since when a link was down that is down when the log begins: by the lease file, else by the log."""
    alone = case.stays_in(FailoverState.COMMUNICATIONS_INTERRUPTED, server=server)
    filed = [one.start for one in alone if one.start is not None and (end is None or one.start < end)]
    return filed[-1] if filed else case.first_line(server)


def _loss(case: "Case", cluster: list[Outage]) -> Loss | None:
    """The interruption that overlapping outages amount to; None where nobody lost a link."""
    ends = [one.end for one in cluster]
    end = None if any(one is None for one in ends) else max(one for one in ends if one is not None)
    start = _begin(case, cluster, end)
    if start is None or (end is not None and (end - start).total_seconds() < SHORTEST):
        return None
    first = min((one for one in cluster if one.noticed), key=lambda one: one.start, default=cluster[0])
    if not _had_a_link(case, cluster):
        return None
    down, sure, returned = _who_was_down(case, start, end, cluster, first.server)
    survivor = next((name for name in case.names if name != down), first.server) if down else first.server
    rows = tuple(row for one in cluster for row in one.rows) + _moves(case, start, end)
    silent = max((one.silence for one in cluster if one.start == start), default=0.0)
    return Loss(
        start=start - pd.Timedelta(seconds=silent),
        end=end,
        cause=Cause.PEER if down else Cause.LINK,
        down=down,
        survivor=survivor,
        sure=sure,
        returned=returned,
        outages=tuple(cluster),
        rows=rows,
    )


def _had_a_link(case: "Case", cluster: list[Outage]) -> bool:
    """Whether a server lost more than the first attempts of a pair that has not met yet."""
    begin = min(one.start for one in cluster)
    ends = [one.end for one in cluster if one.end is not None]
    moved = _interruptions(case, begin, max(ends) if len(ends) == len(cluster) else case.until)
    before = [case.state_at(one.server, one.start - _MICROSECOND) for one in cluster if one.noticed]
    return bool(moved) or any(state not in _NOT_MET for state in before)


def _interruptions(case: "Case", start: pd.Timestamp, end: pd.Timestamp) -> "list[Move]":
    """The servers' own moves to communications-interrupted in a period."""
    moves = case.moves_between(start, end)
    interrupted = FailoverState.COMMUNICATIONS_INTERRUPTED.value
    return [one for one in moves if one.subject == Subject.LOCAL.value and one.new == interrupted]


def _begin(case: "Case", cluster: list[Outage], end: pd.Timestamp | None) -> pd.Timestamp | None:
    """When a running server first noticed the loss, or moved to communications-interrupted."""
    noticed = [one.start for one in cluster if one.noticed]
    moved = _interruptions(case, min(one.start for one in cluster), end or FOREVER)
    return min([*noticed, *(one.time for one in moved[:1])], default=None)


def _who_was_down(
    case: "Case", start: pd.Timestamp, end: pd.Timestamp | None, cluster: list[Outage], first: str
) -> tuple[str | None, bool, pd.Timestamp | None]:
    """The server that was silent or restarting, whether both logs could tell, and when it started again."""
    for name in case.names:
        if _covered(case, name, start) and _silent(case, name, start, end, cluster):
            return name, True, _started_after(case, name, start, end)
    absent = [name for name in case.names if not _covered(case, name, start)]
    if len(case.names) < 2 or absent:
        other = absent[0] if absent and absent[0] != first else case.other(first)
        return _guess(case, start, end, first, other)
    return None, True, None


def _covered(case: "Case", server: str, start: pd.Timestamp) -> bool:
    """Whether a server's log reaches over the loss: it begins before it, or with its own start."""
    begin = case.first_line(server)
    return begin is not None and (begin <= start + _MOMENT or _begins_with_start(case, server))


def _begins_with_start(case: "Case", server: str) -> bool:
    first = next((one for one in case.pair.lives if one.server == server), None)
    return first is not None and first.start_how != "before"


def _silent(
    case: "Case", server: str, start: pd.Timestamp, end: pd.Timestamp | None, cluster: list[Outage]
) -> bool:
    """Whether a server wrote nothing until it started anew, or for longer than a living one would."""
    grace = pd.Timedelta(seconds=MARGIN + _response_delay(case, server))
    noticed = min((one.start for one in cluster if one.server == server and one.noticed), default=None)
    started = _started_after(case, server, start, end)
    if started is not None and (noticed is None or started <= noticed):
        return case.wrote_between(server, start + grace, started) == 0
    if refused_at(case, start) or (noticed is not None and noticed <= start + grace):
        return False
    horizon = end if end is not None else case.until
    until = min(noticed, horizon) if noticed is not None else horizon
    if until - start < grace:
        return noticed is None and not _alive_before(case, server, start, until)
    return case.wrote_between(server, start + pd.Timedelta(seconds=SHORTEST), until) == 0


def _alive_before(case: "Case", server: str, start: pd.Timestamp, until: pd.Timestamp) -> bool:
    """In a short loss, whether the server gave any sign of life in it."""
    return case.wrote_between(server, start - pd.Timedelta(seconds=1), until + pd.Timedelta(seconds=1)) > 0


def _started_after(
    case: "Case", server: str, start: pd.Timestamp, end: pd.Timestamp | None
) -> pd.Timestamp | None:
    """When the server started anew within the interruption."""
    slack = pd.Timedelta(seconds=SHORTEST)
    inside = [
        one
        for one in case.starts.get(server, [])
        if start - slack <= one and (end is None or one <= end + slack)
    ]
    return min(inside) if inside else None


def _response_delay(case: "Case", server: str) -> float:
    peer = case.peer(server)
    return float(peer.max_response_delay) if peer else 60.0


def _guess(
    case: "Case", start: pd.Timestamp, end: pd.Timestamp | None, first: str, other: str
) -> tuple[str | None, bool, pd.Timestamp | None]:
    """From one log alone: a partner that lived says so when it is heard again, or refuses a connection.

    It comes back in communications-interrupted where it ran on, in another state where it was started.
    """
    if refused_at(case, start):
        return None, False, None
    heard = (
        one.new
        for one in case.moves_between(start, FOREVER)
        if one.server == first and one.subject == Subject.PARTNER.value
    )
    if end is not None and (new := next(heard, None)) is not None:
        lived = new == FailoverState.COMMUNICATIONS_INTERRUPTED.value
        return (None if lived else other), False, None
    timed_out = case.notices("peer-timeout", server=first)["time"]
    near = (abs(one - start) <= pd.Timedelta(seconds=SAME_LOSS) for one in timed_out)
    return (None if any(near) else other), False, None


def _moves(case: "Case", start: pd.Timestamp, end: pd.Timestamp | None) -> tuple[Row, ...]:
    """The moves that frame an interruption: into it, and back."""
    slack = pd.Timedelta(seconds=SAME_LOSS)
    into = case.moves_between(start - slack, start + slack)
    back = () if end is None else case.moves_between(end - slack, end + slack)
    return tuple(row for one in dict.fromkeys((*into, *back)) for row in one.rows)
