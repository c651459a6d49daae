"""Lines that stand more than once though they were said once."""

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.clock import set_clock
from dhcplens.ingest.dedupe import drop_repeats
from dhcplens.ingest.track import Track
from tests.ingest.logs import Said, ack, at, bsd, iso, track

START = at("2024-03-01 12:00:00")
BANNER = (
    "Internet Systems Consortium DHCP Server V3.0.1",
    "Copyright 2004 Internet Systems Consortium.",
    "All rights reserved.",
)
ONCE = ("Wrote 0 leases to leases file.", "Listening on LPF/eth0/00:1e:c9:ad:55:bf/10.69/16")
TO_STARTUP = "failover peer x: I move from recover to startup"
GENUINE = ("Sent update done message to x", "Update request all from x: nothing pending")
DONE = "failover peer x: peer update completed."


def dropped(*logs: Track) -> list[list[int]]:
    """For each log the lines that are left out."""
    found = drop_repeats(logs, set_clock(logs, [], "UTC", 0).times)
    return [log.line[~keep].tolist() for log, keep in zip(logs, found.keep, strict=True)]


def said(*texts: str, late: int = 0) -> list[Said]:
    """Lines of one second."""
    return [(START + timedelta(seconds=late), text) for text in texts]


def minutes(count: int, first: int = 0) -> list[Said]:
    """An acknowledgement each minute."""
    return [(START + timedelta(minutes=first + n), ack(abs(first + n))) for n in range(count)]


def test_a_start_that_went_two_ways() -> None:
    """Start-up lines that stand twice (block by block, or line by line) are kept once; later twins stay."""
    lines = [*BANNER, *BANNER, ONCE[0], ONCE[0], *ONCE[1:], *ONCE[1:], TO_STARTUP, TO_STARTUP]
    log = said(*lines, *GENUINE, *GENUINE, DONE, DONE)
    assert dropped(track(bsd(log))) == [[4, 5, 6, 8, 10, 12]]


def test_copies_over_the_turn_of_a_second() -> None:
    """A copy that was stamped a second later is a copy too."""
    log = [*said(*BANNER, ONCE[0]), *said(*BANNER, ONCE[0], TO_STARTUP, late=1)]
    assert dropped(track(bsd(log))) == [[5, 6, 7, 8]]


def test_two_starts_are_two_starts() -> None:
    """A server that starts again soon, under another process number or some seconds later, lost nothing."""
    one = bsd(said(*BANNER, *ONCE), tag="dhcpd[7]")
    assert dropped(track(one + bsd(said(*BANNER, *ONCE, late=1), tag="dhcpd[8]"))) == [[]]
    assert dropped(track(bsd(said(*BANNER, *ONCE)) + bsd(said(*BANNER, *ONCE, late=5)))) == [[]]


def test_a_start_without_a_second_banner_is_left_alone() -> None:
    """Where the banner stands once, nothing went two ways."""
    assert dropped(track(bsd(said(*BANNER, ONCE[1], ONCE[1], TO_STARTUP)))) == [[]]


def test_words_of_an_init_script() -> None:
    """What an init script said twice at once is kept once."""
    log = said("dhcpd shutdown succeeded", "dhcpd shutdown succeeded") + said(
        "dhcpd shutdown succeeded", late=60
    )
    assert dropped(track(bsd(log))) == [[2]]


@pytest.mark.parametrize("seed", range(8))
def test_a_process_all_of_whose_lines_stand_twice(seed: int) -> None:
    """``dhcpd -d`` under journald doubles everything: half of it goes, however the two streams are mixed."""
    chance = random.Random(seed)
    lines = [*said(*BANNER), *minutes(chance.randint(20, 40))]
    routes = [(number + chance.randint(0, 2), one) for number, one in enumerate(lines)]
    doubled = [one for _, one in sorted([*enumerate(lines), *routes], key=lambda one: (one[1][0], one[0]))]
    (gone,) = dropped(track(bsd(doubled, tag="dhcpd[5]")))
    kept = [one for number, one in enumerate(doubled, start=1) if number not in gone]
    assert sorted(kept) == sorted(lines)


def test_storms_are_not_copies() -> None:
    """A client that asks again and again within a second is no double route."""
    text = "DHCPDISCOVER from 02:00:00:00:00:01 via eth{}: load balance to peer x"
    storm = [
        (START + timedelta(seconds=number), text.format(number % 7))
        for number in range(60)
        for _ in range(2 + number % 3)
    ]
    assert dropped(track(bsd([*minutes(40), *storm]))) == [[]]


def test_one_log_collected_twice() -> None:
    """Of two files with the same lines one is kept, and what only one of them has stays."""
    mine, other = minutes(10), [*minutes(12), *said("Server starting service.", late=30)]
    assert dropped(track(bsd(mine), "messages"), track(bsd(sorted(other)), "daemon.log")) == [
        [],
        [1, *range(3, 12)],
    ]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=9, max_size=25), st.data())
@settings(max_examples=25, deadline=None)
def test_of_overlapping_pieces_the_log_is_left(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    """A line counts as often as where it stands most, so of overlapping pieces one log is left."""
    log = [(START + timedelta(seconds=10 * second), ack(number)) for second, number in sorted(rows)]
    moments = sorted({time for time, _ in log})
    first, last = (data.draw(st.integers(0, len(moments) - 1)) for _ in range(2))
    first, last = min(first, last), max(first, last)
    if last - first < 1:
        return
    pieces = [
        [one for one in log if one[0] <= moments[last]],
        [one for one in log if one[0] >= moments[first]],
    ]
    gone = dropped(*(track(bsd(piece), f"messages{number}") for number, piece in enumerate(pieces)))
    left = [
        one
        for piece, lines in zip(pieces, gone, strict=True)
        for number, one in enumerate(piece, start=1)
        if number not in lines
    ]
    assert sorted(left) == sorted(log)


def test_the_same_line_in_two_framings() -> None:
    """A line of messages and its copy from the journal are one, though only one has a fraction and a zone."""
    lines = minutes(9)
    assert dropped(track(bsd(lines), "messages"), track(iso(lines), "journal"))[1] == list(range(1, 10))


def test_rotation_within_a_second_loses_nothing() -> None:
    """Equal lines before and after a rotation in the same second are two lines."""
    old, new = [*minutes(1, -5), *said(*GENUINE)], [*said(*GENUINE), *minutes(2, 1)]
    assert dropped(track(bsd(old), "messages.1"), track(bsd(new), "messages")) == [[], []]


def test_two_servers_never_repeat_each_other() -> None:
    """Equal lines of two servers stay."""
    both = [track(bsd(minutes(9)), "one", "alpha"), track(bsd(minutes(9)), "two", "beta")]
    assert dropped(*both) == [[], []]


def test_bare_output_is_left_alone() -> None:
    """Without stamps nothing shows that a line is a copy."""
    assert dropped(track("\n".join([*BANNER, *ONCE, *BANNER, *ONCE]))) == [[]]
