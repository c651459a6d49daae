"""Small incidents, and what is found in them."""

from ipaddress import IPv4Address
from typing import Any

from dhcplens.findings import examine
from dhcplens.model.conf import DhcpdConf, FailoverPeer, LeaseTimes, Pool, Range
from dhcplens.model.loadbalance import split_buckets
from dhcplens.model.states import Role
from dhcplens.model.values import Finding
from dhcplens.pair import build
from tests.pair.making import PEER, banner, heap, heard, lost, message, move, notice

Row = dict[str, Any]


def findings(*servers: Any, **settings: dict[str, float]) -> dict[str, Finding]:
    """What is found about these servers, by name (of several of a name, the last)."""
    found = examine(build(heap(*servers)), settings)
    assert not found.failures
    return {one.name: one for one in found.findings}


def linked(clock: str = "08:00:00") -> list[Row]:
    """A server starts and finds its partner."""
    return [
        banner(clock),
        move(clock, "normal", "startup"),
        heard(clock, "normal", "normal"),
        move(clock, "startup", "normal"),
    ]


def interrupted(clock: str) -> list[Row]:
    """A server loses its partner."""
    return [lost(clock), move(clock, "normal", "communications-interrupted")]


def back(clock: str, heard_as: str = "communications-interrupted") -> list[Row]:
    """A server finds its partner again."""
    return [heard(clock, "normal", heard_as), move(clock, "communications-interrupted", "normal")]


def restarted(clock: str) -> list[Row]:
    """A server starts and hears that its partner had missed it."""
    return [
        banner(clock),
        move(clock, "normal", "startup"),
        heard(clock, "normal", "communications-interrupted"),
        move(clock, "startup", "normal"),
    ]


def served(start: str, minutes: int, mac: str = "00:16:3e:00:00:01", ip: str = "10.69.0.9") -> list[Row]:
    """A client renews once a minute."""
    hour, minute, second = (int(part) for part in start.split(":"))
    return [
        message(
            f"{(hour * 60 + minute + number) // 60:02}:{(minute + number) % 60:02}:{second:02}",
            "ACK",
            mac,
            ip=ip,
        )
        for number in range(minutes)
    ]


def asks(clock: str, number: int, note: str, every: int = 2, **columns: Any) -> list[Row]:
    """DISCOVERs with a suffix, from different clients, some seconds apart."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    begin = hour * 3600 + minute * 60 + second
    rows = []
    for place in range(number):
        moment = begin + place * every
        at = f"{moment // 3600:02}:{moment // 60 % 60:02}:{moment % 60:02}"
        rows.append(message(at, "DISCOVER", f"00:16:3e:00:01:{place:02x}", note=note, **columns))
    return rows


def refusal(clock: str, reason: str) -> Row:
    """A connection is refused."""
    return notice(clock, "connect-failed", peer="dhcp-failover", level="error", reason=reason)


def ranged(
    role: Role,
    low: str = "10.69.0.1",
    high: str = "10.69.0.240",
    *,
    lease: int = 21600,
    relationship: str | None = PEER,
) -> DhcpdConf:
    """A configuration with one pool; ``relationship`` is what the pool refers to."""
    primary = role is Role.PRIMARY
    peer = FailoverPeer(
        PEER,
        role,
        "10.69.0.251" if primary else "10.69.0.252",
        "10.69.0.252" if primary else "10.69.0.251",
        mclt=1800 if primary else None,
        split=128 if primary else None,
        hba=split_buckets(128) if primary else None,
        line=6,
    )
    part = Range(IPv4Address(low), IPv4Address(high))
    pool = Pool("10.69.0.0/16", (part,), relationship, LeaseTimes(default=lease, max=2 * lease), line=20)
    return DhcpdConf(f"{role}.conf", (peer,), (pool,))
