"""Which addresses the two servers of a pair share, and which only one of them knows."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import pairwise

from dhcplens.ingest.conf.remarks import Place, Remark, at, remark
from dhcplens.model.conf import DhcpdConf, Pool
from dhcplens.model.states import Severity


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Addresses from ``low`` to ``high`` with the pools that hold them on either side."""

    low: int
    high: int
    ours: Pool | None
    theirs: Pool | None

    def __str__(self) -> str:
        first, last = IPv4Address(self.low), IPv4Address(self.high)
        return str(first) if first == last else f"{first} to {last}"


def pool_remarks(
    first: DhcpdConf, second: DhcpdConf, names: tuple[str, str], renamed: Mapping[str, str]
) -> Iterator[Remark]:
    """Compares who owns each address.

    ``names`` are what messages call the two, ``renamed`` gives the first server's name of a relationship.
    """
    found: dict[tuple[str, int, int], list[_Stretch]] = {}
    for stretch in _stretches(first, second):
        name = _verdict(stretch, renamed)
        if name:
            key = (name, _line(stretch.ours), _line(stretch.theirs))
            found.setdefault(key, []).append(stretch)
    for (name, _, _), stretches in found.items():
        yield _say(name, stretches, names)
    yield from _compared_pools(first, second, names, renamed)


def _line(pool: Pool | None) -> int:
    return 0 if pool is None else pool.line


def _place(pool: Pool | None) -> Place | None:
    return None if pool is None else at(pool)


class _Owners:
    """Finds the pool of an address."""

    def __init__(self, conf: DhcpdConf) -> None:
        self.ranges = sorted(
            ((int(one.low), int(one.high), pool) for pool in conf.pools for one in pool.ranges),
            key=lambda found: found[:2],
        )
        self._lows = [low for low, _, _ in self.ranges]

    def of(self, address: int) -> Pool | None:
        below = bisect_right(self._lows, address) - 1
        if below < 0:
            return None
        _, high, pool = self.ranges[below]
        return pool if address <= high else None


def _stretches(first: DhcpdConf, second: DhcpdConf) -> Iterator[_Stretch]:
    ours, theirs = _Owners(first), _Owners(second)
    edges = {edge for owners in (ours, theirs) for low, high, _ in owners.ranges for edge in (low, high + 1)}
    for low, beyond in pairwise(sorted(edges)):
        one, other = ours.of(low), theirs.of(low)
        if one is not None or other is not None:
            yield _Stretch(low, beyond - 1, one, other)


def _verdict(stretch: _Stretch, renamed: Mapping[str, str]) -> str | None:
    """Name of the remark that addresses deserve, None where both servers agree on them."""
    if stretch.ours is None or stretch.theirs is None:
        pool = stretch.ours or stretch.theirs
        assert pool is not None  # the stretch would not exist
        return "ranges-differ" if pool.relationship is not None else None
    ours, theirs = stretch.ours.relationship, stretch.theirs.relationship
    if ours is None and theirs is None:
        return "double-served"
    if ours is None or theirs is None:
        return "served-alone"
    return None if ours == renamed.get(theirs, theirs) else "relationship-differs"


def _say(name: str, stretches: list[_Stretch], names: tuple[str, str]) -> Remark:
    ours, theirs = stretches[0].ours, stretches[0].theirs
    addresses = ", ".join(map(str, stretches[:4])) + (" …" if len(stretches) > 4 else "")
    if ours is None or theirs is None:
        pool = ours or theirs
        assert pool is not None  # see _verdict
        source = names[0] if theirs is None else names[1]
        message = f"only {source} has {addresses} in its pools of {pool.relationship}"
    elif name == "double-served":
        message = f"{addresses} are handed out by both servers without failover"
    elif name == "served-alone":
        alone = names[0] if ours.relationship is None else names[1]
        message = f"{addresses} belong to {ours.relationship or theirs.relationship}, but not in {alone}"
    else:
        of = (ours.relationship, theirs.relationship)
        message = f"{addresses} belong to {of[0]} in {names[0]} and to {of[1]} in {names[1]}"
    return remark(name, Severity.CRITICAL, message, _place(ours), _place(theirs))


def _compared_pools(
    first: DhcpdConf, second: DhcpdConf, names: tuple[str, str], renamed: Mapping[str, str]
) -> Iterator[Remark]:
    """Pools that share addresses: whether they hold the same, for the same clients, on the same terms."""
    shared = [
        (stretch.ours, stretch.theirs)
        for stretch in _stretches(first, second)
        if stretch.ours is not None and stretch.theirs is not None and _verdict(stretch, renamed) is None
    ]
    seen: set[tuple[int, int]] = set()
    for ours, theirs in shared:
        if (id(ours), id(theirs)) not in seen:
            seen.add((id(ours), id(theirs)))
            yield from _compare(ours, theirs, names)
    yield from _regrouped(shared, names)
    yield from _regrouped([(theirs, ours) for ours, theirs in shared], (names[1], names[0]), swapped=True)


def _regrouped(
    shared: list[tuple[Pool, Pool]], names: tuple[str, str], swapped: bool = False
) -> Iterator[Remark]:
    """Pools whose addresses are several pools on the other server; equal pools are one, dhcpd merges them."""
    parts: dict[int, tuple[Pool, dict[object, Pool]]] = {}
    for pool, other in shared:
        terms = (other.network, frozenset(other.permits), frozenset(other.prohibits), other.lease_times)
        parts.setdefault(id(pool), (pool, {}))[1].setdefault(terms, other)
    for pool, others in parts.values():
        if len(others) > 1:
            message = f"{pool.network}: one pool in {names[0]} is {len(others)} pools in {names[1]}"
            places = [_place(pool), _place(next(iter(others.values())))]
            yield remark("pool-layout", Severity.WARNING, message, *(places[::-1] if swapped else places))


def _compare(pool: Pool, other: Pool, names: tuple[str, str]) -> Iterator[Remark]:
    places = (_place(pool), _place(other))
    if (set(pool.permits), set(pool.prohibits)) != (set(other.permits), set(other.prohibits)):
        message = f"{pool.network}: {_clients(pool)} in {names[0]}, {_clients(other)} in {names[1]}"
        yield remark("permits-differ", Severity.WARNING, message, *places)
    ours, theirs = pool.lease_times, other.lease_times
    if ours != theirs:
        different = "; ".join(
            f"{name}-lease-time is {one} in {names[0]} and {another} in {names[1]}"
            for name in ("default", "max", "min")
            if (one := getattr(ours, name)) != (another := getattr(theirs, name))
        )
        message = f"{pool.network}: {different}"
        yield remark("lease-times-differ", Severity.WARNING, message, *places)


def _clients(pool: Pool) -> str:
    texts = [*(f"allow {text}" for text in pool.permits), *(f"deny {text}" for text in pool.prohibits)]
    return ", ".join(texts) or "no allow or deny"
