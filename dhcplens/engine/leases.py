"""One address with its binding, and queues of addresses in order of time (dhcpd's mdb.c)."""

from functools import lru_cache
from heapq import heappop, heappush
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from dhcplens.model.states import BindingState

if TYPE_CHECKING:
    from dhcplens.engine.pool import Pool

NEVER = 2**31 - 1
"""dhcpd's largest time: ``never`` in a lease file."""

FREE, ACTIVE, EXPIRED = BindingState.FREE, BindingState.ACTIVE, BindingState.EXPIRED
RELEASED, ABANDONED = BindingState.RELEASED, BindingState.ABANDONED
RESET, BACKUP = BindingState.RESET, BindingState.BACKUP

FREED = (FREE, BACKUP)
"""States of an address that one of the servers may give away."""

ENDED = (EXPIRED, RELEASED)
OVER = (*ENDED, RESET)
"""States that wait for the peer's ack before the address is free."""

IDLE, TO_SEND, SENT = 0, 1, 2
"""Where a lease stands with the peer: nothing to tell, on the update queue, waiting for the ack."""


class Record(NamedTuple):
    """One ``lease { }`` block as written; times in seconds since 1970, 0: not written."""

    ip: int
    starts: int
    ends: int
    tstp: int
    tsfp: int
    atsfp: int
    cltt: int
    state: BindingState
    next_state: BindingState
    rewind: BindingState
    hardware: bytes
    uid: bytes
    hostname: str


_WRITTEN = attrgetter(
    *("ip", "starts", "ends", "tstp", "tsfp", "atsfp", "cltt", "state", "next", "rewind"),
    *("hardware", "uid", "hostname"),
)


@lru_cache(maxsize=65536)
def dotted(ip: int) -> str:
    """An address as it is written."""
    return f"{ip >> 24}.{ip >> 16 & 255}.{ip >> 8 & 255}.{ip & 255}"


class Lease:
    """One address of a pool. Times are whole seconds since 1970 on the server's clock; 0 is unset.

    ``hardware`` is the hardware type byte followed by the address, ``uid`` the client identifier;
    both empty where unknown. ``state`` is the binding state, ``next`` the one it takes when its time is up,
    ``rewind`` the one that the peer is known to assume, ``desired`` the one the peer is told.
    """

    __slots__ = (
        "address",
        "answering",
        "atsfp",
        "cannot_reuse",
        "cltt",
        "desired",
        "ends",
        "hardware",
        "hostname",
        "ip",
        "next",
        "pending",
        "pool",
        "rewind",
        "sort",
        "starts",
        "state",
        "tsfp",
        "tstp",
        "uid",
        "xid",
    )

    def __init__(self, ip: int, pool: "Pool") -> None:
        self.ip = ip
        self.address = dotted(ip)
        self.pool = pool
        self.starts = self.ends = self.tstp = self.tsfp = self.atsfp = self.cltt = 0
        self.state = self.next = self.rewind = self.desired = FREE
        self.hardware = b""
        self.uid = b""
        self.hostname = ""
        self.sort = 0
        self.pending = IDLE
        self.xid = 0
        self.answering = False  # an offer waits for its ping
        self.cannot_reuse = False

    def record(self) -> Record:
        """What is written to the lease file now."""
        return tuple.__new__(Record, _WRITTEN(self))

    def restore(self, record: Record) -> None:
        """Take over what the lease file says."""
        (
            _,
            self.starts,
            self.ends,
            self.tstp,
            self.tsfp,
            self.atsfp,
            self.cltt,
            self.state,
            self.next,
            self.rewind,
            self.hardware,
            self.uid,
            self.hostname,
        ) = record
        self.desired = self.state


class LeaseQueue:
    """Leases in order of their sort time; the newest of equal ones comes first, as dhcpd inserts them.

    ``first`` is the head, None if the queue is empty. Leases with the same time stand in one dictionary, the
    newest last; a heap holds the times, of which those that nobody has any longer are dropped at its top.
    """

    __slots__ = ("_at", "_times", "count", "first")

    def __init__(self) -> None:
        self._at: dict[int, dict[Lease, None]] = {}
        self._times: list[int] = []
        self.count = 0
        self.first: Lease | None = None

    def insert(self, lease: Lease) -> None:
        """Put a lease at the place of its sort time, which must not change while it is here."""
        time = lease.sort
        equals = self._at.get(time)
        if equals is None:
            self._at[time] = {lease: None}
            heappush(self._times, time)
        else:
            equals[lease] = None
        self.count += 1
        if time == self._times[0]:
            self.first = lease

    def remove(self, lease: Lease) -> None:
        """Take a lease out that is in this queue."""
        time = lease.sort
        equals = self._at[time]
        del equals[lease]
        self.count -= 1
        if not equals:
            del self._at[time]
        if lease is self.first:
            self._find_first()
        elif len(self._times) > 2 * len(self._at) + 64:
            self._times = sorted(self._at)

    def _find_first(self) -> None:
        times = self._times
        while times:
            if (equals := self._at.get(times[0])) is not None:
                self.first, _ = equals.popitem()  # a dictionary finds its last key by this alone at once
                equals[self.first] = None
                return
            heappop(times)
        self.first = None

    def after(self, now: int) -> int:
        """The first sort time later than that, NEVER if there is none."""
        if self.first is not None and self.first.sort > now:
            return self.first.sort
        return min((time for time in self._at if time > now), default=NEVER)

    def ordered(self) -> list[Lease]:
        """All leases from head to tail."""
        return [lease for time in sorted(self._at) for lease in reversed(self._at[time])]
