"""Small immutable values that pass from room to room."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from html import escape
from typing import Protocol

from dhcplens.model.states import Severity


class FileKind(StrEnum):
    """What a file turned out to be, by its content."""

    LOG = "log"
    LEASES = "leases"
    CONF = "conf"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about an input that the user should know; ``line`` and ``column`` are 1-based."""

    source: str
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Inference:
    """Something that no input states and that was concluded; ``why`` names the ground."""

    subject: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that was looked at, and what was counted in it."""

    path: str
    kind: FileKind
    server: str | None
    lines: int = 0
    dhcpd_lines: int = 0
    other_lines: int = 0
    unknown_lines: int = 0
    repeated_lines: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of an input that proves something."""

    source: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong (or worth knowing) about the pair, with its proof.

    ``start`` and ``end`` are aware UTC times, None where the interval is open or unknown.
    Raises ValueError when constructed without evidence.
    """

    code: str
    name: str
    severity: Severity
    title: str
    start: datetime | None
    end: datetime | None
    servers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    meaning: str
    advice: tuple[str, ...]
    consequence_of: str | None = None
    figures: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"finding {self.name} has no evidence")

    def _repr_html_(self) -> str:
        """For a notebook: what it is, what it means, what to do, and the proof; all escaped."""
        advice = "".join(f"<li>{_shown(step)}</li>" for step in self.advice)
        proof = "\n".join(_shown(f"{row.source}:{row.line}: {row.text}") for row in self.evidence)
        return (
            f"<p><b>{self.severity} {self.name}: {_shown(self.title)}</b></p>"
            f"<p>{_shown(self.meaning)}</p><ol>{advice}</ol><pre>{proof}</pre>"
        )


def _shown(text: str) -> str:
    """Escaped for HTML, control characters replaced."""
    return escape("".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text))


class Texts(Protocol):
    """Gives back the raw lines that table rows came from."""

    def lines(self, source: str, numbers: Iterable[int]) -> Mapping[int, str]:
        """Raw text of the given 1-based lines of a source, undecodable bytes replaced."""


class Progress(Protocol):
    """Told how much of the input was read."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """``done`` of ``total`` bytes, now reading ``what``."""
