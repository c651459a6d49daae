"""What does not fit between the configurations of the two servers of a pair.

dhcpd checks next to nothing of this by itself (failover.c): the two exchange the relationship's name, mclt
and the hash buckets, and everything else shows only when clients go without addresses.
"""

from collections.abc import Iterator

from dhcplens.ingest.conf.ownership import pool_remarks
from dhcplens.ingest.conf.remarks import Place, Remark, at, in_order, remark
from dhcplens.model.conf import DhcpdConf, FailoverPeer
from dhcplens.model.states import Role, Severity

_LIMITS = (
    "max_response_delay",
    "max_unacked_updates",
    "max_lease_misbalance",
    "max_lease_ownership",
    "max_balance",
    "min_balance",
    "auto_partner_down",
)
_SETTINGS = (
    "ping_check",
    "server_id_check",
    "check_secs_byte_order",
    "cache_threshold",
    "abandon_lease_time",
)
Names = tuple[str, str]


def lint_pair(first: DhcpdConf, second: DhcpdConf, names: Names | None = None) -> tuple[Remark, ...]:
    """Everything that does not fit between two configurations, worst first.

    ``here`` of a remark is a place in the first, ``there`` one in the second; ``names`` are what messages
    call the two (the names of the servers, say; else the files). What works on each server by itself and
    merely differs is only ``info``.
    """
    called = names or (first.source, second.source)
    remarks: list[Remark] = []
    for one, other in _pairs(first, second):
        remarks += _roles(one, other)
        for rule in (_addresses, _ports, _load_balance, _limits):
            remarks += rule(one, other, called)
    remarks += _unpaired(first, second, called)
    remarks += pool_remarks(first, second, called, _renamed(first, second))
    remarks += _subnets(first, second, called)
    remarks += _settings(first, second, called)
    return in_order(remarks)


def _renamed(first: DhcpdConf, second: DhcpdConf) -> dict[str, str]:
    """Where each server has one relationship, the two mean the same, whatever they call it."""
    if len(first.peers) == len(second.peers) == 1:
        return {second.peers[0].name: first.peers[0].name}
    return {}


def _pairs(first: DhcpdConf, second: DhcpdConf) -> Iterator[tuple[FailoverPeer, FailoverPeer]]:
    renamed = _renamed(first, second)
    others = {renamed.get(peer.name, peer.name): peer for peer in second.peers}
    for peer in first.peers:
        if peer.name in others:
            yield peer, others[peer.name]


def _unpaired(first: DhcpdConf, second: DhcpdConf, names: Names) -> Iterator[Remark]:
    ours, theirs = {peer.name: peer for peer in first.peers}, {peer.name: peer for peer in second.peers}
    if _renamed(first, second):
        one, other = first.peers[0], second.peers[0]
        if one.name != other.name:
            message = f"the relationship is called {one.name} in {names[0]} and {other.name} in {names[1]}"
            yield remark("relationship-name", Severity.CRITICAL, message, at(one), at(other))
        return
    for name in sorted(ours.keys() ^ theirs.keys()):
        peer = ours.get(name) or theirs[name]
        message = f"the relationship {name} is declared in {names[name not in ours]} only"
        here, there = (at(peer), None) if name in ours else (None, at(peer))
        yield remark("relationship-only-here", Severity.CRITICAL, message, here, there)


def _roles(one: FailoverPeer, other: FailoverPeer) -> Iterator[Remark]:
    if one.role is other.role:
        message = f"{one.name}: both servers are {one.role}"
        yield remark("same-role", Severity.CRITICAL, message, at(one), at(other))
        return
    primary, secondary = (one, other) if one.role is Role.PRIMARY else (other, one)
    if secondary.mclt not in (None, 0, primary.mclt):
        message = f"{one.name}: mclt is {primary.mclt} on the primary and {secondary.mclt} on the secondary"
        yield remark("mclt-differs", Severity.INFO, message, at(one), at(other))


def _addresses(one: FailoverPeer, other: FailoverPeer, names: Names) -> Iterator[Remark]:
    for own, seen, server, partner in (
        (one.address, other.peer_address, *names),
        (other.address, one.peer_address, *reversed(names)),
    ):
        if own is None or seen is None or own == seen:
            continue
        by_name = any(text[:1].isalpha() for text in (own, seen))
        message = f"{one.name}: address is {own} in {server}, but peer address is {seen} in {partner}"
        severity = Severity.INFO if by_name else Severity.CRITICAL
        yield remark("address-crossing", severity, message, at(one), at(other))


def _ports(one: FailoverPeer, other: FailoverPeer, names: Names) -> Iterator[Remark]:
    wrong = [
        f"port is {own} in {server}, but peer port is {seen} in {partner}"
        for own, seen, server, partner in (
            (one.port, other.peer_port, *names),
            (other.port, one.peer_port, *reversed(names)),
        )
        if own != seen
    ]
    if wrong:
        severity = Severity.CRITICAL if len(wrong) == 2 else Severity.WARNING
        message = f"{one.name}: {' and '.join(wrong)}"
        yield remark("port-crossing", severity, message, at(one), at(other))


def _load_balance(one: FailoverPeer, other: FailoverPeer, names: Names) -> Iterator[Remark]:
    ours, theirs = one.load_balance_max_seconds, other.load_balance_max_seconds
    if ours == theirs:
        return
    said = _each(ours, theirs, names)
    message = f"{one.name}: load balance max seconds is {said}"
    if 0 in (ours, theirs):
        yield remark("load-balance-one-sided", Severity.WARNING, message, at(one), at(other))
    else:
        yield remark("load-balance-differs", Severity.INFO, message, at(one), at(other))


def _limits(one: FailoverPeer, other: FailoverPeer, names: Names) -> Iterator[Remark]:
    if one.auto_partner_down and other.auto_partner_down:
        message = f"{one.name}: both servers declare the other down by themselves"
        yield remark("auto-partner-down-both", Severity.WARNING, message, at(one), at(other))
    different = _differences(one, other, _LIMITS, names)
    if different:
        message = f"{one.name}: {different}"
        yield remark("limits-differ", Severity.INFO, message, at(one), at(other))


def _differences(one: object, other: object, attributes: tuple[str, ...], names: Names) -> str:
    return "; ".join(
        f"{name.replace('_', '-')} is {_each(getattr(one, name), getattr(other, name), names)}"
        for name in attributes
        if getattr(one, name) != getattr(other, name)
    )


def _each(one: object, other: object, names: Names) -> str:
    return f"{_said(one)} in {names[0]} and {_said(other)} in {names[1]}"


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _subnets(first: DhcpdConf, second: DhcpdConf, names: Names) -> Iterator[Remark]:
    ours = {subnet: network for network, subnet in first.subnets}
    theirs = {subnet: network for network, subnet in second.subnets}
    places = (Place(first.source), Place(second.source))
    for subnets, others, source in ((ours, theirs, names[0]), (theirs, ours, names[1])):
        only = [str(subnet) for subnet in subnets if subnet not in others]
        if only:
            message = f"only {source} declares {_some(only)}"
            yield remark("subnets-differ", Severity.WARNING, message, *places)
    regrouped = [
        str(subnet)
        for subnet in ours.keys() & theirs.keys()
        if {one for one, network in ours.items() if network == ours[subnet]}
        != {one for one, network in theirs.items() if network == theirs[subnet]}
    ]
    if regrouped and ours.keys() == theirs.keys():
        message = f"shared networks are made up differently around {_some(sorted(regrouped))}"
        yield remark("networks-differ", Severity.WARNING, message, *places)


def _some(texts: list[str]) -> str:
    """The first few of a list in words."""
    shown = ", ".join(texts[:4])
    return shown if len(texts) <= 4 else f"{shown} and {len(texts) - 4} more"


def _settings(first: DhcpdConf, second: DhcpdConf, names: Names) -> Iterator[Remark]:
    places = (Place(first.source), Place(second.source))
    if first.authoritative is not second.authoritative:
        source = names[0] if first.authoritative else names[1]
        message = f"only {source} is authoritative"
        yield remark("authoritative-differs", Severity.WARNING, message, *places)
    different = _differences(first, second, _SETTINGS, names)
    if different:
        yield remark("settings-differ", Severity.INFO, different, *places)
