"""The words of monitoring plug-ins: threshold ranges, perfdata and the status line.

The grammar is that of the Monitoring Plugins Development Guidelines.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

_RANGE = re.compile(r"(?P<inside>@)?(?:(?P<low>~|-?\d+(?:\.\d+)?)?:)?(?P<high>-?\d+(?:\.\d+)?)?")


class Status(IntEnum):
    """Result of a check; the value is the exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Range:
    """A threshold range: values outside of [low, high] alert, those inside where ``inside`` is set."""

    text: str
    low: float
    high: float
    inside: bool

    @classmethod
    def parse(cls, text: str) -> "Range":
        """``10``, ``10:``, ``~:10``, ``10:20``, ``@10:20``. Raises ValueError for anything else."""
        found = _RANGE.fullmatch(text)
        if not found or not (found["high"] or found["low"]):
            raise ValueError(f"not a threshold range: {text!r}; write 10, 10:, ~:10, 10:20 or @10:20")
        low = -math.inf if found["low"] == "~" else float(found["low"] or 0)
        high = float(found["high"]) if found["high"] else math.inf
        if low > high:
            raise ValueError(f"not a threshold range: {text!r}; its start is above its end")
        return cls(text, low, high, bool(found["inside"]))

    def alerts(self, value: float) -> bool:
        """Whether this value is to be alerted."""
        return (self.low <= value <= self.high) is self.inside


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured value for perfdata; ``unit`` is empty, s, %, B or c."""

    label: str
    value: float
    unit: str = ""
    warning: Range | None = None
    critical: Range | None = None
    low: float | None = None
    high: float | None = None

    @property
    def status(self) -> Status:
        """What its thresholds say of the value."""
        if self.critical and self.critical.alerts(self.value):
            return Status.CRITICAL
        if self.warning and self.warning.alerts(self.value):
            return Status.WARNING
        return Status.OK

    def __str__(self) -> str:
        limits = [self.warning.text if self.warning else "", self.critical.text if self.critical else ""]
        ends = ["" if end is None else f"{end:g}" for end in (self.low, self.high)]
        label = _plain(self.label).replace("'", "''").replace("=", "_")
        return f"'{label}'={self.value:.10g}{self.unit};{';'.join(limits + ends)}".rstrip(";")


def worst(statuses: Iterable[Status]) -> Status:
    """The gravest of them; unknown counts less than critical, as monitoring systems rank it."""
    order = (Status.OK, Status.UNKNOWN, Status.WARNING, Status.CRITICAL)
    return max(statuses, key=order.index, default=Status.OK)


def status_line(service: str, status: Status, text: str, measures: Iterable[Measure]) -> str:
    """``SERVICE STATUS - text | perfdata``: one line, no pipe sign and no control byte in the text."""
    perfdata = " ".join(map(str, measures))
    return f"{service} {status.name} - {_plain(text)}" + (f" | {perfdata}" if perfdata else "")


def _plain(text: str) -> str:
    return "".join(" " if sign == "|" or not sign.isprintable() else sign for sign in text)
