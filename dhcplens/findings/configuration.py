"""FO5: what stands in the configurations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from dhcplens.findings.case import Case
from dhcplens.findings.limits import NoLimits
from dhcplens.findings.registry import Draft, Row, rule
from dhcplens.findings.rows import rows
from dhcplens.findings.words import listed, number
from dhcplens.model.conf import DhcpdConf, Pool
from dhcplens.model.states import Severity
from dhcplens.pair import Server

_UNREFERENCED = ("no-referring-pools", "failover-check-failed")
FOREIGN = ("unknown IP address", "different failover relationship", "not part of any")


@rule("FO501", "failover-not-configured", Severity.CRITICAL)
def failover_not_configured(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """A declaration without pools, pools without a declaration, or no failover at all between two servers."""
    for server in case.pair.servers:
        told = case.notices(*_UNREFERENCED, server=server.name)
        parsed = case.notices("parse-problem", server=server.name)
        if not len(told) and len(parsed):
            told = parsed[parsed["args"].astype(str).str.contains("failover peer", regex=False)]
        found = unconfigured(server)
        if not len(told) and found is None:
            continue
        why, proof = found or ("dhcpd says that its failover declaration is not used by any pool", ())
        yield Draft(
            title=f"failover is not set up on {server.name}: {why}",
            start=told["time"].iloc[0] if len(told) else case.first_line(server.name),
            end=None,
            servers=(server.name,),
            rows=rows(told) + proof,
            figures={
                "server": server.name,
                "reason": why,
                "relationship": case.pair.relationship or "<name>",
            },
        )


def unconfigured(server: Server) -> tuple[str, tuple[Row, ...]] | None:
    """What is missing in one file between declarations and pools, with the lines.

    Where an included file was not collected, that may be what it holds.
    """
    conf = server.conf
    if conf is None or any(getattr(one, "cause", "") == "include-missing" for one in server.conf_problems):
        return None
    declared = {peer.name: peer.line for peer in conf.peers}
    used = {pool.relationship: pool.line for pool in conf.pools if pool.relationship}
    for name, line in declared.items():
        if name not in used:
            return f"no pool refers to the failover peer {name!r}", _at(conf, line)
    for name, line in used.items():
        if name not in declared:
            return f"a pool refers to the failover peer {name!r}, which is not declared", _at(conf, line)
    return None


def _at(conf: DhcpdConf, *lines: int) -> tuple[Row, ...]:
    return tuple(Row(0.0, conf.source, max(1, line)) for line in lines)


@dataclass(frozen=True, slots=True)
class _Difference:
    what: str
    rows: tuple[Row, ...]


@rule("FO502", "configuration-mismatch", Severity.WARNING)
def configuration_mismatch(case: Case, limits: NoLimits) -> Iterator[Draft]:
    """What must be equal in both files, or cross, is not."""
    confs = [server.conf for server in case.pair.servers if server.conf]
    differences = _differences(case, confs[0], confs[1]) if len(confs) == 2 else []
    foreign = case.rejected
    if len(foreign):
        foreign = foreign[foreign["reason"].astype(str).str.contains("|".join(FOREIGN), regex=True)]
    if not differences and not len(foreign):
        return
    example = listed([one.what for one in differences], 2) or (
        f"{foreign['ip'].nunique()} addresses of {foreign['server'].iloc[0]} are unknown to its partner"
    )
    starts = [when for name in case.names if (when := case.first_line(name)) is not None]
    yield Draft(
        title=f"the configurations do not fit each other: {example}",
        start=foreign["time"].iloc[0] if len(foreign) and not differences else min(starts, default=None),
        end=None,
        servers=case.names,
        rows=tuple(row for one in differences for row in one.rows) + rows(foreign, 8),
        figures={"example": example},
    )


def _differences(case: Case, one: DhcpdConf, other: DhcpdConf) -> list[_Difference]:
    """What differs between two configurations of one pair."""
    shared = [peer.name for peer in one.peers if any(peer.name == theirs.name for theirs in other.peers)]
    found: list[_Difference] = []
    for name in shared:
        found += _peer_differences(one, other, name)
        found += _pool_differences(case, one, other, name)
    return found


def _peer_differences(one: DhcpdConf, other: DhcpdConf, name: str) -> Iterator[_Difference]:
    mine = next(peer for peer in one.peers if peer.name == name)
    theirs = next(peer for peer in other.peers if peer.name == name)
    rows = (*_at(one, mine.line), *_at(other, theirs.line))
    for left, right in ((mine, theirs), (theirs, mine)):
        if left.peer_port != right.port:
            yield _Difference(f"peer port {left.peer_port} of one, port {right.port} of the other", rows)
            return


def _pool_differences(case: Case, one: DhcpdConf, other: DhcpdConf, name: str) -> Iterator[_Difference]:
    mine, theirs = ([pool for pool in conf.pools if pool.relationship == name] for conf in (one, other))
    if not mine or not theirs:
        return  # failover-not-configured
    spans = [_spans(pools) for pools in (mine, theirs)]
    for conf, pools, extra, owner in (
        (one, mine, _without(spans[0], spans[1]), 0),
        (other, theirs, _without(spans[1], spans[0]), 1),
    ):
        if extra:
            lines = [pool.line for pool in pools if _without(_spans([pool]), _without(_spans([pool]), extra))]
            size = sum(high - low + 1 for low, high in extra)
            first, last = IPv4Address(extra[0][0]), IPv4Address(extra[-1][1])
            yield _Difference(
                f"{number(size, 'address')} from {first} to {last} are only in {case.names[owner]}'s ranges",
                _at(conf, *lines),
            )
    if spans[0] == spans[1] and {pool.lease_times for pool in mine} != {pool.lease_times for pool in theirs}:
        lines_of_both = (*_at(one, mine[0].line), *_at(other, theirs[0].line))
        yield _Difference("the lease times of the pools differ", lines_of_both)


Spans = list[tuple[int, int]]


def _spans(pools: Sequence[Pool]) -> Spans:
    """The addresses of some pools as sorted ranges that do not touch."""
    found: Spans = []
    for low, high in sorted((int(part.low), int(part.high)) for pool in pools for part in pool.ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _without(spans: Spans, others: Spans) -> Spans:
    """Those addresses of the first ranges that are not in the others."""
    left: Spans = []
    for low, high in spans:
        for other_low, other_high in others:
            if other_low > high or other_high < low:
                continue
            if other_low > low:
                left.append((low, other_low - 1))
            low = other_high + 1
        if low <= high:
            left.append((low, high))
    return left
