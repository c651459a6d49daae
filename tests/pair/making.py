"""Small collections, written down as rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from dhcplens.model.conf import DhcpdConf, FailoverPeer, LeaseTimes, Pool
from dhcplens.model.loadbalance import split_buckets
from dhcplens.model.states import Role
from dhcplens.model.tables import (
    LEASE_TABLES,
    LOG_TABLES,
    Kind,
    LeaseTables,
    LogTables,
    frame,
)
from dhcplens.model.values import Inference, InputFile, Problem

DAY = "2026-01-05"
PEER = "dhcp-failover"


def at(clock: str) -> pd.Timestamp:
    """A time of the day that the small incidents play on."""
    return pd.Timestamp(f"{DAY} {clock}", tz="UTC")


def move(clock: str, old: str, new: str, *, pid: int | None = None, peer: str = PEER) -> dict[str, Any]:
    """'I move from … to …'."""
    return _row("transitions", clock, relationship=peer, subject="local", old=old, new=new, pid=pid)


def heard(clock: str, old: str, new: str, *, pid: int | None = None, peer: str = PEER) -> dict[str, Any]:
    """'peer moves from … to …'."""
    return _row("transitions", clock, relationship=peer, subject="partner", old=old, new=new, pid=pid)


def notice(
    clock: str, code: str, *, peer: str | None = None, level: str = "info", **args: Any
) -> dict[str, Any]:
    """A notice of the catalogue."""
    return _row("notices", clock, code=code, relationship=peer, level=level, args=json.dumps(args))


def lost(clock: str, peer: str = PEER) -> dict[str, Any]:
    """'peer …: disconnected'."""
    return notice(clock, "peer-disconnected", peer=peer)


def banner(clock: str) -> dict[str, Any]:
    """The first line of a process."""
    return notice(clock, "server-version", version="4.4.3-P1")


def pool(clock: str, free: int, backup: int, lts: int, **columns: Any) -> dict[str, Any]:
    """A pool line."""
    given = {"kind": "balanced", "network": "10.69.0.0/16", "pool_id": "aa", "total": 240, **columns}
    return _row("pools", clock, free=free, backup=backup, lts=lts, **given)


def message(clock: str, kind: str, mac: str | None = None, **columns: Any) -> dict[str, Any]:
    """A DHCP message line."""
    return _row("messages", clock, type=kind, mac=mac, via="10.69.10.11", **columns)


def block(ip: str, state: str, **columns: Any) -> dict[str, Any]:
    """A lease block; times are given as clock times."""
    times = ("starts", "ends", "tstp", "tsfp", "atsfp", "cltt")
    given = {name: at(value) if name in times else value for name, value in columns.items()}
    return {"table": "bindings", "ip": ip, "state": state, "accepted": True, **given}


def state_block(
    mine: str, since: str, partners: str, partner_since: str, mclt: int | None = None
) -> dict[str, Any]:
    """A 'failover peer … state' block."""
    return {
        "table": "failover_states",
        "relationship": PEER,
        "my_state": mine,
        "my_since": at(since),
        "partner_state": partners,
        "partner_since": at(partner_since),
        "mclt": mclt,
    }


def conf(
    role: Role, *, split: int = 128, peer: str = PEER, pools: Sequence[tuple[str, str]] = ()
) -> DhcpdConf:
    """A configuration with one relationship; ``pools`` are (network, relationship)."""
    primary = role is Role.PRIMARY
    hba = split_buckets(split) if primary else None
    declared = FailoverPeer(peer, role, None, None, split=split if primary else None, hba=hba, line=6)
    return DhcpdConf(
        "dhcpd.conf", (declared,), tuple(Pool(name, (), owner, LeaseTimes()) for name, owner in pools)
    )


@dataclass(frozen=True)
class Files:
    """One server's files."""

    name: str
    log: LogTables
    leases: LeaseTables
    conf: DhcpdConf | None = None
    conf_problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class NoTexts:
    """Texts that name their place."""

    def lines(self, source: str, numbers: Iterable[int]) -> Mapping[int, str]:
        """'SOURCE line N' for each."""
        return {number: f"{source} line {number}" for number in numbers}


@dataclass(frozen=True)
class Heap:
    """A collection."""

    servers: tuple[Files, ...]
    inputs: tuple[InputFile, ...] = ()
    inferences: tuple[Inference, ...] = ()
    problems: tuple[Problem, ...] = ()
    texts: NoTexts = field(default_factory=NoTexts)
    timezone: str = "UTC"


def server(name: str, *rows: dict[str, Any], conf: DhcpdConf | None = None) -> Files:
    """A server from rows; log rows stand in one file in the order given, lease blocks in another."""
    log = [{**row, "line": number} for number, row in enumerate((r for r in rows if "time" in r), 1)]
    leases = [{**row, "line": number} for number, row in enumerate((r for r in rows if "time" not in r), 1)]
    log.sort(key=lambda row: row["time"])
    return Files(
        name,
        LogTables(**{table: _table(LOG_TABLES[table], table, log, name, "messages") for table in LOG_TABLES}),
        LeaseTables(
            **{
                table: _table(LEASE_TABLES[table], table, leases, name, "dhcpd.leases")
                for table in LEASE_TABLES
            }
        ),
        conf,
    )


def heap(*servers: Files) -> Any:
    """A collection of these servers."""
    return Heap(servers)


def _row(table: str, clock: str, **columns: Any) -> dict[str, Any]:
    return {"table": table, "time": at(clock), **columns}


def _table(schema: Any, table: str, rows: list[dict[str, Any]], name: str, source: str) -> pd.DataFrame:
    mine = [row for row in rows if row["table"] == table]
    columns: dict[str, Any] = {
        column.name: _column(column.kind, [row.get(column.name) for row in mine])
        for column in schema
        if any(column.name in row for row in mine)
    }
    if mine:
        columns |= {"server": [name] * len(mine), "source": [f"{name}/{source}"] * len(mine)}
    return frame(schema, columns)


def _column(kind: Kind, values: list[Any]) -> Any:
    return pd.to_datetime(pd.Series(values), utc=True) if kind is Kind.TIME else values
