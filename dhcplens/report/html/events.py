"""What happened during an incident, in order, as both servers logged it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from dhcplens.findings.rows import records
from dhcplens.findings.words import clock
from dhcplens.model.states import Subject
from dhcplens.pair import PairView

SHOWN: Final = 40
MARGIN: Final = pd.Timedelta("30s")
"""What happened this long before an incident or after it is told too."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that one server did or noticed, with the line that tells it."""

    time: str
    server: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Events:
    """The first events of a period, and how many more there are."""

    shown: tuple[Event, ...]
    more: int


def everything(pair: PairView) -> pd.DataFrame:
    """Moves, starts and ends of processes and losses of the link, on the first server's clock."""
    found = pd.DataFrame(list(_all(pair)), columns=["time", "server", "text", "place"])
    return found.dropna(subset="time").sort_values("time", kind="stable")


def events(found: pd.DataFrame, start: datetime | None, end: datetime | None, timezone: str) -> Events:
    """Of everything what lies in a period, and a little before and after it."""
    if start is not None:
        found = found[found["time"] >= pd.Timestamp(start) - MARGIN]
    if end is not None:
        found = found[found["time"] <= pd.Timestamp(end) + MARGIN]
    shown = tuple(
        Event(clock(one.time.to_pydatetime(warn=False), timezone), one.server, one.text, one.place)
        for one in records(found.head(SHOWN))
    )
    return Events(shown, max(0, len(found) - SHOWN))


_ENDS: Final = {
    "signal": "is stopped by a signal",
    "script": "is stopped by its script",
    "fatal": "ends with an error",
    "partner": "is gone: its partner lost it",
    "restart": "is gone before it starts again",
    "presumed": "falls silent to the end of its log",
}
_LOSSES: Final = {"disconnected": "loses the link: disconnected", "timeout": "loses the link: timeout"}


def _all(pair: PairView) -> Iterator[tuple[pd.Timestamp, str, str, str]]:
    """Everything that is told, as (time on the first server's clock, server, words, place)."""
    own = pair.states[(pair.states["subject"] == Subject.LOCAL.value) & (pair.states["known"] == "move")]
    begun = pair.runs[pair.runs["start_how"] != "before"]
    lost = pair.links[pair.links["why"].isin(_LOSSES)]
    for server in pair.servers:
        for time, one in _timed(pair, begun, "start", server.name):
            version = f" (version {one.version})" if isinstance(one.version, str) else ""
            yield time, server.name, f"starts{version}", _place(one.source, one.line)
        for time, one in _timed(pair, lost, "start", server.name):
            yield time, server.name, _LOSSES[one.why], _place(one.source, one.line)
        for time, one in _timed(pair, own, "start", server.name):
            yield time, server.name, f"moves to {one.state}", _place(one.source, one.line)
        for time, one in _timed(pair, pair.runs, "end", server.name):
            yield time, server.name, _ENDS.get(one.end_how, "ends"), _place(one.end_source, one.end_line)


def _timed(
    pair: PairView, rows: pd.DataFrame, column: str, server: str
) -> Iterator[tuple[pd.Timestamp, Any]]:
    mine = rows[rows["server"] == server]
    return zip(pair.align(mine[column], server), records(mine), strict=True)


def _place(source: object, line: object) -> str:
    return f"{source}:{line}" if isinstance(source, str) and line else ""
