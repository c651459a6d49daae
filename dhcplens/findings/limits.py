"""Thresholds of the rules: one frozen dataclass a rule, and how a user overrides a field of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


class SettingError(ValueError):
    """A setting that names no rule or no threshold, or whose value is not a number."""


@dataclass(frozen=True, slots=True)
class NoLimits:
    """For a rule that has nothing to set."""


def limit(default: float, doc: str) -> Any:
    """A threshold with its default and what it means (with its unit)."""
    return field(default=default, metadata={"doc": doc})


def described(limits: type) -> list[tuple[str, Any, str]]:
    """Name, default and meaning of each threshold of a rule."""
    return [(one.name, one.default, one.metadata["doc"]) for one in fields(limits)]


Settings = Mapping[str, Mapping[str, float]]
"""Overrides: rule name → threshold → value."""


def parse_settings(assignments: Iterable[str]) -> dict[str, dict[str, float]]:
    """Overrides from ``RULE.THRESHOLD=NUMBER`` words. Raises SettingError where one has another form."""
    found: dict[str, dict[str, float]] = {}
    for word in assignments:
        target, equals, value = word.partition("=")
        rule, dot, name = target.strip().partition(".")
        if not (equals and dot):
            raise SettingError(f"{word!r} is not of the form RULE.THRESHOLD=NUMBER")
        found.setdefault(rule, {})[name] = _number(value, word)
    return found


def read_settings(path: Path) -> dict[str, dict[str, float]]:
    """Overrides from a TOML file: a table a rule, at the top or under ``tool.dhcplens``.

    Raises SettingError where the file is not TOML or holds anything but numbers.
    """
    import tomllib

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path}: {error}") from error
    tables = document.get("tool", {}).get("dhcplens", document)
    found: dict[str, dict[str, float]] = {}
    for rule, table in tables.items():
        if not isinstance(table, dict):
            raise SettingError(f"{path}: {rule} is not a table of thresholds")
        found[rule] = {name: _number(value, f"{path}: {rule}.{name}") for name, value in table.items()}
    return found


def merged(*several: Settings) -> dict[str, dict[str, float]]:
    """Overrides of several origins together; of two for one threshold, the later one counts."""
    found: dict[str, dict[str, float]] = {}
    for settings in several:
        for rule, table in settings.items():
            found.setdefault(rule, {}).update(table)
    return found


def apply(limits: type, rule: str, settings: Settings) -> Any:
    """The thresholds of one rule with the user's values in place. Raises SettingError for an unknown name."""
    wanted = settings.get(rule, {})
    known = {one.name for one in fields(limits)} if wanted else ()
    if stray := set(wanted).difference(known):
        choice = ", ".join(sorted(known)) or "nothing"
        raise SettingError(f"{rule} has no threshold {sorted(stray)[0]!r}; it has {choice}")
    return limits(**wanted)


def _number(value: object, where: str) -> float:
    if isinstance(value, bool):
        raise SettingError(f"{where}: not a number")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise SettingError(f"{where}: not a number") from error
