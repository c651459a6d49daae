"""The lab at work: one loop that plays the scenario's events, its clients and the servers' logs."""

import contextlib
import os
import re
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from ipaddress import IPv4Address
from pathlib import Path

from dhcplens.model.states import BindingState, FailoverState, Subject
from dhcplens.replay.clients import Client, Outgoing
from dhcplens.replay.expectations import check
from dhcplens.replay.identities import identities
from dhcplens.replay.lab.clock import LabClock
from dhcplens.replay.lab.daemon import Daemon, DaemonError
from dhcplens.replay.lab.leasefile import last_bindings
from dhcplens.replay.lab.needs import Tools
from dhcplens.replay.lab.network import Network
from dhcplens.replay.lab.slowline import SlowLine
from dhcplens.replay.lab.sockets import ClientSockets
from dhcplens.replay.lab.syslog import Syslog
from dhcplens.replay.layout import LogWriter, server_folder
from dhcplens.replay.scenario import (
    Action,
    Crash,
    CutLink,
    DelayLink,
    EmptyLeases,
    End,
    Event,
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
from dhcplens.replay.timetable import AFTERWARDS, Alarms, Errand, run_errand, timetable
from dhcplens.replay.truth import HAPPENED, Expectation, Happened, Move, Truth

_MOVE = re.compile(r"failover peer .*: (I move|peer moves) from (\S+) to (\S+)")
_HAPPENED = {
    re.compile(r"Internet Systems Consortium DHCP Server"): HAPPENED["server-version"],
    re.compile(r"peer .*: disconnected$"): HAPPENED["peer-disconnected"],
    re.compile(r"balancing pool "): HAPPENED["balancing-pool"],
}
_SCRATCH = "dhcplens-lab-"


class Stage:
    """One run; ``close`` removes everything it made."""

    def __init__(self, scenario: Scenario, out: Path, tools: Tools, *, speed: float, seed: int) -> None:
        self._scenario = scenario
        self._clients = {name: Client(one, seed) for name, one in identities(scenario, seed).items()}
        self._by_hardware = {client.identity.chaddr: client for client in self._clients.values()}
        self.truth = Truth(scenario, seed, speed, f"dhcpd {_version(tools)}", self._clients)
        self._alarms = Alarms()
        self._plan = timetable(scenario, seed)
        self._over = False
        self._stack = contextlib.ExitStack()
        try:
            self._build(out, tools, speed)
        except BaseException:
            self.close()
            raise

    def _build(self, out: Path, tools: Tools, speed: float) -> None:
        _sweep()
        prefix = f"{_SCRATCH}{os.getpid()}-"
        scratch = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix)))
        self._network = Network(self._scenario, tools)
        self._stack.callback(self._network.close)
        self._sockets = ClientSockets(self._scenario, self._network.clients)
        self._stack.callback(self._sockets.close)
        self._clock = LabClock(self._scenario.begin.timestamp(), speed)
        self._selector = self._stack.enter_context(selectors.DefaultSelector())
        self._slow: SlowLine | None = None
        self._logs: dict[str, Syslog] = {}
        self._daemons: dict[str, Daemon] = {}
        for number, server in enumerate(self._scenario.servers):
            writer = LogWriter(out, self._scenario, server)
            self._stack.callback(writer.close)
            log = Syslog(scratch / f"log{number}", writer, self._clock)
            self._stack.callback(log.close)
            daemon = Daemon(
                server,
                self._network.servers[server.name],
                tools,
                self._clock,
                server_folder(out, server),
                scratch / f"log{number}",
            )
            self._stack.callback(daemon.close)
            self._logs[server.name], self._daemons[server.name] = log, daemon
            self._selector.register(log.socket, selectors.EVENT_READ)
        for one in self._sockets.all:
            self._selector.register(one, selectors.EVENT_READ)

    def close(self) -> None:
        """Ends the servers and removes namespaces, sockets and scratch files."""
        self._stack.close()

    # --- the witness of the expectations -------------------------------------------------------------

    @property
    def clients(self) -> Mapping[str, Client]:
        """The clients by name."""
        return self._clients

    def running(self, server: str) -> bool:
        """Whether the server's process lives."""
        return self._daemons[server].running

    def state(self, server: str) -> FailoverState | None:
        """The server's own state as it logged it last."""
        return self.truth.last_state(server, Subject.LOCAL)

    def partner_state(self, server: str) -> FailoverState | None:
        """Its partner's state as it logged it last."""
        return self.truth.last_state(server, Subject.PARTNER)

    def bindings(self, server: str) -> Mapping[IPv4Address, BindingState]:
        """What the lease file says last of each address."""
        return last_bindings(self._daemons[server].leases)

    # --- the play ------------------------------------------------------------------------------------

    def play(self) -> Truth:
        """Plays the scenario to its end."""
        self._clock.restart()
        for at, what in self._plan:
            self._serve_until(at)
            if isinstance(what, Errand):
                self._errand(what)
            else:
                self._event(what)
        for daemon in self._daemons.values():
            self.truth.bindings[daemon.server.name] = last_bindings(daemon.leases)
        self.truth.complete = True
        return self.truth

    def _serve_until(self, at: float) -> None:
        """Serves logs and clients until that lab moment."""
        while True:
            for client in self._alarms.due(self._clients, self._clock.lab()):
                self._send(client, client.tick(self._clock.lab()))
            alarm = self._alarms.next()
            patience = self._clock.real_until(at if alarm is None else min(at, alarm))
            if self._slow is not None and (waiting := self._slow.hand_on()) is not None:
                patience = min(patience, waiting)
            if self._selector.select(patience):
                self._listen()
            if self._clock.lab() >= at:
                return

    def _listen(self) -> None:
        for name, log in self._logs.items():
            for at, text in log.read():
                self._heard(name, at, text)
        for real, packet, server in self._sockets.read():
            if client := self._by_hardware.get(packet.chaddr):
                self._send(client, client.receive(packet, server, self._clock.lab(real)))
        if self._slow is not None:
            self._slow.take_in()

    def _heard(self, server: str, at: float, text: str) -> None:
        if found := _MOVE.match(text):
            subject = Subject.LOCAL if found[1] == "I move" else Subject.PARTNER
            self.truth.moves.append(Move(at, server, subject, found[2], found[3]))
        for line, what in _HAPPENED.items():
            if line.match(text):
                clock = at + self._logs[server].offset
                self.truth.happened.append(Happened(at, clock, server, what))

    def _send(self, client: Client, packets: list[Outgoing]) -> None:
        for packet in packets:
            self._sockets.send(packet, client.identity.relay)
            client.left(self._clock.lab())
        if not self._over:
            self._alarms.note(client)

    def _errand(self, errand: Errand) -> None:
        self._send(self._clients[errand.client], run_errand(errand, self._clients, self._clock.lab()))

    def _event(self, event: Event) -> None:
        at = self._clock.lab()
        self.truth.events.append((at, event))
        if isinstance(event.action, Expect):
            checked = check(event.action.condition, self._scenario, self)
            self.truth.expectations.append(Expectation(event, at, checked))
        try:
            self._do(event.action)
        except (DaemonError, RuntimeError) as error:
            self.truth.problems.append(f"line {event.line}: {error}")
        for daemon in self._daemons.values():
            if words := daemon.unexpected_end():
                self.truth.problems.append(f"before line {event.line}: {words}")

    def _do(self, action: Action) -> None:
        match action:
            case (
                Start(servers)
                | Stop(servers)
                | Crash(servers)
                | EmptyLeases(servers)
                | KeepLeases(servers)
                | RestoreLeases(servers)
                | PartnerDown(servers)
                | OperatorShutdown(servers)
            ):
                for name in servers:
                    _ON_DAEMON[type(action)](self._daemons[name])
            case SetClock(server, offset):
                self._daemons[server].set_clock(offset)
                self._logs[server].offset = offset
            case CutLink(sender):
                self._network.cut(sender)
            case HealLink():
                self._network.heal()
            case DelayLink(seconds):
                self._delay_link(seconds / self._clock.speed)
            case Stranger(address, present):
                self._network.stranger(address, present=present)
            case End():
                self._over, self._alarms = True, Alarms()
                self._serve_until(self._scenario.length + AFTERWARDS)
                for daemon in self._daemons.values():
                    daemon.freeze()
                self._listen()

    def _delay_link(self, seconds: float) -> None:
        if self._slow is None:
            self._slow = SlowLine(self._network.hub)
            self._stack.callback(self._slow.close)
            self._selector.register(self._slow, selectors.EVENT_READ)
        self._slow.delay = seconds
        self._network.heal()
        self._network.slow()


_ON_DAEMON = {
    Start: Daemon.start,
    Stop: Daemon.stop,
    Crash: Daemon.crash,
    EmptyLeases: Daemon.empty_leases,
    KeepLeases: Daemon.keep_leases,
    RestoreLeases: Daemon.restore_leases,
    PartnerDown: Daemon.partner_down,
    OperatorShutdown: Daemon.operator_shutdown,
}


def _sweep() -> None:
    """Removes the scratch files of runs that were killed; everything else of theirs has died with them."""
    for old in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*-*"):
        owner = old.name.removeprefix(_SCRATCH).split("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(old, ignore_errors=True)


def _version(tools: Tools) -> str:
    said = subprocess.run([tools.dhcpd, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"isc-dhcpd-(\S+)", said.stdout + said.stderr)
    return found[1] if found else "of unknown version"
