"""Places of lines: from frames to evidence."""

from collections import namedtuple
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import pandas as pd

from dhcplens.findings.registry import Row

Item = TypeVar("Item")

FOREVER: Final = pd.Timestamp("2200-01-01", tz="UTC")
"""Later than anything in a log; sums with it stay in range."""


def known(time: pd.Timestamp) -> pd.Timestamp | None:
    """None for NaT."""
    return None if pd.isna(time) else time


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame as named tuples, in order."""
    make = _record(tuple(frame.columns))._make
    return map(make, zip(*(column for _, column in frame.items()), strict=True))


@cache
def _record(names: tuple[str, ...]) -> Any:
    """The class of such rows; pandas would make one for every frame, which takes longer than its rows."""
    return namedtuple("Record", names)


def rows(frame: pd.DataFrame, limit: int = 24) -> tuple[Row, ...]:
    """Evidence rows of a frame with time (or start), source and line; of many, the first and the last."""
    if len(frame) > limit:
        frame = frame.iloc[ends_of(range(len(frame)), limit)]
    at = frame["time"] if "time" in frame else frame["start"]
    return tuple(
        row
        for time, source, line in zip(at, frame["source"], frame["line"], strict=True)
        for row in rows_at(time, source, line)
    )


def ends_of(items: Sequence[Item], limit: int) -> list[Item]:
    """All of a few items; of many, the first and the last."""
    return [*items] if len(items) <= limit else [*items[: limit // 2], *items[-limit // 2 :]]


def rows_at(time: pd.Timestamp | None, source: object, line: object) -> tuple[Row, ...]:
    """One evidence row, or none where no line stands behind it (line 0)."""
    if not isinstance(source, str) or not line:
        return ()
    return (Row(0.0 if time is None or pd.isna(time) else time.timestamp(), source, int(str(line))),)
