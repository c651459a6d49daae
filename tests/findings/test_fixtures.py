"""What is found in each recorded incident, against what its truth file says was done."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import dhcplens as dl
from dhcplens.model.states import Severity

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
SLACK = timedelta(seconds=60)
OPEN = None

# Above info: name, minute at which it begins, minute at which it ends (lab time since the start of the run).
EXPECTED: dict[str, list[tuple[str, float, float | None]]] = {
    "auto-partner-down": [("peer-down", 10, 50)],
    "auto-partner-down-split": [
        ("link-down", 10, 40),
        ("partner-down-with-living-peer", 15.5, 40),
        ("survivor-starved", 26.5, 40),
        ("survivor-starved", 27, 40),
        ("potential-conflict", 40, 41),
    ],
    "both-primary": [("role-conflict", 0, OPEN), ("stuck-recover", 0, OPEN)],
    "clock-skew": [("peer-down", 10, 12), ("clock-skew", 12, 32)],
    "clock-skew-new-pair": [("clock-skew", 0, OPEN), ("stuck-recover", 0, OPEN)],
    "clock-step": [("clock-skew", 20, OPEN)],
    "crash-primary": [("peer-down", 10, 50)],
    "crash-secondary": [("peer-down", 10, 40)],
    "different-ranges": [("configuration-mismatch", 0, OPEN)],
    "exhausted-both": [("pool-exhausted", 3.2, OPEN)],
    "exhausted-one-side": [("pool-imbalance", 4, 40)],
    "khxdhcps": [],
    "lab-day": [],
    "link-cut": [("link-down", 10, 42)],
    "link-flapping": [
        ("flapping", 10, 46),
        ("link-down", 10, 14),
        ("link-down", 18, 20),
        ("link-down", 24, 27),
        ("link-down", 31, 32.5),
        ("link-down", 36, 40),
        ("link-down", 44, 46),
    ],
    "lost-leases-both": [("peer-down", 20, 22), ("both-databases-lost", 22, 22.2), ("nak-storm", 39.5, 40.5)],
    "lost-leases-primary": [("peer-down", 20, 30), ("database-lost", 30, 50), ("recover-wait", 30, 50)],
    "lost-leases-secondary": [("peer-down", 20, 26), ("database-lost", 26, 56), ("recover-wait", 26, 56)],
    "names-differ": [("relationship-name-mismatch", 0, OPEN), ("stuck-recover", 0, OPEN)],
    "new-pair": [],
    "old-leases-restored": [("peer-down", 70, 74), ("stale-database-restored", 74, OPEN)],
    "one-way-cut": [("link-down", 10, 40)],
    "operator-shutdown": [("peer-down", 20, 40)],
    "partner-down-both": [
        ("link-down", 10, 50),
        ("partner-down-with-living-peer", 14, 50),
        ("survivor-starved", 32.5, 50),
        ("potential-conflict", 50, 51),
    ],
    "partner-down-return": [("peer-down", 10, 25), ("recover-wait", 25, 60)],
    "peer-address-wrong": [("peer-address-unusable", 0, OPEN), ("stuck-recover", 0, OPEN)],
    "relay-one-server": [("load-balanced-into-a-hole", 6, 8)],
    "rolling-restart": [("peer-down", 10, 11), ("peer-down", 20, 21)],
    "shared-network": [],
    "slow-link": [("link-down", 11, 30)],
    "summer-time-ends": [],
    "survivor-starved": [
        ("peer-down", 10, 105),
        ("stuck-communications-interrupted", 10, 105),
        ("survivor-starved", 37, 105),
    ],
}


def begin(fixture: Path) -> datetime:
    """When the run began; the seed has no truth file, and nothing above info to date."""
    truth = fixture / "truth.json"
    if not truth.exists():
        return datetime.min
    return datetime.fromisoformat(json.loads(truth.read_text())["begin"])


@pytest.mark.parametrize("name", EXPECTED)
def test_an_incident_is_named_as_it_happened(name: str) -> None:
    """Nothing above info but what was done to the pair, each from when to when within a minute."""
    fixture = FIXTURES / name
    if not fixture.is_dir():
        pytest.skip("not recorded")
    report = dl.read(fixture).report()
    assert not report.failures
    above = [one for one in report.findings if one.severity is not Severity.INFO]
    found = sorted(above, key=lambda one: (one.name, one.start))
    expected = sorted(EXPECTED[name])
    assert [one.name for one in found] == [what for what, _, _ in expected]
    start = begin(fixture)
    for one, (_, first, last) in zip(found, expected, strict=True):
        assert one.start is not None
        assert abs(one.start - start - timedelta(minutes=first)) <= SLACK, one.name
        assert (one.end is None) == (last is None), one.name
        if one.end is not None and last is not None:
            # dhcpd tries again every five seconds, after an error every ninety
            assert -SLACK <= one.end - start - timedelta(minutes=last) <= SLACK + timedelta(seconds=90), (
                one.name
            )


def test_every_recorded_incident_is_judged() -> None:
    """A fixture with a truth file stands in the table."""
    recorded = {file.parent.name for file in FIXTURES.glob("*/truth.json")}
    assert recorded <= set(EXPECTED)
