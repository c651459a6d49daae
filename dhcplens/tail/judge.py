"""The rules over a window of lines, in a process of their own: pandas never holds up an event there.

The process reads one JSON list a line (the lines) and answers each with one line: the findings. It
ends when its standard input does, also when the tail was killed.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


class JudgeError(Exception):
    """The process of the rules died; the message is the last that it said."""


class Judge:
    """Asks the process; one question at a time."""

    def __init__(self, timezone: str, host: str) -> None:
        self._timezone = timezone
        self._host = host
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._answer: list[Judged] | None = None
        self._error: JudgeError | None = None

    @property
    def busy(self) -> bool:
        """Whether a question waits for its answer."""
        return self._thread is not None

    def ask(self, lines: Sequence[Text]) -> None:
        """Put a question."""
        self._thread = threading.Thread(target=self._talk, args=(lines,), daemon=True)
        self._thread.start()

    def answer(self, wait: bool = False) -> list[Judged] | None:
        """The answer when it is there, None before. Raises JudgeError."""
        if self._thread is None or (self._thread.is_alive() and not wait):
            return None
        self._thread.join()
        self._thread = None
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        answer, self._answer = self._answer, None
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _talk(self, lines: Sequence[Text]) -> None:
        try:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(lines).encode() + b"\n")
            process.stdin.flush()
            told = process.stdout.readline()
            self._answer = [Judged.of(one) for one in json.loads(told)]
        except (OSError, ValueError):  # it is gone, or cut its answer short
            self.close()
            code = None if self._process is None else self._process.returncode
            self._process = None
            self._error = JudgeError(f"the process of the rules ended unexpectedly (exit code {code})")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            words = [sys.executable, "-m", "dhcplens.tail.judging", self._timezone, self._host]
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        return self._process
