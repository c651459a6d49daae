"""A handful of the labelled incidents, with the targets that the whole measurement has."""

from pathlib import Path

import pytest

from dhcplens.findings.registry import rules
from tests.diagnosis.kinds import kinds
from tests.diagnosis.noise import FORECASTS
from tests.diagnosis.playing import judge
from tests.diagnosis.scoring import score
from tests.diagnosis.table import details

HANDFUL = (
    "server-away-and-back",
    "link-cut-and-healed",
    "both-in-partner-down",
    "database-lost",
    "half-used-up",
    "files-disagree",
    "pool-without-failover",
    "semicolon-lost",
    "states-that-cannot-follow",
    "leases-cut-out",
    "relay-reaches-one-server",
    "healthy-with-restarts",
)


@pytest.mark.parametrize("name", HANDFUL)
def test_a_drawn_incident_is_named(name: str, tmp_path: Path) -> None:
    """Nothing is missed, nothing is invented, and what is found lies where it happened."""
    scores = score([judge(kinds()[name], 1, tmp_path / name)])
    assert details(scores, 10) == ""


def test_every_rule_has_an_incident() -> None:
    """Each rule is fired by a kind, if not by what every run has; the near misses name rules that exist."""
    everywhere = {"resync-rejections", "balancing-chatter", *FORECASTS}
    fired = {one.fires for one in kinds().values()} | everywhere
    assert set(rules()) <= fired
    assert {rule for one in kinds().values() for rule in one.spares} <= set(rules())
