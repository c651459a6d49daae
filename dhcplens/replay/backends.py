"""Who can play a scenario: the real daemon in the lab, or the embedded engine; imported when asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dhcplens.replay.scenario import Scenario
from dhcplens.replay.truth import Truth

DEFAULT_SPEED = 60.0
FASTEST = 60.0
"""Up to this factor the real daemon's timers and its clients' are known to keep."""


class BackendUnavailableError(RuntimeError):
    """This back end cannot play here; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a scenario is played.

    ``speed``: lab seconds in a second (the engine has no clock and ignores it); ``seed``: names the clients;
    ``dialect``: version of dhcpd to speak as, None for the back end's own; ``follow``: folder of a recorded
    run from which the engine takes what a scenario leaves open.
    """

    seed: int
    speed: float = DEFAULT_SPEED
    dialect: str | None = None
    follow: Path | None = None


def play(player: str, scenario: Scenario, out: Path, manner: Manner) -> Truth:
    """Plays the scenario into a folder in the layout of a collected incident; the truth stands there too.

    Raises BackendUnavailableError when this player cannot play here, KeyError for a player not in NAMES.
    """
    return _PLAYERS[player](scenario, out, manner)


def _with_dhcpd(scenario: Scenario, out: Path, manner: Manner) -> Truth:
    from dhcplens.replay.lab import play as play_in_lab

    if manner.dialect is not None:
        raise BackendUnavailableError("The real daemon speaks as the version installed: omit --dialect.")
    return play_in_lab(scenario, out, speed=manner.speed, seed=manner.seed)


def _with_engine(scenario: Scenario, out: Path, manner: Manner) -> Truth:
    from dhcplens.engine.dialect import DIALECTS, V4_4_3
    from dhcplens.replay.play import play as play_in_engine
    from dhcplens.replay.recorded import read_run

    if manner.dialect is not None and manner.dialect not in DIALECTS:
        raise BackendUnavailableError(f"The engine speaks as {' or '.join(DIALECTS)}, not {manner.dialect}.")
    dialect = DIALECTS[manner.dialect] if manner.dialect else V4_4_3
    course = read_run(manner.follow).course if manner.follow is not None else None
    return play_in_engine(scenario, out, seed=manner.seed, dialect=dialect, course=course)


_PLAYERS: dict[str, Callable[[Scenario, Path, Manner], Truth]] = {
    "dhcpd": _with_dhcpd,
    "engine": _with_engine,
}
NAMES = tuple(_PLAYERS)
