"""What 3.0.x does in its own way: pool requests without a schedule, acks that repeat the update's times."""

from typing import TYPE_CHECKING

from dhcplens.engine import balance, updates
from dhcplens.engine.leases import BACKUP, FREE, IDLE, OVER, Lease
from dhcplens.engine.messages import BindAck, PoolRequest
from dhcplens.engine.pool import Pool
from dhcplens.engine.states import NORMAL

if TYPE_CHECKING:
    from dhcplens.engine.relationship import Relationship


def _threshold(pool: Pool) -> int:
    return max(1, (pool.free_count + pool.backup_count) // 10)


def check_pools(rel: "Relationship") -> None:
    """Look at the pools until one made us ask for addresses."""
    for pool in rel.server.database.pools:
        if pool.relationship is rel and check(rel, pool):
            return


def check(rel: "Relationship", pool: Pool) -> bool:
    """Log the pool; ask for or take back addresses where many are lacking. Whether the peer was asked."""
    if rel.me is not NORMAL:
        return False
    lacking = -balance.surplus(rel, pool)
    balance.log_pool(rel, pool, "pool-check", lts=lacking)
    if lacking <= _threshold(pool):
        return False
    if not rel.primary:
        if rel.linked:
            rel.send(PoolRequest())
        return True
    rel.server.log("taking-leases", count=lacking)
    for lease in pool.backup.ordered()[pool.backup_count - lacking :]:
        lease.desired = FREE
        updates.queue(rel, lease, immediate=True)
    return False


def give_pools(rel: "Relationship") -> None:
    """The secondary asked for addresses: give it half of the difference, pool by pool."""
    if rel.me is not NORMAL or not rel.primary:
        return
    for pool in rel.server.database.pools:
        if pool.relationship is not rel:
            continue
        lts = balance.surplus(rel, pool)
        if lts <= _threshold(pool):
            continue
        balance.log_pool(rel, pool, "pool-answer", lts=lts)
        given = pool.free.ordered()[:lts]
        for lease in given:
            lease.next = BACKUP
            lease.tstp = lease.starts = rel.server.now
            rel.server.database.move(lease, propagate=True)
            rel.server.write(lease.record())
        if lts - len(given) > 1:
            rel.server.log("lease-imbalance", lts=lts - len(given))
    rel.server.commit()
    rel.send(PoolRequest())  # 3.0.1 answers with the wrong type of message, which a secondary ignores
    updates.send_updates(rel)


def empty_queues(rel: "Relationship") -> None:
    """Forget every update, sent or not, before the queue is made anew."""
    for lease in (*rel.to_send, *rel.sent):
        lease.pending = IDLE
    rel.to_send.clear()
    rel.sent.clear()
    rel.unacked = 0


def wants_update(lease: Lease, everything: bool) -> bool:
    """Whether an update request covers the lease."""
    return lease.tstp > lease.tsfp or (everything and bool(lease.starts or lease.ends))


def acked(rel: "Relationship", lease: Lease, message: BindAck) -> None:
    """The peer took our update and repeats its potential expiry."""
    server = rel.server
    if lease.state in OVER and message.state is FREE:
        lease.tsfp = message.potential
        lease.next = FREE
        server.database.move(lease)
        server.write(lease.record())
        if rel.me is NORMAL:
            server.commit()
        return
    lease.tsfp = message.potential
    if lease.desired is not lease.state and message.state is lease.desired:
        lease.next = lease.desired
        server.database.move(lease)
    server.write(lease.record())
    server.commit_soon()
