"""A small pair in a world: what clients get, what the file and the peer are told, in each service."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from dhcplens.engine.accept import mine_is_better, taken
from dhcplens.engine.dialect import V4_4_3
from dhcplens.engine.events import SECOND, Log, Packet, Reply
from dhcplens.engine.leases import Lease, Record
from dhcplens.engine.pool import Pool
from dhcplens.engine.world import Host, World
from dhcplens.model.conf import LeaseTimes
from dhcplens.model.states import BindingState as B
from dhcplens.model.states import FailoverState, MessageType, Role
from tests.engine.faults import LEASE, MCLT, RELAY, pair

FIRST = int(pair(0).hosts["one"].server.conf.pools[0].ranges[0].low)


@dataclass
class Bench:
    """A pair that is normal, with its log lines, writes and answers."""

    world: World
    lines: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    writes: list[tuple[str, Record]] = field(default_factory=list)
    replies: list[tuple[str, Reply]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.on_effect = self._seen
        self.world.on_reply = lambda host, reply: self.replies.append((host.name, reply))

    def _seen(self, host: Host, effect: object) -> None:
        if isinstance(effect, Log):
            self.lines.append((host.name, effect.code, dict(effect.fields)))
        elif isinstance(effect, Record):
            self.writes.append((host.name, effect))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.run(self.world.now + int(seconds * SECOND))

    def send(self, packet: Packet, *servers: str) -> list[tuple[str, Reply]]:
        """Hand a packet to servers (both without a name), and give back what they answer within a second."""
        self.replies.clear()
        for name in servers or tuple(self.world.hosts):
            self.world.deliver(name, packet)
        self.wait(1)
        return list(self.replies)

    def lease(self, client: int, **fields: int) -> tuple[str, Reply]:
        """A whole exchange; who confirmed, and what."""
        offers = self.send(message(MessageType.DISCOVER, client, **fields))
        offer = offers[0][1]
        wish = message(MessageType.REQUEST, client, requested=offer.ip, server_id=offer.server_id)
        return next(one for one in self.send(wish) if one[1].type is MessageType.ACK)

    def notes(self, server: str) -> list[object]:
        """Suffixes of the lines about clients."""
        return [fields.get("note") for name, _, fields in self.lines if name == server and "note" in fields]

    def state(self, server: str) -> FailoverState:
        """The failover state of a server."""
        return self.world.hosts[server].server.relationships["pair"].me

    def binding(self, server: str, ip: int) -> Lease:
        """What a server holds of an address."""
        return self.world.hosts[server].server.database.by_ip[ip]


def message(kind: MessageType, client: int, **fields: int) -> Packet:
    """A packet of client number so-and-so through the relay."""
    hardware = bytes((1, 2, 0, 0, 0, 0, client))
    giaddr = fields.pop("giaddr", int(RELAY))
    text = hardware[1:].hex(":")
    return Packet(kind, hardware, text, uid=b"", giaddr=giaddr, via=str(RELAY), **fields)


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A pair in normal, its pool divided."""
    made = Bench(pair(1, size=8))
    for name in made.world.hosts:
        made.world.start(name)
    made.wait(10)
    assert (made.state("one"), made.state("two")) == (FailoverState.NORMAL, FailoverState.NORMAL)
    made.lines.clear()
    made.writes.clear()
    yield made


def test_a_first_lease_lasts_mclt_and_the_next_one_as_long_as_configured(bench: Bench) -> None:
    """Until the partner knows of a lease it is bound to MCLT; a renewal gets the whole time."""
    server, reply = bench.lease(1)
    assert reply.lease_time == MCLT
    bench.wait(MCLT / 2)
    (_, renewed), *_ = bench.send(message(MessageType.REQUEST, 1, ciaddr=reply.ip, giaddr=0), server)
    assert (renewed.type, renewed.lease_time) == (MessageType.ACK, LEASE)


def test_a_new_lease_is_written_three_times(bench: Bench) -> None:
    """With its rewind state, without it before the update leaves, with the partner's word after the ack."""
    server, reply = bench.lease(1)
    bench.wait(5)
    blocks = [record for name, record in bench.writes if name == server and record.ip == reply.ip]
    assert [one.state for one in blocks] == [B.ACTIVE] * 3
    assert [one.rewind is B.ACTIVE for one in blocks] == [False, True, True]
    assert [bool(one.atsfp) for one in blocks] == [False, False, True]
    assert blocks[-1].tsfp == blocks[-1].tstp


def test_load_balancing_gives_each_client_to_one_server(bench: Bench) -> None:
    """Of many new clients each is offered an address by exactly one server, and both servers have some."""
    answered = [bench.send(message(MessageType.DISCOVER, client)) for client in range(1, 7)]
    assert all(len(offers) == 1 for offers in answered)
    assert {offers[0][0] for offers in answered} == {"one", "two"}


def test_a_client_that_waits_long_is_answered_by_both(bench: Bench) -> None:
    """After load balance max seconds the hash no longer counts."""
    assert len(bench.send(message(MessageType.DISCOVER, 1, secs=4))) == 2


def test_an_empty_half_says_that_the_peer_holds_the_rest(bench: Bench) -> None:
    """A server without addresses of its own names its peer's; without any it says that none is left."""
    bench.world.cut()
    bench.wait(70)
    bench.world.crash("two")
    for client in range(1, 5):
        bench.send(message(MessageType.DISCOVER, client), "one")
        bench.send(message(MessageType.REQUEST, client, requested=FIRST + 3 + client), "one")
    bench.send(message(MessageType.DISCOVER, 9), "one")
    assert bench.notes("one")[-1] == "peer-holds-all-free-leases"


def test_partner_down_takes_the_peers_addresses_after_mclt(bench: Bench) -> None:
    """Before MCLT has passed only the own half is given, after it the other one too."""
    bench.world.crash("two")
    bench.wait(1)
    bench.world.set_state("one", FailoverState.PARTNER_DOWN)
    for client in range(1, 5):
        bench.lease(client)
    assert bench.send(message(MessageType.DISCOVER, 9)) == []
    bench.wait(MCLT + 2)
    assert [reply.type for _, reply in bench.send(message(MessageType.DISCOVER, 9))] == [MessageType.OFFER]


def test_a_released_address_is_free_once_the_peer_knows(bench: Bench) -> None:
    """A release is written as released, and as free after the partner's ack."""
    server, reply = bench.lease(1)
    bench.wait(5)
    bench.send(message(MessageType.RELEASE, 1, ciaddr=reply.ip), server)
    bench.wait(5)
    states = [record.state for name, record in bench.writes if name == server and record.ip == reply.ip]
    assert states.index(B.RELEASED) < len(states) - 1
    assert bench.binding(server, reply.ip).state in (B.FREE, B.BACKUP)


def test_without_the_peer_an_untold_lease_rewinds(bench: Bench) -> None:
    """In communications-interrupted a lease that the peer never heard of returns to its owner at once."""
    bench.world.cut()
    bench.wait(70)
    _, reply = bench.send(message(MessageType.DISCOVER, 1), "one")[0]
    bench.send(message(MessageType.REQUEST, 1, requested=reply.ip, server_id=reply.server_id), "one")
    bench.send(message(MessageType.RELEASE, 1, ciaddr=reply.ip), "one")
    assert bench.binding("one", reply.ip).state is B.FREE


def test_a_declined_address_is_abandoned_on_both(bench: Bench) -> None:
    """Nobody gets an address that a client declined; the partner is told."""
    server, reply = bench.lease(1)
    bench.wait(5)
    bench.send(message(MessageType.DECLINE, 1, requested=reply.ip), server)
    bench.wait(5)
    assert {bench.binding(name, reply.ip).state for name in ("one", "two")} == {B.ABANDONED}


def test_an_address_that_answers_a_ping_is_given_to_nobody() -> None:
    """Before the offer the address is pinged; who has it unasked keeps it, and it is abandoned."""
    world = pair(1)
    for host in world.hosts.values():
        host.server.conf = replace(host.server.conf, ping_check=True)
        world.start(host.name)
    bench = Bench(world)
    bench.wait(10)
    world.strangers = {FIRST + number for number in range(16)}
    assert bench.send(message(MessageType.DISCOVER, 1)) == []
    said = [(code, fields.get("reason")) for _, code, fields in bench.lines]
    valid = said.index(("icmp-echo-reply-while-lease-valid-2", None))
    assert said[valid + 1] == ("abandoning", "pinged before offer")


def test_a_request_for_anothers_address_is_refused(bench: Bench) -> None:
    """Who asks for an active address of another client gets DHCPNAK."""
    server, reply = bench.lease(1)
    answers = bench.send(message(MessageType.REQUEST, 2, requested=reply.ip), server)
    assert [one.type for _, one in answers] == [MessageType.NAK]
    assert "lease-unavailable" in bench.notes(server)


def test_a_young_lease_is_given_again_unchanged(bench: Bench) -> None:
    """Within the cache threshold a renewal changes nothing and gets what is left of the time."""
    server, reply = bench.lease(1)
    bench.wait(10)
    bench.writes.clear()
    (_, again), *_ = bench.send(message(MessageType.REQUEST, 1, ciaddr=reply.ip, giaddr=0), server)
    assert again.lease_time == pytest.approx(MCLT - 11, abs=2)
    assert not bench.writes


def test_an_expired_lease_is_freed_by_both(bench: Bench) -> None:
    """The primary expires a lease, tells its partner, and both hold it free afterwards."""
    _, reply = bench.lease(1)
    bench.wait(MCLT + 10)
    assert {bench.binding(name, reply.ip).state for name in ("one", "two")} <= {B.FREE, B.BACKUP}


def test_a_lost_lease_file_makes_the_partner_tell_everything(bench: Bench) -> None:
    """A server that comes back empty recovers its leases, waits for MCLT and serves again."""
    _, reply = bench.lease(1)
    bench.wait(5)
    bench.world.crash("two")
    bench.world.hosts["two"].disk.empty()
    bench.world.start("two")
    bench.wait(30)
    assert bench.state("one") is FailoverState.PARTNER_DOWN
    assert bench.state("two") is FailoverState.RECOVER_WAIT
    assert bench.binding("two", reply.ip).state is B.ACTIVE
    bench.wait(MCLT)
    assert (bench.state("one"), bench.state("two")) == (FailoverState.NORMAL, FailoverState.NORMAL)


def test_clocks_more_than_a_minute_apart_are_refused() -> None:
    """The secondary refuses a primary whose clock is off, and says so on both sides."""
    bench = Bench(pair(2))
    bench.world.set_clock("two", 90 * SECOND)
    for name in bench.world.hosts:
        bench.world.start(name)
    bench.wait(30)
    codes = {(name, code) for name, code, _ in bench.lines}
    assert {("two", "connect-failed"), ("two", "link-refused"), ("one", "connect-rejected")} <= codes
    assert bench.state("one") is FailoverState.RECOVER


def lease(state: B, *, ends: int = 0, cltt: int = 0) -> Lease:
    """A lease in a binding state."""
    one = Lease(1, Pool(0, "net", LeaseTimes(), None))
    one.state = one.desired = state
    one.ends, one.cltt = ends, cltt
    return one


@pytest.mark.parametrize(
    ("mine", "theirs", "role", "normal", "wanted"),
    [
        (B.ACTIVE, B.FREE, Role.PRIMARY, True, False),
        (B.ACTIVE, B.RELEASED, Role.PRIMARY, True, True),
        (B.ACTIVE, B.EXPIRED, Role.PRIMARY, True, False),
        (B.ACTIVE, B.EXPIRED, Role.SECONDARY, True, True),
        (B.ACTIVE, B.BACKUP, Role.SECONDARY, False, False),
        (B.ACTIVE, B.RELEASED, Role.SECONDARY, False, True),
        (B.FREE, B.ACTIVE, Role.PRIMARY, True, True),
        (B.EXPIRED, B.ACTIVE, Role.SECONDARY, True, True),
    ],
)
def test_updates_are_taken_by_the_rules(mine: B, theirs: B, role: Role, normal: bool, wanted: bool) -> None:
    """What I hold, what the peer says, my role and my state decide whether an update is taken."""
    assert taken(lease(mine, ends=100), theirs, 0, role, normal, 60, V4_4_3) is wanted


def test_an_expiry_is_taken_only_when_my_lease_is_nearly_over() -> None:
    """The peer's clock may be 65 seconds ahead, not more."""
    one = lease(B.ACTIVE, ends=100)
    assert taken(one, B.EXPIRED, 0, Role.SECONDARY, True, 35, V4_4_3)
    assert not taken(one, B.EXPIRED, 0, Role.SECONDARY, True, 34, V4_4_3)


def test_of_crossing_updates_the_later_client_wins_then_the_primary() -> None:
    """Two active bindings are compared by cltt; an active one beats a dead one; else the primary's counts."""
    assert not mine_is_better(lease(B.ACTIVE, cltt=5), B.ACTIVE, 6, Role.PRIMARY)
    assert mine_is_better(lease(B.ACTIVE, cltt=5), B.ACTIVE, 4, Role.SECONDARY)
    assert mine_is_better(lease(B.ACTIVE, cltt=5), B.ACTIVE, 5, Role.PRIMARY)
    assert not mine_is_better(lease(B.FREE), B.ACTIVE, 0, Role.PRIMARY)
    assert mine_is_better(lease(B.FREE), B.FREE, 0, Role.PRIMARY)
    assert not mine_is_better(lease(B.FREE), B.FREE, 0, Role.SECONDARY)
