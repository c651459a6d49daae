"""What time it is by the clocks that stamp the lines: the last stamp of each, and what passed since.

So a state that lasts is known to last though nobody writes a line about it, and a log whose clock or zone is
wrong does not make it last for hours at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dhcplens.tail.clock import SECOND

_MOST: Final = 1000
"""Hosts whose clocks are kept."""

Times = Mapping[str, int]
"""Nanoseconds since 1970 by the clock of each host."""


@dataclass(slots=True)
class Present:
    """The last stamp of each host (nanoseconds) and when that line was written (POSIX seconds, our clock)."""

    last: dict[str, tuple[int, float]] = field(default_factory=dict)

    def heard(self, host: str, stamp: int, written: float) -> None:
        """A line of a host; an older one than the last one says nothing."""
        if host not in self.last and len(self.last) >= _MOST:
            return
        if host not in self.last or stamp >= self.last[host][0]:
            self.last[host] = stamp, written

    def at(self, moment: float) -> Times:
        """What the hosts' clocks show at a moment of ours."""
        return {
            host: stamp + int(max(0.0, moment - written) * SECOND)
            for host, (stamp, written) in self.last.items()
        }


def passed(marks: Iterable[tuple[str, int]], spans: Iterable[int], before: Times, now: Times) -> bool:
    """Whether so many seconds after a mark (host, nanoseconds) lie between two looks at the clocks."""
    spans = tuple(spans)
    return any(
        before.get(host, mark) < mark + span * SECOND <= now[host]
        for host, mark in marks
        if host in now
        for span in spans
    )
