"""A command for each finding: told by standard input, never by a shell, one at a time, not for ever."""

import shlex
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from dhcplens.tail.events import Event, Kind
from dhcplens.tail.watch import Watch

_WAITING: Final = 100
"""More events than this do not wait for a slow command."""

_PATIENCE: Final = 5.0
"""Seconds for which the end of a tail waits for commands that are still to run."""


class Commands:
    """Runs a command line for findings that arise or clear. Raises ValueError for an unusable line."""

    def __init__(self, line: str, timeout: float, tell: Callable[[str], None]) -> None:
        self._words = shlex.split(line)
        if not self._words:
            raise ValueError("an empty command")
        self._timeout = timeout
        self._tell = tell
        self._waiting: deque[Event] = deque()
        self._dropped = 0
        self._changed = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def events(self, events: Sequence[Event]) -> None:
        """Let the findings among them wait for their turn."""
        with self._changed:
            for event in events:
                if event.event in (Kind.RAISED, Kind.CLEARED):
                    if len(self._waiting) >= _WAITING:
                        self._dropped += 1
                    else:
                        self._waiting.append(event)
            self._changed.notify()

    def tick(self, watch: Watch) -> None:  # noqa: ARG002
        """Say what was dropped."""
        if self._dropped and not self._waiting:
            self._tell(f"--exec: {self._dropped} findings passed over, the command is too slow")
            self._dropped = 0

    def close(self) -> None:
        """Run what waits, for a moment."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                if not self._waiting:
                    return
                event = self._waiting.popleft()
            self._one(event)

    def _one(self, event: Event) -> None:
        try:
            done = subprocess.run(
                self._words,
                input=event.as_json().encode() + b"\n",
                stdout=subprocess.DEVNULL,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self._tell(f"--exec: ended after {self._timeout:g} s (event {event.id})")
        except OSError as error:
            self._tell(f"--exec: {error.strerror}: {self._words[0]} (event {event.id})")
        else:
            if done.returncode:
                self._tell(f"--exec: exit code {done.returncode} (event {event.id})")
