"""Years that are not written: from events known elsewhere, dates in names, lease files, other logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dhcplens.ingest.framing import Form
from dhcplens.ingest.localtime import DAY, LEAP_YEAR, SECOND, Ints, is_leap, placed, year_and_rest
from dhcplens.ingest.rotation import chains, date_in_name
from dhcplens.ingest.track import Track
from dhcplens.ingest.zone import Anchors
from dhcplens.model.values import Inference

_BACK: Final = 92 * DAY  # a step back by less is a clock that was set, by more it is New Year
_SLACK: Final = DAY  # zones
_EARLIEST: Final = 1997  # the first release of dhcpd


@dataclass(frozen=True, slots=True)
class Years:
    """For each track the year of each row, and the grounds."""

    of: tuple[Ints, ...]
    inferences: tuple[Inference, ...]


@dataclass(frozen=True, slots=True)
class _Chain:
    """The yearless rows of one log, oldest first: track, row there, place in the year, New Years since."""

    numbers: tuple[int, ...]
    track: Ints
    row: Ints
    rest: Ints
    turn: Ints

    def date(self, at: int, base: int) -> int:
        """POSIX seconds (of the local clock) of one row when the chain begins in the year ``base``."""
        return int(placed(self.rest[at : at + 1], self.turn[at : at + 1] + base)[0])

    def last(self, number: int | None = None) -> int:
        """The latest row, of the whole chain or of one track."""
        rows = np.arange(len(self.row)) if number is None else np.flatnonzero(self.track == number)
        return int(rows[np.argmax(self.turn[rows] * LEAP_YEAR + self.rest[rows])])

    def latest(self, at: int, limit: int) -> int:
        """The last year for which a row is not later than the limit."""
        start = _year_of(limit) + 1 - int(self.turn[at])
        fitting = (base for base in range(start, start - 10, -1) if self._exists(base))
        return next((base for base in fitting if self.date(at, base) <= limit + _SLACK), start - 1)

    def nearest(self, at: int, point: int, limit: int) -> int:
        """The year for which a row is nearest to a point in time, but not later than the limit."""
        middle = _year_of(point) - int(self.turn[at])
        fitting = [base for base in range(middle - 4, middle + 5) if self._exists(base)] or [middle]
        past = [base for base in fitting if self.date(at, base) <= max(limit, point) + _SLACK] or fitting[:1]
        return min(past, key=lambda base: abs(self.date(at, base) - point))

    def _exists(self, base: int) -> bool:
        """Whether there is a 29 February wherever the log has one."""
        leap_day = (self.rest >= 59 * DAY) & (self.rest < 60 * DAY)
        return bool(is_leap(self.turn[leap_day] + base).all())


def find_years(tracks: Sequence[Track], anchors: Anchors, leases: Ints, now: float) -> Years:
    """Years of all rows. ``leases`` are the POSIX seconds that lease files tell, in any order."""
    years = [year_and_rest(track.stamp // SECOND)[0] for track in tracks]
    dated = [
        int(track.stamp[row]) // SECOND
        for track in tracks
        for row in np.flatnonzero(track.form >= Form.LOCAL)[-1:]
    ]
    waiting = [one for one in (_chain(tracks, numbers) for numbers in chains(tracks)) if one is not None]
    voted = [_voted(chain, anchors) for chain in waiting]
    inferences = []
    for chain, base in sorted(zip(waiting, voted, strict=True), key=lambda one: one[1] is None):
        if base is not None:
            why = "the same events stand with their year elsewhere"
        else:
            base, why = _guess(tracks, chain, dated, leases, int(now))
        for number in chain.numbers:
            own = chain.track == number
            years[number][chain.row[own]] = base + chain.turn[own]
        dated.append(chain.date(chain.last(), base))
        inferences.append(_inference(tracks, chain, base, why))
    return Years(tuple(years), tuple(inferences))


def _chain(tracks: Sequence[Track], numbers: Sequence[int]) -> _Chain | None:
    rows = [np.flatnonzero(tracks[number].form == Form.YEARLESS) for number in numbers]
    row = np.concatenate(rows)
    if not len(row):
        return None
    stamps = [tracks[number].stamp[one] for number, one in zip(numbers, rows, strict=True)]
    rest = year_and_rest(np.concatenate(stamps) // SECOND)[1]
    step = np.diff(rest, prepend=rest[:1])
    turn = np.cumsum((step < -_BACK).astype(np.int64) - (step > LEAP_YEAR - _BACK))
    return _Chain(tuple(numbers), np.repeat(np.array(numbers), [len(one) for one in rows]), row, rest, turn)


def _voted(chain: _Chain, anchors: Anchors) -> int | None:
    """The base year that most of the anchored rows speak for."""
    bases: list[Ints] = []
    for number in chain.numbers:
        rows = np.flatnonzero(chain.track == number)
        picked = anchors.track == number
        at = np.searchsorted(chain.row[rows], anchors.row[picked])
        known = (at < len(rows)) & (chain.row[rows][np.minimum(at, len(rows) - 1)] == anchors.row[picked])
        at = rows[at[known]]
        bases.append(_local_year(anchors.second[picked][known], chain.rest[at]) - chain.turn[at])
    found, counts = np.unique(np.concatenate(bases), return_counts=True)
    return int(found[np.argmax(counts)]) if len(found) else None


def _local_year(second: Ints, rest: Ints) -> Ints:
    """The local year at a moment: that of UTC, but for the night of New Year."""
    year, told = year_and_rest(second)
    near = np.where(told - rest > LEAP_YEAR // 2, 1, 0) - np.where(rest - told > LEAP_YEAR // 2, 1, 0)
    local: Ints = year + near
    return local


def _guess(
    tracks: Sequence[Track], chain: _Chain, dated: Sequence[int], leases: Ints, now: int
) -> tuple[int, str]:
    """The year of the chain's begin from the next best ground."""
    for number in reversed(chain.numbers):
        day = date_in_name(tracks[number].source)
        if day is not None and (chain.track == number).any():
            return chain.latest(chain.last(number), int(day.timestamp())), "the date in the name"
    if len(leases):
        return chain.nearest(chain.last(), int(leases.max()), now), "nearest to the dates in the lease file"
    if dated:
        return chain.nearest(chain.last(), max(dated), now), "nearest to the other logs"
    mtime = max((tracks[number].mtime or 0 for number in chain.numbers), default=0)
    if _year_of(int(mtime)) >= _EARLIEST:
        return chain.latest(chain.last(), min(int(mtime), now)), "the last before the time of the file"
    return chain.latest(chain.last(), now), "the last before now; nothing else tells"


def _year_of(second: int) -> int:
    return int(year_and_rest(np.array([second]))[0][0])


def _inference(tracks: Sequence[Track], chain: _Chain, base: int, why: str) -> Inference:
    first, last = base + int(chain.turn.min()), base + int(chain.turn.max())
    newest = tracks[chain.numbers[-1]]
    older = f" and {len(chain.numbers) - 1} older" if len(chain.numbers) > 1 else ""
    subject = f"year of {newest.source}{older} ({newest.server})"
    return Inference(subject, str(first) if first == last else f"{first} to {last}", why)
