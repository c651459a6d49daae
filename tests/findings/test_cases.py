"""Each rule has an incident that fires it and a near miss that must not."""

import pytest

from dhcplens.findings.registry import rules
from tests.diagnosis.kinds import kinds
from tests.findings.cases import FIRES, SPARES
from tests.findings.making import findings


def test_no_rule_without_an_incident_and_a_near_miss() -> None:
    """A rule needs both, drawn (``python -m tests.diagnosis``) or here; none of them is for a rule of old."""
    fired = {one.fires for one in kinds().values() if one.fires} | set(FIRES)
    spared = {rule for one in kinds().values() for rule in one.spares} | set(SPARES)
    assert set(rules()) == fired
    assert set(rules()) == spared


@pytest.mark.parametrize("name", FIRES)
def test_what_fires_a_rule(name: str) -> None:
    """The incident is named."""
    assert name in findings(*FIRES[name]())


@pytest.mark.parametrize("name", SPARES)
def test_what_nearly_fires_a_rule(name: str) -> None:
    """The near miss is not."""
    assert name not in findings(*SPARES[name]())
