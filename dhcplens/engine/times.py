"""How long a lease may be: what the client wants, and what the peer has agreed to (MCLT)."""

from dhcplens.engine.leases import NEVER, Lease
from dhcplens.engine.relationship import Relationship
from dhcplens.engine.states import PARTNER_DOWN
from dhcplens.model.conf import INFINITE, LeaseTimes

Grant = tuple[int, int, int]
"""Seconds given to the client, and the times of the binding to remember with it: tstp, tsfp."""


def desired(times: LeaseTimes, asked: int) -> int:
    """Seconds that the configuration gives to a client which asks for ``asked`` (0: it does not say)."""
    wanted = asked or times.default
    if wanted > times.max:
        wanted = times.max
    shortest = times.min
    if wanted < shortest:
        wanted = shortest or times.default
    return wanted


def grant(lease: Lease, rel: Relationship | None, wanted: int, now: int, *, acked: bool) -> Grant:
    """What a client gets of the time it may have; ``acked``: in an ACK, not in an OFFER."""
    if rel is None:
        return wanted, 0, 0
    if not rel.server.dialect.exact_acks:
        return _grant_3_0(lease, rel, wanted, now)
    mclt, tsfp = rel.mclt, lease.tsfp
    seconds = wanted
    if wanted > mclt:
        if tsfp <= now:
            seconds = mclt
        elif now + wanted > tsfp + mclt:
            seconds = tsfp - now + mclt
    if not acked:
        return seconds, lease.tstp, tsfp
    tstp = NEVER if wanted == INFINITE else end(now, wanted + seconds // 2)
    return seconds, tstp, tsfp if tsfp < tstp else tstp


def _grant_3_0(lease: Lease, rel: Relationship, wanted: int, now: int) -> Grant:
    """3.0.1 to 3.0.3: the same for OFFER and ACK; tstp is 0 where an update is thought to be queued."""
    mclt, tsfp = rel.mclt, lease.tsfp
    if wanted > mclt and now + wanted > tsfp:
        larger = rel.me is not PARTNER_DOWN and now + wanted > lease.tstp
        tstp = now + wanted + mclt // 2 if larger else 0
        return (mclt if tsfp < now else tsfp - now + mclt, tstp, tsfp)
    slack = mclt // 2 if now + wanted > tsfp and wanted > mclt // 2 else wanted // 2
    return wanted, now + wanted + slack, tsfp


def end(now: int, seconds: int) -> int:
    """When a lease of that many seconds ends."""
    ends = now + seconds
    if ends < NEVER:
        return ends
    return NEVER if seconds == INFINITE else NEVER - 1
