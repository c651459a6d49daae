"""Four-way exchanges: the embedded pair on one core, beside two real dhcpd driven by perfdhcp."""

from collections import deque
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from dhcplens.engine.events import (
    SECOND,
    Answer,
    Arrived,
    Event,
    LinkIn,
    LinkUp,
    Packet,
    Received,
    Send,
    Start,
)
from dhcplens.engine.server import Server
from dhcplens.model.conf import DhcpdConf, FailoverPeer, LeaseTimes, Pool, Range
from dhcplens.model.loadbalance import split_buckets
from dhcplens.model.states import MessageType, Role
from tests.bench import real_pair
from tests.bench.measure import RUNS, Measure, medians

EXCHANGES = 10_000
GOAL = 0.2
_BEGIN = 1_800_000_000 * SECOND
_ADDRESSES = {Role.PRIMARY: IPv4Address("10.9.0.2"), Role.SECONDARY: IPv4Address("10.9.0.3")}
_RELAY = IPv4Address("10.9.0.1")


class Pair:
    """Two servers with nothing between them: what one sends the other has at once."""

    def __init__(self, addresses: int) -> None:
        self.servers = [Server(role, _conf(role, addresses), address=_ADDRESSES[role]) for role in Role]
        self.now = _BEGIN
        self._mail: deque[tuple[Server, Event]] = deque()
        self.answers: list[Answer] = []
        one, two = self.servers
        for server in self.servers:
            self._tell(server, Start(()))
        self._tell(one, LinkUp(1, "bench"))
        self._tell(two, LinkIn(1, int(_ADDRESSES[Role.PRIMARY])))
        self._deliver()

    def _tell(self, server: Server, event: Event) -> None:
        for effect in server.handle(event, self.now):
            if type(effect) is Send:
                other = self.servers[server is self.servers[0]]
                self._mail.append((other, Received(*effect)))
            elif type(effect) is Answer:
                self.answers.append(effect)

    def _deliver(self) -> None:
        mail = self._mail
        while mail:
            self._tell(*mail.popleft())

    def broadcast(self, packet: Packet) -> None:
        """A relay hands a packet to both servers."""
        for server in self.servers:
            self._tell(server, Arrived(packet))
        self._deliver()

    def exchange(self, number: int) -> bool:
        """DISCOVER, OFFER, REQUEST, ACK of one new client; whether it got an address."""
        self.now += 1000
        hardware = b"\x01\x02" + number.to_bytes(5, "big")
        client = hardware[1:].hex(":")
        self.answers.clear()
        discover = Packet(
            MessageType.DISCOVER, hardware, client, uid=hardware, giaddr=int(_RELAY), via=str(_RELAY)
        )
        self.broadcast(discover)
        if not self.answers:
            return False
        offer = self.answers[0].reply
        self.answers.clear()
        self.broadcast(
            discover._replace(type=MessageType.REQUEST, requested=offer.ip, server_id=offer.server_id)
        )
        return any(answer.reply.type is MessageType.ACK for answer in self.answers)


def _conf(role: Role, addresses: int) -> DhcpdConf:
    primary = role is Role.PRIMARY
    peer = FailoverPeer(
        name="bench",
        role=role,
        address=str(_ADDRESSES[role]),
        peer_address=str(_ADDRESSES[role.partner]),
        mclt=1800 if primary else None,
        hba=split_buckets(128) if primary else None,
        load_balance_max_seconds=3,
    )
    first = IPv4Address("10.9.4.0")
    pool = Pool("10.9.0.0/16", (Range(first, first + addresses - 1),), "bench", LeaseTimes())
    networks = (("10.9.0.0/16", IPv4Network("10.9.0.0/16")),)
    return DhcpdConf("bench", (peer,), (pool,), networks, ping_check=False, authoritative=True)


def serve(pair: Pair, first: int) -> None:
    """Give ``EXCHANGES`` new clients an address each."""
    assert all(pair.exchange(number) for number in range(first, first + EXCHANGES))


def measures(folder: Path) -> Iterator[Measure]:
    """Exchanges a second of the embedded pair, and of the real one where it can be run here."""
    pairs = iter([Pair(3 * EXCHANGES) for _ in range(RUNS + 1)])
    (ours,) = medians(lambda: serve(next(pairs), 1))
    rate = EXCHANGES / ours
    real = real_pair.exchanges_a_second(folder)
    if real is None:
        yield Measure(f"engine, four-way exchanges ({rate:,.0f} a second)", ours, "wanted", 1.0, 1.0)
        return
    theirs = EXCHANGES / real
    yield Measure(f"engine, four-way exchanges ({rate:,.0f} a second)", ours, "wanted", 1.0, 1.0)
    yield Measure(f"the same, beside two dhcpd ({real:,.0f} a second)", ours, "dhcpd, perfdhcp", theirs, GOAL)
