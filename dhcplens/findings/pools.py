"""FO3: addresses that are used up, unevenly divided, or counted differently."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.findings.case import Case
from dhcplens.findings.counts import Counts, stretches
from dhcplens.findings.limits import limit
from dhcplens.findings.losses import Loss
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import clock, duration, number
from dhcplens.model.states import FailoverState, Severity
from dhcplens.pair.columns import UNKNOWN_TIME, stamps, time

_STILL = timedelta(minutes=5)
_ALONE = (FailoverState.COMMUNICATIONS_INTERRUPTED, FailoverState.PARTNER_DOWN)


@dataclass(frozen=True, slots=True)
class ExhaustedLimits:
    """Thresholds of pool-exhausted."""

    count: float = limit(3, "refusals on one network")
    gap: float = limit(1800, "seconds without a refusal after which it counts as over")


@rule("FO301", "pool-exhausted", Severity.CRITICAL, ExhaustedLimits)
def pool_exhausted(case: Case, limits: ExhaustedLimits) -> Iterator[Draft]:
    """A network with a pool has no free address on either side."""
    refused = case.said("no-free-leases")
    if not len(refused):
        return
    served = served_networks(case)
    for network, every in refused.groupby("detail", sort=True):
        if served and not any(same_network(str(network), one) for one in served):
            continue
        for group in _episodes(every, limits.gap):
            if len(group) < limits.count:
                continue
            last = group["time"].iloc[-1]
            clients = number(group["mac"].nunique(), "client")
            yield Draft(
                title=f"{network} has no free addresses left: "
                f"{number(len(group), 'request')} of {clients} refused",
                start=group["time"].iloc[0],
                end=None if case.until - last < _STILL else last,
                servers=case.both(*group["server"].unique()),
                rows=rows(group),
                figures={
                    "network": str(network),
                    "count": str(len(group)),
                    "clients": str(group["mac"].nunique()),
                },
            )


def _episodes(frame: pd.DataFrame, gap: float) -> Iterator[pd.DataFrame]:
    """The frame (in order of time) cut where nothing happened for longer than ``gap`` seconds."""
    breaks = frame["time"].diff() > pd.Timedelta(seconds=gap)
    for _, group in frame.groupby(breaks.cumsum()):
        yield group


def served_networks(case: Case) -> set[str]:
    """Networks that have a pool, by the configurations, else by the pool lines; empty where nothing tells."""
    named = {pool.network for server in case.pair.servers if server.conf for pool in server.conf.pools}
    return named or {str(one) for one in case.pair.pool_series["network"].dropna().unique()}


def same_network(one: str, other: str) -> bool:
    """Whether two names are one network; dhcpd before 4.0 left out octets of the address (``10.69/16``)."""
    if one == other:
        return True
    (head, slash, bits), (other_head, other_slash, other_bits) = one.partition("/"), other.partition("/")
    if not slash or not other_slash or bits != other_bits:
        return False
    octets, others = (text.split(".") + ["0"] * (3 - text.count(".")) for text in (head, other_head))
    return octets == others


@dataclass(frozen=True, slots=True)
class StarvedLimits:
    """Thresholds of survivor-starved."""

    count: float = limit(3, "requests refused because the partner holds the free addresses")


@rule("FO302", "survivor-starved", Severity.CRITICAL, StarvedLimits)
def survivor_starved(case: Case, limits: StarvedLimits) -> Iterator[Draft]:
    """While the link is lost, a server has used up its own half."""
    refused = case.said("peer-holds-all-free-leases")
    if not len(refused):
        return
    for loss in case.losses:
        inside = refused[refused["time"].between(loss.start, loss.end or case.until)]
        for server, group in inside.groupby("server", sort=False):
            alone = group[case.in_state(str(server), stamps(group["time"]), *_ALONE)]
            taken = _took_over(case, loss, str(server))
            empty = case.said("no-free-leases", server=str(server))["time"]
            if taken is not None and empty.between(taken, loss.end or case.until).any():
                alone = alone[alone["time"] <= taken]  # then both halves are used up: pool-exhausted
            if len(alone) < limits.count:
                continue
            yield _starved(case, loss, str(server), alone)


def _took_over(case: Case, loss: Loss, survivor: str) -> pd.Timestamp | None:
    """When a survivor in partner-down may give its partner's half; None where it does not get there."""
    down = [
        stay.start
        for stay in case.stays_in(FailoverState.PARTNER_DOWN, server=survivor)
        if stay.start is not None and loss.covers(stay.start)
    ]
    mclt = case.pair.mclt
    return down[0] + timedelta(seconds=mclt) if down and mclt else None


def _starved(case: Case, loss: Loss, survivor: str, refused: pd.DataFrame) -> Draft:
    mclt = case.pair.mclt
    takes_over = _took_over(case, loss, survivor)
    last = refused["time"].iloc[-1]
    usable = "that moment plus mclt"
    end = loss.end
    if takes_over is not None:
        usable = clock(takes_over, case.pair.timezone)
        end = last if last <= takes_over + _STILL and takes_over <= case.until else end
    elif mclt:
        usable = f"{duration(mclt)} after that command"
    clients = refused["mac"].nunique()
    return Draft(
        title=f"{survivor} has used up its own half; the rest belongs to {case.other(survivor)}, "
        f"which it cannot reach ({number(clients, 'client')} turned away)",
        start=refused["time"].iloc[0],
        end=end,
        servers=(survivor,),
        rows=rows(refused),
        figures={
            "survivor": survivor,
            "partner": case.other(survivor),
            "count": str(len(refused)),
            "clients": str(clients),
            "relationship": case.pair.relationship or "<name>",
            "usable": usable,
        },
    )


@dataclass(frozen=True, slots=True)
class ImbalanceLimits:
    """Thresholds of pool-imbalance."""

    count: float = limit(3, "lines of imbalance in a row, or clients' requests turned away")
    after: float = limit(120, "seconds that they must span")
    settled: float = limit(120, "seconds of normal operation after which clients turned away count")
    gap: float = limit(3600, "seconds without such a client after which it counts as over")


@rule("FO303", "pool-imbalance", Severity.WARNING, ImbalanceLimits)
def pool_imbalance(case: Case, limits: ImbalanceLimits) -> Iterator[Draft]:
    """A pool is out of balance again and again in normal operation, or one side has nothing left."""
    yield from _one_side_empty(case, limits)
    for lines in sorted(case.counts, key=lambda one: case.names.index(one.server)):
        if not lines.requesting.any():
            lines = lines.at(lines.kind != "balancing")
        for place in stretches((lines.kind == "imbalanced") | lines.requesting):
            group = lines.at(place)
            start, last = group.time(0), group.time(-1)
            if len(group) < limits.count or (last - start).total_seconds() < limits.after:
                continue
            later = lines.stamp[lines.stamp > group.stamp[-1]]
            free, backup = str(group.free[-1]), str(group.backup[-1])
            yield Draft(
                title=f"{lines.network} stays unbalanced: {free} free for the primary, "
                f"{backup} for the secondary, as {lines.server} counts",
                start=start,
                end=time(int(later[0])) if len(later) else None,
                servers=(lines.server,),
                rows=group.rows(),
                figures={"network": lines.network, "free": free, "backup": backup},
            )


def _one_side_empty(case: Case, limits: ImbalanceLimits) -> Iterator[Draft]:
    """A server turns clients away although both are normal and its partner has free addresses."""
    refused = case.said("peer-holds-all-free-leases")
    if not len(refused):
        return
    refused = refused[case.both_normal(stamps(refused["time"]), limits.settled)]
    empty = case.said("no-free-leases")["time"]
    for server, lines in refused.groupby("server", sort=False):
        for group in _episodes(lines, limits.gap):
            if len(group) < limits.count:
                continue
            start, last = group["time"].iloc[0], group["time"].iloc[-1]
            if empty.between(start, last + _STILL).any():
                continue  # the whole pool is used up: pool-exhausted
            counted = case.pair.pool_series
            counted = case.align(counted[counted["server"] == server], str(server))
            later = counted[(counted["time"] > last) & (counted["own"] > 0)]
            before = counted[counted["time"] <= last].tail(1)
            newest = before if len(before) else later.head(1)
            yield Draft(
                title=f"{server} has no free addresses left while its partner has some: "
                f"{number(group['mac'].nunique(), 'client')} turned away",
                start=start,
                end=later["time"].iloc[0] if len(later) else None if case.until - last < _STILL else last,
                servers=(str(server),),
                rows=rows(group, 12) + rows(newest),
                figures={
                    "network": str(newest["network"].iloc[0]) if len(newest) else "the pool",
                    "free": str(newest["free"].iloc[0]) if len(newest) else "?",
                    "backup": str(newest["backup"].iloc[0]) if len(newest) else "?",
                },
            )


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Thresholds of pool-request-refused."""

    count: float = limit(2, "requests for addresses answered with none")


@rule("FO304", "pool-request-refused", Severity.WARNING, RequestLimits)
def pool_request_refused(case: Case, limits: RequestLimits) -> Iterator[Draft]:
    """A server asked for addresses and its partner gave none."""
    for server in case.names:
        told = case.notices("pool-request-refused", server=server)
        if len(told) < limits.count:
            continue
        last = told["time"].iloc[-1]
        yield Draft(
            title=f"{server} could give its partner no addresses ({number(len(told), 'request')})",
            start=told["time"].iloc[0],
            end=None if case.until - last < _STILL else last,
            servers=(server,),
            rows=rows(told),
            figures={"server": server, "count": str(len(told))},
        )


@dataclass(frozen=True, slots=True)
class DivergedCountsLimits:
    """Thresholds of diverged-pool-counts."""

    settle: float = limit(300, "seconds of normal operation before counts are compared")
    near: float = limit(1800, "seconds between a count and the partner's before and after it")
    addresses: float = limit(5, "difference in addresses that is no matter of updates in flight")
    percent: float = limit(10, "the same in percent of the pool, where that is more")
    count: float = limit(3, "comparisons in a row that must differ")


@rule("FO305", "diverged-pool-counts", Severity.WARNING, DivergedCountsLimits)
def diverged_counts(case: Case, limits: DivergedCountsLimits) -> Iterator[Draft]:
    """Both servers count one pool, and their counts stay apart."""
    if len(case.names) < 2:
        return
    pools: dict[tuple[str, int], dict[str, Counts]] = {}
    for one in case.counts:
        pools.setdefault((one.network, one.ordinal), {})[one.server] = _timed(one)
    for (network, _), sides in pools.items():
        if len(sides) < 2:
            continue
        first, second = (sides[name] for name in case.names)
        mine, theirs, differ = _compared(case, limits, first, second)
        others, _, strays = _compared(case, limits, second, first)
        for place in stretches(differ):
            group, beside = mine.at(place), theirs.at(place)
            if len(group) < limits.count:
                continue
            earlier = mine.stamp[max(0, place.start - 1)] if place.start else group.stamp[0]
            sooner = others.at(strays & (others.stamp > earlier) & (others.stamp <= group.stamp[0]))
            ours, other = (f"{one.free[-1]}/{one.backup[-1]}" for one in (group, beside))
            yield Draft(
                title=f"the servers count {network} differently: {ours} and {other} (free/backup)",
                start=min([group.time(0), *(sooner.time(one) for one in range(len(sooner)))]),
                end=None if place.stop == len(mine) else group.time(-1),
                servers=case.names,
                rows=sooner.rows(2) + group.rows(6) + replace(beside, stamp=group.stamp).rows(6),
                figures={
                    "network": network,
                    "first": case.names[0],
                    "second": case.names[1],
                    "first_counts": ours,
                    "second_counts": other,
                },
            )


def _timed(one: Counts) -> Counts:
    """The counts that follow each other in time; those of a balancing are between two of them."""
    one = one.at((one.kind != "balancing") & (one.stamp != UNKNOWN_TIME))
    one = one.at(np.argsort(one.stamp, kind="stable"))
    return one.at(np.append(np.diff(one.stamp) > 0, True)) if len(one) else one


def _compared(
    case: Case, limits: DivergedCountsLimits, first: Counts, second: Counts
) -> tuple[Counts, Counts, NDArray[np.bool_]]:
    """One server's counts in normal operation, its partner's nearest ones, and which differ too much.

    A count differs by how much it lies outside of what the partner counted before and after it.
    """
    before = _within(first, second, np.searchsorted(second.stamp, first.stamp, side="right") - 1, limits.near)
    after = _within(first, second, np.searchsorted(second.stamp, first.stamp), limits.near)
    apart = np.zeros(len(first))
    for mine, theirs in ((first.free, second.free), (first.backup, second.backup)):
        own, other = _floats(mine), np.append(_floats(theirs), np.nan)
        low, high = np.fmin(other[before], other[after]), np.fmax(other[before], other[after])
        apart += np.maximum(0, np.maximum(low - own, own - high))
    allowed = np.maximum(_floats(first.total) * (limits.percent / 100), limits.addresses)
    nearest = np.where(_gap(first, second, before) <= _gap(first, second, after), before, after)
    both = (nearest >= 0) & case.both_normal(first.stamp, limits.settle)
    return first.at(both), second.at(nearest[both]), (apart > allowed)[both]


def _within(first: Counts, second: Counts, place: NDArray[np.int64], seconds: float) -> NDArray[np.int64]:
    """The places in the second counts, -1 where they do not exist or are further away in time."""
    there = np.where((place >= 0) & (place < len(second)), place, -1)
    return np.where(_gap(first, second, there) <= seconds * 10**9, there, -1)


def _gap(first: Counts, second: Counts, place: NDArray[np.int64]) -> NDArray[np.float64]:
    """Nanoseconds between counts, infinite for place -1."""
    apart = np.abs(np.append(second.stamp, 0)[place] - first.stamp)
    return np.where(place >= 0, apart, np.inf)


def _floats(numbers: Any) -> NDArray[np.float64]:
    return np.asarray(numbers.to_numpy(np.float64, na_value=np.nan))
