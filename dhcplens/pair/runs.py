"""Process lives: from the start lines of a server to what tells that it was gone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dhcplens.ingest.catalogue import boot_codes
from dhcplens.pair.columns import UNKNOWN_TIME
from dhcplens.pair.journal import MOVE, PARTNER_MOVE, POOL, UPDATE, Journal

BANNER = "server-version"
RUNNING = (MOVE, PARTNER_MOVE, POOL, UPDATE)
"""Events that only a server that runs can write, unlike one that tests a configuration."""
_LISTENS = frozenset({"listening", "sending"})
_SERVICE = "starting-service"
_ONE_START = 60 * 10**9  # marks of one start stand within a minute of each other
_LOADING = 15 * 60 * 10**9  # a big lease file is read for minutes between banner and sockets


@dataclass(frozen=True)
class Run:
    """One process life; stamps in nanoseconds, UNKNOWN_TIME where not known; ``begin`` is its first journal
    entry.
    """

    begin: int
    start: int
    start_how: str
    source: str | None
    line: int


@dataclass(frozen=True)
class End:
    """How a process life ended; ``stamp`` in nanoseconds, UNKNOWN_TIME where it lived on."""

    stamp: int
    how: str
    source: str | None = None
    line: int = 0


def starts(journal: Journal) -> tuple[Run, ...]:
    """Where each process life begins, in order; the first one may have begun before the log.

    A banner alone is no start: a test of the configuration (dhcpd -t) writes one too. What counts is a move
    to startup, open sockets or 'Server starting service.', with the last banner before it.
    """
    marks = _marked(journal)
    until = marks[0].begin if marks else len(journal)
    lived = not journal.where(*boot_codes())[:until].all()
    if lived or (len(journal.seen) and (not marks or journal.seen[0] < marks[0].start)):
        marks.insert(0, Run(0, UNKNOWN_TIME, "before", None, 0))
    return tuple(_with_pid_changes(journal, marks))


def run_of(journal: Journal, runs: tuple[Run, ...]) -> NDArray[np.int64]:
    """Number of the run that wrote each journal entry; a banner before the first one counts to it."""
    begins = np.array([run.begin for run in runs], dtype=np.int64)
    return np.maximum(np.searchsorted(begins, np.arange(len(journal)), side="right") - 1, 0)


def _marked(journal: Journal) -> list[Run]:
    startish = journal.where(BANNER, _SERVICE, *_LISTENS) | journal.startups
    found: list[Run] = []
    banner: int | None = None
    last = -1  # the entry that last marked the present run's start
    begun: set[str | None] = set()
    for entry in np.flatnonzero(startish).tolist():
        event, stamp = journal.event[entry], int(journal.stamp[entry])
        if event == BANNER:
            banner = entry
            continue
        mark = journal.relationship[entry] if event == MOVE else event
        patience = _LOADING if begun <= _LISTENS else _ONE_START
        same = (
            last >= 0
            and banner is None
            and stamp - int(journal.stamp[last]) <= patience
            and (mark in _LISTENS or mark not in begun or stamp == int(journal.stamp[last]))
        )
        last = entry
        if same:
            begun.add(mark)
            continue
        begun = {mark}
        first = entry
        if banner is not None and stamp - int(journal.stamp[banner]) <= _LOADING:
            first = banner
        how = "banner" if first == banner else {MOVE: "startup", _SERVICE: "service"}.get(event, "banner")
        banner = None
        found.append(_run(journal, first, how))
    return found


def _run(journal: Journal, entry: int, how: str) -> Run:
    return Run(entry, int(journal.stamp[entry]), how, journal.source[entry], int(journal.line[entry]))


def _with_pid_changes(journal: Journal, marks: list[Run]) -> list[Run]:
    """A start whose lines are missing shows in the process id of the lines that a running server writes."""
    running = np.flatnonzero(journal.where(*RUNNING) & ~np.isnan(journal.pid))
    if len(running) < 2:
        return marks
    run = run_of(journal, tuple(marks))[running]
    changed = (np.diff(journal.pid[running]) != 0) & (np.diff(run) == 0)
    extra = [_run(journal, entry, "pid") for entry in running[1:][changed].tolist()]
    return sorted([*marks, *extra], key=lambda one: one.begin)


def last_seen(journal: Journal, runs: tuple[Run, ...]) -> list[int]:
    """Time of the last line of each run, messages counted.

    Start lines count only for a run that wrote nothing else: later ones are a test of the configuration.
    """
    result = []
    working = ~journal.where(*boot_codes())
    for number, run in enumerate(runs):
        following = runs[number + 1] if number + 1 < len(runs) else None
        until = following.begin if following else len(journal)
        worked = np.flatnonzero(working[run.begin : until])
        last = run.begin + int(worked[-1]) if len(worked) else until - 1
        known = [int(journal.stamp[last])] if until > run.begin else []
        before = np.searchsorted(journal.seen, following.start) if following else len(journal.seen)
        if before and (not known or int(journal.seen[before - 1]) > known[0]):
            known = [int(journal.seen[before - 1])]
        result.append(known[0] if known else UNKNOWN_TIME)
    return result
