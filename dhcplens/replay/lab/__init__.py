"""The lab: a scenario played by two real dhcpd in network namespaces, many times as fast as the clock."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from dhcplens.replay.lab.needs import find_tools
from dhcplens.replay.scenario import Scenario
from dhcplens.replay.truth import Truth

__all__ = ["find_tools", "play"]


def play(scenario: Scenario, out: Path, *, speed: float, seed: int) -> Truth:
    """Plays the scenario with the real daemon into the folder, ``speed`` times as fast as the clock.

    Raises BackendUnavailableError with one sentence when this machine lacks something. Whatever ends the
    run (an error, Ctrl-C, SIGTERM), everything it made outside of ``out`` is gone afterwards.
    """
    tools = find_tools()
    from dhcplens.replay.lab.stage import Stage  # what it imports is only there on Linux

    out.mkdir(parents=True, exist_ok=True)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        stage = Stage(scenario, out, tools, speed=speed, seed=seed)
        try:
            with _ahead_of_others():
                return stage.play()
        finally:
            stage.close()
            stage.truth.write(out)
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _ahead_of_others() -> Iterator[None]:
    """This process and what it starts get the processor before all others, where the machine allows that.

    At sixty times the speed of the clock 50 ms of waiting for the processor are 3 s of the lab.
    """
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
