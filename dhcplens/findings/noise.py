"""FO9: harmless lines, folded, counted and explained once; and the good news."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from dhcplens.findings.case import Case
from dhcplens.findings.configuration import FOREIGN
from dhcplens.findings.leases import UpdateConflictLimits
from dhcplens.findings.limits import NoLimits, limit
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import clock, duration, number
from dhcplens.model.states import FailoverState, Severity
from dhcplens.model.tables import NEVER
from dhcplens.pair.columns import UNKNOWN_TIME, among, plain, stamps, words

_LESS_CRITICAL = ("less critical", "Less critical")


def _folded(case: Case, frame: pd.DataFrame, title: str, figures: dict[str, str]) -> Iterator[Draft]:
    """One finding for all rows of a frame, none where it has none."""
    if len(frame):
        yield Draft(
            title=title,
            start=frame["time"].min() if frame["time"].notna().any() else None,
            end=frame["time"].max() if frame["time"].notna().any() else None,
            servers=case.both(*frame["server"].unique()),
            rows=rows(frame, 6),
            figures=figures | {"count": str(len(frame))},
        )


@rule("FO901", "normal-operation", Severity.INFO)
def normal_operation(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Both servers are normal at the end of the logs."""
    since = case.normal_since()
    if since is None:
        return
    last = {stay.server: stay for stay in case.stays if stay.state is FailoverState.NORMAL}
    at = clock(since, case.pair.timezone)
    yield Draft(
        title=f"both normal since {at}",
        start=since,
        end=None,
        servers=case.names,
        rows=tuple(row for name in case.names for row in last[name].rows),
        figures={"since": at},
    )


@rule("FO902", "short-leases", Severity.INFO)
def short_leases(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Leases that mclt shortened."""
    if not any(len(server.leases.bindings) for server in case.pair.servers):
        return
    mclt = case.pair.mclt
    wanted = [
        pool.lease_times.default
        for s in case.pair.servers
        if s.conf
        for pool in s.conf.pools
        if pool.relationship
    ]
    if not mclt or not wanted or max(wanted) <= mclt:
        return
    parts = []
    for server in case.pair.servers:
        blocks = server.leases.bindings
        start, end = stamps(blocks["starts"]), stamps(blocks["ends"])
        short = among(blocks["state"], "active") & (start != UNKNOWN_TIME) & (end != NEVER.value)
        short &= (end > start) & (end <= start + mclt * 10**9)
        columns = ["ip", "starts", "ends", "mac", "server", "source", "line"]
        parts.append(plain(blocks.loc[short, columns]))
    every = pd.concat(parts, ignore_index=True).drop_duplicates(["ip", "starts", "mac"])
    if not len(every):
        return
    every = every.assign(time=every["starts"])
    lengths = (stamps(every["ends"]) - stamps(every["starts"])) / 10**9
    shortest, longest = duration(lengths.min()), duration(lengths.max())
    lasting = longest if shortest == longest else f"{shortest} to {longest}"
    configured = duration(max(wanted))
    clients = every["mac"].nunique()
    yield from _folded(
        case,
        every,
        f"{number(len(every), 'lease')} of {lasting} because of mclt, although {configured} is configured",
        {"clients": str(clients), "length": lasting, "configured": configured, "mclt": duration(mclt)},
    )


@rule("FO903", "resync-rejections", Severity.INFO)
def resync_rejections(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Duelling updates, of which the lesser one is refused."""
    refused = case.rejected
    if not len(refused):
        return
    reasons = refused["reason"].astype(str)
    duels = reasons.str.contains("|".join(_LESS_CRITICAL), regex=True).astype(bool)
    foreign = reasons.str.contains("|".join(FOREIGN), regex=True).astype(bool)
    settled = case.both_normal(stamps(refused["time"]), UpdateConflictLimits().settle)
    refused = refused[duels | ~foreign & ~settled]
    breaks = (refused["time"].diff() > timedelta(minutes=10)).cumsum()
    for _, burst in refused.groupby(breaks):
        yield from _folded(
            case,
            burst,
            f"{number(len(burst), 'update')} refused while resynchronising, which is harmless",
            {},
        )


@dataclass(frozen=True, slots=True)
class ChatterLimits:
    """Thresholds of balancing-chatter."""

    count: float = limit(20, "balancing lines from which on they are explained")


@rule("FO904", "balancing-chatter", Severity.INFO, ChatterLimits)
def balancing_chatter(case: Case, limits: ChatterLimits) -> Iterator[Draft]:
    """Routine looks at the balance of the pools."""
    series = case.pair.pool_series
    balanced = words(series["kind"]) != "imbalanced"
    if balanced.sum() < limits.count:
        return
    routine = series[balanced]
    pools = routine.groupby(["network", "ordinal"], observed=True).ngroups
    yield from _folded(
        case,
        routine.astype({"server": "object", "source": "object"}),
        f"{number(len(routine), 'line')} about the balance of {number(pools, 'pool')}, which is routine",
        {"pools": str(pools)},
    )


@rule("FO905", "xid-mismatch", Severity.INFO)
def xid_mismatch(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Acknowledgements that came too late."""
    late = case.updates[case.updates["verdict"] == "ack-ignored"]
    if not len(late):
        return
    late = late[late["reason"].astype(str).str.contains("xid mismatch", regex=False)]
    yield from _folded(case, late, f"{number(len(late), 'acknowledgement')} overtaken by a newer update", {})


@rule("FO906", "duplicate-uid", Severity.INFO)
def duplicate_uid(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Clients with two leases."""
    told = case.notices("duplicate-uid", "duplicate-leases")
    clients = {json.loads(args).get("mac") for args in told["args"]}
    title = f"{number(len(told), 'line')} about {number(len(clients), 'client')} with more than one lease"
    yield from _folded(case, told, title, {"clients": str(len(clients))})


@rule("FO907", "lease-owned-by-peer", Severity.INFO)
def lease_owned_by_peer(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Requests left to the partner who owns the lease."""
    told = case.said("lease-owned-by-peer")
    title = f"{number(len(told), 'request')} left to the partner, who owns the address"
    yield from _folded(case, told, title, {"clients": str(told["mac"].nunique())})


@rule("FO908", "static-and-dynamic", Severity.INFO)
def static_and_dynamic(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Fixed addresses inside of a range."""
    told = case.notices("static-and-dynamic")
    addresses = {json.loads(args).get("ip") for args in told["args"]} - {None}
    title = f"{number(len(addresses), 'fixed address')} inside of a dynamic range"
    yield from _folded(case, told, title, {"addresses": str(len(addresses))})


@rule("FO909", "unreachable-peer-chatter", Severity.INFO)
def unreachable_chatter(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Failed attempts to connect."""
    told = case.notices("epoll-bad-descriptor", "link-startup-timeout")
    title = f"{number(len(told), 'line')} of failed attempts to reach the partner"
    yield from _folded(case, told, title, {})
