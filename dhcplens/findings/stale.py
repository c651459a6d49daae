"""FO2: a lease file older than what its server had already written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address

import pandas as pd

from dhcplens.findings.case import Case
from dhcplens.findings.limits import limit
from dhcplens.findings.recovery import normal_again
from dhcplens.findings.registry import Draft, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import listed, number
from dhcplens.model.states import FailoverState, Severity
from dhcplens.pair.columns import stamps

_REUSED = 0.3
"""Share of a lease in which dhcpd may answer without writing (dhcp-cache-threshold, dhcpd.conf(5)).

Leases outside of normal operation are no measure: recorded runs have some that reach no file.
"""


_UNKNOWN = 3
"""Leases that the file must not know before they count; a clock that jumps makes one or two look so."""


@dataclass(frozen=True, slots=True)
class StaleLimits:
    """Thresholds of stale-database-restored."""

    leases: float = limit(1, "leases acknowledged before the start that must be missing from the file")


@rule("FO208", "stale-database-restored", Severity.WARNING, StaleLimits)
def stale_database(case: Case, limits: StaleLimits) -> Iterator[Draft]:
    """A server starts from a lease file older than what its own log says it had written."""
    for one in case.local_moves(FailoverState.STARTUP.value):
        server = one.server
        if one.old in (FailoverState.RECOVER.value, FailoverState.PARTNER_DOWN.value):
            continue
        before = [
            stay
            for stay in case.stays
            if stay.server == server
            and stay.state is not FailoverState.STARTUP
            and stay.rows
            and stay.start is not None
            and stay.start < one.time
        ]
        reasons, proof = [], one.rows
        if before and before[-1].state.value != one.old:
            reasons.append(f"it read state {one.old}, but had last recorded {before[-1].state.value}")
            proof += before[-1].rows
        missing = _acknowledged_but_missing(case, server, one.time)
        if len(missing) >= limits.leases:
            reasons.append(
                f"{number(len(missing), 'lease')} acknowledged before, as {missing['ip'].iloc[0]}, "
                f"{'is' if len(missing) == 1 else 'are'} not in its file"
            )
            proof += rows(missing, 8)
        if reasons:
            yield Draft(
                title=f"{server} started from an old lease file: {listed(reasons)}",
                start=one.time,
                end=None if len(missing) else normal_again(case, (server,), one.time),
                servers=(server,),
                rows=proof,
                figures={"server": server, "partner": case.other(server), "reason": listed(reasons)},
            )


def _acknowledged_but_missing(case: Case, server: str, start: pd.Timestamp) -> pd.DataFrame:
    """ACKs of a server before its last start that its lease file does not know."""
    none = pd.DataFrame({"ip": [], "time": [], "source": [], "line": []})
    files = case.pair.server(server)
    later = case.local_moves(FailoverState.STARTUP.value, server)
    if not len(files.leases.bindings) or any(one.time > start for one in later):
        return none
    said = files.log.messages
    acks = said.loc[(said["type"] == "ACK") & said["ip"].notna(), ["time", "ip", "source", "line"]]
    acks = acks[acks["time"].notna()].assign(stamp=acks["time"])  # as its own file has it
    acks = case.align(acks, server)
    acks = acks[acks["time"] < start].drop_duplicates("ip", keep="last")
    blocks = files.leases.bindings
    blocks = blocks.assign(ip=blocks["ip"].astype(object))
    dynamic = dynamic_range(case, server)
    before = acks["stamp"] - timedelta(seconds=65)
    known = acks["ip"].astype(object).map(blocks.groupby("ip")["ends"].max())
    gone = known.isna() | (known < before)
    if _read_at(case, server, start):
        read = acks["ip"].astype(object).map(blocks.drop_duplicates("ip").set_index("ip")["starts"])
        ended = acks["ip"].astype(object).map(blocks.drop_duplicates("ip").set_index("ip")["ends"])
        older = (read < before) & case.in_state(server, stamps(acks["time"]), FailoverState.NORMAL)
        older &= ~(ended >= before) | (read + _REUSED * (ended - read) < before)
        gone |= older & (int(older.sum()) >= _UNKNOWN)
    missing = acks[gone]
    return missing[missing["ip"].astype(object).map(dynamic)] if len(missing) else none


def _read_at(case: Case, server: str, start: pd.Timestamp) -> bool:
    """Whether the file still begins with what the server read at this start: it was not rewritten since."""
    wrote = case.notices("wrote-leases", server=server)["time"]
    return bool(len(wrote)) and bool(wrote.iloc[-1] <= start + timedelta(seconds=60))


def dynamic_range(case: Case, server: str) -> Callable[[str], bool]:
    """Tells whether an address lies in a range of the server's configuration."""
    conf = case.pair.server(server).conf
    ranges = [(one.low, one.high) for pool in (conf.pools if conf else ()) for one in pool.ranges]

    def dynamic(ip: str) -> bool:
        try:
            address = IPv4Address(ip)
        except ValueError:
            return False
        return any(low <= address <= high for low, high in ranges)

    return dynamic
