"""The checkers of the invariants see it when the engine breaks one: here it is broken on purpose."""

import random
from collections.abc import Callable

import pytest

from dhcplens.engine import allocate, server, times
from dhcplens.engine.events import LinkDown, Packet
from dhcplens.engine.leases import ABANDONED, Lease, LeaseQueue
from dhcplens.engine.relationship import Relationship
from dhcplens.engine.server import Server
from tests.engine.faults import Check, Life
from tests.engine.invariants.back_to_normal import back_to_normal
from tests.engine.invariants.lazy_limit import lazy_limit
from tests.engine.invariants.one_client import one_client
from tests.engine.invariants.whole_pool import EVERY, whole_pool

SEEDS = range(30)


def caught(*checks: Callable[[Life], Check], at_end: Callable[[Life], None] | None = None) -> int:
    """In how many schedules the checkers see something."""
    count = 0
    for seed in SEEDS:
        life = Life(seed, minutes=30, checks=checks)
        try:
            life.play()
            if at_end is not None:
                at_end(life)
        except AssertionError as error:
            assert f"seed {seed}" in str(error)
            count += 1
    return count


def test_a_grant_beyond_mclt_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that gives every client all it wants at once is caught by the limit of lazy updates."""
    grant = times.grant

    def generous(
        lease: Lease, rel: Relationship | None, wanted: int, now: int, *, acked: bool
    ) -> times.Grant:
        _, tstp, tsfp = grant(lease, rel, wanted, now, acked=acked)
        return wanted, tstp, tsfp

    monkeypatch.setattr(times, "grant", generous)
    assert caught(lazy_limit) > len(SEEDS) / 2


def test_a_grant_a_little_too_long_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes more than MCLT are too much already."""
    end = times.end
    monkeypatch.setattr(times, "end", lambda now, seconds: end(now, seconds + 120))
    assert caught(lazy_limit) > len(SEEDS) / 2


def test_two_servers_that_give_the_same_addresses_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that take every free address for their own are caught giving one to two clients."""
    monkeypatch.setattr(allocate, "mine", lambda _: True)
    assert caught(one_client)


def test_an_address_given_although_it_is_in_use_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that forgets its active leases at times is caught giving one to a second client."""
    find = allocate.find

    def wrong(where: Server, packet: Packet, network: str) -> allocate.Found:
        lease, ours = find(where, packet, network)
        actives = [pool.active.first for pool in where.pools_of(network)]
        return (lease, ours) if lease is not None else (actives[0], ours)

    monkeypatch.setattr(allocate, "find", wrong)
    assert caught(one_client) > len(SEEDS) / 2


@pytest.mark.parametrize("times_kept", [0, 2])
def test_a_lease_that_is_lost_or_doubled_on_its_queue_is_seen(
    monkeypatch: pytest.MonkeyPatch, times_kept: int
) -> None:
    """A queue of active leases that loses one now and then, or counts one twice, betrays itself at once."""
    insert = LeaseQueue.insert
    inserted = 0

    def careless(queue: LeaseQueue, lease: Lease) -> None:
        nonlocal inserted
        inserted += queue is lease.pool.active
        faulty = queue is lease.pool.active and inserted % 10 == 0
        for _ in range(times_kept if faulty else 1):
            insert(queue, lease)

    monkeypatch.setattr(LeaseQueue, "insert", careless)
    assert caught(whole_pool) > len(SEEDS) / 2


def test_a_lease_on_the_wrong_queue_is_seen() -> None:
    """The numbers may be right and the pool still is not: a lease among the abandoned ones that is none."""
    life = Life(1, minutes=5)
    life.play()
    host = life.world.hosts["one"]
    (pool,) = host.server.database.pools
    check, nothing = whole_pool(life), LinkDown(0)
    for _ in range(EVERY):
        check(host, nothing)
    lease = next(one for one in host.server.database.by_ip.values() if one.state is not ABANDONED)
    pool.queues[lease.state].remove(lease)
    pool.abandoned.insert(lease)
    with pytest.raises(AssertionError, match="seed 1: one"):
        for _ in range(EVERY):
            check(host, nothing)


def test_a_pair_that_does_not_come_back_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that never try to connect again stay apart after a cut."""
    monkeypatch.setitem(server._ON_TIMER_OF_RELATIONSHIP, "reconnect", lambda _: None)
    assert caught(at_end=back_to_normal)


def test_luck_from_elsewhere_is_seen() -> None:
    """A server that draws from another source than its seed does not play the same twice."""

    def answers() -> list[object]:
        life = Life(3)
        for host in life.world.hosts.values():
            host.server.put_off = lambda _: random.randrange(5)
        sent: list[object] = []
        life.world.on_effect = lambda host, effect: sent.append((host.name, effect))
        life.play()
        return sent

    assert answers() != answers()
