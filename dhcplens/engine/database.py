"""The leases of one server: indexes, moves between binding states, expiry (dhcpd's mdb.c)."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING

from dhcplens.engine import balance, updates
from dhcplens.engine.leases import (
    ABANDONED,
    ACTIVE,
    BACKUP,
    ENDED,
    EXPIRED,
    FREE,
    FREED,
    NEVER,
    OVER,
    Lease,
    LeaseQueue,
    Record,
    dotted,
)
from dhcplens.engine.owners import Owners
from dhcplens.engine.pool import MINE, Pool
from dhcplens.engine.service import Service
from dhcplens.engine.states import NORMAL, PARTNER_DOWN
from dhcplens.model import conf as model
from dhcplens.model.conf import DhcpdConf
from dhcplens.model.states import BindingState

if TYPE_CHECKING:
    from dhcplens.engine.relationship import Relationship
    from dhcplens.engine.server import Server

_BUCKETS = 100003  # dhcpd walks over its leases in the order of its hash table
_WAITING = (*OVER, ABANDONED)


class Database:
    """Pools and leases, findable by address, by client identifier and by hardware address."""

    def __init__(self, server: "Server", conf: DhcpdConf, relationships: dict[str, "Relationship"]) -> None:
        self.server = server
        self.pools: list[Pool] = []
        self.by_ip: dict[int, Lease] = {}
        self.by_uid, self.by_hardware = Owners(), Owners()
        for number, alike in enumerate(_merged(conf)):
            declared = alike[0]
            relationship = relationships.get(declared.relationship or "")
            pool = Pool(number, declared.network, declared.lease_times, relationship)
            self.pools.append(pool)
            for one in (one for declared in alike for one in declared.ranges):
                for ip in range(int(one.low), int(one.high) + 1):
                    self.by_ip.setdefault(ip, Lease(ip, pool))

    # --- indexes -------------------------------------------------------------------------------

    def identify(self, lease: Lease, hardware: bytes, uid: bytes, upcoming: BindingState) -> None:
        """Bind a lease to a client; ``upcoming`` is the binding state that it is to take."""
        owners, machines = self.by_uid, self.by_hardware
        old_uid, old_hardware = lease.uid, lease.hardware
        if old_uid == uid and old_hardware == hardware:
            if owners.is_only(uid, lease) and machines.is_only(hardware, lease):
                return  # it stands where it would be put
        elif (
            lease.state is ACTIVE
            and upcoming is not ABANDONED
            and ((uid and old_uid != uid) if old_uid else old_hardware != hardware)
        ):
            self.server.log("lease-conflict", ip=lease.address)
        if old_uid:
            owners.remove(old_uid, lease)
        if old_hardware:
            machines.remove(old_hardware, lease)
        lease.uid, lease.hardware = uid, hardware
        if uid:
            owners.add(uid, lease)
        if hardware:
            machines.add(hardware, lease)

    # --- moves ---------------------------------------------------------------------------------

    def move(
        self,
        lease: Lease,
        *,
        commit: bool = False,
        propagate: bool = False,
        immediate: bool = False,
        by_timer: bool = False,
    ) -> None:
        """Carry out the move from ``state`` to ``next``: queues, timer, file, and word to the peer.

        ``commit``: write and make durable; ``propagate``: queue an update for the peer; ``immediate``: send
        it now; ``by_timer``: the expiry of the pool is already under way.
        """
        server, pool = self.server, lease.pool
        relationship, now = pool.relationship, server.now
        old = lease.state
        was_free = old is FREE or old is BACKUP
        pool.queues[old].remove(lease)
        if lease.next is not old:
            self._transition(lease)
        elif not was_free:
            self._set_next(lease)
        alone = relationship is not None and relationship.me is PARTNER_DOWN
        lease.sort = sort = self._sort(lease) if alone else lease.ends
        pool.queues[lease.state].insert(lease)
        if now < sort and (sort < pool.next_event or not pool.next_event):
            self.arm(pool, sort)
        if propagate:
            lease.atsfp = 0
            if commit and relationship is not None and relationship.tells_soon:
                lease.rewind = lease.state
        if commit:
            server.write(lease.record())
            server.commit()
        if relationship is not None:
            if propagate:
                lease.desired = lease.state
                updates.queue(relationship, lease, immediate=immediate)
            if was_free and server.dialect.timed_balance:
                balance.check(relationship, pool)
        if sort < now and not by_timer and lease.next is not lease.state:
            self.expire(pool)

    def _transition(self, lease: Lease) -> None:
        old, new = lease.state, lease.next
        if lease.pool.relationship is None:
            ends = old is ACTIVE
        else:
            ends = new in FREED and (old in ENDED or (old is ACTIVE and self.server.dialect.rewind))
        if ends:
            lease.hostname = ""
            lease.tstp = lease.ends
        lease.state = new
        self._set_next(lease)

    def _set_next(self, lease: Lease) -> None:
        """The state that follows when the time of the present one is up."""
        relationship = lease.pool.relationship
        if lease.state is ACTIVE:
            lease.next = EXPIRED if relationship is not None else FREE
        elif lease.state in _WAITING:
            lease.next = FREE
            if relationship is not None and relationship.me is PARTNER_DOWN:
                lease.tsfp = relationship.stos + relationship.mclt
        else:
            lease.next = lease.state

    # --- time ----------------------------------------------------------------------------------

    def arm(self, pool: Pool, at: int) -> None:
        """Have the pool looked at when its next lease is over."""
        pool.next_event = at
        self.server.timer(("pool", pool.number), at)

    def expire(self, pool: Pool) -> None:
        """Move every lease of the pool whose time is up, as far as this server may."""
        now = self.server.now
        queues = [pool.abandoned]
        if self._may_free(pool):
            queues.insert(0, pool.expired)
        if self._may_expire(pool):
            queues.insert(0, pool.active)
        for queue in queues:
            while (head := queue.first) is not None and head.sort <= now:
                self._expire(head)
        # What is on offer counts too, and a timer that is set already is forgotten, though not stopped.
        at = min(queue.after(now) for queue in (*queues, pool.free, pool.backup))
        sooner = pool.next_event > at or pool.next_event <= now
        if at < NEVER and (sooner or not self.server.dialect.keeps_timer):
            self.arm(pool, at)
        else:
            pool.next_event = 0

    def _may_expire(self, pool: Pool) -> bool:
        relationship = pool.relationship
        if relationship is None or relationship.primary or relationship.me is PARTNER_DOWN:
            return True
        return self.server.dialect.rewind and relationship.me is not NORMAL

    def _may_free(self, pool: Pool) -> bool:
        return pool.relationship is None or pool.relationship.me is PARTNER_DOWN

    def _expire(self, lease: Lease) -> None:
        relationship = lease.pool.relationship
        if lease.next is EXPIRED and relationship is not None and self.may_rewind(lease, relationship):
            lease.next = lease.rewind
        self.move(lease, commit=True, propagate=True, immediate=True, by_timer=True)

    def may_rewind(self, lease: Lease, relationship: "Relationship") -> bool:
        """Whether a lease that ends now may return to the own free state without asking the peer."""
        return (
            self.server.dialect.rewind
            and relationship.service is Service.NOT_COOPERATING
            and lease.rewind is MINE[relationship.role]
        )

    # --- start ---------------------------------------------------------------------------------

    def load(self, records: Iterable[Record]) -> None:
        """Take over the lease file, put every lease on its queue and expire what is over."""
        server = self.server
        for record in {record.ip: record for record in records}.values():
            lease = self.by_ip.get(record.ip)
            if lease is None:
                server.log("undeclared-lease", ip=dotted(record.ip))
                continue
            lease.restore(record)
            lease.tstp = lease.tstp or lease.ends  # what dhcpd takes where the file says nothing
        self._fill_queues()
        for pool in self.pools:
            self.expire(pool)
            pool.recount(server.now)
            if pool.relationship is not None:
                for lease in pool.all_leases():
                    if lease.tstp > lease.atsfp:
                        lease.desired = lease.state
                        updates.queue(pool.relationship, lease, immediate=False)

    def _fill_queues(self) -> None:
        """Put every lease on its queue and into the indexes, in the order of dhcpd's hash table.

        dhcpd inserts before equal leases, but after the one inserted just before if that has its queue.
        """
        follows = self.server.dialect.load_keeps_order
        order: dict[LeaseQueue, tuple[list[int], list[Lease]]] = {}
        last_queue, last_place, last_sort = None, 0, 0
        for lease in sorted(self.by_ip.values(), key=lambda one: (one.ip % _BUCKETS, one.ip)):
            pool = lease.pool
            if lease.state is BACKUP and pool.relationship is None:
                lease.state = lease.rewind = FREE
            if lease.next is lease.state or lease.state in FREED:
                self._set_next(lease)
            if lease.uid:
                self.by_uid.add(lease.uid, lease)
            if lease.hardware:
                self.by_hardware.add(lease.hardware, lease)
            queue, sort = pool.queues[lease.state], self._sort(lease)
            lease.sort = sort
            sorts, leases = order.setdefault(queue, ([], []))
            equal = follows and queue is last_queue and last_sort == sort
            place = last_place + 1 if equal else bisect_left(sorts, sort)
            sorts.insert(place, sort)
            leases.insert(place, lease)
            last_queue, last_place, last_sort = queue, place, sort
        for queue, (_, leases) in order.items():
            for lease in reversed(leases):
                queue.insert(lease)

    def _sort(self, lease: Lease) -> int:
        """When a lease's time is up; in partner-down a dead binding also waits for the peer."""
        relationship = lease.pool.relationship
        if (
            relationship is not None
            and relationship.me is PARTNER_DOWN
            and lease.state in OVER
            and self.server.dialect.ended_wait
        ):
            return max(lease.tsfp, lease.ends)
        return lease.ends

    def worth_writing(self) -> list[Record]:
        """The leases that a rewrite of the lease file keeps, in its order."""
        return [
            lease.record()
            for pool in self.pools
            for lease in pool.all_leases()
            if lease.hardware or lease.uid or lease.tsfp or lease.state is not FREE
        ]


def _merged(conf: DhcpdConf) -> list[list[model.Pool]]:
    """The declared pools as dhcpd has them (its confpars.c): the network declared last comes first.

    Failover pools of one network that say nothing of their own and have the same lists are one.
    """
    networks: dict[str, dict[object, list[model.Pool]]] = {}
    for number, pool in enumerate(conf.pools):
        alone = pool.own_statements or pool.relationship is None
        kind = number if alone else (pool.relationship, frozenset(pool.permits), frozenset(pool.prohibits))
        networks.setdefault(pool.network, {}).setdefault(kind, []).append(pool)
    return [alike for kinds in reversed(networks.values()) for alike in kinds.values()]
