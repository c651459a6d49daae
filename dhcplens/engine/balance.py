"""Balancing the free addresses of a pool between the two servers (3.1.0 and newer; dhcpd's failover.c)."""

from typing import TYPE_CHECKING

from dhcplens.engine import release3, updates
from dhcplens.engine.leases import BACKUP, FREE, Lease
from dhcplens.engine.messages import PoolRequest, PoolResponse
from dhcplens.engine.pool import Pool
from dhcplens.engine.states import NORMAL
from dhcplens.model.loadbalance import client_hash

if TYPE_CHECKING:
    from dhcplens.engine.relationship import Relationship


def half(difference: int) -> int:
    """Half of a difference, rounded toward zero as C does."""
    return int(difference / 2)


def share(total: int, percent: int) -> int:
    """That many percent of a number, rounded to the nearest."""
    return (total * percent + 50) // 100


def surplus(rel: "Relationship", pool: Pool) -> int:
    """Leases to send: half of what this server owns more than its partner."""
    difference = pool.free_count - pool.backup_count
    return half(difference if rel.primary else -difference)


def run_now(rel: "Relationship") -> int:
    """A run outside the schedule; returns how many addresses were given away."""
    rel.timer("balance", None)
    rel.next_balance = 0
    return _run(rel, scheduled=False)[0]


def run_scheduled(rel: "Relationship") -> None:
    """The timer's run; it may ask the partner for addresses."""
    rel.next_balance = 0
    moved, wanting = _run(rel, scheduled=True)
    if moved:
        updates.send_updates(rel)
    if wanting and rel.linked:
        rel.send(PoolRequest())


def requested(rel: "Relationship") -> None:
    """The partner asks for addresses."""
    if not rel.server.dialect.timed_balance:
        release3.give_pools(rel)
        return
    moved = run_now(rel)
    rel.send(PoolResponse(moved))
    if moved:
        updates.send_updates(rel)
    else:
        rel.log("pool-request-refused")


def check_all(rel: "Relationship") -> None:
    """Look at every pool of a relationship."""
    if not rel.server.dialect.timed_balance:
        release3.check_pools(rel)
        return
    for pool in rel.server.database.pools:
        if pool.relationship is rel:
            check(rel, pool)


def check(rel: "Relationship", pool: Pool) -> None:
    """Free addresses of the pool changed: bring the next run forward if it comes too late."""
    if rel.me is not NORMAL:
        return
    now, due = rel.server.now, rel.next_balance
    if due:
        if due <= now or due <= rel.no_balance_before:
            return
        free, backup = pool.free.first, pool.backup.first
        if free and backup and not free.ends and not backup.ends and due <= now + rel.conf.max_balance:
            return  # addresses that nobody ever had are in no hurry
    at = max(now + _patience(rel, pool), rel.no_balance_before)
    if due and at >= due:
        return
    at += rel.server.put_off(at)
    if due and at >= due:
        return
    rel.next_balance = at
    rel.timer("balance", at)


def _patience(rel: "Relationship", pool: Pool) -> int:
    """Seconds until the next run: the older the unused addresses, the less it presses."""
    now, conf = rel.server.now, rel.conf
    free = share(_age(pool.free.first, now), conf.max_lease_misbalance)
    backup = share(_age(pool.backup.first, now), conf.max_lease_misbalance)
    if rel.primary:
        free *= 2
    else:
        backup *= 2
    return min(free, backup, conf.max_balance)


def _age(head: Lease | None, now: int) -> int:
    return now - head.ends if head is not None and head.ends < now else 0


def _run(rel: "Relationship", *, scheduled: bool) -> tuple[int, bool]:
    """Balance all pools; how many addresses moved, and whether the partner is to be asked for some."""
    if rel.me is not NORMAL:
        return 0, False
    rel.no_balance_before = rel.server.now + rel.conf.min_balance
    moved, wanting = 0, False
    for pool in rel.server.database.pools:
        if pool.relationship is rel:
            given, starving = _balance(rel, pool, scheduled)
            moved += given
            wanting = wanting or starving
    if moved:
        rel.server.commit()
    return moved, wanting


def _balance(rel: "Relationship", pool: Pool, scheduled: bool) -> tuple[int, bool]:
    conf = rel.conf
    lts = surplus(rel, pool)
    total = pool.free_count + pool.backup_count
    threshold = share(total, conf.max_lease_misbalance)
    hold = share(total, conf.max_lease_ownership)
    starving = scheduled and lts < (-2 * threshold or -1)
    asking = {"requesting": True} if starving else {}
    log_pool(rel, pool, "balancing-pool", lts=lts, max_own=hold, **asking)
    moved = _give(rel, pool, lts, hold)
    lts -= moved
    code = "imbalanced-pool" if lts > threshold else "balanced-pool"
    log_pool(rel, pool, code, lts=lts, max_misbal=threshold)
    check(rel, pool)
    return moved, starving


def _give(rel: "Relationship", pool: Pool, lts: int, hold: int) -> int:
    """Give addresses away: first those of the partner's clients, then the oldest; returns how many."""
    start = lts
    if lts <= -hold or pool.own.count == 0:
        return 0
    for lease in pool.own.ordered():
        if lts <= -hold:
            return start - lts
        if peer_wants(rel, lease):
            lts -= 1
            give(rel, lease)
    for lease in pool.own.ordered():
        if lts <= (hold if lease.ends else 0):
            break
        lts -= 1
        give(rel, lease)
    return start - lts


def give(rel: "Relationship", lease: Lease) -> None:
    """Make a free address the partner's."""
    server = rel.server
    lease.next = BACKUP if rel.primary else FREE
    lease.tstp = lease.starts = server.now
    lease.hostname = ""
    server.database.move(lease, propagate=True)
    server.write(lease.record())


def log_pool(rel: "Relationship", pool: Pool, code: str, **figures: object) -> None:
    """A line about a pool with its counters."""
    rel.server.log(
        code,
        relationship=rel.name,
        pool_id=rel.server.pool_name(pool),
        network=pool.network,
        total=pool.size,
        free=pool.free_count,
        backup=pool.backup_count,
        **figures,
    )


def peer_wants(rel: "Relationship", lease: Lease) -> bool:
    """Whether the last client of a lease is the partner's by load balancing."""
    key = lease.uid or lease.hardware[1:]
    return bool(key) and rel.share is not None and not rel.share[client_hash(key)]


def secondary_not_hoarding(rel: "Relationship", pool: Pool) -> bool:
    """Whether the secondary may be given one address more for the sake of a client."""
    hold = share(pool.free_count + pool.backup_count, rel.conf.max_lease_ownership)
    return half(pool.free_count - pool.backup_count) > -hold
