"""Lines that stand more than once though dhcpd said them once.

Two causes: one log that two routes lead into (3.0.1 at its start, ``dhcpd -d`` under journald), and one log
that was collected twice (messages and daemon.log, overlapping pieces). Lines that dhcpd says twice stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dhcplens.ingest import catalogue
from dhcplens.ingest.clock import NAT
from dhcplens.ingest.localtime import SECOND, Ints, Mask
from dhcplens.ingest.track import TABLES, Hashes, Track
from dhcplens.model.order import ordered
from dhcplens.model.values import Inference

_TOGETHER: Final = 2 * SECOND  # two copies of one line are not stamped further apart
_NOTICES: Final = TABLES.index("notices")
_TRANSITIONS: Final = TABLES.index("transitions")
_BANNER: Final = "server-version"
_INIT: Final = ("init-startup", "init-startup-failed", "init-shutdown", "init-shutdown-failed")
_EVEN: Final = 0.95
_GROUPS: Final = 16


@dataclass(frozen=True, slots=True)
class Dedupe:
    """For each track which rows are kept, and what was concluded."""

    keep: tuple[Mask, ...]
    inferences: tuple[Inference, ...]


def drop_repeats(tracks: Sequence[Track], times: Sequence[Ints]) -> Dedupe:
    """Find the rows that repeat others: first within each log, then among the logs of each server."""
    keep = [~twice_routed(track, time) for track, time in zip(tracks, times, strict=True)]
    inferences = [
        Inference(
            f"lines of {track.server} that stand twice in {track.source}",
            str(int((~kept).sum())),
            "they went through two routes to the log; one of each is kept",
        )
        for track, kept in zip(tracks, keep, strict=True)
        if not kept.all()
    ]
    for server in dict.fromkeys(track.server for track in tracks):
        own = [number for number, track in enumerate(tracks) if track.server == server]
        dropped = _collected_twice(tracks, times, keep, own)
        if dropped:
            why = "the same log was collected twice; each line is kept once"
            inferences.append(
                Inference(f"lines of {server} that stand in more than one file", str(dropped), why)
            )
    return Dedupe(tuple(keep), tuple(inferences))


def twice_routed(track: Track, time: Ints) -> Mask:
    """Rows that are second copies of lines in the same log."""
    banner = _coded(track, {_BANNER})
    start = _first_copies(track, time, banner)
    second = _all_twice(track, time, start)
    second |= _starts_twice(track, time, banner & ~second, start)
    return second | _init_twice(track, time)


def _coded(track: Track, codes: set[str] | frozenset[str]) -> Mask:
    """Rows that are notices of these codes."""
    code = track.piece.tables["notices"]["code"].cat
    wanted = np.append(code.categories.isin(list(codes)), False)
    return _flag(track, _NOTICES, wanted[code.codes.to_numpy()])


def _flag(track: Track, table: int, flags: Mask) -> Mask:
    rows = track.table == table
    found = np.zeros(len(track), bool)
    found[rows] = flags[track.place[rows]]
    return found


def _first_copies(track: Track, time: Ints, banner: Mask) -> Mask:
    """Banners that begin a process: not the copies of one just before."""
    rows = np.flatnonzero(banner)
    found = banner.copy()
    same = _equal(track.said[rows]) & (np.diff(time[rows]) <= _TOGETHER) & (time[rows][1:] != NAT)
    copies = np.zeros(len(rows), bool)
    for at in np.flatnonzero(same) + 1:
        copies[at] = not copies[at - 1]
    found[rows[copies]] = False
    return found


def _all_twice(track: Track, time: Ints, start: Mask) -> Mask:
    """Rows to drop of processes whose every line stands twice (or four times …) within a second."""
    order = np.argsort(time, kind="stable")
    order = order[time[order] != NAT]
    order = order[ordered(track.said[order])]
    fresh = np.ones(len(order), bool)
    fresh[1:] = ~_equal(track.said[order]) | (np.diff(time[order]) > _TOGETHER)
    begin = np.flatnonzero(fresh)
    size = np.diff(np.append(begin, len(order)))
    run = np.cumsum(start)[order[begin + size - 1]]  # of the last copy: first ones may precede the banner
    groups = np.bincount(run)
    doubled = (groups >= _GROUPS) & (np.bincount(run, size % 2 == 0) >= _EVEN * groups)
    found = np.zeros(len(track), bool)
    found[order[np.repeat(doubled[run], size) & (_numbered(fresh) % 2 == 1)]] = True
    return found


def _starts_twice(track: Track, time: Ints, banner: Mask, start: Mask) -> Mask:
    """Second copies of start-up lines, of processes whose banner stands twice.

    From the first banner to the last line that belongs to a start, every line went both ways; later ones not.
    """
    boot = _coded(track, catalogue.boot_codes()) | _to_startup(track)
    begins = np.flatnonzero(start)
    ends = np.append(begins, len(track))[1:]
    found = np.zeros(len(track), bool)
    copied = np.add.reduceat((banner & ~start).astype(np.int64), begins) if len(begins) else begins
    for begin, end in zip(begins[copied > 0], ends[copied > 0], strict=True):
        last = begin + int(np.flatnonzero(boot[begin:end])[-1]) + 1
        rows = np.arange(begin, last)
        found[rows[_second(track.said[begin:last], time[begin:last])]] = True
    return found


def _to_startup(track: Track) -> Mask:
    moves = track.piece.tables["transitions"]
    return _flag(
        track, _TRANSITIONS, ((moves["new"] == "startup") & (moves["subject"] == "local")).to_numpy()
    )


def _second(said: Hashes, time: Ints) -> Mask:
    """Every second one of equal lines that stand close together."""
    order = np.argsort(said, kind="stable")
    fresh = np.ones(len(order), bool)
    fresh[1:] = ~_equal(said[order]) | (np.diff(time[order]) > _TOGETHER)
    found = np.zeros(len(said), bool)
    found[order[_numbered(fresh) % 2 == 1]] = True
    return found


def _init_twice(track: Track, time: Ints) -> Mask:
    """Init scripts of old sent their own word twice as well: a line right after its equal."""
    init = _coded(track, set(_INIT))
    found = np.zeros(len(track), bool)
    same = (track.said[1:] == track.said[:-1]) & (time[1:] == time[:-1]) & init[1:]
    same[1:] &= ~same[:-1]
    found[1:] = same
    return found


def _collected_twice(
    tracks: Sequence[Track], times: Sequence[Ints], keep: list[Mask], own: Sequence[int]
) -> int:
    """Drop rows that an earlier file of the server has too; a line counts as where it stands most."""
    shared = {number: _shared_rows(times, keep, number, own) for number in own}
    numbers = [number for number, rows in shared.items() if len(rows)]
    if len(numbers) < 2:
        return 0
    file = np.repeat(np.array(numbers), [len(shared[number]) for number in numbers])
    row = np.concatenate([shared[number] for number in numbers])
    said = np.concatenate([tracks[number].said[shared[number]] for number in numbers])
    second = np.concatenate([times[number][shared[number]] // SECOND for number in numbers])
    nth = _nth(said, second, file)
    order = np.lexsort((file, nth, second, said))
    repeat = np.zeros(len(order), bool)
    repeat[1:] = _equal(said[order]) & _equal(second[order]) & _equal(nth[order])
    dropped = order[repeat]
    for number in numbers:
        keep[number][row[dropped[file[dropped] == number]]] = False
    return len(dropped)


def _shared_rows(times: Sequence[Ints], keep: Sequence[Mask], number: int, own: Sequence[int]) -> Ints:
    """Rows in the time that another file of the server covers too."""
    mine = times[number]
    found = np.zeros(len(mine), bool)
    for other in own:
        first, last = _span(times[other])
        if other != number and _overlap(_span(mine), (first, last)):
            found |= (mine >= first - first % SECOND) & (mine < last + SECOND)
    rows: Ints = np.flatnonzero(found & keep[number])
    return rows


def _span(time: Ints) -> tuple[int, int]:
    known = time[time != NAT]
    return (int(known.min()), int(known.max())) if len(known) else (0, 0)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two logs have more in common than the second at which one was rotated away."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return last - first > SECOND or (first <= last and (first, last) in (one, other))


def _nth(said: Hashes, second: Ints, file: Ints) -> Ints:
    """The how-maniest of its equals in its file and second each row is."""
    order = np.lexsort((file, second, said))
    fresh = np.ones(len(order), bool)
    fresh[1:] = ~(_equal(said[order]) & _equal(second[order]) & _equal(file[order]))
    found = np.empty(len(order), np.int64)
    found[order] = _numbered(fresh)
    return found


def _numbered(fresh: Mask) -> Ints:
    """The place of each in its run; ``fresh`` marks where runs begin."""
    begin = np.flatnonzero(fresh)
    number: Ints = np.arange(len(fresh)) - np.repeat(begin, np.diff(np.append(begin, len(fresh))))
    return number


def _equal(values: npt.NDArray[np.generic]) -> Mask:
    same: Mask = values[1:] == values[:-1]
    return same
