"""Four-way exchanges: the embedded pair on one core, beside two real dhcpd driven by perfdhcp."""

import statistics
import time
from collections import deque
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from dhcplens.engine.events import (
    SECOND,
    Event,
    LinkIn,
    LinkUp,
    Packet,
    Received,
    Reply,
    Send,
    Start,
)
from dhcplens.engine.server import Server
from dhcplens.model.conf import DhcpdConf, FailoverPeer, LeaseTimes, Pool, Range
from dhcplens.model.loadbalance import split_buckets
from dhcplens.model.states import MessageType, Role
from tests.bench import real_pair
from tests.bench.measure import RUNS, Measure

EXCHANGES = 10_000
GOAL = 0.2
_BEGIN = 1_800_000_000 * SECOND
_ADDRESSES = {Role.PRIMARY: IPv4Address("10.9.0.2"), Role.SECONDARY: IPv4Address("10.9.0.3")}
_VIA = "10.9.0.1"
_GIADDR = int(IPv4Address(_VIA))
_LEAVES_THE_SERVER = (Send, Reply)
_DISCOVER, _REQUEST, _ACK = MessageType.DISCOVER, MessageType.REQUEST, MessageType.ACK


class Pair:
    """Two servers with nothing between them: what one sends the other has at once."""

    def __init__(self, addresses: int) -> None:
        self.servers = [Server(role, _conf(role, addresses), address=_ADDRESSES[role]) for role in Role]
        self.now = _BEGIN
        self._mail: deque[tuple[Server, Event]] = deque()
        self.answers: list[Reply] = []
        one, two = self.servers
        self._partner = {one: two, two: one}
        for server in self.servers:
            self._tell(server, Start(()))
        self._tell(one, LinkUp(1, "bench"))
        self._tell(two, LinkIn(1, int(_ADDRESSES[Role.PRIMARY])))
        self._deliver()

    def _tell(self, server: Server, event: Event) -> None:
        for effect in server.handle(event, self.now):
            if isinstance(effect, _LEAVES_THE_SERVER):
                if isinstance(effect, Send):
                    self._mail.append((self._partner[server], Received(effect.link, effect.message)))
                else:
                    self.answers.append(effect)

    def _deliver(self) -> None:
        mail = self._mail
        while mail:
            self._tell(*mail.popleft())

    def broadcast(self, packet: Packet) -> None:
        """A relay hands a packet to both servers."""
        for server in self.servers:
            self._tell(server, packet)
        self._deliver()

    def exchange(self, number: int) -> bool:
        """DISCOVER, OFFER, REQUEST, ACK of one new client; whether it got an address."""
        self.now += 1000
        hardware = b"\x01\x02" + number.to_bytes(5, "big")
        client = hardware[1:].hex(":")
        answers = self.answers
        answers.clear()
        self.broadcast(Packet(_DISCOVER, hardware, client, hardware, 0, 0, 0, 0, _GIADDR, _VIA))
        if not answers:
            return False
        _, ip, _, server_id, _ = answers.pop()
        self.broadcast(Packet(_REQUEST, hardware, client, hardware, 0, ip, server_id, 0, _GIADDR, _VIA))
        return bool(answers) and answers[0].type is _ACK


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


def exchanges_a_second() -> float:
    """Exchanges a second of one pair that gives ``EXCHANGES`` new clients an address each; the median run."""
    return EXCHANGES / statistics.median(_seconds() for _ in range(RUNS))


def _seconds() -> float:
    """One run of a pair of its own, as nobody plays with six of them in memory."""
    pair = Pair(3 * EXCHANGES)
    begin = time.perf_counter()
    served = all(pair.exchange(number) for number in range(1, EXCHANGES + 1))
    seconds = time.perf_counter() - begin
    assert served
    return seconds


def measures(folder: Path) -> Iterator[Measure]:
    """Exchanges a second of the embedded pair, and of the real one where it can be run here."""
    rate = exchanges_a_second()
    ours = EXCHANGES / rate
    yield Measure(f"engine, four-way exchanges ({rate:,.0f} a second)", ours, "wanted", 1.0, 1.0)
    real = real_pair.exchanges_a_second(folder)
    if real is not None:
        title = f"the same, beside two dhcpd ({real:,.0f} a second)"
        yield Measure(title, ours, "dhcpd, perfdhcp", EXCHANGES / real, GOAL)
