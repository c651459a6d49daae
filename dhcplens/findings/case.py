"""What many rules ask of a pair, put on one clock (that of the first server) and kept."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from dhcplens.findings.connections import all_refusals
from dhcplens.findings.losses import Loss, Phase, losses, phases
from dhcplens.findings.registry import Row
from dhcplens.findings.rows import FOREVER, known, records, rows_at
from dhcplens.model.conf import FailoverPeer
from dhcplens.model.states import FailoverState, Subject
from dhcplens.pair import PairView, Server
from dhcplens.pair.columns import UNKNOWN_TIME, stamps


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
    def moves(self) -> pd.DataFrame:
        """All moves that were logged, of both subjects, in order of time."""
        return self._together("transitions", ["time", "server", "relationship", "subject", "old", "new"])

    @cached_property
    def all_notices(self) -> pd.DataFrame:
        """All notices of both servers in order of time."""
        return self._together("notices", ["time", "server", "relationship", "code", "level", "args"])

    def notices(self, *codes: str, server: str | None = None) -> pd.DataFrame:
        """The notices of these codes, of one server or of both."""
        every = self.all_notices
        if self._codes.isdisjoint(codes):
            return every.iloc[:0]
        chosen = every["code"].isin(codes)
        return every[chosen if server is None else chosen & (every["server"] == server)]

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(self.all_notices["code"].unique())

    @cached_property
    def updates(self) -> pd.DataFrame:
        """All lines on binding updates of both servers in order of time."""
        return self._together("updates", ["time", "server", "relationship", "ip", "verdict", "reason"])

    def said(self, *notes: str, server: str | None = None) -> pd.DataFrame:
        """DHCP messages with one of these suffixes, of one server or of both, in order of time."""
        wanted = (notes, server)
        if wanted not in self._said:
            self._said[wanted] = self._find_said(notes, server)
        return self._said[wanted]

    def _find_said(self, notes: tuple[str, ...], server: str | None) -> pd.DataFrame:
        columns = ["time", "server", "type", "ip", "mac", "via", "note", "detail", "source", "line"]
        parts = []
        for one in self.pair.servers:
            messages = one.log.messages
            if server in (None, one.name) and messages["note"].cat.categories.isin(notes).any():
                chosen = messages.loc[messages["note"].isin(notes), columns]
                parts.append(self.align(_plain(chosen), one.name))
        if not parts:
            return (
                _plain(self.pair.servers[0].log.messages[columns].iloc[:0]) if self.names else pd.DataFrame()
            )
        merged = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
        return merged.sort_values("time", kind="stable", ignore_index=True)

    @property
    def heard_clients(self) -> bool:
        """Whether any log holds a DHCP message."""
        return any(len(server.log.messages) for server in self.pair.servers)

    def not_responding(self, reason: str, server: str | None = None) -> pd.DataFrame:
        """Messages left unanswered because of the state of the server that this reason names."""
        mute = self.said("not-responding", server=server)
        return mute[mute["detail"].astype(str).str.contains(reason, regex=False)]

    def abandoned(self) -> pd.DataFrame:
        """Notices of abandoned addresses with the address in ``ip``."""
        told = self.notices("abandoning")
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

    def in_state(self, server: str, times: pd.Series, *states: FailoverState, after: float = 0) -> pd.Series:
        """Which of these times lie in a stay in one of these states, its first ``after`` seconds left out."""
        stays = self.stays_in(*states, server=server)
        if not stays or times.empty:
            return pd.Series(False, index=times.index)
        wait = round(after * 10**9)
        starts = [UNKNOWN_TIME + 1 if one.start is None else one.start.value + wait for one in stays]
        begins = np.array(starts)
        order = np.argsort(begins)
        reach = np.maximum.accumulate(np.array([(one.end or FOREVER).value for one in stays])[order])
        when = stamps(times)
        begun = np.searchsorted(begins[order], when, side="right") - 1
        return pd.Series((begun >= 0) & (when <= reach[begun]), index=times.index)

    def both_normal(self, times: pd.Series, seconds: float = 0) -> pd.Series:
        """At which of these times both servers had been in normal operation for so long."""
        found = pd.Series(len(self.names) == 2, index=times.index)
        for name in self.names:
            found &= self.in_state(name, times, FailoverState.NORMAL, after=seconds)
        return found

    def local_moves(self, new: str | None = None, server: str | None = None) -> pd.DataFrame:
        """The servers' own moves, to one state, of one server."""
        chosen = self.moves["subject"] == Subject.LOCAL.value
        if new is not None:
            chosen &= self.moves["new"] == new
        if server is not None:
            chosen &= self.moves["server"] == server
        return self.moves[chosen]

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """The servers' own states, in order of time per server."""
        frame = self.pair.states
        frame = frame[frame["subject"] == Subject.LOCAL.value]
        return tuple(
            Stay(
                server=str(one.server),
                relationship=str(one.relationship),
                state=FailoverState(one.state),
                start=known(self.aligned(self._begun(one), str(one.server))),
                end=known(self.aligned(one.end, str(one.server))),
                rows=rows_at(one.start, one.source, one.line),
                end_rows=rows_at(one.end, one.end_source, one.end_line),
            )
            for one in records(frame)
        )

    def _begun(self, one: Any) -> pd.Timestamp:
        """When a state began; of one that the log finds an interrupted server in, the lease file tells it."""
        begun: pd.Timestamp = one.start
        if not pd.isna(begun) or one.state not in _FILED_SINCE:
            return begun
        filed = self.pair.server(str(one.server)).leases.failover_states
        filed = filed[(filed["relationship"] == one.relationship) & (filed["my_state"] == one.state)]
        since = filed["my_since"].dropna()
        since = since[since <= one.end] if not pd.isna(one.end) else since
        return since.iloc[-1] if len(since) else begun

    def stays_in(self, *states: FailoverState, server: str | None = None) -> list[Stay]:
        """The stays in one of these states."""
        return [one for one in self.stays if one.state in states and server in (None, one.server)]

    def state_at(self, server: str, when: pd.Timestamp) -> FailoverState | None:
        """A server's own state at a time, None where it did not run or where it is not known."""
        for stay in reversed(self.stays):
            if stay.server == server and (stay.start is None or stay.start <= when):
                return stay.state if stay.end is None or when < stay.end else None
        return None

    @cached_property
    def lines(self) -> dict[str, pd.Series]:
        """Per server, the sorted times of everything that its dhcpd logged."""
        found = {}
        for server in self.pair.servers:
            log = server.log
            times = [
                table["time"].dropna()
                for table in (log.messages, log.transitions, log.pools, log.updates, log.notices, log.unknown)
                if len(table)
            ]
            merged = pd.concat(times) if times else pd.Series([], dtype="datetime64[ns, UTC]")
            shifted: pd.Series = self.pair.align(merged, server.name)
            found[server.name] = shifted.sort_values(ignore_index=True)
        return found

    def wrote_between(self, server: str, start: pd.Timestamp, end: pd.Timestamp) -> int:
        """How many lines a server logged after ``start`` and before ``end``."""
        times = self.lines.get(server)
        if times is None or not len(times) or end <= start:
            return 0
        return int(times.searchsorted(end, side="left") - times.searchsorted(start, side="right"))

    def last_line(self, server: str) -> pd.Timestamp | None:
        """When a server logged its last line, None without a log."""
        times = self.lines.get(server)
        return times.iloc[-1] if times is not None and len(times) else None

    def first_line(self, server: str) -> pd.Timestamp | None:
        """When a server logged its first line, None without a log."""
        times = self.lines.get(server)
        return times.iloc[0] if times is not None and len(times) else None

    def align(self, frame: pd.DataFrame, server: str, column: str = "time") -> pd.DataFrame:
        """The frame with one column of times put on the common clock."""
        if not self._shifts[server]:
            return frame
        return frame.assign(**{column: self.pair.align(frame[column], server)})

    @cached_property
    def _shifts(self) -> dict[str, pd.Timedelta]:
        """What has to be added to each server's times."""
        zero = pd.Series([pd.Timestamp(0, tz="UTC")])
        return {name: self.pair.align(zero, name).iloc[0] - zero.iloc[0] for name in self.names}

    @cached_property
    def starts(self) -> dict[str, list[pd.Timestamp]]:
        """Per server, when its processes started, as far as its log tells."""
        runs = self.pair.runs[self.pair.runs["start_how"] != "before"]
        return {
            name: [self.aligned(one, name) for one in runs.loc[runs["server"] == name, "start"].dropna()]
            for name in self.names
        }

    @cached_property
    def refused(self) -> pd.DataFrame:
        """Whatever the servers name as a reason for not connecting, in order of time."""
        return all_refusals(self)

    @cached_property
    def phases(self) -> list[Phase]:
        """The interruptions by cause."""
        return phases(self)

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """The interruptions of the failover link, in order of time."""
        return losses(self)

    def aligned(self, time: pd.Timestamp, server: str) -> pd.Timestamp:
        """One time of a server's clock on the common clock; NaT stays NaT."""
        if pd.isna(time) or server not in self.names:
            return time
        return time + self._shifts[server]

    def _together(self, table: str, columns: list[str]) -> pd.DataFrame:
        wanted = [*columns, "source", "line"]
        parts = [self._part(server, table, wanted) for server in self.pair.servers]
        merged = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=wanted)
        return merged.sort_values("time", kind="stable", na_position="first", ignore_index=True)

    def _part(self, server: Server, table: str, columns: list[str]) -> pd.DataFrame:
        frame: pd.DataFrame = getattr(server.log, table)[columns]
        return self.align(_plain(frame), server.name)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its categories as objects, so that those of two servers can be put together."""
    columns = {
        name: column.astype("object") if isinstance(column.dtype, pd.CategoricalDtype) else column
        for name, column in frame.items()
    }
    return pd.DataFrame(columns, index=frame.index, copy=False)
