"""What the servers count in their pools, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.findings.registry import Row
from dhcplens.findings.rows import ends_of, rows_at
from dhcplens.model.order import ordered
from dhcplens.pair.columns import UNKNOWN_TIME, codes, stamps, time, words

if TYPE_CHECKING:
    from dhcplens.findings.case import Case


@dataclass(frozen=True, slots=True)
class Counts:
    """One server's lines about one pool as it logged them, columns as in POOL_SERIES.

    ``stamp`` is in nanoseconds on the common clock, UNKNOWN_TIME for a line without a time.
    """

    server: str
    network: str
    ordinal: int
    stamp: NDArray[np.int64]
    kind: NDArray[np.object_]
    requesting: NDArray[np.bool_]
    total: Any
    free: Any
    backup: Any
    own: Any
    source: NDArray[np.object_]
    line: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.stamp)

    def at(self, chosen: Any) -> "Counts":
        """Some of the lines: a mask, places or a slice."""
        named = (self.server, self.network, self.ordinal)
        return Counts(*named, *(getattr(self, one.name)[chosen] for one in fields(self)[3:]))

    def time(self, place: int) -> pd.Timestamp:
        """The time of one line; NaT without."""
        return time(int(self.stamp[place]))

    def rows(self, limit: int = 24) -> tuple[Row, ...]:
        """The lines; of many, the first and the last."""
        return tuple(
            row
            for place in ends_of(range(len(self)), limit)
            for row in rows_at(self.time(place), self.source[place], self.line[place])
        )


def counts(case: "Case") -> tuple[Counts, ...]:
    """The counts of each pool, by network, pool and server."""
    series = case.pair.pool_series
    network, server = codes(series["network"]), codes(series["server"])
    ordinal = series["ordinal"].to_numpy()
    known = np.flatnonzero(network >= 0)
    key = (network * (1 + ordinal.max(initial=0)) + ordinal) * (1 + server.max(initial=0)) + server
    order = known[ordered(key[known])]
    columns = [
        words(series["kind"]),
        series["requesting"].to_numpy(),
        *(series[name].array for name in ("total", "free", "backup", "own")),
        words(series["source"]),
        series["line"].to_numpy(),
    ]
    stamp = stamps(series["time"])
    found = []
    for places in np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(order) else ():
        first = places[0]
        name = str(series["server"].cat.categories[server[first]])
        shift = np.where(stamp[places] == UNKNOWN_TIME, 0, case.pair.offset(name))
        found.append(
            Counts(
                name,
                str(series["network"].cat.categories[network[first]]),
                int(ordinal[first]),
                stamp[places] - shift,
                *(column[places] for column in columns),
            )
        )
    return tuple(found)


def stretches(flags: NDArray[np.bool_]) -> Iterator[slice]:
    """Where flags that are set stand in a row, without a break."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    for begin, end in edges.reshape(-1, 2).tolist():
        yield slice(begin, end)
