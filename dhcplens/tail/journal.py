"""The journal of systemd, as ``journalctl --follow --output=json`` gives it (journalctl(1))."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from dhcplens.tail.sources import PipeSource

LOOK_BACK: Final = 10_000
"""Entries that tell how things stand when a tail begins."""

_NAMES: Final = ("dhcpd", "dhcpd3", "isc-dhcpd", "isc-dhcp-server", "dhcpd4", "isc-dhcp-server4")
_CURSOR: Final = re.compile(rb'"__CURSOR" ?: ?"([^"]+)"')
_TIME: Final = re.compile(rb'"__REALTIME_TIMESTAMP" ?: ?"(\d{1,17})"')
_PAUSES: Final = (1.0, 2.0, 5.0, 30.0)
"""Seconds before journalctl is started again, the last for good."""


class JournalSource:
    """What journalctl prints; where it ends, it is started again behind the last entry that was given out.

    ``cursor`` is where an earlier run stopped, ``since`` POSIX seconds to begin at; with neither, the last
    entries come first, as what stood there before. Raises OSError where there is no journalctl.
    """

    name = "journal"
    leases = False
    ended = False

    def __init__(self, cursor: str | None, since: float | None, tell: Callable[[str], None]) -> None:
        self._cursor = cursor
        self._since = since
        self._tell = tell
        self._began = time.time() if cursor is None and since is None else 0.0
        self._written = time.time()
        self._failures = 0
        self._due = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: PipeSource
        self._start()

    def read(self) -> Iterator[tuple[bytes, bool]]:
        """See Source."""
        if self._process is None:
            if time.monotonic() < self._due:
                return
            self._start()
        for data, _ in self._pipe.read():
            whole = _whole(data) if self._pipe.ended else data
            for part, old in self._by_age(whole):
                self._failures = 0
                self._remember(part)
                yield part, old
        if self._pipe.ended:
            self._stopped()

    def written(self) -> float | None:
        """See Source."""
        return self._written

    def position(self) -> Any:
        """See Source."""
        return self._cursor

    def close(self) -> None:
        """See Source."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> None:
        words = ["journalctl", "--follow", "--output=json", "--no-pager", "--quiet"]
        if self._cursor is not None:
            words += [f"--after-cursor={self._cursor}", "--lines=all"]
        elif self._since is not None:
            words += [f"--since=@{self._since:.0f}", "--lines=all"]
        else:
            words += [f"--lines={LOOK_BACK}"]
        words += [f"SYSLOG_IDENTIFIER={name}" for name in _NAMES]
        self._process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdout is not None
        self._pipe = PipeSource("journal", self._process.stdout.fileno())

    def _stopped(self) -> None:
        assert self._process is not None
        code = self._process.wait()
        self.close()
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        if self._failures < len(_PAUSES):
            self._tell(f"journalctl ended (exit code {code}); it is started again in {pause:g} s")
        if self._failures and self._cursor is not None:  # it may be the cursor, as of a journal that is gone
            self._tell("the place in the journal where the last run ended is not found; going on from now")
            self._cursor, self._since = None, time.time()
        self._failures += 1
        self._due = time.monotonic() + pause

    def _by_age(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """The entries from before the begin, and those since."""
        if self._began:
            for found in _TIME.finditer(data):
                if int(found[1]) / 1e6 > self._began:
                    old = data.rfind(b"\n", 0, found.start()) + 1
                    self._began = 0.0
                    break
            else:
                old = len(data)
            if old:
                yield data[:old], True
            data = data[old:]
        if data:
            yield data, False

    def _remember(self, data: bytes) -> None:
        if cursors := _CURSOR.findall(data):
            self._cursor = cursors[-1].decode("ascii", "replace")
        if times := _TIME.findall(data):
            self._written = int(times[-1]) / 1e6


def _whole(data: bytes) -> bytes:
    """The data without a last entry that was cut off: it comes again."""
    begin = data.rfind(b"\n", 0, -1) + 1
    try:
        json.loads(data[begin:])
    except (ValueError, RecursionError):
        return data[:begin]
    return data
