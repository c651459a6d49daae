"""Clock times of what comes."""

from typing import Any

from dhcplens.model.states import Role, Severity
from dhcplens.model.values import Finding
from dhcplens.pair import build
from tests.findings.cases import DOWN, MAC, PARTNER_DOWN, arrivals
from tests.findings.making import findings, interrupted, linked, ranged, served
from tests.pair.making import at, block, heap, message, move, pool, server


def alone(*rows: dict[str, Any], until: str = "09:20:00") -> dict[str, Finding]:
    """What is found when server a loses its partner at 09:00, mclt being 30 min."""
    return findings(
        server("a", *linked(), *interrupted("09:00:00"), *rows, *served(until, 1), conf=ranged(Role.PRIMARY))
    )


def test_when_the_partner_s_half_may_be_used() -> None:
    """In partner-down it is mclt after its begin, also after a restart; without it nothing is said."""
    found = alone(DOWN)["taking-over"]
    assert found.severity is Severity.INFO
    assert found.figures["usable"] == "2026-01-05 09:40:00"
    again = alone(
        DOWN, move("09:15:00", "partner-down", "startup"), move("09:15:15", "startup", "partner-down")
    )
    assert again["taking-over"].figures["usable"] == "2026-01-05 09:40:00"
    assert "taking-over" not in alone()


def test_an_address_that_was_sent_later_is_usable_later() -> None:
    """tsfp plus mclt counts where it is later than the begin of partner-down plus mclt."""
    half = block("10.69.0.3", "backup", starts="09:05:00", ends="08:30:00", tsfp="09:25:00")
    old = block("10.69.0.4", "backup", starts="08:05:00", ends="08:30:00", tsfp="08:05:00")
    assert (
        "1 address of it later, to 2026-01-05 09:55:00"
        in alone(DOWN, half, old, PARTNER_DOWN)["taking-over"].title
    )
    assert "later" not in alone(DOWN, old, PARTNER_DOWN)["taking-over"].title


def test_when_waiting_leases_become_free() -> None:
    """In partner-down at its begin plus mclt, or at their end; else they wait for the partner."""
    early = block("10.69.0.1", "expired", mac=MAC, starts="08:00:00", ends="09:01:00")
    late = block("10.69.0.2", "released", mac=MAC, starts="08:00:00", ends="09:50:00")
    found = alone(DOWN, early, late, PARTNER_DOWN)["waiting-leases"]
    assert found.title.endswith("become free from 2026-01-05 09:40:00 to 2026-01-05 09:50:00")
    assert found.figures["count"] == "2 leases"
    waits = alone(early, late)["waiting-leases"]
    assert "wait for the partner's word" in waits.title and "mclt (30 min)" in waits.title
    assert "waiting-leases" not in alone(DOWN, block("10.69.0.5", "free", ends="08:30:00"), PARTNER_DOWN)


def test_each_waiting_lease_has_its_time() -> None:
    """The pair's frame has them all, each with the line of its block."""
    early = block("10.69.0.1", "expired", mac=MAC, starts="08:00:00", ends="09:01:00")
    half = block("10.69.0.3", "backup", starts="08:00:00", ends="08:30:00")
    rows = (*linked(), *interrupted("09:00:00"), DOWN, early, half, PARTNER_DOWN)
    waits = build(heap(server("a", *rows, conf=ranged(Role.PRIMARY)))).waiting
    assert list(waits["why"]) == ["ended", "half"]
    assert set(waits["free_at"]) == {at("09:40:00")}
    assert list(waits["line"]) == [1, 2]


def test_when_a_lonely_half_runs_dry() -> None:
    """Twenty of thirty addresses go in twenty minutes: ten more minutes are left, at sixty an hour."""
    found = alone(pool("08:59:00", 30, 30, 0), *arrivals(20), until="09:20:30")["runs-dry"]
    assert found.servers == ("a",)
    assert found.figures["left"] == "10 addresses"
    assert float(found.figures["rate"]) == 58.5
    assert found.figures["interval"] == "20 min 30 s"
    assert found.figures["dry"].startswith("2026-01-05 09:3")


def test_a_half_runs_dry_beside_a_partner_that_served_nobody() -> None:
    """The partner's log may hold no client at all."""
    rows = [*linked(), *interrupted("09:00:00"), pool("08:59:00", 30, 30, 0), *arrivals(20)]
    lonely = server("a", *rows, *served("09:20:30", 1), conf=ranged(Role.PRIMARY))
    assert findings(lonely, server("b", *linked()))["runs-dry"].figures["left"] == "10 addresses"


def test_no_forecast_without_a_rate() -> None:
    """Two clients are no rate, and ten thousand addresses last; nothing of either is said."""
    assert "runs-dry" not in alone(pool("08:59:00", 30, 30, 0), *arrivals(2))
    plenty = pool("08:59:00", 10000, 10000, 0, total=20000)
    assert "runs-dry" not in alone(plenty, *arrivals(20), until="09:20:30")
    renewing = [
        message(f"09:{m:02}:00", "ACK", f"00:16:3e:00:02:{m:02x}", ip=f"10.69.0.{m}") for m in range(20)
    ]
    assert "runs-dry" not in alone(pool("08:59:00", 30, 30, 0), *renewing, until="09:20:30")


def test_a_shrinking_pool_of_a_normal_pair() -> None:
    """Counts that fall by a tenth of the pool a quarter of an hour are a forecast; a steady count is none."""

    def both(*rows: dict[str, Any]) -> dict[str, Finding]:
        return findings(
            server("a", *linked(), *rows, conf=ranged(Role.PRIMARY)),
            server("b", *linked(), *served("09:30:00", 1), conf=ranged(Role.SECONDARY)),
        )

    falling = [pool(f"09:{15 * step:02}:00", 50 - 12 * step, 50 - 12 * step, 0) for step in range(3)]
    found = both(*falling)["runs-dry"]
    assert found.figures["left"] == "52 addresses"
    assert found.figures["dry"] == "2026-01-05 10:02:30"
    assert "runs-dry" not in both(*[pool(f"09:{15 * step:02}:00", 40, 40, 0) for step in range(3)])
    halted = [pool(f"09:{15 * step:02}:00", *counts, 0) for step, counts in enumerate([(50, 50), (26, 26)])]
    assert "runs-dry" not in both(*halted, pool("09:30:00", 26, 26, 0))
