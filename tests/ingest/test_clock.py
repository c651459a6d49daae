"""Years and zones that logs leave out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.clock import NAT, Clock, set_clock
from dhcplens.ingest.leases import LeasePiece
from dhcplens.ingest.localtime import DAY, SECOND, parse_timezone, placed, to_utc, year_and_rest, zone_name
from dhcplens.ingest.track import Track
from tests.ingest.logs import ack, at, bsd, iso, lease, leases, stamp, track

NOW = stamp(at("2026-06-15 00:00:00"))
WROTE = "Wrote 0 leases to leases file."


def clock(
    *tracks: Track, files: list[LeasePiece] | None = None, timezone: str | None = None, now: float = NOW
) -> Clock:
    """The clock of some tracks."""
    return set_clock(tracks, files or [], timezone, now)


def times(found: Clock, number: int = 0) -> list[str]:
    """The times of one track as text."""
    return [str(one) for one in found.times[number].astype("datetime64[ns]").astype("datetime64[s]")]


def why(found: Clock, word: str) -> tuple[str, str]:
    """Value and ground of the first inference whose subject holds the word."""
    return next((one.value, one.why) for one in found.inferences if word in one.subject)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.datetimes(datetime(2001, 1, 5), datetime(2025, 12, 28)),
        min_size=4,
        max_size=30,
        unique_by=lambda one: one.replace(microsecond=0),
    ),
    st.integers(-12, 14),
    st.integers(0, 2),
)
def test_acknowledgements_tell_zone_and_year(moments: list[datetime], hours: int, late: int) -> None:
    """Whatever the zone and the year, acknowledgements that the lease file knows in UTC tell both."""
    start = min(moments).replace(microsecond=0)
    spread = sorted(
        {start + timedelta(seconds=int((one - start).total_seconds()) % (80 * DAY)) for one in moments}
    )
    offset = timedelta(hours=hours)
    log = bsd((one + offset + timedelta(seconds=late), ack(number)) for number, one in enumerate(spread))
    found = clock(track(log), files=[leases(lease(number, one) for number, one in enumerate(spread))])
    assert zone_name(parse_timezone(found.timezone)) == found.timezone
    assert [stamp(one) + late for one in spread] == (found.times[0] // SECOND).tolist()


def test_moves_and_releases_tell_the_zone() -> None:
    """A log without acknowledgements is placed by its own state moves and by releases."""
    move = "failover peer x: I move from recover-done to normal"
    gone = "DHCPRELEASE of 10.0.0.7 from 02:00:00:00:00:07 via eth0 (found)"
    log = bsd([(at("2024-05-01 07:30:00"), move), (at("2024-05-01 07:41:12"), gone)])
    file = leases(
        [
            'failover peer "x" state {\n  my state normal at 3 2024/05/01 02:00:00;\n}\n',
            lease(7, at("2024-05-01 00:00:00")).replace("active", "released").replace("01:00:00", "02:11:12"),
        ]
    )
    found = clock(track(log), files=[file])
    assert (found.timezone, times(found)[0]) == ("UTC+5:30", "2024-05-01T02:00:00")


def test_the_partner_s_zone_is_taken_and_stated() -> None:
    """A server of which nothing tells has its partner's zone, and the inference says so."""
    told = [(at("2024-05-01 07:30:00") + timedelta(minutes=7 * n), ack(n)) for n in range(5)]
    file = leases(lease(n, time - timedelta(hours=8)) for n, (time, _) in enumerate(told))
    silent = track(bsd([(at("2024-05-01 09:00:00"), WROTE)], "beta"), "other", "beta")
    found = clock(track(bsd(told)), silent, files=[file])
    assert times(found, 1) == ["2024-05-01T01:00:00"]
    assert "partner" in why(found, "zone of the log of beta")[1]


def test_the_same_lines_with_a_zone_elsewhere_tell_it() -> None:
    """Lines that stand with a zone in another log of the server place those without one."""
    said = [(at("2024-05-01 07:30:00") + timedelta(minutes=n), ack(n)) for n in range(9)]
    found = clock(track(bsd(said)), track(iso(said, "-07:00"), "journal"))
    assert found.timezone == "UTC-7"
    assert found.times[0].tolist() == found.times[1].tolist()


def test_a_file_as_it_was_written_tells_the_zone() -> None:
    """Where nothing else tells, a log changed at the very second of its last line tells zone and year."""
    log = bsd([(at("2019-03-04 10:00:00"), WROTE)])
    found = clock(track(log, mtime=stamp(at("2019-03-04 14:00:00"))))
    assert (found.timezone, times(found)) == ("UTC-4", ["2019-03-04T14:00:00"])


def test_an_unknown_zone_is_assumed_and_said() -> None:
    """Without any ground the zone is UTC, said to be assumed, with the way to settle it."""
    found = clock(track(bsd([(at("2025-01-02 10:00:00"), WROTE)])))
    assert found.timezone == "UTC"
    assert "--timezone" in why(found, "zone")[1]


def renewed(count: int, shift: timedelta) -> tuple[Track, LeasePiece]:
    """A log of acknowledgements, and a file that tells of each so much later, and of a newer one."""
    first = at("2025-01-02 10:00:00")
    told = [(first + timedelta(seconds=67 * number), ack(number)) for number in range(count)]
    blocks = [lease(number, time + shift) for number, (time, _) in enumerate(told)]
    later = lease(200, told[-1][0] + shift + timedelta(hours=3))
    return track(bsd(told)), leases([*blocks, later])


@pytest.mark.parametrize(("count", "minutes"), [(6, 45), (6, 30), (2, -60), (7, -60), (7, -180)])
def test_renewals_are_no_zone(count: int, minutes: int) -> None:
    """Some leases that were renewed long after the log ends do not tell its zone."""
    log, file = renewed(count, timedelta(minutes=minutes))
    found = clock(log, files=[file])
    assert found.timezone == "UTC"
    assert "--timezone" in why(found, "zone")[1]


def test_many_leases_tell_the_zone_of_a_log_that_ends_early() -> None:
    """So many acknowledgements on one offset that exists are no chance; no clock is 45 minutes off."""
    log, file = renewed(25, timedelta(hours=-8))
    assert clock(log, files=[file]).timezone == "UTC+8"
    log, file = renewed(25, timedelta(hours=-5, minutes=-45))
    assert clock(log, files=[file]).timezone == "UTC+5:45"
    log, file = renewed(25, timedelta(minutes=-45))
    assert clock(log, files=[file]).timezone == "UTC"


def test_what_both_servers_log_tells_the_zone_of_the_other() -> None:
    """A log in a zone of its own is placed by clients and moves that its partner logged too."""
    said = "DHCPDISCOVER from 02:00:00:00:00:{:02x} via 10.0.0.1"
    asked = [(at("2024-05-01 07:30:00") + timedelta(minutes=7 * n), said.format(n)) for n in range(5)]
    told = [(time + timedelta(seconds=1), ack(n)) for n, (time, _) in enumerate(asked)]
    file = leases(lease(n, time - timedelta(hours=8)) for n, (time, _) in enumerate(told))
    beta = [(time - timedelta(hours=2, minutes=30), text) for time, text in asked]
    found = clock(
        track(bsd(sorted([*asked, *told]))), track(bsd(beta, "beta"), "other", "beta"), files=[file]
    )
    assert found.timezone == "UTC+5:30, UTC+8"
    assert times(found, 1)[0] == "2024-04-30T23:30:00"


def test_a_given_zone_is_not_questioned() -> None:
    """A zone that the user gives holds, and only the year is concluded."""
    log = bsd([(at("2025-01-02 10:00:00"), ack(1))])
    found = clock(track(log), files=[leases([lease(1, at("2025-01-02 09:00:00"))])], timezone="Europe/Berlin")
    assert (found.timezone, times(found)) == ("Europe/Berlin", ["2025-01-02T09:00:00"])
    assert [one.subject.partition(" ")[0] for one in found.inferences] == ["year"]
    with pytest.raises(ValueError, match="no such time zone"):
        clock(track(log), timezone="Middle/Earth")


def test_summer_and_winter_in_one_log_name_a_zone() -> None:
    """A log over the end of summer time is told in a zone that has one."""
    moments = [
        datetime(2024, 10, 20, 12, tzinfo=UTC) + timedelta(hours=9, seconds=1977) * n for n in range(40)
    ]
    berlin = [one.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None) for one in moments]
    log = bsd((one, ack(n)) for n, one in enumerate(berlin))
    found = clock(track(log), files=[leases(lease(n, one) for n, one in enumerate(moments))])
    assert found.timezone == "Europe/Berlin"
    assert (found.times[0] // SECOND).tolist() == [int(one.timestamp()) for one in moments]


def test_a_step_back_names_a_zone_where_the_leases_know_only_winter() -> None:
    """A log set back by an hour when summer time ended has such a zone; one without a step a mere offset."""
    moments = [datetime(2024, 10, 27, 0, 20, 5, tzinfo=UTC) + timedelta(minutes=9 * n) for n in range(8)]
    berlin = [one.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None) for one in moments]
    said = [(one, ack(n)) for n, one in enumerate(berlin)]
    winter = [leases(lease(n, one) for n, one in enumerate(moments) if one.hour == 1)]
    found = clock(track(bsd(said)), files=winter)
    assert found.timezone == "Europe/Berlin"
    assert (found.times[0] // SECOND).tolist() == [int(one.timestamp()) for one in moments]
    assert clock(track(bsd(said[5:])), files=winter).timezone == "UTC+1"


def test_the_hour_that_comes_twice() -> None:
    """Stamps in the doubled hour are told apart by the step back in the log."""
    local = ["02:10:00", "02:50:00", "02:05:00", "02:55:00", "03:10:00"]
    stamps = np.array([int(stamp(at(f"2024-10-27 {one}"))) * SECOND for one in local])
    utc = to_utc(stamps, ZoneInfo("Europe/Berlin")) // SECOND
    assert [str(one)[11:16] for one in utc.astype("datetime64[s]")] == [
        "00:10",
        "00:50",
        "01:05",
        "01:55",
        "02:10",
    ]


def test_new_year_without_years() -> None:
    """December goes before January of the next year, rotated or not; a clock set back is no New Year."""
    old = bsd([(at("2024-11-30 10:00:00"), WROTE), (at("2024-12-31 23:59:58"), WROTE)])
    stamps = ("2025-01-01 00:00:01", "2024-12-31 23:59:59", "2025-02-01 00:00:00")
    new = bsd((at(one), WROTE) for one in stamps)
    found = clock(
        track(new, "var/log/messages", mtime=stamp(at("2025-02-01 08:33:33"))),
        track(old, "var/log/messages.1"),
    )
    assert [one[:10] for one in times(found)] == ["2025-01-01", "2024-12-31", "2025-02-01"]
    assert [one[:10] for one in times(found, 1)] == ["2024-11-30", "2024-12-31"]
    assert why(found, "year of var/log/messages and 1 older")[0] == "2024 to 2025"


@pytest.mark.parametrize(
    ("source", "mtime", "file", "year", "ground"),
    [
        ("messages-20230721.gz", None, None, "2023", "date in the name"),
        ("messages", at("2022-07-12 00:00:00"), None, "2022", "time of the file"),
        ("messages", at("2022-07-09 00:00:00"), None, "2021", "time of the file"),
        ("messages", at("2031-07-12 00:00:00"), None, "2025", "time of the file"),
        ("messages", None, None, "2025", "before now"),
        ("messages", at("2022-07-12 00:00:00"), at("2008-07-30 00:00:00"), "2008", "lease file"),
    ],
)
def test_grounds_for_a_year(
    source: str, mtime: datetime | None, file: datetime | None, year: str, ground: str
) -> None:
    """A year comes from the best ground there is, is never in the future, and its ground is named."""
    log = track(bsd([(at("2008-07-10 11:02:29"), WROTE)]), source, mtime=mtime and stamp(mtime))
    found = clock(log, files=[leases([lease(1, file)])] if file else [])
    value, reason = why(found, "year of")
    assert value == year
    assert ground in reason


def test_29_february_needs_a_leap_year() -> None:
    """A log with a 29 February is placed in a year that has one."""
    found = clock(track(bsd([(at("2000-02-29 10:00:00"), WROTE)])))
    assert times(found) == ["2024-02-29T10:00:00"]


def test_lines_without_a_stamp_have_no_time() -> None:
    """Output of dhcpd -d has no times, and none are invented."""
    found = clock(track(f"{WROTE}\nServer starting service.\n"))
    assert found.times[0].tolist() == [NAT, NAT]


@given(st.integers(-(2**31), 2**32))
def test_dates_survive_the_way_through_the_leap_year(second: int) -> None:
    """Taking a date apart and placing it in its year again gives the same second."""
    year, rest = year_and_rest(np.array([second]))
    assert placed(rest, year).tolist() == [second]


@pytest.mark.parametrize(
    ("text", "name"), [("+08:00", "UTC+8"), ("utc-3:30", "UTC-3:30"), ("UTC", "UTC"), ("-0500", "UTC-5")]
)
def test_zones_are_read_as_people_write_them(text: str, name: str) -> None:
    """Offsets are read in the usual spellings, and the name that is shown can be read again."""
    assert zone_name(parse_timezone(text)) == name
    assert zone_name(parse_timezone(name)) == name
