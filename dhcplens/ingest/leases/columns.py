"""The rows of scanned slices as one frame, those of the plain reader put in between."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest.leases import statements
from dhcplens.ingest.leases.layout import KINDS, OPTIONS, WIDTH
from dhcplens.ingest.leases.lease import STAMPS
from dhcplens.ingest.leases.names import Names
from dhcplens.ingest.leases.rows import moments, words
from dhcplens.ingest.leases.slices import Array, Slice
from dhcplens.ingest.leases.spread import find_used, renumber, spread
from dhcplens.model import tables

_WORDS: Final = ("ip", "mac", "uid", "hostname", "options")  # in the order of the kinds
_STATES: Final = ("state", "next_state", "rewind_state", "hardware")
_FLAGS: Final = ("reserved", "bootp", "accepted")


@dataclass(slots=True)
class Plan:
    """Which rows of each slice go where: (first, behind the last, place); and the other rows' places."""

    runs: list[Array]
    gaps: Array
    rows: int
    clean: bool  # every word that the scanner met is in some row


def plan(slices: Sequence[Slice], taken: Sequence[tuple[int, int, int]], others: int) -> Plan:
    """Put rows in the order of the file.

    ``taken`` are the ranges (start, end, rows) that the plain reader read, of whose rows there are
    ``others``; those that came when the file ended belong to the last range.
    """
    begins, ends, counts = np.array(taken, np.int64).reshape(-1, 3).T
    counts[-1:] += others - counts.sum()
    runs, gaps, place, kept = [], [], 0, 0
    for one in slices:
        within = (begins < one.end) & (ends > one.begin)
        offsets = one.offsets() if within.any() else np.empty(0, np.int64)
        row, found = 0, []
        for begin, end, count in zip(begins[within], ends[within], counts[within], strict=True):
            low, high = np.searchsorted(offsets, [begin, end])
            if low > row:
                found.append((row, low, place))
                place += low - row
            if begin >= one.begin:
                gaps.append(np.arange(place, place + count))
                place += count
            row = max(row, high)
        found.append((row, len(one.rows), place))
        place += len(one.rows) - row
        kept += sum(behind - first for first, behind, _ in found)
        runs.append(np.array(found, np.int64))
    clean = kept == sum(len(one.rows) for one in slices) and not any(one.failed for one in slices)
    return Plan(runs, np.concatenate(gaps) if gaps else np.empty(0, np.int64), place, clean)


def frame(
    pool: Executor,
    slices: Sequence[Slice],
    names: Names,
    options: pd.Index,
    plan: Plan,
    others: pd.DataFrame,
    source: str,
    stop: int,
) -> pd.DataFrame:
    """The table of bindings; ``stop`` is where dhcpd stops reading. All ``EXTRA`` words are joined by now."""
    lines = np.empty(plan.rows, np.int64)
    stamps = np.empty((len(STAMPS), plan.rows), np.int64)
    codes = np.empty((KINDS, plan.rows), np.int32)
    states = np.empty((len(_STATES), plan.rows), np.int8)
    flags = np.empty((len(_FLAGS), plan.rows), np.bool_)

    def write(one: Slice, runs: Array) -> None:
        codes_of = np.empty((KINDS, max(map(len, one.codes))), np.int32)
        for kind, known in enumerate(one.codes):
            codes_of[kind, : len(known)] = known
        line, behind = one.lines_before + 1, stop - one.begin
        spread(one.rows, runs, line, behind, codes_of, lines, stamps, codes, states, flags)
        one.rows = np.empty((0, WIDTH), np.int32)  # its memory is worth more now

    list(pool.map(write, slices, plan.runs))
    numbers = {"line": lines, **dict(zip(_FLAGS, flags, strict=True))}
    for name, column in numbers.items():
        column[plan.gaps] = others[name]
    for name, column in zip(STAMPS, stamps, strict=True):
        column[plan.gaps] = pd.DatetimeIndex(others[name]).asi8
    columns: dict[str, Any] = {
        "source": words(np.zeros(plan.rows, np.int8), [source]),
        **numbers,
        **{name: moments(column) for name, column in zip(STAMPS, stamps, strict=True)},
    }
    for kind, (name, column) in enumerate(zip(_WORDS, codes, strict=False)):
        texts = options if kind == OPTIONS else names.of(kind)
        columns[name] = _mixed(column, texts, others[name], plan.gaps, plan.clean)
    for name, column in zip(_STATES, states, strict=True):
        texts = pd.Index(["ethernet"] if name == "hardware" else statements.STATES, dtype="str")
        columns[name] = _mixed(column, texts, others[name], plan.gaps, False)
    order = [column.name for column in tables.BINDINGS if column.name != "server"]
    return pd.DataFrame({name: columns[name] for name in order}, copy=False)


def _mixed(codes: Array, names: pd.Index, others: pd.Series, gaps: Array, clean: bool) -> pd.Categorical:
    """A column of words, the others put into their gaps; names without a row go unless ``clean``."""
    if len(gaps):
        others_names = others.cat.categories
        places = np.flatnonzero(names.isin(others_names))
        known = dict(zip(names[places], places.tolist(), strict=True))
        new = [name for name in others_names if name not in known]
        known.update(zip(new, range(len(names), len(names) + len(new)), strict=True))
        names = names.append(pd.Index(new, dtype="str")) if new else names
        codes = codes if len(names) <= np.iinfo(codes.dtype).max else codes.astype(np.int32)
        found = [known[name] for name in others_names]
        codes[gaps] = np.array([*found, -1], codes.dtype)[others.cat.codes]
    if not clean:
        used = np.zeros(len(names) + 1, bool)
        find_used(codes, used)
        if not used[:-1].all():
            renumber(codes, np.append(np.cumsum(used[:-1]) - 1, -1).astype(codes.dtype))
            names = names[used[:-1]]
    return words(codes, names)
