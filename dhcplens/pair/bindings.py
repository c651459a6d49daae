"""Both lease files' word on each address, side by side, now or at a time."""

from collections.abc import Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.states import BindingState
from dhcplens.model.tables import BINDINGS, NEVER, concat, frame
from dhcplens.pair.columns import UNKNOWN_TIME, coded, codes, picked, stamps, times
from dhcplens.pair.schemas import BINDING_VIEW

_WORDS = {"state": "state", "rewind": "rewind_state", "mac": "mac", "uid": "uid", "source": "source"}
_TIMES = ("starts", "ends", "tstp", "tsfp", "atsfp", "cltt")
_OVER = [
    BindingState.EXPIRED,
    BindingState.RELEASED,
    BindingState.FREE,
    BindingState.BACKUP,
    BindingState.RESET,
]
_AT_REST = [BindingState.FREE, BindingState.BACKUP]
_STATES = [state.value for state in BindingState]


def written(bindings: pd.DataFrame) -> pd.Series:
    """When each block was written at the earliest, reckoned from its stamps and those of the blocks before
    it: blocks are appended, so no block is older than the one before it.
    """
    latest = happened(bindings)
    return times(np.maximum.accumulate(latest) if len(latest) else latest)


def happened(bindings: pd.DataFrame) -> NDArray[np.int64]:
    """The latest moment (ns) that each block tells of as past, UNKNOWN_TIME where it tells of none.

    A block carries no time of writing. Begins and client transactions lie in the past of it; so does the end
    of a lease that is over, and what was sent to the partner of an address that is free or backup (dhcpd's
    db.c).
    """
    over = bindings["state"].isin(_OVER).to_numpy()
    rest = bindings["state"].isin(_AT_REST).to_numpy()
    never = NEVER.value
    known = [
        stamps(bindings["starts"]),
        stamps(bindings["cltt"]),
        np.where(over, stamps(bindings["ends"]), UNKNOWN_TIME),
        np.where(rest, stamps(bindings["tstp"]), UNKNOWN_TIME),
    ]
    return np.asarray(np.maximum.reduce([np.where(one == never, UNKNOWN_TIME, one) for one in known]))


def binding_view(
    tables: Sequence[pd.DataFrame], at: pd.Timestamp, *, limit: bool, compared: bool
) -> pd.DataFrame:
    """BINDING_VIEW of one or two servers' ``bindings`` as of a time, by address.

    With ``limit`` blocks that were written later do not count; unless ``compared`` all differences are
    'none'.
    """
    sides = [_last(table, at if limit else None) for table in tables]
    names = _sorted_addresses(sides)
    place = {name: number for number, name in enumerate(names)}
    columns: dict[str, object] = {"ip": coded(np.arange(len(names)), names)}
    rows = []
    for side, name in zip([*sides, _empty(), _empty()], ("first", "second"), strict=False):
        row = np.full(len(names), -1, dtype=np.int64)
        where = np.array([place.get(ip, -1) for ip in side["ip"].cat.categories], dtype=np.int64)
        row[where[codes(side["ip"])]] = np.arange(len(side))
        columns |= _side(side, row, name, at)
        rows.append(row)
    view = frame(BINDING_VIEW, {**columns, "difference": np.full(len(names), "none", dtype=object)})
    return view.assign(difference=_differences(view, rows, compared))


def history(bindings: Mapping[str, pd.DataFrame], ip: str) -> pd.DataFrame:
    """All blocks of one address with ``written``, in order of that time; refused blocks too."""
    parts = []
    for table in bindings.values():
        mine = (table["ip"] == ip).to_numpy()
        parts.append(table[mine].assign(written=written(table)[mine].to_numpy()))
    whole = concat(BINDINGS, [part.drop(columns="written") for part in parts])
    stamped = [stamps(part["written"]) for part in parts if len(part)]
    whole["written"] = times(np.concatenate(stamped) if stamped else np.array([], dtype=np.int64))
    return whole.sort_values("written", kind="stable", ignore_index=True)


def _empty() -> pd.DataFrame:
    return frame(BINDINGS, {})


def _last(bindings: pd.DataFrame, until: pd.Timestamp | None) -> pd.DataFrame:
    """The last accepted block of each address, as dhcpd takes it (dhcpd.leases(5))."""
    counts = bindings["accepted"].to_numpy()
    if until is not None:
        counts = counts & (stamps(written(bindings)) <= until.value)
    return bindings[counts].drop_duplicates("ip", keep="last")


def _side(side: pd.DataFrame, row: NDArray[np.int64], name: str, at: pd.Timestamp) -> dict[str, object]:
    columns: dict[str, object] = {f"{new}_{name}": picked(side[old], row) for new, old in _WORDS.items()}
    lines = np.append(side["line"].to_numpy(dtype=np.int64), 0)
    columns[f"line_{name}"] = lines[row]
    for one in _TIMES:
        columns[f"{one}_{name}"] = times(np.append(stamps(side[one]), UNKNOWN_TIME)[row])
    state = picked(side["state"].cat.set_categories(_STATES), row)
    ends = np.append(stamps(side["ends"]), UNKNOWN_TIME)[row]
    active = state.codes == _STATES.index(BindingState.ACTIVE)
    passed = active & (ends != UNKNOWN_TIME) & (ends <= at.value) & (ends != NEVER.value)
    number = np.where(passed, _STATES.index(BindingState.EXPIRED), state.codes)
    columns[f"effective_{name}"] = coded(number, _STATES)
    return columns


def _differences(view: pd.DataFrame, rows: Sequence[NDArray[np.int64]], compared: bool) -> pd.Categorical:
    kinds = ("none", "missing-first", "missing-second", "client", "state", "ends")
    if not compared:
        return coded(np.zeros(len(view), dtype=np.int64), kinds)
    first, second = rows
    resting = [view[f"state_{side}"].isin(_AT_REST).to_numpy() for side in ("first", "second")]
    both_active = np.logical_and.reduce(
        [(view[f"effective_{side}"] == BindingState.ACTIVE).to_numpy() for side in ("first", "second")]
    )
    number = np.select(
        [
            (first < 0) & ~resting[1],
            (second < 0) & ~resting[0],
            (first < 0) | (second < 0),
            both_active
            & (_differ(view, "uid", both=True) | (_differ(view, "mac", both=True) & ~_known(view, "uid"))),
            _differ(view, "state"),
            both_active & (stamps(view["ends_first"]) != stamps(view["ends_second"])),
        ],
        [1, 2, 0, 3, 4, 5],
        0,
    )
    return coded(number, kinds)


def _known(view: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    return np.asarray(
        (view[f"{name}_first"].notna() & view[f"{name}_second"].notna()).to_numpy(), dtype=np.bool_
    )


def _differ(view: pd.DataFrame, name: str, both: bool = False) -> NDArray[np.bool_]:
    """Where the two sides' words differ; with ``both`` only where both have one."""
    names = pd.api.types.union_categoricals([view[f"{name}_first"], view[f"{name}_second"]])
    first, second = names.codes[: len(view)], names.codes[len(view) :]
    differ = first != second
    return np.asarray(differ & (first >= 0) & (second >= 0) if both else differ, dtype=np.bool_)


def _sorted_addresses(sides: Sequence[pd.DataFrame]) -> list[str]:
    names = {name for side in sides for name in side["ip"].cat.categories[np.unique(codes(side["ip"]))]}
    return sorted(names, key=_address)


def _address(ip: str) -> tuple[int, str]:
    try:
        return int(IPv4Address(ip)), ip
    except (AddressValueError, ValueError):
        return 2**32, ip
