"""Which lease a client gets: its own one, or the one unused for longest (dhcpd's dhcp.c and failover.c)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dhcplens.engine.events import Packet
from dhcplens.engine.leases import ABANDONED, ACTIVE, BACKUP, ENDED, FREE, FREED, Lease
from dhcplens.engine.pool import MINE, Pool
from dhcplens.engine.relationship import Relationship
from dhcplens.engine.service import Service
from dhcplens.model.states import MessageType

if TYPE_CHECKING:
    from dhcplens.engine.server import Server

_REQUEST = MessageType.REQUEST

Found = tuple[Lease | None, bool]
"""The lease that fits a packet, and whether the address it asks for is this server's to refuse."""


def waited(lease: Lease, rel: Relationship) -> bool:
    """Whether in partner-down the peer can no longer have given this free lease to anybody."""
    if rel.service is not Service.PARTNER_DOWN:
        return False
    return max(lease.tsfp, rel.stos) + rel.mclt < rel.server.now


def mine(lease: Lease) -> bool:
    """Whether this server may give the lease to a new client."""
    rel, state = lease.pool.relationship, lease.state
    if rel is None:
        return state is FREE or state is BACKUP
    if state is FREE:
        return rel.primary or waited(lease, rel)
    if state is BACKUP:
        return not rel.primary or waited(lease, rel)
    if state is ACTIVE:
        return False
    rewinds = rel.server.dialect.rewind
    if state is ABANDONED and rewinds:
        return rel.primary or waited(lease, rel)
    if not rewinds:
        return waited(lease, rel)
    if state in ENDED and lease.rewind is MINE[rel.role]:
        return True
    return rel.service is Service.PARTNER_DOWN and lease.tsfp < rel.server.now


def of_client(lease: Lease) -> bool:
    """Whether a lease that is known to be this client's can be given to it."""
    return lease.state is ACTIVE or lease.rewind is ACTIVE or mine(lease)


def find(server: "Server", packet: Packet, network: str) -> Found:
    """The lease that the client has, had or asks for on this network (dhcpd's find_lease)."""
    database = server.database
    held = database.by_uid.leases(packet.uid)
    uid_lease = _fitting(held, network) if held else None
    ip_lease = database.by_ip.get(packet.ciaddr or packet.requested)
    if ip_lease is None:
        lease, ours = None, False
    elif ip_lease is uid_lease:
        lease, ours = ip_lease, True
    else:
        lease, ours = _by_address(server, packet, network, ip_lease, uid_lease)
    if lease is None and packet.type is not _REQUEST:
        lease = uid_lease or _of_hardware(server, packet, network)
    if lease is not None and lease.state is ABANDONED:
        if lease is not ip_lease or packet.type is not _REQUEST:
            return None, True
        server.log("reclaiming-requested", ip=lease.address)
    return lease, ours


def _by_address(
    server: "Server", packet: Packet, network: str, lease: Lease, uid_lease: Lease | None
) -> Found:
    """The lease of the address that is asked for, if the client can have it."""
    if lease.pool.network != network:
        return None, True
    if lease.state not in FREED and not _is_client(lease, packet):
        return None, lease.state is ACTIVE
    request = packet.type is _REQUEST
    known = uid_lease is not None or (not request and _by_hardware(server, packet, network) is not None)
    if not request and known and not of_client(lease):
        return None, True
    if lease.state is ACTIVE and lease.uid:
        if uid_lease is None or packet.uid != lease.uid:
            return None, True
        if uid_lease.state is ACTIVE:
            server.log("duplicate-leases", mac=packet.client, network=network)
    elif uid_lease is not None:
        server.log("duplicate-uid", ip=uid_lease.address, mac=packet.client, network=network)
    if request and uid_lease is not None and uid_lease.state is ACTIVE and not packet.ciaddr:
        server.release(uid_lease)
    return lease, True


def _of_hardware(server: "Server", packet: Packet, network: str) -> Lease | None:
    """The lease that was last the hardware's, unless another client identifier had it."""
    lease = _by_hardware(server, packet, network)
    return lease if lease is not None and (not lease.uid or lease.uid == packet.uid) else None


def _is_client(lease: Lease, packet: Packet) -> bool:
    return lease.uid == packet.uid if lease.uid else lease.hardware == packet.hardware


def _fitting(held: Sequence[Lease], network: str) -> Lease | None:
    """The first of a client's leases on the network that can be given to it."""
    for lease in held:
        if of_client(lease) and lease.pool.network == network:
            return lease
    return None


def _by_hardware(server: "Server", packet: Packet, network: str) -> Lease | None:
    for lease in server.database.by_hardware.leases(packet.hardware):
        if not of_client(lease) or lease.pool.network != network:
            continue
        if lease.state not in FREED and lease.uid and lease.uid != packet.uid:
            continue
        return lease
    return None


def peer_counts(server: "Server", network: str) -> bool:
    """Whether by the counters the peer of some pool of the network has free addresses."""
    for pool in server.pools_of(network):
        rel = pool.relationship
        if rel is not None and (pool.backup_count if rel.primary else pool.free_count):
            return True
    return False


def allocate(server: "Server", network: str) -> tuple[Lease | None, bool]:
    """The lease for a new client, and whether a peer was seen to hold free ones (dhcpd's allocate_lease)."""
    best: Lease | None = None
    peer_has = False
    for pool in server.pools_of(network):
        candidate, held = _candidate(pool)
        peer_has = peer_has or held
        if candidate is None:
            continue
        if candidate.state is not ABANDONED and candidate.ends > server.now:
            continue
        if best is None or _better(candidate, best):
            best = candidate
    if best is not None and best.state is ABANDONED:
        server.log("reclaiming-abandoned", ip=best.address)
    return best, peer_has


def _candidate(pool: Pool) -> tuple[Lease | None, bool]:
    """The first lease of a pool that may be given, and whether the peer holds one."""
    rel = pool.relationship
    if rel is None:
        return pool.free.first or pool.abandoned.first, False
    candidate, peers = pool.own.first, pool.partners.first
    peer_has = False
    if peers is not None:
        older = candidate is None or candidate.ends > peers.ends
        if older and rel.server.dialect.rewind and mine(peers):
            candidate = peers
        else:
            peer_has = True
    if candidate is None:
        last_resort = pool.abandoned.first
        if last_resort is not None and (mine(last_resort) if rel.server.dialect.rewind else rel.primary):
            candidate = last_resort
    return candidate, peer_has


def _better(new: Lease, best: Lease) -> bool:
    """Whether the lease of a later pool is preferred: free ones, then unused ones, then older ones."""
    if best.state is ABANDONED:
        return new.state is not ABANDONED or new.ends < best.ends
    if new.state is ABANDONED:
        return False
    used, new_used = bool(best.uid or best.hardware), bool(new.uid or new.hardware)
    if used:
        return not new_used or new.ends < best.ends
    return not new_used and new.ends < best.ends
