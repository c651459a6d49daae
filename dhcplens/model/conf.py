"""What dhcpd.conf says of failover, as typed values. Names are those of dhcpd.conf(5)."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from dhcplens.model.states import Role

INFINITE = 0xFFFFFFFF
"""The lease time of an endless lease: ``infinite`` in dhcpd.conf, and on the wire (RFC 2131 §3.3)."""


@dataclass(frozen=True, slots=True)
class FailoverPeer:
    """One ``failover peer "NAME" { … }`` declaration; times in seconds, shares in percent.

    ``address`` and ``peer_address`` may be host names. ``hba`` is the 32 bytes of hash bucket assignment
    (made from ``split`` where that is given), None on a secondary. Defaults are those of 4.4.3-P1.
    """

    name: str
    role: Role
    address: str | None
    peer_address: str | None
    port: int = 647
    peer_port: int = 647
    mclt: int | None = None
    split: int | None = None
    hba: bytes | None = None
    max_response_delay: int = 20
    max_unacked_updates: int = 100
    load_balance_max_seconds: int = 0
    max_lease_misbalance: int = 15
    max_lease_ownership: int = 10
    max_balance: int = 3600
    min_balance: int = 60
    auto_partner_down: int = 0
    line: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """Lease times in force for a pool, in seconds, with dhcpd's defaults filled in."""

    default: int = 43200
    max: int = 86400
    min: int = 300


@dataclass(frozen=True, slots=True)
class Range:
    """A ``range`` statement; both ends belong to it."""

    low: IPv4Address
    high: IPv4Address
    dynamic_bootp: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """Addresses with one owner: a ``pool`` declaration, or the ranges of a subnet outside of any pool.

    ``network`` is the shared network's name, or the subnet in CIDR for a lone subnet.
    ``permits`` and ``prohibits`` are the texts of allow/deny lists; ``own_statements`` tells that it says
    more of itself than that (options, lease times), which keeps dhcpd from merging it with another pool.
    """

    network: str
    ranges: tuple[Range, ...]
    relationship: str | None
    lease_times: LeaseTimes
    permits: tuple[str, ...] = ()
    prohibits: tuple[str, ...] = ()
    line: int = 0
    source: str = ""
    own_statements: bool = False

    @property
    def size(self) -> int:
        """Number of addresses."""
        return sum(int(one.high) - int(one.low) + 1 for one in self.ranges)


@dataclass(frozen=True, slots=True)
class DhcpdConf:
    """Typed view of one dhcpd.conf: what failover needs to know."""

    source: str
    peers: tuple[FailoverPeer, ...] = ()
    pools: tuple[Pool, ...] = ()
    subnets: tuple[tuple[str, IPv4Network], ...] = ()  # (network name, subnet)
    ping_check: bool = True
    authoritative: bool = False
    server_id_check: bool = False
    check_secs_byte_order: bool = False
    cache_threshold: int = 25
    abandon_lease_time: int = 86400
    omapi_port: int | None = None
