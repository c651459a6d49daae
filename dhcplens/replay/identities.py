"""Who the clients of a scenario are: drawn from the seed, so that the same seed gives the same clients."""

import random
from dataclasses import dataclass

from dhcplens.model.loadbalance import primary_serves
from dhcplens.model.states import Role
from dhcplens.replay.scenario import Arrive, Scenario, Traits

_VENDORS = ("00:16:3e", "3c:52:82", "a4:5e:60", "b8:27:eb", "d8:9e:f3", "f0:de:f1")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a client says of itself; ``identifier`` is the whole of option 61."""

    name: str
    mac: str
    identifier: bytes | None
    hostname: str | None
    relay: str

    @property
    def chaddr(self) -> bytes:
        """The six bytes of the hardware address."""
        return bytes.fromhex(self.mac.replace(":", ""))

    @property
    def key(self) -> bytes:
        """What RFC 3074 hashes: the client identifier, else the hardware address."""
        return self.identifier or self.chaddr


def identities(scenario: Scenario, seed: int) -> dict[str, Identity]:
    """Every client of the scenario in order of first arrival; no two have one hardware address."""
    found: dict[str, Identity] = {}
    taken: set[str] = set()
    for event in scenario.events:
        if isinstance(event.action, Arrive) and event.action.traits is not None:
            for name in event.action.clients:
                found[name] = _draw(name, event.action.traits, scenario.hba, seed, taken)
                taken.add(found[name].mac)
    return found


def _draw(name: str, traits: Traits, hba: bytes, seed: int, taken: set[str]) -> Identity:
    source = random.Random(f"{seed}/{name}")
    hostname = traits.hostname or (name if traits.names else None)
    while True:
        tail = ":".join(f"{source.randrange(256):02x}" for _ in range(3))
        mac = traits.hardware or f"{source.choice(_VENDORS)}:{tail}"
        identifier = b"\x01" + bytes.fromhex(mac.replace(":", "")) if traits.identifiers else None
        identity = Identity(name, mac, identifier, hostname, traits.relay)
        fits = traits.owner is None or primary_serves(identity.key, hba) == (traits.owner is Role.PRIMARY)
        if traits.hardware or (fits and mac not in taken):
            return identity
