"""A healthy link brings every pair back to normal in bounded time."""

from dhcplens.model.states import FailoverState
from tests.engine.faults import Life

_STUCK = {FailoverState.RECOVER, FailoverState.RECOVER_DONE}


def back_to_normal(life: Life) -> None:
    """To be asked after the schedule's time of repair: twice MCLT and ten minutes.

    dhcpd itself stays where it is if a lease file is lost while the partner is in recover-done: the one waits
    for recover-done or normal, the other asks for its bindings only in other states (failover.c).
    """
    states = {rel.me for host in life.world.hosts.values() for rel in host.server.relationships.values()}
    stuck = life.lost and states == _STUCK
    for host in life.world.hosts.values():
        assert host.running, f"seed {life.seed}: {host.name} has left"
        for relationship in host.server.relationships.values() if not stuck else ():
            assert relationship.me is FailoverState.NORMAL, f"seed {life.seed}: {host.name}"
            assert relationship.partner is FailoverState.NORMAL, f"seed {life.seed}: {host.name}"
