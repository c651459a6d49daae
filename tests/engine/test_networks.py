"""Several pools, networks and relationships: what is one to dhcpd, and in which order it goes over them."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from dhcplens.engine.events import SECOND, Effect, Log
from dhcplens.engine.world import Host, World
from dhcplens.ingest.conf import parse_conf, view
from dhcplens.model.conf import DhcpdConf, FailoverPeer, Pool, Range
from dhcplens.model.states import Role
from tests.engine.faults import ADDRESSES, BEGIN, conf


def played(change_pools: tuple[Pool, ...], extra_peers: tuple[FailoverPeer, ...] = ()) -> list[Log]:
    """What the primary logs in the first half minute of a pair with these pools."""
    world = World(BEGIN, 1)
    lines: list[Log] = []

    def seen(host: Host, effect: Effect) -> None:
        if isinstance(effect, Log) and host.name == "one":
            lines.append(effect)

    world.on_effect = seen
    for (name, address), role in zip(ADDRESSES.items(), Role, strict=True):
        base: DhcpdConf = conf(role)
        subnets = (*base.subnets, ("10.10.0.0/16", IPv4Network("10.10.0.0/16")))
        peers = (*base.peers, *extra_peers)
        world.add(name, replace(base, pools=change_pools, subnets=subnets, peers=peers), address)
        world.start(name)
    world.run(BEGIN + 30 * SECOND)
    return lines


def pool(first: str, network: str = "10.9.0.0/16", **fields: Any) -> Pool:
    """Eight addresses."""
    low = IPv4Address(first)
    times = conf(Role.PRIMARY).pools[0].lease_times
    return replace(Pool(network, (Range(low, low + 7),), "pair", times), **fields)


def balanced(lines: list[Log]) -> list[tuple[object, object]]:
    """Network and size of each pool in the order of the first balancing."""
    found = [line.fields for line in lines if line.code == "balancing-pool"]
    return [(fields["network"], fields["total"]) for fields in found]


def test_pools_that_are_alike_are_one() -> None:
    """Two pools of a network that say nothing of their own are balanced as one with all their addresses."""
    assert balanced(played((pool("10.9.1.1"), pool("10.9.2.1")))) == [("10.9.0.0/16", 16)]


def test_pools_that_differ_stay_apart() -> None:
    """An option in one of them, or another list of clients, keeps two pools apart."""
    for other in (pool("10.9.2.1", own_statements=True), pool("10.9.2.1", prohibits=("unknown-clients",))):
        assert balanced(played((pool("10.9.1.1"), other))) == [("10.9.0.0/16", 8)] * 2


def test_a_pool_with_an_option_says_something_of_its_own() -> None:
    """Lists of clients, ranges and the peer are no statements of a pool's own; options and times are."""
    text = "subnet 10.9.0.0 netmask 255.255.0.0 {{ pool {{ {} range 10.9.1.1 10.9.1.8; }} }}"
    said = {
        "deny unknown-clients; no failover peer;": False,
        "option routers 10.9.0.1;": True,
        "max-lease-time 600;": True,
    }
    for statement, own in said.items():
        (one,) = view(parse_conf(text.format(statement), "dhcpd.conf")).pools
        assert one.own_statements is own


def test_the_network_declared_last_comes_first() -> None:
    """Pools of different networks are gone over from the last network to the first."""
    lines = played((pool("10.9.1.1"), pool("10.10.1.1", "10.10.0.0/16"), pool("10.9.2.1")))
    assert balanced(lines) == [("10.10.0.0/16", 8), ("10.9.0.0/16", 16)]


def test_the_relationship_declared_last_starts_first() -> None:
    """With two relationships the one declared last moves to startup first."""
    other = replace(conf(Role.PRIMARY).peers[0], name="other", peer_address="10.9.0.77")
    moves = [
        line.fields["relationship"] for line in played((pool("10.9.1.1"),), (other,)) if "old" in line.fields
    ]
    assert moves[:2] == ["other", "pair"]
