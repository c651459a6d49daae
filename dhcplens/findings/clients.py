"""FO3: what happens to clients."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dhcplens.findings.case import Case
from dhcplens.findings.limits import limit
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import listed, number
from dhcplens.model.order import ordered
from dhcplens.model.states import FailoverState, Severity
from dhcplens.pair.columns import UNKNOWN_TIME, among, codes, in_time, stamps

_SERVING = (FailoverState.NORMAL, FailoverState.COMMUNICATIONS_INTERRUPTED, FailoverState.PARTNER_DOWN)
_EXPLAINED = frozenset(
    {
        "peer-holds-all-free-leases",
        "no-free-leases",
        "not-responding",
        "load-balanced-to-peer",
        "unknown-client",
        "booting-disallowed",
        "bootp-disallowed",
        "unknown-network-segment",
        "no-available-billing",
        "not-authoritative",
        "unknown-subnet",
        "ignored",
    }
)


@dataclass(frozen=True, slots=True)
class HoleLimits:
    """Thresholds of load-balanced-into-a-hole."""

    count: float = limit(3, "requests left to a partner that never heard of the client")
    percent: float = limit(50, "percent, of one relay's clients left to the partner, that it never heard of")
    around: float = limit(600, "seconds around the request in which the partner may have heard the client")


@rule("FO306", "load-balanced-into-a-hole", Severity.WARNING, HoleLimits)
def into_a_hole(case: Case, limits: HoleLimits) -> Iterator[Draft]:
    """Clients are left to a partner whose log does not know them."""
    if len(case.names) < 2:
        return
    for server in case.names:
        partner = case.other(server)
        left = case.said("load-balanced-to-peer", server=server)
        left = left[_ran(case, partner, left["time"])] if len(left) else left
        if not len(left):
            continue
        unheard = ~_heard(case, partner, left, limits.around)
        for via, group in left.groupby("via", dropna=False):
            lost = group[unheard.loc[group.index]]
            share = 100 * lost["mac"].nunique() / max(1, group["mac"].nunique())
            if len(lost) < limits.count or share < limits.percent:
                continue
            clients = lost["mac"].nunique()
            last = lost["time"].iloc[-1]
            yield Draft(
                title=f"{server} leaves {number(clients, 'client')} behind {via} to {partner}, "
                "which never hears them",
                start=lost["time"].iloc[0],
                end=None if case.until - last < timedelta(minutes=10) else last,
                servers=case.names,
                rows=rows(lost),
                figures={"server": server, "partner": partner, "clients": str(clients)},
            )


def _ran(case: Case, server: str, times: pd.Series) -> pd.Series:
    """At which times a server's log covers the moment and it was in a state to answer."""
    first, last = case.first_line(server), case.last_line(server)
    if first is None or last is None:
        return pd.Series(False, index=times.index)
    inside: pd.Series = times.between(first, last) & case.in_state(server, stamps(times), *_SERVING)
    return inside


def _heard(case: Case, server: str, left: pd.DataFrame, around: float) -> pd.Series:
    """For each request, whether the server logged anything of that client near that time."""
    messages = case.pair.server(server).log.messages
    heard = stamps(case.align(messages[["time"]], server)["time"])
    asked = stamps(left["time"])
    asker = messages["mac"].cat.categories.get_indexer(pd.Index(left["mac"]))
    client, stamp = np.append(codes(messages["mac"]), asker), np.append(heard, asked)
    known = np.flatnonzero((client >= 0) & (stamp != UNKNOWN_TIME))
    order = known[in_time(stamp[known])]
    order = order[ordered(client[order])]  # of each client by time
    theirs = order < len(heard)
    near = np.zeros(len(stamp), dtype=np.bool_)
    for place in (_last_place(theirs), len(order) - 1 - _last_place(theirs[::-1])[::-1]):
        there = order[np.clip(place, 0, max(0, len(order) - 1))]
        apart = np.abs(stamp[there] - stamp[order])
        within = (place >= 0) & (place < len(order)) & (client[there] == client[order])
        near[order] |= within & (apart <= around * 10**9)
    return pd.Series(near[len(heard) :], index=left.index)


def _last_place(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each place the last chosen one up to it, -1 without any."""
    return np.maximum.accumulate(np.where(chosen, np.arange(len(chosen)), -1))


@dataclass(frozen=True, slots=True)
class UnansweredLimits:
    """Thresholds of unanswered-clients."""

    discovers: float = limit(5, "DISCOVERs of one client without an answer")
    after: float = limit(120, "seconds between the first and the last of them")
    clients: float = limit(1, "clients to whom that happens")


@rule("FO307", "unanswered-clients", Severity.WARNING, UnansweredLimits)
def unanswered(case: Case, limits: UnansweredLimits) -> Iterator[Draft]:
    """Clients ask and ask, nobody answers, and no suffix in the log says why."""
    if not case.heard_clients:
        return
    every = case.pair.exchanges
    client = codes(every["mac"])
    asked = np.flatnonzero(among(every["kind"], "acquire") & (every["discovers"].to_numpy() > 0))
    helped = (every["offers"].to_numpy() > 0) | (every["acks"].to_numpy() > 0)
    helped |= among(every["note"], *_EXPLAINED)
    mute = every.iloc[asked[~np.isin(client[asked], client[asked[helped[asked]]])]]
    if not len(mute):
        return
    tried = mute.groupby("mac", observed=True).agg(
        discovers=("discovers", "sum"), start=("start", "min"), end=("end", "max")
    )
    lasted = (tried["end"] - tried["start"]).dt.total_seconds()
    stuck = tried[(tried["discovers"] >= limits.discovers) & (lasted >= limits.after)]
    if len(stuck) < limits.clients or not len(stuck):
        return
    lines = mute[mute["mac"].isin(stuck.index)]
    reasons = sorted({str(one) for one in lines["note"].dropna()}) or ["none is logged"]
    last = stuck["end"].max()
    yield Draft(
        title=f"{number(len(stuck), 'client')} asked again and again without an answer",
        start=stuck["start"].min(),
        end=None if case.until - last < timedelta(minutes=5) else last,
        servers=case.both(*lines["server"].unique()),
        rows=rows(lines),
        figures={"clients": str(len(stuck)), "reasons": listed(reasons)},
    )


@dataclass(frozen=True, slots=True)
class NakLimits:
    """Thresholds of nak-storm."""

    count: float = limit(20, "DHCPNAKs within the window")
    window: float = limit(600, "seconds")
    share: float = limit(25, "percent of the answers (ACK and NAK) in that time")


@rule("FO308", "nak-storm", Severity.WARNING, NakLimits)
def nak_storm(case: Case, limits: NakLimits) -> Iterator[Draft]:
    """Many requests are refused at once."""
    if sum(int(among(one.log.messages["type"], "NAK").sum()) for one in case.pair.servers) < limits.count:
        return
    answers = case.messages("NAK", "ACK")
    naks = answers[answers["type"] == "NAK"]
    if len(naks) < limits.count:
        return
    times = naks["time"].reset_index(drop=True)
    few = int(limits.count) - 1
    crowded = (times.shift(-few) - times).dt.total_seconds() <= limits.window
    if not crowded.any():
        return
    start = times[crowded].iloc[0]
    end = times[min(int(crowded[crowded].index[-1]) + few, len(times) - 1)]
    storm = naks[naks["time"].between(start, end)]
    share = 100 * len(storm) / max(1, int(answers["time"].between(start, end).sum()))
    if share < limits.share:
        return
    yield Draft(
        title=f"{len(storm)} requests refused with DHCPNAK, {share:.0f} % of all answers in that time",
        start=start,
        end=None if case.until - end < timedelta(minutes=5) else end,
        servers=case.both(*storm["server"].unique()),
        rows=rows(storm),
        figures={"count": str(len(storm)), "clients": str(storm["mac"].nunique())},
    )


@dataclass(frozen=True, slots=True)
class DriftLimits:
    """Thresholds of split-drift."""

    clients: float = limit(40, "different clients, heard by both servers, that must have been served")
    percent: float = limit(30, "percent of them served by the server to which the hash does not give them")


@rule("FO309", "split-drift", Severity.WARNING, DriftLimits)
def split_drift(case: Case, limits: DriftLimits) -> Iterator[Draft]:
    """Clients heard by both servers are answered by the wrong one.

    Counted are those that a lease file tells of: without it, nothing tells what of a client is hashed.
    """
    if not case.heard_clients:
        return
    done = case.pair.transactions
    chosen = (
        among(done["kind"], "acquire") & among(done["acked_by"], *case.names) & (codes(done["owner"]) >= 0)
    )
    for heard in ("seen_first", "seen_second"):
        chosen &= stamps(done[heard]) != UNKNOWN_TIME
    if chosen.sum() < limits.clients:
        return
    filed = {str(mac) for server in case.pair.servers for mac in server.leases.bindings["mac"].dropna()}
    done = done[chosen & done["mac"].isin(filed)].drop_duplicates("mac", keep="first")
    if len(done) < limits.clients:
        return
    done = done[case.both_normal(stamps(done["start"]), 60)]
    if len(done) < limits.clients:
        return
    wrong = done[done["owner"].astype(str) != done["acked_by"].astype(str)]
    if 100 * len(wrong) / len(done) < limits.percent:
        return
    busiest = str(wrong["acked_by"].astype(str).mode().iloc[0])
    belongs = int((done["owner"] == busiest).sum())
    yield Draft(
        title=f"{len(wrong)} of {len(done)} clients were served by the server that the split does not name",
        start=wrong["start"].min(),
        end=None,
        servers=case.names,
        rows=rows(wrong.sort_values("start")),
        figures={
            "server": busiest,
            "expected": f"{100 * belongs / len(done):.0f} %",
            "observed": str(int((done["acked_by"] == busiest).sum())),
            "clients": str(len(done)),
        },
    )


@dataclass(frozen=True, slots=True)
class AbandonedLimits:
    """Thresholds of abandoned-leases."""

    count: float = limit(5, "different addresses abandoned within the window")
    window: float = limit(3600, "seconds")
    percent: float = limit(10, "percent of the configured addresses abandoned at any time")


@rule("FO310", "abandoned-leases", Severity.WARNING, AbandonedLimits)
def abandoned_leases(case: Case, limits: AbandonedLimits) -> Iterator[Draft]:
    """Many addresses are set aside because something answers on them."""
    told = case.abandoned()
    if not len(told):
        return
    told = told.drop_duplicates("ip")
    sizes = [sum(pool.size for pool in server.conf.pools) for server in case.pair.servers if server.conf]
    much = max(limits.count, limits.percent / 100 * max(sizes)) if sizes else float("inf")
    few = int(limits.count) - 1
    times = told["time"].reset_index(drop=True)
    crowded = (times.shift(-few) - times).dt.total_seconds() <= limits.window
    if not crowded.any() and len(told) < much:
        return
    yield Draft(
        title=f"{number(len(told), 'address')} abandoned because something else uses them: "
        f"{listed([str(ip) for ip in told['ip']])}",
        start=told["time"].iloc[0],
        end=told["time"].iloc[-1],
        servers=case.both(*told["server"].unique()),
        rows=rows(told),
        figures={"count": str(len(told))},
    )
