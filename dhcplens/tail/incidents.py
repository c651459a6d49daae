"""Which findings are open: what the rules say now against what they said before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from dhcplens.model.states import Severity
from dhcplens.tail.events import Event, Kind
from dhcplens.tail.judge import Judged

_Key = tuple[str, str, str]
_SAME: Final = 300.0
"""Seconds by which the start of a finding may move as more becomes known of it."""


class Incidents:
    """Open findings and, for each kind of finding, until when everything was told already.

    Findings above info count. A finding is known again by its name, servers and network.
    """

    def __init__(self) -> None:
        self._open: dict[_Key, Judged] = {}
        self._told: dict[_Key, float] = {}

    @property
    def open(self) -> list[Judged]:
        """The open findings in the order in which they arose."""
        return list(self._open.values())

    def compare(
        self, findings: Iterable[Judged], told_from: int = 0, rules: Collection[str] | None = None
    ) -> list[Event]:
        """Events (not numbered yet) for what is new, ended or withdrawn.

        What ended at ``told_from`` (nanoseconds) or before is taken as told. ``rules`` are those that were
        asked, None for all: of the others' findings nothing is known.
        """
        groups: dict[_Key, list[Judged]] = defaultdict(list)
        for one in findings:
            if one.severity != Severity.INFO:
                groups[_key(one)].append(one)
        events = [
            event
            for key in dict.fromkeys([*self._open, *groups])
            if rules is None or key[0] in rules
            for event in self._group(key, sorted(groups[key], key=_start), told_from / 1e9)
        ]
        return sorted(events, key=lambda one: one.time or "")

    def memory(self) -> dict[str, Any]:
        """For JSON."""
        return {"open": [asdict(one) for one in self._open.values()], "told": list(self._told.items())}

    def remember(self, memory: Mapping[str, Any]) -> None:
        """The reverse of ``memory``."""
        found = [Judged.of(one) for one in memory["open"]]
        self._open = {_key(one): one for one in found}
        self._told = {(name, servers, place): told for (name, servers, place), told in memory["told"]}

    def _group(self, key: _Key, candidates: list[Judged], limit: float) -> Iterator[Event]:
        """One kind of finding on the same servers and network."""
        before = self._open.get(key)
        if before is not None:
            same = _found_again(before, candidates)
            if same is not None:
                candidates.remove(same)
            if same is None or same.end is not None:
                del self._open[key]
                yield _cleared(same or before)
                self._told[key] = max(self._told.get(key, 0.0), _end(same or before))
        for one in candidates:
            if one.end is None:
                if key not in self._open:
                    self._open[key] = one
                    yield _raised(one)
            elif _end(one) > self._told.get(key, 0.0):
                self._told[key] = _end(one)
                if _end(one) > limit:
                    yield _raised(replace(one, end=None))
                    yield _cleared(one)


def _key(one: Judged) -> _Key:
    return one.name, " ".join(one.servers), one.place


def _found_again(before: Judged, candidates: Iterable[Judged]) -> Judged | None:
    def distance(one: Judged) -> float:
        return abs(_start(one) - _start(before))

    near = [one for one in candidates if distance(one) <= _SAME or _covers(one, before)]
    return min(near, key=distance, default=None)


def _covers(one: Judged, before: Judged) -> bool:
    return _start(one) <= _start(before) and (one.end is None or _end(one) > _start(before))


def _start(one: Judged) -> float:
    return datetime.fromisoformat(one.start).timestamp() if one.start else 0.0


def _end(one: Judged) -> float:
    return datetime.fromisoformat(one.end).timestamp() if one.end else _start(one)


def _raised(one: Judged) -> Event:
    return _event(Kind.RAISED, one, one.start)


def _cleared(one: Judged) -> Event:
    return _event(Kind.CLEARED, one, one.end)


def _event(kind: Kind, one: Judged, time: str | None) -> Event:
    fields = asdict(one)
    del fields["place"]
    fields |= {name: _utc(fields[name]) for name in ("start", "end")}
    return Event(0, kind, _utc(time), ", ".join(one.servers) or None, None, fields)


def _utc(time: str | None) -> str | None:
    return None if time is None else time.replace("+00:00", "Z")
