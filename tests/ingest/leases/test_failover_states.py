"""State blocks: every state that dhcpd can write is read back without complaint."""

import pytest

from dhcplens.ingest.leases import read_leases
from dhcplens.model.states import FailoverState


@pytest.mark.parametrize("state", FailoverState)
def test_every_state_is_known(state: FailoverState) -> None:
    """A new pair writes unknown-state for its partner; that and all the others are ordinary words."""
    block = (
        f'failover peer "p" state {{\n  my state {state} at 2 2026/03/03 01:03:00;\n'
        f"  partner state {state} at 2 2026/03/03 01:03:00;\n}}\n"
    )
    piece = read_leases(block.encode(), "dhcpd.leases")
    assert piece.problems == ()
    assert list(piece.failover_states[["my_state", "partner_state"]].iloc[0]) == [state, state]
