"""Time zones by name: as users write them, and as they are printed."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_OFFSET: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)


def parse_timezone(text: str) -> tzinfo:
    """A zone by its IANA name, or as ``+08:00`` or ``UTC+8``. Raises ValueError for anything else."""
    found = _OFFSET.fullmatch(text.strip())
    if found is not None:
        size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if size < timedelta(hours=24):
            return timezone(-size if found[1] == "-" else size)
    try:
        return ZoneInfo(text.strip())
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no such time zone: {text}") from error


def fixed(offset: int) -> tzinfo:
    """The zone that is so many seconds east of UTC."""
    return timezone(timedelta(seconds=offset)) if offset else UTC


def zone_name(zone: tzinfo) -> str:
    """A zone as people write it: its IANA name, ``UTC+8``, ``UTC-3:30``; the reverse of parsing."""
    if isinstance(zone, ZoneInfo):
        return zone.key
    offset = zone.utcoffset(None) or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    rest = f":{minutes % 60:02}" if minutes % 60 else ""
    return f"UTC{'-' if offset < timedelta() else '+'}{minutes // 60}{rest}"
