"""The rules over a window of lines, in a process of their own: pandas never holds up an event there.

The process reads one JSON object a line (the question) and answers each with one line. It ends when its
standard input does, also when the tail was killed.
"""

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dhcplens.tail.present import Times
from dhcplens.tail.window import Text


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding as the tail needs it; times in RFC 3339, None where open or unknown."""

    code: str
    name: str
    severity: str
    title: str
    start: str | None
    end: str | None
    servers: tuple[str, ...]
    evidence: tuple[str, ...]
    meaning: str
    advice: tuple[str, ...]
    place: str
    consequence_of: str | None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Judged":
        """From JSON."""
        lists = {name: tuple(fields[name]) for name in ("servers", "evidence", "advice")}
        return cls(**{**fields, **lists})


@dataclass(frozen=True, slots=True)
class Question:
    """What the rules are asked: the lines that are kept, and what the clocks of the hosts show.

    ``tables`` names those with new rows: only the rules that these can concern at once are asked; None: all.
    Rules that ``may_wait`` are given up when another question comes.
    """

    lines: Sequence[Text]
    now: Times = field(default_factory=dict)
    tables: Collection[str] | None = None
    may_wait: bool = False

    def as_json(self) -> str:
        """One line."""
        tables = None if self.tables is None else sorted(self.tables)
        wait = self.may_wait
        return json.dumps({"lines": self.lines, "now": dict(self.now), "tables": tables, "may_wait": wait})


@dataclass(frozen=True, slots=True)
class Answer:
    """The findings of some rules (None: of all); no findings but None where the question was given up."""

    findings: Sequence[Judged] | None
    rules: frozenset[str] | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Answer":
        """From JSON."""
        found, rules = fields["findings"], fields["rules"]
        return cls(
            None if found is None else [Judged.of(one) for one in found],
            None if rules is None else frozenset(rules),
        )


class JudgeError(Exception):
    """The process of the rules died; the message is the last that it said."""


class Judge:
    """Asks the process. Answers come in the order of the questions."""

    def __init__(self, timezone: str, host: str) -> None:
        self._timezone = timezone
        self._host = host
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: deque[tuple[Question, threading.Thread]] = deque()
        self._answers: dict[int, Answer | JudgeError] = {}

    @property
    def busy(self) -> bool:
        """Whether a question waits for its answer."""
        return bool(self._asked)

    @property
    def hurried(self) -> bool:
        """Whether one waits for it that must not be held up by the next."""
        return any(not question.may_wait for question, _ in self._asked)

    def ask(self, question: Question) -> None:
        """Put a question."""
        before = self._asked[-1][1] if self._asked else None
        try:
            words = (self._running(), question, before)
            thread = threading.Thread(target=self._talk, args=words, daemon=True)
        except OSError as error:
            self._answers[id(question)] = JudgeError(f"the rules cannot be started: {error.strerror}")
            thread = threading.Thread(daemon=True)
        self._asked.append((question, thread))
        thread.start()

    def answer(self, wait: bool = False) -> Answer | None:
        """The next answer when it is there, None before. Raises JudgeError."""
        if not self._asked or (self._asked[0][1].is_alive() and not wait):
            return None
        question, thread = self._asked.popleft()
        thread.join()
        answer = self._answers.pop(id(question))
        if isinstance(answer, JudgeError):
            raise answer
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _talk(
        self, process: subprocess.Popen[bytes], question: Question, before: threading.Thread | None
    ) -> None:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(question.as_json().encode() + b"\n")
            process.stdin.flush()
            if before is not None:
                before.join()
            self._answers[id(question)] = Answer.of(json.loads(process.stdout.readline()))
        except (OSError, ValueError):  # it is gone, or cut its answer short
            process.kill()
            if self._process is process:
                self._process = None
            self._answers[id(question)] = JudgeError(
                f"the process of the rules ended unexpectedly (exit code {process.wait()})"
            )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            words = [sys.executable, "-m", "dhcplens.tail.judging", self._timezone, self._host]
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        return self._process
