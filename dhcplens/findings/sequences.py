"""FO4: lease files that do not tell what must have happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.findings.case import Case
from dhcplens.findings.limits import limit
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import known, rows
from dhcplens.findings.stale import dynamic_range
from dhcplens.findings.words import listed, number
from dhcplens.model.order import ordered
from dhcplens.model.states import BindingState, Role, Severity
from dhcplens.pair import Server
from dhcplens.pair.bindings import written
from dhcplens.pair.columns import codes, stamps, times

_UNUSED = (BindingState.FREE, BindingState.BACKUP, BindingState.ABANDONED)
_NEVER = frozenset(
    (old.value, new.value) for old in _UNUSED for new in (BindingState.EXPIRED, BindingState.RELEASED)
)
_NEVER_OF_PRIMARY = frozenset({(BindingState.ACTIVE.value, BindingState.BACKUP.value)})
_LATE = pd.Timedelta(seconds=65)


@dataclass(frozen=True, slots=True)
class SequenceLimits:
    """Thresholds of impossible-sequence."""

    count: float = limit(1, "addresses of one file whose blocks follow each other as dhcpd never writes them")


@rule("FO408", "impossible-sequence", Severity.WARNING, SequenceLimits)
def impossible_sequence(case: Case, limits: SequenceLimits) -> Iterator[Draft]:
    """Blocks of one address that cannot follow each other: dhcpd writes each change (mdb.c)."""
    for server in case.pair.servers:
        odd = _impossible(case, server)
        if odd["ip"].nunique() < max(1, limits.count):
            continue
        one = odd.iloc[0]
        count = odd["ip"].nunique()
        before = odd.assign(line=odd["before"])
        yield Draft(
            title=f"the lease file of {server.name} has {number(count, 'address')} with changes "
            f"of state that dhcpd does not make: {listed([str(ip) for ip in odd['ip'].unique()])}",
            start=known(case.aligned(odd["time"].min(), server.name)),
            end=None,
            servers=(server.name,),
            rows=rows(before, 12) + rows(odd, 12),
            figures={
                "server": server.name,
                "count": number(count, "address"),
                "example": f"{one['ip']} goes from {one['old']} to {one['state']}",
            },
        )


def _impossible(case: Case, server: Server) -> pd.DataFrame:
    """Blocks with the state (``old``) and line (``before``) of the block before, where that cannot be."""
    blocks = server.leases.bindings
    never = _NEVER | (_NEVER_OF_PRIMARY if server.role is Role.PRIMARY else frozenset())
    versions = case.pair.runs.loc[case.pair.runs["server"] == server.name, "version"].dropna().astype(str)
    if versions.str.lstrip("V").str.startswith("3.0").any():
        never = frozenset()  # took its partner's expired and released as they were
    before, row = _followers(blocks)
    states = blocks["state"].cat
    names = [*states.categories, None]
    odd = np.array([[(old, new) in never for new in names] for old in names])
    chosen = odd[states.codes.to_numpy()[before], states.codes.to_numpy()[row]]
    before, row = before[chosen], row[chosen]
    found: pd.DataFrame = blocks[["ip", "state", "source", "line"]].iloc[row]
    odd_ones: pd.DataFrame = found.astype(dict.fromkeys(("ip", "state", "source"), "object")).assign(
        time=written(blocks).iloc[row].array,
        old=blocks["state"].iloc[before].astype("object").array,
        before=blocks["line"].iloc[before].array,
    )
    return odd_ones


def _followers(blocks: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of accepted blocks that follow another one of the same address and file; first those others."""
    standing = np.flatnonzero((blocks["accepted"] & blocks["ip"].notna()).to_numpy())
    address = codes(blocks["source"]) * len(blocks["ip"].cat.categories) + codes(blocks["ip"])
    order = standing[ordered(address[standing])]
    same = np.flatnonzero(address[order[1:]] == address[order[:-1]])
    same = same[np.argsort(order[same + 1])]  # as they stand in the file
    return order[same], order[same + 1]


@dataclass(frozen=True, slots=True)
class UnwrittenLimits:
    """Thresholds of lease-not-in-file."""

    count: float = limit(1, "addresses acknowledged since the last start that no lease file knows")
    covered: float = limit(120, "seconds by which the file must have been written to later")


@rule("FO409", "lease-not-in-file", Severity.WARNING, UnwrittenLimits)
def lease_not_in_file(case: Case, limits: UnwrittenLimits) -> Iterator[Draft]:
    """Leases that a server acknowledged, but that stand in no lease file although it was written to later."""
    for server in case.pair.servers:
        missing = _unwritten(case, server, limits.covered)
        if len(missing) < max(1, limits.count):
            continue
        addresses = [str(ip) for ip in missing["ip"]]
        yield Draft(
            title=f"{number(len(missing), 'lease')} that {server.name} acknowledged "
            f"{'is' if len(missing) == 1 else 'are'} in no lease file: {listed(addresses)}",
            start=missing["time"].min(),
            end=None,
            servers=(server.name,),
            rows=rows(missing),
            figures={"server": server.name, "count": number(len(missing), "lease"), "address": addresses[0]},
        )


def _unwritten(case: Case, server: Server, covered: float) -> pd.DataFrame:
    """The last exchanges, of each address, that ended in such an acknowledgement."""
    every = case.pair.exchanges
    given = every["kind"].isin(["acquire", "renew"]) & (every["outcome"] == "acked") & every["ip"].notna()
    acked = every.loc[given & (every["server"] == server.name), ["ip", "end", "source", "line"]]
    blocks = server.leases.bindings
    runs = case.pair.runs
    begin = runs.loc[runs["server"] == server.name, "start"].dropna()
    if len(begin):
        acked = acked[acked["end"] > begin.iloc[-1]]
    latest = written(blocks).max() if len(blocks) else pd.NaT
    if pd.isna(latest) or not len(acked):
        return acked.iloc[:0]
    acked = acked[acked["end"] < latest - timedelta(seconds=covered)]
    acked = acked.drop_duplicates("ip", keep="last").astype({"ip": "object"})
    acked = acked[acked["ip"].map(dynamic_range(case, server.name)).astype(bool)] if len(acked) else acked
    told = acked["ip"].map(_told(case))
    missing = acked[told.isna() | (told < acked["end"] - _LATE)]
    return case.align(missing.assign(time=missing["end"]), server.name)


def _told(case: Case) -> pd.Series:
    """Of each address the latest time that a block of either file names for it."""
    tables = [server.leases.bindings for server in case.pair.servers]
    parts: list[pd.Series] = []
    for table in tables:
        named = [stamps(table[name]) for name in ("starts", "ends", "cltt", "tstp")]
        latest = times(np.maximum.reduce(named)).groupby(codes(table["ip"])).max().drop(-1, errors="ignore")
        parts.append(latest.set_axis(table["ip"].cat.categories[latest.index].astype("object")))
    whole: pd.Series = pd.concat(parts).groupby(level=0).max()
    return whole
