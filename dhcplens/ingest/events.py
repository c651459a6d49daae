"""Events that a log tells on its own clock, and that are known in UTC from elsewhere: which belong together.

A lease file is always in UTC (dhcpd.leases(5)): the second of a DHCPACK is in it as ``cltt`` and ``starts``,
that of a DHCPRELEASE as ``ends``, that of a state move as ``my state … at``. So each votes for one offset.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from dhcplens.ingest.leases import LeasePiece
from dhcplens.ingest.localtime import DAY, LEAP_YEAR, SECOND, Ints, Mask, year_and_rest
from dhcplens.ingest.track import TABLES, Hashes, Track, words

_QUARTER: Final = 900
_WEST, _EAST = -12 * 3600, 14 * 3600
_ODD: Final = (-570, -270, -210, -150, 210, 270, 330, 345, 390, 510, 525, 570, 630, 765, 825)
_REAL: Final = np.array([*range(_WEST, _EAST + 1, 3600), *(60 * minutes for minutes in _ODD)])
"""Offsets that clocks have had since dhcpd exists (IANA time zone database); no others are concluded."""
_EXACT = (-1, 2)  # seconds by which a log line may be later than what it tells of
_ROUGH = (-5, 20)
_SAMPLE: Final = 3000
_GONE: Final = ("released", "free")
_ROOM: Final = 1 << 27  # more than two years of seconds: keeps events of different keys apart

_ACK, _RELEASE, _MOVE, _HEARD = (np.uint64(salt) for salt in (0x51ED27, 0x7A3C95, 0x2B8F4D, 0x6C1D33))
_ASKED: Final = ("DISCOVER", "REQUEST", "RELEASE", "DECLINE")


@dataclass(frozen=True, slots=True)
class Events:
    """Things that happened: ``key`` says what, ``second`` when (POSIX seconds of whatever clock)."""

    key: Hashes
    second: Ints

    def pick(self, rows: Mask | Ints) -> "Events":
        """Some of them."""
        return Events(self.key[rows], self.second[rows])


@dataclass(frozen=True, slots=True)
class Pairs:
    """Events that are told twice: their rows in the log's events, their POSIX seconds, and the log's offset.

    ``offset`` is in seconds east of UTC; ``exact`` tells that all fit to the second or two.
    """

    logged: Ints
    second: Ints
    offset: Ints
    exact: bool

    @property
    def votes(self) -> dict[int, int]:
        """How many reference events speak for each offset, most first."""
        told = np.unique(np.stack([self.offset, self.second]), axis=1)[0]
        offsets, counts = np.unique(told, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return {int(offsets[one]): int(counts[one]) for one in order}


def join(events: Sequence[Events]) -> Events:
    """All of them in one."""
    if not events:
        return Events(np.array([], np.uint64), np.array([], np.int64))
    return Events(np.concatenate([one.key for one in events]), np.concatenate([one.second for one in events]))


def lease_events(leases: LeasePiece) -> Events:
    """The acknowledgements, releases and own state moves that a lease file tells of, each once."""
    bindings, states = leases.bindings, leases.failover_states
    ips = words(bindings["ip"].cat.categories)[bindings["ip"].cat.codes.to_numpy()]
    gone = bindings["state"].isin(_GONE).to_numpy()
    moves = words(states["my_state"].cat.categories)[states["my_state"].cat.codes.to_numpy()]
    found = join(
        [
            _dated(ips ^ _ACK, bindings["cltt"]),
            _dated(ips ^ _ACK, bindings["starts"]),
            _dated((ips ^ _RELEASE)[gone], bindings["ends"][gone]),
            _dated(moves ^ _MOVE, states["my_since"]),
        ]
    )
    _, first = np.unique(
        found.key * np.uint64(0x9E3779B97F4A7C15) + found.second.view(np.uint64), return_index=True
    )
    return found.pick(np.sort(first))


def writer_events(leases: LeasePiece) -> Events:
    """Events that the writer of a lease file logged itself: its own moves, and what it acknowledged.

    Of acknowledgements those with a host name count: a failover update does not carry it (failover draft,
    BNDUPD), so the partner lacks it. Releases are logged by both servers.
    """
    bindings = leases.bindings
    own = bindings[bindings["hostname"].notna() & ~bindings["state"].isin(_GONE)]
    return lease_events(replace(leases, bindings=own))


def _dated(keys: Hashes, times: pd.Series) -> Events:
    known = times.notna().to_numpy()
    seconds = times.to_numpy("datetime64[s]").astype(np.int64)
    known = known & (seconds > DAY) & (seconds < 2**31 - 1)
    return Events(keys[known], seconds[known])


def log_events(track: Track, *, renewals: bool = True) -> tuple[Ints, Events]:
    """Row numbers and events of a track that a lease file may tell of too, on the log's own clock.

    Acknowledgements repeat at half of the lease time, which can look like a zone: ``renewals`` False leaves
    them out.
    """
    return _picked(
        track,
        *([("messages", "type", "ACK", "ip", _ACK)] if renewals else []),
        ("messages", "type", "RELEASE", "ip", _RELEASE),
        ("transitions", "subject", "local", "new", _MOVE),
    )


def shared_events(track: Track, *, partner: bool) -> tuple[Ints, Events]:
    """Row numbers and events of a track that both servers of a pair log within a moment.

    What one server moves to, its ``partner`` hears: their keys are made equal.
    """
    own, heard = (_HEARD, _MOVE) if partner else (_MOVE, _HEARD)
    asked = [("messages", "type", kind, "mac", np.uint64(place)) for place, kind in enumerate(_ASKED, 1)]
    return _picked(
        track,
        *asked,
        ("transitions", "subject", "local", "new", own),
        ("transitions", "subject", "partner", "new", heard),
    )


def _picked(track: Track, *wanted: tuple[str, str, str, str, np.uint64]) -> tuple[Ints, Events]:
    """The rows of a table whose column has a value, keyed by another column's word and a salt."""
    rows, keys = [], []
    for table, column, value, word, salt in wanted:
        frame = track.piece.tables[table]
        own = np.flatnonzero(track.table == TABLES.index(table))
        own = own[(frame[column] == value).to_numpy()[track.place[own]]]
        values = frame[word].cat
        rows.append(own)
        keys.append(words(values.categories)[values.codes.to_numpy()[track.place[own]]] ^ salt)
    numbers = np.concatenate(rows)
    return numbers, Events(np.concatenate(keys), track.stamp[numbers] // SECOND)


def pair(logged: Events, known: Events) -> Pairs:
    """Which of the known events (UTC) the log tells too, at an offset from UTC that exists.

    Years are ignored. Of many known events an even sample is taken. Exact matches go before rough ones.
    """
    shared = np.flatnonzero(np.isin(known.key, logged.key))
    sample = known.pick(shared[:: len(shared) // _SAMPLE + 1])
    rows, told, distance = _near(logged, sample)
    offset = np.round(distance / _QUARTER).astype(np.int64) * _QUARTER
    late = distance - offset
    fits = np.isin(offset, _REAL)
    exact = fits & (late >= _EXACT[0]) & (late <= _EXACT[1])
    rough = fits & (late >= _ROUGH[0]) & (late <= _ROUGH[1])
    good = exact if exact.any() else rough
    return Pairs(rows[good], sample.second[told[good]], offset[good], bool(exact.any()))


def _near(logged: Events, known: Events) -> tuple[Ints, Ints, Ints]:
    """Rows of both whose keys are equal and whose dates lie within the span of all zones, and their distance.

    Every known event has a key that the log has too.
    """
    kinds, number = np.unique(logged.key, return_inverse=True)
    place = number * _ROOM + year_and_rest(logged.second)[1]
    order = np.argsort(place)
    place = place[order]
    middle = np.searchsorted(kinds, known.key) * _ROOM + year_and_rest(known.second)[1]
    found = []
    for shift in (0, -LEAP_YEAR, LEAP_YEAR):  # the night of New Year is one night
        begin = np.searchsorted(place, middle + shift + _WEST - _QUARTER)
        count = np.searchsorted(place, middle + shift + _EAST + _QUARTER) - begin
        told = np.repeat(np.arange(len(middle)), count)
        rows = np.repeat(begin, count) + np.arange(len(told)) - np.repeat(np.cumsum(count) - count, count)
        found.append((order[rows], told, place[rows] - middle[told] - shift))
    rows, told, distance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows, told, distance
