"""A healthy link brings every pair back to normal in bounded time."""

from dhcplens.model.states import FailoverState
from tests.engine.faults import Life


def back_to_normal(life: Life) -> None:
    """To be asked after the schedule's time of repair: twice MCLT and ten minutes."""
    for host in life.world.hosts.values():
        assert host.running, f"seed {life.seed}: {host.name} has left"
        for relationship in host.server.relationships.values():
            assert relationship.me is FailoverState.NORMAL, f"seed {life.seed}: {host.name}"
            assert relationship.partner is FailoverState.NORMAL, f"seed {life.seed}: {host.name}"
