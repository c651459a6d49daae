"""When each side believed the failover link up or down.

dhcpd does not log that a link came up; a line that is only written while linked shows it (dhcpd's
failover.c).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dhcplens.model.states import FailoverState
from dhcplens.pair.columns import UNKNOWN_TIME
from dhcplens.pair.journal import MOVE, PARTNER_MOVE, POOL, UPDATE, Journal
from dhcplens.pair.runs import End, Run, run_of

_LINKED = (
    PARTNER_MOVE,
    POOL,
    UPDATE,
    "both-normal",
    "both-recover-done",
    "requesting-full-update",
    "update-completed",
    "update-request",
    "update-request-all",
    "sent-update-request",
    "sent-update-request-all",
    "sent-update-done",
    "sending-updates",
    "pool-response",
    "pool-request-refused",
)
MADE_LINKED = tuple(
    state.value
    for state in (
        FailoverState.NORMAL,
        FailoverState.POTENTIAL_CONFLICT,
        FailoverState.CONFLICT_DONE,
        FailoverState.RECOVER_WAIT,
    )
)
"""States that a server only moves to on a word of its partner."""
_LOST = {"peer-disconnected": "disconnected", "peer-timeout": "timeout"}
_INTERRUPTED = (
    FailoverState.COMMUNICATIONS_INTERRUPTED.value,
    FailoverState.RESOLUTION_INTERRUPTED.value,
)


def signs(journal: Journal) -> NDArray[np.int8]:
    """What each journal entry shows of the link: 1 up, -1 down, 0 nothing."""
    moves = journal.where(MOVE)
    shown = np.zeros(len(journal), dtype=np.int8)
    shown[journal.where(*_LINKED) | (moves & np.isin(journal.new, MADE_LINKED))] = 1
    shown[journal.where(*_LOST) | (moves & np.isin(journal.new, _INTERRUPTED)) | journal.startups] = -1
    return shown


def of_relationship(journal: Journal, relationship: str) -> NDArray[np.bool_]:
    """Entries about a relationship; those that name none count where there is only one."""
    named = journal.relationship == relationship
    if len(journal.relationships) > 1:
        return np.asarray(named, dtype=np.bool_)
    return np.asarray(named | (journal.relationship == None), dtype=np.bool_)  # noqa: E711


class Belief(NamedTuple):
    """A row of LINKS; stamps in nanoseconds."""

    server: str
    relationship: str
    start: int
    end: int
    state: str
    why: str
    source: str | None
    line: int
    end_source: str | None
    end_line: int


def beliefs(
    journal: Journal, relationship: str, runs: tuple[Run, ...], ends: tuple[End, ...]
) -> Iterator[Belief]:
    """The rows of LINKS of one server and relationship. ``ends`` holds how each run ended."""
    shown = signs(journal) * of_relationship(journal, relationship)
    entries = np.flatnonzero(shown)
    if not len(entries):
        return
    value = shown[entries]
    run = run_of(journal, runs)[entries]
    fresh = np.ones(len(entries), dtype=np.bool_)
    fresh[1:] = (np.diff(value) != 0) | (np.diff(run) != 0)
    begins = entries[fresh].tolist()
    before = _before(journal, relationship, entries[0], int(value[0]))
    if before is not None:
        first = begins[0]
        yield Belief(
            *(journal.server, relationship, UNKNOWN_TIME, int(journal.stamp[first]), before, "before", None),
            *(0, journal.source[first], int(journal.line[first])),
        )
    number = run[fresh].tolist()
    for place, entry in enumerate(begins):
        end, end_source, end_line = UNKNOWN_TIME, None, 0
        if place + 1 < len(begins):
            follower = begins[place + 1]
            end, end_source, end_line = (
                int(journal.stamp[follower]),
                journal.source[follower],
                int(journal.line[follower]),
            )
        died = ends[number[place]]
        if died.stamp != UNKNOWN_TIME and (end == UNKNOWN_TIME or died.stamp < end):
            end, end_source, end_line = max(died.stamp, int(journal.stamp[entry])), died.source, died.line
        yield Belief(
            *(journal.server, relationship, int(journal.stamp[entry]), end),
            "up" if shown[entry] == 1 else "down",
            _why(journal, entry, int(shown[entry])),
            *(journal.source[entry], int(journal.line[entry]), end_source, end_line),
        )


def _before(journal: Journal, relationship: str, first: int, sign: int) -> str | None:
    """How the link was when the log begins, as its first sign and its first move tell; None: not known."""
    if sign == -1:
        return None if journal.startups[first] else "up"
    moves = np.flatnonzero(journal.where(MOVE) & of_relationship(journal, relationship))
    return "down" if len(moves) and journal.old[moves[0]] in _INTERRUPTED else None


def _why(journal: Journal, entry: int, sign: int) -> str:
    if sign == 1:
        return "heard"
    if journal.startups[entry]:
        return "restart"
    return _LOST.get(journal.event[entry], "interrupted")
