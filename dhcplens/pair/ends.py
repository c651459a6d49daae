"""How each process life ended: its own word, its partner's, or nobody's.

dhcpd 4.4 logs nothing on a plain stop or a crash (dhcpd's dhcpd.c), so the partner's lost link is often the
only witness.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dhcplens.pair import links
from dhcplens.pair.columns import UNKNOWN_TIME
from dhcplens.pair.journal import Journal
from dhcplens.pair.runs import BANNER, RUNNING, End, Run, last_seen, run_of

_STOPS = {"signal-shutdown": "signal", "init-shutdown": "script"}
_SLACK = 2 * 10**9  # stamps of whole seconds, on two machines


@dataclass(frozen=True)
class _Loss:
    """The partner lost the link: when (on this server's clock), where it says so, whether it came back."""

    stamp: int
    relationship: str
    healed: bool
    source: str | None
    line: int


def ends(journal: Journal, runs: tuple[Run, ...], partner: Journal | None, offset: int) -> tuple[End, ...]:
    """The end of each run; ``offset`` is this server's clock minus its partner's, in nanoseconds."""
    seen = last_seen(journal, runs)
    believes = _beliefs(journal, runs)
    lost = _losses(partner, offset) if partner is not None else []
    return tuple(
        _own(journal, run, following)
        or _witnessed(seen[place], following, lost, believes[place])
        or (
            End(following.start, "restart", following.source, following.line)
            if following
            else End(UNKNOWN_TIME, "open")
        )
        for place, (run, following) in enumerate(zip(runs, [*runs[1:], None], strict=False))
    )


def _own(journal: Journal, run: Run, following: Run | None) -> End | None:
    """The end that a run wrote down itself: a signal, the word of an init script, a fatal line."""
    window = slice(run.begin, following.begin if following else len(journal))
    told = np.flatnonzero(journal.where(*_STOPS)[window] | journal.fatal[window]) + run.begin
    running = np.flatnonzero(journal.where(*RUNNING)[window]) + run.begin
    if len(running):  # a failed test of the configuration (dhcpd -t) is fatal too, but not to the server
        told = told[~journal.fatal[told] | (told > running[-1])]
    if not len(told):
        return None
    entry = int(told[0])
    how = _STOPS.get(journal.event[entry], "fatal")
    return End(int(journal.stamp[entry]), how, journal.source[entry], int(journal.line[entry]))


def _witnessed(
    seen: int, following: Run | None, lost: Sequence[_Loss], believes: dict[str, bool]
) -> End | None:
    """The end that the partner noticed: it lost a link that this process had not lost itself."""
    place = bisect_left(lost, seen - _SLACK, key=lambda loss: loss.stamp)
    for loss in lost[place:]:
        if following and loss.stamp > following.start + _SLACK:
            return None
        if believes.get(loss.relationship, True) and (following or not loss.healed):
            stamp = max(loss.stamp, seen)
            how = "partner" if following else "presumed"
            return End(min(stamp, following.start) if following else stamp, how, loss.source, loss.line)
    return None


def _beliefs(journal: Journal, runs: tuple[Run, ...]) -> list[dict[str, bool]]:
    """For each run, whether it believed each link up when it wrote its last line about it."""
    result: list[dict[str, bool]] = [{} for _ in runs]
    shown = links.signs(journal)
    number = run_of(journal, runs)
    for name in journal.relationships:
        entries = np.flatnonzero(shown * links.of_relationship(journal, name))
        for entry in entries[np.append(np.diff(number[entries]) != 0, True)] if len(entries) else ():
            result[number[entry]][name] = bool(shown[entry] == 1)
    return result


def _losses(partner: Journal, offset: int) -> list[_Loss]:
    shown = links.signs(partner)
    result = []
    for name in partner.relationships:
        entries = np.flatnonzero(shown * links.of_relationship(partner, name))
        if not len(entries):
            continue
        fresh = np.append(True, np.diff(shown[entries]) != 0)
        begins = entries[fresh].tolist()
        result += [
            _Loss(
                int(partner.stamp[entry]) + offset,
                name,
                place + 1 < len(begins),
                partner.source[entry],
                int(partner.line[entry]),
            )
            for place, entry in enumerate(begins)
            if shown[entry] == -1 and not partner.startups[entry]
        ]
    return sorted(result, key=lambda loss: loss.stamp)


class Life(NamedTuple):
    """A row of RUNS; stamps in nanoseconds."""

    server: str
    run: int
    pid: int | None
    start: int
    last_seen: int
    end: int
    end_before: int
    start_how: str
    end_how: str
    version: str | None
    source: str | None
    line: int
    end_source: str | None
    end_line: int


def lives(journal: Journal, runs: tuple[Run, ...], ended: tuple[End, ...]) -> Iterator[Life]:
    """The rows of RUNS of one server."""
    seen = last_seen(journal, runs)
    banners = journal.where(BANNER)
    for number, (run, end) in enumerate(zip(runs, ended, strict=True)):
        following = runs[number + 1] if number + 1 < len(runs) else None
        window = slice(run.begin, following.begin if following else len(journal))
        pids = journal.pid[window][~np.isnan(journal.pid[window])]
        versions = np.flatnonzero(banners[window])
        yield Life(
            server=journal.server,
            run=number,
            pid=int(pids[-1]) if len(pids) else None,
            start=run.start,
            last_seen=seen[number],
            end=end.stamp,
            end_before=following.start if following else UNKNOWN_TIME,
            start_how=run.start_how,
            end_how=end.how,
            version=journal.version(int(versions[-1]) + run.begin) if len(versions) else None,
            source=run.source,
            line=run.line,
            end_source=end.source,
            end_line=end.line,
        )
