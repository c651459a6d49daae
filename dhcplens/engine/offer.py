"""Giving a lease: OFFER, with its ping, and ACK, with word to the peer (dhcpd's ack_lease)."""

from typing import TYPE_CHECKING

from dhcplens.engine import times, updates
from dhcplens.engine.events import SECOND, Log, Packet, Ping, Reply
from dhcplens.engine.leases import ABANDONED, ACTIVE, Lease
from dhcplens.model.states import MessageType

if TYPE_CHECKING:
    from dhcplens.engine.server import Server

OFFER_SECONDS = 120
"""How long an offered address is kept from others."""

PING_SECONDS = 1
_LONGEST_NAME = 64
_OFFER, _ACK = MessageType.OFFER, MessageType.ACK
RECENT = 60
"""No ping for a client that was heard of within these seconds."""


def printable(hostname: str) -> str | None:
    """A client's host name as dhcpd logs it; None for no name."""
    if not hostname:
        return None
    unfit = len(hostname) > _LONGEST_NAME or not hostname.isascii() or not hostname.isprintable()
    if unfit or '"' in hostname or "\\" in hostname:
        return "Hostname Unsuitable for Printing"
    return hostname


def acknowledge(
    server: "Server",
    packet: Packet,
    lease: Lease,
    line: str,
    head: dict[str, str | None],
    *,
    offer: bool,
) -> None:
    """Offer a lease or confirm it; ``line`` and ``head`` are the log line of the client's packet."""
    if lease.answering:
        return
    now, pool, before = server.now, lease.pool, lease.cltt
    rel = pool.relationship
    wanted = times.desired(pool.times, packet.lease_time)
    seconds, tstp, tsfp = times.grant(lease, rel, wanted, now, acked=not offer)
    same_client = lease.uid == packet.uid and lease.hardware == packet.hardware
    reused = same_client and lease.state is ACTIVE and _may_reuse(server, packet, lease)
    lease.cannot_reuse = offer and not reused
    if reused:
        expiry = lease.ends
    else:
        expiry = times.end(now, seconds)
        lease.tstp, lease.tsfp = tstp, tsfp
        _install(server, packet, lease, max(now + OFFER_SECONDS, lease.ends) if offer else expiry, offer)
    server.out.append(Log(line, head))
    reply = Reply(_OFFER if offer else _ACK, lease.ip, expiry - now, server.address, packet)
    if offer and server.conf.ping_check and _ping_needed(server, lease, same_client, before):
        lease.answering = True
        server.pings[lease.ip] = (lease, reply)
        server.out.append(Ping(lease.ip))
        server.timer_at(("ping", lease.ip), server.micros + PING_SECONDS * SECOND)
        return
    lease.cltt = now
    if not offer and not reused and server.dialect.delayed_ack:
        server.write(lease.record())
        server.commit()
        if rel is not None:
            updates.send_updates(rel)
    respond(server, lease, reply)


def _install(server: "Server", packet: Packet, lease: Lease, ends: int, offer: bool) -> None:
    """Enter the client into the lease; an OFFER changes it in memory only."""
    database, state = server.database, lease.state if offer else ACTIVE
    lease.starts = lease.cltt = server.now
    database.identify(lease, packet.hardware, packet.uid, state)
    lease.hostname = packet.hostname
    lease.ends = ends
    lease.next = state
    if offer:
        database.move(lease)
    elif server.dialect.delayed_ack:
        database.move(lease, propagate=True)
    else:
        database.move(lease, commit=True, propagate=True, immediate=True)


def _may_reuse(server: "Server", packet: Packet, lease: Lease) -> bool:
    """Whether the lease is young enough to be given again as it stands (dhcp-cache-threshold)."""
    threshold = server.conf.cache_threshold
    if lease.cannot_reuse or threshold <= 0 or not server.dialect.cache_threshold:
        return False
    if packet.hostname and packet.hostname != lease.hostname:
        return False
    age = server.now - lease.starts
    reused = age <= (lease.ends - lease.starts) * threshold // 100
    if reused:
        server.log("reuse-lease", age=age, threshold=threshold, ip=lease.address)
    return reused


def _ping_needed(server: "Server", lease: Lease, same_client: bool, before: int) -> bool:
    """Whether the address is pinged before it is offered; ``before`` is when its client was last heard of."""
    recent = server.now - before < RECENT
    if not server.dialect.recent_ping_skips:
        return not recent
    if lease.state is ACTIVE:
        return False
    return not (same_client and before and lease.state is not ABANDONED and recent)


def pinged(server: "Server", ip: int) -> None:
    """Nobody answered the ping: the offer goes out."""
    if (waiting := server.pings.pop(ip, None)) is not None:
        lease, reply = waiting
        lease.answering = False
        respond(server, lease, reply)


def ping_answered(server: "Server", ip: int) -> None:
    """Somebody has the address already."""
    if (waiting := server.pings.pop(ip, None)) is not None:
        lease = waiting[0]
        lease.answering = False
        server.timer_at(("ping", ip), None)
        if lease.ends > server.now:  # that is what the offer has made it
            server.log("icmp-echo-reply-while-lease-valid-2", address=lease.address)
        server.abandon(lease, "pinged before offer")


def respond(server: "Server", lease: Lease, reply: Reply) -> None:
    """Send the answer and log it."""
    packet = reply.packet
    fields = {
        "ip": lease.address,
        "mac": packet.client,
        "hostname": printable(lease.hostname) if lease.hostname else None,
        "via": packet.via,
    }
    server.out += (Log("offer" if reply.type is _OFFER else "ack", fields), reply)
