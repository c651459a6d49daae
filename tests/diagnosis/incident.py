"""An incident with its truth: what was done to a pair, and what has to be found because of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from dhcplens.replay.scenario import Scenario
from tests.diagnosis.folder import Folder

ANY = math.nan
"""A time that is not judged."""
END = None
"""It lasts to the end of the logs."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that must come: its rule and its interval in lab seconds since the begin.

    ``under`` is the rule of the cause that it must stand under; ``None`` is not judged.
    """

    rule: str
    start: float = ANY
    end: float | None = ANY
    under: str | None = None


@dataclass(frozen=True)
class Played:
    """A run in its folder, with what ``truth.json`` tells about it."""

    folder: Folder
    scenario: Scenario
    doc: Mapping[str, Any]

    def moves(
        self,
        server: str | None = None,
        *,
        subject: str = "local",
        old: str | None = None,
        new: str | None = None,
    ) -> list[float]:
        """When a server (or its partner, as it heard) moved between these states."""
        wanted = {"server": server, "subject": subject, "old": old, "new": new}
        return [
            one["offset"]
            for one in self.doc["moves"]
            if all(value in (None, one[key]) for key, value in wanted.items())
        ]

    def linked(self, after: float) -> float | None:
        """When a server first heard of its partner after a moment."""
        heard = self.moves(subject="partner") + [
            one["offset"]
            for one in self.doc["moves"]
            if one["subject"] == "local" and one["new"] == "normal" and one["old"] != "recover-done"
        ]
        return min((at for at in heard if at >= after - 0.5), default=END)

    def both_normal(self, after: float) -> float | None:
        """When both servers had moved to normal after a moment."""
        names = [server.name for server in self.scenario.servers]
        firsts = [
            min((at for at in self.moves(name, new="normal") if at >= after), default=None) for name in names
        ]
        return None if None in firsts else max(at for at in firsts if at is not None)

    def lasts(self, last: float, margin: float = 300.0) -> float | None:
        """The end of what was last seen then: the end of the logs, where they do not go on for long."""
        names = [server.name for server in self.scenario.servers]
        until = max((lines[-1].at for name in names if (lines := self.folder.log(name))), default=0.0)
        return END if until - last < margin else last

    @cached_property
    def requests(self) -> tuple["Request", ...]:
        """All that clients wanted, in order of time."""
        begin = datetime.fromisoformat(self.doc["begin"])

        def at(text: str) -> float:
            return (datetime.fromisoformat(text) - begin).total_seconds()

        found = [
            Request(
                client=name,
                what=one["what"],
                began=at(one["began"]),
                outcome=one["outcome"],
                server=one["server"],
                address=one["address"],
                lease_time=one["lease_time"],
                sent=tuple((at(sent[0]), sent[1]) for sent in one["sent"]),
                answers=tuple((at(answer[0]), answer[1], answer[2]) for answer in one["answers"]),
            )
            for name, client in self.doc["clients"].items()
            for one in client["transactions"]
        ]
        return tuple(sorted(found, key=lambda one: one.began))

    def waiting(self, start: float, end: float, patience: float = 12.0) -> list[tuple[float, float]]:
        """First and last unanswered DISCOVER of each client that began in a period and waited so long."""
        return [span for one in self.requests if start <= one.began < end and (span := one.waited(patience))]


@dataclass(frozen=True, slots=True)
class Request:
    """One transaction of a client, times in lab seconds."""

    client: str
    what: str
    began: float
    outcome: str
    server: str | None
    address: str | None
    lease_time: int | None
    sent: tuple[tuple[float, str], ...]
    answers: tuple[tuple[float, str, str], ...]

    def waited(self, patience: float) -> tuple[float, float] | None:
        """First and last of its DISCOVERs without an answer, where that lasted longer than ``patience``."""
        answered = min((at for at, _, _ in self.answers), default=math.inf)
        asked = [at for at, kind in self.sent if kind == "DISCOVER" and at < answered - 2]
        if not asked or answered - asked[0] <= patience:
            return None
        return asked[0], asked[-1]


Edit = Callable[[Played], None]
TruthOf = Callable[[Played], list[Expected]]


@dataclass(frozen=True)
class Incident:
    """A scenario, what is changed afterwards in the files that it leaves, and the truth.

    ``needs`` names what may not be taken away from the collected files: ``start`` (the first lines of the
    logs), ``debug``, ``leases``, ``conf``. ``settled`` is the lab time before which nothing was wrong.
    ``maybe`` names rules that an engineer could name here as well as not.
    """

    scenario: str
    truth: TruthOf
    edits: tuple[Edit, ...] = ()
    needs: frozenset[str] = frozenset()
    settled: float = 0.0
    maybe: frozenset[str] = field(default_factory=frozenset)
