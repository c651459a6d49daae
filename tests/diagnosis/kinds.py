"""The kinds of incidents: each a function that makes one out of a drawn pair."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.diagnosis.incident import Incident
from tests.diagnosis.setting import Setting

FAMILIES = (
    "link",
    "recovery",
    "conflicts",
    "refusals",
    "pools",
    "clients",
    "files",
    "damage",
    "noise",
    "healthy",
)

Make = Callable[[Setting], Incident]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident; ``lab``: the real daemon can play it as well.

    ``fires`` is the rule that it is meant to fire, ``spares`` are those that it nearly fires and must not.
    """

    name: str
    make: Make
    fires: str | None
    spares: tuple[str, ...]
    lab: bool


_KINDS: dict[str, Kind] = {}


def kind(
    fires: str | None = None, *, spares: tuple[str, ...] = (), lab: bool = True
) -> Callable[[Make], Make]:
    """Registers the decorated function under its own name."""

    def register(make: Make) -> Make:
        name = make.__name__.replace("_", "-")
        assert name not in _KINDS, name
        _KINDS[name] = Kind(name, make, fires, spares, lab)
        return make

    return register


def kinds() -> Mapping[str, Kind]:
    """All kinds by name."""
    for family in FAMILIES:
        importlib.import_module(f"tests.diagnosis.of_{family}")
    return _KINDS
