"""The DHCP client as a machine without I/O (RFC 2131 section 4.4): it is told what happens and when,
and says which packets leave. Both back ends drive the same machine.

Times are lab seconds since the scenario's begin.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Address

from dhcplens.model.states import MessageType
from dhcplens.replay.identities import Identity
from dhcplens.replay.scenario import Act

NOWHERE = IPv4Address(0)
_FIRST_RETRY = 4.0  # RFC 2131 section 4.1: 4, 8, 16, 32, 64 seconds, each give or take one
_LAST_RETRY = 64.0
_MOST_REQUESTS = 4  # then the offer is given up
_REBOOT_TRIES = 3  # then the remembered lease is given up
_PAUSE = 10.0  # RFC 2131 section 3.1: wait at least ten seconds
_LEAST_RENEW_WAIT = 60.0  # RFC 2131 section 4.4.5


@dataclass(frozen=True, slots=True)
class Packet:
    """The fields of a DHCP message that matter here; ``secs`` as the client means it (host order)."""

    kind: MessageType
    xid: int
    chaddr: bytes
    secs: int = 0
    ciaddr: IPv4Address = NOWHERE
    yiaddr: IPv4Address = NOWHERE
    identifier: bytes | None = None
    hostname: str | None = None
    requested: IPv4Address | None = None
    server_id: IPv4Address | None = None
    lease_time: int | None = None
    renewal: int | None = None
    rebinding: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A packet that leaves: through the relay, or with ``to`` straight to that server from ciaddr."""

    packet: Packet
    to: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """What an ACK gave: the server that gave it, and moments in lab seconds."""

    address: IPv4Address
    server: IPv4Address
    renew_at: float
    rebind_at: float
    ends_at: float


class Outcome(StrEnum):
    """How a transaction stands."""

    OPEN = "open"  # nothing final was heard (yet)
    BOUND = "bound"  # DHCPACK with a lease
    REFUSED = "refused"  # DHCPNAK
    INFORMED = "informed"  # DHCPACK to DHCPINFORM
    SENT = "sent"  # DHCPRELEASE, DHCPDECLINE: there is no answer to wait for
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Sent:
    """One packet sent."""

    time: float
    kind: MessageType
    secs: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer got."""

    time: float
    kind: MessageType
    server: IPv4Address
    address: IPv4Address
    lease_time: int | None


@dataclass
class Transaction:
    """One thing a client wanted, from its first packet to the answer it took."""

    what: str
    began: float
    sent: list[Sent] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    outcome: Outcome = Outcome.OPEN
    final: Answer | None = None


class _Phase(StrEnum):
    IDLE = "idle"
    SELECTING = "selecting"
    REQUESTING = "requesting"
    BOUND = "bound"
    RENEWING = "renewing"
    REBINDING = "rebinding"
    REBOOTING = "rebooting"
    INFORMING = "informing"
    WAITING = "waiting"  # after DHCPDECLINE, or refusals in a row


class Client:
    """One client; ``timer`` is when ``tick`` wants to be called (None: never)."""

    def __init__(self, identity: Identity, seed: int) -> None:
        self.identity = identity
        self.timer: float | None = None
        self.lease: Lease | None = None
        self.last_address: IPv4Address | None = None
        self.transactions: list[Transaction] = []
        self._random = random.Random(f"{seed}/{identity.name}/life")
        self._phase = _Phase.IDLE
        self._xid = 0
        self._tries = 0
        self._wanted: IPv4Address | None = None
        self._offer: Packet | None = None

    # --- what it is told ---------------------------------------------------------------------------

    def arrive(self, now: float) -> list[Outgoing]:
        """Start from nothing."""
        return self._discover(now, "arrive", None)

    def act(
        self, act: Act, now: float, address: IPv4Address | None = None, *, relayed: bool = False
    ) -> list[Outgoing]:
        """Do this at once; what needs a lease is skipped by a client that never had one."""
        if act is Act.VANISH:
            self._rest(_Phase.IDLE)
            self.lease = None
            return []
        if act is Act.ASK:
            return self._discover(now, "ask", address)
        if act is Act.CLAIM:
            return self._reboot(now, "claim", address)
        if act is Act.REBOOT:
            return self._reboot(now, "reboot", self.last_address)
        if self.lease is None:
            return []
        if act is Act.RENEW:
            return self._extend(now, _Phase.RENEWING)
        if act is Act.REBIND:
            return self._extend(now, _Phase.REBINDING)
        if act is Act.RELEASE:
            return self._release(now, self.lease, relayed=relayed)
        if act is Act.DECLINE:
            return self._decline(now, self.lease)
        return self._inform(now)

    def receive(self, packet: Packet, server: IPv4Address, now: float) -> list[Outgoing]:
        """An answer came in from this server; answers to older questions are noted nowhere."""
        if packet.xid != self._xid or not self.transactions or self._phase is _Phase.IDLE:
            return []
        answer = Answer(now, packet.kind, packet.server_id or server, packet.yiaddr, packet.lease_time)
        transaction = self.transactions[-1]
        transaction.answers.append(answer)
        if self._phase is _Phase.SELECTING and packet.kind is MessageType.OFFER:
            return self._select(now, packet, answer.server)
        if self._phase is _Phase.INFORMING and packet.kind is MessageType.ACK:
            self._close(Outcome.INFORMED, answer)
            self._settle(now)
        elif self._phase in _ASKING and packet.kind is MessageType.ACK:
            self._bind(now, packet, answer)
        elif self._phase in _ASKING and packet.kind is MessageType.NAK:
            return self._refused(now, answer)
        return []

    def left(self, now: float) -> None:
        """The packet that was told to leave last has left only now."""
        sent = self.transactions[-1].sent
        sent[-1] = replace(sent[-1], time=now)

    def tick(self, now: float) -> list[Outgoing]:
        """The timer fired."""
        if self.timer is None or now < self.timer:
            return []
        self.timer = None
        match self._phase:
            case _Phase.BOUND:
                return self._extend(now, _Phase.RENEWING)
            case _Phase.RENEWING | _Phase.REBINDING:
                return self._still_extending(now)
            case _Phase.SELECTING:
                return self._send_discover(now)
            case _Phase.REQUESTING if self._tries < _MOST_REQUESTS:
                return self._send_request(now)
            case _Phase.REBOOTING if self._tries < _REBOOT_TRIES:
                return self._send_reboot(now)
            case _Phase.REQUESTING | _Phase.REBOOTING:
                self._close(Outcome.GIVEN_UP, None)
                return self._discover(now, "arrive", None)
            case _Phase.WAITING:
                return self._discover(now, "arrive", None)
            case _Phase.INFORMING if self._tries < _REBOOT_TRIES:
                return self._send_inform(now)
            case _Phase.INFORMING:
                self._close(Outcome.GIVEN_UP, None)
                self._settle(now)
        return []

    # --- init and selecting ------------------------------------------------------------------------

    def _discover(self, now: float, what: str, wanted: IPv4Address | None) -> list[Outgoing]:
        self.lease = None
        self._wanted, self._offer = wanted, None
        self._begin(now, what, _Phase.SELECTING)
        return self._send_discover(now)

    def _send_discover(self, now: float) -> list[Outgoing]:
        return self._send(now, self._packet(MessageType.DISCOVER, now, requested=self._wanted))

    def _select(self, now: float, offer: Packet, server: IPv4Address) -> list[Outgoing]:
        self._offer = replace(offer, server_id=server)
        self._phase, self._tries = _Phase.REQUESTING, 0
        return self._send_request(now)

    def _send_request(self, now: float) -> list[Outgoing]:
        assert self._offer is not None
        packet = self._packet(
            MessageType.REQUEST, now, requested=self._offer.yiaddr, server_id=self._offer.server_id
        )
        return self._send(now, packet)

    def _refused(self, now: float, answer: Answer) -> list[Outgoing]:
        """Starts anew at once, but not again and again: two refusals in a row make the client wait."""
        self._close(Outcome.REFUSED, answer)
        self.lease = None
        if len(self.transactions) > 1 and self.transactions[-2].outcome is Outcome.REFUSED:
            self._rest(_Phase.WAITING)
            self.timer = now + _PAUSE
            return []
        return self._discover(now, "arrive", None)

    # --- holding a lease ---------------------------------------------------------------------------

    def _bind(self, now: float, packet: Packet, answer: Answer) -> None:
        length = float(packet.lease_time or 0)
        self.last_address = packet.yiaddr
        self.lease = Lease(
            address=packet.yiaddr,
            server=answer.server,
            renew_at=now + (packet.renewal if packet.renewal is not None else length / 2),
            rebind_at=now + (packet.rebinding if packet.rebinding is not None else length * 7 / 8),
            ends_at=now + length,
        )
        self._close(Outcome.BOUND, answer)
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Rest until the lease wants renewal."""
        if self.lease is None:
            self._rest(_Phase.IDLE)
            return
        self._rest(_Phase.BOUND)
        self.timer = max(now, self.lease.renew_at)

    def _extend(self, now: float, phase: _Phase) -> list[Outgoing]:
        self._begin(now, "renew" if phase is _Phase.RENEWING else "rebind", phase)
        return self._send_extension(now)

    def _send_extension(self, now: float) -> list[Outgoing]:
        assert self.lease is not None
        renewing = self._phase is _Phase.RENEWING
        packet = self._packet(MessageType.REQUEST, now, ciaddr=self.lease.address)
        limit = self.lease.rebind_at if renewing else self.lease.ends_at
        outgoing = self._send(now, packet, to=self.lease.server if renewing else None)
        self.timer = min(now + max(_LEAST_RENEW_WAIT, (limit - now) / 2), max(now, limit))
        return outgoing

    def _still_extending(self, now: float) -> list[Outgoing]:
        assert self.lease is not None
        if now >= self.lease.ends_at:
            self._close(Outcome.GIVEN_UP, None)
            return self._discover(now, "arrive", None)
        if self._phase is _Phase.RENEWING and now >= self.lease.rebind_at:
            self._close(Outcome.GIVEN_UP, None)
            return self._extend(now, _Phase.REBINDING)
        return self._send_extension(now)

    def _reboot(self, now: float, what: str, address: IPv4Address | None) -> list[Outgoing]:
        if address is None:
            return self._discover(now, "arrive", None)
        self.lease = None
        self._wanted = address
        self._begin(now, what, _Phase.REBOOTING)
        return self._send_reboot(now)

    def _send_reboot(self, now: float) -> list[Outgoing]:
        return self._send(now, self._packet(MessageType.REQUEST, now, requested=self._wanted))

    # --- words that need no lease afterwards -------------------------------------------------------

    def _release(self, now: float, lease: Lease, *, relayed: bool) -> list[Outgoing]:
        self._begin(now, "release", _Phase.IDLE)
        packet = self._packet(MessageType.RELEASE, now, ciaddr=lease.address, server_id=lease.server)
        outgoing = self._send(now, packet, to=None if relayed else lease.server)
        self._close(Outcome.SENT, None)
        self.lease = None
        self._rest(_Phase.IDLE)
        return outgoing

    def _decline(self, now: float, lease: Lease) -> list[Outgoing]:
        self._begin(now, "decline", _Phase.IDLE)
        packet = self._packet(MessageType.DECLINE, now, requested=lease.address, server_id=lease.server)
        outgoing = self._send(now, packet)
        self._close(Outcome.SENT, None)
        self.lease = None
        self._rest(_Phase.WAITING)
        self.timer = now + _PAUSE
        return outgoing

    def _inform(self, now: float) -> list[Outgoing]:
        self._begin(now, "inform", _Phase.INFORMING)
        return self._send_inform(now)

    def _send_inform(self, now: float) -> list[Outgoing]:
        assert self.lease is not None
        return self._send(now, self._packet(MessageType.INFORM, now, ciaddr=self.lease.address))

    # --- common ------------------------------------------------------------------------------------

    def _begin(self, now: float, what: str, phase: _Phase) -> None:
        if self.transactions and self.transactions[-1].outcome is Outcome.OPEN:
            self.transactions[-1].outcome = Outcome.GIVEN_UP
        self.transactions.append(Transaction(what, now))
        self._phase, self._tries = phase, 0
        self._xid = self._random.randrange(1, 2**32)

    def _close(self, outcome: Outcome, answer: Answer | None) -> None:
        self.transactions[-1].outcome = outcome
        self.transactions[-1].final = answer

    def _rest(self, phase: _Phase) -> None:
        self._phase, self.timer, self._tries = phase, None, 0

    def _packet(
        self,
        kind: MessageType,
        now: float,
        *,
        ciaddr: IPv4Address = NOWHERE,
        requested: IPv4Address | None = None,
        server_id: IPv4Address | None = None,
    ) -> Packet:
        return Packet(
            kind=kind,
            xid=self._xid,
            chaddr=self.identity.chaddr,
            secs=min(0xFFFF, int(now - self.transactions[-1].began)),
            ciaddr=ciaddr,
            identifier=self.identity.identifier,
            hostname=self.identity.hostname,
            requested=requested,
            server_id=server_id,
        )

    def _send(self, now: float, packet: Packet, to: IPv4Address | None = None) -> list[Outgoing]:
        self.transactions[-1].sent.append(Sent(now, packet.kind, packet.secs))
        wait = min(_FIRST_RETRY * 2**self._tries, _LAST_RETRY) + self._random.uniform(-1, 1)
        self._tries += 1
        self.timer = now + wait
        return [Outgoing(packet, to)]


_ASKING: Sequence[_Phase] = (_Phase.REQUESTING, _Phase.RENEWING, _Phase.REBINDING, _Phase.REBOOTING)
