"""Configurations of the incidents that come with the project."""

from pathlib import Path

import pytest

from dhcplens.ingest.conf import lint_pair, read_conf_file, refusals, view
from dhcplens.model.states import Role, Severity

FIXTURES = Path(__file__).parents[3] / "fixtures"
CONFS = sorted(FIXTURES.glob("*/*/dhcpd.conf"))


@pytest.mark.parametrize("path", CONFS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_each_parses(path: Path) -> None:
    """Every configuration that a real dhcpd ran with is read without a problem, with peer and pools."""
    parsed = read_conf_file(path)
    assert parsed.problems == ()
    assert [one.cause for one in refusals(parsed) if one.severity is Severity.CRITICAL] == []
    conf = view(parsed)
    assert conf.peers and conf.pools


def test_the_real_pair_fits_together() -> None:
    """The two configurations of the real pair of 2008 are primary and secondary, and nothing is amiss."""
    first, second = (view(read_conf_file(path)) for path in sorted(FIXTURES.glob("khxdhcps/*/dhcpd.conf")))
    assert [conf.peers[0].role for conf in (first, second)] == [Role.PRIMARY, Role.SECONDARY]
    assert lint_pair(first, second) == ()
