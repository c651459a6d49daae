"""The difference of two servers' clocks, estimated from what both of them logged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.model.states import FailoverState
from dhcplens.model.tables import frame
from dhcplens.pair.columns import UNKNOWN_TIME, table
from dhcplens.pair.journal import MOVE, PARTNER_MOVE, Journal
from dhcplens.pair.links import MADE_LINKED
from dhcplens.pair.schemas import SKEW_SAMPLES

_SECOND = 10**9
_BIN = 5 * _SECOND
_NEAR = 30 * _SECOND
_MOST = 2000  # moves of one kind that are compared with each other
_REFUSED = 90 * _SECOND
_WITNESSES = 4
_HEARD = (*MADE_LINKED, FailoverState.RECOVER_DONE.value)


@dataclass(frozen=True)
class Skew:
    """Difference of the two clocks.

    ``seconds`` is the clock of ``servers[1]`` minus the clock of ``servers[0]`` (positive: the second
    server's clock is ahead), None where nothing tells. ``spread`` is the median distance of the samples from
    it in seconds, ``count`` their number, ``how`` the ground: moves, messages, both or nothing.
    """

    seconds: float | None
    spread: float
    count: int
    how: str

    @property
    def counts(self) -> bool:
        """Whether it is more than whole seconds in stamps and the way of a message can make."""
        return self.seconds is not None and abs(self.seconds) > max(1.0, 2 * self.spread)

    @property
    def nanoseconds(self) -> int:
        """What times are corrected by: the difference where it counts, else 0."""
        return round((self.seconds or 0.0) * _SECOND) if self.counts else 0


class _Sample(NamedTuple):
    """A row of SKEW_SAMPLES; stamps in nanoseconds."""

    kind: str
    server: str
    state: str
    time: int
    heard: int
    milliseconds: int
    source: str | None
    line: int
    end_source: str | None
    end_line: int


UNKNOWN = Skew(None, 0.0, 0, "nothing")


def no_samples() -> pd.DataFrame:
    """SKEW_SAMPLES of a lone server."""
    return frame(SKEW_SAMPLES, {})


def skew_samples(first: Journal, second: Journal) -> pd.DataFrame:
    """SKEW_SAMPLES: moves that one server made and the other one heard at once.

    Taken are moves that a server only makes while linked (dhcpd's failover.c), so that its partner hears them
    within a moment, and of those the ones that have one counterpart only.
    """
    offset = _offset(first, second)
    rows = (
        []
        if offset is None
        else [*_samples(first, second, offset, sign=1), *_samples(second, first, -offset, sign=-1)]
    )
    return table(SKEW_SAMPLES, rows)


def estimate(samples: pd.DataFrame, first: str) -> Skew:
    """The skew that samples show.

    The way of a message makes each sample a little late: the two directions are averaged so that this cancels
    out.
    """
    if samples.empty:
        return UNKNOWN
    how = " and ".join(f"{kind}s" for kind in samples["kind"].unique())
    seconds = samples["milliseconds"].to_numpy(dtype=np.float64) / 1000
    mine = (samples["server"] == first).to_numpy()
    middles = [float(np.median(part)) for part in (seconds[mine], seconds[~mine]) if len(part)]
    middle = float(np.mean(middles))
    return Skew(round(middle, 3), round(float(np.median(np.abs(seconds - middle))), 3), len(seconds), how)


def _samples(mover: Journal, hearer: Journal, offset: int, sign: int) -> Iterator[_Sample]:
    """Moves that one made and the other heard; ``offset`` is roughly the hearer's clock minus the mover's."""
    for state in _HEARD:
        mine, theirs = _known(mover, MOVE, state), _known(hearer, PARTNER_MOVE, state)
        for one, other in _only_pairs(mover.stamp[mine] + offset, hearer.stamp[theirs]):
            here, there = int(mine[one]), int(theirs[other])
            begin, end = int(mover.stamp[here]), int(hearer.stamp[there])
            yield _Sample(
                *("move", mover.server, state, begin, end, sign * (end - begin) // 10**6),
                *(mover.source[here], int(mover.line[here]), hearer.source[there], int(hearer.line[there])),
            )


def _known(journal: Journal, event: str, state: str) -> NDArray[np.int64]:
    return np.flatnonzero(journal.where(event) & (journal.new == state) & (journal.stamp != UNKNOWN_TIME))


def _offset(first: Journal, second: Journal) -> int | None:
    """The rough skew at which most moves find a counterpart, the smallest among equals.

    Peers refuse each other beyond a minute (dhcpd's failover.c): more than that needs several witnesses.
    """
    found = [
        sign
        * _differences(
            mover.stamp[_known(mover, MOVE, state)], hearer.stamp[_known(hearer, PARTNER_MOVE, state)]
        )
        for mover, hearer, sign in ((first, second, 1), (second, first, -1))
        for state in _HEARD
    ]
    differences = np.concatenate(found)
    near = differences[np.abs(differences) <= _REFUSED]
    wanted = near if len(near) else differences
    if not len(wanted):
        return None
    bins, counts = np.unique(np.round(wanted / _BIN).astype(np.int64), return_counts=True)
    if not len(near) and counts.max() < _WITNESSES:
        return None
    best = bins[counts == counts.max()]
    return int(best[np.argmin(np.abs(best))]) * _BIN


def _differences(moved: NDArray[np.int64], heard: NDArray[np.int64]) -> NDArray[np.int64]:
    return (heard[-_MOST:, None] - moved[-_MOST:]).ravel()


def _only_pairs(mine: NDArray[np.int64], theirs: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Places of times that lie near each other and near no other time of the other side; both are sorted."""
    one = _count_near(mine, theirs) == 1
    for place in np.flatnonzero(one).tolist():
        other = int(np.searchsorted(theirs, mine[place] - _NEAR))
        if _count_near(theirs[other : other + 1], mine)[0] == 1:
            yield place, other


def _count_near(mine: NDArray[np.int64], theirs: NDArray[np.int64]) -> NDArray[np.int64]:
    low = np.searchsorted(theirs, mine - _NEAR)
    return np.asarray(np.searchsorted(theirs, mine + _NEAR, side="right") - low, dtype=np.int64)
