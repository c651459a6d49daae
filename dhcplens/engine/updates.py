"""Binding updates between the servers: queues, sending, taking, acknowledging (dhcpd's failover.c)."""

from operator import attrgetter
from typing import TYPE_CHECKING

from dhcplens.engine import accept, balance, release3
from dhcplens.engine.leases import (
    ABANDONED,
    ACTIVE,
    BACKUP,
    EXPIRED,
    FREE,
    FREED,
    IDLE,
    OVER,
    RELEASED,
    RESET,
    SENT,
    TO_SEND,
    Lease,
)
from dhcplens.engine.messages import (
    FATAL_CONFLICT,
    ILLEGAL_IP,
    LESS_CRITICAL,
    MISC_REJECT,
    MISSING_BINDING,
    REASONS,
    BindAck,
    BindUpdate,
    UpdateDone,
    UpdateRequest,
)
from dhcplens.engine.states import NORMAL

if TYPE_CHECKING:
    from dhcplens.engine.relationship import Relationship

ACK_SECONDS = 2
"""Acks wait this long for company; commits of acknowledged bindings too."""

_TOLD = attrgetter("xid", "ip", "desired", "uid", "hardware", "starts", "ends", "tstp", "cltt")
_KEEPS_UID = (RESET, *FREED)


def queue(rel: "Relationship", lease: Lease, *, immediate: bool) -> None:
    """Have the peer told about a lease; an update of it that is under way counts no more."""
    if lease.pending == TO_SEND:
        return
    if lease.pending == SENT:
        rel.forget_sent(lease)
    rel.to_send[lease] = None
    lease.pending = TO_SEND
    if immediate:
        send_updates(rel)


def send_updates(rel: "Relationship") -> None:
    """Send queued updates as far as the peer lets us have unacknowledged ones."""
    if rel.link is None:
        return
    if rel.to_ack:
        send_acks(rel)
    to_send = rel.to_send
    while to_send and rel.unacked < rel.peer_unacked:
        lease = next(iter(to_send))
        if not _send_update(rel, lease):
            return
        to_send.pop(lease, None)
        rel.sent[lease] = None
        lease.pending = SENT
        rel.unacked += 1


def _send_update(rel: "Relationship", lease: Lease) -> bool:
    rel.xid = lease.xid = rel.xid + 1
    if lease.rewind is not lease.state and rel.server.dialect.rewind:
        lease.rewind = lease.state
        rel.server.write(lease.record())
        rel.server.commit()
    return rel.send(tuple.__new__(BindUpdate, _TOLD(lease)))


def queue_changes(rel: "Relationship", *, everything: bool) -> None:
    """Queue what the peer does not know, or every lease of the relationship."""
    old = not rel.server.dialect.exact_acks
    if old:
        release3.empty_queues(rel)
    for pool in rel.server.database.pools:
        if pool.relationship is not rel:
            continue
        for lease in pool.all_leases():
            if lease.pending != IDLE:
                continue
            if old:
                wanted = release3.wants_update(lease, everything)
            else:
                wanted = everything or lease.tstp > lease.atsfp or lease.state in OVER
            if wanted:
                lease.desired = lease.state
                queue(rel, lease, immediate=False)


def request(rel: "Relationship", *, everything: bool) -> None:
    """Ask the peer for its changed or for all its bindings; an unfinished full request is repeated."""
    if rel.link is None:
        return
    everything = everything or rel.asked_all
    rel.xid += 1
    sent = rel.send(UpdateRequest(everything, rel.xid))
    rel.asked_all = everything
    if sent:
        rel.log("sent-update-request-all" if everything else "sent-update-request")
    else:
        rel.log("update-request-failed", reason="socket is not connected")


def requested(rel: "Relationship", message: UpdateRequest) -> None:
    """The peer asks for our bindings."""
    if rel.done_after is not None and rel.server.dialect.exact_acks:
        rel.server.log("update-request-superseded")
    rel.done_after = None
    queue_changes(rel, everything=message.everything)
    code = "update-request-all" if message.everything else "update-request"
    if rel.to_send:
        rel.done_after = next(reversed(rel.to_send))
        send_updates(rel)
        rel.log(code, pending="sending update")
    else:
        _send_done(rel)
        rel.log(code, pending="nothing pending")


def _send_done(rel: "Relationship") -> None:
    if rel.link is None:
        return
    rel.send(UpdateDone())
    rel.log("sent-update-done")
    rel.server.commit()


# --- the peer's updates ----------------------------------------------------------------------------


def received(rel: "Relationship", message: BindUpdate) -> None:
    """Take or reject a binding of the peer."""
    server = rel.server
    lease = server.database.by_ip.get(message.ip)
    if lease is None:
        reject(rel, message, ILLEGAL_IP, "unknown IP address")
        return
    state = message.state
    if server.dialect.duels:
        if lease.pool.relationship is not rel:
            words = "IP address is covered by a different failover relationship state"
            reject(rel, message, ILLEGAL_IP, words)
            return
        if lease.pending == SENT:
            if accept.mine_is_better(lease, state, message.cltt, rel.role):
                words = "incoming update is less critical than outgoing update"
                reject(rel, message, LESS_CRITICAL, words)
                return
            rel.forget_sent(lease)
        if fault := _fault(message):
            reject(rel, message, *fault)
            return
    normal = rel.me is NORMAL
    if not accept.taken(lease, state, message.potential, rel.role, normal, server.now, server.dialect):
        words = f"{lease.address}: invalid state transition: {lease.state} to {state}"
        reject(rel, message, FATAL_CONFLICT, words)
        return
    _take(rel, lease, message)


def _fault(message: BindUpdate) -> tuple[int, str] | None:
    """What is wrong with the client of an update."""
    if message.state is ABANDONED:
        if message.hardware:
            return MISC_REJECT, "BNDUPD to ABANDONED with a CHADDR"
        if message.uid:
            return MISC_REJECT, "BNDUPD to ABANDONED with client-id"
    elif not message.hardware and message.state in (ACTIVE, EXPIRED, RELEASED):
        return MISSING_BINDING, "BNDUPD without CHADDR"
    return None


def _take(rel: "Relationship", lease: Lease, message: BindUpdate) -> None:
    server, database = rel.server, rel.server.database
    dialect = server.dialect
    xid, ip, state, uid, hardware, starts, ends, potential, cltt = message
    if not hardware and state is not ABANDONED:
        hardware = lease.hardware
    if not uid and (state in _KEEPS_UID or not dialect.duels):
        uid = lease.uid
    over = state in OVER
    taken = FREE if over else state
    database.identify(lease, hardware, uid, taken)
    lease.starts, lease.ends = starts, ends
    lease.tsfp = potential
    if dialect.exact_acks:
        lease.atsfp = potential
    else:
        lease.cltt = cltt
    lease.next = taken
    wanted = over and rel.primary and dialect.timed_balance and balance.peer_wants(rel, lease)
    if dialect.rewind:
        lease.rewind = taken
    database.move(lease)
    server.write(lease.record())
    _queue_ack(rel, BindAck(xid, ip, 0, "", potential, lease.state))
    if wanted:
        give_back(rel, lease)
        send_updates(rel)


def give_back(rel: "Relationship", lease: Lease) -> None:
    """Give a freed address to the secondary, whose client had it, unless that has plenty."""
    if not balance.secondary_not_hoarding(rel, lease.pool):
        return
    server = rel.server
    lease.next = BACKUP
    lease.tstp = lease.starts = server.now
    server.database.move(lease, propagate=True)
    server.write(lease.record())


def _queue_ack(rel: "Relationship", ack: BindAck) -> None:
    waiting = rel.to_ack
    waiting.append(ack)
    if len(waiting) >= rel.peer_unacked // 2:
        send_acks(rel)
        return
    rel.acks_due = rel.server.now + ACK_SECONDS
    if len(waiting) == 1:
        rel.timer("acks", rel.acks_due)


def acks_due(rel: "Relationship") -> None:
    """The timer of the toack queue: send what waits, unless more came meanwhile."""
    if not rel.to_ack:
        return
    if rel.acks_due > rel.server.now:
        rel.timer("acks", rel.acks_due)
    else:
        send_acks(rel)


def send_acks(rel: "Relationship") -> None:
    """Commit, then acknowledge everything that was taken; without a link the acks are lost."""
    rel.server.commit()
    acks, rel.to_ack = rel.to_ack, []
    if rel.linked:
        for ack in acks:
            if not rel.send(ack):
                return


def reject(rel: "Relationship", message: BindUpdate, reason: int, words: str) -> None:
    """Refuse an update at once."""
    if rel.linked:
        rel.send(BindAck(message.xid, message.ip, reason, words))


# --- the peer's acks -------------------------------------------------------------------------------


def acked(rel: "Relationship", message: BindAck) -> None:
    """The peer took or rejected one of our updates."""
    server, database = rel.server, rel.server.database
    lease = database.by_ip.get(message.ip)
    if lease is None:
        rel.log("update-ack-ignored", ip=message.ip, reason="no such lease")
        return
    give = False
    if message.reason:
        words = message.message or REASONS.get(message.reason, "")
        rel.log("update-rejected", ip=lease.address, reason=words)
    elif not server.dialect.exact_acks:
        release3.acked(rel, lease, message)
    elif lease.xid:
        if lease.xid != message.xid:
            rel.log("update-ack-ignored", ip=lease.address, reason="xid mismatch")
            return
        give = _acknowledge(rel, lease)
    rel.forget_sent(lease)
    if rel.done_after is lease:
        rel.done_after = None
        _send_done(rel)
    if give:
        give_back(rel, lease)
        if rel.me is NORMAL:
            server.commit()
    send_updates(rel)


def _acknowledge(rel: "Relationship", lease: Lease) -> bool:
    """The peer knows what we told it of the lease; whether the freed address should be the peer's."""
    server, database = rel.server, rel.server.database
    lease.atsfp = lease.tsfp = lease.tstp
    if lease.desired in OVER:
        lease.next = lease.desired = lease.rewind = FREE
        database.move(lease)
        server.write(lease.record())
        give = rel.primary and balance.peer_wants(rel, lease)
        if not give and rel.me is NORMAL:
            server.commit()
        return give
    if lease.desired is not lease.state:
        lease.next = lease.desired
        database.move(lease)
    server.write(lease.record())
    server.commit_soon()
    return False
