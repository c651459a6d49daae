"""The logs and lease files of one busy pair, as large as one likes, that agree with each other."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TextIO

from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.lease import Lease
from dhcplens.ingest.leases.printer import header_text, lease_text, state_text
from dhcplens.model.loadbalance import client_hash

PEER = "dhcp-failover"
CLIENTS = 20_000
HOSTS = ("dhcp1", "dhcp2")
_BEGIN = 1_772_409_600  # 2026-03-02
_DAY = 86_400
_TERM = 3600
_OUTAGES = (18_000, 50_400)  # seconds of the day at which the link is lost
_OUTAGE = 60
_VENDORS = ("MSFT 5.0", "android-dhcp-13", "udhcp 1.36.1", "dhcpcd-9.4.1:Linux-6.1.0:x86_64:GenuineIntel")


class Client(NamedTuple):
    """A client, and the number of the server that the split gives it to."""

    mac: bytes
    ip: str
    name: str
    via: str
    server: int

    @property
    def shown(self) -> str:
        """As most lines of dhcpd name it."""
        named = f"({self.name}) " if self.name else ""
        return f"{self.mac.hex(':')} {named}via {self.via}"


class _Log:
    """One server's log; full after so many lines."""

    def __init__(self, out: TextIO, server: int, lines: int) -> None:
        self._out, self._lines = out, lines
        self._host = HOSTS[server]
        self._program = f"dhcpd[{1234 + server}]"
        self.written = 0

    @property
    def full(self) -> bool:
        return self.written >= self._lines

    def write(self, stamp: str, text: str, program: str | None = None) -> None:
        if not self.full:
            self._out.write(f"{stamp} {self._host} {program or self._program}: {text}\n")
            self.written += 1


class _Leases:
    """Both lease files, which grow evenly over the day to so many blocks: a renewal is not always written."""

    def __init__(self, outs: tuple[TextIO, TextIO], blocks: int) -> None:
        self._outs, self._blocks = outs, blocks
        self._written = 0
        for out, mclt in zip(outs, (None, 1800), strict=True):
            out.write(header_text())
            out.write(state_text(StateBlock(PEER, "normal", _BEGIN, "normal", _BEGIN, mclt)))

    def write(self, client: Client, now: int, *states: str) -> None:
        if self._written * _DAY >= self._blocks * (now - _BEGIN):
            return
        for state in states:
            text = lease_text(_lease(client, now, state))
            for out in self._outs:
                out.write(text)
        self._written += len(states)


def write_pair(folder: Path, lines: int, blocks: int, seed: int = 1) -> list[Path]:
    """Write a day of two servers, ``lines`` and ``blocks`` each; gives the paths of both logs."""
    rng = random.Random(seed)
    for host in HOSTS:
        (folder / host).mkdir(parents=True)
    with ExitStack() as open_files:
        first, second = ((folder / host / "messages").open("w") for host in HOSTS)
        leases = tuple((folder / host / "dhcpd.leases").open("w") for host in HOSTS)
        for file in (first, second, *leases):
            open_files.enter_context(file)
        _day(rng, (_Log(first, 0, lines), _Log(second, 1, lines)), _Leases(leases, blocks), lines)
    return [folder / host / "messages" for host in HOSTS]


def _day(rng: random.Random, logs: tuple[_Log, _Log], leases: _Leases, lines: int) -> None:
    known = [_client(number) for number in range(CLIENTS)]
    changes = _changes()
    due, texts = next(changes)
    stamp, stamped = "", 0
    while not all(log.full for log in logs):
        now = _BEGIN + max(log.written for log in logs) * _DAY // lines
        if now != stamped:
            stamp, stamped = f"{datetime.fromtimestamp(now, UTC):%b %e %H:%M:%S}", now
        if now >= due:
            for text in texts:
                for log in logs:
                    log.write(stamp, text)
            due, texts = next(changes)
        _event(rng, known[rng.randrange(CLIENTS)], stamp, now, logs, leases)


def _changes() -> Iterator[tuple[int, tuple[str, ...]]]:
    """What both servers say of the pair, and when."""
    yield (
        _BEGIN,
        (
            "Internet Systems Consortium DHCP Server 4.4.3-P1",
            f"failover peer {PEER}: I move from normal to startup",
            "Server starting service.",
            f"failover peer {PEER}: peer moves from normal to normal",
            f"failover peer {PEER}: I move from startup to normal",
        ),
    )
    lost, alone = "normal", "communications-interrupted"
    for begin in _OUTAGES:
        yield (
            _BEGIN + begin,
            (f"peer {PEER}: disconnected", f"failover peer {PEER}: I move from {lost} to {alone}"),
        )
        yield (
            _BEGIN + begin + _OUTAGE,
            (
                f"failover peer {PEER}: peer moves from normal to normal",
                f"failover peer {PEER}: I move from {alone} to {lost}",
                f"failover peer {PEER}: Both servers normal",
            ),
        )
    yield _BEGIN + 2 * _DAY, ()


def _event(
    rng: random.Random, client: Client, stamp: str, now: int, logs: tuple[_Log, _Log], leases: _Leases
) -> None:
    """What one client, or nobody, does; both servers hear what is broadcast."""
    mine, other = logs[client.server], logs[1 - client.server]
    mac, ip, via, shown = client.mac.hex(":"), client.ip, client.via, client.shown
    chance = rng.random()
    if chance < 0.53:
        mine.write(stamp, f"DHCPREQUEST for {ip} from {shown}")
        mine.write(stamp, f"DHCPACK on {ip} to {shown}")
        leases.write(client, now, "active")
        if chance < 0.12:
            other.write(stamp, f"DHCPREQUEST for {ip} from {shown}: lease owned by peer")
    elif chance < 0.80:
        mine.write(stamp, f"DHCPDISCOVER from {mac} via {via}")
        mine.write(stamp, f"DHCPOFFER on {ip} to {shown}")
        mine.write(stamp, f"DHCPREQUEST for {ip} (10.0.0.{2 + client.server}) from {shown}")
        mine.write(stamp, f"DHCPACK on {ip} to {shown}")
        other.write(stamp, f"DHCPDISCOVER from {shown}: load balance to peer {PEER}")
        leases.write(client, now, "active")
    elif chance < 0.86:
        mine.write(stamp, f"DHCPINFORM from {ip} via {via}")
        mine.write(stamp, f"DHCPACK to {ip} ({mac}) via {via}")
    elif chance < 0.88:
        mine.write(stamp, f"DHCPRELEASE of {ip} from {shown} (found)")
        leases.write(client, now, "active", "released", ("free", "backup")[client.server])
    elif chance < 0.89:
        reason = "incoming update is less critical than outgoing update"
        mine.write(stamp, f"bind update on {ip} from {PEER} rejected: {reason}")
    elif chance < 0.91:
        for server, log in enumerate(logs):
            for text in _balance(rng, server):
                log.write(stamp, text)
    else:
        text = "Connection closed by 10.0.0.9 port 39122 [preauth]"
        mine.write(stamp, text, f"sshd[{rng.randrange(9999)}]")


def _balance(rng: random.Random, server: int) -> Iterator[str]:
    """Pool lines as this server sees them: ``lts`` counts from the logger's own side."""
    free, backup = 3000 + rng.randrange(400), 3000 + rng.randrange(400)
    network = rng.randrange(8)
    lts = (free - backup if server == 0 else backup - free) // 2
    pool = f"pool 55d0c8a1f{network}20 10.{network}.0.0/16"
    counts = f"total 8000  free {free}  backup {backup}  lts {lts}"
    yield f"balancing {pool}  {counts}  max-own (+/-)700"
    yield f"balanced {pool}  {counts}  max-misbal 1050"


def _client(number: int) -> Client:
    mac = (0x0017C4000000 + number * 37).to_bytes(6, "big")
    relay = number % 8
    name = f"host-{number}" if number % 5 else ""
    ip = f"10.{relay}.{number >> 8 & 255}.{number & 255}"
    return Client(mac, ip, name, f"10.{relay}.0.1", int(client_hash(b"\x01" + mac) >= 128))


def _lease(client: Client, now: int, state: str) -> Lease:
    lease = Lease(client.ip, mac=client.mac, hardware="ethernet", uid=b"\x01" + client.mac)
    lease.state, lease.hostname = state, client.name or None
    if state == "active":
        lease.next_state, lease.rewind_state = "expired", "active"
        end = now + _TERM
        lease.stamps = {"starts": now, "ends": end, "tstp": end + 1800, "tsfp": end + 1800, "cltt": now}
        lease.options = {"set": {"vendor-class-identifier": _VENDORS[client.mac[5] % 4]}}
    else:
        lease.next_state = lease.rewind_state = "free" if state == "released" else state
        lease.stamps = {"starts": now - _TERM // 2, "ends": now, "tstp": now, "tsfp": now, "cltt": now}
    return lease
