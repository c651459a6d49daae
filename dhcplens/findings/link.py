"""FO1: the connection between the two servers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import pandas as pd

from dhcplens.findings.case import Case, Stay
from dhcplens.findings.connections import refused_at
from dhcplens.findings.limits import NoLimits, limit
from dhcplens.findings.losses import Cause, Loss, Phase
from dhcplens.findings.outlook import by_itself, outlook
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import FOREVER, rows_at
from dhcplens.findings.words import clock, duration
from dhcplens.model.states import FailoverState, Severity, Subject
from dhcplens.pair.columns import time


def _figures(case: Case, phase: Phase) -> dict[str, str]:
    loss = phase.loss
    peer = case.peer(loss.survivor)
    return {
        "partner": loss.down or case.other(loss.survivor),
        "survivor": loss.survivor,
        "since": clock(phase.start, case.pair.timezone),
        "duration": duration(((phase.end or case.until) - phase.start).total_seconds()),
        "relationship": case.pair.relationship or "<name>",
        "address": (peer.peer_address if peer else None) or "<partner-address>",
        "port": str(peer.peer_port) if peer else "647",
        "times": outlook(case, loss.survivor, loss.start, loss.end),
    }


def _unsure(loss: Loss, instead: str) -> str:
    if loss.sure:
        return ""
    return f" (from {loss.survivor}'s files alone; without its partner's log, {instead} cannot be ruled out)"


@rule("FO101", "peer-down", Severity.WARNING)
def peer_down(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A server was silent or restarting while its partner lived."""
    for phase in case.phases:
        if phase.cause is not Cause.PEER:
            continue
        loss = phase.loss
        figures = _figures(case, phase)
        back = ""
        if loss.returned is not None:
            started = min(loss.returned, phase.end or loss.returned)
            back = f", started again {clock(started, case.pair.timezone)}"
        lasted = _lasted(phase, figures)
        yield Draft(
            title=f"{figures['partner']} was down {lasted}{back}{_unsure(loss, 'a cut link')}",
            start=phase.start,
            end=phase.end,
            servers=case.both(loss.down or "") or (loss.survivor,),
            rows=loss.rows,
            figures=figures,
        )
    yield from _seen_from_inside(case)


def _seen_from_inside(case: Case) -> Iterator[Draft]:
    """Without the partner's log: a server starts and hears that its partner had missed it."""
    if len(case.names) == 2 and all(case.last_line(name) is not None for name in case.names):
        return
    for name in case.names:
        heard = [one for one in case.moves if one.server == name and one.subject == Subject.PARTNER.value]
        for before, after in pairwise(one for one in case.pair.lives if one.server == name):
            last, start = time(before.last_seen), time(after.start)
            answer = next((one for one in heard if one.time >= start), None)
            missed = answer is not None and answer.new == FailoverState.COMMUNICATIONS_INTERRUPTED.value
            if answer is None or not missed or pd.isna(last):
                continue
            yield Draft(
                title=f"{name} was down for a part of the time between its last line and its start "
                f"{clock(start, case.pair.timezone)}; its partner's log would tell since when",
                start=last,
                end=answer.time,
                servers=(name,),
                rows=rows_at(start, after.source, after.line) + answer.rows,
                figures={
                    "partner": name,
                    "survivor": case.other(name),
                    "since": clock(last, case.pair.timezone),
                },
            )


@rule("FO102", "link-down", Severity.WARNING)
def link_down(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Both servers lived, but lost each other."""
    for phase in case.phases:
        if phase.cause is not Cause.LINK or refused_at(case, phase.start):
            continue
        figures = _figures(case, phase)
        yield Draft(
            title=f"the link between the servers was down {_lasted(phase, figures)}"
            f"{_alarm(case) if phase.end is None else ''}{_unsure(phase.loss, 'a stopped partner')}",
            start=phase.start,
            end=phase.end,
            servers=case.names,
            rows=phase.loss.rows,
            figures=figures,
        )


def _alarm(case: Case) -> str:
    """That servers will take each other for dead."""
    due = ((name, by_itself(case, name)) for name in case.names)
    return "".join(
        f"; {name} goes into partner-down by itself at {clock(when, case.pair.timezone)}"
        for name, when in due
        if when is not None
    )


def _lasted(phase: Phase, figures: dict[str, str]) -> str:
    return f"for {figures['duration']}" if phase.end else "and was not back by the end of the logs"


@dataclass(frozen=True, slots=True)
class StuckLimits:
    """Thresholds of stuck-communications-interrupted."""

    after: float = limit(3600, "seconds in communications-interrupted that are too long")
    open_after: float = limit(1800, "the same where it still lasts at the end of the logs")


@rule("FO103", "stuck-communications-interrupted", Severity.CRITICAL, StuckLimits)
def stuck_interrupted(case: Case, limits: StuckLimits) -> Iterator[Draft]:
    """A server stayed in communications-interrupted: one finding an interruption, for both servers."""
    stays = [
        one
        for one in case.stays_in(FailoverState.COMMUNICATIONS_INTERRUPTED)
        if one.start is not None
        and one.seconds(case.until) >= (limits.after if one.end is not None else limits.open_after)
    ]
    for group in _overlapping(stays):
        start = min(one.start for one in group if one.start is not None)
        ends = [one.end for one in group]
        end = None if None in ends else max(one for one in ends if one is not None)
        survivor = group[0].server
        yield Draft(
            title=f"{' and '.join(case.both(*(one.server for one in group)))} in communications-interrupted "
            f"for {duration(((end or case.until) - start).total_seconds())}",
            start=start,
            end=end,
            servers=case.both(*(one.server for one in group)),
            rows=tuple(row for one in group for row in one.all_rows),
            figures={
                "survivor": survivor,
                "partner": case.other(survivor),
                "duration": duration(((end or case.until) - start).total_seconds()),
                "relationship": case.pair.relationship or "<name>",
                "times": outlook(case, survivor, start, end),
            },
        )


def _overlapping(stays: list[Stay]) -> Iterator[list[Stay]]:
    group: list[Stay] = []
    reach: pd.Timestamp | None = None
    for one in sorted(stays, key=lambda one: one.begin):
        if group and reach is not None and one.begin > reach:
            yield group
            group, reach = [], None
        end = one.end or FOREVER
        reach = end if reach is None else max(reach, end)
        group.append(one)
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class SilentLimits:
    """Thresholds of silent-link."""

    after: float = limit(120, "seconds for which one server may miss a loss that its partner noticed")


@rule("FO104", "silent-link", Severity.CRITICAL, SilentLimits)
def silent_link(case: Case, limits: SilentLimits) -> Iterator[Draft]:
    """One server lost the link, its living partner went on in normal and did not notice."""
    if len(case.names) < 2:
        return
    for loss in case.losses:
        if loss.cause is not Cause.LINK or not loss.sure:
            continue
        for name in case.names:
            own = [one.start for one in loss.outages if one.server == name]
            noticed = min(own, default=loss.end or case.until)
            believed = (noticed - loss.start).total_seconds()
            if believed < limits.after or case.state_at(name, loss.start) is not FailoverState.NORMAL:
                continue
            if not case.wrote_between(name, loss.start + timedelta(seconds=limits.after), noticed):
                continue
            yield Draft(
                title=f"{name} went on in normal for {duration(believed)} without noticing the loss",
                start=loss.start,
                end=noticed if own or loss.end else None,
                servers=(name,),
                rows=loss.rows,
                figures=_figures(case, Phase(loss.cause, loss.start, loss.end, loss))
                | {"believer": name, "partner": case.other(name)},
            )


@dataclass(frozen=True, slots=True)
class FlappingLimits:
    """Thresholds of flapping."""

    count: float = limit(3, "interruptions that are too many")
    window: float = limit(3600, "seconds within which they are counted")
    short: float = limit(600, "seconds beyond which an interruption is no flap")


@rule("FO105", "flapping", Severity.WARNING, FlappingLimits)
def flapping(case: Case, limits: FlappingLimits) -> Iterator[Draft]:
    """The link is lost again and again, and returns by itself."""
    short = [
        loss
        for loss in case.losses
        if loss.cause is Cause.LINK
        and loss.end is not None
        and (loss.end - loss.start).total_seconds() <= limits.short
    ]
    for group in _crowded(short, int(limits.count), limits.window):
        start, end = group[0].start, group[-1].end
        window = duration(((end or case.until) - start).total_seconds())
        yield Draft(
            title=f"the link was lost {len(group)} times within {window}",
            start=start,
            end=end,
            servers=case.names,
            rows=tuple(row for loss in group for outage in loss.outages for row in outage.rows),
            figures={
                "count": str(len(group)),
                "window": window,
                "since": clock(start, case.pair.timezone),
            },
        )


def _crowded(losses: list[Loss], count: int, window: float) -> Iterator[list[Loss]]:
    """Runs of losses of which each ``count`` neighbours begin within the window."""
    begin = end = 0
    for place in range(len(losses) - count + 1):
        if (losses[place + count - 1].start - losses[place].start).total_seconds() > window:
            continue
        if place >= end > begin:
            yield losses[begin:end]
        if place >= end:
            begin = place
        end = place + count
    if end > begin:
        yield losses[begin:end]


@dataclass(frozen=True, slots=True)
class ReconnectLimits:
    """Thresholds of never-reconnects."""

    after: float = limit(900, "seconds for which both run without a connection or an attempt")


@rule("FO106", "never-reconnects", Severity.WARNING, ReconnectLimits)
def never_reconnects(case: Case, limits: ReconnectLimits) -> Iterable[Draft]:
    """Both run, one started anew or of a release that forgets to connect, and never meet again."""
    for phase in case.phases:
        loss = phase.loss
        if phase.cause is not Cause.LINK or phase.end is not None or not loss.sure:
            continue
        if (case.until - phase.start).total_seconds() < limits.after or refused_at(case, phase.start):
            continue
        if loss.returned is None and not any(_forgets(case, name) for name in case.names):
            continue
        late = phase.start + timedelta(seconds=limits.after)
        if not all(case.wrote_between(name, late, case.until + timedelta(seconds=1)) for name in case.names):
            continue
        figures = _figures(case, phase)
        yield Draft(
            title=f"both servers run, but have not connected again for {figures['duration']}",
            start=phase.start,
            end=None,
            servers=case.names,
            rows=loss.rows,
            figures=figures,
        )


def _forgets(case: Case, server: str) -> bool:
    """Whether a server's release is one that could stop reconnecting: before 4.0.2 and 4.1.1 (RELNOTES)."""
    versions = [one.version for one in case.pair.lives if one.server == server and one.version is not None]
    numbers = [tuple(int(part) for part in re.findall(r"\d+", one)[:3]) for one in versions]
    return any(one < (4, 0, 2) or (4, 1, 0) <= one < (4, 1, 1) for one in numbers)
