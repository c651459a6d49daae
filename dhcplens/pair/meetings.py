"""The difference of two clocks as clients show it: a relay sends one DISCOVER to both servers at once."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.states import MessageType
from dhcplens.model.tables import frame
from dhcplens.pair.columns import stamps
from dhcplens.pair.schemas import SKEW_SAMPLES

_FAR: Final = pd.Timedelta(minutes=15)  # more is no clock that was forgotten but a zone
_EACH = 20  # lines of one client that are compared
_MOST = 5000  # lines of one server that are compared
_LEAST = 3  # meetings without which nothing is concluded


def message_samples(first: tuple[str, pd.DataFrame], second: tuple[str, pd.DataFrame]) -> pd.DataFrame:
    """SKEW_SAMPLES of kind message, from two servers' names and ``messages`` tables.

    All DISCOVERs of a client at one server are compared with all at the other: the difference at which
    most of them meet is the skew, and those that meet there are the samples.
    """
    ours, theirs = (_discovers(messages) for _, messages in (first, second))
    if ours.empty or theirs.empty:
        return frame(SKEW_SAMPLES, {})
    ours, theirs = _thinned(_during(ours, theirs)), _thinned(_during(theirs, ours))
    met = ours.merge(theirs, on="mac", suffixes=("", "_there"))
    apart = (stamps(met["time_there"]) - stamps(met["time"])) // 10**6
    densest = _densest(apart)
    met = met[densest]
    if len(met) < _LEAST:
        return frame(SKEW_SAMPLES, {})
    return frame(
        SKEW_SAMPLES,
        {
            "kind": ["message"] * len(met),
            "server": [first[0]] * len(met),
            "time": met["time"].to_numpy(),
            "heard": met["time_there"].to_numpy(),
            "milliseconds": apart[densest],
            "source": met["source"].to_numpy(),
            "line": met["line"].to_numpy(),
            "end_source": met["source_there"].to_numpy(),
            "end_line": met["line_there"].to_numpy(),
        },
    )


def _discovers(messages: pd.DataFrame) -> pd.DataFrame:
    chosen = (messages["type"] == MessageType.DISCOVER) & messages["mac"].notna() & messages["time"].notna()
    return messages.loc[chosen, ["time", "mac", "source", "line"]]


def _during(discovers: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Those of about the time in which the other server logged any."""
    begin, end = others["time"].min() - _FAR, others["time"].max() + _FAR
    return discovers[discovers["time"].between(begin, end)]


def _thinned(discovers: pd.DataFrame) -> pd.DataFrame:
    """A few lines of each client, the first ones at both servers."""
    some = discovers.iloc[: _MOST * _EACH]
    few = some[some.groupby(some["mac"].cat.codes).cumcount() < _EACH]
    return few.iloc[:_MOST].astype({"mac": object, "source": object})


def _densest(apart: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which differences, in milliseconds, lie within the fullest three seconds of them all."""
    near = np.abs(apart) <= _FAR.value // 10**6
    if not near.any():
        return near
    seconds = np.round(apart[near] / 1000).astype(np.int64)
    counts = np.bincount(seconds - seconds.min())
    around = np.convolve(counts, np.ones(3, dtype=np.int64), mode="same")
    best = 1000 * (int(seconds.min()) + int(np.argmax(around)))
    return np.asarray(near & (np.abs(apart - best) <= 1500), dtype=np.bool_)
