"""Local clocks: dates without a year, zones by name or offset, and the hour that comes twice in autumn."""

from datetime import timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from dhcplens.model.zones import fixed, parse_timezone, zone_name

__all__ = [
    "DAY",
    "LEAP_YEAR",
    "SECOND",
    "Ints",
    "Mask",
    "both_readings",
    "fixed",
    "is_leap",
    "offsets",
    "parse_timezone",
    "placed",
    "to_utc",
    "year_and_rest",
    "zone_name",
]

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SECOND: Final = 1_000_000_000
DAY: Final = 86_400
LEAP_YEAR: Final = 366 * DAY
"""Seconds of a year as ``year_and_rest`` counts them."""

_MARCH: Final = 59 * DAY  # where 1 March begins in a year without 29 February


def is_leap(year: Ints) -> Mask:
    """Whether a year has a 29 February."""
    leap: Mask = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return leap


def year_and_rest(seconds: Ints) -> tuple[Ints, Ints]:
    """The year, and the seconds since its begin as if it were a leap year: so dates of all years compare."""
    begin = _begin_of_year(seconds)
    year = begin.astype(np.int64) + 1970
    rest = seconds - begin.astype("datetime64[s]").astype(np.int64)
    rest += np.where(~is_leap(year) & (rest >= _MARCH), DAY, 0)
    return np.broadcast_to(year, rest.shape).copy(), rest


def _begin_of_year(seconds: Ints) -> npt.NDArray[np.datetime64]:
    """The year of each moment; only one element where all lie in one year, as those of a log mostly do."""
    if len(seconds):
        first, last = np.array([seconds.min(), seconds.max()], dtype="datetime64[s]").astype("datetime64[Y]")
        if first == last:
            return np.array([first])
    return seconds.astype("datetime64[s]").astype("datetime64[Y]")


def placed(rest: Ints, year: Ints) -> Ints:
    """The reverse of ``year_and_rest``; 29 February becomes 1 March in a year without it."""
    if len(year) and (year == year[0]).all():
        year = year[:1]
    begin = (year - 1970).astype("datetime64[Y]").astype("datetime64[s]").astype(np.int64)
    return begin + rest - np.where(~is_leap(year) & (rest >= _MARCH + DAY), DAY, 0)


def offsets(utc: Ints, zone: tzinfo) -> Ints:
    """Seconds that the zone is east of UTC at each of these POSIX seconds."""
    local = _index(utc * SECOND).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return local.to_numpy("datetime64[s]").astype(np.int64) - utc


def both_readings(local: Ints, zone: ZoneInfo) -> tuple[Ints, Ints]:
    """UTC (ns) of local stamps (ns) by summer and by winter time: two times in the hour that comes twice."""
    index = _index(local)
    early, late = (
        index.tz_localize(zone, ambiguous=np.full(len(index), summer), nonexistent=pd.Timedelta(hours=1))
        .tz_convert("UTC")
        .to_numpy("datetime64[ns]")
        .astype(np.int64)
        for summer in (True, False)
    )
    return early, late


def to_utc(local: Ints, zone: tzinfo) -> Ints:
    """UTC (ns) of local stamps (ns) that stand in the order of a log.

    The hour that comes twice is told apart by a step back inside of it; without one it is the first.
    """
    if not isinstance(zone, ZoneInfo):
        return local - (zone.utcoffset(None) or timedelta()) // timedelta(microseconds=1) * 1000
    early, late = both_readings(local, zone)
    twice = early != late
    again = np.diff(local, prepend=local[:1]) < -600 * SECOND
    again &= twice & np.roll(twice, 1)
    run = np.cumsum(~twice)  # the same within one stretch of doubtful rows
    steps = np.cumsum(again)
    start = np.searchsorted(run, run)
    before: Ints = steps[start] - again[start]
    utc: Ints = np.where(twice & (steps > before), late, early)
    return utc


def _index(nanoseconds: Ints) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(nanoseconds.astype("datetime64[ns]"))
