"""State intervals and link intervals of both sides."""

import pandas as pd

from dhcplens.pair import PairView, build
from tests.pair.making import (
    PEER,
    at,
    banner,
    heap,
    heard,
    lost,
    message,
    move,
    notice,
    pool,
    server,
    state_block,
)

NORMAL, CUT, STARTUP = "normal", "communications-interrupted", "startup"


def said(pair: PairView, name: str, subject: str) -> list[tuple[str, object, object]]:
    """State, begin and end of what a server said."""
    frame = pair.states
    chosen = frame[(frame["server"] == name) & (frame["subject"] == subject)]
    return [(row.state, _clock(row.start), _clock(row.end)) for row in chosen.itertuples()]


def believed(pair: PairView, name: str) -> list[tuple[str, str, object, object]]:
    """Link state, its ground, begin and end."""
    chosen = pair.links[pair.links["server"] == name]
    return [(row.state, row.why, _clock(row.start), _clock(row.end)) for row in chosen.itertuples()]


def _clock(time: pd.Timestamp) -> str | None:
    return None if pd.isna(time) else time.strftime("%H:%M:%S")


def test_moves_make_intervals() -> None:
    """Each move ends one state and begins the next; the one before the first began at an unknown time."""
    pair = build(heap(server("a", move("10:00:00", NORMAL, CUT), move("11:00:00", CUT, NORMAL))))
    assert said(pair, "a", "local") == [
        (NORMAL, None, "10:00:00"),
        (CUT, "10:00:00", "11:00:00"),
        (NORMAL, "11:00:00", None),
    ]
    assert pair.states["known"].tolist() == ["before", "move", "move"]
    assert pair.states["line"].tolist() == [1, 1, 2]
    assert pair.states["end_line"].tolist() == [1, 2, 0]


def test_moves_to_the_same_state_are_one_interval() -> None:
    """'peer moves from normal to normal' changes nothing."""
    pair = build(heap(server("a", heard("10:00:00", CUT, NORMAL), heard("11:00:00", NORMAL, NORMAL))))
    assert said(pair, "a", "partner") == [(CUT, None, "10:00:00"), (NORMAL, "10:00:00", None)]


def test_a_stopped_server_is_in_no_state() -> None:
    """Own states end with the process, known from the partner; the partner's view goes on."""
    pair = build(
        heap(
            server("a", move("10:00:00", CUT, NORMAL), banner("11:00:00"), move("11:00:01", NORMAL, STARTUP)),
            server("b", heard("10:00:00", CUT, NORMAL), lost("10:40:00"), move("10:40:00", NORMAL, CUT)),
        )
    )
    assert said(pair, "a", "local")[1:] == [(NORMAL, "10:00:00", "10:40:00"), (STARTUP, "11:00:01", None)]
    assert said(pair, "b", "partner")[-1] == (NORMAL, "10:00:00", None)
    assert pair.states[pair.states["subject"] == "partner"]["about"].tolist()[-1] == "a"


def test_lease_file_tells_what_no_log_covers() -> None:
    """State blocks give the begin of the state before the first logged move, and all states without a log."""
    blocks = (
        state_block(NORMAL, "08:00:00", NORMAL, "08:00:00"),
        state_block(CUT, "09:00:00", NORMAL, "08:00:00"),
        state_block(NORMAL, "10:00:00", NORMAL, "08:00:00"),
    )
    with_log = build(heap(server("a", *blocks, move("10:00:00", CUT, NORMAL))))
    without = build(heap(server("a", *blocks)))
    whole = [(NORMAL, "08:00:00", "09:00:00"), (CUT, "09:00:00", "10:00:00"), (NORMAL, "10:00:00", None)]
    assert said(with_log, "a", "local") == whole
    assert said(without, "a", "local") == whole
    assert said(without, "a", "partner") == [(NORMAL, "08:00:00", None)]
    assert with_log.states["known"].tolist()[:3] == ["file", "file", "move"]


def test_a_lease_file_newer_than_the_log_goes_on() -> None:
    """A state that the file records after the last log line is taken from the file."""
    later = state_block(CUT, "12:00:00", NORMAL, "08:00:00")
    pair = build(heap(server("a", move("10:00:00", CUT, NORMAL), later)))
    assert said(pair, "a", "local")[-1] == (CUT, "12:00:00", None)


def test_saved_state_is_no_state_of_the_new_process() -> None:
    """'I move from normal to startup' at a start does not mean that the server was normal before."""
    fresh = state_block(NORMAL, "09:59:59", NORMAL, "09:59:59")
    pair = build(heap(server("a", fresh, banner("10:00:00"), move("10:00:01", NORMAL, STARTUP))))
    assert said(pair, "a", "local") == [(STARTUP, "10:00:01", None)]


def test_links_of_both_sides() -> None:
    """The link is up from the first line that only linked servers write, down from the line of its loss."""
    pair = build(
        heap(
            server(
                "a",
                move("10:00:00", "recover", STARTUP),
                heard("10:00:05", "unknown-state", "recover"),
                pool("10:01:00", 120, 120, 0),
                notice("10:30:00", "peer-timeout", peer=PEER),
                lost("10:30:01"),
                move("10:30:01", NORMAL, CUT),
                notice("10:45:00", "update-completed", peer=PEER),
            ),
        )
    )
    assert believed(pair, "a") == [
        ("down", "restart", "10:00:00", "10:00:05"),
        ("up", "heard", "10:00:05", "10:30:00"),
        ("down", "timeout", "10:30:00", "10:45:00"),
        ("up", "heard", "10:45:00", None),
    ]


def test_link_before_the_log_was_up_when_it_is_lost() -> None:
    """A log that begins with the loss of the link tells that it was up until then."""
    pair = build(heap(server("a", lost("10:30:00"), message("10:31:00", "DISCOVER", "02:00:00:00:00:01"))))
    assert believed(pair, "a") == [
        ("up", "before", None, "10:30:00"),
        ("down", "disconnected", "10:30:00", None),
    ]


def test_link_before_the_log_was_down_when_the_first_move_says_so() -> None:
    """A log that begins in an outage tells of it by the state that its first move leaves."""
    pair = build(heap(server("a", heard("10:30:00", NORMAL, CUT), move("10:30:00", CUT, NORMAL))))
    assert believed(pair, "a") == [("down", "before", None, "10:30:00"), ("up", "heard", "10:30:00", None)]


def test_relationships_are_kept_apart() -> None:
    """Two relationships of one server have their own states and links."""
    pair = build(
        heap(
            server(
                "a",
                move("10:00:00", NORMAL, CUT, peer="one"),
                move("10:10:00", CUT, NORMAL, peer="two"),
            )
        )
    )
    last = pair.states.drop_duplicates("relationship", keep="last")
    assert dict(zip(last["relationship"], last["state"], strict=True)) == {"one": CUT, "two": NORMAL}
    assert set(pair.links["relationship"]) == {"one", "two"}


def test_lines_of_one_second_keep_the_order_of_the_file() -> None:
    """Several moves within one second are taken in the order of their lines."""
    pair = build(
        heap(
            server(
                "a",
                move("10:00:00", STARTUP, "recover"),
                move("10:00:00", "recover", "recover-done"),
                notice("10:00:00", "both-normal", peer=PEER),
                move("10:00:00", "recover-done", NORMAL),
            )
        )
    )
    assert [state for state, _, _ in said(pair, "a", "local")] == [STARTUP, "recover", "recover-done", NORMAL]
    assert pair.latest == at("10:00:00")
