"""FO4: the two lease files against each other and against the logs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from dhcplens.findings.case import Case
from dhcplens.findings.configuration import FOREIGN
from dhcplens.findings.connections import reason
from dhcplens.findings.limits import NoLimits, limit
from dhcplens.findings.registry import Draft, Row, rule
from dhcplens.findings.rows import records, rows, rows_at
from dhcplens.findings.words import duration, listed, number
from dhcplens.model.states import Severity
from dhcplens.model.tables import NEVER
from dhcplens.pair import Server
from dhcplens.pair.columns import among, stamps

_ELSEWHERE = ("less critical", "Less critical", "Outdated binding information", *FOREIGN)
_DAMAGE = (
    "corrupt-lease-file",
    "lease-not-written",
    "commit-failed",
    "lease-file-not-created",
    "undeclared-lease",
)


@dataclass(frozen=True, slots=True)
class DivergedLimits:
    """Thresholds of diverged-bindings."""

    addresses: float = limit(3, "addresses that stand differently")
    settle: float = limit(
        300, "seconds of normal operation before files are compared, and age of what is compared"
    )


@rule("FO402", "diverged-bindings", Severity.WARNING, DivergedLimits)
def diverged_bindings(case: Case, limits: DivergedLimits) -> Iterator[Draft]:
    """The files disagree although both servers are normal and updates have had time."""
    if len(case.names) < 2 or any(not len(server.leases.bindings) for server in case.pair.servers):
        return
    since = case.normal_since()
    if since is None or (case.until - since).total_seconds() < limits.settle:
        return
    view = case.pair.binding_view
    view = view[view["difference"].isin(["state", "client", "missing-first", "missing-second"])]
    view = view[~_young(view, case.until - timedelta(seconds=limits.settle)) & ~_idle(view)]
    if len(view) < limits.addresses:
        return
    addresses = [str(one) for one in view["ip"]]
    one = view.iloc[0]
    view = view.assign(time=since)
    proof: tuple[Row, ...] = ()
    for side in ("first", "second"):
        held = view[view[f"line_{side}"] > 0]
        proof += rows(held.assign(source=held[f"source_{side}"], line=held[f"line_{side}"]), 6)
    yield Draft(
        title=f"the lease files disagree about {number(len(addresses), 'address')}: {listed(addresses)}",
        start=since,
        end=None,
        servers=case.names,
        rows=proof,
        figures={
            "count": str(len(addresses)),
            "example": f"{one['ip']} is {one['state_first']} for {case.names[0]} and {one['state_second']} "
            f"for {case.names[1]}",
        },
    )


def _young(view: pd.DataFrame, since: pd.Timestamp) -> pd.Series:
    """Addresses of which a side tells something newer than that: still in flight."""
    young = pd.Series(False, index=view.index)
    for side in ("first", "second"):
        for name in ("starts", "cltt"):
            young |= view[f"{name}_{side}"] >= since
        young |= (view[f"ends_{side}"] >= since) & (view[f"effective_{side}"] != "active")
    return young


def _idle(view: pd.DataFrame) -> pd.Series:
    """Differences that are none: an address nobody uses, which one side calls ended and the other free."""
    states = ["free", "backup", "expired", "released", "reset"]
    idle = [view[name].isna() | view[name].isin(states) for name in ("effective_first", "effective_second")]
    return idle[0] & idle[1]


@dataclass(frozen=True, slots=True)
class UpdateConflictLimits:
    """Thresholds of binding-update-conflict."""

    count: float = limit(3, "refused updates")
    settle: float = limit(300, "seconds of normal operation before they count; until then it is a resync")


@rule("FO403", "binding-update-conflict", Severity.WARNING, UpdateConflictLimits)
def update_conflict(case: Case, limits: UpdateConflictLimits) -> Iterator[Draft]:
    """Updates are refused for reasons that do not settle by themselves."""
    refused = case.rejected
    if not len(refused):
        return
    refused = refused[~refused["reason"].astype(str).str.contains("|".join(_ELSEWHERE), regex=True)]
    refused = refused[case.both_normal(stamps(refused["time"]), limits.settle)]
    for server in case.names:
        own = refused[refused["server"] == server]
        if len(own) < limits.count:
            continue
        causes = own["reason"].astype(str).str.replace(r"^[\d.]+: ", "", regex=True)
        why = listed(list(causes.value_counts().index), 2)
        last = own["time"].iloc[-1]
        yield Draft(
            title=f"{number(len(own), 'update')} of {server} refused: {why}",
            start=own["time"].iloc[0],
            end=None if case.until - last < timedelta(minutes=5) else last,
            servers=case.names,
            rows=rows(own),
            figures={
                "server": server,
                "count": str(len(own)),
                "addresses": str(own["ip"].nunique()),
                "address": str(own["ip"].iloc[0]),
                "reason": why,
            },
        )


@dataclass(frozen=True, slots=True)
class BacklogLimits:
    """Thresholds of update-backlog."""

    count: float = limit(5, "update requests that found an older one unfinished, outside of a recovery")
    leases: float = limit(20, "active leases of one file that wait for the partner's word")
    settle: float = limit(600, "seconds of normal operation before a wait counts")
    resync: float = limit(60, "the same before an unfinished update counts: recovering servers ask twice")


@rule("FO404", "update-backlog", Severity.WARNING, BacklogLimits)
def update_backlog(case: Case, limits: BacklogLimits) -> Iterator[Draft]:
    """Updates are not finished in time."""
    for server in case.pair.servers:
        peer = case.peer(server.name)
        figures = {"server": server.name, "port": str(peer.peer_port) if peer else "647"}
        told = case.notices("update-request-superseded", server=server.name)
        told = told[case.both_normal(stamps(told["time"]), limits.resync)] if len(told) else told
        if len(told) >= limits.count:
            yield Draft(
                title=f"{server.name} had not finished an update when the next was asked for, "
                f"{number(len(told), 'time')}",
                start=told["time"].iloc[0],
                end=told["time"].iloc[-1],
                servers=(server.name,),
                rows=rows(told),
                figures=figures | {"count": number(len(told), "unfinished update")},
            )
        waiting = _waiting(case, server, limits.settle)
        if len(waiting) >= limits.leases:
            yield Draft(
                title=f"{number(len(waiting), 'lease')} of {server.name} wait for the partner's confirmation",
                start=waiting["cltt"].min(),
                end=None,
                servers=(server.name,),
                rows=rows(waiting.assign(time=waiting["cltt"])),
                figures=figures | {"count": number(len(waiting), "lease")},
            )


def _waiting(case: Case, server: Server, settle: float) -> pd.DataFrame:
    """Active leases, given in normal operation long before the end, that the partner has not confirmed."""
    since = case.normal_since()
    if since is None or (case.until - since).total_seconds() < settle:
        return server.leases.bindings.iloc[:0]
    last = _last_blocks(server)
    old = last["cltt"].between(since, case.until - timedelta(seconds=settle))
    unconfirmed = last["atsfp"].isna() | (last["tstp"] > last["atsfp"])
    return last[(last["state"] == "active") & old & unconfirmed & last["tstp"].notna()]


def _last_blocks(server: Server) -> pd.DataFrame:
    """The last accepted block of each address of a lease file."""
    blocks = server.leases.bindings
    return blocks[blocks["accepted"]].drop_duplicates("ip", keep="last")


@dataclass(frozen=True, slots=True)
class McltLimits:
    """Thresholds of mclt-violation."""

    slack: float = limit(120, "seconds beyond what mclt allows")
    count: float = limit(1, "leases of one file that are too long")


@rule("FO405", "mclt-violation", Severity.WARNING, McltLimits)
def mclt_violation(case: Case, limits: McltLimits) -> Iterator[Draft]:
    """Own grants that outlast what the partner had confirmed by more than mclt.

    A grant is the first block of its start time; it has ``tstp`` beyond ``ends`` and no ``atsfp`` (dhcp.c).
    Later blocks of the same lease are no measure: dhcpd itself takes ``tsfp`` back in a recovery.
    """
    mclt = case.pair.mclt
    for server in case.pair.servers:
        blocks = server.leases.bindings
        if not mclt or not len(blocks) or not len(server.leases.failover_states):
            continue
        own = blocks.drop_duplicates(["ip", "starts"])
        own = own[(own["state"] == "active") & (own["tstp"] > own["ends"]) & own["atsfp"].isna()]
        own = own[~own["bootp"] & ~own["reserved"] & (own["ends"] != NEVER)]
        allowed = own[["starts", "tsfp"]].max(axis=1)
        excess = (own["ends"] - allowed).dt.total_seconds() - mclt
        odd = own[excess > limits.slack].drop_duplicates("ip", keep="last")
        if len(odd) < max(1, limits.count):
            continue
        one = odd.iloc[0]
        addresses = listed([str(ip) for ip in odd["ip"]])
        yield Draft(
            title=f"{number(len(odd), 'lease')} of {server.name} outlast mclt: {addresses}",
            start=odd["starts"].min(),
            end=odd["ends"].max() if odd["ends"].max() < case.until else None,
            servers=(server.name,),
            rows=rows(odd.assign(time=odd["starts"])),
            figures={
                "count": str(len(odd)),
                "example": f"{one['ip']} lasts {duration((one['ends'] - one['starts']).total_seconds())}",
            },
        )


@dataclass(frozen=True, slots=True)
class NeverFreedLimits:
    """Thresholds of expired-never-freed."""

    after: float = limit(1800, "seconds since the end of a lease, in normal operation")
    count: float = limit(3, "addresses that wait")


@rule("FO406", "expired-never-freed", Severity.WARNING, NeverFreedLimits)
def never_freed(case: Case, limits: NeverFreedLimits) -> Iterator[Draft]:
    """Ended leases wait for the partner although both servers are normal."""
    since = case.normal_since()
    if since is None or (case.until - since).total_seconds() < limits.after:
        return
    latest = case.until - timedelta(seconds=limits.after)
    for server in case.pair.servers:
        last = _last_blocks(server)
        stuck = last[last["state"].isin(["expired", "released"]) & (last["ends"] < latest)]
        if len(stuck) < max(1, limits.count):
            continue
        yield Draft(
            title=f"{number(len(stuck), 'address')} of {server.name} ended long ago and did not become free",
            start=max(since, stuck["ends"].min()),
            end=None,
            servers=(server.name,),
            rows=rows(stuck.assign(time=stuck["ends"])),
            figures={"server": server.name, "count": str(len(stuck))},
        )


@rule("FO407", "lease-file-damaged", Severity.WARNING)
def lease_file_damaged(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A lease file could not be read or written, as the log says, or holds blocks that dhcpd refuses."""
    for server in case.pair.servers:
        told = case.notices(*_DAMAGE, server=server.name)
        parsed = case.notices("parse-problem", server=server.name)
        if len(parsed):
            inside = parsed["args"].astype(str).str.contains(r"\.leases|corrupt lease file", regex=True)
            told = pd.concat([told, parsed[inside]]).sort_values("time", kind="stable")
        blocks = server.leases.bindings
        wrong = np.flatnonzero(~blocks["accepted"].to_numpy())
        if len(wrong) and wrong[0] == len(blocks) - 1:
            wrong = wrong[:0]  # only the very last block: dhcpd was writing it
        refused = blocks.iloc[wrong]
        broken = _unreadable(case, server)
        if not len(told) and not len(refused) and not broken:
            continue
        what = [
            *({_worded(code, args) for code, args in zip(told["code"], told["args"], strict=True)}),
            *(
                [f"{number(len(refused), 'block')} of the file that dhcpd would refuse"]
                if len(refused)
                else []
            ),
            *([f"{number(len(broken), 'place')} of the file that cannot be read"] if broken else []),
        ]
        why = listed(sorted(what), 2)
        yield Draft(
            title=f"the lease file of {server.name} is damaged or cannot be written: {why}",
            start=told["time"].iloc[0] if len(told) else None,
            end=told["time"].iloc[-1] if len(told) else None,
            servers=(server.name,),
            rows=rows(told)
            + tuple(row for one in records(refused.head(6)) for row in rows_at(None, one.source, one.line))
            + broken[:6],
            figures={"server": server.name, "reason": why},
        )


def _unreadable(case: Case, server: Server) -> tuple[Row, ...]:
    """Places that break a lease file's grammar; its end does not count, where dhcpd was writing."""
    blocks = server.leases.bindings
    last: dict[str, int] = {}
    for source in {one.source for one in case.pair.problems if one.line is not None}:
        last[source] = int(blocks["line"].to_numpy()[among(blocks["source"], source)].max(initial=0))
    return tuple(
        Row(0.0, one.source, one.line)
        for one in case.pair.problems
        if one.line is not None and one.line < last[one.source]
    )


def _worded(code: str, args: object) -> str:
    text = reason(args)
    if code == "parse-problem" and isinstance(args, str):
        text = str(json.loads(args).get("text", ""))
    return f"{code.replace('-', ' ')} ({text})" if text else code.replace("-", " ")
