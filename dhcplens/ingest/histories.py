"""One server's lease files: the current one, and older copies (``dhcpd.leases~``) as history before it.

dhcpd writes its lease file anew about every hour and keeps the one before as ``dhcpd.leases~``
(dhcpd.leases(5)): of each address the new file has only the last state. Blocks of older files are put in
front, but only for addresses and relationships that the current file has too: nothing that was forgotten
comes back as the present state.
"""

from collections.abc import Sequence

import pandas as pd

from dhcplens.ingest.events import lease_events
from dhcplens.ingest.gathered import LeaseFile
from dhcplens.ingest.owners import is_backup
from dhcplens.model.tables import BINDINGS, FAILOVER_STATES, Column, LeaseTables, concat
from dhcplens.model.values import Problem


def join_leases(server: str, files: Sequence[LeaseFile]) -> tuple[LeaseTables, list[Problem]]:
    """The lease tables of one server, and a word on each older file."""
    version4 = [one for one in files if not len(one.piece.v6_bindings) or _has_rows(one)]
    ordered = version4
    if len(version4) > 1:
        ordered = sorted(version4, key=lambda one: (not is_backup(one.path), _has_rows(one), _newest(one)))
    bindings = _joined(BINDINGS, server, [one.piece.bindings for one in ordered], "ip")
    states = _joined(FAILOVER_STATES, server, [one.piece.failover_states for one in ordered], "relationship")
    problems = [
        Problem(one.path, f"older than {ordered[-1].path}: used as history only") for one in ordered[:-1]
    ]
    return LeaseTables(bindings, states), problems


def _has_rows(file: LeaseFile) -> bool:
    return len(file.piece.bindings) + len(file.piece.failover_states) > 0


def _newest(file: LeaseFile) -> int:
    """The latest moment that a file tells as past, in POSIX seconds; 0 where it tells none."""
    return int(lease_events(file.piece).second.max(initial=0))


def _joined(schema: Sequence[Column], server: str, frames: Sequence[pd.DataFrame], key: str) -> pd.DataFrame:
    """Frames, oldest first, cut to the keys of the last one; a block that a later file repeats stays once."""
    if not frames or frames[-1].empty:
        return concat(schema, [])
    if len(frames) == 1:
        return _with_server(schema, frames[0], server)
    current = set(frames[-1][key].dropna())
    older = [frame[frame[key].isin(current)] for frame in frames[:-1]]
    rows = concat(schema, [_with_server(schema, frame, server) for frame in (*older, frames[-1])])
    said = [column.name for column in schema if column.name not in ("server", "source", "line")]
    earlier = rows["source"] != frames[-1]["source"].iloc[-1]
    repeated = rows.duplicated(said, keep="last") & earlier
    kept: pd.DataFrame = rows[~repeated]
    return kept.reset_index(drop=True)


def _with_server(schema: Sequence[Column], frame: pd.DataFrame, server: str) -> pd.DataFrame:
    named = frame.assign(server=pd.Categorical([server] * len(frame), categories=[server]))
    return pd.DataFrame(named, columns=[column.name for column in schema])
