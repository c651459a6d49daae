"""Stamps → UTC: the years and zones that the logs leave out, with the ground of each conclusion."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dhcplens.ingest.events import join, lease_events
from dhcplens.ingest.framing import Form
from dhcplens.ingest.leases import LeasePiece
from dhcplens.ingest.localtime import SECOND, Ints, parse_timezone, placed, to_utc, year_and_rest, zone_name
from dhcplens.ingest.track import Track
from dhcplens.ingest.years import find_years
from dhcplens.ingest.zone import find_zones, local_rows
from dhcplens.model.values import Inference

NAT: Final = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True)
class Clock:
    """Times of each track (UTC, ns since 1970, ``NAT`` without a stamp), the zone's name, and the grounds."""

    times: tuple[Ints, ...]
    timezone: str
    inferences: tuple[Inference, ...]


def set_clock(
    tracks: Sequence[Track],
    leases: Iterable[LeasePiece],
    timezone: str | None = None,
    now: float | None = None,
) -> Clock:
    """Put all rows on the one clock of UTC.

    ``timezone`` (an IANA name, ``+08:00`` or ``UTC+8``) holds for all stamps without a zone of their own;
    without it the zone is concluded. ``now`` (POSIX seconds) bounds guessed years.
    Raises ValueError for an unknown zone.
    """
    known = join([lease_events(one) for one in leases])
    zones = find_zones(tracks, known, None if timezone is None else parse_timezone(timezone))
    years = find_years(tracks, zones.anchors, known.second, time.time() if now is None else now)
    times = []
    for track, year in zip(tracks, years.of, strict=True):
        utc = np.where(track.form == Form.NONE, NAT, track.stamp)
        local = local_rows(track)
        second = placed(year_and_rest(track.stamp[local] // SECOND)[1], year[local])
        utc[local] = to_utc(second * SECOND + track.stamp[local] % SECOND, zones.of[track.server])
        times.append(utc)
    names = sorted({zone_name(zones.of[one.server]) for one in tracks if local_rows(one).any()})
    return Clock(tuple(times), ", ".join(names) or "UTC", (*zones.inferences, *years.inferences))
