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
        self.own, self.partners = self.free, self.backup  # to give to a new client: by me, by the partner
        if relationship is not None and not relationship.primary:
            self.own, self.partners = self.backup, self.free
        self.queues: dict[BindingState, LeaseQueue] = {
            FREE: self.free,
            BACKUP: self.backup,
            ACTIVE: self.active,
            EXPIRED: self.expired,
            RELEASED: self.expired,
            RESET: self.expired,
            ABANDONED: self.abandoned,
        }
        self._offered = self._offered_backup = 0  # left out of the counters
        self.next_event = 0  # when the earliest pending expiry is due; 0: no timer known

    @property
    def free_count(self) -> int:
        """The primary's allocatable addresses, as dhcpd counts them."""
        return self.free.count - self._offered

    @property
    def backup_count(self) -> int:
        """The secondary's allocatable addresses, as dhcpd counts them."""
        return self.backup.count - self._offered_backup

    def recount(self, now: int) -> None:
        """Count anew, as dhcpd does after reading its lease file."""
        self.size = sum(queue.count for queue in set(self.queues.values()))
        self._offered = sum(lease.ends > now for lease in self.free.ordered())
        self._offered_backup = sum(lease.ends > now for lease in self.backup.ordered())

    def all_leases(self) -> list[Lease]:
        """Every lease, in the order in which dhcpd walks over a pool: queue by queue."""
        queues = (self.free, self.active, self.expired, self.abandoned, self.backup)
        return [lease for queue in queues for lease in queue.ordered()]
