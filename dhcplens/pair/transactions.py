"""Both servers' exchanges of one client brought together: who offered, who acknowledged, whose it was."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.order import ordered
from dhcplens.model.states import Role
from dhcplens.model.tables import frame
from dhcplens.pair.clients import buckets, owners
from dhcplens.pair.columns import UNKNOWN_TIME, coded, codes, in_time, picked, stamps, times
from dhcplens.pair.exchanges import OUTCOMES
from dhcplens.pair.schemas import TRANSACTIONS

_TOGETHER = 2 * 10**9  # a relay sends to both at once; stamps may be of whole seconds
_BOTH = "both"


def transactions_frame(
    exchanges: pd.DataFrame,
    servers: Sequence[str],
    offset: int,
    identifier: Mapping[str, str],
    hba: bytes | None,
    roles: Mapping[Role, str | None],
) -> pd.DataFrame:
    """TRANSACTIONS, in order of time. ``offset`` is the second server's clock minus the first's, in
    nanoseconds.
    """
    if exchanges.empty:
        return frame(TRANSACTIONS, {})
    second = (exchanges["server"] == servers[-1]).to_numpy() & (len(servers) > 1)
    start, end = (_aligned(exchanges[name], second, offset) for name in ("start", "end"))
    ours, theirs = _paired(exchanges, second, start, end)
    order = in_time(np.minimum(_of(start, ours, latest=True), _of(start, theirs, latest=True)))
    ours, theirs = ours[order], theirs[order]
    either = np.where(ours >= 0, ours, theirs)
    other = np.where(theirs >= 0, theirs, either)
    acks = exchanges["acks"].to_numpy() > 0
    offers = exchanges["offers"].to_numpy() > 0
    outcome = codes(exchanges["outcome"].cat.set_categories(OUTCOMES))
    begin = np.where(start[other] < start[either], other, either)
    finish = np.where(end[other] > end[either], other, either)
    names = exchanges["mac"].cat.categories.to_numpy(dtype=object)
    found = buckets(names, identifier)
    mac = codes(exchanges["mac"])[either]
    lines, end_lines = exchanges["line"].to_numpy(), exchanges["end_line"].to_numpy()
    best = np.where(acks[other] & ~acks[either], other, either)
    best = np.where(~acks[either] & ~acks[other] & offers[other] & ~offers[either], other, best)
    return frame(
        TRANSACTIONS,
        {
            "mac": coded(mac, names),
            "start": times(start[begin]),
            "end": times(end[finish]),
            "seen_first": times(_of(stamps(exchanges["start"]), ours)),
            "seen_second": times(_of(stamps(exchanges["start"]), theirs)),
            "kind": picked(exchanges["kind"], either),
            "outcome": coded(np.minimum(outcome[either], outcome[other]), OUTCOMES),
            "offered_by": _who(offers, ours, theirs, servers),
            "acked_by": _who(acks, ours, theirs, servers),
            "ip": picked(exchanges["ip"], best),
            "server_id": picked(exchanges["server_id"], best),
            "hostname": picked(exchanges["hostname"], best),
            "via": picked(exchanges["via"], best),
            "note_first": picked(exchanges["note"], ours),
            "note_second": picked(exchanges["note"], theirs),
            "retries": np.maximum(*(exchanges["retries"].to_numpy()[one] for one in (either, other))),
            "bucket": pd.array(found, dtype="Int64")[mac],
            "owner": coded(_numbers(owners(found, hba, roles), servers)[mac], _names(servers)),
            "key": coded(
                np.array([name in identifier for name in names], dtype=np.int64)[mac], ("mac", "uid")
            ),
            "source": picked(exchanges["source"], begin),
            "line": lines[begin],
            "end_source": picked(exchanges["end_source"], finish),
            "end_line": end_lines[finish],
        },
    )


def _numbers(owner: Sequence[str | None], servers: Sequence[str]) -> NDArray[np.int64]:
    place = {name: number for number, name in enumerate(servers)}
    return np.array([place.get(name or "", -1) for name in owner], dtype=np.int64)


def _aligned(column: pd.Series, second: NDArray[np.bool_], offset: int) -> NDArray[np.int64]:
    plain = stamps(column)
    return np.where(second & (plain != UNKNOWN_TIME), plain - offset, plain)


def _paired(
    exchanges: pd.DataFrame,
    second: NDArray[np.bool_],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of exchanges that are one transaction: row at the first server, row at the second, -1 for none.

    Of neighbours in time with the same client and kind at different servers, every second one joins the one
    before it.
    """
    key = codes(exchanges["mac"]) * 8 + codes(exchanges["kind"])
    order = in_time(start)  # rows of the second server stand behind those of the first
    order = order[ordered(key[order])]
    one, two = order[:-1], order[1:]
    joins = (
        (key[one] == key[two])
        & (second[one] != second[two])
        & (start[two] <= np.maximum(end[one], start[one] + _TOGETHER))
        & (start[two] != UNKNOWN_TIME)
    )
    fresh = np.append(True, ~joins)
    place = np.arange(len(order)) - np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
    joined = place % 2 == 1
    heads = np.flatnonzero(~joined)
    partner = np.full(len(heads), -1, dtype=np.int64)
    follows = np.append(joined[1:], False)[heads]
    partner[follows] = order[heads[follows] + 1]
    head = order[heads]
    return np.where(second[head], partner, head), np.where(second[head], head, partner)


def _of(values: NDArray[np.int64], rows: NDArray[np.int64], latest: bool = False) -> NDArray[np.int64]:
    """Values at these rows; for row -1 an unknown time, or the latest one."""
    return np.where(rows >= 0, values[rows], np.iinfo(np.int64).max if latest else UNKNOWN_TIME)


def _who(
    did: NDArray[np.bool_], ours: NDArray[np.int64], theirs: NDArray[np.int64], servers: Sequence[str]
) -> pd.Categorical:
    number = (did[ours] & (ours >= 0)) + 2 * (did[theirs] & (theirs >= 0)).astype(np.int64) - 1
    return coded(number, _names(servers))


def _names(servers: Sequence[str]) -> list[str]:
    """Who can have done something: the same categories in every column, so that they can be compared."""
    both = _BOTH if _BOTH not in servers else f"{_BOTH} servers"
    return [*servers, both] if len(servers) > 1 else [*servers, f"not {servers[0]}", both]
