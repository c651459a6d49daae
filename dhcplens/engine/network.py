"""The failover link of the world: connections, delay, loss and cuts, as TCP lets a server see them."""

import random
from collections import deque
from dataclasses import dataclass, field

from dhcplens.engine.messages import Message

RETRANSMIT = 200_000
"""Microseconds after which TCP sends again what was lost."""


@dataclass
class Way:
    """One direction between two hosts; ``delay`` in microseconds, ``loss`` as a share."""

    delay: int
    loss: float = 0.0
    cut: bool = False


@dataclass
class Connection:
    """A TCP connection between hosts ``a`` (which dialled) and ``b``; closed for a host that left it.

    ``held`` are messages that a cut keeps from arriving, by receiver.
    """

    number: int
    a: str
    b: str
    open_for: set[str] = field(default_factory=set)
    held: dict[str, deque[Message]] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)  # when the last message arrives, by receiver

    def joins(self, one: str, other: str) -> bool:
        """Whether it is between these two."""
        return {one, other} == {self.a, self.b}

    def other(self, host: str) -> str:
        """The host at the other end."""
        return self.b if host == self.a else self.a


class Network:
    """Ways between hosts. Every message of a connection arrives once and in order, or never."""

    def __init__(self, delay: int, seed: random.Random) -> None:
        self._ways: dict[tuple[str, str], Way] = {}
        self._delay = delay
        self._random = seed

    def way(self, sender: str, receiver: str) -> Way:
        """The way from one host to another."""
        found = self._ways.get((sender, receiver))
        if found is None:
            found = self._ways[sender, receiver] = Way(self._delay)
        return found

    def ways(self) -> list[Way]:
        """All ways used so far."""
        return list(self._ways.values())

    def passes(self, one: str, other: str) -> bool:
        """Whether packets pass both ways."""
        return not self.way(one, other).cut and not self.way(other, one).cut

    def arrival(self, now: int, connection: Connection, sender: str) -> int:
        """When a message sent now arrives."""
        receiver = connection.other(sender)
        way = self.way(sender, receiver)
        at = now + way.delay
        wait = RETRANSMIT
        while way.loss and self._random.random() < way.loss:
            at += wait
            wait *= 2
        at = max(at, connection.last.get(receiver, 0))
        connection.last[receiver] = at
        return at
