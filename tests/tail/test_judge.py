"""The process of the rules."""

from pathlib import Path

import pytest

from dhcplens.tail.judge import Judge, JudgeError
from dhcplens.tail.window import Text

CRASH = Path(__file__).parents[2] / "fixtures" / "crash-primary" / "beta" / "messages"


def lines() -> list[Text]:
    return [("log", number, line) for number, line in enumerate(CRASH.read_text().splitlines(), 1)]


def test_it_answers_question_after_question() -> None:
    """The findings of one server's log, with evidence; the same question has the same answer."""
    judge = Judge("UTC+9", "here")
    try:
        judge.ask(lines())
        assert judge.busy
        first = judge.answer(wait=True)
        judge.ask(lines())
        assert judge.answer(wait=True) == first
        judge.ask([])
        assert judge.answer(wait=True) == []
    finally:
        judge.close()
    assert first is not None
    (down,) = (one for one in first if one.name in ("peer-down", "link-down"))
    assert (down.start, down.servers) != (None, ())
    assert down.evidence


def test_a_process_that_dies_is_told_of() -> None:
    """Rules that cannot run are an error with a word, not a hang."""
    judge = Judge("Mars/Olympus", "here")
    judge.ask(lines())
    with pytest.raises(JudgeError, match="ended unexpectedly"):
        judge.answer(wait=True)
    assert judge.answer() is None
    judge.close()
