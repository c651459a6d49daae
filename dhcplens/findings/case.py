"""What many rules ask of a pair, put on one clock (that of the first server) and kept."""

import json
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.findings.connections import all_refusals
from dhcplens.findings.counts import Counts, counts
from dhcplens.findings.losses import Loss, Phase, losses, phases
from dhcplens.findings.registry import Row
from dhcplens.findings.rows import FOREVER, known, rows_at
from dhcplens.model.conf import FailoverPeer
from dhcplens.model.states import FailoverState, Subject
from dhcplens.model.tables import LOG_TABLES, MESSAGES, empty
from dhcplens.pair import PairView, Server
from dhcplens.pair.columns import UNKNOWN_TIME, among, plain, stamps, time, words
from dhcplens.pair.states import Interval


@dataclass(frozen=True, slots=True)
class Stay:
    """A server's own state for a while; ``start`` None: since before the log, ``end`` None: to its end."""

    server: str
    relationship: str
    state: FailoverState
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    rows: tuple[Row, ...]
    end_rows: tuple[Row, ...]

    @property
    def begin(self) -> pd.Timestamp:
        """Its start, or the earliest time there is."""
        return self.start or pd.Timestamp(0, tz="UTC")

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """The lines that begin it and end it."""
        return (*self.rows, *self.end_rows)

    def seconds(self, until: pd.Timestamp) -> float:
        """How long it lasted; 0 where its start is not known."""
        return 0.0 if self.start is None else ((self.end or until) - self.start).total_seconds()


class Move(NamedTuple):
    """One move as it was logged: a server's own (subject local) or its partner's; NaT without a stamp."""

    time: pd.Timestamp
    server: str
    relationship: str
    subject: str
    old: str
    new: str
    source: str
    line: int

    @property
    def rows(self) -> tuple[Row, ...]:
        """Its line."""
        return rows_at(self.time, self.source, self.line)


_NO_TIMES = np.array([], dtype=np.int64)
_MOVED = ("relationship", "subject", "old", "new", "source")
_EXCHANGED = ["time", "server", "type", "ip", "mac", "source", "line"]
_SAID = ["time", "server", "type", "ip", "mac", "via", "note", "detail", "source", "line"]
_FILED_SINCE = (FailoverState.COMMUNICATIONS_INTERRUPTED.value, FailoverState.PARTNER_DOWN.value)


class Case:
    """A pair under examination: its moves, states and notices with all times on the first server's clock."""

    def __init__(self, pair: PairView) -> None:
        self.pair = pair
        self.names = tuple(server.name for server in pair.servers)
        self._said: dict[tuple[tuple[str, ...], str | None], pd.DataFrame] = {}

    @cached_property
    def until(self) -> pd.Timestamp:
        """The last time that anything was logged; what lasts until then is open."""
        last = self.pair.latest
        return pd.Timestamp(0, tz="UTC") if pd.isna(last) else last

    def other(self, name: str) -> str:
        """The partner's name, or a word for it where it brought no files."""
        partner = self.pair.partner(name)
        return partner.name if partner else "the partner"

    def both(self, *names: str) -> tuple[str, ...]:
        """Those of the names that are servers of this pair, in its order."""
        return tuple(name for name in self.names if name in names)

    def peer(self, name: str, relationship: str | None = None) -> FailoverPeer | None:
        """A server's failover declaration, None without a configuration."""
        wanted = relationship or self.pair.relationship
        return self.pair.server(name).peer(wanted) if wanted and name in self.names else None

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """All moves that were logged, of both subjects, in order of time; those without a stamp first."""
        found = [
            Move(self.moment(stamp, server.name), server.name, *rest)
            for server in self.pair.servers
            for stamp, *rest in zip(
                stamps(server.log.transitions["time"]).tolist(),
                *(words(server.log.transitions[name]) for name in _MOVED),
                server.log.transitions["line"].tolist(),
                strict=True,
            )
        ]
        return tuple(sorted(found, key=lambda one: one.time.value))

    def moves_between(self, start: pd.Timestamp, end: pd.Timestamp) -> tuple[Move, ...]:
        """The moves from one moment to another."""
        first = bisect_left(self.moves, start.value, key=lambda one: one.time.value)
        return self.moves[first : bisect_right(self.moves, end.value, first, key=lambda one: one.time.value)]

    @cached_property
    def all_notices(self) -> pd.DataFrame:
        """All notices of both servers in order of time."""
        return self._together("notices", ["time", "server", "relationship", "code", "level", "args"])

    def notices(self, *codes: str, server: str | None = None) -> pd.DataFrame:
        """The notices of these codes, of one server or of both."""
        every = self.all_notices
        if self._codes.isdisjoint(codes):
            return self._no_notices
        chosen = every["code"].isin(codes)
        return every[chosen if server is None else chosen & (every["server"] == server)]

    @cached_property
    def _no_notices(self) -> pd.DataFrame:
        return self.all_notices.iloc[:0]

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(self.all_notices["code"].unique())

    @cached_property
    def updates(self) -> pd.DataFrame:
        """All lines on binding updates of both servers in order of time."""
        return self._together("updates", ["time", "server", "relationship", "ip", "verdict", "reason"])

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """Binding updates that the partner refused."""
        return self.updates[self.updates["verdict"] == "rejected"]

    def said(self, *notes: str, server: str | None = None) -> pd.DataFrame:
        """DHCP messages with one of these suffixes, of one server or of both, in order of time."""
        wanted = (notes, server)
        if wanted not in self._said:
            self._said[wanted] = self._find_said(notes, server)
        return self._said[wanted]

    def _find_said(self, notes: tuple[str, ...], server: str | None) -> pd.DataFrame:
        parts = []
        for one in self.pair.servers:
            messages = one.log.messages
            if server in (None, one.name) and not set(notes).isdisjoint(messages["note"].cat.categories):
                chosen = messages.loc[messages["note"].isin(notes), _SAID]
                parts.append(self.align(plain(chosen), one.name))
        if not parts:
            return self._nothing_said
        merged = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        return merged.sort_values("time", kind="stable", ignore_index=True)

    @cached_property
    def _nothing_said(self) -> pd.DataFrame:
        return plain(empty(MESSAGES)[_SAID])

    @cached_property
    def counts(self) -> tuple[Counts, ...]:
        """What each server counted in each pool, by network, pool and server."""
        return counts(self)

    def messages(self, *types: str) -> pd.DataFrame:
        """DHCP messages of these types that have a time, of both servers in order of time."""
        parts = []
        for one in self.pair.servers:
            log = one.log.messages
            chosen = among(log["type"], *types) & (stamps(log["time"]) != UNKNOWN_TIME)
            parts.append(self.align(plain(log.loc[chosen, _EXCHANGED]), one.name))
        merged = pd.concat(parts, ignore_index=True)
        return merged.sort_values("time", kind="stable", ignore_index=True)

    @property
    def heard_clients(self) -> bool:
        """Whether any log holds a DHCP message."""
        return any(len(server.log.messages) for server in self.pair.servers)

    def not_responding(self, reason: str, server: str | None = None) -> pd.DataFrame:
        """Messages left unanswered because of the state of the server that this reason names."""
        mute = self.said("not-responding", server=server)
        if not len(mute):
            return mute
        return mute[mute["detail"].astype(str).str.contains(reason, regex=False)]

    def abandoned(self) -> pd.DataFrame:
        """Notices of abandoned addresses with the address in ``ip``."""
        told = self.notices("abandoning")
        if not len(told):
            return told
        return told.assign(ip=[json.loads(args).get("ip") for args in told["args"]])

    def normal_since(self) -> pd.Timestamp | None:
        """Since when both servers have been normal without a break until the end, None where they are not."""
        last = {stay.server: stay for stay in self.stays}
        now = [last.get(name) for name in self.names]
        if len(now) < 2 or any(
            one is None or one.state is not FailoverState.NORMAL or one.end for one in now
        ):
            return None
        starts = [one.start for one in now if one is not None and one.start is not None]
        return max(starts) if starts else None

    def in_state(
        self, server: str, when: NDArray[np.int64], *states: FailoverState, after: float = 0
    ) -> NDArray[np.bool_]:
        """Which times (ns) lie in a stay in one of these states, its first ``after`` seconds left out."""
        stays = self.stays_in(*states, server=server)
        if not stays:
            return np.zeros(len(when), dtype=np.bool_)
        wait = round(after * 10**9)
        starts = [UNKNOWN_TIME + 1 if one.start is None else one.start.value + wait for one in stays]
        begins = np.array(starts)
        order = np.argsort(begins)
        reach = np.maximum.accumulate(np.array([(one.end or FOREVER).value for one in stays])[order])
        begun = np.searchsorted(begins[order], when, side="right") - 1
        inside: NDArray[np.bool_] = (begun >= 0) & (when <= reach[begun])
        return inside

    def both_normal(self, when: NDArray[np.int64], seconds: float = 0) -> NDArray[np.bool_]:
        """At which times (ns) both servers had been in normal operation for so long."""
        found = np.full(len(when), len(self.names) == 2)
        for name in self.names:
            found &= self.in_state(name, when, FailoverState.NORMAL, after=seconds)
        return found

    def local_moves(self, new: str, server: str | None = None) -> list[Move]:
        """The servers' own moves to one state, of one server."""
        return [one for one in self._own_moves.get(new, ()) if server in (None, one.server)]

    @cached_property
    def _own_moves(self) -> dict[str, list[Move]]:
        found: dict[str, list[Move]] = {}
        for one in self.moves:
            if one.subject == Subject.LOCAL.value:
                found.setdefault(one.new, []).append(one)
        return found

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """The servers' own states, in order of time per server."""
        return tuple(self._stay(one) for one in self.pair.intervals if one.subject == Subject.LOCAL.value)

    def _stay(self, one: Interval) -> Stay:
        start, end = time(one.start), time(one.end)
        return Stay(
            server=one.server,
            relationship=one.relationship,
            state=FailoverState(one.state),
            start=known(self.aligned(self._begun(one), one.server)),
            end=known(self.aligned(end, one.server)),
            rows=rows_at(start, one.source, one.line),
            end_rows=rows_at(end, one.end_source, one.end_line),
        )

    def _begun(self, one: Interval) -> pd.Timestamp:
        """When a state began; of one that the log finds an interrupted server in, the lease file tells it."""
        if one.start != UNKNOWN_TIME or one.state not in _FILED_SINCE:
            return time(one.start)
        filed = self.pair.server(one.server).leases.failover_states
        filed = filed[(filed["relationship"] == one.relationship) & (filed["my_state"] == one.state)]
        since = filed["my_since"].dropna()
        since = since[since <= time(one.end)] if one.end != UNKNOWN_TIME else since
        return since.iloc[-1] if len(since) else time(one.start)

    def stays_in(self, *states: FailoverState, server: str | None = None) -> list[Stay]:
        """The stays in one of these states."""
        return [one for one in self.stays if one.state in states and server in (None, one.server)]

    def state_at(self, server: str, when: pd.Timestamp) -> FailoverState | None:
        """A server's own state at a time, None where it did not run or where it is not known."""
        for stay in reversed(self.stays):
            if stay.server == server and (stay.start is None or stay.start <= when):
                return stay.state if stay.end is None or when < stay.end else None
        return None

    def line_before(self, server: str, when: pd.Timestamp) -> pd.Timestamp | None:
        """When a server logged its last line before a moment, None without any."""
        times = self.pair.line_times[server]
        place = int(np.searchsorted(times, when.value))
        return time(int(times[place - 1])) if place else None

    def wrote_between(self, server: str, start: pd.Timestamp, end: pd.Timestamp) -> int:
        """How many lines a server logged after ``start`` and before ``end``."""
        times = self.pair.line_times.get(server, _NO_TIMES)
        first = np.searchsorted(times, start.value, side="right")
        return max(0, int(np.searchsorted(times, end.value) - first))

    def last_line(self, server: str) -> pd.Timestamp | None:
        """When a server logged its last line, None without a log."""
        times = self.pair.line_times.get(server, _NO_TIMES)
        return time(int(times[-1])) if len(times) else None

    def first_line(self, server: str) -> pd.Timestamp | None:
        """When a server logged its first line, None without a log."""
        times = self.pair.line_times.get(server, _NO_TIMES)
        return time(int(times[0])) if len(times) else None

    def align(self, frame: pd.DataFrame, server: str, column: str = "time") -> pd.DataFrame:
        """The frame with one column of times put on the common clock."""
        if not self.pair.offset(server):
            return frame
        return frame.assign(**{column: self.pair.align(frame[column], server)})

    @cached_property
    def starts(self) -> dict[str, list[pd.Timestamp]]:
        """Per server, when its processes started, as far as its log tells."""
        return {
            name: [
                self.moment(one.start, name)
                for one in self.pair.lives
                if one.server == name and one.start_how != "before" and one.start != UNKNOWN_TIME
            ]
            for name in self.names
        }

    @cached_property
    def connected(self) -> list[pd.Timestamp]:
        """When the servers found each other, in order of time."""
        up = [one for one in self.pair.beliefs if one.state == "up" and one.start != UNKNOWN_TIME]
        return sorted(self.moment(one.start, one.server) for one in up)

    @cached_property
    def refused(self) -> list[pd.Timestamp]:
        """When the servers named a reason for not connecting, in order of time."""
        return all_refusals(self)

    @cached_property
    def phases(self) -> list[Phase]:
        """The interruptions by cause."""
        return phases(self)

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """The interruptions of the failover link, in order of time."""
        return losses(self)

    def aligned(self, when: pd.Timestamp, server: str) -> pd.Timestamp:
        """One time of a server's clock on the common clock; NaT stays NaT."""
        return when - pd.Timedelta(self.pair.offset(server), "ns")

    def moment(self, stamp: int, server: str) -> pd.Timestamp:
        """A time of a server's clock in nanoseconds on the common clock; NaT where it is not known."""
        return time(stamp if stamp == UNKNOWN_TIME else stamp - self.pair.offset(server))

    def _together(self, table: str, columns: list[str]) -> pd.DataFrame:
        wanted = [*columns, "source", "line"]
        parts = [self._part(server, table, wanted) for server in self.pair.servers]
        filled = [part for part in parts if len(part)] or [plain(empty(LOG_TABLES[table])[wanted])]
        merged = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
        return merged.sort_values("time", kind="stable", na_position="first", ignore_index=True)

    def _part(self, server: Server, table: str, columns: list[str]) -> pd.DataFrame:
        frame: pd.DataFrame = getattr(server.log, table)[columns]
        return self.align(plain(frame), server.name)
