"""What a notebook shows of a pair and of findings."""

from pathlib import Path

import pytest

import dhcplens as dl
from dhcplens.api import Pair
from dhcplens.model.states import Severity
from dhcplens.model.values import Evidence, Finding
from dhcplens.report.notebook import Findings

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"


@pytest.fixture(scope="module")
def pair() -> Pair:
    """A cut link with automatic partner-down on both sides."""
    return dl.read(FIXTURES / "auto-partner-down-split")


def test_a_pair_is_its_verdict_and_its_findings(pair: Pair) -> None:
    """Short: the verdict, the servers, one row a finding."""
    html = pair._repr_html_()
    assert html.startswith("<p><b") and ">degraded</b>: the link between the servers was down" in html
    assert html.count("<tr>") == 1 + len(pair.findings())
    assert len(html) < 10_000


def test_findings_are_a_tuple_and_a_table(pair: Pair) -> None:
    """Consequences stand below their cause."""
    found = pair.findings()
    assert isinstance(found, tuple) and found == pair.report().findings
    assert "↳ delos was in partner-down while naxos lived" in found._repr_html_()
    assert Findings(())._repr_html_() == "<p>no findings</p>"


def test_a_finding_shows_meaning_advice_and_proof(pair: Pair) -> None:
    """All of one finding."""
    one = pair.findings()[0]
    html = one._repr_html_()
    assert one.name in html and "<ol><li>" in html and one.evidence[0].text in html


def test_names_are_text() -> None:
    """What a client calls itself neither runs nor turns the text around."""
    name = "<script>x</script>\u202e\x1b"
    evidence = (Evidence(name, 1, name),)
    one = Finding("FO1", "n", Severity.INFO, name, None, None, (name,), evidence, name, (name,))
    for html in (one._repr_html_(), Findings((one,))._repr_html_()):
        assert "<script" not in html and "\u202e" not in html and "\x1b" not in html
        assert "&lt;script&gt;" in html
