"""The zone of each server's log: given, or concluded from what is told in UTC elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from dhcplens.ingest.events import Events, Pairs, join, log_events, pair, shared_events
from dhcplens.ingest.framing import Form
from dhcplens.ingest.localtime import (
    LEAP_YEAR,
    SECOND,
    Ints,
    Mask,
    both_readings,
    fixed,
    offsets,
    placed,
    to_utc,
    year_and_rest,
    zone_name,
)
from dhcplens.ingest.track import Track
from dhcplens.model.values import Inference

_ENOUGH: Final = 3  # fewer events tell nothing
_MANY: Final = 20  # so many are no chance
_RIVALS: Final = 0.1  # share of as many that may speak for another offset
_REACH: Final = 120  # seconds before the newest lease at which a log may end
_SUMMER: Final = 0.1
_WELL_KNOWN: Final = (
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Australia/Sydney",
)


@dataclass(frozen=True, slots=True)
class Anchors:
    """Rows of tracks (by the tracks' numbers) and the POSIX seconds at which they happened."""

    track: Ints
    row: Ints
    second: Ints


@dataclass(frozen=True, slots=True)
class Zones:
    """Zone of each server, rows whose time is known from elsewhere, and the grounds."""

    of: dict[str, tzinfo]
    anchors: Anchors
    inferences: tuple[Inference, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """Events of one server's local rows, with the track and row that each stands in."""

    track: Ints
    row: Ints
    events: Events


@dataclass(frozen=True, slots=True)
class _Conclusion:
    """A zone, how many events speak for it and which, and whether they cannot mean another one."""

    zone: tzinfo
    weight: int
    why: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found out of one server's clock."""

    told: _Told
    pairs: Pairs
    conclusion: _Conclusion | None


def local_rows(track: Track) -> Mask:
    """Rows whose stamp does not say its zone."""
    local: Mask = (track.form == Form.YEARLESS) | (track.form == Form.LOCAL)
    return local


def find_zones(tracks: Sequence[Track], known: Events, asked: tzinfo | None = None) -> Zones:
    """Zones of all servers, by what lease files tell. Where that is nothing, the partner's log does.

    Its partner's zone is taken where that does not tell either; UTC is assumed where nothing is sure.
    """
    servers = list(dict.fromkeys(one.server for one in tracks if local_rows(one).any()))
    found = {server: _look(tracks, server, known) for server in servers}
    best = _best(found)
    for server, look in found.items():
        if best is not None and (look.conclusion is None or not look.conclusion.sure):
            own, others = (_numbers(tracks, name) for name in (server, best[0]))
            beside = _compared(tracks, own, others, best[1].zone)
            found[server] = replace(look, conclusion=beside or look.conclusion)
    zones: dict[str, tzinfo] = {one.server: fixed(0) for one in tracks}
    inferences, anchors = [], []
    for server, look in found.items():
        zones[server], why = (asked, "given") if asked is not None else _settled(look.conclusion, best)
        anchors.append(_anchors(look.told, look.pairs, zones[server]))
        inferences.append(Inference(f"time zone of the log of {server}", zone_name(zones[server]), why))
    return Zones(zones, _join_anchors(anchors), tuple(inferences if asked is None else ()))


def _numbers(tracks: Sequence[Track], server: str) -> list[int]:
    return [number for number, one in enumerate(tracks) if one.server == server]


def _best(found: dict[str, _Look]) -> tuple[str, _Conclusion] | None:
    """The server of whose log the zone is known best, and its zone; None where no zone is sure."""
    sure = [(name, one.conclusion) for name, one in found.items() if one.conclusion and one.conclusion.sure]
    return max(sure, key=lambda one: one[1].weight, default=None)


def _settled(own: _Conclusion | None, best: tuple[str, _Conclusion] | None) -> tuple[tzinfo, str]:
    """What was found for the server itself, else for its partner, else UTC."""
    if own is not None and own.sure:
        return own.zone, own.why
    if best is not None:
        return best[1].zone, f"taken from its partner, of whose log {best[1].why}"
    told = f"{zone_name(own.zone)} is not sure ({own.why})" if own else "nothing tells"
    return fixed(0), f"assumed, for {told}; --timezone would settle it"


def _look(tracks: Sequence[Track], server: str, known: Events) -> _Look:
    """What can be known of one server's clock, the surest ground first."""
    own = _numbers(tracks, server)
    told = _events(tracks, own)
    pairs = pair(told.events, known)
    conclusion = _weighed(tracks, own, pairs, known)
    if conclusion is not None and conclusion.sure:
        return _Look(told, pairs, _with_summer(conclusion, tracks, own, pairs))
    twins_told, twins = _twins(tracks, own)
    twin_pairs = pair(twins_told.events, twins)
    twin = _from_pairs(twin_pairs, "another log of this server, whose stamps have a zone,")
    if twin is not None:
        return _Look(twins_told, twin_pairs, twin)
    others = [number for number, one in enumerate(tracks) if one.server != server]
    stamped = _compared(tracks, own, others, None)
    if stamped is not None:
        return _Look(told, pairs, stamped)
    return _Look(told, pairs, _from_file_times(tracks, own) or conclusion)


def _weighed(tracks: Sequence[Track], own: Sequence[int], pairs: Pairs, known: Events) -> _Conclusion | None:
    """What lease files tell; surely where it cannot be a renewal that is taken for another.

    A client renews at half of its lease time (RFC 2131 §4.4.5): where a log ends long before the lease file
    does, the acknowledgements that it holds stand as many half lease times before those of the file, which
    looks like a zone. Moves and releases do not come again like that.
    """
    conclusion = _from_pairs(pairs, "the lease file, which is in UTC,")
    if conclusion is None:
        return None
    offset = conclusion.zone.utcoffset(None)
    if offset is None:
        return conclusion  # summer and winter fit
    parts = [log_events(tracks[number], renewals=False)[1] for number in own]
    single = list(pair(join(parts), known).votes.items())
    seconds = int(offset.total_seconds())
    autumn = any(len(_steps_back(tracks[number])) for number in own)
    if single and single[0][0] in (seconds, seconds + 3600 * autumn):  # before summer time ended
        return conclusion
    most = _rival(pairs, conclusion)
    many = conclusion.weight >= _MANY and not single and most <= _RIVALS * conclusion.weight
    enough = _MANY if offset % timedelta(hours=1) else _ENOUGH
    reaches = conclusion.weight >= enough and _reaches(tracks, own, seconds, known)
    return replace(conclusion, sure=many or (reaches and 2 * most <= conclusion.weight))


def _reaches(tracks: Sequence[Track], own: Sequence[int], offset: int, known: Events) -> bool:
    """Whether a server's logs go on until what its lease file tells last."""
    local = [tracks[number].stamp[local_rows(tracks[number])] // SECOND for number in own]
    ends = np.array([stamps[-1] - offset for stamps in local if len(stamps)], np.int64)
    newest = year_and_rest(known.second.max(keepdims=True))[1]
    missing = (newest - year_and_rest(ends)[1] + LEAP_YEAR // 2) % LEAP_YEAR - LEAP_YEAR // 2
    return bool((missing <= _REACH).any())


def _compared(
    tracks: Sequence[Track], own: Sequence[int], others: Sequence[int], zone: tzinfo | None
) -> _Conclusion | None:
    """What other logs tell, of their rows with a zone and, where their zone is given, of the others."""
    known = join([_in_utc(tracks[number], zone) for number in others])
    parts = []
    for number in own:
        rows, events = shared_events(tracks[number], partner=False)
        parts.append(events.pick(local_rows(tracks[number])[rows]))
    pairs = pair(join(parts), known)
    found = _from_pairs(pairs, "its partner's log, whose zone is known,")
    if found is None or found.weight < _ENOUGH:
        return None
    return found if 2 * _rival(pairs, found) < found.weight else None


def _rival(pairs: Pairs, conclusion: _Conclusion) -> int:
    """How many events speak for the next best offset."""
    return max((count for other, count in pairs.votes.items() if fixed(other) != conclusion.zone), default=0)


def _in_utc(track: Track, zone: tzinfo | None) -> Events:
    rows, events = shared_events(track, partner=True)
    local = local_rows(track)[rows]
    sure = events.pick(track.form[rows] == Form.UTC)
    if zone is None:
        return sure
    moved = events.pick(local)
    return join([sure, Events(moved.key, to_utc(moved.second * SECOND, zone) // SECOND)])


def _events(tracks: Sequence[Track], own: Sequence[int]) -> _Told:
    parts = []
    for number in own:
        rows, events = log_events(tracks[number])
        local = local_rows(tracks[number])[rows]
        parts.append(_Told(np.full(int(local.sum()), number), rows[local], events.pick(local)))
    return _join_told(parts)


def _twins(tracks: Sequence[Track], own: Sequence[int]) -> tuple[_Told, Events]:
    """Lines of a server without a zone that stand in other logs of it with one."""
    sure = [tracks[number].form == Form.UTC for number in own]
    said = [Events(tracks[number].said, tracks[number].stamp // SECOND) for number in own]
    known = join([events.pick(rows) for events, rows in zip(said, sure, strict=True)])
    parts = []
    for number, events in zip(own, said, strict=True):
        rows = np.flatnonzero(local_rows(tracks[number]) & np.isin(events.key, known.key))
        parts.append(_Told(np.full(len(rows), number), rows, events.pick(rows)))
    return _join_told(parts), known


def _join_told(parts: Sequence[_Told]) -> _Told:
    nothing = np.array([], np.int64)
    return _Told(
        np.concatenate([nothing, *(one.track for one in parts)]),
        np.concatenate([nothing, *(one.row for one in parts)]),
        join([one.events for one in parts]),
    )


def _from_pairs(pairs: Pairs, ground: str) -> _Conclusion | None:
    """The offset that most events speak for; nothing when two have as many."""
    votes = list(pairs.votes.items())
    if not votes or (len(votes) > 1 and votes[1][1] == votes[0][1]):
        return None
    (best, count), (second, fewer) = votes[0], (votes[1] if len(votes) > 1 else (0, 0))
    if abs(second - best) == 3600 and fewer >= max(_ENOUGH, _SUMMER * count):
        named = _named(pairs, best, second)
        if named is not None:
            why = f"{count + fewer} events of {ground} fit it in summer and in winter; other zones may too"
            return _Conclusion(named, count, why)
    rivals = f"; {fewer} would fit {zone_name(fixed(second))}" if fewer else ""
    return _Conclusion(fixed(best), count, f"{count} event{'s' * (count > 1)} of {ground} fit{rivals}")


def _named(pairs: Pairs, best: int, second: int) -> tzinfo | None:
    """A zone with summer time in which nearly all events of both offsets fall on their second."""
    either = np.flatnonzero((pairs.offset == best) | (pairs.offset == second))
    either = either[:: max(1, len(either) // 200)]
    for name in _regional():
        zone = ZoneInfo(name)
        if np.mean(offsets(pairs.second[either], zone) == pairs.offset[either]) >= 0.95:
            return zone
    return None


def _with_summer(
    conclusion: _Conclusion, tracks: Sequence[Track], own: Sequence[int], pairs: Pairs
) -> _Conclusion:
    """A zone whose summer time ends where the log is set back by an hour.

    A lease file that was written anew since then has no events of the summer: they cannot tell.
    """
    offset = conclusion.zone.utcoffset(None)
    steps = np.array([one for number in own for one in _steps_back(tracks[number])[:100]], np.int64)
    if offset is None or not len(steps):
        return conclusion
    year, _ = year_and_rest(np.median(pairs.second, keepdims=True).astype(np.int64))
    local = placed(year_and_rest(steps)[1], np.repeat(year, len(steps)))
    wanted = int(offset.total_seconds())
    for name in _regional():
        zone = ZoneInfo(name)
        early, late = (one // SECOND for one in both_readings(local * SECOND, zone))
        known = (local - early == wanted) | (local - late == wanted)
        if not ((early != late) & known).any():
            continue
        if (offsets(pairs.second, zone) == pairs.offset).sum() >= conclusion.weight:
            why = f"{conclusion.why}, and the log is set back by an hour when summer time ends there"
            return _Conclusion(zone, conclusion.weight, why)
    return conclusion


def _steps_back(track: Track) -> Ints:
    """Local stamps (s) of rows that stand ten minutes to an hour before the row that precedes them."""
    local = track.stamp[local_rows(track)] // SECOND
    back = -np.diff(local, prepend=local[:1])
    steps: Ints = local[(back > 600) & (back <= 3600)]
    return steps


def _regional() -> list[str]:
    """All zones that are named after a place, the well-known ones first."""
    named = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [*_WELL_KNOWN, *sorted(named)]


def _from_file_times(tracks: Sequence[Track], own: Sequence[int]) -> _Conclusion | None:
    """A log that is still as it was written was changed last at the second of its last line."""
    ends = [tracks[number] for number in own if local_rows(tracks[number])[-1] and _is_at_end(tracks[number])]
    names = np.arange(len(ends)).astype(np.uint64)
    written = Events(names, np.array([int(one.mtime or 0) for one in ends], np.int64))
    last = Events(names, np.array([int(one.stamp[-1]) // SECOND for one in ends], np.int64))
    pairs = pair(last, written)
    conclusion = _from_pairs(pairs, "that a log was changed last")
    if conclusion is None or not pairs.exact:
        return None
    return _Conclusion(conclusion.zone, 1, "the time of the file is that of its last line then")


def _is_at_end(track: Track) -> bool:
    return track.mtime is not None and track.line[-1] == track.piece.lines


def _anchors(told: _Told, pairs: Pairs, zone: tzinfo) -> Anchors:
    """Those pairs that the zone makes fall together."""
    good = offsets(pairs.second, zone) == pairs.offset
    rows = pairs.logged[good]
    return Anchors(told.track[rows], told.row[rows], pairs.second[good])


def _join_anchors(parts: Sequence[Anchors]) -> Anchors:
    nothing = np.array([], np.int64)
    return Anchors(
        *(
            np.concatenate([nothing, *(getattr(one, name) for one in parts)])
            for name in ("track", "row", "second")
        )
    )
