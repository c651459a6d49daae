"""No address is in use by two clients at once."""

from dhcplens.engine.events import SECOND, Arrived, Event
from dhcplens.engine.service import Service
from dhcplens.engine.world import Host
from dhcplens.model.states import MessageType
from tests.engine.faults import Check, Life

SLACK = 5 * SECOND
"""Clocks drift, and a message takes its time."""


def one_client(life: Life) -> Check:
    """Checks each ACK against what other clients were promised, as the clients saw it.

    Nothing is promised any longer once a lease file was lost, or both servers served while one of them was in
    partner-down: the operator was wrong then.
    """
    promised: dict[int, tuple[bytes, int]] = {}
    seen = 0
    spoilt = False

    def check(_: Host, event: Event) -> None:
        nonlocal seen, spoilt
        if life.lost or spoilt or _both_serve(life):
            spoilt = True
            return
        if isinstance(event, Arrived) and event.packet.type is MessageType.RELEASE:
            held = promised.get(event.packet.ciaddr)
            if held is not None and held[0] == event.packet.hardware:
                del promised[event.packet.ciaddr]
        for at, server, reply in life.answers[seen:]:
            seen += 1
            if reply.type is not MessageType.ACK:
                continue
            hardware = reply.packet.hardware
            held = promised.get(reply.ip)
            assert held is None or held[0] == hardware or held[1] <= at + SLACK, (
                f"seed {life.seed}: {server} gives {reply.ip & 255} to {hardware.hex()} "
                f"although {held[0].hex()} has it for {(held[1] - at) / SECOND} s more"
            )
            promised[reply.ip] = (hardware, at + reply.lease_time * SECOND)

    return check


def _both_serve(life: Life) -> bool:
    services = [
        relationship.service
        for host in life.world.hosts.values()
        if host.running
        for relationship in host.server.relationships.values()
    ]
    return len(services) == 2 and Service.PARTNER_DOWN in services and all(one.answers for one in services)
