"""The log of a busy server of a pair, as large as one likes."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

PEER = "dhcp-failover"
LESS_CRITICAL = "incoming update is less critical than outgoing update"
CLIENTS = 20_000
RELAYS = [f"10.{relay}.0.1" for relay in range(8)]


def write_log(path: Path, lines: int, *, host: str = "dhcp1", seed: int = 1) -> None:
    """Write about one day of a server that works at its limit; RFC 3164 frames with a pid."""
    rng = random.Random(seed)
    begin = datetime(2026, 3, 2)
    step = 86_400 / lines
    with path.open("w") as out:
        for number, (program, text) in zip(range(lines), _said(rng), strict=False):
            stamp = begin + timedelta(seconds=int(number * step))
            out.write(f"{stamp:%b} {stamp.day:2d} {stamp:%H:%M:%S} {host} {program}: {text}\n")


def _said(rng: random.Random) -> Iterator[tuple[str, str]]:
    clients = [_client(rng, number) for number in range(CLIENTS)]
    dhcpd = "dhcpd[1234]"
    while True:
        mac, name, via, address = clients[rng.randrange(CLIENTS)]
        chance = rng.random()
        ack = (dhcpd, f"DHCPACK on {address} to {mac} {name}via {via}")
        request = f"DHCPREQUEST for {address} from {mac} {name}via {via}"
        if chance < 0.55:
            yield from ((dhcpd, request), ack)
        elif chance < 0.70:
            yield dhcpd, f"DHCPDISCOVER from {mac} via {via}"
            yield dhcpd, f"DHCPOFFER on {address} to {mac} {name}via {via}"
            yield dhcpd, f"DHCPREQUEST for {address} (10.0.0.2) from {mac} {name}via {via}"
            yield ack
        elif chance < 0.82:
            yield dhcpd, f"DHCPDISCOVER from {mac} {name}via {via}: load balance to peer {PEER}"
        elif chance < 0.90:
            yield dhcpd, f"{request}: lease owned by peer"
        elif chance < 0.93:
            yield dhcpd, f"DHCPINFORM from {address} via {via}"
            yield dhcpd, f"DHCPACK to {address} ({mac}) via {via}"
        elif chance < 0.94:
            yield dhcpd, f"{request}: unknown lease {address}."
        elif chance < 0.95:
            yield dhcpd, f"DHCPRELEASE of {address} from {mac} {name}via {via} (found)"
        elif chance < 0.955:
            yield dhcpd, f"bind update on {address} from {PEER} rejected: {LESS_CRITICAL}"
        elif chance < 0.965:
            yield from _balance(rng, dhcpd)
        elif chance < 0.966:
            yield dhcpd, f"uid lease {address} for client {mac} is duplicate on 10.0.0.0/13"
        else:
            yield f"sshd[{rng.randrange(9999)}]", "Connection closed by 10.0.0.9 port 39122 [preauth]"


def _balance(rng: random.Random, dhcpd: str) -> Iterator[tuple[str, str]]:
    free, backup = rng.randrange(2000), rng.randrange(2000)
    counts = f"total 8000  free {free}  backup {backup}  lts {(free - backup) // 2}"
    pool = f"pool 55d0c8a1f{rng.randrange(4)}20 10.{rng.randrange(8)}.0.0/16"
    yield dhcpd, f"balancing {pool}  {counts}  max-own (+/-)200"
    yield dhcpd, f"balanced {pool}  {counts}  max-misbal 300"


def _client(rng: random.Random, number: int) -> tuple[str, str, str, str]:
    mac = (0x0017C4000000 + number * 37).to_bytes(6, "big").hex(":")
    relay = rng.randrange(8)
    name = f"(host-{number}) " if rng.random() < 0.8 else ""
    return mac, name, RELAYS[relay], f"10.{relay}.{number >> 8 & 255}.{number & 255}"
