"""Both servers' states as lanes on one time axis, and what each believed of the link."""

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes

from dhcplens.model.states import FailoverState, Subject
from dhcplens.plots import style

if TYPE_CHECKING:
    from dhcplens.pair import PairView


def timeline(
    pair: "PairView",
    ax: Axes | None = None,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
    relationship: str | None = None,
) -> Axes:
    """Draws the state of each server as it said itself, what its partner saw, and the link as each believed
    it.

    ``since`` and ``until`` are aware times, by default the period of the logs; ``relationship`` is the main
    one by default. Returns the axes. All times are on the first server's clock.
    """
    ax = style.axes(ax, 10, 1.4 + 0.55 * 3 * max(len(pair.servers), 1))
    begin, end = period(pair, since, until)
    style.time_axis(ax, pair, begin, end)
    labels: list[str] = []
    used: list[tuple[str, style.Look]] = []
    for server in pair.servers:
        for label, spans, height in _lanes(pair, server.name, relationship, begin, end):
            style.lane(ax, len(labels), spans, height=height)
            used += [(word, look) for _, _, word, look in spans]
            labels.append(label)
    style.lanes_axis(ax, labels)
    style.legend(ax, used)
    ax.set_title(f"States of {style.shorten(relationship or pair.relationship or 'the pair')}", loc="left")
    return ax


def period(
    pair: "PairView", since: pd.Timestamp | None = None, until: pd.Timestamp | None = None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The time to show: from ``since`` to ``until``, by default what the logs (else lease files) cover."""
    spans = pair.spans
    logs = spans[spans["kind"] == "log"] if (spans["kind"] == "log").any() else spans
    begins = [
        pair.align(part["start"], str(name)).min() for name, part in logs.groupby("server", observed=True)
    ]
    begin = since if since is not None else min((one for one in begins if not pd.isna(one)), default=pd.NaT)
    end = until if until is not None else pair.latest
    if pd.isna(begin) or pd.isna(end):
        begin = end = pd.Timestamp(0, tz="UTC")
    return begin, max(end, begin + pd.Timedelta("1s"))


def _lanes(
    pair: "PairView", server: str, relationship: str | None, begin: pd.Timestamp, end: pd.Timestamp
) -> list[tuple[str, list[style.Span], float]]:
    name = style.server_name(pair, server)
    every = pair.states[pair.states["server"] == server]
    wanted = relationship or _relationship(pair, every)
    states = every[every["relationship"] == wanted]
    links = pair.links[(pair.links["server"] == server) & (pair.links["relationship"] == wanted)]
    local = states[states["subject"] == Subject.LOCAL.value]
    partner = states[states["subject"] == Subject.PARTNER.value]
    stopped = _stopped(pair, server, begin, end)
    link = _spans(pair, links, {"up": style.UP, "down": style.DOWN}, begin, end)
    return [
        (name, [*_spans(pair, local, style.STATES, begin, end), *stopped], 0.9),
        (f"{name} sees partner", [*_spans(pair, partner, style.STATES, begin, end), *stopped], 0.5),
        (f"{name}: link", [(start, stop, f"link {word}", look) for start, stop, word, look in link], 0.3),
    ]


def _relationship(pair: "PairView", states: pd.DataFrame) -> str | None:
    """The main relationship, or the one this server knows where the two servers' names for it differ."""
    known = [str(name) for name in states["relationship"].unique()]
    return pair.relationship if pair.relationship in known or not known else known[0]


def _stopped(pair: "PairView", server: str, begin: pd.Timestamp, end: pd.Timestamp) -> list[style.Span]:
    """Times in which no process ran."""
    runs = pair.runs[pair.runs["server"] == server]
    known = runs[runs["end"].notna()]
    starts = pair.align(known["end"], server)
    ends = pair.align(known["end_before"], server).fillna(end)
    return _clip(
        [(a, b, "not running", style.STOPPED) for a, b in zip(starts, ends, strict=True) if a < b], begin, end
    )


def _spans(
    pair: "PairView",
    rows: pd.DataFrame,
    looks: dict[FailoverState, style.Look] | dict[str, style.Look],
    begin: pd.Timestamp,
    end: pd.Timestamp,
) -> list[style.Span]:
    if rows.empty:
        return []
    server = str(rows["server"].iloc[0])
    starts = pair.align(rows["start"], server).fillna(begin)
    ends = pair.align(rows["end"], server).fillna(end)
    by_word = {str(word): look for word, look in looks.items()}
    spans = [
        (a, b, str(word), by_word.get(str(word), style.NOBODY))
        for a, b, word in zip(starts, ends, rows["state"], strict=True)
    ]
    return _clip(spans, begin, end)


def _clip(spans: list[style.Span], begin: pd.Timestamp, end: pd.Timestamp) -> list[style.Span]:
    return [(max(a, begin), min(b, end), word, look) for a, b, word, look in spans if a <= end and b >= begin]
