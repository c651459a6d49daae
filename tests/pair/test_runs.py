"""Process lives: when a server ran, and how its end is known."""

import pandas as pd

from dhcplens.pair import PairView, build
from tests.pair.making import at, banner, heap, heard, lost, message, move, notice, server

RESTART = [banner("11:00:00"), move("11:00:01", "normal", "startup")]


def runs(pair: PairView, name: str) -> pd.DataFrame:
    """Runs of one server."""
    return pair.runs[pair.runs["server"] == name].reset_index(drop=True)


def linked(clock: str) -> list[dict[str, object]]:
    """Lines of a server that found its partner."""
    return [
        move(clock, "normal", "startup"),
        heard(clock, "normal", "normal"),
        move(clock, "startup", "normal"),
    ]


def test_a_crash_is_dated_by_the_partner() -> None:
    """A process that was silent until its next start ended when its partner lost the link."""
    pair = build(
        heap(
            server("a", *linked("10:00:00"), *RESTART),
            server(
                "b",
                *linked("10:00:00"),
                lost("10:40:00"),
                move("10:40:00", "normal", "communications-interrupted"),
            ),
        )
    )
    first, second = runs(pair, "a").itertuples()
    assert (first.end, first.end_how, first.end_source) == (at("10:40:00"), "partner", "b/messages")
    assert first.end_before == at("11:00:00")
    assert (second.start, second.start_how) == (at("11:00:00"), "banner")
    assert second.end_how == "open"
    assert runs(pair, "b")["end_how"].tolist() == ["open"]


def test_a_cut_link_is_no_end() -> None:
    """A server that lost the link itself and goes on did not end when its partner lost it too."""
    pair = build(
        heap(
            server(
                "a",
                *linked("10:00:00"),
                lost("10:40:05"),
                move("10:40:05", "normal", "communications-interrupted"),
                *RESTART,
            ),
            server("b", *linked("10:00:00"), lost("10:40:30")),
        )
    )
    first = runs(pair, "a").iloc[0]
    assert (first["end_how"], first["end"]) == ("restart", at("11:00:00"))


def test_a_signal_ends_a_process() -> None:
    """'Received signal' and the init script's word are believed before anything else."""
    pair = build(
        heap(
            server("a", *linked("10:00:00"), notice("10:50:00", "signal-shutdown", signal=15), *RESTART),
            server("b", *linked("10:00:00"), lost("10:50:02")),
        )
    )
    first = runs(pair, "a").iloc[0]
    assert (first["end_how"], first["end"], first["end_line"]) == ("signal", at("10:50:00"), 4)


def test_silence_to_the_end_is_presumed_an_end() -> None:
    """A server that is silent after its partner lost it is presumed gone; one that is heard again is not."""
    gone = server(
        "b", *linked("10:00:00"), lost("10:40:00"), message("12:00:00", "DISCOVER", "02:00:00:00:00:01")
    )
    back = server("b", *linked("10:00:00"), lost("10:40:00"), heard("10:41:00", "normal", "normal"))
    quiet = server("a", *linked("10:00:00"))
    assert runs(build(heap(quiet, gone)), "a")["end_how"].tolist() == ["presumed"]
    assert runs(build(heap(quiet, back)), "a")["end_how"].tolist() == ["open"]


def test_messages_keep_a_process_alive() -> None:
    """A server that goes on answering clients after its partner lost it has not ended."""
    busy = server("a", *linked("10:00:00"), message("10:45:00", "DISCOVER", "02:00:00:00:00:01"))
    pair = build(heap(busy, server("b", *linked("10:00:00"), lost("10:40:00"))))
    first = runs(pair, "a").iloc[0]
    assert (first["end_how"], first["last_seen"]) == ("open", at("10:45:00"))


def test_a_test_of_the_configuration_is_no_start() -> None:
    """dhcpd -t writes a banner, even a fatal line, beside a server that goes on."""
    pair = build(
        heap(
            server(
                "a",
                *linked("10:00:00"),
                banner("10:30:00"),
                notice("10:30:00", "configuration-errors", level="fatal"),
                heard("10:40:00", "normal", "communications-interrupted"),
            )
        )
    )
    assert len(runs(pair, "a")) == 1
    assert runs(pair, "a")["end_how"].tolist() == ["open"]


def test_the_last_banner_before_a_start_counts() -> None:
    """Init scripts test the configuration first: the start is dated by the second banner."""
    pair = build(
        heap(
            server(
                "a",
                banner("10:00:00"),
                banner("10:00:05"),
                notice("10:00:06", "listening"),
                notice("10:00:06", "sending"),
                move("10:00:06", "normal", "startup"),
                notice("10:00:06", "starting-service"),
            )
        )
    )
    (only,) = runs(pair, "a").itertuples()
    assert (only.start, only.version) == (at("10:00:05"), "4.4.3-P1")


def test_several_relationships_start_together() -> None:
    """A process moves each relationship to startup: that is one start; the same one again is the next."""
    pair = build(
        heap(
            server(
                "a",
                move("10:00:00", "normal", "startup", peer="one"),
                move("10:00:00", "normal", "startup", peer="two"),
                move("10:00:30", "normal", "startup", peer="one"),
                move("10:00:30", "normal", "startup", peer="two"),
            )
        )
    )
    assert runs(pair, "a")["start"].tolist() == [at("10:00:00"), at("10:00:30")]


def test_a_new_process_id_shows_a_start_that_was_not_logged() -> None:
    """Where the start lines are missing, the process id of the running server tells."""
    pair = build(
        heap(
            server(
                "a",
                heard("10:00:00", "normal", "normal", pid=7),
                heard("10:30:00", "normal", "normal", pid=8),
            )
        )
    )
    assert runs(pair, "a")["start_how"].tolist() == ["before", "pid"]
    assert runs(pair, "a")["pid"].tolist() == [7, 8]
