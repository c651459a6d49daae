"""The typed view of a configuration: peers, pools, subnets and the lease times in force (dhcpd.conf(5))."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Any

from dhcplens.ingest.conf.peers import read_peer
from dhcplens.ingest.conf.tree import ParsedConf, Statement
from dhcplens.model.conf import INFINITE, DhcpdConf, FailoverPeer, LeaseTimes, Pool, Range

_LEASE_TIMES = {"default-lease-time": "default", "max-lease-time": "max", "min-lease-time": "min"}
_GLOBAL_NUMBERS = {
    "dhcp-cache-threshold": "cache_threshold",
    "abandon-lease-time": "abandon_lease_time",
    "omapi-port": "omapi_port",
}
_GLOBAL_FLAGS = {
    "ping-check": "ping_check",
    "server-id-check": "server_id_check",
    "check-secs-byte-order": "check_secs_byte_order",
}


@dataclass(slots=True)
class _Scope:
    """What holds inside a block: settings of the outer blocks, replaced by its own."""

    times: LeaseTimes
    network: str | None = None
    relationship: str | None = None
    subnet: IPv4Network | None = None
    siblings: list[tuple[IPv4Network, LeaseTimes]] = field(default_factory=list)  # of the shared network


@dataclass(slots=True)
class _Reader:
    source: str
    peers: dict[str, FailoverPeer] = field(default_factory=dict)
    pools: list[Pool] = field(default_factory=list)
    subnets: list[tuple[str, IPv4Network]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)  # of DhcpdConf


def view(parsed: ParsedConf) -> DhcpdConf:
    """What the statements mean for failover. Statements that cannot be understood are left out."""
    reader = _Reader(parsed.source)
    _read_globals(parsed.statements, reader)
    _read_scope(parsed.statements, _Scope(LeaseTimes()), reader)
    conf = DhcpdConf(parsed.source, tuple(reader.peers.values()), tuple(reader.pools), tuple(reader.subnets))
    return replace(conf, **reader.settings)


def _read_globals(statements: Iterable[Statement], reader: _Reader) -> None:
    for statement in statements:
        keyword = statement.keyword
        if statement.children is not None:
            continue
        if keyword == "authoritative":
            reader.settings["authoritative"] = True
        elif keyword == "not" and statement.says("not", "authoritative"):
            reader.settings["authoritative"] = False
        elif keyword in _GLOBAL_NUMBERS and (value := number(statement)) is not None:
            reader.settings[_GLOBAL_NUMBERS[keyword]] = value
        elif keyword in _GLOBAL_FLAGS and (flag := _flag(statement)) is not None:
            reader.settings[_GLOBAL_FLAGS[keyword]] = flag


def number(statement: Statement) -> int | None:
    """The number after the keyword: seconds, a port; ``infinite`` is 2**32-1."""
    word = statement.words[1] if len(statement.words) == 2 else ""
    if word.lower() == "infinite":
        return INFINITE
    return int(word) if word.isascii() and word.isdigit() and len(word) < 20 else None


def _flag(statement: Statement) -> bool | None:
    word = statement.value(1).lower() if len(statement.words) == 2 else ""
    return {"true": True, "on": True, "false": False, "off": False}.get(word)


def _read_scope(statements: Iterable[Statement], outer: _Scope, reader: _Reader) -> None:
    """Lease times hold for the whole block wherever in it they stand; peers must be declared before use."""
    statements = tuple(statements)
    scope = replace(outer, times=times_in(statements, outer.times))
    loose: list[tuple[Range, Statement]] = []
    for statement in statements:
        keyword, children = statement.keyword, statement.children
        if keyword == "failover":
            _read_failover(statement, scope, reader)
        elif keyword == "range" and scope.subnet is not None:
            if (one := read_range(statement)) is not None:
                loose.append((one, statement))
        elif children is None:
            continue
        elif keyword == "group":
            _read_scope(children, scope, reader)
        elif keyword == "shared-network":
            _read_scope(children, replace(scope, network=statement.value(1), siblings=[]), reader)
        elif keyword == "subnet":
            _read_subnet(statement, children, scope, reader)
        elif keyword == "pool" and scope.network is not None:
            _read_pool(statement, children, scope, reader)
    if loose and scope.network is not None:
        ranges = tuple(one for one, _ in loose)
        first = loose[0][1]
        pool = Pool(scope.network, ranges, None, scope.times, line=first.line, source=first.source)
        reader.pools.append(pool)


def _read_failover(statement: Statement, scope: _Scope, reader: _Reader) -> None:
    name = statement.value(2)
    if not statement.says("failover", "peer") or not name:
        return
    if statement.children is not None and len(statement.words) == 3 and name not in reader.peers:
        reader.peers[name] = read_peer(statement)
        if scope.network is not None:
            scope.relationship = name
    elif statement.children is None and scope.network is not None:
        scope.relationship = name


def _read_subnet(
    statement: Statement, children: tuple[Statement, ...], scope: _Scope, reader: _Reader
) -> None:
    subnet = subnet_of(statement)
    if subnet is None:
        return
    network = str(subnet) if scope.network is None else scope.network
    reader.subnets.append((network, subnet))
    scope.siblings.append((subnet, times_in(children, scope.times)))
    _read_scope(children, replace(scope, network=network, subnet=subnet), reader)


def _read_pool(statement: Statement, children: tuple[Statement, ...], scope: _Scope, reader: _Reader) -> None:
    assert scope.network is not None
    relationship = scope.relationship
    ranges: list[Range] = []
    lists: dict[str, list[str]] = {"allow": [], "deny": []}
    own_statements = False
    for child in children:
        if child.keyword == "range" and (one := read_range(child)) is not None:
            ranges.append(one)
        elif child.keyword in lists:
            lists[child.keyword].append(" ".join(child.words[1:]))
        elif child.says("failover", "peer") and len(child.words) == 3:
            relationship = child.value(2)
        elif child.says("no", "failover", "peer"):
            relationship = None
        elif child.keyword != "range":
            own_statements = True
    times = times_in(children, _outer_times(scope, ranges))
    permits, prohibits = tuple(lists["allow"]), tuple(lists["deny"])
    reader.pools.append(
        Pool(
            scope.network,
            tuple(ranges),
            relationship,
            times,
            permits,
            prohibits,
            statement.line,
            statement.source,
            own_statements,
        )
    )


def _outer_times(scope: _Scope, ranges: list[Range]) -> LeaseTimes:
    """What holds around a pool: for one beside its subnets, what holds in the subnet of its addresses."""
    if scope.subnet is None and ranges:
        for subnet, times in scope.siblings:
            if ranges[0].low in subnet:
                return times
    return scope.times


def times_in(statements: Iterable[Statement], outer: LeaseTimes) -> LeaseTimes:
    """The lease times of a block: the last one said in it, else those of the outer block."""
    said = {
        _LEASE_TIMES[one.keyword]: value
        for one in statements
        if one.keyword in _LEASE_TIMES and (value := number(one)) is not None
    }
    return replace(outer, **said) if said else outer


def subnet_of(statement: Statement) -> IPv4Network | None:
    """The network of ``subnet A netmask M``."""
    text = "".join(statement.words[1:])
    address, _, mask = text.partition("netmask")
    try:
        return IPv4Network((address, mask))
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def read_range(statement: Statement) -> Range | None:
    """A ``range [dynamic-bootp] LOW [HIGH]`` statement; the ends may be in either order."""
    words = statement.words[1:]
    bootp = bool(words) and words[0].lower() == "dynamic-bootp"
    ends = split_addresses(words[1:] if bootp else words)
    if not 1 <= len(ends) <= 2:
        return None
    return Range(min(ends), max(ends), bootp)


def split_addresses(words: tuple[str, ...]) -> list[IPv4Address]:
    """Addresses that stand one after the other; empty where something else is among them."""
    addresses = []
    for start in range(0, len(words), 7):
        try:
            addresses.append(IPv4Address("".join(words[start : start + 7])))
        except AddressValueError:
            return []
    return addresses
