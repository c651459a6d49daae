"""The report as an HTML page."""

import re
from pathlib import Path

import pytest

import dhcplens as dl

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"


@pytest.fixture(scope="module")
def page() -> str:
    """A cut link with automatic partner-down on both sides."""
    return dl.read(FIXTURES / "auto-partner-down-split").report().as_html()


def test_the_page_is_one_file(page: str) -> None:
    """Nothing is fetched: the only addresses in it are names of namespaces and places in the page itself."""
    assert not re.search(r"<(script|link|iframe|object|embed|img)\b", page)
    assert set(re.findall(r'\b(?:src|href)="([^"]{1,3})', page)) == {
        "#in",
        "#st",
        "#po",
        "#cl",
        "#le",
        "#re",
    } | {found[:3] for found in re.findall(r'href="(#[a-z0-9]+-)', page)}
    assert "default-src 'none'" in page
    assert "url(" not in re.sub(r"url\(#", "", page)


def test_the_page_tells_what_the_text_tells(page: str) -> None:
    """Verdict, cause, consequence, advice and a raw line of evidence."""
    for said in ("degraded", "the link between the servers was down", "Consequence:", "traceroute", "<mark>"):
        assert said in page


def test_the_same_files_give_the_same_page(page: str) -> None:
    """No time of making, no random ids."""
    assert dl.read(FIXTURES / "auto-partner-down-split").report().as_html() == page
