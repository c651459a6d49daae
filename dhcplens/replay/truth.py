"""What really happened in a run, kept while it is played and written as ``truth.json``.

Moments stand as UTC times of the lab's clock (RFC 3339); ``offset`` is lab seconds since the begin.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from dhcplens.model.states import BindingState, FailoverState, Subject
from dhcplens.replay.clients import Client, Transaction
from dhcplens.replay.expectations import Checked
from dhcplens.replay.scenario import Event, Scenario

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Move:
    """One state move as a server logged it."""

    at: float
    server: str
    subject: Subject
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that a server did of itself: ``what`` is starts, disconnects or balances.

    ``clock`` is lab seconds as the server's own clock shows them.
    """

    at: float
    clock: float
    server: str
    what: str


HAPPENED = {
    "server-version": "starts",
    "peer-disconnected": "disconnects",
    "balancing-pool": "balances",
}
"""By the code of the line that tells of it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """An ``expect`` line and what came of it."""

    event: Event
    at: float
    checked: Checked


@dataclass
class Truth:
    """Filled by a back end; ``player`` names it, with its version."""

    scenario: Scenario
    seed: int
    speed: float
    player: str
    clients: Mapping[str, Client]
    events: list[tuple[float, Event]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    bindings: dict[str, Mapping[IPv4Address, BindingState]] = field(default_factory=dict)
    complete: bool = False

    @property
    def held(self) -> bool:
        """Whether the run came to its end without a problem and every expectation held."""
        fine = self.complete and not self.problems
        return fine and all(one.checked.held for one in self.expectations)

    def last_state(self, server: str, subject: Subject) -> FailoverState | None:
        """The state that the server last named, of itself or of its partner."""
        for move in reversed(self.moves):
            if move.server == server and move.subject is subject:
                return FailoverState(move.new)
        return None

    def write(self, out: Path) -> None:
        """Writes ``truth.json`` into the folder."""
        (out / "truth.json").write_text(laid_out(self._document()), encoding="utf-8")

    def _document(self) -> dict[str, Any]:
        scenario = self.scenario
        return {
            "format": FORMAT,
            "scenario": scenario.source,
            "title": scenario.title,
            "player": self.player,
            "seed": self.seed,
            "speed": self.speed,
            "zone": scenario.zone,
            "begin": self._time(0.0),
            "end": self._time(scenario.length),
            "complete": self.complete,
            "relationship": scenario.relationship,
            "servers": [
                {"name": server.name, "role": server.role, "address": str(server.address)}
                for server in scenario.servers
            ],
            "relays": [
                {"name": relay.name, "address": str(relay.address), "servers": relay.servers}
                for relay in scenario.relays
            ],
            "events": [
                self._moment(at) | {"line": event.line, "text": event.text} for at, event in self.events
            ],
            "moves": [
                self._moment(move.at)
                | {"server": move.server, "subject": move.subject, "old": move.old, "new": move.new}
                for move in self.moves
            ],
            "happened": [
                self._moment(one.at)
                | {"clock": self._time(one.clock), "server": one.server, "what": one.what}
                for one in self.happened
            ],
            "expectations": [
                self._moment(one.at)
                | {
                    "line": one.event.line,
                    "text": one.event.text,
                    "held": one.checked.held,
                    "seen": one.checked.seen,
                }
                for one in self.expectations
            ],
            "final": {server.name: self._final(server.name) for server in scenario.servers},
            "clients": {name: self._client(client) for name, client in self.clients.items()},
            "problems": self.problems,
        }

    def _final(self, server: str) -> dict[str, Any]:
        counts: dict[str, int] = {}
        for state in self.bindings.get(server, {}).values():
            counts[state] = counts.get(state, 0) + 1
        return {
            "state": self.last_state(server, Subject.LOCAL),
            "partner_state": self.last_state(server, Subject.PARTNER),
            "bindings": counts,
        }

    def _client(self, client: Client) -> dict[str, Any]:
        identity = client.identity
        return {
            "mac": identity.mac,
            "identifier": identity.identifier.hex(":") if identity.identifier else None,
            "hostname": identity.hostname,
            "relay": identity.relay,
            "address": str(client.lease.address) if client.lease else None,
            "transactions": [self._transaction(one) for one in client.transactions],
        }

    def _transaction(self, one: Transaction) -> dict[str, Any]:
        names = {server.address: server.name for server in self.scenario.servers}
        final = one.final
        return {
            "what": one.what,
            "began": self._time(one.began),
            "outcome": one.outcome,
            "server": names.get(final.server, str(final.server)) if final else None,
            "address": str(final.address) if final else None,
            "lease_time": final.lease_time if final else None,
            "sent": [[self._time(sent.time), sent.kind, sent.secs] for sent in one.sent],
            "answers": [
                [
                    self._time(answer.time),
                    answer.kind,
                    names.get(answer.server, str(answer.server)),
                    str(answer.address),
                    answer.lease_time,
                ]
                for answer in one.answers
            ],
        }

    def _moment(self, at: float) -> dict[str, Any]:
        return {"time": self._time(at), "offset": round(at, 2)}

    def _time(self, at: float) -> str:
        moment = datetime.fromtimestamp(self.scenario.begin.timestamp() + at, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def laid_out(document: Mapping[str, Any]) -> str:
    """JSON text in which each event, move and client has one line."""
    parts = [f" {json.dumps(key)}: {_rows(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_line(one)}" for one in value) + "\n ]"
    if isinstance(value, dict) and value:
        rows = (f"  {json.dumps(key)}: {_line(one)}" for key, one in value.items())
        return "{\n" + ",\n".join(rows) + "\n }"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
