"""No lease is granted beyond what the partner acknowledged plus MCLT."""

from dhcplens.engine.events import SECOND, Event, Received
from dhcplens.engine.messages import BindUpdate
from dhcplens.engine.world import Host
from dhcplens.model.states import FailoverState, MessageType
from tests.engine.faults import MCLT, Check, Life

SLACK = 65
"""Seconds by which clocks may differ."""


def lazy_limit(life: Life) -> Check:
    """Keeps the largest potential expiry that each server was ever told, and checks each grant against it.

    In partner-down dhcpd itself takes its start plus MCLT for the time that the partner knows of a lease
    which has ended (failover.c), and may add MCLT once more when the same client is soon back.
    """
    told: dict[tuple[str, int], int] = {}
    seen = 0

    def check(host: Host, event: Event) -> None:
        nonlocal seen
        if isinstance(event, Received) and isinstance(event.message, BindUpdate):
            key = (host.name, event.message.ip)
            told[key] = max(told.get(key, 0), event.message.potential)
        for at, server, reply in life.answers[seen:]:
            seen += 1
            if reply.type is not MessageType.ACK or life.lost:
                continue
            partner = "two" if server == "one" else "one"
            now = at // SECOND
            limit = max(now, told.get((partner, reply.ip), 0), told.get((server, reply.ip), 0)) + MCLT
            relationship = life.world.hosts[server].server.relationships["pair"]
            if relationship.me is FailoverState.PARTNER_DOWN:
                limit = max(limit, relationship.stos + 2 * MCLT)
            assert now + reply.lease_time <= limit + SLACK, (
                f"seed {life.seed}: {server} gives {reply.ip & 255} for {reply.lease_time} s, "
                f"{now + reply.lease_time - limit} s too long"
            )

    return check
