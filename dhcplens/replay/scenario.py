"""A scenario: what happens to a failover pair, as typed values. ``language.py`` reads the text form.

Times are lab time in seconds since ``Scenario.begin``. Everything is immutable; a scenario and a seed
name a run completely as far as its clients are concerned.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from dhcplens.model.states import BindingState, FailoverState, Role


class ScenarioError(ValueError):
    """A scenario that cannot be taken; ``line`` and ``column`` are 1-based."""

    def __init__(self, source: str, line: int, column: int, message: str) -> None:
        super().__init__(f"{source}:{line}:{column}: {message}")
        self.source, self.line, self.column, self.message = source, line, column, message


class LogForm(StrEnum):
    """How the lines of a server's log begin."""

    TRADITIONAL = "traditional"  # RFC 3164: Nov 22 07:00:01 HOST dhcpd[9]:
    ISO = "iso"  # rsyslog's file format, RFC 3339: 2026-11-22T07:00:01.123456+01:00 HOST dhcpd[9]:
    JOURNAL = "journal"  # journalctl -o short-iso: 2026-11-22T07:00:01+0100 HOST dhcpd[9]:


@dataclass(frozen=True, slots=True)
class Server:
    """One server: its host name, the role its configuration gives it, its address and dhcpd.conf (text)."""

    name: str
    role: Role
    address: IPv4Address
    conf: str
    log_form: LogForm = LogForm.TRADITIONAL
    log_debug: bool = True  # False: lines of level debug are not written (the usual ``*.info`` rule)


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay agent: its giaddr, and the names of the servers that it forwards to."""

    name: str
    address: IPv4Address
    servers: tuple[str, ...]


# --- what can happen -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """The server processes are started."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """SIGTERM: the default build of dhcpd leaves at once and says nothing to its peer."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Crash:
    """SIGKILL."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmptyLeases:
    """The lease file (and its backup) of a server that does not run is emptied."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeepLeases:
    """A copy of the lease file is put aside."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestoreLeases:
    """The lease file of a server that does not run is replaced by the copy put aside last."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetClock:
    """From now on the server's clock shows lab time plus ``offset`` seconds (also in its log)."""

    server: str
    offset: float


@dataclass(frozen=True, slots=True)
class PartnerDown:
    """The operator sets local-state to partner-down over OMAPI."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OperatorShutdown:
    """The operator sets the control object's state to shutdown over OMAPI: dhcpd winds up and leaves."""

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CutLink:
    """The failover link is cut, both ways or only for what ``sender`` sends. Clients are not touched."""

    sender: str | None = None


@dataclass(frozen=True, slots=True)
class HealLink:
    """Cut and delay of the failover link end."""


@dataclass(frozen=True, slots=True)
class DelayLink:
    """Every packet of the failover link takes this many seconds of lab time longer."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stranger:
    """A foreign machine begins (or ends) to answer pings at an address of the pool."""

    address: IPv4Address
    present: bool


@dataclass(frozen=True, slots=True)
class Traits:
    """What a group of clients has in common.

    ``owner``: identities are drawn until RFC 3074's hash gives the client to this role.
    ``hardware``, ``hostname``: fixed instead of drawn from the seed (single clients only).
    """

    identifiers: bool = False  # option 61
    names: bool = False  # option 12: the client's name in the scenario, or ``hostname``
    relay: str = ""
    owner: Role | None = None
    hardware: str | None = None
    hostname: str | None = None


@dataclass(frozen=True, slots=True)
class Arrive:
    """Clients start from nothing with DHCPDISCOVER, one each ``interval`` seconds.

    Clients known already keep their identity and ``traits`` is None.
    """

    clients: tuple[str, ...]
    interval: float
    traits: Traits | None


class Act(StrEnum):
    """What a client can be made to do; it renews and rebinds by itself when its times come."""

    RENEW = "renew"  # unicast DHCPREQUEST to the server of the lease
    REBIND = "rebind"  # broadcast DHCPREQUEST through the relay
    REBOOT = "reboot"  # INIT-REBOOT: broadcast DHCPREQUEST with the remembered address
    RELEASE = "release"
    DECLINE = "decline"  # then starts again with DHCPDISCOVER
    INFORM = "inform"
    ASK = "ask"  # DHCPDISCOVER with a requested address
    CLAIM = "claim"  # INIT-REBOOT with a given address, held or not
    VANISH = "vanish"  # silence without a word


@dataclass(frozen=True, slots=True)
class ClientAct:
    """Clients do something, one each ``interval`` seconds; ``address`` only with ASK and CLAIM.

    ``relayed``: a RELEASE goes through the relay instead of straight to the server.
    """

    act: Act
    clients: tuple[str, ...]
    interval: float = 0.0
    address: IPv4Address | None = None
    relayed: bool = False


class Bound(StrEnum):
    """How a number is meant."""

    EXACTLY = "exactly"
    AT_LEAST = "at least"
    AT_MOST = "at most"

    def holds(self, seen: int, wanted: int) -> bool:
        """Whether ``seen`` is as wanted."""
        if self is Bound.EXACTLY:
            return seen == wanted
        return seen >= wanted if self is Bound.AT_LEAST else seen <= wanted


@dataclass(frozen=True, slots=True)
class ServerState:
    """The server's own failover state, or with ``partner`` what it last heard of its partner's."""

    server: str
    state: FailoverState
    partner: bool = False


@dataclass(frozen=True, slots=True)
class ServerRuns:
    """Whether the server's process is alive."""

    server: str
    running: bool


@dataclass(frozen=True, slots=True)
class AddressState:
    """Binding state of an address (or of the last address of a client) in a server's lease file."""

    address: IPv4Address | str
    state: BindingState
    server: str


@dataclass(frozen=True, slots=True)
class AddressCount:
    """How many addresses stand in a binding state in a server's lease file."""

    bound: Bound
    number: int
    state: BindingState
    server: str


@dataclass(frozen=True, slots=True)
class ClientHas:
    """Whether a client holds a lease, and which address (None: any)."""

    client: str
    holds: bool = True
    address: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class ClientAnswered:
    """Who gave the last answer to the client's last request: a server, or None for nobody.

    ``refused``: the answer was DHCPNAK.
    """

    client: str
    server: str | None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class ClientCount:
    """How many of the clients hold a lease."""

    bound: Bound
    number: int
    clients: tuple[str, ...]


Condition = ServerState | ServerRuns | AddressState | AddressCount | ClientHas | ClientAnswered | ClientCount


@dataclass(frozen=True, slots=True)
class Expect:
    """Something that has to be true at this moment."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class End:
    """The run ends."""


Action = (
    Start
    | Stop
    | Crash
    | EmptyLeases
    | KeepLeases
    | RestoreLeases
    | SetClock
    | PartnerDown
    | OperatorShutdown
    | CutLink
    | HealLink
    | DelayLink
    | Stranger
    | Arrive
    | ClientAct
    | Expect
    | End
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the scenario: ``at`` seconds after the begin, ``action`` happens."""

    at: float
    action: Action
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A pair, its relays, and the events in order of time; the last event is the End.

    ``relationship`` is that of the primary (the two may differ on purpose). ``networks`` are the subnets
    in which clients live.
    """

    source: str
    title: str
    begin: datetime
    zone: str
    seed: int
    relationship: str
    servers: tuple[Server, Server]
    relays: tuple[Relay, ...]
    networks: tuple[IPv4Network, ...]
    events: tuple[Event, ...]
    hba: bytes = field(default=b"\x00" * 32, repr=False)

    @property
    def length(self) -> float:
        """Lab seconds from begin to end."""
        return self.events[-1].at

    def server(self, name: str) -> Server:
        """The server of that name; KeyError if there is none."""
        for one in self.servers:
            if one.name == name:
                return one
        raise KeyError(name)
