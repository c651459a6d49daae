"""Rows of a window as the tables that the rules read. Imported when rules run, for pandas takes its time.

From one look of the rules to the next little changes, so a table is made anew only where its rows changed,
and the long one of messages is made longer.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from dhcplens.ingest.collect import Collection, ServerFiles
from dhcplens.model.tables import (
    BINDINGS,
    FAILOVER_STATES,
    LOG_TABLES,
    LeaseTables,
    LogTables,
    concat,
    empty,
    frame,
)
from dhcplens.pair import PairView, build
from dhcplens.pair.columns import UNKNOWN_TIME, time, times
from dhcplens.tail.lines import Row
from dhcplens.tail.present import Times

_ADDED: Final = 500
"""So many rows are added to a table one by one; then it is made anew."""


@dataclass(frozen=True)
class _Live(PairView):
    """A pair that runs on while its servers write nothing: the latest moment is what their clocks show."""

    now: Times = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def latest(self) -> pd.Timestamp:
        """The present on the first server's clock; without a clock, the last time of a line."""
        shown = [self.now[one.name] - self.offset(one.name) for one in self.servers if one.name in self.now]
        latest: pd.Timestamp = time(max(shown)) if shown else super().latest
        return latest


@dataclass(frozen=True, slots=True)
class _Texts:
    rows: Sequence[Row]

    def lines(self, source: str, numbers: Iterable[int]) -> Mapping[int, str]:
        """The lines of a source that are still kept."""
        wanted = frozenset(numbers)
        return {row.line: row.text for row in self.rows if row.line in wanted and row.source == source}


class Tables:
    """The tables of every server, kept from one window to the next."""

    def __init__(self, timezone: str) -> None:
        self._timezone = timezone
        self._made: dict[tuple[str, str], tuple[Sequence[Row], pd.DataFrame]] = {}
        self._leases = LeaseTables(empty(BINDINGS), empty(FAILOVER_STATES))

    def pair(self, rows: Sequence[Row], now: Times) -> PairView:
        """The pair that these rows tell of, as of ``now``."""
        sorted_out: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            sorted_out[row.server, row.table].append(row)
        servers = sorted({server for server, _ in sorted_out})
        self._made = {key: self._frame(key, sorted_out[key]) for key in product(servers, LOG_TABLES)}
        files = tuple(self._server(name) for name in servers)
        texts = _Texts([row for kept, _ in self._made.values() for row in kept])
        pair = build(Collection(files, (), (), (), texts, self._timezone), _Live)
        return replace(pair, now=now)

    def _server(self, name: str) -> ServerFiles:
        tables = {table: self._made[name, table][1] for table in LOG_TABLES}
        return ServerFiles(name, LogTables(**tables), self._leases, None)

    def _frame(self, key: tuple[str, str], rows: list[Row]) -> tuple[Sequence[Row], pd.DataFrame]:
        server, table = key
        before, made = self._made.get(key, ((), None))
        if made is None:
            return rows, _table(table, server, rows)
        if before == rows:
            return before, made
        added = _added(before, rows)
        if added is None:
            return rows, _table(table, server, rows)
        longer = concat(LOG_TABLES[table], [made, _table(table, server, added)])
        return [*before, *added], longer.sort_values("time", kind="stable", ignore_index=True)


def _added(before: Sequence[Row], rows: Sequence[Row]) -> Sequence[Row] | None:
    """What came behind the rows of before, some of whose first ones may be gone; None: too much changed."""
    if len(rows) < _ADDED or not before:  # quickly made anew
        return None
    gone = next((place for place, one in enumerate(before[:_ADDED]) if one is rows[0]), None)
    if gone is None or rows[len(before) - gone - 1] is not before[-1]:
        return None
    added = rows[len(before) - gone :]
    return added if gone + len(added) <= _ADDED else None


def _table(table: str, server: str, rows: Sequence[Row]) -> pd.DataFrame:
    schema = LOG_TABLES[table]
    rows = sorted(rows, key=lambda row: (row.time is None, row.time or 0))
    stamped = [UNKNOWN_TIME if row.time is None else row.time for row in rows]
    origin: dict[str, object] = {
        "time": times(np.array(stamped, dtype=np.int64)),
        "server": [server] * len(rows),
        "source": [row.source for row in rows],
        "line": [row.line for row in rows],
    }
    columns: dict[str, object] = {}
    for column in schema:
        if column.name in origin:
            columns[column.name] = origin[column.name]
        elif column.name == "pid":
            columns["pid"] = pd.array([row.pid for row in rows], dtype="Int64")
        elif column.name == "args":
            columns["args"] = [json.dumps(row.fields["args"], ensure_ascii=False) for row in rows]
        elif column.name == "requesting":
            columns["requesting"] = [bool(row.fields.get("requesting")) for row in rows]
        else:
            columns[column.name] = [row.fields.get(column.name) for row in rows]
    return frame(schema, columns)
