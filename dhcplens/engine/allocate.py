"""Which lease a client gets: its own one, or the one unused for longest (dhcpd's dhcp.c and failover.c)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dhcplens.engine.events import Packet
from dhcplens.engine.leases import ABANDONED, ACTIVE, BACKUP, EXPIRED, FREE, RELEASED, Lease
from dhcplens.engine.pool import MINE, Pool
from dhcplens.engine.relationship import Relationship
from dhcplens.engine.service import Service
from dhcplens.model.states import MessageType, Role

if TYPE_CHECKING:
    from dhcplens.engine.server import Server

_FREED = (FREE, BACKUP)
_PRIMARY, _SECONDARY = Role
_REQUEST = MessageType.REQUEST


class Found(NamedTuple):
    """The lease that fits a packet, and whether the address it asks for is this server's to refuse."""

    lease: Lease | None
    ours: bool


_NOTHING = Found(None, False)


def waited(lease: Lease, rel: Relationship) -> bool:
    """Whether in partner-down the peer can no longer have given this free lease to anybody."""
    if rel.service is not Service.PARTNER_DOWN:
        return False
    return max(lease.tsfp, rel.stos) + rel.mclt < rel.server.now


def mine(lease: Lease) -> bool:
    """Whether this server may give the lease to a new client."""
    rel, state = lease.pool.relationship, lease.state
    if rel is None:
        return state in _FREED
    if state is ACTIVE:
        return False
    rewinds = rel.server.dialect.rewind
    if state is FREE or (state is ABANDONED and rewinds):
        return rel.role is _PRIMARY or waited(lease, rel)
    if state is BACKUP:
        return rel.role is _SECONDARY or waited(lease, rel)
    if not rewinds:
        return waited(lease, rel)
    if state in (EXPIRED, RELEASED) and lease.rewind is MINE[rel.role]:
        return True
    return rel.service is Service.PARTNER_DOWN and lease.tsfp < rel.server.now


def of_client(lease: Lease) -> bool:
    """Whether a lease that is known to be this client's can be given to it."""
    return lease.state is ACTIVE or lease.rewind is ACTIVE or mine(lease)


def find(server: "Server", packet: Packet, network: str) -> Found:
    """The lease that the client has, had or asks for on this network (dhcpd's find_lease)."""
    database = server.database
    request = packet.type is _REQUEST
    uid_lease = hw_lease = None
    if packet.uid and (chain := database.by_uid.get(packet.uid)):
        uid_lease = _by_uid(chain, network)
    if chain := database.by_hardware.get(packet.hardware):
        hw_lease = _by_hardware(chain, packet, network)
    ip_lease = database.by_ip.get(packet.ciaddr or packet.requested)
    if ip_lease is None and uid_lease is None and hw_lease is None:
        return _NOTHING
    ours = ip_lease is not None
    if ip_lease is not None and ip_lease.pool.network != network:
        ip_lease = None
    if ip_lease is not None and not _is_client(ip_lease, packet) and ip_lease.state not in _FREED:
        ours = ip_lease.state is ACTIVE
        ip_lease = None
    if (
        ip_lease is not None
        and not request
        and (uid_lease is not None or hw_lease is not None)
        and not of_client(ip_lease)
    ):
        ip_lease = None
    if ip_lease is not None and ip_lease.state is ACTIVE and ip_lease.uid and ip_lease is not uid_lease:
        if uid_lease is not None and packet.uid == ip_lease.uid:
            if uid_lease.state is ACTIVE:
                server.log("duplicate-leases", mac=packet.client, network=network)
                if request and not packet.ciaddr:
                    server.release(uid_lease)
            uid_lease = ip_lease
        if ip_lease is not uid_lease:
            ip_lease = None
    if request and ip_lease is None:
        return Found(None, ours)
    lease = _choose(server, packet, network, (ip_lease, uid_lease, hw_lease))
    if lease is not None and lease.state is ABANDONED:
        if lease is not ip_lease or not request:
            return Found(None, True)
        server.log("reclaiming-requested", ip=lease.address)
    return Found(lease, ours)


def _choose(
    server: "Server", packet: Packet, network: str, found: tuple[Lease | None, Lease | None, Lease | None]
) -> Lease | None:
    """The lease by address, else by client identifier, else by hardware address."""
    ip_lease, uid_lease, hw_lease = found
    if hw_lease is uid_lease or hw_lease is ip_lease:
        hw_lease = None
    if uid_lease is ip_lease:
        uid_lease = None
    if ip_lease is not None:
        if uid_lease is not None:
            server.log("duplicate-uid", ip=uid_lease.address, mac=packet.client, network=network)
            if not packet.ciaddr and packet.type is _REQUEST and uid_lease.state is ACTIVE:
                server.release(uid_lease)
        return ip_lease
    if uid_lease is not None:
        return uid_lease
    if hw_lease is not None and (not hw_lease.uid or hw_lease.uid == packet.uid):
        return hw_lease
    return None


def _is_client(lease: Lease, packet: Packet) -> bool:
    return lease.uid == packet.uid if lease.uid else lease.hardware == packet.hardware


def _by_uid(chain: Sequence[Lease], network: str) -> Lease | None:
    for lease in chain:
        if of_client(lease) and lease.pool.network == network:
            return lease
    return None


def _by_hardware(chain: Sequence[Lease], packet: Packet, network: str) -> Lease | None:
    for lease in chain:
        if not of_client(lease) or lease.pool.network != network:
            continue
        if lease.state not in _FREED and lease.uid and lease.uid != packet.uid:
            continue
        return lease
    return None


def peer_counts(server: "Server", network: str) -> bool:
    """Whether by the counters the peer of some pool of the network has free addresses."""
    for pool in server.pools_of(network):
        rel = pool.relationship
        if rel is not None and (pool.backup_count if rel.role is _PRIMARY else pool.free_count):
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
        return pool.free.head() or pool.abandoned.head(), False
    own, other = (pool.free, pool.backup) if rel.role is _PRIMARY else (pool.backup, pool.free)
    candidate, peers = own.head(), other.head()
    peer_has = False
    if peers is not None:
        older = candidate is None or candidate.ends > peers.ends
        if older and rel.server.dialect.rewind and mine(peers):
            candidate = peers
        else:
            peer_has = True
    if candidate is None:
        last_resort = pool.abandoned.head()
        if last_resort is not None and (
            mine(last_resort) if rel.server.dialect.rewind else rel.role is _PRIMARY
        ):
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
