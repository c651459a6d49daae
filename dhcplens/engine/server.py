"""One dhcpd as a machine without I/O: ``handle(event, now)`` gives back what it wants done."""

import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Any, Final

from dhcplens.engine import balance, link, offer, release3, requests, updates
from dhcplens.engine.database import Database
from dhcplens.engine.dialect import V4_4_3, Dialect
from dhcplens.engine.events import (
    SECOND,
    Close,
    Commit,
    ControlShutdown,
    DialFailed,
    Effect,
    Event,
    Exit,
    Fired,
    LinkDown,
    LinkIn,
    LinkUp,
    Log,
    Packet,
    PingAnswered,
    Received,
    Reply,
    Rewrite,
    SetState,
    SetTimer,
    Start,
    StateRecord,
    Terminate,
)
from dhcplens.engine.leases import ABANDONED, ACTIVE, FREE, NEVER, RELEASED, Lease, Record, dotted
from dhcplens.engine.pool import Pool
from dhcplens.engine.relationship import Relationship
from dhcplens.engine.states import NORMAL, PARTNER_DOWN, RECOVER, SHUTDOWN, STARTUP
from dhcplens.model.conf import DhcpdConf

REWRITE_SECONDS = 3600
OMAPI_CLOSES = 16
"""Seconds that dhcpd grants to OMAPI's listeners and connections before it shuts down."""

SHUTDOWN_SECONDS = 5
COMMIT_SECONDS = 2
MOST_PUT_OFF = 5
_COMMIT = Commit()
_NETWORKS = 4096  # addresses whose network is remembered
FILES = {
    "config-file": "/etc/dhcp/dhcpd.conf",
    "database-file": "/var/lib/dhcp/dhcpd.leases",
    "pid-file": "/var/lib/dhcp/dhcpd.pid",
}


class Server:
    """A dhcpd. ``now`` is its clock in seconds since 1970, ``micros`` the same in microseconds.

    ``hardware`` is the address of its interface, as it logs it. ``put_off`` says by how many seconds a
    balancing run that is due at a moment is put off; it draws from ``seed`` unless it is replaced.
    """

    def __init__(
        self,
        name: str,
        conf: DhcpdConf,
        *,
        address: IPv4Address,
        dialect: Dialect = V4_4_3,
        hardware: str = "00:16:3e:ac:00:01",
        interface: str = "eth0",
        seed: int | str = 0,
    ) -> None:
        self.name = name
        self.conf = conf
        self.dialect = dialect
        self.address = int(address)
        self.hardware = hardware
        self.interface = interface
        source = random.Random(f"{seed}/{name}")
        self.put_off: Callable[[int], int] = lambda _: source.randrange(MOST_PUT_OFF)
        self.now = self.micros = 0
        self.out: list[Effect] = []
        self.running = False
        self.relationships: dict[str, Relationship] = {}
        self.pings: dict[int, tuple[Lease, Reply]] = {}
        self.database = Database(self, conf, {})
        self._links: dict[int, Relationship] = {}
        self.network_with = lru_cache(maxsize=_NETWORKS)(self._network_with)
        """The network that an address belongs to."""

        self._subnets = [
            (self._network_name(name), int(subnet.netmask), int(subnet.network_address))
            for name, subnet in conf.subnets
        ]
        self._pools: dict[str, list[Pool]] = {}
        self._written = False
        self._rewrite_after = 0
        self._commit_at = 0

    # --- the interface -------------------------------------------------------------------------

    def handle(self, event: Event, micros: int) -> list[Effect]:
        """What this event makes the server do, in order; ``micros``: its clock, microseconds since 1970."""
        self.micros = micros
        self.now = micros // SECOND
        kind = type(event)
        if self.running is not (kind is Start):  # only what does not run can start
            _ON[kind](self, event)
        effects = self.out
        self.out = []
        return effects

    def _received(self, event: Received) -> None:
        number, message = event
        if (rel := self._links.get(number)) is not None:
            link.received(rel, number, message)

    def _fired(self, event: Fired) -> None:
        kind, which = event.key
        if (act := _ON_TIMER.get(kind)) is not None:
            act(self, which)
        else:
            _ON_TIMER_OF_RELATIONSHIP[kind](self.relationships[which])

    def _link_up(self, event: LinkUp) -> None:
        rel = self.relationships[event.relationship]
        self._links[event.link] = rel
        link.opened(rel, event.link)

    def _link_down(self, event: LinkDown) -> None:
        if (rel := self._links.pop(event.link, None)) is not None:
            link.closed(rel, event.link)

    def _dial_failed(self, event: DialFailed) -> None:
        link.dial_failed(self.relationships[event.relationship], event.reason, event.unreachable)

    def _set_state(self, event: SetState) -> None:
        self.relationships[event.relationship].set_state(event.state)

    def _ping_answered(self, event: PingAnswered) -> None:
        offer.ping_answered(self, event.ip)

    def _terminated(self, _: Terminate) -> None:
        self.running = False
        self.out.append(Exit(0, flushed=False))

    def _incoming(self, event: LinkIn) -> None:
        """dhcpd knows whose connection it is by the source address."""
        for rel in self.relationships.values():
            if rel.conf.peer_address == dotted(event.source):
                self._links[event.link] = rel
                link.opened(rel, event.link)
                return
        self.log("listener-no-state")
        self.out.append(Close(event.link))

    def _pool_due(self, number: int) -> None:
        self.database.expire(self.database.pools[number])

    def _commit_due(self, _: str) -> None:
        if self._commit_at > self.now:
            self.timer(("commit", ""), self._commit_at)
        else:
            self._commit_at = 0
            self.commit()

    # --- start and end -------------------------------------------------------------------------

    def _start(self, event: Start) -> None:
        self.running = True
        last_first = reversed(self.conf.peers)  # the order in which dhcpd goes over them
        self.relationships = {peer.name: Relationship(self, peer, self.now) for peer in last_first}
        self.database = Database(self, self.conf, self.relationships)
        self.pings, self._links = {}, {}
        self._commit_at = 0
        self._rewrite_after = NEVER if self.dialect.quiet_loading else 0
        self._pools = {}
        for pool in self.database.pools:
            pool.network = self._network_name(pool.network)
            self._pools.setdefault(pool.network, []).append(pool)
        self._banner()
        for record in event.records:
            if isinstance(record, StateRecord) and record.relationship in self.relationships:
                self.relationships[record.relationship].restore(record)
        self.database.load(record for record in event.records if isinstance(record, Record))
        self._rewrite()
        self._listening()
        for rel in self.relationships.values():
            rel.set_state(STARTUP)
            link.dial(rel)
        if self.dialect.both_normal_line:
            self.log("starting-service")

    def _banner(self) -> None:
        self.log("server-version", version=self.dialect.version)
        self.log("copyright", years=self.dialect.years)
        self.log("all-rights-reserved")
        self.log("project-address", url=self.dialect.url)
        if self.dialect.names_files:
            for code, path in FILES.items():
                self.log(code, path=path)

    def _listening(self) -> None:
        network = self.network_with(self.address)
        method = f"LPF/{self.interface}/{self.hardware}" + (f"/{network}" if network else "")
        self.log("listening", method=method)
        self.log("sending", method=method)
        self.log("sending", method="Socket/fallback/fallback-net")

    def _control_shutdown(self, _: ControlShutdown) -> None:
        """The way out over OMAPI: close what serves OMAPI, then the failover state, then leave (dhcpd.c).

        By the time that the state changes dhcpd has closed its sockets, so the peer only sees the link go.
        """
        self.timer(("shutdown", ""), self.now + OMAPI_CLOSES)
        self.timer(("leave", ""), self.now + OMAPI_CLOSES + SHUTDOWN_SECONDS)

    def _shut_down(self, _: str) -> None:
        for rel in self.relationships.values():
            rel.link = None
            if rel.me is NORMAL:
                rel.set_state(SHUTDOWN)

    def _leave(self, _: str) -> None:
        for rel in self.relationships.values():
            if rel.me is SHUTDOWN:
                rel.set_state(RECOVER)
        self._exit()

    def _exit(self) -> None:
        self.running = False
        self.commit()
        self.out.append(Exit(0))

    # --- what the parts use --------------------------------------------------------------------

    def log(self, code: str, **fields: object) -> None:
        """Log a line of the catalogue."""
        self.out.append(Log(code, fields))

    def timer(self, key: tuple[str, Any], at: int | None) -> None:
        """Set a timer to a second of the own clock, or stop it (dhcpd's dispatch.c)."""
        micros = None
        if at is not None:
            relative = self.dialect.relative_timers
            micros = self.micros + max(0, at - self.now) * SECOND if relative else at * SECOND
        self.out.append(SetTimer(key, micros))

    def timer_at(self, key: tuple[str, Any], micros: int | None) -> None:
        """Set a timer to a microsecond of the own clock, or stop it."""
        self.out.append(SetTimer(key, micros))

    def write(self, record: Record | StateRecord) -> None:
        """Append to the lease file."""
        self._written = True
        self.out.append(record)

    def commit(self) -> None:
        """Make everything written durable; about once an hour the file is written anew."""
        if self.now > self._rewrite_after and self._written:
            self._rewrite()
        self.out.append(_COMMIT)

    def commit_soon(self) -> None:
        """Make everything written durable once two seconds have passed without another such wish."""
        waiting, self._commit_at = self._commit_at, self.now + COMMIT_SECONDS
        if not waiting:
            self.timer(("commit", ""), self._commit_at)

    def _rewrite(self) -> None:
        self._written = False
        self._rewrite_after = self.now + REWRITE_SECONDS
        leases = self.database.worth_writing()
        states = [rel.record() for rel in self.relationships.values()]
        self.log("wrote-leases", count=len(leases))
        self.out.append(Rewrite((*states, *leases)))

    def release(self, lease: Lease) -> None:
        """End an active lease at the client's wish."""
        if lease.state is not ACTIVE and lease.state is not ABANDONED:
            return
        lease.ends = self.now
        rel = lease.pool.relationship
        if self.dialect.rewind:
            lease.tstp = self.now
        if rel is None:
            lease.next = FREE
        elif self.database.may_rewind(lease, rel):
            lease.next = lease.rewind
        else:
            lease.next = RELEASED
        self.database.move(lease, commit=True, propagate=True, immediate=True)

    def abandon(self, lease: Lease, reason: str) -> None:
        """Give an address to nobody for a while, because somebody uses it unasked."""
        self.log("abandoning", ip=lease.address, reason=reason)
        wait = self.conf.abandon_lease_time if self.dialect.abandon_lasts else 0
        self.database.identify(lease, b"", b"", ABANDONED)
        lease.ends = min(self.now + wait, NEVER)
        lease.next = ABANDONED
        self.database.move(lease, commit=True, propagate=True, immediate=True)

    def check_pool(self, pool: Pool) -> None:
        """3.0.x: a pool is looked at whenever an address is chosen from it."""
        if pool.relationship is not None:
            release3.check(pool.relationship, pool)

    # --- networks ------------------------------------------------------------------------------

    def pools_of(self, network: str) -> Sequence[Pool]:
        """Pools of a network, in the order of the configuration."""
        return self._pools.get(network, ())

    def pool_name(self, pool: Pool) -> str:
        """What stands for the pool's pointer in the log."""
        return f"{0x55D0_0000_0000 + 0x1000 * (pool.number + 1):x}"

    def network_of(self, packet: Packet) -> str | None:
        """The network that the packet comes from: of its relay, else of the interface."""
        return self.network_with(packet.giaddr or self.address)

    def _network_with(self, ip: int) -> str | None:
        for name, mask, network in self._subnets:
            if ip & mask == network:
                return name
        return None

    def subnet_of(self, ip: int) -> str:
        """The network number of the subnet that an address belongs to."""
        return next((dotted(network) for _, mask, network in self._subnets if ip & mask == network), "")

    def _network_name(self, name: str) -> str:
        """The name of a network as logged; the one of a lone subnet is shorter in 3.0.x."""
        address, slash, length = name.partition("/")
        if self.dialect.wide_names or not slash or not length.isdigit():
            return name
        octets = address.split(".")[: max(1, -(-int(length) // 8))]
        return f"{'.'.join(octets)}/{length}"


_ON: Final[dict[type, Callable[[Server, Any], None]]] = {
    Start: Server._start,
    Packet: requests.answer,
    Received: Server._received,
    Fired: Server._fired,
    LinkUp: Server._link_up,
    LinkIn: Server._incoming,
    LinkDown: Server._link_down,
    DialFailed: Server._dial_failed,
    PingAnswered: Server._ping_answered,
    SetState: Server._set_state,
    ControlShutdown: Server._control_shutdown,
    Terminate: Server._terminated,
}
_ON_TIMER: Final[dict[str, Callable[[Server, Any], None]]] = {
    "pool": Server._pool_due,
    "ping": offer.pinged,
    "commit": Server._commit_due,
    "shutdown": Server._shut_down,
    "leave": Server._leave,
}
_ON_TIMER_OF_RELATIONSHIP: Final[dict[str, Callable[[Relationship], None]]] = {
    "contact": link.contact,
    "silence": link.silence,
    "acks": updates.acks_due,
    "balance": balance.run_scheduled,
    "reconnect": link.dial,
    "link": link.accept_timeout,
    "startup": Relationship.lose_link,
    "recovered": Relationship.recovered,
    "auto-partner-down": lambda rel: rel.set_state(PARTNER_DOWN),
}
