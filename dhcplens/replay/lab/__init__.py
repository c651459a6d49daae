"""The lab: a scenario played by two real dhcpd in network namespaces, many times as fast as the clock."""

import signal
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
            return stage.play()
        finally:
            stage.close()
            stage.truth.write(out)
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
