"""The process of the rules."""

from pathlib import Path

import pytest

from dhcplens.model.zones import fixed
from dhcplens.tail.clock import SECOND, LiveClock
from dhcplens.tail.judge import Answer, Judge, JudgeError, Question
from dhcplens.tail.lines import LineReader
from dhcplens.tail.window import Text

CRASH = Path(__file__).parents[2] / "fixtures" / "crash-primary" / "beta" / "messages"


def lines() -> list[Text]:
    return [("log", number, line) for number, line in enumerate(CRASH.read_text().splitlines(), 1)]


def test_it_answers_question_after_question() -> None:
    """The findings of one server's log, with evidence; the same question has the same answer."""
    judge = Judge("UTC+9", "here")
    try:
        judge.ask(Question(lines()))
        assert judge.busy
        first = judge.answer(wait=True)
        judge.ask(Question(lines()))
        assert judge.answer(wait=True) == first
        judge.ask(Question([]))
        assert judge.answer(wait=True) == Answer([])
    finally:
        judge.close()
    assert first is not None
    assert first.findings is not None
    (down,) = (one for one in first.findings if one.name in ("peer-down", "link-down"))
    assert (down.start, down.servers) != (None, ())
    assert down.evidence


def test_rules_that_a_line_concerns_are_asked_alone() -> None:
    """A move concerns the rules of states and links: they find what all rules find of theirs, no more."""
    judge = Judge("UTC+9", "here")
    try:
        judge.ask(Question(lines()))
        every = judge.answer(wait=True)
        judge.ask(Question(lines(), tables={"transitions"}))
        some = judge.answer(wait=True)
    finally:
        judge.close()
    assert every is not None
    assert every.rules is None
    assert some is not None
    assert some.rules is not None
    assert {"peer-down", "stuck-recover", "potential-conflict"} <= some.rules
    assert "unanswered-clients" not in some.rules
    assert [one.title for one in some.findings or ()] == [
        one.title for one in every.findings or () if one.name in some.rules
    ]


def test_a_look_of_all_rules_makes_way() -> None:
    """What may wait is given up for what is urgent; the answers keep the order of the questions."""
    judge = Judge("UTC+9", "here")
    try:
        judge.ask(Question(lines(), may_wait=True))
        judge.ask(Question(lines(), tables={"notices"}))
        assert judge.hurried
        assert judge.answer(wait=True) == Answer(None)
        urgent = judge.answer(wait=True)
        assert urgent is not None
        assert urgent.rules
        assert not judge.busy
    finally:
        judge.close()


def test_time_passes_without_a_line() -> None:
    """A state that nobody writes about any more lasts until the clocks' present, not to the last line."""
    alone = lines()
    cut = next(place for place, one in enumerate(alone) if "to communications-interrupted" in one[2]) + 1
    reader = LineReader(LiveClock(fixed(9 * 3600)), "here")
    last = reader.row(*alone[cut - 1][:2], alone[cut - 1][2].encode())
    assert last is not None
    assert last.time is not None
    judge = Judge("UTC+9", "here")
    try:
        found = []
        for hours in (0, 2):
            judge.ask(Question(alone[:cut], {"beta": last.time + hours * 3600 * SECOND}))
            answer = judge.answer(wait=True)
            assert answer is not None
            found.append({one.name for one in answer.findings or ()})
    finally:
        judge.close()
    assert found[1] - found[0] == {"stuck-communications-interrupted"}


def test_a_process_that_cannot_be_started_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without room for another process is an error with a word; the tail goes on and asks again."""
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    judge = Judge("UTC", "here")
    judge.ask(Question(lines()))
    with pytest.raises(JudgeError, match="cannot be started"):
        judge.answer(wait=True)
    assert not judge.busy


def test_a_process_that_dies_is_told_of() -> None:
    """Rules that cannot run are an error with a word, not a hang."""
    judge = Judge("Mars/Olympus", "here")
    judge.ask(Question(lines()))
    with pytest.raises(JudgeError, match="ended unexpectedly"):
        judge.answer(wait=True)
    assert judge.answer() is None
    judge.close()
