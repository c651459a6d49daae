"""Random lives of a small pair: clients come, renew and go; process, link, disk and clock fail."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from dhcplens.engine.events import SECOND, Event, Packet, Reply
from dhcplens.engine.world import Host, World
from dhcplens.model.conf import DhcpdConf, FailoverPeer, LeaseTimes, Pool, Range
from dhcplens.model.loadbalance import split_buckets
from dhcplens.model.states import FailoverState, MessageType, Role

NETWORK = IPv4Network("10.9.0.0/16")
RELAY = IPv4Address("10.9.0.1")
ADDRESSES = {"one": IPv4Address("10.9.0.2"), "two": IPv4Address("10.9.0.3")}
BEGIN = 1_800_000_000 * SECOND
MCLT = 300
LEASE = 1500

Check = Callable[[Host, Event], None]


def conf(role: Role, *, size: int = 16, lease: int = LEASE) -> DhcpdConf:
    """Configuration of one server of the pair."""
    mine, other = (ADDRESSES["one"], ADDRESSES["two"])
    if role is Role.SECONDARY:
        mine, other = other, mine
    primary = role is Role.PRIMARY
    peer = FailoverPeer(
        name="pair",
        role=role,
        address=str(mine),
        peer_address=str(other),
        mclt=MCLT if primary else None,
        split=128 if primary else None,
        hba=split_buckets(128) if primary else None,
        max_response_delay=60,
        max_unacked_updates=10,
        load_balance_max_seconds=3,
    )
    first = IPv4Address("10.9.1.1")
    pool = Pool("10.9.0.0/16", (Range(first, first + size - 1),), "pair", LeaseTimes(lease, 2 * lease))
    return DhcpdConf(
        "test", (peer,), (pool,), (("10.9.0.0/16", NETWORK),), ping_check=False, authoritative=True
    )


def pair(seed: int | str, **shape: int) -> World:
    """A world with a primary "one" and a secondary "two"; neither runs yet."""
    world = World(BEGIN, seed)
    for (name, address), role in zip(ADDRESSES.items(), Role, strict=True):
        world.add(name, conf(role, **shape), address)
    return world


@dataclass
class Holder:
    """A client; ``ip`` 0 while it has no address. Times in microseconds of the world."""

    hardware: bytes
    ip: int = 0
    server: str = ""
    ends: int = 0
    waiting: int = 0  # number of its present wish; older ones are dropped
    began: int = 0
    offered: bool = False

    def packet(self, kind: MessageType, now: int, **fields: int) -> Packet:
        """A message of this client through the relay."""
        return Packet(
            kind,
            self.hardware,
            self.hardware[1:].hex(":"),
            uid=b"\x01" + self.hardware[1:],
            giaddr=int(RELAY),
            via=str(RELAY),
            secs=(now - self.began) // SECOND,
            xid=self.waiting,
            **fields,
        )


@dataclass
class Life:
    """One schedule, named by its seed; ``lost`` tells that a lease file was lost or cut short."""

    seed: int
    clients: int = 10
    minutes: int = 60
    checks: Sequence[Callable[["Life"], Check]] = ()
    lost: bool = False
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(f"life/{self.seed}")
        self.world = pair(self.seed, size=self.random.choice((4, 8, 16)))
        self.world.on_reply = self._answered
        self.holders = {
            bytes((1, 2, 0, 0, 0, 0, number)): Holder(bytes((1, 2, 0, 0, 0, 0, number)))
            for number in range(self.clients)
        }
        self.world.after = [check(self) for check in self.checks]
        self.answers: list[tuple[int, str, Reply]] = []

    def play(self) -> None:
        """Live through the schedule, then repair everything and wait until the pair should be well."""
        self.world.start("one")
        self.world.at(BEGIN + self.random.randrange(20) * SECOND, self.world.start, "two")
        end = self.minutes * 60
        for holder in self.holders.values():
            self.world.at(BEGIN + self.random.randrange(60, end) * SECOND, self._want, holder)
        for _ in range(self.random.randrange(2, 9)):
            self.world.at(BEGIN + self.random.randrange(120, end) * SECOND, self._fault)
        self.world.run(BEGIN + end * SECOND)
        self._repair()
        self.world.run(self.world.now + (2 * MCLT + 600) * SECOND)

    # --- faults --------------------------------------------------------------------------------

    def _fault(self) -> None:
        name = self.random.choice(("one", "two"))
        fault = self.random.choice(
            (self._crash, self._crash, self._cut, self._cut, self._stop, self._slow, self._partner_down)
        )
        fault(name)

    def _crash(self, name: str) -> None:
        """The process dies; seldom the disk loses the end of the lease file with it, or all of it."""
        fate = self.random.random()
        tail = self.random.randrange(1, 6) if fate < 0.1 else 0
        self.world.crash(name, lost=tail)
        if 0.1 <= fate < 0.2:
            self.world.hosts[name].disk.empty()
        self.lost = self.lost or fate < 0.2
        self._start_later(name)

    def _stop(self, name: str) -> None:
        self.world.stop(name)
        self._start_later(name)

    def _start_later(self, name: str) -> None:
        at = self.world.now + self.random.choice((2, 30, 200, 1200)) * SECOND
        self.world.at(at, self.world.start, name)

    def _cut(self, name: str) -> None:
        self.world.cut(self.random.choice((None, name)))
        self.world.at(self.world.now + self.random.choice((5, 40, 300, 1500)) * SECOND, self.world.heal)

    def _slow(self, name: str) -> None:
        for way in self.world.network.ways():
            way.loss = self.random.choice((0.0, 0.2))
        self.world.delay(self.random.randrange(3 * SECOND))
        self.world.hosts[name].clock.drift = self.random.randrange(-2000, 2000)
        self.world.hosts[name].clock.since = self.world.now
        self.world.at(self.world.now + 400 * SECOND, self.world.heal)

    def _partner_down(self, name: str) -> None:
        """The operator says that the partner is down, and it is: it was stopped before."""
        other = "two" if name == "one" else "one"
        self.world.stop(other)
        self.world.at(self.world.now + 30 * SECOND, self._declare, name)
        self.world.at(self.world.now + self.random.choice((60, 900)) * SECOND, self.world.start, other)

    def _declare(self, name: str) -> None:
        """Partner-down is declared only in communications-interrupted.

        In recover-wait dhcpd would keep its timer and fall from whatever state into recover-done, for good.
        """
        for relationship in self.world.hosts[name].server.relationships.values():
            if relationship.me is FailoverState.COMMUNICATIONS_INTERRUPTED:
                self.world.set_state(name, FailoverState.PARTNER_DOWN)

    def _repair(self) -> None:
        self.world.heal()
        for host in self.world.hosts.values():
            host.clock.drift = 0
            host.clock.step(self.world.now, 0)
            self.world.set_clock(host.name, 0)
            self.world.start(host.name)
        for way in self.world.network.ways():
            way.loss = 0.0

    # --- clients -------------------------------------------------------------------------------

    def _send(self, packet: Packet, to: str = "") -> None:
        for name in (to,) if to else tuple(self.world.hosts):
            self.world.deliver(name, packet)

    def _want(self, holder: Holder) -> None:
        """Begin to look for an address, unless the client has one."""
        if not holder.ip:
            holder.began = self.world.now
            self._discover(holder, 0)

    def _discover(self, holder: Holder, tries: int) -> None:
        if holder.ip:
            return
        holder.waiting += 1
        holder.offered = False
        self._send(holder.packet(MessageType.DISCOVER, self.world.now))
        wait = 8 * SECOND if tries < 5 else 300 * SECOND
        self.world.at(self.world.now + wait, self._again, holder, holder.waiting, tries + 1)

    def _again(self, holder: Holder, waiting: int, tries: int) -> None:
        if holder.waiting == waiting:
            self._discover(holder, tries)

    def _answered(self, host: Host, reply: Reply) -> None:
        holder = self.holders[reply.packet.hardware]
        self.answers.append((self.world.now, host.name, reply))
        if reply.packet.xid != holder.waiting:
            return
        if reply.type is MessageType.OFFER and not holder.ip and not holder.offered:
            holder.offered = True
            request = holder.packet(
                MessageType.REQUEST, self.world.now, requested=reply.ip, server_id=reply.server_id
            )
            self._send(request)
        elif reply.type is MessageType.ACK:
            self._hold(holder, host.name, reply)
        elif reply.type is MessageType.NAK:
            holder.ip = 0
            holder.waiting += 1
            self.world.at(self.world.now + 10 * SECOND, self._want, holder)

    def _hold(self, holder: Holder, server: str, reply: Reply) -> None:
        now = self.world.now
        holder.ip, holder.server, holder.ends = reply.ip, server, now + reply.lease_time * SECOND
        holder.waiting += 1
        for share, act in ((0.5, self._renew), (0.875, self._rebind), (1.0, self._over)):
            at = now + int(reply.lease_time * share * SECOND)
            self.world.at(at, act, holder, holder.waiting)

    def _renew(self, holder: Holder, waiting: int) -> None:
        if holder.waiting != waiting:
            return
        fate = self.random.random()
        if fate < 0.1:
            self._send(holder.packet(MessageType.RELEASE, self.world.now, ciaddr=holder.ip), holder.server)
        if fate < 0.2:
            holder.ip = 0
            holder.waiting += 1
            at = self.world.now + self.random.randrange(1200) * SECOND
            self.world.at(at, self._want, holder)
            return
        packet = holder.packet(MessageType.REQUEST, self.world.now, ciaddr=holder.ip)
        self._send(packet._replace(giaddr=0), holder.server)

    def _rebind(self, holder: Holder, waiting: int) -> None:
        if holder.waiting == waiting and holder.ip:
            self._send(holder.packet(MessageType.REQUEST, self.world.now, ciaddr=holder.ip))

    def _over(self, holder: Holder, waiting: int) -> None:
        if holder.waiting == waiting and holder.ip:
            holder.ip = 0
            self._want(holder)
