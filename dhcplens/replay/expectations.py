"""Whether an ``expect`` line of a scenario is true, asked of whoever plays the scenario."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from dhcplens.model.states import BindingState, FailoverState
from dhcplens.replay.clients import Client, Outcome
from dhcplens.replay.scenario import (
    AddressCount,
    AddressState,
    ClientAnswered,
    ClientCount,
    ClientHas,
    Condition,
    Scenario,
    ServerRuns,
    ServerState,
)


class Witness(Protocol):
    """What a back end can say of the present moment."""

    @property
    def clients(self) -> Mapping[str, Client]:
        """The clients by name."""

    def running(self, server: str) -> bool:
        """Whether the server's process lives."""

    def state(self, server: str) -> FailoverState | None:
        """The server's own failover state; None before its first word."""

    def partner_state(self, server: str) -> FailoverState | None:
        """What the server last heard of its partner's state."""

    def bindings(self, server: str) -> Mapping[IPv4Address, BindingState]:
        """Last binding state of each address that stands in the server's lease file."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether it held, and in a word what was seen."""

    held: bool
    seen: str


def check(condition: Condition, scenario: Scenario, witness: Witness) -> Checked:
    """Holds a condition against the witness."""
    match condition:
        case ServerState(server, state, partner):
            seen = witness.partner_state(server) if partner else witness.state(server)
            return Checked(seen is state, seen.value if seen else "nothing yet")
        case ServerRuns(server, wanted):
            runs = witness.running(server)
            return Checked(runs is wanted, "running" if runs else "not running")
        case AddressState(address, binding, server):
            return _address(address, binding, witness.bindings(server), witness)
        case AddressCount(bound, number, binding, server):
            count = sum(state is binding for state in witness.bindings(server).values())
            return Checked(bound.holds(count, number), str(count))
        case ClientHas():
            return _has(condition, witness.clients[condition.client])
        case ClientAnswered():
            return _answered(condition, scenario, witness.clients[condition.client])
        case ClientCount(bound, number, clients):
            count = sum(witness.clients[name].lease is not None for name in clients)
            return Checked(bound.holds(count, number), str(count))


def _address(
    address: IPv4Address | str,
    wanted: BindingState,
    bindings: Mapping[IPv4Address, BindingState],
    witness: Witness,
) -> Checked:
    """An address without a word in the lease file is free (dhcpd.leases(5))."""
    place = address if isinstance(address, IPv4Address) else witness.clients[address].last_address
    if place is None:
        return Checked(False, "the client never had an address")
    seen = bindings.get(place, BindingState.FREE)
    return Checked(seen is wanted, f"{place} is {seen}")


def _has(condition: ClientHas, client: Client) -> Checked:
    held = client.lease.address if client.lease else None
    seen = str(held) if held else "no address"
    if not condition.holds:
        return Checked(held is None, seen)
    return Checked(held is not None and condition.address in (None, held), seen)


def _answered(condition: ClientAnswered, scenario: Scenario, client: Client) -> Checked:
    """Judged by the last transaction that came to an answer, or by the last one when nobody is expected."""
    if condition.server is None:
        answers = client.transactions[-1].answers if client.transactions else []
        return Checked(
            not answers, "nobody" if not answers else f"{answers[-1].kind} by {answers[-1].server}"
        )
    wanted = Outcome.REFUSED if condition.refused else Outcome.BOUND
    done = [one for one in client.transactions if one.final is not None]
    if condition.refused:
        done = [one for one in done if one.outcome is Outcome.REFUSED]
    final = done[-1].final if done else None
    if final is None:
        return Checked(False, "nobody")
    by_wanted = final.server == scenario.server(condition.server).address
    return Checked(
        by_wanted and done[-1].outcome in (wanted, Outcome.INFORMED), f"{final.kind} by {final.server}"
    )
