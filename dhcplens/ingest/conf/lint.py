"""What is wrong with one configuration, seen with failover in mind (dhcpd.conf(5), DHCP FAILOVER)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import AddressValueError, IPv4Address

from dhcplens.ingest.conf.peers import words_of
from dhcplens.ingest.conf.refusals import NEWEST, peer_declarations, refusals
from dhcplens.ingest.conf.remarks import Place, Remark, at, in_order, of_problem, remark
from dhcplens.ingest.conf.skeleton import missing_declaration
from dhcplens.ingest.conf.tree import ConfProblem, ParsedConf, Statement, walk
from dhcplens.ingest.conf.view import split_addresses, view
from dhcplens.model.conf import INFINITE, DhcpdConf, FailoverPeer, Pool
from dhcplens.model.states import Role, Severity

_NEEDS_DECLARATION = frozenset({"bare-peer", "reference-misplaced", "unknown-peer"})


def lint(parsed: ParsedConf, version: str = NEWEST) -> tuple[Remark, ...]:
    """What dhcpd of a version refuses in a configuration, and what is unwise; the worst first.

    Raises ValueError for a text that is no version.
    """
    conf = view(parsed)
    remarks = [_of_problem(one, conf) for one in (*parsed.problems, *refusals(parsed, version))]
    for peer in conf.peers:
        for rule in _PEER_RULES:
            remarks += rule(peer)
    for pool in conf.pools:
        remarks += _pool(pool, conf)
    remarks += _one_link_for_two(conf)
    remarks += _repeated(parsed)
    remarks += _hosts_in_ranges(parsed, conf)
    if conf.peers and conf.omapi_port is None:
        remarks.append(_no_omapi(conf))
    return in_order(remarks)


def _of_problem(problem: ConfProblem, conf: DhcpdConf) -> Remark:
    if problem.cause not in _NEEDS_DECLARATION or not problem.subject:
        return of_problem(problem)
    name = problem.subject
    if any(peer.name == name for peer in conf.peers):
        if problem.cause == "bare-peer":
            return of_problem(problem, f'Write failover peer "{name}"; within the pool.')
        return of_problem(problem, "Move the declaration above this, or name the relationship in the pools.")
    return of_problem(problem, missing_declaration(name, conf))


def _addresses(peer: FailoverPeer) -> Iterator[Remark]:
    place = at(peer)
    if peer.address is not None and peer.address == peer.peer_address and peer.port == peer.peer_port:
        yield remark(
            "same-address",
            Severity.CRITICAL,
            f"{peer.name}: address and peer address are the same, {peer.address}",
            place,
        )
    names = [one for one in (peer.address, peer.peer_address) if one is not None and not _is_address(one)]
    if names:
        yield remark(
            "address-by-name",
            Severity.INFO,
            f"{peer.name}: {' and '.join(names)} must be looked up when dhcpd starts",
            place,
        )


def _ports(peer: FailoverPeer) -> Iterator[Remark]:
    for what, port in (("port", peer.port), ("peer port", peer.peer_port)):
        if not 0 < port < 65536:
            yield remark(
                "port-range", Severity.CRITICAL, f"{peer.name}: {what} {port} is no TCP port", at(peer)
            )


def _mclt(peer: FailoverPeer) -> Iterator[Remark]:
    if peer.role is Role.SECONDARY and peer.mclt is not None:
        yield remark(
            "mclt-on-secondary",
            Severity.INFO,
            f"{peer.name}: mclt {peer.mclt} on the secondary has no effect",
            at(peer),
        )
    elif peer.role is Role.PRIMARY and peer.mclt is not None and 0 < peer.mclt < 60:
        yield remark(
            "mclt-short", Severity.WARNING, f"{peer.name}: mclt is only {peer.mclt} seconds", at(peer)
        )


def _buckets(peer: FailoverPeer) -> Iterator[Remark]:
    if peer.hba is None or peer.role is Role.SECONDARY:
        return
    share = sum(byte.bit_count() for byte in peer.hba)
    if share in (0, 256):
        server = "secondary" if share == 0 else "primary"
        yield remark(
            "one-sided-split",
            Severity.INFO,
            f"{peer.name}: split gives all clients to the {server}",
            at(peer),
        )


def _timers(peer: FailoverPeer) -> Iterator[Remark]:
    delay = peer.max_response_delay
    if not 3 <= delay <= 600:
        yield remark(
            "response-delay",
            Severity.WARNING,
            f"{peer.name}: max-response-delay is {delay} seconds",
            at(peer),
        )
    if peer.auto_partner_down:
        yield remark(
            "auto-partner-down",
            Severity.WARNING,
            f"{peer.name}: auto-partner-down is on, after {peer.auto_partner_down} seconds",
            at(peer),
        )


def _balance(peer: FailoverPeer) -> Iterator[Remark]:
    if peer.min_balance > peer.max_balance:
        yield remark(
            "balance-times",
            Severity.WARNING,
            f"{peer.name}: min-balance {peer.min_balance} is more than max-balance {peer.max_balance}",
            at(peer),
        )
    shares = {
        "max-lease-misbalance": peer.max_lease_misbalance,
        "max-lease-ownership": peer.max_lease_ownership,
    }
    for what, percent in shares.items():
        if not 0 <= percent <= 100:
            yield remark(
                "balance-share",
                Severity.WARNING,
                f"{peer.name}: {what} {percent} is no percentage",
                at(peer),
            )


_PEER_RULES: tuple[Callable[[FailoverPeer], Iterator[Remark]], ...] = (
    _addresses,
    _ports,
    _mclt,
    _buckets,
    _timers,
    _balance,
)


def _pool(pool: Pool, conf: DhcpdConf) -> Iterator[Remark]:
    place = at(pool)
    if pool.relationship is None:
        if conf.peers and pool.ranges:
            yield remark(
                "pool-without-peer",
                Severity.WARNING,
                f"{pool.size} addresses of {pool.network} belong to no failover relationship",
                place,
            )
        return
    if pool.size == 1:
        yield remark(
            "pool-too-small",
            Severity.WARNING,
            f"a pool of {pool.relationship} in {pool.network} has one address only",
            place,
        )
    if any(one.dynamic_bootp for one in pool.ranges):
        yield remark(
            "bootp-after-range",
            Severity.WARNING,
            f"a pool of {pool.relationship} has a range with dynamic-bootp",
            place,
        )
    yield from _lease_times(pool, conf)


def _lease_times(pool: Pool, conf: DhcpdConf) -> Iterator[Remark]:
    times = pool.lease_times
    peer = next((one for one in conf.peers if one.name == pool.relationship), None)
    if peer is None or peer.mclt is None or peer.role is Role.SECONDARY:
        return
    if times.min > peer.mclt and times.min != INFINITE:
        yield remark(
            "mclt-below-min-lease-time",
            Severity.INFO,
            f"{pool.network}: min-lease-time {times.min} is more than mclt {peer.mclt}",
            at(pool),
        )
    if peer.mclt > times.max:
        yield remark(
            "mclt-above-max-lease-time",
            Severity.INFO,
            f"{pool.network}: mclt {peer.mclt} is more than max-lease-time {times.max}",
            at(pool),
        )


def _one_link_for_two(conf: DhcpdConf) -> Iterator[Remark]:
    links: dict[tuple[str | None, str | None], FailoverPeer] = {}
    for peer in conf.peers:
        first = links.setdefault((peer.address, peer.peer_address), peer)
        if first is not peer:
            yield remark(
                "two-relationships-one-pair",
                Severity.WARNING,
                f"{first.name} and {peer.name} are between the same two addresses",
                at(peer),
            )


def _repeated(parsed: ParsedConf) -> Iterator[Remark]:
    for declaration in peer_declarations(parsed):
        children = declaration.children or ()
        names = [_name(child) for child in children]
        if "role" not in names:
            yield remark(
                "role-missing",
                Severity.WARNING,
                f"{declaration.value(2)}: neither primary nor secondary is said",
                Place(declaration.source, *declaration.place(0)),
            )
        for name, times in Counter(names).items():
            if times > 1:
                last = [child for child, one in zip(children, names, strict=True) if one == name][-1]
                yield remark(
                    "repeated-statement",
                    Severity.WARNING,
                    f"{declaration.value(2)}: {name} is said {times} times",
                    Place(last.source, *last.place(0)),
                )


def _name(child: Statement) -> str:
    words = words_of(child)
    if words[:1] in (("primary",), ("secondary",)):
        return "role"
    if words[:1] in (("split",), ("hba",)):
        return "split or hba"
    return " ".join(words[:2] if words[:1] == ("peer",) else words[:1])


def _hosts_in_ranges(parsed: ParsedConf, conf: DhcpdConf) -> Iterator[Remark]:
    ranges = sorted((one.low, one.high) for pool in conf.pools for one in pool.ranges)
    if not ranges:
        return
    lows = [low for low, _ in ranges]
    for statement in walk(parsed.statements):
        if statement.keyword != "fixed-address":
            continue
        for address in split_addresses(tuple(word for word in statement.words[1:] if word != ",")):
            below = bisect_right(lows, address) - 1
            if below >= 0 and address <= ranges[below][1]:
                yield remark(
                    "fixed-address-in-range",
                    Severity.WARNING,
                    f"the fixed address {address} lies in a range that is handed out",
                    Place(statement.source, *statement.place(0)),
                )


def _no_omapi(conf: DhcpdConf) -> Remark:
    return remark("no-omapi-port", Severity.INFO, "there is no omapi-port", at(conf.peers[0]))


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True
