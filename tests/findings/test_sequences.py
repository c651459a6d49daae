"""Lease files that do not tell what must have happened."""

from typing import Any

import pytest

from dhcplens.model.states import Role
from dhcplens.model.values import Finding
from tests.findings.cases import MAC, NORMAL, lives
from tests.findings.making import findings, linked, ranged, served
from tests.pair.making import block, message, server


def pair_with(*rows: dict[str, Any], role: Role = Role.PRIMARY) -> dict[str, Finding]:
    """What is found when one server, of that role, has these rows."""
    other = Role.SECONDARY if role is Role.PRIMARY else Role.PRIMARY
    return findings(
        server("a", *linked(), *rows, NORMAL, conf=ranged(role)),
        server("b", *linked(), *served("12:00:00", 2), NORMAL, conf=ranged(other)),
    )


@pytest.mark.parametrize("states", [("free", "expired"), ("active", "backup"), ("abandoned", "released")])
def test_blocks_that_cannot_follow_each_other(states: tuple[str, ...]) -> None:
    """A lease ends only out of active; both blocks are quoted."""
    found = pair_with(*lives(*states))["impossible-sequence"]
    assert found.servers == ("a",)
    assert [row.line for row in found.evidence] == [1, 2]
    assert found.figures["example"] == f"10.69.0.5 goes from {states[0]} to {states[1]}"


@pytest.mark.parametrize(
    "states",
    [
        ("free", "active", "active", "expired", "free", "backup", "free"),
        ("active", "released", "free", "backup", "active", "free"),
        ("backup", "abandoned", "free", "active", "expired", "active"),
    ],
)
def test_lives_as_dhcpd_writes_them(states: tuple[str, ...]) -> None:
    """Every change that dhcpd makes by itself or at its partner's word is ordinary."""
    assert "impossible-sequence" not in pair_with(*lives(*states))


def test_a_secondary_takes_its_own_half_back() -> None:
    """Without its partner a secondary lets an ended lease of its own half be backup at once (mdb.c)."""
    assert "impossible-sequence" not in pair_with(*lives("active", "backup"), role=Role.SECONDARY)


def exchange(clock: str, ip: str) -> list[dict[str, Any]]:
    """A client takes an address."""
    return [message(clock, kind, MAC, ip=ip) for kind in ("DISCOVER", "OFFER", "REQUEST", "ACK")]


def test_a_lease_that_is_in_no_file() -> None:
    """An acknowledged address must be in a file that was written to later, if it is of a range."""
    later = block("10.69.0.9", "active", starts="11:00:00", ends="15:00:00", cltt="11:00:00")
    found = pair_with(*exchange("10:00:00", "10.69.0.5"), later)["lease-not-in-file"]
    assert found.figures["address"] == "10.69.0.5"
    lease = block("10.69.0.5", "active", mac=MAC, starts="10:00:00", ends="10:30:00", cltt="10:00:00")
    assert "lease-not-in-file" not in pair_with(*exchange("10:00:00", "10.69.0.5"), lease, later)
    assert "lease-not-in-file" not in pair_with(*exchange("10:00:00", "192.0.2.5"), later)


def test_a_file_that_ends_too_early_tells_nothing() -> None:
    """What was acknowledged after the file was last written, or before the last start, is not missed."""
    early = block("10.69.0.9", "active", starts="09:00:00", ends="15:00:00", cltt="09:00:00")
    assert "lease-not-in-file" not in pair_with(*exchange("10:00:00", "10.69.0.5"), early)
    later = block("10.69.0.9", "active", starts="11:00:00", ends="15:00:00", cltt="11:00:00")
    restarted = linked("10:30:00")
    assert "lease-not-in-file" not in pair_with(*exchange("10:00:00", "10.69.0.5"), *restarted, later)
