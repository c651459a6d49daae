"""The difference of the two clocks."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.model.states import Role
from dhcplens.pair import PairView, build
from tests.pair.making import at, conf, heap, heard, lost, message, move, server

NORMAL, CUT = "normal", "communications-interrupted"


def later(clock: str, seconds: int) -> str:
    """The clock time so many seconds later."""
    return str((at(clock) + pd.Timedelta(seconds, "s")).time())


def pair_with(skew: int, meetings: list[str]) -> PairView:
    """A pair that meets again at some times; the secondary's clock is ahead by ``skew`` seconds."""
    a, b = [], []
    for clock in meetings:
        other = later(clock, skew)
        a += [heard(clock, NORMAL, CUT), move(clock, CUT, NORMAL), heard(clock, CUT, NORMAL)]
        b += [heard(other, NORMAL, CUT), move(other, CUT, NORMAL), heard(other, CUT, NORMAL)]
        a.append(move(later(clock, 60), NORMAL, CUT))
        b.append(move(later(other, 61), NORMAL, CUT))
    return build(heap(server("a", *a, conf=conf(Role.PRIMARY)), server("b", *b, conf=conf(Role.SECONDARY))))


@pytest.mark.parametrize("skew", [0, 2, 45, -45])
def test_skew_of_moves_that_both_logged(skew: int) -> None:
    """The skew is positive when the second server's clock is ahead."""
    pair = pair_with(skew, ["10:00:00", "12:00:00"])
    assert (pair.skew.seconds, pair.skew.count, pair.skew.how) == (skew, 4, "moves")


def test_hours_of_difference_need_several_witnesses() -> None:
    """A difference that dhcpd would not have linked with is believed only when many moves show it."""
    assert pair_with(3600, ["10:00:00"]).skew.seconds is None
    assert pair_with(3600, ["10:00:00", "11:10:00", "13:30:00"]).skew.seconds == 3600


@settings(deadline=None, max_examples=25)
@given(
    skew=st.integers(-55, 55),
    minutes=st.lists(st.integers(0, 200), min_size=1, max_size=6, unique=True),
)
def test_skew_is_found_wherever_meetings_lie(skew: int, minutes: list[int]) -> None:
    """Any skew that peers accept is found from meetings three minutes or more apart."""
    meetings = [later("04:00:00", 180 * minute) for minute in sorted(minutes)]
    assert pair_with(skew, meetings).skew.seconds == pytest.approx(skew, abs=1)


def test_align_puts_times_on_the_first_clock() -> None:
    """Times of the second server are shifted, those of the first are not; the tables stay as written."""
    pair = pair_with(45, ["10:00:00", "12:00:00"])
    times = pair.server("b").log.transitions["time"]
    assert pair.align(times, "b").iloc[0] == at("10:00:00")
    assert times.iloc[0] == at("10:00:45")
    assert pair.align(pair.server("a").log.transitions["time"], "a").iloc[0] == at("10:00:00")
    assert any(one.subject == "clock skew" and one.value == "b is 45 s ahead of a" for one in pair.inferences)


def test_moves_heard_late_do_not_count() -> None:
    """A move made while parted is heard when the link is back: that says nothing of the clocks."""
    pair = build(
        heap(
            server("a", move("10:00:00", NORMAL, CUT)),
            server("b", lost("10:00:00"), heard("10:01:00", NORMAL, CUT)),
        )
    )
    assert pair.skew.seconds is None
    assert pair.skew_samples.empty


def test_crowded_moves_are_not_matched() -> None:
    """Moves with more than one possible counterpart are no samples."""
    pair = build(
        heap(
            server("a", move("10:00:00", CUT, NORMAL), move("10:00:10", CUT, NORMAL)),
            server("b", heard("10:00:00", CUT, NORMAL), heard("10:00:10", CUT, NORMAL)),
        )
    )
    assert pair.skew_samples.empty


def test_a_small_skew_changes_no_times() -> None:
    """Within whole seconds of stamps nothing is corrected."""
    pair = pair_with(1, ["10:00:00", "12:00:00"])
    times = pair.server("b").log.transitions["time"]
    assert pair.align(times, "b").equals(times)


def asking(*clocks: str, mac: str = "02:00:00:00:00:01") -> list[dict[str, object]]:
    """DISCOVERs of one client."""
    return [message(clock, "DISCOVER", mac) for clock in clocks]


def test_messages_tell_where_no_move_does() -> None:
    """Peers that refuse each other for their clocks still hear the same clients."""
    times = ("10:00:00", "10:00:04", "10:00:13", "10:20:00")
    pair = build(
        heap(
            server("a", *asking(*times), *asking("10:30:00", mac="02:00:00:00:00:02")),
            server("b", *asking(*(later(clock, 75) for clock in times))),
        )
    )
    assert (pair.skew.seconds, pair.skew.count, pair.skew.how) == (75, 4, "messages")
    assert set(pair.skew_samples["kind"]) == {"message"}


def test_two_meetings_are_too_few() -> None:
    """Two lines that happen to be equally far apart prove nothing."""
    pair = build(
        heap(server("a", *asking("10:00:00", "10:20:00")), server("b", *asking("10:01:15", "10:21:15")))
    )
    assert pair.skew.seconds is None


def test_a_clock_that_was_set_meanwhile() -> None:
    """The skew of a period can differ from the one that holds over all."""
    early, late = ("10:00:00", "10:05:00", "10:10:00"), ("11:00:00", "11:05:00", "11:10:00")
    pair = build(
        heap(
            server("a", *asking(*early, *late)),
            server("b", *asking(*early, *(later(clock, 120) for clock in late))),
        )
    )
    assert pair.skew_between(at("10:00:00"), at("10:30:00")).seconds == 0
    assert pair.skew_between(at("10:45:00"), at("11:30:00")).seconds == 120


def test_a_clock_that_was_set_back_is_named() -> None:
    """A line below one that is minutes later shows that the clock was set, and where."""

    def told(*rows: dict[str, object]) -> list[str]:
        pair = build(heap(server("a", *rows), server("b", lost("10:00:00"))))
        return [f"{one.value}: {one.why}" for one in pair.inferences if one.subject == "clock of a"]

    (step,) = told(lost("10:00:00"), lost("10:10:00"), lost("10:05:30"), lost("10:20:00"))
    assert step.startswith("set back by 270 s or more: a/messages:3 is stamped before")
    assert told(lost("10:00:00"), lost("10:10:00"), lost("10:09:58"), lost("10:20:00")) == []
