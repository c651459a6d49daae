"""No address is in use by two clients at once."""

from typing import NamedTuple

from dhcplens.engine.events import SECOND, Event, Packet, Received, Reply
from dhcplens.engine.messages import BindUpdate
from dhcplens.engine.world import Host
from dhcplens.model.states import BindingState, FailoverState, MessageType
from tests.engine.faults import Check, Life

_CONFLICT, _PARTNER_DOWN = FailoverState.POTENTIAL_CONFLICT, FailoverState.PARTNER_DOWN
UNDER_WAY = 10 * SECOND
"""The longest way of a message in a schedule: three seconds, and twice again where it was lost."""

SLACK = 5 * SECOND
"""Clocks drift, and a message takes its time."""


class Promise(NamedTuple):
    """What a client was told: by whom, when, and until when; microseconds of the world."""

    hardware: bytes
    server: str
    at: int
    until: int


def one_client(life: Life) -> Check:
    """Checks each ACK against what other clients were promised, as the clients saw it.

    dhcpd itself does not keep the promise everywhere, and the checks end there:

    - a lease file was lost;
    - a server came back and served without having heard that its partner was put in partner-down meanwhile;
    - a conflict was resolved: of two bindings one is given up, even if its client is there (failover.c);
    - in partner-down a server frees what has ended by its own knowledge after MCLT, whatever longer time its
      partner may have promised by then (mdb.c);
    - both servers confirm one request, and of their two updates the shorter one may win (dhcp.c);
    - the secondary gives up an address that it has just given if the primary's word that nobody has it was
      under way at that moment: of two updates that cross, the primary's counts (failover.c).
    """
    promised: dict[int, Promise] = {}
    seen = 0
    ended = False

    def check(host: Host, event: Event) -> None:
        nonlocal seen, ended
        if ended:
            return
        if ended := life.lost or _ended(life):
            return
        for at, server, reply in life.answers[seen:] if len(life.answers) > seen else ():
            seen += 1
            if reply.type is MessageType.ACK:
                promised[reply.ip] = new = _promise(life, promised.get(reply.ip), at, server, reply)
                if life.holders[new.hardware].ip == reply.ip:  # it uses no other address any longer
                    for ip in [ip for ip, one in promised.items() if one.hardware == new.hardware]:
                        if ip != reply.ip:
                            del promised[ip]
        if isinstance(event, Packet) and event.type is MessageType.RELEASE:
            held = promised.get(event.ciaddr)
            if held is not None and held.hardware == event.hardware:
                del promised[event.ciaddr]
        elif isinstance(event, Received) and isinstance(event.message, BindUpdate):
            held = promised.get(event.message.ip)
            if held is not None and _crossed(life, host, held, event.message):
                del promised[event.message.ip]

    return check


def _crossed(life: Life, host: Host, held: Promise, update: BindUpdate) -> bool:
    """Whether the secondary hears that an address is unused which it gave while that was under way."""
    unused = update.state in (BindingState.FREE, BindingState.BACKUP)
    return unused and host.name == held.server == "two" and life.world.now - held.at < UNDER_WAY


def _promise(life: Life, held: Promise | None, at: int, server: str, reply: Reply) -> Promise:
    """The new promise for an address; the old one must be over, or the same client's."""
    new = Promise(reply.packet.hardware, server, at, at + reply.lease_time * SECOND)
    if held is None or held.until <= at + SLACK:
        return new
    if held.hardware == new.hardware:
        return min(held, new, key=lambda one: one.until) if new.at - held.at < SLACK else new
    alone = life.world.hosts[server].server.relationships["pair"].me is FailoverState.PARTNER_DOWN
    assert alone and held.server != server, (
        f"seed {life.seed}: {server} gives {reply.ip & 255} to {new.hardware.hex()} although "
        f"{held.hardware.hex()} has it from {held.server} for {(held.until - at) / SECOND} s more"
    )
    return new


def _ended(life: Life) -> bool:
    """Whether a conflict is being resolved, or a server serves behind the back of one in partner-down."""
    one, two = (host.server for host in life.world.hosts.values())
    if not one.relationships or not two.relationships:
        return False
    mine, other = one.relationships["pair"], two.relationships["pair"]
    if mine.me is _CONFLICT or other.me is _CONFLICT:
        return True
    behind = other.me is _PARTNER_DOWN and one.running and mine.answers
    return behind or (mine.me is _PARTNER_DOWN and two.running and other.answers)
