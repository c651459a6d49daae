"""FO6: clock times of what comes: the partner's half, leases that wait, a pool that runs dry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import AddressValueError, IPv4Address

import numpy as np
import pandas as pd

from dhcplens.findings.case import Case, Stay
from dhcplens.findings.limits import NoLimits, limit
from dhcplens.findings.registry import Draft, Row, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import clock, duration, number
from dhcplens.model.states import FailoverState, Severity
from dhcplens.pair.columns import among, codes, plain

_ALONE = (FailoverState.COMMUNICATIONS_INTERRUPTED, FailoverState.PARTNER_DOWN)


@rule("FO601", "taking-over", Severity.INFO)
def taking_over(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A server in partner-down: from when on it may give the partner's half."""
    mclt = case.pair.mclt
    for stays in _periods(case):
        first, last = stays[0], stays[-1]
        if first.start is None or not mclt:
            continue
        server = first.server
        usable = first.start + timedelta(seconds=mclt)
        says = f"{server} may give {case.other(server)}'s half from {clock(usable, case.pair.timezone)} on"
        half = case.pair.waiting
        half = case.align(half[(half["server"] == server) & (half["why"] == "half")], server, "free_at")
        later = half.loc[half["free_at"] > usable, "free_at"]
        if last.end is not None and last.end < usable:
            says += ", which it did not reach"
        elif last.end is None and len(later):
            latest = clock(later.max(), case.pair.timezone)
            says += f" ({number(len(later), 'address')} of it later, to {latest})"
        yield Draft(
            title=f"in partner-down since {clock(first.start, case.pair.timezone)}, {says}",
            start=first.start,
            end=last.end,
            servers=(server,),
            rows=tuple(row for stay in stays for row in stay.all_rows),
            figures={
                "server": server,
                "partner": case.other(server),
                "since": clock(first.start, case.pair.timezone),
                "usable": clock(usable, case.pair.timezone),
                "mclt": duration(mclt),
            },
        )


def _periods(case: Case) -> Iterator[list[Stay]]:
    """Each server's periods in partner-down; a start in between does not end one (dhcpd's failover.c)."""
    for server in case.names:
        period: list[Stay] = []
        for stay in case.stays:
            if stay.server != server or stay.state is FailoverState.STARTUP:
                continue
            if stay.state is FailoverState.PARTNER_DOWN:
                period.append(stay)
            elif period:
                yield period
                period = []
        if period:
            yield period


@rule("FO602", "waiting-leases", Severity.INFO)
def waiting_leases(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """Leases that are over and cannot become free without the partner, with the time at which they will."""
    for server in case.names:
        stay = next((one for one in reversed(case.stays) if one.server == server), None)
        if stay is None or stay.end is not None or stay.state not in _ALONE:
            continue
        waits = case.pair.waiting
        waits = waits[(waits["server"] == server) & (waits["why"] == "ended")]
        waits = case.align(case.align(waits, server, "free_at"), server, "ends")
        waits = waits[waits["free_at"].isna() | (waits["free_at"] > case.until)]
        if not len(waits):
            continue
        when = _when(case, server, waits["free_at"].dropna())
        yield Draft(
            title=f"{number(len(waits), 'lease')} of {server} ended and {when}",
            start=stay.start,
            end=None,
            servers=(server,),
            rows=rows(waits.assign(time=waits["ends"])) + stay.rows,
            figures={
                "server": server,
                "partner": case.other(server),
                "count": number(len(waits), "lease"),
                "when": when,
            },
        )


def _when(case: Case, server: str, due: pd.Series) -> str:
    """When leases become free: at these times, or not before the partner's word where there are none."""
    if len(due):
        first, last = clock(due.min(), case.pair.timezone), clock(due.max(), case.pair.timezone)
        return f"become free at {first}" if first == last else f"become free from {first} to {last}"
    mclt = case.pair.mclt
    after = "mclt" if mclt is None else f"mclt ({duration(mclt)})"
    return f"wait for {case.other(server)}'s word; with partner-down set they become free after {after}"


@dataclass(frozen=True, slots=True)
class DryLimits:
    """Thresholds of runs-dry."""

    window: float = limit(3600, "seconds before the end of the logs in which the rate is measured")
    shortest: float = limit(600, "seconds that it must at least be measured in")
    count: float = limit(3, "addresses that must have been used up meanwhile")
    within: float = limit(86400, "seconds from the end of the logs within which the pool must run dry")
    share: float = limit(50, "percent of a pool that may be left in normal operation")


@dataclass(frozen=True, slots=True)
class _Use:
    """How fast addresses go: how many were taken in how many seconds, how many are left, and for whom."""

    network: str
    whose: str
    left: int
    taken: int
    seconds: float
    rows: tuple[Row, ...]


@rule("FO603", "runs-dry", Severity.INFO, DryLimits)
def runs_dry(case: Case, limits: DryLimits) -> Iterator[Draft]:
    """A pool that is being used up: when it will be, if clients come as they do."""
    for use in (*_alone(case, limits), *_together(case, limits)):
        if use.left <= 0 or use.taken < limits.count or use.seconds < limits.shortest:
            continue
        lasts = use.left * use.seconds / use.taken
        if lasts > limits.within:
            continue
        dry = case.until + timedelta(seconds=lasts)
        hourly = f"{use.taken * 3600 / use.seconds:.3g}"
        over = duration(use.seconds)
        yield Draft(
            title=f"{use.network} runs dry for {use.whose} at about {clock(dry, case.pair.timezone)}: "
            f"{number(use.left, 'address')} left, {hourly} an hour taken over the last {over}",
            start=case.until - timedelta(seconds=use.seconds),
            end=None,
            servers=case.both(use.whose) or case.names,
            rows=use.rows,
            figures={
                "network": use.network,
                "whose": use.whose,
                "dry": clock(dry, case.pair.timezone),
                "lasts": duration(lasts),
                "left": number(use.left, "address"),
                "rate": hourly,
                "interval": over,
            },
        )


def _alone(case: Case, limits: DryLimits) -> Iterator[_Use]:
    """A server without its partner lives on its own half: its last count less the addresses given since."""
    lost = [loss for loss in case.losses if loss.end is None]
    if not lost:
        return
    counts = case.pair.pool_series
    for server in case.names:
        if case.state_at(server, case.until) is not FailoverState.COMMUNICATIONS_INTERRUPTED:
            continue
        own = case.align(counts[(counts["server"] == server) & counts["own"].notna()], server)
        fresh = _first_acks(case, server)
        for network, lines in own.groupby("network", observed=True):
            last = lines.drop_duplicates("ordinal", keep="last")
            counted = last["time"].max()
            given = fresh[(fresh["time"] > counted) & _inside(case, server, fresh["ip"], str(network))]
            begin = max(lost[-1].start, counted, case.until - timedelta(seconds=limits.window))
            late = given[given["time"] >= begin]
            yield _Use(
                network=str(network),
                whose=server,
                left=int(last["own"].sum()) - len(given),
                taken=len(late),
                seconds=(case.until - begin).total_seconds(),
                rows=rows(last, 4) + rows(late, 8),
            )


def _first_acks(case: Case, server: str) -> pd.DataFrame:
    """The first acknowledgement of each address in the logs, where it is this server's to a new client."""
    every = case.pair.exchanges
    acked = every[among(every["outcome"], "acked") & (codes(every["ip"]) >= 0)]
    acked = plain(acked[["end", "server", "kind", "ip", "source", "line"]]).rename(columns={"end": "time"})
    parts = [case.align(acked[acked["server"] == name], name) for name in case.names]
    every = pd.concat(parts).sort_values("time", kind="stable")
    first = every.drop_duplicates("ip")
    return first[(first["server"] == server) & (first["kind"] == "acquire")]


def _inside(case: Case, server: str, addresses: pd.Series, network: str) -> pd.Series:
    """Which addresses lie in a network's pools; all where only one network is known."""
    conf = case.pair.server(server).conf
    pools = [pool for pool in (conf.pools if conf else ()) if pool.relationship]
    if len({pool.network for pool in pools}) < 2:
        return pd.Series(True, index=addresses.index)
    ranges = [part for pool in pools if pool.network == network for part in pool.ranges]

    def inside(text: str) -> bool:
        try:
            ip = IPv4Address(text)
        except AddressValueError:
            return False
        return any(part.low <= ip <= part.high for part in ranges)

    return addresses.map(inside).astype(bool)


def _together(case: Case, limits: DryLimits) -> Iterator[_Use]:
    """In normal operation the counts of a pool tell by how much it shrinks."""
    if case.normal_since() is None:
        return
    told: set[tuple[str, int]] = set()
    begin = (case.until - timedelta(seconds=limits.window)).value
    for lines in case.counts:
        lines = lines.at(~(lines.free.isna() | lines.backup.isna()))
        if not len(lines) or (lines.network, lines.ordinal) in told:
            continue
        told.add((lines.network, lines.ordinal))
        lines = lines.at(lines.stamp >= begin)
        if len(lines) < limits.count:
            continue
        left = (lines.free + lines.backup).to_numpy(np.int64)
        total = lines.total[-1]
        if pd.isna(total) or left[-1] > total * limits.share / 100:
            continue
        if left[len(left) // 2] <= left[-1]:
            continue  # it did shrink, but no longer does
        yield _Use(
            network=lines.network,
            whose="both servers",
            left=int(left[-1]),
            taken=int(left[0] - left[-1]),
            seconds=(lines.time(-1) - lines.time(0)).total_seconds(),
            rows=lines.rows(6),
        )
