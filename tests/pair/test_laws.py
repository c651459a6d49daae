"""Laws that hold for any two logs, however odd."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.model.states import FailoverState
from dhcplens.pair import PairView, build
from tests.pair.making import PEER, banner, heap, heard, lost, move, notice, pool, server

STATES = st.sampled_from([state.value for state in FailoverState])
CLOCKS = st.integers(0, 600).map(lambda second: f"10:{second // 60:02}:{second % 60:02}")
PIDS = st.sampled_from([None, 7, 8])
ROWS = st.one_of(
    st.builds(move, CLOCKS, STATES, STATES, pid=PIDS, peer=st.sampled_from([PEER, "other"])),
    st.builds(heard, CLOCKS, STATES, STATES, pid=PIDS),
    st.builds(banner, CLOCKS),
    st.builds(lost, CLOCKS),
    st.builds(pool, CLOCKS, st.integers(0, 240), st.integers(0, 240), st.integers(-120, 120)),
    st.builds(
        notice,
        CLOCKS,
        st.sampled_from(["signal-shutdown", "starting-service", "listening", "configuration-errors"]),
        level=st.sampled_from(["info", "fatal"]),
    ),
)
LOGS = st.lists(ROWS, max_size=25)


def overlaps(frame: pd.DataFrame, by: list[str]) -> int:
    """How many intervals begin before the one before them has ended."""
    count = 0
    for _, part in frame.groupby(by, observed=True):
        ends = part["end"].iloc[:-1].to_numpy()
        begins = part["start"].iloc[1:].to_numpy()
        count += int((pd.isna(ends) | (begins < ends)).sum())
    return count


def pair_of(first: list[dict[str, Any]], second: list[dict[str, Any]], stamped: bool = True) -> PairView:
    """A pair with these logs; without stamps all times are unknown."""
    rows = [[row if stamped else {**row, "time": pd.NaT} for row in log] for log in (first, second)]
    return build(heap(server("a", *rows[0]), server("b", *rows[1])))


@settings(deadline=None, max_examples=40)
@given(first=LOGS, second=LOGS)
def test_intervals_are_in_order(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> None:
    """No interval ends before it begins; those of one kind follow each other without overlapping."""
    pair = pair_of(first, second)
    kinds = {"states": ["server", "relationship", "subject"], "links": ["server", "relationship"]}
    for name, by in {**kinds, "runs": ["server"]}.items():
        frame: pd.DataFrame = getattr(pair, name)
        assert not (frame["end"] < frame["start"]).any(), name
        assert overlaps(frame, by) == 0, name


@settings(deadline=None, max_examples=20)
@given(first=LOGS, second=LOGS)
def test_logs_without_times_are_read_by_line(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    """Bare dhcpd -d output has no stamps: states still follow each other, only when is not known."""
    states = pair_of(first, second, stamped=False).states
    assert states["start"].isna().all()
    assert states["end"].isna().all()


@settings(deadline=None, max_examples=20)
@given(log=LOGS)
def test_every_interval_is_proved_by_a_line(log: list[dict[str, Any]]) -> None:
    """Each state names the line that shows it, and the line that ends it names the next state's begin."""
    states = pair_of(log, []).states
    assert (states["line"] > 0).all()
    assert set(states.loc[states["end"].notna(), "end_line"] > 0) <= {True}
