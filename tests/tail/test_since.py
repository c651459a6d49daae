"""Moments in the manner of journalctl, and the clock of live logs."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhcplens.ingest.framing import Form, frame
from dhcplens.tail.clock import LiveClock, rfc3339
from dhcplens.tail.since import parse_moment

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EAST = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("now", "2026-11-22T09:30"),
        ("today", "2026-11-21T16:00"),
        ("yesterday", "2026-11-20T16:00"),
        ("yesterday 07:30", "2026-11-20T23:30"),
        ("10:15", "2026-11-22T02:15"),
        ("9:15:20", "2026-11-22T01:15:20"),
        ("2 hours ago", "2026-11-22T07:30"),
        ("1 hour 30 min ago", "2026-11-22T08:00"),
        ("-90min", "2026-11-22T08:00"),
        ("1h30m ago", "2026-11-22T08:00"),
        ("2 months ago", "2026-09-22T12:30"),
        ("3 weeks ago", "2026-11-01T09:30"),
        ("2026-11-22", "2026-11-21T16:00"),
        ("2026-11-22 10:00", "2026-11-22T02:00"),
        ("2026-11-22 10:00:00 UTC", "2026-11-22T10:00"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00"),
        ("2026-11-22T10:00:00+02:00", "2026-11-22T08:00"),
        ("2026-11-22 10:00 Europe/Berlin", "2026-11-22T09:00"),
        ("Sun 2026-11-22 10:00", "2026-11-22T02:00"),
        ("sunday 2026-11-22", "2026-11-21T16:00"),
        ("120000ms ago", "2026-11-22T09:28"),
        ("@0", "1970-01-01T00:00"),
    ],
)
def test_moments(text: str, utc: str) -> None:
    """Each form that journalctl knows, in a zone eight hours east."""
    assert parse_moment(text, EAST, NOW) == datetime.fromisoformat(utc + "+00:00")


@pytest.mark.parametrize(
    "text", ["", "ago", "2 parsecs ago", "tomorrowish", "2026-13-01", "25:00", "-", "5", "Mon 2026-11-22"]
)
def test_what_is_no_moment(text: str) -> None:
    """Anything else is refused, never guessed."""
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text, EAST, NOW)


def utc(line: str, now: str, zone: str = "UTC", clock: LiveClock | None = None) -> str | None:
    """The time of a line read at some moment."""
    clock = clock or LiveClock(ZoneInfo(zone), lambda: datetime.fromisoformat(now).timestamp())
    framed = frame(line)
    return rfc3339(clock.utc("log", framed.stamp, framed.form))


@pytest.mark.parametrize(
    ("stamp", "now", "expected"),
    [
        ("Nov 22 09:00:00", "2026-11-22T09:30Z", "2026-11-22T09:00:00Z"),
        ("Dec 31 23:59:59", "2026-01-01T00:00:10Z", "2025-12-31T23:59:59Z"),
        ("Jan  1 00:00:30", "2025-12-31T23:59:50Z", "2026-01-01T00:00:30Z"),
        ("Nov 24 12:00:00", "2026-11-22T09:30Z", "2025-11-24T12:00:00Z"),
        ("Feb 29 10:00:00", "2026-03-01T00:00Z", "2024-02-29T10:00:00Z"),
    ],
)
def test_a_stamp_without_a_year_is_of_lately(stamp: str, now: str, expected: str) -> None:
    """The last year in which it is not later than tomorrow."""
    assert utc(f"{stamp} a dhcpd: x", now) == expected


def test_the_hour_that_comes_twice() -> None:
    """When local time steps back in autumn, so does the log; the second hour is an hour later."""
    moment = datetime.fromisoformat("2026-10-25T03:00Z").timestamp()
    clock = LiveClock(ZoneInfo("Europe/Berlin"), lambda: moment)
    times = [
        utc(f"Oct 25 {stamp} a dhcpd: x", "", clock=clock)
        for stamp in ("02:59:59", "02:00:00", "02:30:00", "03:00:00")
    ]
    assert times == [
        "2026-10-25T00:59:59Z",
        "2026-10-25T01:00:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T02:00:00Z",
    ]


@given(st.integers(0, 4_000_000_000))
def test_a_stamp_with_its_zone_needs_no_clock(second: int) -> None:
    """RFC 3339 is taken as it is."""
    clock = LiveClock(EAST, lambda: 0.0)
    assert clock.utc("log", second * 10**9, Form.UTC) == second * 10**9
    assert not clock.guessed
