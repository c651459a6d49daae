"""What a server does with a client's packet (dhcpd's dhcp.c): DISCOVER, REQUEST, RELEASE, DECLINE, INFORM."""

from typing import TYPE_CHECKING

from dhcplens.engine import allocate
from dhcplens.engine.events import Log, Packet, Reply
from dhcplens.engine.leases import ACTIVE, BACKUP, ENDED, FREE, RESET, Lease, dotted
from dhcplens.engine.offer import acknowledge, printable
from dhcplens.engine.relationship import Relationship
from dhcplens.engine.service import Service
from dhcplens.model.loadbalance import client_hash
from dhcplens.model.states import MessageType

_COOPERATING = Service.COOPERATING
Head = dict[str, str | None]
"""Fields of the line that logs a client's packet."""

if TYPE_CHECKING:
    from dhcplens.engine.server import Server


def balanced_here(packet: Packet, rel: Relationship) -> bool:
    """Whether load balancing gives the client to this server (RFC 3074; dhcpd's load_balance_mine)."""
    server = rel.server
    most = rel.conf.load_balance_max_seconds
    secs = packet.secs
    if secs > 255 and not secs & 0xFF and server.conf.check_secs_byte_order:
        secs >>= 8
    if most < secs or (most == 0 and server.dialect.zero_disables_balancing):
        return True
    return rel.share is not None and rel.share[client_hash(packet.uid or packet.hardware[1:])]


def discover(server: "Server", packet: Packet) -> None:
    """A client looks for an address."""
    network = server.network_of(packet)
    head: Head = {"mac": packet.client, "hostname": None, "via": packet.via}
    if network is None:
        server.log("discover", **head, note="unknown-network-segment")
        return
    lease, _ = allocate.find(server, packet, network)
    held = False
    if lease is not None:
        if lease.hostname:
            head["hostname"] = printable(lease.hostname)
        if not _may_offer(lease, packet):
            lease = None
    if lease is None:
        lease, held = allocate.allocate(server, network)
        if lease is None:
            if held or allocate.peer_counts(server, network):
                server.log("discover", **head, note="peer-holds-all-free-leases")
            else:
                server.log("discover", **head, note="no-free-leases", detail=network)
            return
        if lease.pool.relationship is not None and not server.dialect.timed_balance:
            server.check_pool(lease.pool)
    rel = lease.pool.relationship
    if rel is not None:
        if not rel.answers:
            server.log("discover", **head, note="not-responding", detail=rel.reason)
            return
        if rel.service is _COOPERATING and not _takes(server, packet, lease, rel, held, head):
            return
    acknowledge(server, packet, lease, "discover", head, offer=True)


def _may_offer(lease: Lease, packet: Packet) -> bool:
    rel = lease.pool.relationship
    if rel is None or allocate.mine(lease):
        return True
    if rel.server.dialect.rewind:
        return allocate.of_client(lease)
    return lease.state is ACTIVE and (rel.service is not _COOPERATING or balanced_here(packet, rel))


def _takes(server: "Server", packet: Packet, lease: Lease, rel: Relationship, held: bool, head: Head) -> bool:
    """Whether this server answers a client although load balancing may give it to the peer.

    ``held``: the peer was seen to hold a free address.
    """
    if balanced_here(packet, rel):
        return True
    if not server.dialect.starving_cancels:
        if not allocate.mine(lease):
            return True
    elif not held and not allocate.peer_counts(server, lease.pool.network):
        server.log("discover", **head, note="load-balance-cancelled", detail=rel.name)
        return True
    head["note"], head["detail"] = "load-balanced-to-peer", rel.name
    server.out.append(Log("discover", head))
    return False


def request(server: "Server", packet: Packet) -> None:
    """A client wants the address that was offered, that it has, or that it had."""
    wanted = packet.requested or packet.ciaddr
    address = dotted(wanted)
    network = server.network_with(wanted)
    lease, ours = None, False
    if network is not None:
        lease, ours = allocate.find(server, packet, network)
    head: Head = {
        "ip": address,
        "server_id": dotted(packet.server_id) if packet.server_id else None,
        "mac": packet.client,
        "hostname": printable(lease.hostname) if lease is not None and lease.hostname else None,
        "via": packet.via,
    }
    if lease is not None and lease.pool.relationship is not None:
        note = _unfit(server, packet, lease, lease.pool.relationship)
        if note is not None:
            head["note"], head["detail"] = note
            server.out.append(Log("request", head))
            if note[0] == "lease-reset":
                refuse(server, packet, wanted)
            return
    if not _right_network(server, packet, wanted, network, head):
        return
    if lease is not None:
        acknowledge(server, packet, lease, "request", head, offer=False)
    elif ours:
        server.log("request", **head, note="lease-unavailable", detail=address)
        refuse(server, packet, wanted)
    else:
        server.log("request", **head, note="unknown-lease", detail=address)


def _unfit(
    server: "Server", packet: Packet, lease: Lease, rel: Relationship
) -> tuple[str, str | None] | None:
    """Why failover forbids to give the lease, as note and detail; None if it does not."""
    if not rel.answers:
        return "not-responding", rel.reason
    state = lease.state
    if state is FREE or state is BACKUP:
        balances = server.dialect.balances_requests and rel.service is _COOPERATING
        if balances and not packet.ciaddr and not balanced_here(packet, rel):
            return "load-balanced-to-peer", rel.name
        if not allocate.mine(lease):
            return "lease-owned-by-peer", None
    elif state is RESET:
        if not allocate.mine(lease):
            return "lease-reset", None
    elif state in ENDED and not allocate.of_client(lease):
        return "lease-in-transition", state.value
    if server.conf.server_id_check and packet.server_id and packet.server_id != server.address:
        return "not-our-server-id", None
    return None


def _right_network(server: "Server", packet: Packet, wanted: int, network: str | None, head: Head) -> bool:
    """Whether the address fits where the client is; says and refuses if not."""
    here = server.network_of(packet)
    if here is not None:
        if network == here:
            return True
        if packet.ciaddr and not packet.giaddr:
            return True  # unicast
        if not packet.requested and not packet.ciaddr:
            return True
    if here is None and network is None:
        server.log("request", **head, note="unknown-subnet")
    elif server.conf.authoritative:
        server.log("request", **head, note="wrong-network")
        refuse(server, packet, wanted)
    else:
        server.log("request", **head, note="not-authoritative")
    return False


def refuse(server: "Server", packet: Packet, ip: int) -> None:
    """DHCPNAK."""
    server.log("nak", ip=dotted(ip), mac=packet.client, hostname=None, via=packet.via)
    server.out.append(Reply(MessageType.NAK, 0, 0, server.address, packet))


def release(server: "Server", packet: Packet) -> None:
    """A client gives its address back."""
    if packet.requested:
        server.log("release-with-requested-address", mac=packet.client)
    held = server.database.by_uid.leases(packet.uid)
    lease = next((one for one in held if one.ip == packet.ciaddr), None)
    lease = lease or server.database.by_ip.get(packet.ciaddr)
    if lease is not None and lease.hardware != packet.hardware:
        lease = None
    if lease is not None and _ignored(lease):
        return
    hostname = printable(lease.hostname) if lease is not None else None
    if lease is not None and lease.ends > server.now:
        server.release(lease)
    server.log(
        "release",
        ip=dotted(packet.ciaddr),
        mac=packet.client,
        hostname=hostname,
        via=packet.via,
        note="found" if lease is not None else "not-found",
    )


def decline(server: "Server", packet: Packet) -> None:
    """A client says that the address is in use by somebody else."""
    if not packet.requested:
        return
    lease = server.database.by_ip.get(packet.requested)
    if lease is not None and _ignored(lease):
        return
    hostname = printable(lease.hostname) if lease is not None else None
    if lease is not None:
        server.abandon(lease, "declined.")
    server.log(
        "decline",
        ip=dotted(packet.requested),
        mac=packet.client,
        hostname=hostname,
        via=packet.via,
        note="abandoned" if lease is not None else "not-found",
    )


def _ignored(lease: Lease) -> bool:
    """Whether failover forbids to listen to the lease's client; says so."""
    rel = lease.pool.relationship
    if rel is None or rel.answers:
        return False
    rel.log("failover-ignored", reason=rel.reason)
    return True


def inform(server: "Server", packet: Packet) -> None:
    """A client that has an address asks for options; failover does not matter."""
    ip = dotted(packet.ciaddr)
    network = server.network_with(packet.ciaddr)
    if network is None:
        server.log("inform", ip=ip, via=packet.via, note="unknown-subnet", detail=f"client address {ip}")
        return
    if not server.conf.authoritative:
        server.log(
            "inform", ip=ip, via=packet.via, note="not-authoritative", detail=server.subnet_of(packet.ciaddr)
        )
        return
    server.log("inform", ip=ip, via=packet.via)
    server.log("inform-ack", ip=ip, mac=packet.client, via=packet.via)
    server.out.append(Reply(MessageType.ACK, 0, 0, server.address, packet))


def answer(server: "Server", packet: Packet) -> None:
    """Do what a client's packet asks for; a type that no client sends is passed over."""
    if (handle := _HANDLERS.get(packet.type)) is not None:
        handle(server, packet)


_HANDLERS = {
    MessageType.DISCOVER: discover,
    MessageType.REQUEST: request,
    MessageType.RELEASE: release,
    MessageType.DECLINE: decline,
    MessageType.INFORM: inform,
}
