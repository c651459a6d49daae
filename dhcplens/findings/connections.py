"""What the servers say of their attempts to connect."""

import json
from bisect import bisect_left, bisect_right
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from dhcplens.findings.case import Case

_REFUSALS = ("connect-failed", "connect-rejected", "connectack-failed", "disconnect-reason", "link-refused")
UNMATCHED = ("listener-no-state", "connect-no-state")
TIME = ("time offset too large", "time mismatch too great")
NAME = ("relationship name", "relationship-name", "unknown server")
HBA = ("invalid HBA",)
_AT_ONCE = timedelta(minutes=5)


def reason(args: object) -> str:
    """The ``reason`` (or ``host``) among a notice's arguments, empty where it has none."""
    if not isinstance(args, str):
        return ""
    fields = json.loads(args)
    return str(fields.get("reason") or fields.get("host") or "")


def refusals(case: "Case", *fragments: str) -> pd.DataFrame:
    """Refused connections whose reason holds one of these fragments, in order of time."""
    every = case.notices(*_REFUSALS)
    if not len(every):
        return every
    reasons = every["args"].map(reason)
    chosen = pd.Series(False, index=every.index)
    for fragment in fragments:
        chosen |= reasons.str.contains(fragment, regex=False).astype(bool)
    return every[chosen]


def all_refusals(case: "Case") -> list[pd.Timestamp]:
    """When the servers named a reason for not connecting, in order of time."""
    told = skewed(case), refusals(case, *NAME, *HBA), case.notices(*UNMATCHED, "incompatible-versions")
    return sorted(time for frame in told if len(frame) for time in frame["time"].dropna())


def skewed(case: "Case") -> pd.DataFrame:
    """Refusals for the clocks' sake, as the server on whose clock all is told logged them.

    Its partner's stamps are wrong by as much as the clocks differ; they count only where it logged none.
    """
    told = refusals(case, *TIME)
    if not len(told):
        return told
    own = told[told["server"] == case.names[0]]
    return own if len(own) else told


def refused_between(case: "Case", start: pd.Timestamp, end: pd.Timestamp) -> bool:
    """Whether the servers themselves say why they do not connect, from one moment to another."""
    place = bisect_left(case.refused, start)
    return place < len(case.refused) and case.refused[place] <= end


def refused_at(case: "Case", start: pd.Timestamp) -> bool:
    """Whether the servers themselves say why they do not connect, soon after the start of a loss."""
    return refused_between(case, start, start + _AT_ONCE)


def heard_after(case: "Case", when: pd.Timestamp) -> pd.Timestamp | None:
    """When the servers were next connected after a moment."""
    place = bisect_right(case.connected, when)
    return case.connected[place] if place < len(case.connected) else None
