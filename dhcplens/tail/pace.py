"""When the rules look: at once where a line matters, all of them soon after, and now and then in any case."""

from typing import Final

HURRY: Final = 0.02
"""Seconds after the last telling line at which the rules look that it concerns: dhcpd writes some at once.

No more than from one look at the sources to the next, else the look after that would be waited for.
"""

HURRIED: Final = 0.1
"""The same after the first of these lines, though more of them come."""

SETTLE: Final = 0.25
"""Seconds after the last telling line at which all rules look."""

SETTLED: Final = 1.0
"""The same after the first of these lines."""

SHARE: Final = 9.0
"""So many times as long as all rules took they do not look again."""

PERIOD: Final = 30.0
"""Seconds after which all rules look again where only plain messages came."""

LASTING: Final = 0.5
"""Seconds between two looks at the clock for what lasts without a line."""


class Pace:
    """All times are of a monotonic clock, in seconds."""

    def __init__(self, now: float) -> None:
        self._first: float | None = None  # telling line since all rules looked
        self._first_urgent: float | None = None  # the same since any rules looked
        self._last = self._looked = self._whole = self._clock = now
        self._took = 0.0
        self._plain = False

    @property
    def news(self) -> bool:
        """Whether lines came that not all rules have seen."""
        return self._plain or self._first is not None

    def line(self, now: float, *, telling: bool, urgent: bool) -> None:
        """Lines came, some of them telling, some of these urgent."""
        self._plain = True
        if telling:
            self._last = now
            self._first = now if self._first is None else self._first
        if urgent:
            self._first_urgent = now if self._first_urgent is None else self._first_urgent

    def hurry(self, now: float) -> bool:
        """Whether the rules should look that the newest lines concern."""
        return _over(now, self._first_urgent, self._last, HURRY, HURRIED)

    def all(self, now: float) -> bool:
        """Whether all rules should look."""
        if now < self._looked + self._took * SHARE:
            return False
        settled = _over(now, self._first, self._last, SETTLE, SETTLED)
        return settled or (self._plain and now >= self._looked + PERIOD)

    def clock(self, now: float) -> bool:
        """Whether to look at the clock for what lasts."""
        if now < self._clock + LASTING:
            return False
        self._clock = now
        return True

    def may_wait(self, now: float) -> bool:
        """Whether a look of all rules may be given up for a more urgent one: not again and again."""
        return now < self._whole + PERIOD

    def hurried(self) -> None:
        """The rules that it concerns look now."""
        self._first_urgent = None

    def asked(self, now: float) -> None:
        """All rules look now."""
        self._looked = now
        self._first = self._first_urgent = None
        self._plain = False

    def answered(self, now: float) -> None:
        """All rules have looked."""
        self._took = now - self._looked
        self._looked = self._whole = now

    def again(self) -> None:
        """Their look was given up."""
        self._first = self._last

    def failed(self) -> None:
        """Their look failed: they are asked again after a while."""
        self._plain = True


def _over(now: float, first: float | None, last: float, quiet: float, longest: float) -> bool:
    return first is not None and (now - last >= quiet or now - first >= longest)
