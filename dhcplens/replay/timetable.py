"""What is due when: the scenario's events and the timers of its clients, in one queue."""

import heapq
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from dhcplens.replay.clients import Client, Outgoing
from dhcplens.replay.scenario import Act, Arrive, ClientAct, Event, Scenario

AFTERWARDS = 5.0
"""Lab seconds after the end in which the servers finish what is under way; the clients are silent by then."""

_JITTER = 0.25  # share of the pace by which an arrival may be early or late


@dataclass(frozen=True, slots=True)
class Errand:
    """One client does one thing; ``act`` None is to arrive."""

    client: str
    act: Act | None
    address: IPv4Address | None = None
    relayed: bool = False


@dataclass(order=True, slots=True)
class _Due:
    at: float
    number: int
    what: Event | Errand = field(compare=False)


def timetable(scenario: Scenario, seed: int) -> list[tuple[float, Event | Errand]]:
    """Everything that the scenario says, in order: its events, and one errand for each client of a line.

    A line about clients stands as an event too, at its own time. The pace is kept on the whole, each errand
    a little early or late as the seed decides.
    """
    queue: list[_Due] = []
    source = random.Random(f"{seed}/timetable")
    for event in scenario.events:
        heapq.heappush(queue, _Due(event.at, len(queue), event))
        if isinstance(event.action, Arrive | ClientAct):
            for place, errand in enumerate(_errands(event.action)):
                shift = source.uniform(-_JITTER, _JITTER) * event.action.interval if place else 0.0
                moment = event.at + place * event.action.interval + shift
                heapq.heappush(queue, _Due(moment, len(queue), errand))
    return [(due.at, due.what) for due in _drain(queue)]


def _errands(action: Arrive | ClientAct) -> list[Errand]:
    if isinstance(action, Arrive):
        return [Errand(name, None) for name in action.clients]
    return [Errand(name, action.act, action.address, action.relayed) for name in action.clients]


def _drain(queue: list[_Due]) -> Iterator[_Due]:
    while queue:
        yield heapq.heappop(queue)


def run_errand(errand: Errand, clients: Mapping[str, Client], now: float) -> list[Outgoing]:
    """Lets the client do it."""
    client = clients[errand.client]
    if errand.act is None:
        return client.arrive(now)
    return client.act(errand.act, now, errand.address, relayed=errand.relayed)


class Alarms:
    """The clients' timers; a client is entered again whenever its timer may have moved."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, str]] = []

    def note(self, client: Client) -> None:
        """Takes over the client's present timer."""
        if client.timer is not None:
            heapq.heappush(self._queue, (client.timer, client.identity.name))

    def next(self) -> float | None:
        """The moment of the next one (it may prove to be out of date)."""
        return self._queue[0][0] if self._queue else None

    def due(self, clients: Mapping[str, Client], now: float) -> Iterator[Client]:
        """Clients whose timer has passed, each once."""
        while self._queue and self._queue[0][0] <= now:
            moment, name = heapq.heappop(self._queue)
            if clients[name].timer == moment:
                yield clients[name]
