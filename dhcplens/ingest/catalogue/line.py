"""One kind of line that dhcpd writes: where it lands, how it reads, which releases write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypedDict, Unpack

from dhcplens.ingest.catalogue.template import Template, Value


class Table(StrEnum):
    """The table in which a line becomes a row."""

    MESSAGES = "messages"
    TRANSITIONS = "transitions"
    POOLS = "pools"
    UPDATES = "updates"
    NOTICES = "notices"


class Level(StrEnum):
    """How dhcpd logs a line; fatal goes out as error and ends the process."""

    DEBUG = "debug"
    INFO = "info"
    ERROR = "error"
    FATAL = "fatal"


def release(version: str) -> tuple[int, ...]:
    """A version as numbers, for comparing: '4.4.3-P1' → (4, 4, 3)."""
    return tuple(int(part) for part in version.partition("-")[0].split(".") if part.isdigit())


@dataclass(frozen=True, slots=True)
class Older:
    """The wording of a line up to and with the release ``until``."""

    template: str
    until: str


@dataclass(frozen=True, eq=False)
class Line:
    """One entry of the catalogue.

    ``template`` is the newest wording, ``older`` has earlier ones, oldest first. ``constants`` are columns of
    the row that do not vary. ``boot`` marks what a process says once when it starts. ``part`` is 0 for a line
    that begins a notice and higher for those that go on with it. ``rare`` marks the breadth of dhcpd's
    words, of which no rule asks anything.
    """

    code: str
    table: Table
    template: str
    level: Level = Level.INFO
    since: str = "3.0.1"
    until: str | None = None
    older: tuple[Older, ...] = ()
    constants: Mapping[str, Value] = field(default_factory=dict)
    samples: tuple[str, ...] = ()
    boot: bool = False
    part: int = 0
    rare: bool = False

    @property
    def versions(self) -> tuple[str, str | None]:
        """First and last release that writes it; None: the last one that there is."""
        return self.since, self.until

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        """All wordings, newest first."""
        return (Template(self.template), *(Template(one.template) for one in reversed(self.older)))

    def match(self, text: str) -> dict[str, Value] | None:
        """Fields of the line, constants among them; None when it is another line."""
        for template in self.templates:
            fields = template.match(text)
            if fields is not None:
                return {**self.constants, **fields}
        return None

    def format(self, *, dialect: str = "4.4.3-P1", **fields: object) -> str:
        """The line as the release ``dialect`` writes it. Raises KeyError when a field is missing."""
        return self._wording(dialect).format(fields)

    def _wording(self, dialect: str) -> Template:
        asked = release(dialect)
        for number, one in enumerate(self.older):
            if asked <= release(one.until):
                return self.templates[len(self.older) - number]
        return self.templates[0]


class More(TypedDict, total=False):
    """Fields of an entry that few notices have, as in ``Line``."""

    since: str
    until: str
    older: tuple[Older, ...]
    part: int


def notice(
    code: str,
    template: str,
    level: Level = Level.INFO,
    sample: str = "",
    *,
    boot: bool = False,
    **more: Unpack[More],
) -> Line:
    """An entry of the table ``notices``; where no sample is given, its template is one."""
    return Line(code, Table.NOTICES, template, level, samples=(sample or template,), boot=boot, **more)
