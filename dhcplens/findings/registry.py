"""The rules by name, and what a rule hands back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from dhcplens.findings.limits import NoLimits
from dhcplens.model.states import Severity

if TYPE_CHECKING:
    import pandas as pd

    from dhcplens.findings.case import Case


class Row(NamedTuple):
    """Where one line of evidence stands; ``at`` orders lines of both servers by time."""

    at: float
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What a rule found, before its evidence is fetched and its page is filled in.

    ``count`` is how many lines it stands for where not all are shown; ``figures`` fill the page's texts.
    """

    title: str
    start: "pd.Timestamp | None"
    end: "pd.Timestamp | None"
    servers: tuple[str, ...]
    rows: tuple[Row, ...]
    figures: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None


Check = Callable[["Case", Any], Iterable[Draft]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One registered rule; ``limits`` is the dataclass of its thresholds."""

    code: str
    name: str
    severity: Severity
    check: Check
    limits: type


_RULES: dict[str, Rule] = {}


def rule(code: str, name: str, severity: Severity, limits: type = NoLimits) -> Callable[[Check], Check]:
    """Registers the decorated function. Raises ValueError where the code or the name is taken."""

    def register(check: Check) -> Check:
        if name in _RULES or any(one.code == code for one in _RULES.values()):
            raise ValueError(f"rule {code} {name} is registered twice")
        _RULES[name] = Rule(code, name, severity, check, limits)
        return check

    return register


def rules() -> Mapping[str, Rule]:
    """All rules by name, in order of their codes."""
    from dhcplens.findings import families

    families.load()
    return {one.name: one for one in sorted(_RULES.values(), key=lambda one: one.code)}
