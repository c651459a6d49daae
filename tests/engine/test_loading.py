"""What a server does with the leases that it finds in its file, and with those that end while it is alone."""

import pytest

from dhcplens.engine.dialect import V3_0_1, V4_4_3, Dialect
from dhcplens.engine.events import SECOND, Fired
from dhcplens.engine.leases import Record
from dhcplens.engine.world import World
from dhcplens.model.states import BindingState as B
from dhcplens.model.states import FailoverState, MessageType, Role
from tests.engine.faults import ADDRESSES, BEGIN, MCLT, conf
from tests.engine.test_pair import FIRST, Bench, message

NOW = BEGIN // SECOND


def restarted(dialect: Dialect) -> Bench:
    """A primary that finds an active lease in its file that is over."""
    world = World(BEGIN, 1)
    host = world.add("one", conf(Role.PRIMARY), ADDRESSES["one"], dialect=dialect)
    times = (NOW - 900, NOW - 600, NOW + 900, NOW + 900, NOW + 900, NOW - 900)
    host.disk.write(Record(FIRST, *times, B.ACTIVE, B.EXPIRED, B.ACTIVE, b"\x01\x02\0\0\0\0\x01", b"", ""))
    bench = Bench(world)
    world.start("one")
    return bench


@pytest.mark.parametrize(("dialect", "times"), [(V4_4_3, 1), (V3_0_1, 2)])
def test_the_file_is_written_anew_once_at_the_start(dialect: Dialect, times: int) -> None:
    """What ends while the file is read is committed with all the rest; 3.0.1 commits it by itself."""
    assert [code for _, code, _ in restarted(dialect).lines].count("wrote-leases") == times


def test_the_peers_knowledge_stands_while_the_file_is_read() -> None:
    """A lease that has ended meanwhile can still be returned to what the peer takes it for: active."""
    bench = restarted(V4_4_3)
    assert [(one.state, one.rewind) for _, one in bench.writes] == [(B.EXPIRED, B.ACTIVE)]


def test_a_commit_of_acks_waits_for_two_quiet_seconds() -> None:
    """Each ack puts the commit off anew."""
    server = restarted(V4_4_3).world.hosts["one"].server
    done = []
    for second, acked in enumerate((True, True, False, False)):
        server.now = NOW + second
        if acked:
            server.commit_soon()
        if second > 1:
            server.handle(Fired(("commit", "")), server.now * SECOND)
        done.append(server._commit_at)
    assert done == [NOW + 2, NOW + 3, NOW + 3, 0]


@pytest.mark.parametrize(("dialect", "state"), [(V4_4_3, B.EXPIRED), (V3_0_1, B.FREE)])
def test_in_partner_down_what_ends_waits_for_mclt(dialect: Dialect, state: B) -> None:
    """The partner might know better: an ended lease is free MCLT after partner-down; 3.0.1 does not wait."""
    world = World(BEGIN, 1)
    world.add("one", conf(Role.PRIMARY), ADDRESSES["one"], dialect=dialect)
    bench = Bench(world)
    world.start("one")
    bench.wait(20)
    world.set_state("one", FailoverState.COMMUNICATIONS_INTERRUPTED)
    ip = bench.send(message(MessageType.DISCOVER, 1))[0][1].ip
    bench.send(message(MessageType.REQUEST, 1, requested=ip))
    bench.wait(MCLT - 20)
    world.set_state("one", FailoverState.PARTNER_DOWN)
    bench.wait(30)
    assert bench.binding("one", ip).state is state
    bench.wait(MCLT)
    assert bench.binding("one", ip).state is B.FREE


def test_partner_down_sets_no_timer_where_none_runs() -> None:
    """What was released before stays so until the pool has something else to wait for, as with dhcpd."""
    world = World(BEGIN, 1)
    world.add("one", conf(Role.PRIMARY), ADDRESSES["one"])
    bench = Bench(world)
    world.start("one")
    bench.wait(20)
    host = world.hosts["one"].server
    (pool,) = host.database.pools
    lease = bench.binding("one", FIRST)
    lease.next = B.RELEASED
    host.database.move(lease)
    world.set_state("one", FailoverState.PARTNER_DOWN)
    bench.wait(2 * MCLT)
    assert (lease.state, pool.next_event) == (B.RELEASED, 0)
    bench.lease(1)
    bench.wait(2 * MCLT)
    assert lease.state is B.FREE
