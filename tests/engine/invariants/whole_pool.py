"""Free, backup and the rest are always the pool."""

from dhcplens.engine.events import Event
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
            queues = list({id(queue): queue for queue in pool.queues.values()}.values())
            assert sum(queue.count for queue in queues) == pool.size, f"seed {life.seed}: {host.name}"
            if events % EVERY:
                continue
            leases = [lease for queue in queues for lease in queue.ordered()]
            assert len(leases) == len({lease.ip for lease in leases}) == pool.size
            for state, queue in pool.queues.items():
                held = [lease for lease in queue.ordered() if lease.state is state]
                wanted = [lease for lease in leases if lease.state is state]
                assert sorted(one.ip for one in held) == sorted(one.ip for one in wanted)

    return check
