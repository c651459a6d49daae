"""Status line, perfdata and thresholds as the guidelines for monitoring plug-ins have them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhcplens.tail.plugin import Measure, Range, Status, status_line, worst

PERFDATA = re.compile(r"'(?:[^'=]|'')+'=-?\d+(?:\.\d+)?(?:e[+-]\d+)?(?:s|%|B|c)?(?:;[^; ]*){0,4}")


@pytest.mark.parametrize(
    ("text", "quiet", "loud"),
    [
        ("10", [0, 5, 10], [-1, 11]),
        ("10:", [10, 1e9], [9.9, -1]),
        ("~:10", [-1e9, 10], [10.1]),
        ("10:20", [10, 20], [9, 21]),
        ("@10:20", [9, 21], [10, 15, 20]),
    ],
)
def test_ranges_alert_as_the_guidelines_say(text: str, quiet: list[float], loud: list[float]) -> None:
    """The five forms of the guidelines' table, at and around their ends."""
    one = Range.parse(text)
    assert not any(map(one.alerts, quiet))
    assert all(map(one.alerts, loud))


@pytest.mark.parametrize("text", ["", ":", "@", "x", "20:10", "10:20:30", "~"])
def test_what_is_no_range_is_refused(text: str) -> None:
    """A mistyped threshold is a usage error, never a silent default."""
    with pytest.raises(ValueError, match="not a threshold range"):
        Range.parse(text)


def test_thresholds_give_the_status_of_a_measure() -> None:
    """Critical comes before warning, and no thresholds mean OK."""
    limits = {"warning": Range.parse("20:"), "critical": Range.parse("5:")}
    assert [Measure("own", value, "%", **limits).status for value in (50, 20, 19, 5, 4)] == [
        Status.OK,
        Status.OK,
        Status.WARNING,
        Status.WARNING,
        Status.CRITICAL,
    ]
    assert Measure("own", 0).status is Status.OK


@given(
    label=st.text(min_size=1),
    value=st.floats(allow_nan=False, allow_infinity=False, width=32),
    text=st.text(),
)
def test_any_line_keeps_to_the_grammar(label: str, value: float, text: str) -> None:
    """Whatever names and texts are in it, it is one line with one pipe sign and well-formed perfdata."""
    line = status_line("DHCP FAILOVER", Status.OK, text, [Measure(label, value, "%")])
    before, _, perfdata = line.partition(" | ")
    assert before.startswith("DHCP FAILOVER OK - ")
    assert len(line.splitlines()) == 1
    assert "|" not in before
    assert PERFDATA.fullmatch(perfdata)


def test_the_worst_status_wins() -> None:
    """Critical before warning before unknown before OK; nothing measured is OK."""
    assert worst([Status.OK, Status.UNKNOWN]) is Status.UNKNOWN
    assert worst([Status.UNKNOWN, Status.WARNING]) is Status.WARNING
    assert worst([Status.WARNING, Status.CRITICAL]) is Status.CRITICAL
    assert worst([]) is Status.OK
