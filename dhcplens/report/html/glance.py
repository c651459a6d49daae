"""What one wants to know of each server before anything else."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from dhcplens.findings.words import clock, listed, number
from dhcplens.model.states import Subject
from dhcplens.model.values import FileKind
from dhcplens.pair import PairView

_NOUNS: Final = {
    FileKind.LOG: "log file",
    FileKind.LEASES: "lease file",
    FileKind.CONF: "configuration file",
}


@dataclass(frozen=True, slots=True)
class Glance:
    """A server's name, its role, its last known state, and facts as (title, words)."""

    name: str
    role: str
    state: str
    facts: tuple[tuple[str, str], ...]


def glance(pair: PairView) -> tuple[Glance, ...]:
    """One for each server, in the pair's order."""
    return tuple(_of(pair, server.name, str(server.role or "role unknown")) for server in pair.servers)


def _of(pair: PairView, name: str, role: str) -> Glance:
    state, since = _last_state(pair, name)
    spans = pair.spans[(pair.spans["server"] == name) & (pair.spans["kind"] == "log")]
    runs = pair.runs[pair.runs["server"] == name]
    versions = [str(one) for one in runs["version"].dropna().unique()]
    read = [one for one in pair.inputs if one.server == name and one.kind is not FileKind.OTHER]
    counts = [(noun, sum(one.kind is kind for one in read)) for kind, noun in _NOUNS.items()]
    facts = [
        ("since", since),
        (
            "log",
            f"{_time(pair, spans['start'].min())} to {_time(pair, spans['end'].max())}" if len(spans) else "",
        ),
        ("starts in the log", str(int((runs["start_how"] != "before").sum())) if len(runs) else ""),
        ("version", listed(versions)),
        ("read", listed([number(count, noun) for noun, count in counts if count])),
    ]
    return Glance(name, role, state, tuple((title, words) for title, words in facts if words))


def _last_state(pair: PairView, name: str) -> tuple[str, str]:
    states = pair.states[(pair.states["server"] == name) & (pair.states["subject"] == Subject.LOCAL.value)]
    runs = pair.runs[pair.runs["server"] == name]
    if len(runs) and not pd.isna(runs["end"].iloc[-1]):
        return "not running", _time(pair, runs["end"].iloc[-1])
    if states.empty:
        return "state unknown", ""
    last = states.groupby("relationship", observed=True).tail(1)
    since = _time(pair, last["start"].max())
    if last["state"].nunique() == 1:
        return str(last["state"].iloc[-1]), since
    named = zip(last["state"], last["relationship"], strict=True)
    return ", ".join(f"{state} [{relationship}]" for state, relationship in named), since


def _time(pair: PairView, time: pd.Timestamp) -> str:
    return "?" if pd.isna(time) else clock(time.to_pydatetime(warn=False), pair.timezone)
