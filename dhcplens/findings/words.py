"""Times, durations and lists as people write them."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from functools import cache

from dhcplens.ingest.localtime import parse_timezone


def one_zone(names: str) -> str:
    """The zone in which times are shown: the first, where logs stand in several."""
    return names.split(",")[0].strip()


@cache
def zone(names: str) -> tzinfo:
    """The zone of that name (an IANA name, ``UTC+8``), of several the first; UTC for an unknown one."""
    try:
        return parse_timezone(one_zone(names))
    except ValueError:
        return UTC


def clock(time: datetime | None, zone_name: str, *, date: bool = True) -> str:
    """A time in the log's own zone, to the second; ``still`` for an open end, ``no time`` for pandas' NaT."""
    if time is None:
        return "still"
    if time != time:  # NaT: a log of ``dhcpd -d`` has no stamps
        return "no time"
    local = time.astimezone(zone(zone_name))
    return f"{local:%Y-%m-%d %H:%M:%S}" if date else f"{local:%H:%M:%S}"


def duration(seconds: float) -> str:
    """A length of time with its two greatest units: ``6 min 11 s``, ``2 d 3 h``."""
    left = max(0, round(seconds))
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if left >= size or (unit == "s" and not parts):
            parts.append(f"{left // size} {unit}")
            left %= size
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts)


def listed(names: Sequence[str], most: int = 3) -> str:
    """Some names in a row: ``a, b and 4 more``."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def number(count: int, noun: str) -> str:
    """A count with its noun: ``1 client``, ``3 clients``, ``2 addresses``."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
