"""One failover relationship as one of its two servers sees it: states, and what entering one does."""

from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING

from dhcplens.engine import balance, link, release3, updates
from dhcplens.engine.events import Exit, Send, StateRecord
from dhcplens.engine.leases import IDLE, NEVER, TO_SEND, Lease
from dhcplens.engine.messages import BindAck, Message, State
from dhcplens.engine.service import Service, service
from dhcplens.engine.states import (
    CONFLICT,
    CONFLICT_DONE,
    IGNORES_REPEATED,
    INTERRUPTED,
    NORMAL,
    ON_DISCONNECT,
    ON_UPDATE_DONE,
    PARTNER_DOWN,
    RECOVER,
    RECOVER_DONE,
    RECOVER_WAIT,
    RESOLUTION_INTERRUPTED,
    SHUTDOWN,
    STARTUP,
    UNKNOWN,
    Also,
    Reaction,
    Refusal,
    RefusedMoveError,
    after_recovery,
    heard,
)
from dhcplens.model.conf import FailoverPeer
from dhcplens.model.loadbalance import BUCKETS
from dhcplens.model.states import FailoverState, Role

if TYPE_CHECKING:
    from dhcplens.engine.server import Server

STARTUP_SECONDS = 15
_TELLS_SOON = (Service.COOPERATING, Service.NOT_RESPONDING)


class Relationship:
    """State of a relationship; ``stos`` is the start time of the own state, in seconds since 1970.

    ``link`` is the established connection, ``half_open`` those that have not been accepted yet.
    ``to_send``, ``sent`` and ``to_ack`` are the update, ack and toack queues of dhcpd.
    """

    __slots__ = (
        "acks_due",
        "answers",
        "asked_all",
        "closing",
        "conf",
        "contact_due",
        "done_after",
        "half_open",
        "hba",
        "link",
        "mclt",
        "me",
        "name",
        "next_balance",
        "no_balance_before",
        "partner",
        "partner_stos",
        "peer_delay",
        "peer_unacked",
        "primary",
        "reason",
        "role",
        "saved",
        "sent",
        "server",
        "service",
        "share",
        "silence_due",
        "stos",
        "tells_soon",
        "to_ack",
        "to_send",
        "unacked",
        "xid",
    )

    def __init__(self, server: "Server", conf: FailoverPeer, now: int) -> None:
        self.server = server
        self.conf = conf
        self.name = conf.name
        self.role = conf.role
        self.primary = conf.role is Role.PRIMARY
        self.me, self.stos = RECOVER, now
        self.partner, self.partner_stos = UNKNOWN, now
        self.saved = RECOVER
        self.mclt = conf.mclt or 0
        self.hba: bytes | None = None
        self.share: tuple[bool, ...] | None = None  # of which buckets of clients are mine
        if conf.hba is not None:
            self.assign(conf.hba)
        self.service, self.reason = Service.NOT_RESPONDING, ""
        self.answers = False  # what the service says, looked up with every packet
        self.tells_soon = False  # that what it tells the peer will be on its way at once
        self.link: int | None = None
        self.closing = False  # our end of the link is closed, but what the peer sent is still read
        self.half_open: set[int] = set()
        self.peer_unacked = 0
        self.peer_delay = 0
        self.to_send: OrderedDict[Lease, None] = OrderedDict()
        self.sent: dict[Lease, None] = {}
        self.unacked = 0
        self.to_ack: list[BindAck] = []
        self.done_after: Lease | None = None  # UPDDONE follows the ack for this lease
        self.asked_all = False  # an UPDREQALL of ours is not answered yet
        self.xid = 0
        self.next_balance = 0  # when the next run is due; 0: none is planned
        self.no_balance_before = 0
        self.contact_due = self.silence_due = self.acks_due = 0

    # --- small things --------------------------------------------------------------------------

    @property
    def linked(self) -> bool:
        """Whether the peer can be told something."""
        return self.link is not None

    def log(self, code: str, **fields: object) -> None:
        """Log a line that names the relationship."""
        self.server.log(code, relationship=self.name, **fields)

    def timer(self, kind: str, at: int | None) -> None:
        """Set this relationship's timer of a kind to a time in seconds, or stop it."""
        self.server.timer((kind, self.name), at)

    def record(self) -> StateRecord:
        """The state block as written now; startup is written as the state that it will return to."""
        me = self.saved if self.me is STARTUP else self.me
        mclt = None if self.primary else self.mclt
        return StateRecord(self.name, me, self.stos, self.partner, self.partner_stos, mclt)

    def restore(self, record: StateRecord) -> None:
        """Take over what the lease file says."""
        _, self.me, self.stos, self.partner, self.partner_stos, mclt = record
        if mclt is not None:
            self.mclt = mclt

    def assign(self, hba: bytes) -> None:
        """Take a hash bucket assignment: 32 bytes with a bit for each bucket of the primary."""
        self.hba = hba
        self.share = _share(hba, self.primary, self.server.dialect.tight_hash)

    def send(self, message: Message) -> bool:
        """Send over the established link (the contact timer starts anew); False if it is being closed."""
        assert self.link is not None
        server = self.server
        if self.closing:
            server.log("put-message-failed")
            self.drop_link()
            return False
        server.out.append(Send(self.link, message))
        self.contact_due = server.now + self.peer_delay // 3
        return True

    def drop_link(self) -> None:
        """Close the established link from this side."""
        assert self.link is not None
        link.close(self, self.link)

    def tell_state(self) -> None:
        """Tell the peer the own state; a starting server names the state it comes back with."""
        starting = self.service is Service.STARTUP
        self.send(State(self.saved if self.me is STARTUP else self.me, starting))

    def refresh_service(self) -> None:
        """Work out the service again after a move of either side."""
        self.service, self.reason = service(self.me, self.partner, self.server.dialect)
        self.answers = self.service.answers
        self.tells_soon = self.server.dialect.rewind and self.service in _TELLS_SOON

    def rescind(self) -> None:
        """Updates without an ack are to be sent again, before all others."""
        for lease in self.sent:
            lease.pending = TO_SEND
        again = OrderedDict.fromkeys(self.sent)
        again.update(self.to_send)
        self.to_send, self.sent, self.unacked = again, {}, 0

    def forget_sent(self, lease: Lease) -> None:
        """Wait no longer for the ack of this lease; nothing if none was awaited."""
        if lease in self.sent:
            del self.sent[lease]
            lease.pending = IDLE
            lease.xid = 0
            self.unacked -= 1
            if self.unacked == 0:
                self.server.commit()

    # --- moves ---------------------------------------------------------------------------------

    def set_state(self, new: FailoverState) -> None:
        """Move to a state: record it, say so, tell the peer, and do what belongs to the new state."""
        server, old = self.server, self.me
        now = server.now
        modern = server.dialect.timed_balance
        if old is NORMAL or (modern and old in (CONFLICT, PARTNER_DOWN)):
            self.rescind()
        if new not in (RECOVER_WAIT, STARTUP) and old is not STARTUP:
            self.stos = now
        idle = not self.to_send and not self.sent
        if new is RECOVER and old is SHUTDOWN and self.partner is PARTNER_DOWN and idle:
            self.stos = now - self.mclt
        self.me = new
        if new is STARTUP and old is not STARTUP:
            self.saved = old
        server.write(self.record())
        server.commit()
        self.log("local-move", old=old, new=new)
        self._say_both_normal()
        if old is STARTUP and new is not STARTUP:
            self.timer("startup", None)
        self.timer("auto-partner-down", None)
        self.refresh_service()
        if self.linked:
            self.tell_state()
        self._enter(new)

    def _enter(self, new: FailoverState) -> None:
        now = self.server.now
        if new is INTERRUPTED:
            if self.conf.auto_partner_down:
                self.timer("auto-partner-down", now + self.conf.auto_partner_down)
        elif new is NORMAL:
            self._enter_normal()
        elif new is CONFLICT:
            if self.primary or self.partner is CONFLICT_DONE:
                updates.request(self, everything=False)
        elif new is STARTUP:
            self.timer("startup", now + STARTUP_SECONDS)
        elif new is RECOVER_WAIT:
            self._wait_or_finish()
        elif new is RECOVER:
            updates.request(self, everything=True)
        elif new is PARTNER_DOWN:
            self._time_expired_leases()

    def _enter_normal(self) -> None:
        if not self.server.dialect.timed_balance:
            if self.partner is NORMAL:
                release3.check_pools(self)
            return
        balance.run_now(self)
        updates.queue_changes(self, everything=False)
        if self.to_send:
            updates.send_updates(self)
            self.log("sending-updates")

    def recovered(self) -> None:
        """MCLT has passed; dhcpd moves on even if its state was changed meanwhile."""
        self.set_state(RECOVER_DONE)

    def _wait_or_finish(self) -> None:
        if self.stos + self.mclt > self.server.now:
            self.timer("recovered", self.stos + self.mclt)
        else:
            self.set_state(RECOVER_DONE)

    def _time_expired_leases(self) -> None:
        """The peer can know of them until MCLT has passed; a pool without a timer gets none by this."""
        until, waits = self.stos + self.mclt, self.server.dialect.ended_wait
        for pool in self.server.database.pools:
            if pool.relationship is not self:
                continue
            expired = pool.expired.ordered()
            for lease in expired:
                pool.expired.remove(lease)
            for lease in reversed(expired):
                lease.tsfp = until
                lease.sort = max(until, lease.ends) if waits else lease.ends
                pool.expired.insert(lease)
            first = pool.expired.first
            due = until if not waits else first.sort if first is not None else NEVER
            if due < pool.next_event:
                self.server.database.arm(pool, due)

    def lose_link(self) -> None:
        """The link is gone, or never came within the time that startup waits for it."""
        if self.linked:
            self.link = None
            self.closing = False
            self.server.log("peer-disconnected", relationship=self.name)
        for kind in ("contact", "silence", "startup"):
            self.timer(kind, None)
        self.contact_due = self.silence_due = 0
        state = self.saved if self.me is STARTUP else self.me
        if state is CONFLICT_DONE:
            self.rescind()
        target = ON_DISCONNECT.get(state, state)
        if target is not state or self.me is STARTUP:
            self.set_state(target)

    def peer_state(self, message: State) -> None:
        """The partner told its state."""
        new, old = message.state, self.partner
        if new is old and self._repeated():
            return
        self.partner = new
        if self.server.dialect.times_partner:
            self.partner_stos = self.server.now
        self.log("partner-move", old=old, new=new)
        self._say_both_normal()
        self.server.write(self.record())
        self.server.commit()
        me = self.saved if self.me is STARTUP else self.me
        try:
            self._react(heard(me, old, new, message.startup, self.server.dialect))
        except RefusedMoveError as refused:
            self._refuse(refused.refusal, old, new)
        if not self.server.running:
            return
        if self.me is STARTUP and self.saved is not STARTUP:
            self.set_state(self.saved)
        self.refresh_service()

    def _repeated(self) -> bool:
        """Deal with a state that is no news; whether that was all."""
        if self.me is STARTUP:
            conflict = self.saved is RESOLUTION_INTERRUPTED and self.server.dialect.conflict_done
            self.set_state(CONFLICT if conflict else self.saved)
            return True
        return self.me in IGNORES_REPEATED

    def _react(self, reaction: Reaction) -> None:
        starting = self.me is STARTUP
        for one in reaction.also:
            if one is Also.CHECK_POOLS:
                balance.check_all(self)
            elif one is Also.FLUSH:
                updates.send_updates(self)
            elif one is Also.SAY_FULL_UPDATE:
                self.log("requesting-full-update")
            elif one is Also.ASK_ALL:
                if not starting:
                    updates.request(self, everything=True)
            elif one is Also.ASK or self.server.dialect.conflict_done or not self.primary:
                updates.request(self, everything=False)
        if reaction.move is not None:
            if reaction.move is NORMAL and self.me is RECOVER_DONE and self.partner is RECOVER_DONE:
                self._say_both_recovered()
            other = reaction.from_startup if starting else None
            self.set_state(other or reaction.move)

    def _refuse(self, refusal: Refusal, old: FailoverState | None, new: FailoverState | None) -> None:
        moves = {} if old is None else {"old": old, "new": new}
        self.log(refusal.code, **moves)
        if refusal.move is None:
            self.server.out.append(Exit(1))
            self.server.running = False
        elif refusal.move is not self.me:
            self.set_state(refusal.move)

    def update_done(self) -> None:
        """The partner has sent everything that was asked for."""
        self.log("update-completed")
        self.asked_all = False
        if self.me is RECOVER:
            waited = self.stos + self.mclt <= self.server.now
            self.set_state(after_recovery(self.partner, waited))
        elif self.me is CONFLICT and not self.server.dialect.conflict_done:
            self.set_state(NORMAL)
        else:
            outcome = ON_UPDATE_DONE.get((self.me, self.role, self.partner is CONFLICT_DONE))
            if isinstance(outcome, Refusal):
                self._refuse(outcome, None, None)
            elif outcome is not None:
                self.set_state(outcome)

    def _say_both_normal(self) -> None:
        if self.me is NORMAL and self.partner is NORMAL and self.server.dialect.both_normal_line:
            self.log("both-normal")

    def _say_both_recovered(self) -> None:
        if self.server.dialect.conflict_done:
            self.server.log("both-recover-done")


@lru_cache(maxsize=16)
def _share(hba: bytes, primary: bool, tight: bool) -> tuple[bool, ...]:
    """Which buckets of clients are this server's; ``tight``: by two bits only, as 3.0.x looks them up."""
    mask = 3 if tight else 7
    return tuple(bool(hba[bucket >> 3] & 1 << (bucket & mask)) is primary for bucket in range(BUCKETS))
