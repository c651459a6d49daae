"""Measuring two ways of doing one work in the same run."""

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RUNS = 5


@dataclass(frozen=True)
class Measure:
    """Median seconds of both sides; ``goal`` is the ratio to reach, None where nothing was promised."""

    work: str
    seconds: float
    other: str
    other_seconds: float
    goal: float | None

    @property
    def ratio(self) -> float:
        """Ours by theirs; below 1 we are faster."""
        return self.seconds / self.other_seconds

    def __str__(self) -> str:
        missed = "" if self.goal is None or self.ratio <= self.goal else "  MISSED"
        goal = "" if self.goal is None else f"  goal ≤ {self.goal:g}{missed}"
        ours, theirs = (
            f"{self.work:<44} {self.seconds:8.3f} s",
            f"{self.other:<20} {self.other_seconds:8.3f} s",
        )
        return f"{ours}   {theirs}   ratio {self.ratio:6.2f}{goal}"


def medians(*works: Callable[[], object]) -> list[float]:
    """Median seconds of each work, taken in turns to meet the same weather; a first run is not counted."""
    times: list[list[float]] = [[] for _ in works]
    for run in range(RUNS + 1):
        for work, seconds in zip(works, times, strict=True):
            begin = time.perf_counter()
            work()
            if run:
                seconds.append(time.perf_counter() - begin)
    return [statistics.median(seconds) for seconds in times]


def command(*words: str | Path, ok: Sequence[int] = (0,)) -> Callable[[], None]:
    """A work that runs a program and throws away what it prints."""

    def run() -> None:
        # A pipe, as grep stops at the first match when it sees that nobody reads what it prints.
        done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, check=False)
        assert done.returncode in ok, words

    return run


def available(program: str) -> bool:
    """Whether a program is installed."""
    return shutil.which(program) is not None
