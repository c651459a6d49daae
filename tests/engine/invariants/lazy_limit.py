"""No lease is granted beyond what the partner acknowledged plus MCLT."""

from dhcplens.engine.events import SECOND, Event, Received
from dhcplens.engine.messages import BindAck, BindUpdate
from dhcplens.engine.world import Host
from dhcplens.model.states import FailoverState, MessageType
from tests.engine.faults import MCLT, Check, Life

SLACK = 65
"""Seconds by which clocks may differ."""


def lazy_limit(life: Life) -> Check:
    """Keeps until when each server knows that its partner knows of a lease, and checks each grant against it.

    A server knows it from the partner's acks and from its updates. In partner-down dhcpd itself takes its
    start plus MCLT for the time that the partner knows of a lease which has ended (failover.c), and may add
    MCLT once more when the same client is soon back.
    """
    known: dict[tuple[str, int], int] = {}
    seen = 0

    def check(host: Host, event: Event) -> None:
        nonlocal seen
        if type(event) is Received:
            message = event.message
            if isinstance(message, BindUpdate) or (isinstance(message, BindAck) and not message.reason):
                key = (host.name, message.ip)
                known[key] = max(known.get(key, 0), message.potential)
        for at, server, reply in life.answers[seen:] if len(life.answers) > seen else ():
            seen += 1
            if reply.type is not MessageType.ACK or life.lost:
                continue
            now = at // SECOND
            limit = max(now, known.get((server, reply.ip), 0)) + MCLT
            relationship = life.world.hosts[server].server.relationships["pair"]
            if relationship.me is FailoverState.PARTNER_DOWN:
                limit = max(limit, relationship.stos + 2 * MCLT)
            assert now + reply.lease_time <= limit + SLACK, (
                f"seed {life.seed}: {server} gives {reply.ip & 255} for {reply.lease_time} s, "
                f"{now + reply.lease_time - limit} s too long"
            )

    return check
