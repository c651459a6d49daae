"""Two servers on one clock: what everything above reads of a pair."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.conf import DhcpdConf, FailoverPeer
from dhcplens.model.states import Role
from dhcplens.model.tables import LeaseTables, LogTables, concat
from dhcplens.model.values import Evidence, Inference, InputFile, Problem, Texts
from dhcplens.pair import bindings, clients, coverage, skew, transactions, waiting
from dhcplens.pair.columns import table, time
from dhcplens.pair.ends import Life, ends, lives
from dhcplens.pair.exchanges import exchanges
from dhcplens.pair.journal import Journal
from dhcplens.pair.links import Belief, beliefs
from dhcplens.pair.meetings import message_samples
from dhcplens.pair.pools import pool_series, pool_summary
from dhcplens.pair.roles import Sign
from dhcplens.pair.runs import End, Run, starts
from dhcplens.pair.schemas import EXCHANGES, LINKS, ROLE_SIGNS, RUNS, STATES
from dhcplens.pair.skew import Skew
from dhcplens.pair.states import Interval, intervals
from dhcplens.pair.unknowns import unknowns


@dataclass(frozen=True)
class Server:
    """One server of the pair and what it brought; tables may be empty, the configuration missing.

    ``role`` is its role in the pair's main relationship, None where nothing tells. ``relationships`` are the
    names that its configuration, log or lease file has, sorted.
    """

    name: str
    role: Role | None
    log: LogTables
    leases: LeaseTables
    conf: DhcpdConf | None
    conf_problems: tuple[Problem, ...] = ()
    relationships: tuple[str, ...] = ()

    def peer(self, relationship: str) -> FailoverPeer | None:
        """Its declaration of that relationship, None without one."""
        found = (peer for peer in (self.conf.peers if self.conf else ()) if peer.name == relationship)
        return next(found, None)


@dataclass(frozen=True)
class PairView:
    """One pair of servers, possibly with several relationships between them.

    ``servers`` holds the primary first where the roles are known, else they stand in order of name; one
    server only where only one brought files. ``relationship`` is the main one: the one most written of.
    ``roles`` has the role of each (server, relationship), since a server may be primary of one and secondary
    of another. All frames are computed when first asked for; their columns are described in
    ``dhcplens.pair.schemas``. Times in frames are as each server wrote them: ``align`` puts them on one
    clock.
    """

    servers: tuple[Server, ...]
    relationship: str | None
    relationships: tuple[str, ...]
    roles: Mapping[tuple[str, str], Role]
    signs: tuple[Sign, ...]
    inputs: tuple[InputFile, ...]
    found: tuple[Inference, ...]
    problems: tuple[Problem, ...]
    texts: Texts
    timezone: str
    journals: Mapping[str, Journal] = field(repr=False, compare=False)

    @property
    def primary(self) -> Server | None:
        """Primary of the main relationship; None where roles are unknown or both servers claim the same."""
        return self._of_role(Role.PRIMARY)

    @property
    def secondary(self) -> Server | None:
        """The secondary of the main relationship; None where roles are unknown or both claim the same."""
        return self._of_role(Role.SECONDARY)

    def server(self, name: str) -> Server:
        """The server of that name. Raises KeyError."""
        for one in self.servers:
            if one.name == name:
                return one
        raise KeyError(name)

    def partner(self, name: str) -> Server | None:
        """The other server of the pair, None where it brought no files."""
        return next((one for one in self.servers if one.name != name), None)

    @cached_property
    def inferences(self) -> tuple[Inference, ...]:
        """Everything that was concluded: of files, times, roles and clocks, and what cannot be known."""
        return (*self.found, *unknowns(self))

    @cached_property
    def role_signs(self) -> pd.DataFrame:
        """What tells the servers' roles (ROLE_SIGNS); ``signs`` has the same as records."""
        return table(ROLE_SIGNS, self.signs)

    @cached_property
    def skew(self) -> Skew:
        """Difference of the two clocks, with how it is known."""
        return skew.estimate(self.skew_samples, self.servers[0].name) if self.servers else skew.UNKNOWN

    @cached_property
    def skew_samples(self) -> pd.DataFrame:
        """What shows the skew (SKEW_SAMPLES): moves that both logged; messages where there are none."""
        moves = self._moves
        return moves if len(moves) or not self.servers else self._met(self.servers[0].log.messages)

    def skew_between(self, start: pd.Timestamp, end: pd.Timestamp) -> Skew:
        """The skew in a period of the first server's clock, by moves within it, else by messages."""
        if len(self.servers) < 2:
            return skew.UNKNOWN
        first = self.servers[0]
        ours = self._moves["time"].where(self._moves["server"] == first.name, self._moves["heard"])
        moves = self._moves[ours.between(start, end)]
        messages = first.log.messages
        during = messages[messages["time"].between(start, end)]
        samples = moves if len(moves) else self._met(during)
        return skew.estimate(samples, first.name)

    def offset(self, server: str) -> int:
        """Nanoseconds by which a server's clock is ahead of the first server's; 0 if that is not known."""
        return self.skew.nanoseconds if len(self.servers) > 1 and server == self.servers[1].name else 0

    def align(self, times: pd.Series, server: str) -> pd.Series:
        """Times of a server's clock on the clock of ``servers[0]``; unchanged without a skew that counts."""
        ours = self.offset(server)
        return times - pd.Timedelta(ours, "ns") if ours else times

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Process lives (RUNS), in order per server. A server that is stopped writes nothing."""
        return table(RUNS, self.lives)

    @cached_property
    def lives(self) -> tuple[Life, ...]:
        """The rows of ``runs`` as records."""
        return tuple(
            life
            for name, one in self.journals.items()
            for life in lives(one, self._starts[name], self._ends[name])
        )

    @cached_property
    def states(self) -> pd.DataFrame:
        """State intervals (STATES): each server's own and its view of its partner, per relationship.

        Own intervals end where the process ended, if that is known: between two runs there is no state.
        """
        return table(STATES, self.intervals)

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """The rows of ``states`` as records."""
        blocks = {one.name: one.leases.failover_states for one in self.servers}
        partners = {one.name: getattr(self.partner(one.name), "name", None) for one in self.servers}
        return tuple(intervals(self.journals, self._starts, self._ends, blocks, partners))

    @cached_property
    def links(self) -> pd.DataFrame:
        """Intervals during which each side believed the failover link up or down (LINKS)."""
        return table(LINKS, self.beliefs)

    @cached_property
    def beliefs(self) -> tuple[Belief, ...]:
        """The rows of ``links`` as records."""
        return tuple(
            belief
            for name, one in self.journals.items()
            for relationship in one.relationships
            for belief in beliefs(one, relationship, self._starts[name], self._ends[name])
        )

    @cached_property
    def pool_series(self) -> pd.DataFrame:
        """One row a pool line (POOL_SERIES), by server and time."""
        return pool_series(
            {one.name: one.log.pools for one in self.servers},
            self.journals,
            self._starts,
            {one.name: one.conf for one in self.servers},
            self.roles,
            self.relationships[0] if len(self.relationships) == 1 else None,
        )

    @cached_property
    def pools(self) -> pd.DataFrame:
        """One row a pool as each server logged it: its last line and its lowest one (POOL_SUMMARY)."""
        return pool_summary(self.pool_series)

    @cached_property
    def exchanges(self) -> pd.DataFrame:
        """What one server logged of one exchange with one client (EXCHANGES)."""
        return concat(EXCHANGES, [exchanges(one.name, one.log.messages) for one in self.servers])

    @cached_property
    def transactions(self) -> pd.DataFrame:
        """Both servers' exchanges of one client brought together (TRANSACTIONS), by time."""
        names = [one.name for one in self.servers]
        owners = {role: getattr(self._of_role(role), "name", None) for role in Role}
        return transactions.transactions_frame(
            self.exchanges, names, self.skew.nanoseconds, self.identifiers, self.hba, owners
        )

    @cached_property
    def clients(self) -> pd.DataFrame:
        """One row a client: its hash, its owner, who served it (CLIENTS)."""
        return clients.clients_frame(self.transactions, self.identifiers, [one.name for one in self.servers])

    @cached_property
    def served(self) -> pd.DataFrame:
        """One row a server: clients served against the split (SERVED)."""
        return clients.served_frame(self.clients, [(one.name, one.role) for one in self.servers], self.hba)

    @cached_property
    def handovers(self) -> pd.DataFrame:
        """Clients that another server acknowledged than the last time (HANDOVERS), by time."""
        return clients.handovers_frame(self.transactions, [one.name for one in self.servers])

    @cached_property
    def identifiers(self) -> Mapping[str, str]:
        """Client identifier of each hardware address, in hex, as the lease files have them."""
        return clients.identifiers([one.leases.bindings for one in self.servers])

    @cached_property
    def hba(self) -> bytes | None:
        """Hash bucket assignment of the main relationship, of the configuration that has one."""
        peers = [one.peer(self.relationship) for one in self.servers if self.relationship]
        return next((peer.hba for peer in peers if peer and peer.hba is not None), None)

    @cached_property
    def binding_view(self) -> pd.DataFrame:
        """Both lease files' last accepted block of each address (BINDING_VIEW), at the end of the files."""
        return bindings.binding_view(self._bindings, self._latest_known, limit=False, compared=self._compared)

    def bindings_at(self, when: pd.Timestamp) -> pd.DataFrame:
        """The same as both files stood at a time, which must be aware.

        Blocks carry no time of writing: it is reckoned from their stamps
        (``dhcplens.pair.bindings.written``).
        """
        return bindings.binding_view(self._bindings, when, limit=True, compared=self._compared)

    def binding_history(self, ip: str) -> pd.DataFrame:
        """All blocks of one address: BINDINGS and ``written``, the reckoned time of writing, by that time."""
        return bindings.history({one.name: one.leases.bindings for one in self.servers}, ip)

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """Addresses that a server may not give without its partner, and from when on it may (WAITING)."""
        tables = [(one.name, one.role, one.leases.bindings) for one in self.servers]
        return waiting.waiting_frame(tables, self.states, self.mclt, self._latest_known)

    @cached_property
    def mclt(self) -> int | None:
        """Seconds of mclt: of the primary's configuration, else of the secondary's lease file."""
        peers = [one.peer(self.relationship) for one in self.servers if self.relationship]
        declared = [peer.mclt for peer in peers if peer and peer.mclt]
        if declared:
            return declared[0]
        written = [one.leases.failover_states["mclt"].dropna().tail(1) for one in self.servers]
        return next((int(value) for one in written for value in one if value), None)

    @cached_property
    def line_times(self) -> Mapping[str, NDArray[np.int64]]:
        """Per server, the sorted times (ns, first server's clock) of everything that its dhcpd logged."""
        return {one.name: coverage.line_times(one.log) - self.offset(one.name) for one in self.servers}

    @cached_property
    def spans(self) -> pd.DataFrame:
        """The period that each file covers (SPANS)."""
        return coverage.spans_frame([(one.name, one.log, one.leases) for one in self.servers])

    @cached_property
    def latest(self) -> pd.Timestamp:
        """The last time of any log line on the first server's clock, else of any lease block; NaT for
        neither.
        """
        logs = [int(times[-1]) for times in self.line_times.values() if len(times)]
        if logs:
            return time(max(logs))
        blocks: pd.Timestamp = self.spans.loc[self.spans["kind"] == "leases", "end"].max()
        return blocks

    @cached_property
    def overlap(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """Begin and end, on the first server's clock, of the period that both logs cover; None if there is
        none.
        """
        logs = [times for times in self.line_times.values() if len(times)]
        if len(logs) < 2:
            return None
        begin, end = max(int(times[0]) for times in logs), min(int(times[-1]) for times in logs)
        return (time(begin), time(end)) if begin <= end else None

    def quiet(self, at_least: pd.Timedelta) -> pd.DataFrame:
        """Periods of that length or longer in which a server logged nothing, between two of its lines
        (QUIET).
        """
        return coverage.quiet_frame([(one.name, one.log) for one in self.servers], at_least)

    def evidence(self, rows: pd.DataFrame, limit: int | None = None) -> tuple[Evidence, ...]:
        """The raw lines behind rows with ``source`` and ``line``; of the first ``limit`` rows."""
        chosen = rows.iloc[:limit]
        return self.texts_of(zip(chosen["source"].astype(object), chosen["line"], strict=True))

    def texts_of(self, places: Iterable[tuple[str, int]]) -> tuple[Evidence, ...]:
        """The raw lines at (source, line) places in this order; line 0 is left out, repeats too."""
        wanted = [(source, int(line)) for source, line in dict.fromkeys(places) if line]
        numbers: dict[str, list[int]] = {}
        for source, line in wanted:
            numbers.setdefault(source, []).append(line)
        texts = {source: self.texts.lines(source, lines) for source, lines in numbers.items()}
        return tuple(Evidence(source, line, texts[source].get(line, "")) for source, line in wanted)

    @cached_property
    def _moves(self) -> pd.DataFrame:
        if len(self.servers) < 2:
            return skew.no_samples()
        return skew.skew_samples(*(self.journals[one.name] for one in self.servers))

    def _met(self, messages: pd.DataFrame) -> pd.DataFrame:
        """Samples of messages of the first server that the second one logged too."""
        if len(self.servers) < 2:
            return skew.no_samples()
        first, second = self.servers
        return message_samples((first.name, messages), (second.name, second.log.messages))

    @cached_property
    def _starts(self) -> dict[str, tuple[Run, ...]]:
        return {name: starts(one) for name, one in self.journals.items()}

    @cached_property
    def _ends(self) -> dict[str, tuple[End, ...]]:
        return {
            name: ends(
                one,
                self._starts[name],
                next((other for other in self.journals.values() if other is not one), None),
                self.offset(name) or -self.skew.nanoseconds,
            )
            for name, one in self.journals.items()
        }

    @property
    def _latest_known(self) -> pd.Timestamp:
        """The last moment that any log or lease block tells of: what has ended by then has ended."""
        ends = [one for one in (self.latest, self.spans["end"].max()) if not pd.isna(one)]
        return max(ends, default=time(0))

    @property
    def _bindings(self) -> list[pd.DataFrame]:
        return [one.leases.bindings for one in self.servers]

    @property
    def _compared(self) -> bool:
        """Whether both servers brought a lease file; one that holds nothing at all counts as none."""
        brought = [len(one.leases.bindings) or len(one.leases.failover_states) for one in self.servers]
        return len(brought) == 2 and all(brought)

    def _of_role(self, role: Role) -> Server | None:
        found = [one for one in self.servers if one.role is role]
        return found[0] if len(found) == 1 else None
