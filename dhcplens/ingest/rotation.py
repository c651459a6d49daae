"""Rotated pieces of one log: which belong together, and which is older, by the names that logrotate gives."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from dhcplens.ingest.track import Track

_PACKED: Final = re.compile(r"(?:\.(?:gz|bz2|xz|zst|Z))+$")
_DATE: Final = re.compile(r"[-._](?P<date>20\d\d-?[01]\d-?[0-3]\d)(?:[-T_]?\d{2,6})?$")
_NUMBER: Final = re.compile(r"[.-](?P<number>\d{1,4})$")
_OLD: Final = re.compile(r"[.~_-](?:old|bak|prev)$")


def chains(tracks: Sequence[Track]) -> list[list[int]]:
    """Numbers of the tracks, those of one log of one server together, oldest piece first."""
    found: dict[tuple[str, str], list[int]] = {}
    for number, track in enumerate(tracks):
        found.setdefault((track.server, stem(track.source)), []).append(number)
    return [sorted(chain, key=lambda number: _age(tracks[number])) for chain in found.values()]


def stem(path: str) -> str:
    """The name of a log without what rotation added to it."""
    plain = _PACKED.sub("", path)
    for ending in (_DATE, _NUMBER, _OLD):
        plain = ending.sub("", plain)
    return plain


def date_in_name(path: str) -> datetime | None:
    """The day at which a piece was put aside, where its name tells it."""
    found = _DATE.search(_PACKED.sub("", path))
    try:
        return (
            datetime.strptime(found["date"].replace("-", ""), "%Y%m%d").replace(tzinfo=UTC) if found else None
        )
    except ValueError:
        return None


def _age(track: Track) -> tuple[int, float, float]:
    """Sorts old before new: dated names, then high numbers before low ones, the running log last."""
    name = _PACKED.sub("", track.source)
    date = date_in_name(name)
    if date is not None:
        return 0, date.timestamp(), 0.0
    number = _NUMBER.search(name)
    if number is not None:
        return 1, -float(number["number"]), 0.0
    return (1, 0.0, 0.0) if _OLD.search(name) else (2, track.mtime or 0.0, float(track.stamp[0]))
