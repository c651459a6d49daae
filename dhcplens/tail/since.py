"""Moments as people write them for ``--since``, in the manner of journalctl (systemd.time(7))."""

import re
from datetime import datetime, timedelta, tzinfo
from typing import Final

from dhcplens.model.zones import parse_timezone

_UNITS: Final = {
    "us": 1e-6,
    "usec": 1e-6,
    "ms": 1e-3,
    "msec": 1e-3,
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hr": 3600,
    "hour": 3600,
    "d": 86_400,
    "day": 86_400,
    "w": 604_800,
    "week": 604_800,
    "month": 2_629_800,
    "y": 31_557_600,
    "year": 31_557_600,
}
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s*")
_CLOCK: Final = re.compile(r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?")
_DAYS: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}


def parse_moment(text: str, zone: tzinfo, now: datetime) -> datetime:
    """An aware time: ISO, a date, a time of day, ``@SECONDS``, ``today``, ``2 hours ago``, ``-90min``.

    What has no zone is in ``zone``; ``now`` is aware. Raises ValueError for anything else.
    """
    words = " ".join(text.lower().split())
    local = now.astimezone(zone)
    if words == "now":
        return now
    day, _, clock = words.partition(" ")
    if day in _DAYS and (not clock or _CLOCK.fullmatch(clock)):
        date = (local + timedelta(days=_DAYS[day])).date()
        return datetime.fromisoformat(f"{date}T{_padded(clock or '00:00')}").replace(tzinfo=zone)
    if _CLOCK.fullmatch(words):
        return datetime.fromisoformat(f"{local.date()}T{_padded(words)}").replace(tzinfo=zone)
    try:
        if words.startswith("@"):
            return datetime.fromtimestamp(float(words[1:]), zone)
        if words.endswith(" ago") or words[:1] in "+-":
            span = _span(words.removesuffix(" ago").lstrip("+-"))
            return now + span if words.startswith("+") else now - span
        stated, zone = _dated(text.strip(), zone)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(
            f"not a time: {text!r}; write 2026-11-22 10:00, yesterday, 10:30 or '2 hours ago'"
        ) from error
    return stated if stated.tzinfo else stated.replace(tzinfo=zone)


def _dated(text: str, zone: tzinfo) -> tuple[datetime, tzinfo]:
    """A date, with or without the name of its day before and that of its zone behind. Raises ValueError."""
    day, _, rest = text.partition(" ")
    if day.isalpha():
        text = rest.strip()
    first, _, last = text.rpartition(" ")
    if first and last[:1].isalpha():
        text, zone = first, parse_timezone(last)
    stated = datetime.fromisoformat(text)
    if day.isalpha() and day.lower() not in (f"{stated:%A}".lower(), f"{stated:%a}".lower()):
        raise ValueError(f"{stated:%F} is a {stated:%A}")
    return stated, zone


def _padded(clock: str) -> str:
    return clock.zfill(5) if clock.count(":") == 1 else clock.zfill(8)


def _span(words: str) -> timedelta:
    """``2 hours``, ``1h30min``. Raises ValueError."""
    seconds, at = 0.0, 0
    words = words.strip()
    for found in _SPAN.finditer(words):
        unit = found[2] if found[2] in _UNITS else found[2].removesuffix("s")
        if found.start() != at or unit not in _UNITS:
            break
        seconds += float(found[1]) * _UNITS[unit]
        at = found.end()
    if at == 0 or at != len(words):
        raise ValueError(words)
    return timedelta(seconds=seconds)
