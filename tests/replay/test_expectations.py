"""Whether an expect line is true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

import pytest

from dhcplens.model.states import BindingState, FailoverState, MessageType
from dhcplens.replay.clients import Client, Packet
from dhcplens.replay.expectations import Checked, check
from dhcplens.replay.identities import identities
from dhcplens.replay.language import parse
from dhcplens.replay.scenario import Expect

TEXT = """\
server a is primary at 10.20.0.2
server b is secondary at 10.20.0.3
relay at 10.20.0.1
network 10.20.0.0/16
pool 10.20.100.1 to 10.20.100.9
at 0s got, refused, silent arrive
at 1m expect {}
at 2m end
"""
GOT = IPv4Address("10.20.100.5")


@dataclass
class Scene:
    """A moment in which a is normal and runs, b is down, and the clients fared as they are called."""

    clients: Mapping[str, Client]
    states: Mapping[str, FailoverState] = field(default_factory=lambda: {"a": FailoverState.NORMAL})

    def running(self, server: str) -> bool:
        """Only a runs."""
        return server == "a"

    def state(self, server: str) -> FailoverState | None:
        """What the server said last."""
        return self.states.get(server)

    def partner_state(self, server: str) -> FailoverState | None:
        """a saw b in recover."""
        return FailoverState.RECOVER if server == "a" else None

    def bindings(self, server: str) -> Mapping[IPv4Address, BindingState]:
        """One address is leased on a."""
        return {GOT: BindingState.ACTIVE} if server == "a" else {}


def judged(condition: str) -> Checked:
    """What comes of an expect line in the scene."""
    scenario = parse(TEXT.format(condition), "x.scenario")
    clients = {name: Client(one, 1) for name, one in identities(scenario, 1).items()}
    server = scenario.servers[0].address
    for name, kind in (("got", MessageType.ACK), ("refused", MessageType.NAK)):
        one = clients[name]
        [asked] = one.arrive(0.0)
        for answer in (MessageType.OFFER, kind):
            packet = Packet(answer, asked.packet.xid, b"", yiaddr=GOT, server_id=server, lease_time=60)
            one.receive(packet, server, 1.0)
    clients["silent"].arrive(0.0)
    expect = scenario.events[1].action
    assert isinstance(expect, Expect)
    return check(expect.condition, scenario, Scene(clients))


@pytest.mark.parametrize(
    ("true", "false", "seen"),
    [
        ("a is normal", "a is recover", "normal"),
        ("a sees its partner in recover", "a sees its partner in normal", "recover"),
        ("a is running", "a is not running", "running"),
        ("b is not running", "b is running", "not running"),
        ("10.20.100.5 is active on a", "10.20.100.5 is free on a", "10.20.100.5 is active"),
        ("10.20.100.6 is free on a", "10.20.100.6 is active on a", "10.20.100.6 is free"),
        ("address of got is active on a", "address of got is backup on a", "10.20.100.5 is active"),
        ("exactly 1 addresses are active on a", "exactly 2 addresses are active on a", "1"),
        ("at least 1 addresses are active on a", "at least 2 addresses are active on a", "1"),
        ("at most 0 addresses are active on b", "at most 0 addresses are active on a", "1"),
        ("got has an address", "silent has an address", "no address"),
        ("got has 10.20.100.5", "got has 10.20.100.6", "10.20.100.5"),
        ("silent has no address", "got has no address", "10.20.100.5"),
        ("got was answered by a", "got was answered by b", "ACK by 10.20.0.2"),
        ("silent was answered by nobody", "got was answered by nobody", "ACK by 10.20.0.2"),
        ("refused was refused by a", "got was refused by a", "nobody"),
        ("refused was refused by a", "refused was refused by b", "NAK by 10.20.0.2"),
        ("exactly 1 of everyone have an address", "at least 2 of everyone have an address", "1"),
    ],
)
def test_a_condition_holds_or_fails_and_says_what_was_seen(true: str, false: str, seen: str) -> None:
    """Each kind of expect line can be true and can be false; the false one tells what was there instead."""
    assert judged(true).held
    wrong = judged(false)
    assert not wrong.held
    assert wrong.seen == seen


def test_a_server_that_said_nothing_is_in_no_state() -> None:
    """Before its first word a server is in none of the states."""
    assert judged("b is normal") == Checked(held=False, seen="nothing yet")


def test_a_client_without_address_has_no_binding() -> None:
    """The address of a client that never had one cannot be in any state."""
    assert not judged("address of silent is free on a").held
