"""Two servers on one clock: what everything above reads of a pair."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from dhcplens.model.conf import DhcpdConf, FailoverPeer
from dhcplens.model.states import Role
from dhcplens.model.tables import LeaseTables, LogTables
from dhcplens.model.values import Evidence, Inference, InputFile, Problem, Texts


@dataclass(frozen=True)
class Server:
    """One server of the pair and what it brought; tables may be empty, the configuration missing.

    ``role`` is its role in the pair's main relationship, None where nothing tells. ``roles`` holds the role in each
    relationship it takes part in (a server may be primary of one and secondary of another).
    """

    name: str
    role: Role | None
    log: LogTables
    leases: LeaseTables
    conf: DhcpdConf | None
    conf_problems: tuple[Problem, ...] = ()
    roles: tuple[tuple[str, Role], ...] = ()

    @property
    def relationships(self) -> tuple[str, ...]:
        """Relationships that its configuration, log or lease file names, sorted."""
        raise NotImplementedError

    def peer(self, relationship: str) -> FailoverPeer | None:
        """Its declaration of that relationship, None without one."""
        raise NotImplementedError


@dataclass(frozen=True)
class Skew:
    """Difference of the two clocks.

    ``seconds`` is the clock of ``servers[1]`` minus the clock of ``servers[0]`` (positive: the second server's clock
    is ahead), None where nothing tells. ``spread`` is the median absolute deviation of the samples in seconds,
    ``count`` their number, ``how`` the ground: moves, messages or nothing.
    """

    seconds: float | None
    spread: float
    count: int
    how: str


@dataclass(frozen=True)
class PairView:
    """One pair of servers, possibly with several relationships between them.

    ``servers`` holds the primary first where the roles are known, else they stand in order of name; one server only
    where only one brought files. ``relationship`` is the main one: the one most written of. ``primary`` and
    ``secondary`` are of that one; both are None where roles are unknown or both servers claim the same one (see
    ``role_signs`` and ``problems``). All frames are computed when first asked for; their columns are described in
    ``dhcplens.pair.schemas``. Times in frames are as each server wrote them: ``align`` puts them on one clock.
    """

    servers: tuple[Server, ...]
    relationship: str | None
    relationships: tuple[str, ...]
    role_signs: pd.DataFrame
    inputs: tuple[InputFile, ...]
    found: tuple[Inference, ...]
    problems: tuple[Problem, ...]
    texts: Texts
    timezone: str

    @property
    def primary(self) -> Server | None:
        """The primary of the main relationship."""
        raise NotImplementedError

    @property
    def secondary(self) -> Server | None:
        """The secondary of the main relationship."""
        raise NotImplementedError

    def server(self, name: str) -> Server:
        """The server of that name. Raises KeyError."""
        raise NotImplementedError

    def partner(self, name: str) -> Server | None:
        """The other server of the pair, None where it brought no files."""
        raise NotImplementedError

    @cached_property
    def inferences(self) -> tuple[Inference, ...]:
        """Everything that was concluded: of ingest, of roles, of clocks, and what cannot be known."""
        raise NotImplementedError

    @cached_property
    def skew(self) -> Skew:
        """Difference of the two clocks, with how it is known."""
        raise NotImplementedError

    @cached_property
    def skew_samples(self) -> pd.DataFrame:
        """One row a move that both servers logged (SKEW_SAMPLES)."""
        raise NotImplementedError

    def align(self, times: pd.Series, server: str) -> pd.Series:
        """Times of a server's clock on the clock of ``servers[0]``; unchanged where the skew is unknown."""
        raise NotImplementedError

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Process lives (RUNS), in order per server. A server that is stopped writes nothing."""
        raise NotImplementedError

    @cached_property
    def states(self) -> pd.DataFrame:
        """State intervals (STATES): each server's own and its view of its partner, per relationship.

        Own intervals end where the process ended, if that is known: between two runs there is no state.
        """
        raise NotImplementedError

    @cached_property
    def links(self) -> pd.DataFrame:
        """Intervals during which each side believed the failover link up or down (LINKS)."""
        raise NotImplementedError

    @cached_property
    def pool_series(self) -> pd.DataFrame:
        """One row a pool line (POOL_SERIES)."""
        raise NotImplementedError

    @cached_property
    def exchanges(self) -> pd.DataFrame:
        """What one server logged of one exchange with one client (EXCHANGES)."""
        raise NotImplementedError

    @cached_property
    def transactions(self) -> pd.DataFrame:
        """Both servers' exchanges of one client brought together (TRANSACTIONS)."""
        raise NotImplementedError

    @cached_property
    def clients(self) -> pd.DataFrame:
        """One row a client: its hash, its owner, who served it (CLIENTS)."""
        raise NotImplementedError

    @cached_property
    def served(self) -> pd.DataFrame:
        """One row a server: clients served against the split (SERVED)."""
        raise NotImplementedError

    @cached_property
    def binding_view(self) -> pd.DataFrame:
        """Both lease files' last accepted block of each address, side by side (BINDING_VIEW), at ``latest``."""
        raise NotImplementedError

    def bindings_at(self, when: pd.Timestamp) -> pd.DataFrame:
        """The same as both files stood at a time (blocks carry no time of writing: it is reckoned from their stamps).

        ``when`` is an aware time.
        """
        raise NotImplementedError

    def binding_history(self, ip: str) -> pd.DataFrame:
        """All blocks of one address from both lease files: BINDINGS and ``written``, the reckoned time of writing."""
        raise NotImplementedError

    @cached_property
    def spans(self) -> pd.DataFrame:
        """The period that each file covers (SPANS)."""
        raise NotImplementedError

    @cached_property
    def latest(self) -> pd.Timestamp:
        """The last time of any log line, else of any lease block; NaT where there is none."""
        raise NotImplementedError

    @cached_property
    def overlap(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """Begin and end of the period that both logs cover, None if there is none."""
        raise NotImplementedError

    def quiet(self, at_least: pd.Timedelta) -> pd.DataFrame:
        """Periods of that length or longer in which a server logged nothing, between two of its lines (QUIET)."""
        raise NotImplementedError

    def evidence(self, rows: pd.DataFrame, limit: int | None = None) -> tuple[Evidence, ...]:
        """The raw lines behind rows with ``source`` and ``line``; the first ``limit`` of them."""
        raise NotImplementedError

    def texts_of(self, places: Iterable[tuple[str, int]]) -> tuple[Evidence, ...]:
        """The raw lines at (source, line) places; line 0 is left out, repeats too."""
        raise NotImplementedError
