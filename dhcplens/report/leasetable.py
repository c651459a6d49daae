"""The leases of one server at a moment, the partner's beside them, address by address and pool by pool."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pandas as pd

from dhcplens.ingest.conf import read_conf_file, view
from dhcplens.ingest.files import find, read
from dhcplens.ingest.leases import LeasePiece, read_leases
from dhcplens.model.conf import DhcpdConf
from dhcplens.model.states import BindingState
from dhcplens.model.values import Problem
from dhcplens.pair.bindings import binding_view, happened

SCHEMA: Final = 1

STATES: Final = tuple(state.value for state in BindingState)

AT_REST: Final = (BindingState.FREE.value, BindingState.BACKUP.value)
"""What nobody holds: most of a lease file."""

_SIDES: Final = (("first", ""), ("second", "partner_"))
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class LeasesError(Exception):
    """There is nothing to make a table of, or something that it needs is missing; the message says what."""


@dataclass(frozen=True)
class LeaseTable:
    """Leases as of ``at``.

    ``leases`` has one row an address: ``ip``, ``pool``, then ``state`` (at that time), ``recorded`` (as the
    block says), ``starts``, ``ends``, ``mac``, ``uid``, ``hostname``, the same with ``partner_`` in front
    where two files were given, and ``difference`` (see ``pair.schemas``). ``pools`` has one row a pool:
    ``pool``, ``total`` (addresses of its ranges; of the files without a configuration), and the number of
    addresses in each state, the partner's with ``partner_`` in front.
    """

    at: datetime
    files: tuple[str, ...]
    leases: pd.DataFrame
    pools: pd.DataFrame
    problems: tuple[Problem, ...]

    def as_json(self) -> str:
        """One object: schema, at, files, pools, leases; times in RFC 3339, missing values null."""
        whole = {
            "schema": SCHEMA,
            "at": _rfc3339(self.at),
            "files": list(self.files),
            "pools": _records(self.pools),
            "leases": _records(self.leases),
        }
        return json.dumps(whole, indent=1) + "\n"

    def as_csv(self) -> str:
        """``leases`` with a header; no cell that a spreadsheet would take for a formula."""
        told = pd.DataFrame(_records(self.leases), columns=list(self.leases.columns)).astype("object")
        return str(told.map(_cell).to_csv(index=False, lineterminator="\r\n"))

    def write_parquet(self, out: BinaryIO) -> None:
        """``leases`` as a Parquet file. Raises LeasesError without pyarrow."""
        if find_spec("pyarrow") is None:
            raise LeasesError("parquet needs pyarrow: pip install 'dhcplens[parquet]'")
        self.leases.to_parquet(out, engine="pyarrow", index=False)


def lease_table(
    paths: Sequence[Path], at: datetime, *, past: bool = False, conf: Path | None = None
) -> LeaseTable:
    """The table of one lease file or two; ``at`` is aware.

    With ``past`` blocks that tell of later things do not count: dhcpd writes its file anew every hour, so of
    earlier times it may say nothing of an address. ``conf`` is a dhcpd.conf whose pools arrange
    the addresses; without it they are arranged by networks of 256 addresses. Raises LeasesError.
    """
    pieces = [_read(path) for path in paths]
    moment = pd.Timestamp(at).tz_convert("UTC")
    tables = [piece.bindings for piece in pieces]
    if past:
        tables = [table[happened(table) <= moment.value] for table in tables]
    shown = binding_view(tables, moment, limit=False, compared=len(tables) == 2)
    configured = None if conf is None else view(read_conf_file(conf))
    leases = _leases(shown, pieces)
    leases.insert(1, "pool", _pools_of(leases["ip"], configured))
    problems = tuple(problem for piece in pieces for problem in piece.problems)
    pools = _summary(leases, configured, len(tables))
    return LeaseTable(at, tuple(str(path) for path in paths), leases, pools, problems)


def _read(path: Path) -> LeasePiece:
    leaves, problems = find([path])
    if problems:
        raise LeasesError(str(problems[0]))
    blobs = [blob for leaf in leaves for blob in read(leaf)]
    if len(blobs) != 1:
        raise LeasesError(f"{path}: holds {len(blobs)} files; name one lease file")
    piece = read_leases(bytes(blobs[0].data), str(path))
    if piece.bindings.empty and piece.failover_states.empty:
        more = "; DHCPv6 leases have no failover and are not shown" if len(piece.v6_bindings) else ""
        raise LeasesError(f"{path}: holds no leases{more}")
    return piece


def _leases(shown: pd.DataFrame, pieces: Sequence[LeasePiece]) -> pd.DataFrame:
    columns: dict[str, Any] = {"ip": shown["ip"].astype("str")}
    for (side, prefix), piece in zip(_SIDES, pieces, strict=False):
        columns[f"{prefix}state"] = shown[f"effective_{side}"]
        columns[f"{prefix}recorded"] = shown[f"state_{side}"]
        columns |= {f"{prefix}{name}": shown[f"{name}_{side}"] for name in ("starts", "ends", "mac", "uid")}
        names = piece.bindings.drop_duplicates("line").set_index("line")["hostname"].astype("object")
        columns[f"{prefix}hostname"] = shown[f"line_{side}"].map(names).astype("category")
    if len(pieces) == 2:
        columns["difference"] = shown["difference"]
    return pd.DataFrame(columns)


def _pools_of(addresses: Iterable[str], conf: DhcpdConf | None) -> list[str]:
    if conf is None:
        return [str(IPv4Network(f"{ip}/24", strict=False)) for ip in addresses]
    ranges = sorted((int(one.low), int(one.high), label) for label, pool in _named(conf) for one in pool)
    lows = np.array([low for low, _, _ in ranges], dtype=np.int64)
    found = []
    for ip in addresses:
        number = int(IPv4Address(ip))
        place = int(np.searchsorted(lows, number, side="right")) - 1
        found.append(ranges[place][2] if place >= 0 and number <= ranges[place][1] else "outside of any pool")
    return found


def _named(conf: DhcpdConf) -> Iterable[tuple[str, Any]]:
    """Pools with a name of their own each: the network, and a number where it has several."""
    seen: dict[str, int] = {}
    for pool in conf.pools:
        seen[pool.network] = seen.get(pool.network, 0) + 1
        again = f" ({seen[pool.network]})" if seen[pool.network] > 1 else ""
        yield pool.network + again, pool.ranges


def _summary(leases: pd.DataFrame, conf: DhcpdConf | None, files: int) -> pd.DataFrame:
    totals: dict[str, int] = dict(leases["pool"].value_counts())
    if conf is not None:
        totals |= {
            name: sum(int(one.high) - int(one.low) + 1 for one in ranges) for name, ranges in _named(conf)
        }
    order = sorted(totals, key=lambda name: [int(part) if part.isdigit() else -1 for part in name.split(".")])
    if conf is not None:
        order = [*(name for name, _ in _named(conf)), *(name for name in order if name.startswith("outside"))]
    rows: dict[str, Any] = {"pool": order, "total": [int(totals[name]) for name in order]}
    for _, prefix in _SIDES[:files]:
        counts = pd.crosstab(leases["pool"], leases[f"{prefix}state"].astype("object"))
        counts = counts.reindex(index=order, columns=list(STATES), fill_value=0)
        rows |= {f"{prefix}{state}": counts[state].to_list() for state in STATES}
    if files == 2:
        differ = leases.loc[leases["difference"] != "none", "pool"].value_counts()
        rows["different"] = [int(differ.get(name, 0)) for name in order]
    return pd.DataFrame(rows)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values: times in RFC 3339, ``never`` for the largest one, None for what is missing."""
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        values = frame[name]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            columns[name] = [None if pd.isna(one) else _rfc3339(one.to_pydatetime()) for one in values]
        else:
            columns[name] = [None if pd.isna(one) else one for one in values.astype("object")]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _rfc3339(when: datetime) -> str:
    if when.timestamp() == 2**31 - 1:
        return "never"
    return pd.Timestamp(when).tz_convert("UTC").isoformat().replace("+00:00", "Z")


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
