"""The recorded incidents of ``fixtures/``, judged like drawn ones by the table of what was done to them."""

from collections.abc import Iterator

import dhcplens as dl
from dhcplens.model.states import Severity
from tests.diagnosis.incident import END, Expected
from tests.diagnosis.playing import Judged
from tests.findings.test_fixtures import EXPECTED, FIXTURES, begin


def recorded() -> Iterator[Judged]:
    """All recorded incidents; only what is above info is judged, as their table names no more."""
    for name, table in EXPECTED.items():
        fixture = FIXTURES / name
        if not (fixture / "truth.json").exists():
            continue
        found = tuple(one for one in dl.read(fixture).findings() if one.severity is not Severity.INFO)
        expected = tuple(
            Expected(rule, first * 60, END if last is None else last * 60) for rule, first, last in table
        )
        yield Judged(name, 0, expected, found, frozenset(), begin(fixture).timestamp(), ())
