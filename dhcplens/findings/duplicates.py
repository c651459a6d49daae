"""FO4: one address for two clients."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dhcplens.findings.case import Case
from dhcplens.findings.limits import limit
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import listed, number
from dhcplens.model.states import Severity
from dhcplens.pair.columns import among, stamps

_LOGGED = ("ip", "mac", "time", "source", "line", "mac_before", "before", "source_before", "line_before")
_FILED = ("ip", "time", "source_first", "line_first", "source_second", "line_second")


@dataclass(frozen=True, slots=True)
class DuplicateLimits:
    """Thresholds of duplicate-binding."""

    addresses: float = limit(1, "addresses with two clients at one time")


@rule("FO401", "duplicate-binding", Severity.CRITICAL, DuplicateLimits)
def duplicate_binding(case: Case, limits: DuplicateLimits) -> Iterator[Draft]:
    """One address is active for two clients: in the two lease files, or as both logs acknowledged it."""
    logged = _acknowledged_twice(case)
    filed = _active_twice(case)
    addresses = sorted({*logged["ip"], *filed["ip"]})
    if len(addresses) < max(1, limits.addresses):
        return
    starts = [one for one in (logged["time"].min(), filed["time"].min()) if not pd.isna(one)]
    start = min(starts) if starts else None
    proof = rows(logged, 8) + rows(
        logged.assign(time=logged["before"], source=logged["source_before"], line=logged["line_before"]), 8
    )
    for side in ("first", "second"):
        proof += rows(filed.assign(source=filed[f"source_{side}"], line=filed[f"line_{side}"]), 6)
    yield Draft(
        title=f"{number(len(addresses), 'address')} given to two clients at once: {listed(addresses)}",
        start=start,
        end=_over(case, filed, start),
        servers=case.names,
        rows=proof,
        figures={"count": str(len(addresses)), "example": _example(logged, filed)},
    )


def _over(case: Case, filed: pd.DataFrame, start: pd.Timestamp | None) -> pd.Timestamp | None:
    """When the double use was over: both servers were normal again, and the files no longer hold it."""
    since = case.normal_since()
    if len(filed) or start is None or since is None or since < start:
        return None
    return since


def _example(logged: pd.DataFrame, filed: pd.DataFrame) -> str:
    if len(filed):
        one = filed.iloc[0]
        return f"{one['ip']} for {one['mac_first']} and {one['mac_second']}"
    one = logged.iloc[0]
    return f"{one['ip']} for {one['mac_before']} and {one['mac']}"


def _active_twice(case: Case) -> pd.DataFrame:
    if len(case.names) < 2 or any(not len(server.leases.bindings) for server in case.pair.servers):
        return pd.DataFrame(columns=_FILED)
    view = case.pair.binding_view
    view = view[among(view["difference"], "client")]
    overlap = (view["starts_first"] < view["ends_second"]) & (view["starts_second"] < view["ends_first"])
    view = view[overlap]
    begins = pd.concat([view["starts_first"], view["starts_second"]], axis=1).max(axis=1)
    return view.assign(ip=view["ip"].astype(str), time=begins)


def _acknowledged_twice(case: Case) -> pd.DataFrame:
    """ACKs of an address for another client than the partner's last ACK, within the shortest lease."""
    shortest = _shortest_lease(case)
    if len(case.names) < 2 or not shortest or not case.heard_clients:
        return pd.DataFrame(columns=_LOGGED)
    acts = case.messages("ACK", "RELEASE", "DECLINE")
    address, _ = pd.factorize(acts["ip"], sort=True)
    stamp, mac, server, kind = (
        stamps(acts["time"]),
        *(acts[one].to_numpy() for one in ("mac", "server", "type")),
    )
    order = np.lexsort((stamp, address))
    before, now = order[:-1], order[1:]
    double = (address[now] == address[before]) & (address[now] >= 0)
    double &= (kind[now] == "ACK") & (kind[before] == "ACK") & (server[now] != server[before])
    double &= pd.notna(mac[now]) & pd.notna(mac[before]) & (mac[now] != mac[before])
    double &= (stamp[now] - stamp[before]) / 10**9 < shortest
    earlier = acts.iloc[before[double]]
    found: pd.DataFrame = acts.iloc[now[double]].assign(
        mac_before=earlier["mac"].array,
        before=earlier["time"].array,
        source_before=earlier["source"].array,
        line_before=earlier["line"].array,
    )
    return found.sort_values("time")


def _shortest_lease(case: Case) -> float:
    """Seconds for which any lease lasts at least; 0 where no configuration tells."""
    times = [pool.lease_times for server in case.pair.servers if server.conf for pool in server.conf.pools]
    if not times:
        return 0.0
    return float(min([*(min(one.min, one.default) for one in times), case.pair.mclt or 300]))
