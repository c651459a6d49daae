"""A scenario played by the embedded engine: the same clients, timetable and folder layout as the lab."""

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from dhcplens.engine.dialect import V4_4_3, Dialect
from dhcplens.engine.events import SECOND, Effect, Log, Reply, StateRecord
from dhcplens.engine.events import Packet as EnginePacket
from dhcplens.engine.leases import Record
from dhcplens.engine.world import CLIENT_DELAY, Host, World
from dhcplens.ingest.conf import parse_conf, view
from dhcplens.model.states import BindingState, FailoverState, MessageType, Subject
from dhcplens.replay import write
from dhcplens.replay.clients import Client, Outcome, Outgoing, Packet
from dhcplens.replay.expectations import check
from dhcplens.replay.identities import identities
from dhcplens.replay.layout import LogWriter
from dhcplens.replay.recorded import Arrived, Course
from dhcplens.replay.scenario import (
    Action,
    Crash,
    CutLink,
    DelayLink,
    EmptyLeases,
    End,
    Expect,
    HealLink,
    KeepLeases,
    OperatorShutdown,
    PartnerDown,
    RestoreLeases,
    Scenario,
    SetClock,
    Start,
    Stop,
    Stranger,
)
from dhcplens.replay.scenario import Event as ScenarioEvent
from dhcplens.replay.timetable import AFTERWARDS, Errand, run_errand, timetable
from dhcplens.replay.truth import HAPPENED, Expectation, Happened, Move, Truth

_ETHERNET = b"\x01"
_FIRST_PID = 1000
BETWEEN_ENDS = SECOND // 10
AFTER_UPDATE = SECOND // 5
ON_THE_WAY = 2 * CLIENT_DELAY
MOST_LATE = 5 * SECOND
EARLY = 5 * SECOND
"""Microseconds by which a client's timers may be behind those of the recorded run."""


def play(
    scenario: Scenario,
    out: Path,
    *,
    seed: int,
    dialect: Dialect = V4_4_3,
    course: Course | None = None,
) -> Truth:
    """Plays the scenario with the engine into the folder, and writes ``truth.json`` there.

    With ``course``, what the scenario leaves open goes as it did in a recorded run.
    """
    out.mkdir(parents=True, exist_ok=True)
    run = Run(scenario, seed=seed, dialect=dialect, course=course)
    truth = run.play()
    run.save(out)
    truth.write(out)
    return truth


class Run:
    """One run in memory. ``lines`` has what each server logged: microseconds on its clock, process, line."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int,
        dialect: Dialect = V4_4_3,
        course: Course | None = None,
    ) -> None:
        self._course = course or Course({})
        self.scenario = scenario
        self.dialect = dialect
        self._begin = round(scenario.begin.timestamp() * SECOND)
        self._clients = {name: Client(one, seed) for name, one in identities(scenario, seed).items()}
        self._by_hardware = {_ETHERNET + one.identity.chaddr: one for one in self._clients.values()}
        self._relays = {relay.name: relay for relay in scenario.relays}
        self._servers = {int(server.address): server.name for server in scenario.servers}
        self._plan = timetable(scenario, seed)
        self._over = False
        self.truth = Truth(scenario, seed, 0.0, f"dhcplens engine {dialect.version}", self._clients)
        self.lines: dict[str, list[tuple[int, int, Log]]] = {server.name: [] for server in scenario.servers}
        self.world = World(self._begin, seed)
        self.world.on_effect = self._record
        self.world.on_reply = self._replied
        if self._course.connected:
            self.world.connects = self._connects
        if self._course.balances:
            self.world.due = self._due
        for server in scenario.servers:
            conf = view(parse_conf(server.conf, f"{server.name}/dhcpd.conf"))
            host = self.world.add(server.name, conf, server.address, dialect=dialect)
            host.server.put_off = self._put_off(server.name, host.server.put_off)

    def _connects(self, now: int) -> int | None:
        at = self._course.connects(now / SECOND)
        return None if at is None else round(at * SECOND)

    def _begins(self, server: str) -> int:
        """When the process that is started now begins its work."""
        began = self._course.started(server, self.world.now / SECOND)
        return self.world.now if began is None else round(began * SECOND)

    def _due(self, server: str, key: tuple[str, Any], at: int) -> int:
        """When a timer really fires that is due at that moment of the server's clock."""
        ran = self._course.balanced(server, at / SECOND) if key[0] == "balance" else None
        return at if ran is None else round(ran * SECOND)

    def _put_off(self, server: str, drawn: Callable[[int], int]) -> Callable[[int], int]:
        return lambda at: self._course.put_off(server, at, drawn(at))

    # --- the witness of the expectations -------------------------------------------------------

    @property
    def clients(self) -> Mapping[str, Client]:
        """The clients by name."""
        return self._clients

    def running(self, server: str) -> bool:
        """Whether the server's process lives."""
        return self.world.hosts[server].running

    def state(self, server: str) -> FailoverState | None:
        """The server's own state as it logged it last."""
        return self.truth.last_state(server, Subject.LOCAL)

    def partner_state(self, server: str) -> FailoverState | None:
        """Its partner's state as it logged it last."""
        return self.truth.last_state(server, Subject.PARTNER)

    def bindings(self, server: str) -> Mapping[IPv4Address, BindingState]:
        """What the lease file says last of each address."""
        records = self.world.hosts[server].disk.records
        return {IPv4Address(one.ip): one.state for one in records if isinstance(one, Record)}

    # --- the play ------------------------------------------------------------------------------

    def play(self) -> Truth:
        """Plays the scenario to its end."""
        for at, what in self._plan:
            self.world.run(self._micros(at))
            if isinstance(what, Errand):
                self._errand(what)
            else:
                self._event(what)
        for name in self.world.hosts:
            self.truth.bindings[name] = self.bindings(name)
        self.truth.complete = True
        return self.truth

    def save(self, out: Path) -> None:
        """Writes what the servers leave behind."""
        release = self.dialect.version.removeprefix("V")
        for server in self.scenario.servers:
            writer = LogWriter(out, self.scenario, server)
            for micros, pid, log in self.lines[server.name]:
                text = write.line(log.code, log.fields, release)
                at = (micros - self._begin) / SECOND
                writer.write(at, write.level(log.code, log.fields), "dhcpd", pid, text)
            writer.close()
            write.write_leases(out, server, self.records(server.name), self.dialect)

    def records(self, server: str) -> Sequence[Record | StateRecord]:
        """The blocks of the server's lease file."""
        return self.world.hosts[server].disk.records

    def _micros(self, at: float) -> int:
        return self._begin + round(at * SECOND) + 1

    def _lab(self) -> float:
        return (self.world.now - self._begin) / SECOND

    def _errand(self, errand: Errand) -> None:
        client = self._clients[errand.client]
        began = self._course.began(errand.client, len(client.transactions))
        late = 0.0 if began is None else began - self.world.now / SECOND
        at = self._lab() + (late if 0 < late < MOST_LATE / SECOND else 0.0)
        self._send(client, run_errand(errand, self._clients, at))

    def _event(self, event: ScenarioEvent) -> None:
        self.truth.events.append((self._lab(), event))
        if isinstance(event.action, Expect):
            checked = check(event.action.condition, self.scenario, self)
            self.truth.expectations.append(Expectation(event, self._lab(), checked))
        self._do(event.action)

    def _do(self, action: Action) -> None:
        world = self.world
        match action:
            case Start(servers):
                for name in servers:
                    world.at(self._begins(name), world.start, name)
                world.run(world.now)
            case Stop(servers):
                self._one_after_another(world.stop, servers)
            case Crash(servers):
                self._one_after_another(world.crash, servers)
            case EmptyLeases(servers):
                for name in servers:
                    world.hosts[name].disk.empty()
            case KeepLeases(servers):
                for name in servers:
                    world.hosts[name].disk.keep()
            case RestoreLeases(servers):
                for name in servers:
                    world.hosts[name].disk.restore()
            case SetClock(server, offset):
                world.set_clock(server, round(offset * SECOND))
            case PartnerDown(servers):
                for name in servers:
                    world.set_state(name, FailoverState.PARTNER_DOWN)
            case OperatorShutdown(servers):
                for name in servers:
                    world.shut_down(name)
            case CutLink(sender):
                world.cut(sender)
            case HealLink():
                world.heal()
            case DelayLink(seconds):
                world.delay(round(seconds * SECOND))
            case End():
                self._over = True
                world.run(world.now + round(AFTERWARDS * SECOND))
            case Stranger(address, present):
                (world.strangers.add if present else world.strangers.discard)(int(address))

    def _one_after_another(self, end: Callable[[str], None], servers: Sequence[str]) -> None:
        """Two servers do not end in the same moment: the second one sees the first one go."""
        for place, name in enumerate(servers):
            self.world.at(self.world.now + place * BETWEEN_ENDS, end, name)
        self.world.run(self.world.now)

    # --- clients -------------------------------------------------------------------------------

    def _send(self, client: Client, packets: Sequence[Outgoing]) -> None:
        for one in packets:
            at = self._leaving(client, len(client.transactions) - 1, len(client.transactions[-1].sent) - 1)
            self.world.at(at, self._put_on_the_wire, client, one)
        if client.timer is not None:
            due, left = self._micros(client.timer), self._leaves(client)
            at = left if left > due - EARLY else due
            self.world.at(max(self.world.now, at), self._tick, client, client.timer)

    def _put_on_the_wire(self, client: Client, one: Outgoing) -> None:
        if one.to is None:
            relay = self._relays[client.identity.relay]
            packet = _packet(one.packet, int(relay.address), str(relay.address))
            for name in relay.servers:
                late = self._late(client, name, packet)
                self.world.at(self.world.now + late, self.world.deliver, name, packet)
        elif (server := self._servers.get(int(one.to))) is not None:
            self.world.deliver(server, _packet(one.packet, 0, "eth0"))

    def _leaving(self, client: Client, number: int, packet: int) -> int:
        """When a packet that may leave now does: a little later where it did so in the recorded run."""
        now = self.world.now
        left = self._course.leaves(client.identity.name, number, packet)
        at = now if left is None else round(left * SECOND)
        return at if now < at < now + MOST_LATE else now

    def _late(self, client: Client, server: str, packet: EnginePacket) -> int:
        """How much later a server deals with a request than others do.

        A busy server confirms late; one that the request is not meant for confirms it only when it has heard
        of it from the other one.
        """
        if packet.type is not MessageType.REQUEST:
            return 0
        meant = self._servers.get(packet.server_id, server)
        name, number = client.identity.name, len(client.transactions) - 1
        if self._course.follows(name, number, server, meant):
            return AFTER_UPDATE
        ack = self._course.arrives(name, number, Arrived(self.world.now / SECOND, "ACK", server))
        return 0 if ack is None else max(0, round(ack * SECOND) - ON_THE_WAY - self.world.now)

    def _next(self, client: Client) -> tuple[int, int]:
        """Number of the transaction that the client's timer goes on with or begins, and of its packet."""
        number, packet = len(client.transactions) - 1, len(client.transactions[-1].sent)
        known = self._course.leaves(client.identity.name, number, packet) is not None
        goes_on = known and client.transactions[-1].outcome is Outcome.OPEN
        return (number, packet) if goes_on else (number + 1, 0)

    def _leaves(self, client: Client) -> int:
        """When the client's next packet left in the recorded run; 0 if that is not known."""
        left = self._course.leaves(client.identity.name, *self._next(client))
        return 0 if left is None else round(left * SECOND)

    def _tick(self, client: Client, timer: float) -> None:
        if client.timer == timer and not self._over:
            secs = self._course.secs(client.identity.name, *self._next(client))
            at = min(client.transactions[-1].began + secs, self._lab())
            self._send(client, client.tick(max(timer, at)))

    def _replied(self, host: Host, reply: Reply) -> None:
        client = self._by_hardware.get(reply.packet.hardware)
        if client is None:
            return
        answer = Arrived(self.world.now / SECOND, reply.type, host.name)
        arrives = self._course.arrives(client.identity.name, len(client.transactions) - 1, answer)
        at = self.world.now if arrives is None else round(arrives * SECOND)
        if at > self.world.now:
            self.world.at(at, self._received, host, reply, client)
        else:
            self._received(host, reply, client)

    def _received(self, host: Host, reply: Reply, client: Client) -> None:
        answer = Packet(
            kind=reply.type,
            xid=reply.packet.xid,
            chaddr=client.identity.chaddr,
            yiaddr=IPv4Address(reply.ip),
            server_id=IPv4Address(reply.server_id),
            lease_time=reply.lease_time or None,
        )
        address = IPv4Address(host.server.address)
        self._send(client, client.receive(answer, address, self._lab()))

    # --- what is written down ------------------------------------------------------------------

    def _record(self, host: Host, effect: Effect) -> None:
        if isinstance(effect, Log):
            micros = host.clock.local(self.world.now)
            self.lines[host.name].append((micros, _FIRST_PID + host.life, effect))
            if effect.code in _SUBJECTS:
                old, new = effect.fields["old"].value, effect.fields["new"].value
                self.truth.moves.append(Move(self._lab(), host.name, _SUBJECTS[effect.code], old, new))
            elif effect.code in HAPPENED:
                clock = (micros - self._begin) / SECOND
                what = HAPPENED[effect.code]
                self.truth.happened.append(Happened(self._lab(), clock, host.name, what))


_SUBJECTS = {"local-move": Subject.LOCAL, "partner-move": Subject.PARTNER}


def _packet(packet: Packet, giaddr: int, via: str) -> EnginePacket:
    """A client's packet as it reaches a server: through the relay, or straight."""
    return EnginePacket(
        type=packet.kind,
        hardware=_ETHERNET + packet.chaddr,
        client=packet.chaddr.hex(":"),
        uid=packet.identifier or b"",
        ciaddr=int(packet.ciaddr),
        requested=int(packet.requested or 0),
        server_id=int(packet.server_id or 0),
        secs=packet.secs,
        giaddr=giaddr,
        via=via,
        hostname=packet.hostname or "",
        lease_time=packet.lease_time or 0,
        xid=packet.xid,
    )
