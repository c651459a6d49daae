"""Pool lines of both servers as one series: which pool of which network, whose share is what."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.conf import DhcpdConf
from dhcplens.model.states import Role
from dhcplens.model.tables import concat, frame
from dhcplens.pair.columns import categorical, codes, words
from dhcplens.pair.journal import POOL, Journal
from dhcplens.pair.runs import Run, run_of
from dhcplens.pair.schemas import POOL_SERIES, POOL_SUMMARY

_OWNERSHIP, _MISBALANCE = 10, 15  # percent: dhcpd's defaults (dhcpd.conf(5))


def pool_series(
    pools: Mapping[str, pd.DataFrame],
    journals: Mapping[str, Journal],
    runs: Mapping[str, tuple[Run, ...]],
    confs: Mapping[str, DhcpdConf | None],
    roles: Mapping[tuple[str, str], Role],
    only: str | None,
) -> pd.DataFrame:
    """POOL_SERIES, in order of server and time. ``only`` is the relationship where there is but one."""
    parts = [
        _of_server(server, table, journals[server], runs[server], confs[server], roles, only)
        for server, table in pools.items()
    ]
    return concat(POOL_SERIES, parts)


def pool_summary(series: pd.DataFrame) -> pd.DataFrame:
    """POOL_SUMMARY of a POOL_SERIES."""
    if series.empty:
        return frame(POOL_SUMMARY, {})
    keys = ["server", "relationship", "network", "ordinal"]
    shared = (series["free"] + series["backup"]).rename("shared")
    grouped = series.assign(shared=shared).groupby(keys, observed=True, sort=False, dropna=False)
    rows = pd.Series(np.arange(len(series)), index=series.index)
    last = series.loc[rows.groupby(grouped.ngroup()).last()].reset_index(drop=True)
    lowest = grouped["shared"].transform("min")
    low = series.loc[rows[shared == lowest].groupby(grouped.ngroup()).first()]
    kept = [*keys, "total", "free", "backup", "own", "partners", "surplus", "source", "line"]
    return frame(
        POOL_SUMMARY,
        {
            **{name: last[name] for name in kept},
            "lines": grouped.size().to_numpy(),
            "start": grouped["time"].min().to_numpy(),
            "end": grouped["time"].max().to_numpy(),
            "least": grouped["shared"].min().to_numpy(),
            "least_own": grouped["own"].min().to_numpy(),
            "least_source": low["source"].reset_index(drop=True),
            "least_line": low["line"].to_numpy(),
        },
    )


def full_network(printed: str | None) -> str | None:
    """A network as dhcpd 4 prints it: 3.0 and 3.1 leave out octets beyond the mask ('10.69/16')."""
    if printed is None:
        return None
    address, slash, bits = printed.partition("/")
    octets = address.split(".")
    if not (slash and bits.isdigit() and all(octet.isdigit() for octet in octets) and len(octets) <= 4):
        return printed
    return ".".join([*octets, *["0"] * (4 - len(octets))]) + f"/{bits}"


def _of_server(
    server: str,
    table: pd.DataFrame,
    journal: Journal,
    runs: tuple[Run, ...],
    conf: DhcpdConf | None,
    roles: Mapping[tuple[str, str], Role],
    only: str | None,
) -> pd.DataFrame:
    if table.empty:
        return frame(POOL_SERIES, {})
    networks = categorical(table["network"])
    network = np.array([*map(full_network, networks.categories), None], dtype=object)[networks.codes]
    run = _runs(table, journal, runs)
    ordinal = _ordinals(run, network, codes(table["pool_id"]))
    relationship = _relationships(table, network, ordinal, conf, only)
    role = np.array([roles.get((server, name)) for name in relationship], dtype=object)
    primary, unknown = role == Role.PRIMARY, role == None  # noqa: E711
    (free, no_free), (backup, no_backup) = _numbers(table["free"]), _numbers(table["backup"])
    shared, uncounted = free + backup, no_free | no_backup
    return frame(
        POOL_SERIES,
        {
            "time": table["time"],
            "server": np.full(len(table), server, dtype=object),
            "source": table["source"],
            "relationship": relationship,
            "network": network,
            "kind": table["kind"],
            "line": table["line"],
            "ordinal": ordinal,
            "run": run,
            "total": table["total"],
            "free": table["free"],
            "backup": table["backup"],
            "own": _counts(np.where(primary, free, backup), unknown | np.where(primary, no_free, no_backup)),
            "partners": _counts(
                np.where(primary, backup, free), unknown | np.where(primary, no_backup, no_free)
            ),
            "surplus": _counts(np.sign(free - backup) * (np.abs(free - backup) // 2), uncounted),
            "max_own": _filled(table["max_own"], (shared * _OWNERSHIP + 50) // 100, uncounted),
            "max_misbal": _filled(table["max_misbal"], (shared * _MISBALANCE + 50) // 100, uncounted),
            "requesting": table["requesting"],
        },
    )


def _numbers(column: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A column of counts, and where it has none."""
    return column.to_numpy(np.int64, na_value=0), column.isna().to_numpy()


def _counts(numbers: NDArray[np.int64], missing: NDArray[np.bool_]) -> Any:
    return pd.arrays.IntegerArray(numbers, missing)


def _filled(printed: pd.Series, reckoned: NDArray[np.int64], unknown: NDArray[np.bool_]) -> Any:
    """What was printed, else what is reckoned."""
    numbers, missing = _numbers(printed)
    return _counts(np.where(missing, reckoned, numbers), missing & unknown)


def _runs(table: pd.DataFrame, journal: Journal, runs: tuple[Run, ...]) -> NDArray[np.int64]:
    """The process of each row. The journal holds the rows too, maybe in other order within a second."""
    entries = np.flatnonzero(journal.where(POOL))[::-1]  # of lines that are there twice, the first counts
    places = zip(journal.source[entries], journal.line[entries].tolist(), strict=True)
    number = dict(zip(places, run_of(journal, runs)[entries].tolist(), strict=True))
    wanted = zip(words(table["source"]), table["line"].tolist(), strict=True)
    return np.array([number.get(place, 0) for place in wanted], dtype=np.int64)


def _ordinals(
    run: NDArray[np.int64], network: NDArray[np.object_], pool_id: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Pools of one network in one process are told apart by pointer and numbered as they first appear.

    dhcpd walks its pools in one order, so the numbers mean the same pool after a restart.
    """
    known: dict[tuple[int, str | None], dict[int, int]] = {}
    numbers = []
    for process, name, pointer in zip(run.tolist(), network, pool_id.tolist(), strict=True):
        pools = known.setdefault((process, name), {})
        numbers.append(pools.setdefault(pointer, len(pools)))
    return np.array(numbers, dtype=np.int64)


def _relationships(
    table: pd.DataFrame,
    network: NDArray[np.object_],
    ordinal: NDArray[np.int64],
    conf: DhcpdConf | None,
    only: str | None,
) -> NDArray[np.object_]:
    """The relationship of each row: as logged, else the only one, else that of the configured pool."""
    named = words(table["relationship"], only)
    if only is not None:
        return named
    configured: dict[str, list[str | None]] = {}
    for pool in conf.pools if conf else ():
        if pool.relationship is not None:
            configured.setdefault(pool.network, []).append(pool.relationship)
    result = named.copy()
    for name, owners in configured.items():
        for place, owner in enumerate(owners):
            one = len(set(owners)) == 1
            chosen = (network == name) & pd.isna(named) & (one | (ordinal == place))
            result[chosen] = owner
    return result
