"""The clock of a live log: a stamp without a year or a zone is of lately and of this machine.

It knows nothing of pandas, so that a tail starts at once; collected logs have ``dhcplens.ingest.clock``.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from dhcplens.ingest.framing import Form
from dhcplens.model.zones import fixed

SECOND: Final = 1_000_000_000
_AHEAD: Final = timedelta(days=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BACK: Final = 600
"""Seconds by which local time steps back where an hour comes twice; less is a disordered log."""


def machine_zone() -> tzinfo:
    """The zone of this machine, by name where it has one."""
    name = os.environ.get("TZ", "").removeprefix(":")
    if not name:
        name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):
        return fixed(-time.timezone)


class LiveClock:
    """Puts stamps on UTC as they come; remembers of each source the last one."""

    def __init__(self, zone: tzinfo, now: Callable[[], float] = time.time) -> None:
        self._zone = zone
        self._now = now
        self.guessed = False
        """Whether a stamp without a zone was met."""
        self._second = lru_cache(maxsize=4096)(self._to_utc)
        self._last: dict[str, int] = {}

    def utc(self, source: str, stamp: int, form: Form) -> int | None:
        """Nanoseconds since 1970 of a stamp as ``framing`` gives it, None where the line has none."""
        if form is Form.NONE:
            return None
        if form is Form.UTC:
            return stamp
        self.guessed = True
        second, rest = divmod(stamp, SECOND)
        early, late = self._second(second, form, int(self._now()) // 3600)
        last = self._last.get(source, early)
        again = late != early and last - early > _BACK
        self._last[source] = late if again else early
        return (late if again else early) * SECOND + rest

    def _to_utc(self, second: int, form: Form, hour: int) -> tuple[int, int]:
        """POSIX seconds of a local stamp, and of the second time where its hour comes twice."""
        local = _EPOCH.replace(tzinfo=None) + timedelta(seconds=second)
        if form is Form.YEARLESS:
            local = _with_year(local, datetime.fromtimestamp(hour * 3600, self._zone).replace(tzinfo=None))
        early, late = (int(local.replace(tzinfo=self._zone, fold=fold).timestamp()) for fold in (0, 1))
        return early, max(early, late)


def _with_year(local: datetime, now: datetime) -> datetime:
    """The date in the last year in which it exists and is not later than tomorrow."""
    for year in range(now.year + 1, now.year - 8, -1):
        try:
            dated = local.replace(year=year)
        except ValueError:  # 29 February
            continue
        if dated <= now + _AHEAD + timedelta(hours=1):
            return dated
    return local


def rfc3339(nanoseconds: int | None) -> str | None:
    """A time in UTC to the millisecond, without a fraction where there is none."""
    if nanoseconds is None:
        return None
    when = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
    form = "milliseconds" if when.microsecond else "seconds"
    return when.isoformat(timespec=form).replace("+00:00", "Z")
