"""FO4: lease files that do not tell what must have happened."""

from collections.abc import Iterator
from dataclasses import dataclass

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
from dhcplens.pair.bindings import happened, written
from dhcplens.pair.columns import UNKNOWN_TIME, among, categorical, codes, plain, stamps, words

_UNUSED = (BindingState.FREE, BindingState.BACKUP, BindingState.ABANDONED)
_NEVER = frozenset(
    (old.value, new.value) for old in _UNUSED for new in (BindingState.EXPIRED, BindingState.RELEASED)
)
_NEVER_OF_PRIMARY = frozenset({(BindingState.ACTIVE.value, BindingState.BACKUP.value)})
_LATE = 65 * 10**9


@dataclass(frozen=True, slots=True)
class SequenceLimits:
    """Thresholds of impossible-sequence."""

    count: float = limit(1, "addresses of one file whose blocks follow each other as dhcpd never writes them")


@rule("FO408", "impossible-sequence", Severity.WARNING, SequenceLimits)
def impossible_sequence(case: Case, limits: SequenceLimits) -> Iterator[Draft]:
    """Blocks of one address that cannot follow each other: dhcpd writes each change (mdb.c)."""
    for server in case.pair.servers:
        before, row = _impossible(case, server)
        if len(row) < max(1, limits.count):
            continue
        odd = _both_blocks(server.leases.bindings, before, row)
        if odd["ip"].nunique() < limits.count:
            continue
        one = odd.iloc[0]
        count = odd["ip"].nunique()
        earlier = odd.assign(line=odd["before"])
        yield Draft(
            title=f"the lease file of {server.name} has {number(count, 'address')} with changes "
            f"of state that dhcpd does not make: {listed([str(ip) for ip in odd['ip'].unique()])}",
            start=known(case.aligned(odd["time"].min(), server.name)),
            end=None,
            servers=(server.name,),
            rows=rows(earlier, 12) + rows(odd, 12),
            figures={
                "server": server.name,
                "count": number(count, "address"),
                "example": f"{one['ip']} goes from {one['old']} to {one['state']}",
            },
        )


def _impossible(case: Case, server: Server) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of blocks that cannot follow the block before of that address; first the places of those."""
    blocks = server.leases.bindings
    never = _NEVER | (_NEVER_OF_PRIMARY if server.role is Role.PRIMARY else frozenset())
    versions = [one.version for one in case.pair.lives if one.server == server.name and one.version]
    if any(one.lstrip("V").startswith("3.0") for one in versions):
        never = frozenset()  # took its partner's expired and released as they were
    before, row = _followers(blocks)
    state = categorical(blocks["state"])
    names = [*state.categories, None]
    odd = np.array([[(old, new) in never for new in names] for old in names])
    chosen = odd[state.codes[before], state.codes[row]]
    return before[chosen], row[chosen]


def _both_blocks(blocks: pd.DataFrame, before: NDArray[np.int64], row: NDArray[np.int64]) -> pd.DataFrame:
    """Blocks with the state (``old``) and line (``before``) of the block before."""
    return plain(blocks[["ip", "state", "source", "line"]].iloc[row]).assign(
        time=written(blocks).iloc[row].array,
        old=words(blocks["state"])[before],
        before=blocks["line"].iloc[before].array,
    )


def _followers(blocks: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of accepted blocks that follow another one of the same address and file; first those others."""
    ip = categorical(blocks["ip"])
    standing = np.flatnonzero(blocks["accepted"].to_numpy() & (ip.codes >= 0))
    address = codes(blocks["source"]) * len(ip.categories) + ip.codes
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
    given = among(every["kind"], "acquire", "renew") & among(every["outcome"], "acked")
    given &= among(every["server"], server.name) & (codes(every["ip"]) >= 0)
    end, blocks = stamps(every["end"]), server.leases.bindings
    starts = [one.start for one in case.pair.lives if one.server == server.name and one.start != UNKNOWN_TIME]
    latest = int(happened(blocks).max()) if len(blocks) else UNKNOWN_TIME
    if latest == UNKNOWN_TIME:
        return every.iloc[:0]
    given &= (end > (starts[-1] if starts else UNKNOWN_TIME)) & (end < latest - round(covered * 10**9))
    acked = every.iloc[np.flatnonzero(given)].drop_duplicates("ip", keep="last")
    dynamic = dynamic_range(case, server.name)
    acked = acked[np.array([dynamic(ip) for ip in acked["ip"]], dtype=np.bool_)]
    missing = acked[_told(case, acked["ip"]) < stamps(acked["end"]) - _LATE]
    return case.align(missing.assign(time=missing["end"]), server.name)


def _told(case: Case, addresses: pd.Series) -> NDArray[np.int64]:
    """The latest time (ns) that a block of either file names for each address, UNKNOWN_TIME without any."""
    found = np.full(len(addresses), UNKNOWN_TIME)
    for server in case.pair.servers:
        blocks = server.leases.bindings
        names = categorical(blocks["ip"]).categories
        latest = np.full(len(names) + 1, UNKNOWN_TIME)  # the last one: of no address in the file
        for name in ("starts", "ends", "cltt", "tstp"):
            np.maximum.at(latest, codes(blocks["ip"]), stamps(blocks[name]))
        latest[-1] = UNKNOWN_TIME
        found = np.maximum(found, latest[names.get_indexer(pd.Index(addresses, dtype="str"))])
    return found
