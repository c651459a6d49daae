"""Rows of a window as the tables that the rules read. Imported when rules run, for pandas takes its time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dhcplens.ingest.collect import Collection, ServerFiles
from dhcplens.model.tables import (
    BINDINGS,
    FAILOVER_STATES,
    LOG_TABLES,
    LeaseTables,
    LogTables,
    empty,
    frame,
)
from dhcplens.pair import PairView, build
from dhcplens.tail.lines import Row


@dataclass(frozen=True, slots=True)
class _Texts:
    lines_of: Mapping[tuple[str, int], str]

    def lines(self, source: str, numbers: Iterable[int]) -> Mapping[int, str]:
        """The lines of a source that are still kept."""
        return {number: self.lines_of.get((source, number), "") for number in numbers}


def pair_of(rows: Sequence[Row], timezone: str) -> PairView:
    """The pair that these rows tell of."""
    servers = sorted({row.server for row in rows})
    files = tuple(_server(name, [row for row in rows if row.server == name]) for name in servers)
    texts = _Texts({(row.source, row.line): row.text for row in rows})
    return build(Collection(files, (), (), (), texts, timezone))


def _server(name: str, rows: Sequence[Row]) -> ServerFiles:
    tables = {table: _table(table, name, [row for row in rows if row.table == table]) for table in LOG_TABLES}
    leases = LeaseTables(empty(BINDINGS), empty(FAILOVER_STATES))
    return ServerFiles(name, LogTables(**tables), leases, None)


def _table(table: str, server: str, rows: Sequence[Row]) -> pd.DataFrame:
    schema = LOG_TABLES[table]
    origin: dict[str, object] = {
        "time": pd.to_datetime(
            np.array([row.time if row.time is not None else pd.NaT for row in rows], dtype="datetime64[ns]"),
            utc=True,
        ),
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
    return frame(schema, columns).sort_values("time", kind="stable", ignore_index=True)
