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
        database = host.server.database
        counted = 0
        for pool in database.pools:
            rest = pool.active.count + pool.expired.count + pool.abandoned.count
            counted += pool.free.count + pool.backup.count + rest
        assert counted == len(database.by_ip), f"seed {life.seed}: {host.name}"
        if events % EVERY == 0:
            queued = [ip for pool in database.pools for ip in _queued(pool)]
            assert sorted(queued) == sorted(database.by_ip), f"seed {life.seed}: {host.name}"

    return check


def _queued(pool: Pool) -> list[int]:
    """The addresses that stand on the queue of their state; those of two queues come twice."""
    queues = (pool.free, pool.backup, pool.active, pool.expired, pool.abandoned)
    return [lease.ip for queue in queues for lease in queue.ordered() if pool.queues[lease.state] is queue]
