"""A deterministic world for servers: one seed, one queue of events, clocks, links, disks."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from ipaddress import IPv4Address
from typing import Any

from dhcplens.engine.clock import Clock
from dhcplens.engine.dialect import V4_4_3, Dialect
from dhcplens.engine.disk import Disk
from dhcplens.engine.events import (
    SECOND,
    Close,
    Commit,
    ControlShutdown,
    Dial,
    DialFailed,
    Effect,
    Event,
    Exit,
    Fired,
    LinkDown,
    LinkIn,
    LinkUp,
    Packet,
    Ping,
    PingAnswered,
    Received,
    Reply,
    Rewrite,
    Send,
    SetState,
    SetTimer,
    Start,
    StateRecord,
    Terminate,
)
from dhcplens.engine.leases import Record
from dhcplens.engine.network import RETRANSMIT, Connection, Network
from dhcplens.engine.server import Server
from dhcplens.model.conf import DhcpdConf
from dhcplens.model.states import FailoverState

LINK_DELAY = 1_000
CLIENT_DELAY = 1_000
NO_ROUTE_SECONDS = 3
SYN_TRIES = 6
"""How often Linux repeats the first packet of a connection before it gives up, after 127 seconds."""


class Host:
    """A machine with a server, a clock and a disk."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.name = server.name
        self.clock = Clock()
        self.disk = Disk()
        self.timers: dict[tuple[str, Any], int] = {}
        self.stepped = False  # its clock was set since the server last looked
        self.life = 0  # counts the processes; what was meant for an earlier one is dropped

    @property
    def running(self) -> bool:
        """Whether the server's process lives."""
        return self.server.running


class World:
    """Hosts in one network. ``now`` is in microseconds since 1970.

    ``on_effect`` sees every effect with its host, ``on_reply`` every answer as it reaches the client,
    ``after`` is called after each event that a host has dealt with. ``connects`` may say, for a connection
    attempt made at a moment, at which moment it succeeds (None: when packets pass). ``due`` may say of a
    host's timer, by its key and when it is due on the host's clock, when it really fires.
    """

    def __init__(self, begin: int, seed: int | str) -> None:
        self.now = begin
        self.seed = seed
        self.hosts: dict[str, Host] = {}
        self.network = Network(LINK_DELAY, random.Random(f"{seed}/network"))
        self.strangers: set[int] = set()
        self.on_effect: Callable[[Host, Effect], None] | None = None
        self.on_reply: Callable[[Host, Reply], None] | None = None
        self.connects: Callable[[int], int | None] | None = None
        self.due: Callable[[str, tuple[str, Any], int], int] | None = None
        self.after: Sequence[Callable[[Host, Event], None]] = ()
        self._queue: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0
        self._connections: dict[int, Connection] = {}
        self._does: dict[type, Callable[[Host, Any], None]] = {  # nothing is done about a Log
            Record: self._write,
            StateRecord: self._write,
            Commit: self._commit,
            Rewrite: self._rewrite,
            SetTimer: self._set_timer,
            Dial: self._dial,
            Send: self._send,
            Close: self._close,
            Reply: self._answer,
            Ping: self._ping,
            Exit: self._exited,
        }

    # --- hosts ---------------------------------------------------------------------------------

    def add(self, name: str, conf: DhcpdConf, address: IPv4Address, *, dialect: Dialect = V4_4_3) -> Host:
        """A new host; its server does not run yet."""
        hardware = f"00:16:3e:ac:00:{len(self.hosts) + 1:02x}"
        server = Server(name, conf, address=address, dialect=dialect, hardware=hardware, seed=self.seed)
        host = self.hosts[name] = Host(server)
        return host

    def start(self, name: str) -> None:
        """Start the server with what is on its disk; nothing if it runs."""
        host = self.hosts[name]
        if not host.running:
            host.life += 1
            self.tell(host, Start(tuple(host.disk.records)))

    def stop(self, name: str) -> None:
        """End the server with SIGTERM."""
        if self.hosts[name].running:
            self.tell(self.hosts[name], Terminate())

    def crash(self, name: str, *, lost: int = 0) -> None:
        """End the server at once; the disk loses what was not committed and ``lost`` blocks more."""
        host = self.hosts[name]
        if host.running:
            host.server.running = False
            host.disk.crash(lost=lost)
            self._gone(host)

    def set_state(self, name: str, state: FailoverState) -> None:
        """The operator sets the state of the server's relationships; nothing if it does not run."""
        host = self.hosts[name]
        for relationship in list(host.server.relationships) if host.running else ():
            self.tell(host, SetState(relationship, state))

    def shut_down(self, name: str) -> None:
        """The operator shuts the server down over OMAPI."""
        if self.hosts[name].running:
            self.tell(self.hosts[name], ControlShutdown())

    def set_clock(self, name: str, offset: int) -> None:
        """From now on the clock of a host is off by that many microseconds; timers keep their local time.

        The server does not notice before it wakes: what has become due waits for the next timer that was due
        anyway, or for the next packet.
        """
        host = self.hosts[name]
        host.clock.step(self.now, offset)
        host.stepped = True
        for key, at in host.timers.items():
            if (when := host.clock.world(at)) > self.now:
                self.at(when, self._fire, host, host.life, key, at)

    def _catch_up(self, host: Host) -> None:
        """The server has woken after a step of its clock: every timer that is due by now fires."""
        host.stepped = False
        for key, at in host.timers.items():
            if host.clock.world(at) <= self.now:
                self.at(self.now, self._fire, host, host.life, key, at)

    # --- the link ------------------------------------------------------------------------------

    def cut(self, sender: str | None = None) -> None:
        """Cut the ways between all hosts, or those of one sender."""
        for one in self.hosts:
            for other in self.hosts:
                if one != other and sender in (None, one):
                    self.network.way(one, other).cut = True

    def delay(self, microseconds: int) -> None:
        """Every message takes that much longer."""
        for one in self.hosts:
            for other in self.hosts:
                if one != other:
                    self.network.way(one, other).delay = LINK_DELAY + microseconds

    def heal(self) -> None:
        """No way is cut or delayed any longer; TCP delivers what it held."""
        for way in self.network.ways():
            way.cut, way.delay = False, LINK_DELAY
        for connection in list(self._connections.values()):
            self.at(self.now + RETRANSMIT, self._resume, connection)

    def _resume(self, connection: Connection) -> None:
        for receiver, held in connection.held.items():
            if self.network.way(connection.other(receiver), receiver).cut:
                continue
            while held:
                message = held.popleft()
                self._transmit(connection, connection.other(receiver), message)
        self._part(connection)

    # --- time ----------------------------------------------------------------------------------

    def at(self, when: int, what: Callable[..., None], *arguments: Any) -> None:
        """Have something done at a moment of the world."""
        self._number += 1
        heappush(self._queue, (when, self._number, what, arguments))

    def run(self, until: int) -> None:
        """Let time pass until that moment."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            self.now, _, what, arguments = heappop(queue)
            what(*arguments)
        self.now = until

    def tell(self, host: Host, event: Event) -> None:
        """Have a host deal with an event, and do what it wants done."""
        life, seen, does = host.life, self.on_effect, self._does
        for effect in host.server.handle(event, host.clock.local(self.now)):
            if seen is not None:
                seen(host, effect)
            if host.life == life and (act := does.get(type(effect))) is not None:
                act(host, effect)
        if host.stepped:
            self._catch_up(host)
        for check in self.after:
            check(host, event)

    def _later(self, host: Host, life: int, event: Event) -> None:
        if host.life == life and host.running:
            self.tell(host, event)

    # --- effects -------------------------------------------------------------------------------

    def _write(self, host: Host, record: Record | StateRecord) -> None:
        host.disk.write(record)

    def _commit(self, host: Host, _: Commit) -> None:
        host.disk.commit()

    def _rewrite(self, host: Host, effect: Rewrite) -> None:
        host.disk.replace(effect.records)

    def _set_timer(self, host: Host, effect: SetTimer) -> None:
        if effect.at is None:
            host.timers.pop(effect.key, None)
            return
        at = effect.at if self.due is None else self.due(host.name, effect.key, effect.at)
        host.timers[effect.key] = at
        when = max(self.now, host.clock.world(at))
        self.at(when, self._fire, host, host.life, effect.key, at)

    def _fire(self, host: Host, life: int, key: tuple[str, Any], at: int) -> None:
        if host.life == life and host.timers.get(key) == at:
            if host.clock.local(self.now) < at:
                return
            del host.timers[key]
            self.tell(host, Fired(key))

    def _answer(self, host: Host, reply: Reply) -> None:
        if self.on_reply is not None:
            self.at(self.now + CLIENT_DELAY, self.on_reply, host, reply)

    def deliver(self, name: str, packet: Packet) -> None:
        """A client's packet is on its way to a server."""
        host = self.hosts[name]
        self.at(self.now + CLIENT_DELAY, self._later_any, host, packet)

    def _later_any(self, host: Host, event: Event) -> None:
        if host.running:
            self.tell(host, event)

    def _ping(self, host: Host, effect: Ping) -> None:
        if effect.ip in self.strangers:
            self.at(self.now + CLIENT_DELAY, self._later, host, host.life, PingAnswered(effect.ip))

    def _exited(self, host: Host, effect: Exit) -> None:
        if effect.flushed:
            host.disk.commit()
        else:
            host.disk.crash()
        self._gone(host)

    # --- connections ---------------------------------------------------------------------------

    def _gone(self, host: Host) -> None:
        """The process has ended: its kernel closes its connections."""
        host.life += 1
        host.timers.clear()
        for connection in list(self._connections.values()):
            if host.name in connection.open_for:
                self._leave(connection, host.name)

    def _dial(self, host: Host, effect: Dial) -> None:
        conf = host.server.relationships[effect.relationship].conf
        other = self._at_address(conf.peer_address, conf.peer_port)
        if other is None:
            failed = DialFailed(effect.relationship, unreachable=True)
            self.at(self.now + NO_ROUTE_SECONDS * SECOND, self._later, host, host.life, failed)
        else:
            delay = self.network.way(host.name, other.name).delay
            self.at(self.now + delay, self._knock, host, host.life, other, effect.relationship, 0)

    def _knock(self, host: Host, life: int, other: Host, relationship: str, tries: int) -> None:
        """One SYN of a connection attempt; TCP tries again with twice the pause where no answer comes."""
        if host.life != life or not host.running:
            return
        prompt = self.network.way(host.name, other.name).delay < SECOND
        wait = self.connects(self.now) if self.connects is not None and other.running and prompt else None
        if wait is not None and wait > self.now:
            self.at(wait, self._connect_once, host, life, other, relationship)
        elif self.network.passes(host.name, other.name):
            self._connect(host, life, other, relationship)
        elif tries < SYN_TRIES:
            at = self.now + SECOND * 2**tries
            self.at(at, self._knock, host, life, other, relationship, tries + 1)
        else:
            self.tell(host, DialFailed(relationship, unreachable=True))

    def _at_address(self, address: str | None, port: int) -> Host | None:
        for host in self.hosts.values():
            for conf in host.server.conf.peers:
                if conf.address == address and conf.port == port:
                    return host
        return None

    def _connect_once(self, host: Host, life: int, other: Host, relationship: str) -> None:
        """Of attempts that are told to succeed at the same moment, only the first does."""
        if not any(one.joins(host.name, other.name) for one in self._connections.values()):
            self._connect(host, life, other, relationship)

    def _connect(self, host: Host, life: int, other: Host, relationship: str) -> None:
        if host.life != life or not host.running:
            return
        if not other.running or not self.network.passes(host.name, other.name):
            self.tell(host, DialFailed(relationship))
            return
        self._number += 1
        connection = Connection(self._number, host.name, other.name, {host.name, other.name})
        self._connections[connection.number] = connection
        up = self.now + self.network.way(other.name, host.name).delay
        lives = (host.life, other.life)
        self.at(up, self._up, connection, lives, LinkUp(connection.number, relationship))

    def _up(self, connection: Connection, lives: tuple[int, int], event: LinkUp) -> None:
        """The dialling side has its connection; the other side has it when the last word arrives there."""
        host, other = self.hosts[connection.a], self.hosts[connection.b]
        if lives != (host.life, other.life) or connection.number not in self._connections:
            return
        incoming = LinkIn(connection.number, host.server.address)
        self.at(
            self.network.arrival(self.now, connection, host.name), self._later, other, other.life, incoming
        )
        self.tell(host, event)

    def _send(self, host: Host, effect: Send) -> None:
        connection = self._connections.get(effect.link)
        if connection is not None and host.name in connection.open_for:
            self._transmit(connection, host.name, effect.message)

    def _transmit(self, connection: Connection, sender: str, message: Any) -> None:
        receiver = connection.other(sender)
        if self.network.way(sender, receiver).cut:
            connection.held.setdefault(receiver, deque()).append(message)
            return
        at = self.network.arrival(self.now, connection, sender)
        self.at(at, self._arrive, connection, sender, message)

    def _arrive(self, connection: Connection, sender: str, message: Any) -> None:
        receiver = connection.other(sender)
        if self.network.way(sender, receiver).cut:
            connection.held.setdefault(receiver, deque()).append(message)
        elif receiver in connection.open_for:
            self.tell(self.hosts[receiver], Received(connection.number, message))

    def _close(self, host: Host, effect: Close) -> None:
        connection = self._connections.get(effect.link)
        if connection is not None:
            self._leave(connection, host.name)

    def _leave(self, connection: Connection, name: str) -> None:
        """A host has closed its end; the other end hears of it when packets pass."""
        connection.open_for.discard(name)
        at = self.network.arrival(self.now, connection, name)
        self.at(at, self._part, connection)

    def _part(self, connection: Connection) -> None:
        if len(connection.open_for) == 2 or connection.number not in self._connections:
            return
        if connection.open_for and not self.network.passes(connection.a, connection.b):
            return
        del self._connections[connection.number]
        for name in connection.open_for:
            self.tell(self.hosts[name], LinkDown(connection.number))
