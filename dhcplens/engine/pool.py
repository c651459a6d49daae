"""One pool of addresses: its queues and counters (dhcpd's mdb.c)."""

from typing import TYPE_CHECKING, Final

from dhcplens.engine.leases import (
    ABANDONED,
    ACTIVE,
    BACKUP,
    EXPIRED,
    FREE,
    RELEASED,
    RESET,
    Lease,
    LeaseQueue,
)
from dhcplens.model.conf import LeaseTimes
from dhcplens.model.states import BindingState, Role

if TYPE_CHECKING:
    from dhcplens.engine.relationship import Relationship

MINE: Final = {Role.PRIMARY: FREE, Role.SECONDARY: BACKUP}
"""The binding state of addresses that a server may give to a new client."""


class Pool:
    """Addresses of one network with one failover relationship (or none).

    ``free_count`` and ``backup_count`` are dhcpd's counters: as it does, they are counted once at start
    (without addresses that are on offer) and kept up to date by moves alone.
    """

    def __init__(
        self, number: int, network: str, times: LeaseTimes, relationship: "Relationship | None"
    ) -> None:
        self.number = number
        self.network = network
        self.times = times
        self.relationship = relationship
        self.size = 0
        self.free, self.backup, self.active = LeaseQueue(), LeaseQueue(), LeaseQueue()
        self.expired, self.abandoned = LeaseQueue(), LeaseQueue()
        self.queues: dict[BindingState, LeaseQueue] = {
            FREE: self.free,
            BACKUP: self.backup,
            ACTIVE: self.active,
            EXPIRED: self.expired,
            RELEASED: self.expired,
            RESET: self.expired,
            ABANDONED: self.abandoned,
        }
        self.free_count = 0
        self.backup_count = 0
        self.next_event = 0  # when the earliest pending expiry is due; 0: no timer known

    def remove(self, lease: Lease) -> bool:
        """Take a lease off its queue; whether it was one of the allocatable ones."""
        state = lease.state
        if state is ACTIVE:
            self.active.remove(lease)
        elif state is FREE:
            self.free.remove(lease)
            self.free_count -= 1
            return True
        elif state is BACKUP:
            self.backup.remove(lease)
            self.backup_count -= 1
            return True
        else:
            self.queues[state].remove(lease)
        return False

    def insert(self, lease: Lease, *, sort: int, after_equals: bool = False) -> None:
        """Put a lease on the queue of its state, at the place of its sort time."""
        state = lease.state
        lease.sort = sort
        if state is ACTIVE:
            self.active.insert(lease, after_equals=after_equals)
        elif state is FREE:
            self.free_count += 1
            self.free.insert(lease, after_equals=after_equals)
        elif state is BACKUP:
            self.backup_count += 1
            self.backup.insert(lease, after_equals=after_equals)
        else:
            self.queues[state].insert(lease, after_equals=after_equals)

    def recount(self, now: int) -> None:
        """Count anew, as dhcpd does after reading its lease file."""
        self.size = sum(queue.count for queue in set(self.queues.values()))
        self.free_count = sum(lease.ends <= now for lease in self.free.ordered())
        self.backup_count = sum(lease.ends <= now for lease in self.backup.ordered())

    def all_leases(self) -> list[Lease]:
        """Every lease, in the order in which dhcpd walks over a pool: queue by queue."""
        queues = (self.free, self.active, self.expired, self.abandoned, self.backup)
        return [lease for queue in queues for lease in queue.ordered()]
