"""Which times the files cover, and where a log is silent."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.tables import LeaseTables, LogTables
from dhcplens.pair.bindings import written
from dhcplens.pair.columns import UNKNOWN_TIME, codes, stamps, table
from dhcplens.pair.schemas import QUIET, SPANS


class _Span(NamedTuple):
    """A row of SPANS; stamps in nanoseconds."""

    server: str
    kind: str
    source: str
    start: int
    end: int
    rows: int


class _Silence(NamedTuple):
    """A row of QUIET; stamps in nanoseconds."""

    server: str
    start: int
    end: int
    source: str
    line: int
    end_source: str
    end_line: int


def spans_frame(servers: Sequence[tuple[str, LogTables, LeaseTables]]) -> pd.DataFrame:
    """SPANS, by server and begin."""
    rows = [row for name, log, leases in servers for row in (*_logs(name, log), *_leases(name, leases))]
    return table(SPANS, rows)


def _logs(server: str, log: LogTables) -> Iterator[_Span]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for one in _tables(log):
        for source, *span in _by_source(one, stamps(one["time"])):
            found.setdefault(source, []).append((span[0], span[1], span[2]))
    spans = []
    for source, parts in found.items():
        begins = [begin for begin, _, _ in parts if begin != UNKNOWN_TIME]
        end = max(end for _, end, _ in parts)
        count = sum(count for _, _, count in parts)
        spans.append(_Span(server, "log", source, min(begins, default=UNKNOWN_TIME), end, count))
    yield from sorted(spans, key=lambda span: span.start)


def _leases(server: str, leases: LeaseTables) -> Iterator[_Span]:
    bindings = leases.bindings
    for source, begin, end, count in _by_source(bindings, stamps(written(bindings))):
        yield _Span(server, "leases", source, begin, end, count)


def _by_source(rows: pd.DataFrame, stamp: NDArray[np.int64]) -> Iterator[tuple[str, int, int, int]]:
    number = codes(rows["source"])
    known = stamp != UNKNOWN_TIME
    for place in np.unique(number[number >= 0]).tolist():
        mine = number == place
        stamped = stamp[mine & known]
        begin, end = (
            (int(stamped.min()), int(stamped.max())) if len(stamped) else (UNKNOWN_TIME, UNKNOWN_TIME)
        )
        yield str(rows["source"].cat.categories[place]), begin, end, int(mine.sum())


def _tables(log: LogTables) -> list[pd.DataFrame]:
    return [getattr(log, one.name) for one in fields(log)]


def line_times(log: LogTables) -> NDArray[np.int64]:
    """The sorted times, in nanoseconds, of all rows of a log that have one."""
    stamp = np.sort(np.concatenate([stamps(one["time"]) for one in _tables(log)]), kind="stable")
    known: NDArray[np.int64] = stamp[stamp != UNKNOWN_TIME]
    return known


def quiet_frame(servers: Sequence[tuple[str, LogTables]], at_least: pd.Timedelta) -> pd.DataFrame:
    """QUIET."""
    return table(QUIET, [row for name, log in servers for row in _silences(name, log, at_least.value)])


def _silences(server: str, log: LogTables, least: int) -> Iterator[_Silence]:
    tables = _tables(log)
    stamp = np.concatenate([stamps(one["time"]) for one in tables])
    number = np.repeat(np.arange(len(tables)), [len(one) for one in tables])
    row = np.concatenate([np.arange(len(one)) for one in tables])
    order = np.argsort(stamp, kind="stable")
    order = order[stamp[order] != UNKNOWN_TIME]
    for place in np.flatnonzero(np.diff(stamp[order]) >= least).tolist():
        before, after = order[place], order[place + 1]
        last, first = (tables[number[one]].iloc[row[one]] for one in (before, after))
        yield _Silence(
            server=server,
            start=int(stamp[before]),
            end=int(stamp[after]),
            source=str(last["source"]),
            line=int(last["line"]),
            end_source=str(first["source"]),
            end_line=int(first["line"]),
        )
