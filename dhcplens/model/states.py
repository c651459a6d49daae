"""The words of the failover protocol and of the lease file.

Values are the names that dhcpd prints (dhcpd.leases(5), failover log lines);
numbers are those that OMAPI shows as ``local-state`` and ``partner-state``.
"""

from enum import StrEnum


class Role(StrEnum):
    """Which end of a failover relationship a server is."""

    PRIMARY = "primary"
    SECONDARY = "secondary"

    @property
    def partner(self) -> "Role":
        """The role of the other server of the pair."""
        return Role.SECONDARY if self is Role.PRIMARY else Role.PRIMARY


class Subject(StrEnum):
    """Whose move a server logs: its own, or what it hears of its partner."""

    LOCAL = "local"
    PARTNER = "partner"


class FailoverState(StrEnum):
    """State of one server in a failover relationship."""

    UNKNOWN = "unknown-state"
    STARTUP = "startup"
    NORMAL = "normal"
    COMMUNICATIONS_INTERRUPTED = "communications-interrupted"
    PARTNER_DOWN = "partner-down"
    POTENTIAL_CONFLICT = "potential-conflict"
    RECOVER = "recover"
    PAUSED = "paused"
    SHUTDOWN = "shutdown"
    RECOVER_DONE = "recover-done"
    RESOLUTION_INTERRUPTED = "resolution-interrupted"
    CONFLICT_DONE = "conflict-done"
    RECOVER_WAIT = "recover-wait"

    @property
    def omapi(self) -> int:
        """The number of this state on the wire and in OMAPI (3.1.0 and newer)."""
        return _OMAPI[self]

    @property
    def answers(self) -> bool:
        """Whether a server in this state answers clients by itself (before the partner's word counts)."""
        return self in _ANSWERING


_OMAPI = {state: number for number, state in enumerate(FailoverState)} | {FailoverState.RECOVER_WAIT: 254}
_ANSWERING = frozenset(
    {FailoverState.NORMAL, FailoverState.COMMUNICATIONS_INTERRUPTED, FailoverState.PARTNER_DOWN}
)


class BindingState(StrEnum):
    """State of one address in a lease file."""

    FREE = "free"
    ACTIVE = "active"
    EXPIRED = "expired"
    RELEASED = "released"
    ABANDONED = "abandoned"
    RESET = "reset"
    BACKUP = "backup"


class MessageType(StrEnum):
    """The DHCP or BOOTP message that a log line is about."""

    DISCOVER = "DISCOVER"
    OFFER = "OFFER"
    REQUEST = "REQUEST"
    DECLINE = "DECLINE"
    ACK = "ACK"
    NAK = "NAK"
    RELEASE = "RELEASE"
    INFORM = "INFORM"
    LEASEQUERY = "LEASEQUERY"
    LEASEUNASSIGNED = "LEASEUNASSIGNED"
    LEASEUNKNOWN = "LEASEUNKNOWN"
    LEASEACTIVE = "LEASEACTIVE"
    BOOTREQUEST = "BOOTREQUEST"
    BOOTREPLY = "BOOTREPLY"
    OTHER = "OTHER"


class Severity(StrEnum):
    """How much a finding matters, in rising order."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for critical."""
        return list(Severity).index(self)


class Verdict(StrEnum):
    """One word on the whole pair."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DEAD = "dead"
