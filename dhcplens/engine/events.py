"""What a server is told, and what it wants done. Nothing here does anything: the world does.

Addresses are integers. ``at`` of a timer is in microseconds of the server's own clock since 1970.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dhcplens.engine.leases import Record
from dhcplens.engine.messages import Message
from dhcplens.model.states import FailoverState, MessageType

SECOND = 1_000_000
"""Microseconds in a second."""


class StateRecord(NamedTuple):
    """One ``failover peer … state { }`` block; ``mclt`` only where a secondary writes it."""

    relationship: str
    me: FailoverState
    stos: int
    partner: FailoverState
    partner_stos: int
    mclt: int | None


class Packet(NamedTuple):
    """A DHCP message of a client, as a relay or the wire brings it: an event of its own.

    ``hardware`` is the type byte followed by the address, ``client`` the address as printed;
    ``via`` is the relay's address or the interface's name; 0 and "" mean absent.
    """

    type: MessageType
    hardware: bytes
    client: str
    uid: bytes = b""
    ciaddr: int = 0
    requested: int = 0
    server_id: int = 0
    secs: int = 0
    giaddr: int = 0
    via: str = ""
    hostname: str = ""
    lease_time: int = 0
    xid: int = 0


class Reply(NamedTuple):
    """A server's answer to send; ``lease_time`` in seconds (0 in a NAK)."""

    type: MessageType
    ip: int
    lease_time: int
    server_id: int
    packet: Packet


# --- events ----------------------------------------------------------------------------------------


class Start(NamedTuple):
    """The process starts with what its lease file holds, in file order."""

    records: tuple[Record | StateRecord, ...]


class LinkUp(NamedTuple):
    """The TCP connection that was dialled for a relationship stands; ``link`` names it."""

    link: int
    relationship: str


class LinkIn(NamedTuple):
    """Somebody at this address has connected."""

    link: int
    source: int


class LinkDown(NamedTuple):
    """A connection ended: closed by the other side, or reset."""

    link: int


class DialFailed(NamedTuple):
    """A connection attempt failed.

    ``reason`` is dhcpd's word for an immediate failure, else None; ``unreachable``: there is no way to
    the peer (a refused connection is neither).
    """

    relationship: str
    reason: str | None = None
    unreachable: bool = False


class Received(NamedTuple):
    """A message of the peer."""

    link: int
    message: Message


class Fired(NamedTuple):
    """A timer that the server set has run out."""

    key: tuple[str, Any]


class SetState(NamedTuple):
    """The operator sets local-state over OMAPI; dhcpd takes every state."""

    relationship: str
    state: FailoverState


class ControlShutdown(NamedTuple):
    """The operator sets the control object's state to shutdown over OMAPI."""


class Terminate(NamedTuple):
    """SIGTERM: the usual build of dhcpd has no handler for it and ends at once, without a word."""


class PingAnswered(NamedTuple):
    """Somebody answered the echo request for an address."""

    ip: int


Event = (
    Start
    | Packet
    | LinkUp
    | LinkIn
    | LinkDown
    | DialFailed
    | Received
    | Fired
    | SetState
    | ControlShutdown
    | Terminate
    | PingAnswered
)

# --- effects ---------------------------------------------------------------------------------------


class Log(NamedTuple):
    """A line of the log: the code of its kind and its fields."""

    code: str
    fields: Mapping[str, Any]


class Rewrite(NamedTuple):
    """Replace the lease file by one that holds only these blocks."""

    records: tuple[Record | StateRecord, ...]


class Commit(NamedTuple):
    """Everything written up to now is to survive a crash."""


class SetTimer(NamedTuple):
    """Set (or move) the timer of this key; ``at`` None stops it."""

    key: tuple[str, Any]
    at: int | None


class Dial(NamedTuple):
    """Open a TCP connection to the peer of a relationship."""

    relationship: str


class Send(NamedTuple):
    """Send a message to the peer."""

    link: int
    message: Message


class Close(NamedTuple):
    """Close a connection."""

    link: int


class Ping(NamedTuple):
    """Send an echo request to an address."""

    ip: int


class Exit(NamedTuple):
    """The process ends; ``flushed``: what it has written reaches the disk."""

    status: int
    flushed: bool = True


Effect = Log | Record | StateRecord | Rewrite | Commit | SetTimer | Dial | Send | Close | Reply | Ping | Exit
"""A Record or a StateRecord is to be appended to the lease file, a Reply to be sent to its client."""
