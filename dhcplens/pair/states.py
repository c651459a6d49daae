"""Intervals of failover states: what each server says of itself, and what it believes of its partner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dhcplens.model.states import Subject
from dhcplens.pair.columns import UNKNOWN_TIME, stamps, words
from dhcplens.pair.journal import MOVE, PARTNER_MOVE, Journal
from dhcplens.pair.runs import End, Run, run_of

_BLUR = 2 * 10**9  # lease files have whole seconds, and a new one is stamped before the first line is logged


@dataclass(frozen=True)
class _Stretch:
    """One state of one subject; stamps in nanoseconds."""

    state: str
    start: int
    known: str
    source: str | None = None
    line: int = 0
    end: int = UNKNOWN_TIME
    end_source: str | None = None
    end_line: int = 0
    run: int | None = None


@dataclass(frozen=True, kw_only=True)
class Interval(_Stretch):
    """A row of STATES."""

    server: str
    relationship: str
    subject: str
    about: str | None


def intervals(
    journals: Mapping[str, Journal],
    runs: Mapping[str, tuple[Run, ...]],
    ended: Mapping[str, tuple[End, ...]],
    blocks: Mapping[str, pd.DataFrame],
    partner_of: Mapping[str, str | None],
) -> Iterator[Interval]:
    """The rows of STATES of all servers. ``blocks`` holds each server's ``failover_states`` table."""
    for server, journal in journals.items():
        for relationship in _relationships(journal, blocks[server]):
            for subject in Subject:
                about = server if subject is Subject.LOCAL else partner_of[server]
                for one in _stretches(
                    journal, runs[server], ended[server], blocks[server], relationship, subject
                ):
                    yield Interval(
                        **vars(one),
                        server=server,
                        relationship=relationship,
                        subject=subject.value,
                        about=about,
                    )


def _relationships(journal: Journal, blocks: pd.DataFrame) -> tuple[str, ...]:
    moves = journal.relationship[journal.where(MOVE, PARTNER_MOVE)]
    return tuple(sorted({name for name in (*moves, *words(blocks["relationship"])) if name is not None}))


def _stretches(
    journal: Journal,
    runs: tuple[Run, ...],
    ended: tuple[End, ...],
    blocks: pd.DataFrame,
    relationship: str,
    subject: Subject,
) -> Iterator[_Stretch]:
    wanted = journal.where(MOVE if subject is Subject.LOCAL else PARTNER_MOVE)
    entries = np.flatnonzero(wanted & (journal.relationship == relationship)).tolist()
    filed = _filed(blocks, relationship, subject)
    if not entries:
        yield from _closed(filed)
        return
    number = run_of(journal, runs)
    moved = [_moved(journal, entry, int(number[entry])) for entry in entries]
    run = runs[int(number[entries[0]])]
    started = subject is Subject.LOCAL and run.start != UNKNOWN_TIME
    earlier = [one for one in filed if one.start < (run.start - _BLUR if started else moved[0].start)]
    if not earlier or earlier[-1].state != journal.old[entries[0]]:
        earlier = [_before(journal, entries[0], moved[0].run)]
    if started:  # the state that a process starts from was an earlier process's
        earlier = [one for one in earlier if one.known == "file"]
    later = [one for one in filed if one.start > journal.last]
    whole = _closed([*earlier, *moved, *later], keep_runs=subject is Subject.LOCAL)
    yield from (_clipped(one, ended, run) for one in whole) if subject is Subject.LOCAL else whole


def _before(journal: Journal, entry: int, run: int | None) -> _Stretch:
    """The state that the first move leaves; that move proves it."""
    place = journal.source[entry], int(journal.line[entry])
    return _Stretch(journal.old[entry], UNKNOWN_TIME, "before", *place, run=run)


def _moved(journal: Journal, entry: int, run: int) -> _Stretch:
    return _Stretch(
        journal.new[entry],
        int(journal.stamp[entry]),
        "move",
        journal.source[entry],
        int(journal.line[entry]),
        run=run,
    )


def _filed(blocks: pd.DataFrame, relationship: str, subject: Subject) -> list[_Stretch]:
    """States that a lease file records with their begins, by time; it never says startup (dhcpd's db.c)."""
    if blocks.empty:
        return []
    who = "my" if subject is Subject.LOCAL else "partner"
    chosen = blocks[(blocks["relationship"] == relationship) & blocks[f"{who}_since"].notna()]
    chosen = chosen[chosen[f"{who}_state"].notna()].sort_values(f"{who}_since", kind="stable")
    rows = zip(
        words(chosen[f"{who}_state"]),
        stamps(chosen[f"{who}_since"]).tolist(),
        words(chosen["source"]),
        chosen["line"].tolist(),
        strict=True,
    )
    return [_Stretch(state, since, "file", source, line) for state, since, source, line in rows]


def _closed(stretches: list[_Stretch], keep_runs: bool = False) -> list[_Stretch]:
    """Each stretch ended by the next one; those that only repeat the state are taken into the one before."""
    kept: list[_Stretch] = []
    for one in stretches:
        if kept and kept[-1].state == one.state and not (keep_runs and kept[-1].run != one.run):
            continue
        if kept:
            kept[-1] = replace(kept[-1], end=one.start, end_source=one.source, end_line=one.line)
        kept.append(one)
    return kept


def _clipped(one: _Stretch, ended: tuple[End, ...], first: Run) -> _Stretch:
    """A stretch that does not outlive the process that was in it; one from the file, not the first start."""
    if one.run is None:
        outlives = one.start < first.start < one.end
        return (
            replace(one, end=first.start, end_source=first.source, end_line=first.line) if outlives else one
        )
    end = ended[one.run]
    if end.stamp == UNKNOWN_TIME or (one.end != UNKNOWN_TIME and one.end <= end.stamp):
        return one
    return replace(one, end=max(end.stamp, one.start), end_source=end.source, end_line=end.line)
