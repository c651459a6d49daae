"""Free, backup and the rest are always the pool."""

from dhcplens.engine.events import Event
from dhcplens.engine.pool import Pool
from dhcplens.engine.world import Host
from tests.engine.faults import Check, Life

EVERY = 40
"""The costly part is done once in so many events."""


def whole_pool(life: Life) -> Check:
    """Every address is on exactly the queue of its state, and the queues make up the pool."""
    events = 0

    def check(host: Host, _: Event) -> None:
        nonlocal events
        events += 1
        if not host.running:
            return
        for pool in host.server.database.pools:
            rest = pool.active.count + pool.expired.count + pool.abandoned.count
            assert pool.free.count + pool.backup.count + rest == pool.size, f"seed {life.seed}: {host.name}"
            if events % EVERY == 0:
                declared = [lease.ip for lease in host.server.database.by_ip.values() if lease.pool is pool]
                assert _queued(pool) == sorted(declared), f"seed {life.seed}: {host.name}"

    return check


def _queued(pool: Pool) -> list[int]:
    """The addresses that stand on the queue of their state; those of two queues come twice."""
    queues = (pool.free, pool.backup, pool.active, pool.expired, pool.abandoned)
    return sorted(
        lease.ip for queue in queues for lease in queue.ordered() if pool.queues[lease.state] is queue
    )
