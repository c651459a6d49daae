"""Columns of frames as numpy arrays and back: times as nanoseconds, words as codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.order import ordered
from dhcplens.model.tables import Column, Kind, frame

UNKNOWN_TIME = np.iinfo(np.int64).min
"""What NaT is among nanoseconds."""
_TIME = pd.DatetimeTZDtype("ns", "UTC")


def stamps(column: pd.Series) -> NDArray[np.int64]:
    """Nanoseconds since 1970 of a column of UTC times; UNKNOWN_TIME for NaT."""
    return column.to_numpy(dtype="datetime64[ns]").view(np.int64)


def times(stamped: NDArray[np.int64]) -> pd.Series:
    """The column of UTC times that such nanoseconds stand for."""
    return pd.Series(pd.array(stamped.astype("datetime64[ns]"), dtype=_TIME, copy=False))


def time(stamp: int) -> pd.Timestamp:
    """One such time."""
    return pd.Timestamp(stamp, tz="UTC") if stamp != UNKNOWN_TIME else pd.NaT  # type: ignore[return-value]


def categorical(column: pd.Series) -> pd.Categorical:
    """What holds the words of a column; the column's own ``cat`` takes fifty times as long."""
    held = column.array
    assert isinstance(held, pd.Categorical)
    return held


def words(column: pd.Series, missing: object = None) -> NDArray[np.object_]:
    """A categorical column as Python objects, with this one where a word is missing."""
    held = categorical(column)
    plain: NDArray[np.object_] = np.array([*held.categories, missing], dtype=object)[held.codes]
    return plain


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its words as objects (NaN where missing), so that those of several can be united."""
    columns = {
        name: pd.Series(words(column, np.nan), index=frame.index, dtype=object)
        if isinstance(column.dtype, pd.CategoricalDtype)
        else column
        for name, column in frame.items()
    }
    return pd.DataFrame(columns, index=frame.index, copy=False)


def among(column: pd.Series, *names: str) -> NDArray[np.bool_]:
    """Which words of a categorical column are one of these; it should have few different ones."""
    held = categorical(column)
    wanted = np.array([*(one in names for one in held.categories), False])
    return np.asarray(wanted[held.codes], dtype=np.bool_)


def in_time(stamped: NDArray[np.int64]) -> NDArray[np.intp]:
    """The stable order of nanoseconds, unknown ones first."""
    known = stamped != UNKNOWN_TIME
    first = stamped.min(where=known, initial=np.iinfo(np.int64).max)
    return ordered(np.where(known, stamped - first + 1, 0))


def codes(column: pd.Series) -> NDArray[np.int64]:
    """Numbers of a categorical column's words, -1 where missing."""
    return np.asarray(categorical(column).codes, dtype=np.int64)


def coded(
    numbers: NDArray[np.int64], names: Sequence[str] | pd.Index | NDArray[np.object_]
) -> pd.Categorical:
    """The categorical that such numbers stand for; ``names`` must not repeat."""
    listed: Any = names
    picked: Any = numbers
    return pd.Categorical.from_codes(picked, categories=pd.Index(listed, dtype="str"))


def picked(column: pd.Series, rows: NDArray[np.int64]) -> pd.Categorical:
    """A categorical column's words at these rows, missing for row -1."""
    if not len(column):
        return coded(np.full(len(rows), -1, dtype=np.int64), [])
    held = categorical(column)
    found: Any = held.codes[rows]
    found[rows < 0] = -1
    return pd.Categorical.from_codes(found, dtype=held.dtype)


def table(schema: Sequence[Column], rows: Sequence[object]) -> pd.DataFrame:
    """The frame of records with an attribute for each column; their times are in nanoseconds."""
    columns: dict[str, Any] = {one.name: [getattr(row, one.name) for row in rows] for one in schema}
    for one in schema:
        if one.kind is Kind.TIME:
            columns[one.name] = times(np.array(columns[one.name], dtype=np.int64))
    return frame(schema, columns)
