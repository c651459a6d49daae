"""The rows of scanned slices as one frame, those of the plain reader put in between."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest.leases import spell, statements
from dhcplens.ingest.leases.intern import ADDRESS, HOSTNAME, KINDS, LENGTH_MASK, MAC, UID
from dhcplens.ingest.leases.lease import STAMPS
from dhcplens.ingest.leases.rows import moments, words
from dhcplens.ingest.leases.slices import Array, Slice, unite
from dhcplens.ingest.leases.spread import spread
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


class Words:
    """The words of each kind, as text, with the codes of all slices together."""

    def __init__(self, pool: Executor, buffer: Array, seed: int, slices: Sequence[Slice]) -> None:
        def texts(kind: int, write: Callable[..., int], width: int, *data: Array) -> list[str]:
            places = unite(buffer, seed, slices, kind)
            most = width * len(places)
            if data:
                most = width * int((places & LENGTH_MASK).sum()) + len(places)
            out = np.empty(most, np.uint8)
            length = write(*data, places, out)
            return str(out[:length].data, "ascii").split("\n")[:-1]

        self._slices = slices
        self._jobs = {
            UID: pool.submit(texts, UID, spell.identifier_texts, 3, buffer),
            HOSTNAME: pool.submit(texts, HOSTNAME, spell.string_texts, 1, buffer),
            MAC: pool.submit(texts, MAC, spell.hardware_texts, 18),
            ADDRESS: pool.submit(texts, ADDRESS, spell.address_texts, 16),
        }

    def names(self, kind: int) -> list[str]:
        """The different texts of one kind."""
        return self.different(kind, self._jobs[kind].result())

    def different(self, kind: int, names: list[str]) -> list[str]:
        """Texts by code, less those that only looked different in the file; codes change with them."""
        known: dict[str, int] = {}
        united = np.array([known.setdefault(name, len(known)) for name in names], np.int32)
        if len(known) < len(names):
            for one in self._slices:
                one.codes[kind] = united[one.codes[kind]]
        return list(known)


def frame(
    slices: Sequence[Slice], names: list[list[str]], plan: Plan, others: pd.DataFrame, source: str, stop: int
) -> pd.DataFrame:
    """The table of bindings; ``names`` are the texts of each kind, ``stop`` is where dhcpd stops reading."""
    lines = np.empty(plan.rows, np.int64)
    stamps = np.empty((len(STAMPS), plan.rows), np.int64)
    codes = np.empty((KINDS, plan.rows), np.int32)
    states = np.empty((len(_STATES), plan.rows), np.int8)
    flags = np.empty((len(_FLAGS), plan.rows), np.bool_)
    for one, runs in zip(slices, plan.runs, strict=True):
        codes_of = np.empty((KINDS, max(map(len, one.codes))), np.int32)
        for kind, known in enumerate(one.codes):
            codes_of[kind, : len(known)] = known
        spread(
            one.rows,
            runs,
            one.lines_before + 1,
            stop - one.begin,
            codes_of,
            lines,
            stamps,
            codes,
            states,
            flags,
        )
        one.rows = one.rows[:0]
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
    for name, column, texts in zip(_WORDS, codes, names, strict=True):
        columns[name] = _mixed(column, texts, others[name], plan.gaps, plan.clean)
    for name, column in zip(_STATES, states, strict=True):
        texts = ["ethernet"] if name == "hardware" else [*statements.STATES]
        columns[name] = _mixed(column, texts, others[name], plan.gaps, False)
    order = [column.name for column in tables.BINDINGS if column.name != "server"]
    return pd.DataFrame({name: columns[name] for name in order}, copy=False)


def _mixed(codes: Array, names: list[str], others: pd.Series, gaps: Array, clean: bool) -> pd.Series:
    """A column of words, the others put into their gaps; names without a row go unless ``clean``."""
    if len(gaps):
        known = {name: code for code, name in enumerate(names)}
        united = [known.setdefault(name, len(known)) for name in others.cat.categories]
        codes = codes if len(known) <= np.iinfo(codes.dtype).max else codes.astype(np.int32)
        codes[gaps] = np.array([*united, -1], codes.dtype)[others.cat.codes]
        names = list(known)
    if not clean:
        used = np.zeros(len(names) + 1, bool)
        used[codes] = True
        if not used[:-1].all():
            table = np.append(np.cumsum(used[:-1]) - 1, -1).astype(codes.dtype)
            codes = table[codes]
            names = [name for name, here in zip(names, used[:-1], strict=True) if here]
    return words(codes, names)
