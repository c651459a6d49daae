"""When the rules look, and what time it is where nobody writes."""

from dataclasses import fields

from dhcplens.findings.registry import rules
from dhcplens.tail.clock import SECOND
from dhcplens.tail.pace import HURRIED, HURRY, PERIOD, SETTLE, SETTLED, SHARE, Pace
from dhcplens.tail.present import Present, passed
from dhcplens.tail.watch import LASTING


def test_an_urgent_line_is_looked_at_once_its_burst_is_over() -> None:
    """The rules that it concerns look after a moment without a telling line, then all of them."""
    pace = Pace(0.0)
    pace.line(1.0, telling=True, urgent=True)
    assert not pace.hurry(1.0)
    assert pace.hurry(1.0 + 2 * HURRY)
    pace.hurried()
    assert not pace.hurry(2.0)
    assert not pace.all(1.0 + SETTLE - 0.01)
    assert pace.all(1.0 + SETTLE)
    pace.asked(1.3)
    assert not pace.news


def test_a_busy_log_does_not_put_the_rules_off() -> None:
    """Telling lines that come without a pause are looked at after a bounded time."""
    pace = Pace(0.0)
    hurried, looked = [], []
    for step in range(200):
        now = step * 0.01
        pace.line(now, telling=True, urgent=True)
        if pace.hurry(now):
            hurried.append(now)
            pace.hurried()
        if pace.all(now):
            looked.append(now)
            pace.asked(now)
            pace.answered(now)
    assert hurried[0] <= HURRIED + 0.02
    assert looked[0] <= SETTLED + 0.02
    assert len(hurried) > 5


def test_plain_messages_wait_for_the_period() -> None:
    """What comes by the thousand is looked at now and then; where nothing comes, never."""
    pace = Pace(0.0)
    assert not pace.all(10 * PERIOD)
    pace.line(1.0, telling=False, urgent=False)
    assert not pace.all(PERIOD - 1)
    assert pace.all(PERIOD + 1)


def test_long_looks_are_rare_looks() -> None:
    """All rules together never take more than a share of the processor."""
    pace = Pace(0.0)
    pace.asked(0.0)
    pace.answered(2.0)
    pace.line(2.1, telling=True, urgent=True)
    assert pace.hurry(3.0)
    assert not pace.all(2.0 + 2.0 * SHARE - 0.1)
    assert pace.all(2.0 + 2.0 * SHARE)


def test_a_look_that_was_given_up_is_taken_again_but_not_for_ever() -> None:
    """It stays due; when none came to its end for a while, the next one does not make way."""
    pace = Pace(0.0)
    pace.line(1.0, telling=True, urgent=False)
    pace.asked(2.0)
    assert pace.may_wait(2.0)
    pace.again()
    assert pace.all(3.0)
    assert not pace.may_wait(PERIOD)


def test_clocks_run_on_between_lines() -> None:
    """Each host's clock shows its last stamp and what passed since that line was written."""
    present = Present()
    present.heard("a", 100 * SECOND, 1000.0)
    present.heard("a", 90 * SECOND, 1001.0)
    present.heard("b", 50 * SECOND, 1002.0)
    assert present.at(1010.5) == {"a": 110 * SECOND + SECOND // 2, "b": 58 * SECOND + SECOND // 2}
    assert present.at(900.0) == {"a": 100 * SECOND, "b": 50 * SECOND}


def test_many_hosts_are_bounded() -> None:
    """Host names are what anybody writes into a log: more than a pair can have are passed over."""
    present = Present()
    for number in range(5000):
        present.heard(f"host{number}", number, 0.0)
    assert len(present.last) <= 1000
    present.heard("host1", 10**9, 1.0)
    assert present.last["host1"] == (10**9, 1.0)


def test_a_mark_is_passed_once() -> None:
    """So many seconds after a move lie between two looks exactly once, and only on the clock of its host."""
    marks = [("a", 100 * SECOND)]

    def between(before: int, now: int) -> bool:
        return passed(marks, (60, 300), {"a": before * SECOND}, {"a": now * SECOND})

    found = [start for start in (140, 150, 160, 390, 400) if between(start, start + 10)]
    assert found == [150, 390]
    assert passed(marks, (60,), {}, {"a": 200 * SECOND})
    assert not passed(marks, (60,), {}, {"b": 200 * SECOND})


def test_every_threshold_of_a_lasting_state_has_its_moment() -> None:
    """How long states may last is known to the tail: it looks at the clock at exactly these moments."""
    names = ("stuck-communications-interrupted", "stuck-recover", "never-reconnects", "silent-link")
    limits = [one for name in names for one in fields(rules()[name].limits)]
    seconds = {one.default for one in limits if one.name in ("after", "open_after")}
    assert seconds
    assert seconds <= set(LASTING)
