"""The schemas of the tables. One row is one thing; times are UTC ``datetime64[ns, UTC]``.

Every row carries ``server``, ``source`` (the file) and ``line`` (1-based, in the text of that file after
unpacking), so that each number can be traced back to its text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd


class Kind(StrEnum):
    """What a column holds; the value is the pandas dtype that stores it."""

    TIME = "datetime64[ns, UTC]"
    WORD = "category"  # names, addresses, MACs, states: interned, never one string a row
    COUNT = "Int64"  # may be missing
    LINE = "int64"
    FLAG = "bool"


@dataclass(frozen=True, slots=True)
class Column:
    """Name, storage and meaning of one column."""

    name: str
    kind: Kind
    doc: str


def of_kind(kind: Kind, /, **docs: str) -> tuple[Column, ...]:
    """Columns of one kind, each with its meaning."""
    return tuple(Column(name, kind, doc) for name, doc in docs.items())


_ORIGIN = (
    *of_kind(Kind.WORD, server="server whose file it is", source="file, as given on the command line"),
    Column("line", Kind.LINE, "1-based line in that file after unpacking"),
)
_LOGGED = (Column("time", Kind.TIME, "when it was logged; NaT where the log has no stamps"), *_ORIGIN)
_PID = Column("pid", Kind.COUNT, "process id in the syslog tag, if written")
_RELATIONSHIP = Column("relationship", Kind.WORD, "name of the failover relationship")

MESSAGES: Final = (
    *_LOGGED,
    *of_kind(
        Kind.WORD,
        type="MessageType: DISCOVER, OFFER, REQUEST, ACK, …",
        ip="address that the line names",
        mac="hardware address; client identifier in hex where dhcpd prints that instead",
        hostname="client host name in parentheses",
        via="relay (giaddr) or interface",
        server_id="server identifier of a SELECTING request",
        note="kind of suffix: load-balanced-to-peer, peer-holds-all-free-leases, not-responding, …",
        detail="what the suffix names: the peer, the network, the reason",
    ),
)
TRANSITIONS: Final = (
    *_LOGGED,
    _PID,
    _RELATIONSHIP,
    *of_kind(
        Kind.WORD,
        subject="local: 'I move …', partner: 'peer moves …'",
        old="FailoverState before",
        new="FailoverState after",
    ),
)
POOLS: Final = (
    *_LOGGED,
    _PID,
    _RELATIONSHIP,
    *of_kind(
        Kind.WORD,
        kind="pool (3.0), balancing, balanced, imbalanced",
        network="shared network or subnet, as printed",
        pool_id="the pool's pointer; changes at every start",
    ),
    *of_kind(
        Kind.COUNT,
        total="addresses of the pool in every state",
        free="addresses that are the primary's to give",
        backup="addresses that are the secondary's to give",
        lts="leases to send, with the logger's own sign",
        max_own="max-own: the ownership slack",
        max_misbal="max-misbal: the threshold for a rebalance",
    ),
    Column("requesting", Kind.FLAG, "the line ends with (requesting peer rebalance!)"),
)
UPDATES: Final = (
    *_LOGGED,
    _PID,
    *of_kind(
        Kind.WORD,
        ip="address of the binding",
        relationship="name of the failover relationship",
        verdict="rejected (by the partner), or ack-ignored (by this server)",
        reason="why, in dhcpd's words",
    ),
)
NOTICES: Final = (
    *_LOGGED,
    _PID,
    *of_kind(
        Kind.WORD,
        code="name of the line in the catalogue, e.g. server-version, peer-disconnected",
        level="syslog level at which dhcpd logs it: debug, info, error, fatal",
        relationship="name of the failover relationship, where the line names one",
        args="JSON object of the line's fields",
    ),
)
UNKNOWN: Final = (*_LOGGED, _PID, Column("text", Kind.WORD, "the line without its syslog header"))

_STAMPS = of_kind(
    Kind.TIME,
    starts="begin of the lease",
    ends="end of the lease; NEVER for 'never'",
    tstp="time sent to partner",
    tsfp="time sent from partner",
    atsfp="actual time sent from partner",
    cltt="client's last transaction time",
)
BINDINGS: Final = (
    *_ORIGIN,
    Column("ip", Kind.WORD, "the address"),
    *_STAMPS,
    *of_kind(
        Kind.WORD,
        state="BindingState",
        next_state="BindingState it takes when its time is up",
        rewind_state="BindingState that the partner is known to assume (4.2 and newer)",
        hardware="hardware type: ethernet, …",
        mac="hardware address",
        uid="client identifier in hex, bytes joined by ':'",
        hostname="client-hostname",
    ),
    *of_kind(Kind.FLAG, reserved="reserved;", bootp="dynamic-bootp;"),
    Column("options", Kind.WORD, "JSON object of all other statements of the block"),
    Column("accepted", Kind.FLAG, "whether dhcpd 4.4.3-P1 would take the block"),
)
FAILOVER_STATES: Final = (
    *_ORIGIN,
    *of_kind(
        Kind.WORD,
        relationship="name of the failover relationship",
        my_state="FailoverState of the writer",
        partner_state="FailoverState of its partner as last heard",
    ),
    *of_kind(Kind.TIME, my_since="start time of my_state", partner_since="start time of partner_state"),
    Column("mclt", Kind.COUNT, "seconds; only a secondary writes it"),
    Column("accepted", Kind.FLAG, "whether dhcpd 4.4.3-P1 would take the block"),
)
V6_BINDINGS: Final = (
    *_ORIGIN,
    Column("block", Kind.LINE, "number of the IA in its file, from 0; one IA has a row for each address"),
    *of_kind(Kind.WORD, kind="ia-na, ia-ta, ia-pd"),
    Column("iaid", Kind.COUNT, "identity association's number"),
    Column("duid", Kind.WORD, "client's DUID in hex, bytes joined by ':'"),
    Column("cltt", Kind.TIME, "client's last transaction time"),
    Column("address", Kind.WORD, "IPv6 address, or prefix without its length; missing for an IA without any"),
    Column("prefix", Kind.COUNT, "length of the prefix, ia-pd only"),
    Column("state", Kind.WORD, "active, abandoned, free, expired, released"),
    *of_kind(Kind.COUNT, preferred_life="seconds", max_life="seconds"),
    Column("ends", Kind.TIME, "end of the valid lifetime"),
    Column("options", Kind.WORD, "JSON object of set and on statements"),
    Column("accepted", Kind.FLAG, "whether dhcpd -6 4.4.3-P1 would take the block"),
)
DECLARATIONS: Final = (
    *_ORIGIN,
    *of_kind(
        Kind.WORD,
        kind="host, group, class, subclass, server-duid, authoring-byte-order, unknown",
        name="name of the object; DUID in hex; byte order",
        text="the statement on one line, without a closing semicolon",
    ),
    Column("accepted", Kind.FLAG, "whether dhcpd 4.4.3-P1 would take it"),
)

LOG_TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "messages": MESSAGES,
    "transitions": TRANSITIONS,
    "pools": POOLS,
    "updates": UPDATES,
    "notices": NOTICES,
    "unknown": UNKNOWN,
}
LEASE_TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "bindings": BINDINGS,
    "failover_states": FAILOVER_STATES,
}


@dataclass(frozen=True, slots=True)
class LogTables:
    """The six tables of one server's logs, in order of time."""

    messages: pd.DataFrame
    transitions: pd.DataFrame
    pools: pd.DataFrame
    updates: pd.DataFrame
    notices: pd.DataFrame
    unknown: pd.DataFrame


@dataclass(frozen=True, slots=True)
class LeaseTables:
    """The tables of one server's lease file, in file order."""

    bindings: pd.DataFrame
    failover_states: pd.DataFrame


NEVER: Final = pd.Timestamp(2**31 - 1, unit="s", tz="UTC")
"""What ``never`` means to dhcpd: its largest time."""


def empty(schema: Sequence[Column]) -> pd.DataFrame:
    """A frame of this schema without rows."""
    return _empty(tuple(schema)).copy(deep=False)


@cache
def _empty(schema: tuple[Column, ...]) -> pd.DataFrame:
    return pd.DataFrame({column.name: _missing(column.kind, 0) for column in schema})


def frame(schema: Sequence[Column], columns: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of this schema from columns of equal length, each cast to its dtype; rows are numbered from 0.

    A column that is left out is filled with its kind's missing value (False for a flag).
    Raises KeyError for a column that the schema does not have.
    """
    names = {column.name for column in schema}
    if stray := set(columns) - names:
        raise KeyError(f"no such column: {', '.join(sorted(stray))}")
    rows = max((len(values) for values in columns.values()), default=0)
    if not rows:
        return empty(schema)
    return pd.DataFrame(
        {
            column.name: _cast(columns[column.name], column.kind)
            if column.name in columns
            else _missing(column.kind, rows)
            for column in schema
        },
        copy=False,  # else all numbers are copied once more, into one block
    )


def concat(schema: Sequence[Column], frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The frames of this schema one after another; categories are united."""
    filled = [one for one in frames if len(one)]
    if not filled:
        return empty(schema)
    if len(filled) == 1:
        return filled[0].reset_index(drop=True)
    return pd.DataFrame(
        {one.name: _joined([part[one.name] for part in filled], one.kind) for one in schema}, copy=False
    )


def _joined(columns: Sequence[pd.Series], kind: Kind) -> Any:
    """Columns one after another, as an array; ``pd.concat`` is slow for a few rows."""
    if kind is Kind.WORD:
        return pd.api.types.union_categoricals([_in_text(one.array) for one in columns])
    if kind is Kind.TIME:
        stamps = np.concatenate([one.to_numpy(dtype="datetime64[ns]") for one in columns])
        return pd.array(stamps, dtype=_TIME, copy=False)
    if kind is Kind.COUNT:
        numbers = np.concatenate([one.to_numpy(np.int64, na_value=0) for one in columns])
        return pd.arrays.IntegerArray(numbers, np.concatenate([one.isna().to_numpy() for one in columns]))
    return np.concatenate([one.to_numpy() for one in columns])


def _cast(values: Any, kind: Kind) -> Any:
    """The values as a new array, of numpy or of pandas' own."""
    if kind is Kind.LINE or kind is Kind.FLAG:
        return np.array(values, dtype=kind.value)
    if kind is Kind.COUNT:
        return pd.array(values, dtype=_COUNT)
    if kind is Kind.TIME:
        return pd.Series(values).astype(_TIME).array
    if isinstance(values, list) and all(one is None or isinstance(one, str) for one in values):
        return _words(values)
    known = values.array if isinstance(values, pd.Series) else values
    words = known if isinstance(known, pd.Categorical) else pd.Categorical(known)
    return _in_text(words)


def _words(values: list[str | None]) -> "pd.Categorical[Any]":
    """What ``pd.Categorical`` makes of them, which takes several times as long for a few words."""
    names = sorted({one for one in values if one is not None})
    place: dict[str | None, int] = {name: number for number, name in enumerate(names)}
    codes = np.array([place.get(one, -1) for one in values], dtype=np.int64)
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(pd.Index(names, dtype="str")))


def _in_text(words: Any) -> Any:
    """Words whose categories are text even where there are none: pandas unites those of one dtype only."""
    categories = words.categories
    return words if categories.dtype == "str" else words.rename_categories(categories.astype("str"))


def _missing(kind: Kind, rows: int) -> Any:
    if kind is Kind.WORD:
        return pd.Categorical.from_codes(np.full(rows, -1), dtype=_NO_WORDS)
    if kind is Kind.LINE or kind is Kind.FLAG:
        return np.zeros(rows, dtype=kind.value)
    return pd.array([None] * rows, dtype=_COUNT if kind is Kind.COUNT else _TIME)


_NO_WORDS: Final = pd.CategoricalDtype(pd.Index([], dtype="str"))
_COUNT: Final = pd.Int64Dtype()
_TIME: Final = pd.DatetimeTZDtype("ns", "UTC")
