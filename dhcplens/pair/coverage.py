"""Which times the files cover, and where a log is silent."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.tables import LeaseTables, LogTables, frame
from dhcplens.pair.bindings import written
from dhcplens.pair.columns import UNKNOWN_TIME, codes, stamps, times
from dhcplens.pair.schemas import QUIET, SPANS


def spans_frame(servers: Sequence[tuple[str, LogTables, LeaseTables]]) -> pd.DataFrame:
    """SPANS, by server and begin."""
    rows = [row for name, log, leases in servers for row in (*_logs(name, log), *_leases(name, leases))]
    names = ("server", "kind", "source", "start", "end", "rows")
    data: dict[str, object] = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    for name in ("start", "end"):
        data[name] = times(np.array(data[name], dtype=np.int64))
    return frame(SPANS, data)


_Span = tuple[str, str, str, int, int, int]


def _logs(server: str, log: LogTables) -> Iterator[_Span]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for table in _tables(log):
        for source, *span in _by_source(table, stamps(table["time"])):
            found.setdefault(source, []).append((span[0], span[1], span[2]))
    spans = []
    for source, parts in found.items():
        begins = [begin for begin, _, _ in parts if begin != UNKNOWN_TIME]
        end = max(end for _, end, _ in parts)
        count = sum(count for _, _, count in parts)
        spans.append((server, "log", source, min(begins, default=UNKNOWN_TIME), end, count))
    yield from sorted(spans, key=lambda span: span[3])


def _leases(server: str, leases: LeaseTables) -> Iterator[_Span]:
    bindings = leases.bindings
    for source, begin, end, count in _by_source(bindings, stamps(written(bindings))):
        yield server, "leases", source, begin, end, count


def _by_source(table: pd.DataFrame, stamp: NDArray[np.int64]) -> Iterator[tuple[str, int, int, int]]:
    number = codes(table["source"])
    known = stamp != UNKNOWN_TIME
    for place in np.unique(number[number >= 0]).tolist():
        mine = number == place
        stamped = stamp[mine & known]
        begin, end = (
            (int(stamped.min()), int(stamped.max())) if len(stamped) else (UNKNOWN_TIME, UNKNOWN_TIME)
        )
        yield str(table["source"].cat.categories[place]), begin, end, int(mine.sum())


def _tables(log: LogTables) -> list[pd.DataFrame]:
    return [getattr(log, one.name) for one in fields(log)]


def log_period(log: LogTables) -> tuple[int, int] | None:
    """First and last time of a log in nanoseconds, None without any."""
    found = [stamp for table in _tables(log) if len(stamp := stamps(table["time"]))]
    known = [stamp[stamp != UNKNOWN_TIME] for stamp in found]
    ends = [(int(one.min()), int(one.max())) for one in known if len(one)]
    return (min(begin for begin, _ in ends), max(end for _, end in ends)) if ends else None


def quiet_frame(servers: Sequence[tuple[str, LogTables]], at_least: pd.Timedelta) -> pd.DataFrame:
    """QUIET."""
    rows = [row for name, log in servers for row in _silences(name, log, at_least.value)]
    names = ("server", "start", "end", "source", "line", "end_source", "end_line")
    data: dict[str, object] = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    for name in ("start", "end"):
        data[name] = times(np.array(data[name], dtype=np.int64))
    return frame(QUIET, data)


def _silences(server: str, log: LogTables, least: int) -> Iterator[tuple[object, ...]]:
    tables = _tables(log)
    stamp = np.concatenate([stamps(table["time"]) for table in tables])
    number = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    row = np.concatenate([np.arange(len(table)) for table in tables])
    order = np.argsort(stamp, kind="stable")
    order = order[stamp[order] != UNKNOWN_TIME]
    for place in np.flatnonzero(np.diff(stamp[order]) >= least).tolist():
        before, after = order[place], order[place + 1]
        ends = [tables[number[one]].iloc[row[one]] for one in (before, after)]
        yield (
            *(server, int(stamp[before]), int(stamp[after])),
            *(value for one in ends for value in (str(one["source"]), int(one["line"]))),
        )
