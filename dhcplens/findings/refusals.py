"""FO1: reasons for which two living servers do not connect."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from dhcplens.findings.case import Case
from dhcplens.findings.connections import HBA, NAME, UNMATCHED, heard_after, reason, refusals, skewed
from dhcplens.findings.limits import NoLimits, limit
from dhcplens.findings.registry import Draft, Row, rule
from dhcplens.findings.rows import records, rows, rows_at
from dhcplens.findings.words import duration, listed, number
from dhcplens.model.states import Role, Severity
from dhcplens.pair.roles import Sign

_ADDRESS = ("failover-peer-error", "no-local-address", "local-address-unresolved", "host-unknown")
_SURE_SIGNS = ("configuration", "mclt")
_STILL = timedelta(minutes=10)


def _episodes(case: Case, frame: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.Timestamp | None]]:
    """Refusals without a connection between them, each group with when it was over (None: not by the end)."""
    left = frame
    while len(left):
        first = left["time"].iloc[0]
        again = heard_after(case, first)
        group = left if again is None else left[left["time"] <= again]
        left = left.iloc[len(group) :]
        last = group["time"].iloc[-1]
        end = again
        if again is None and case.until - last > _STILL:
            end = last
        yield group, end


@dataclass(frozen=True, slots=True)
class SkewLimits:
    """Thresholds of clock-skew."""

    seconds: float = limit(30, "seconds of difference shown by moves that both servers logged")
    refused: float = limit(
        65, "seconds beyond which connected servers cannot be: their logs' stamps are wrong"
    )


@rule("FO107", "clock-skew", Severity.WARNING, SkewLimits)
def clock_skew(case: Case, limits: SkewLimits) -> Iterator[Draft]:
    """The clocks differ so much that the servers refuse each other, or nearly."""
    skew = case.pair.skew.seconds
    told = "more than 60 s" if skew is None else duration(abs(skew))
    figures = {"first": case.names[0] if case.names else "", "second": case.names[-1] if case.names else ""}
    episodes = list(_episodes(case, skewed(case)))
    for group, end in episodes:
        apart = group["time"].iloc[0], (end or case.until) - timedelta(seconds=10)  # what ends it is later
        then = case.pair.skew_between(*apart).seconds
        known = [one for one in (then, skew) if one is not None and abs(one) > 60]
        differ = duration(abs(known[0])) if known else "more than 60 s"
        yield Draft(
            title=f"the servers refuse each other because their clocks differ by {differ}",
            start=group["time"].iloc[0],
            end=end,
            servers=case.names,
            rows=rows(group),
            figures=figures | {"skew": differ},
        )
    if not episodes and skew is not None and limits.seconds <= abs(skew) <= limits.refused:
        samples = case.pair.skew_samples
        ahead, behind = (
            (figures["second"], figures["first"]) if skew > 0 else (figures["first"], figures["second"])
        )
        yield Draft(
            title=f"the clock of {ahead} is {told} ahead of {behind}'s",
            start=samples["time"].min(),
            end=None,
            servers=case.names,
            rows=rows(samples),
            figures=figures | {"skew": told},
            severity=Severity.WARNING,
        )


@rule("FO108", "relationship-name-mismatch", Severity.WARNING)
def relationship_name_mismatch(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """The servers do not know each other's relationship name, or the address a connection comes from."""
    declared = {
        server.name: sorted(peer.name for peer in server.conf.peers)
        for server in case.pair.servers
        if server.conf
    }
    differ = len(declared) > 1 and not set.intersection(*(set(names) for names in declared.values()))
    differ = differ and all(declared.values())
    named = refusals(case, *NAME)
    if not differ and not len(named):
        return
    refused = pd.concat([named, case.notices(*UNMATCHED)]).sort_values("time", kind="stable")
    said = "; ".join(
        f"{server} says {listed([repr(name) for name in names])}" for server, names in declared.items()
    )
    title = (
        f"the servers name their relationship differently ({said})"
        if differ
        else ("the servers refuse each other because of the relationship's name")
    )
    first = case.first_line(case.names[0])
    if not len(refused):
        yield Draft(title, first, None, case.names, declarations(case))
        return
    for group, end in _episodes(case, refused):
        yield Draft(title, group["time"].iloc[0], end, case.names, rows(group) + declarations(case))


@rule("FO109", "role-conflict", Severity.WARNING)
def role_conflict(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Both servers claim the same role."""
    for role in Role:
        claims: dict[str, dict[str, Sign]] = {}
        for sign in case.pair.signs:
            if sign.role is role and sign.ground in _SURE_SIGNS:
                claims.setdefault(sign.relationship, {}).setdefault(sign.server, sign)
        for relationship, first in sorted(claims.items()):
            if len(first) < 2:
                continue
            refused = refusals(case, *HBA)
            starts = [one for name in case.names if (one := case.first_line(name)) is not None]
            yield Draft(
                title=f"both servers are {role.value} of {relationship}",
                start=min(starts, default=None),
                end=None,
                servers=case.names,
                rows=tuple(row for one in first.values() for row in rows_at(None, one.source, one.line))
                + rows(refused),
                figures={"role": role.value},
            )


@rule("FO110", "peer-address-unusable", Severity.WARNING)
def peer_address_unusable(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """An address of a declaration is not this machine's, does not resolve, or is not the partner's."""
    told = case.notices(*_ADDRESS)
    if len(told):
        told = told[~told["args"].map(reason).isin(["not found", "Both servers normal"])]
    for server in case.both(*told["server"]):
        own = told[told["server"] == server]
        for group, end in _episodes(case, own):
            why = listed(sorted({reason(one) for one in group["args"]} - {""})) or "it has no usable address"
            yield Draft(
                title=f"{server} cannot use an address of its failover declaration: {why}",
                start=group["time"].iloc[0],
                end=end,
                servers=(server,),
                rows=rows(group) + declarations(case, server),
                figures={"server": server, "reason": why},
            )
    yield from _uncrossed(case)


def _uncrossed(case: Case) -> Iterator[Draft]:
    """Configured addresses that are not each other's, in a pair that never connects."""
    if len(case.names) < 2 or not case.pair.relationship:
        return
    one, other = (case.peer(name) for name in case.names[:2])
    if one is None or other is None:
        return
    wrong = [
        (name, mine.peer_address, theirs.address)
        for name, mine, theirs in ((case.names[0], one, other), (case.names[1], other, one))
        if mine.peer_address and theirs.address and mine.peer_address != theirs.address
    ]
    begins = [when for name in case.names if (when := case.first_line(name)) is not None]
    if not wrong or not begins or not _looks_numeric(wrong) or heard_after(case, min(begins)) is not None:
        return
    name, used, real = wrong[0]
    why = f"peer address {used} is not its partner's address {real}"
    yield Draft(
        title=f"{name} looks for its partner in the wrong place: {why}",
        start=min(begins),
        end=None,
        servers=case.both(*(name for name, _, _ in wrong)),
        rows=declarations(case),
        figures={"server": name, "reason": why},
    )


def _looks_numeric(wrong: Sequence[tuple[str, str | None, str | None]]) -> bool:
    return all((text or "").replace(".", "").isdigit() for _, used, real in wrong for text in (used, real))


@rule("FO111", "incompatible-versions", Severity.WARNING)
def incompatible_versions(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A 3.0.x release talks to a newer one."""
    told = case.notices("incompatible-versions")
    named = [one for one in case.pair.lives if one.version is not None]
    old = {one.server for one in named if re.match(r"V?3\.0", str(one.version))}
    new = {one.server for one in named if not re.match(r"V?3\.0", str(one.version))}
    if not len(told) and (not old or not new or old == new):
        return
    runs = case.pair.runs
    banners = runs[runs["version"].notna()].drop_duplicates(["server", "version"])
    versions = listed([f"{one.server} runs {one.version}" for one in records(banners)])
    start = told["time"].iloc[0] if len(told) else banners["start"].max()
    yield Draft(
        title=f"the two releases do not understand each other ({versions or number(len(told), 'warning')})",
        start=start,
        end=None,
        servers=case.names,
        rows=rows(told) + rows(banners),
    )


def declarations(case: Case, *servers: str) -> tuple[Row, ...]:
    """The lines on which the configurations declare the relationship."""
    found = []
    for server in case.pair.servers:
        if server.conf and server.name in (servers or case.names):
            found += [Row(0.0, server.conf.source, peer.line) for peer in server.conf.peers if peer.line]
    return tuple(found)
