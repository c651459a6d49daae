"""Addresses that run out or stand unevenly, and what clients suffer."""

from typing import Any

from dhcplens.model.states import Role, Severity
from dhcplens.model.values import Finding
from tests.findings.making import asks, back, findings, interrupted, linked, ranged, restarted
from tests.pair.making import at, block, heard, message, move, notice, pool, server

NET = "10.69.0.0/16"


def with_a(*rows: dict[str, Any], partner: tuple[dict[str, Any], ...] = ()) -> dict[str, Finding]:
    """What is found when server a of a normal pair writes these rows."""
    return findings(
        server("a", *linked(), *rows, conf=ranged(Role.PRIMARY)),
        server("b", *linked(), *partner, conf=ranged(Role.SECONDARY)),
    )


def test_an_exhausted_pool() -> None:
    """Refusals on a network with a pool are a fault; on a network without one they are not."""
    found = with_a(*asks("09:00:00", 5, "no-free-leases", detail=NET))
    assert found["pool-exhausted"].start == at("09:00:00")
    assert found["pool-exhausted"].severity is Severity.CRITICAL
    assert "pool-exhausted" not in with_a(*asks("09:00:00", 5, "no-free-leases", detail="192.0.2.0/24"))
    assert "pool-exhausted" not in with_a(*asks("09:00:00", 2, "no-free-leases", detail=NET))


def test_networks_as_old_releases_write_them() -> None:
    """dhcpd 3.0 leaves out octets of the network."""
    assert "pool-exhausted" in with_a(*asks("09:00:00", 5, "no-free-leases", detail="10.69/16"))


def test_a_starved_survivor() -> None:
    """'peer holds all free leases' while the partner is away: starved; in normal operation: the balance."""
    rows = asks("09:30:00", 5, "peer-holds-all-free-leases")
    alone = findings(
        server("a", *linked(), *interrupted("09:00:00"), *rows, *back("09:50:01", "normal")),
        server("b", *linked(), *restarted("09:50:00")),
    )
    starved = alone["survivor-starved"]
    assert (starved.start, starved.servers) == (at("09:30:00"), ("a",))
    assert starved.consequence_of == "peer-down@2026-01-05T09:00:00+00:00"
    assert "pool-imbalance" not in alone
    normal = with_a(*rows)
    assert "survivor-starved" not in normal and "pool-imbalance" in normal


def test_a_pool_that_is_only_just_shared_out() -> None:
    """In the first minutes of normal operation one side may well have nothing yet."""
    assert "pool-imbalance" not in with_a(*asks("08:00:20", 5, "peer-holds-all-free-leases"))


def test_imbalance_that_does_not_heal() -> None:
    """IMBALANCED again and again is a fault until a balanced line; once is not."""
    bad = [pool(f"09:{minute:02}:00", 10, 200, 95, kind="imbalanced") for minute in (0, 5, 10)]
    found = with_a(*bad, pool("09:15:00", 105, 105, 0))
    assert (found["pool-imbalance"].start, found["pool-imbalance"].end) == (at("09:00:00"), at("09:15:00"))
    assert "pool-imbalance" not in with_a(bad[0], pool("09:05:00", 105, 105, 0))


def test_pool_requests_answered_with_nothing() -> None:
    """Two such answers are named; one is not."""
    refused = [
        notice(f"09:{minute:02}:00", "pool-request-refused", peer="dhcp-failover") for minute in (0, 1)
    ]
    assert with_a(*refused)["pool-request-refused"].servers == ("a",)
    assert "pool-request-refused" not in with_a(refused[0])


def test_counts_that_stay_apart() -> None:
    """Counts that differ three times in a row in normal operation differ; once, they are in flight."""
    first = [pool(f"09:{minute:02}:00", 100, 100, 0) for minute in (10, 20, 30)]
    far = tuple(pool(f"09:{minute:02}:05", 60, 100, 20) for minute in (10, 20, 30))
    near = (far[0], *(pool(f"09:{minute:02}:05", 99, 100, 0) for minute in (20, 30)))
    assert "diverged-pool-counts" in with_a(*first, partner=far)
    assert "diverged-pool-counts" not in with_a(*first, partner=near)


def test_clients_left_to_a_partner_who_never_hears_them() -> None:
    """Load balanced to a partner whose log does not know the client: a hole, unless it does know it."""
    left = asks("09:00:00", 4, "load-balanced-to-peer", detail="dhcp-failover")
    other = "00:16:3e:99:99:99"
    alive = tuple(message(f"09:{minute:02}:00", "ACK", other, ip="10.69.0.7") for minute in range(30))
    found = with_a(*left, partner=alive)
    assert found["load-balanced-into-a-hole"].start == at("09:00:00")
    heard_too = tuple({**row, "note": None, "detail": None} for row in left)
    assert "load-balanced-into-a-hole" not in with_a(*left, partner=(*alive, *heard_too))


def test_clients_without_an_answer() -> None:
    """A client that asks for minutes without a reason in the log is named; one answered late is not."""
    tries = [message(f"09:0{minute}:00", "DISCOVER", "00:16:3e:00:00:05") for minute in range(6)]
    assert "unanswered-clients" in with_a(*tries)
    answered = message("09:05:01", "OFFER", "00:16:3e:00:00:05", ip="10.69.0.9")
    assert "unanswered-clients" not in with_a(*tries, answered)
    told = [{**row, "note": "unknown-client"} for row in tries]
    assert "unanswered-clients" not in with_a(*told)


def test_a_storm_of_naks() -> None:
    """Twenty refusals within minutes are a storm where they are a good part of the answers."""
    naks = [message(f"09:00:{second:02}", "NAK", f"0:{second}", ip="10.69.0.9") for second in range(25)]
    assert "nak-storm" in with_a(*naks)
    acks = [
        message(f"09:00:{second:02}", "ACK", f"{number}:{second}", ip="10.69.0.9")
        for number in range(1, 6)
        for second in range(25)
    ]
    assert "nak-storm" not in with_a(*naks, *acks)
    assert "nak-storm" not in with_a(*naks[:10])


def test_clients_served_by_the_wrong_server() -> None:
    """Clients that both hear, answered by the one the hash does not name: split-drift."""
    macs = [f"00:16:3e:00:{number // 256:02x}:{number % 256:02x}" for number in range(60)]

    def life(number: int, mac: str) -> list[dict[str, Any]]:
        minute, second, ip = number // 2, number % 2 * 30, f"10.69.0.{number}"
        return [
            message(f"09:{minute:02}:{second:02}", "DISCOVER", mac),
            message(f"09:{minute:02}:{second + 1:02}", "OFFER", mac, ip=ip),
            message(f"09:{minute:02}:{second + 2:02}", "REQUEST", mac, ip=ip, server_id="10.69.0.251"),
            message(f"09:{minute:02}:{second + 2:02}", "ACK", mac, ip=ip),
        ]

    every = [row for number, mac in enumerate(macs) for row in life(number, mac)]
    filed = [block(f"10.69.0.{number}", "active", mac=mac) for number, mac in enumerate(macs)]
    heard_too = tuple(row for row in every if row["type"] == "DISCOVER")
    assert "split-drift" in with_a(*every, *filed, partner=heard_too)
    assert "split-drift" not in with_a(*every[:120], *filed, partner=heard_too[:30])
    assert "split-drift" not in with_a(*every, partner=heard_too)  # they may have identifiers that are hashed


def test_abandoned_addresses() -> None:
    """Five within an hour are many; two are not."""
    told = [
        notice(f"09:{minute:02}:00", "abandoning", level="error", ip=f"10.69.0.{minute}", reason="declined.")
        for minute in range(5)
    ]
    assert "abandoned-leases" in with_a(*told)
    assert "abandoned-leases" not in with_a(*told[:2])


def test_a_survivor_in_partner_down_says_when_it_may_take_over() -> None:
    """The clock time at which the partner's half may be used is the start of partner-down plus mclt."""
    found = findings(
        server(
            "a",
            *linked(),
            *interrupted("09:00:00"),
            move("09:10:00", "communications-interrupted", "partner-down"),
            *asks("09:20:00", 4, "peer-holds-all-free-leases"),
            heard("11:00:00", "normal", "recover"),
            conf=ranged(Role.PRIMARY),
        ),
        server("b", *linked(), conf=ranged(Role.SECONDARY)),
    )
    assert any("2026-01-05 09:40:00" in step for step in found["survivor-starved"].advice)
