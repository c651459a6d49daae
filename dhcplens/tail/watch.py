"""What a tail knows, and the events that new lines make of it: a function of lines and memory alone.

A run that is killed goes on from its memory as if nothing had happened, so nothing here asks for the time.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from dhcplens.ingest.places import place_name
from dhcplens.tail.clock import SECOND, rfc3339
from dhcplens.tail.events import Event, Kind
from dhcplens.tail.incidents import Incidents
from dhcplens.tail.judge import Answer, Judged, Question
from dhcplens.tail.leasefile import recorded_states, unfinished
from dhcplens.tail.lines import LineReader, Piece, Row
from dhcplens.tail.present import Present, Times, passed
from dhcplens.tail.window import Window

_MOST_POOLS: Final = 500
_RECENT_MOVES: Final = 20
_QUIET: Final = frozenset({"empty-line", "message-repeated", "wrote-leases"})
"""Notices of which no rule asks."""

LASTING: Final = (30, 60, 90, 120, 300, 600, 900, 1800, 3600)
"""Seconds after a move at which a rule may have a new word though no line came: its thresholds."""


@dataclass(slots=True)
class Stand:
    """What was last heard of one server in one relationship; ``since`` in RFC 3339."""

    state: str | None = None
    since: str | None = None
    partner: str | None = None
    partner_since: str | None = None
    recent: list[list[Any]] = field(default_factory=list)


class Watch:
    """Takes lines of all sources, gives events."""

    def __init__(self, reader: LineReader, since: int | None = None) -> None:
        self._reader = reader
        self._since = since
        self._window = Window()
        self._lines: dict[str, int] = {}
        self._rests: dict[str, str] = {}
        self._recorded: dict[str, list[str | None]] = {}
        self._next = 1
        self._history = 0
        self._incidents = Incidents()
        self.stands: dict[tuple[str, str], Stand] = {}
        """By relationship and server."""
        self.pools: dict[tuple[str, str, str], dict[str, Any]] = {}
        """By server, network and the pool's pointer; the last pool line each."""
        self.messages: Counter[tuple[str, str]] = Counter()
        """By server and type."""
        self.moves: Counter[tuple[str, str, str]] = Counter()
        """By relationship, server and new state."""
        self.refused: Counter[str] = Counter()
        """Binding updates that the partner rejected, by server."""
        self.unknown = 0
        self.unjudged = False
        """Whether lines came since all rules last looked that they may have a word on."""
        self.telling = 0
        """How many lines came that the rules may have a word on."""
        self.urgent: set[str] = set()
        """Tables that got rows since any rules last looked which these should look at without delay."""
        self.present = Present()
        """What the clocks of the hosts show."""
        self._looked: Times = {}
        self._asked = False

    @property
    def findings(self) -> list[Judged]:
        """The findings that are open."""
        return self._incidents.open

    @property
    def full(self) -> bool:
        """Whether the rules should look before more comes."""
        return self._window.full

    @property
    def total(self) -> int:
        """Lines read in this life and those before."""
        return sum(self._lines.values())

    def take(
        self, source: str, data: bytes, *, history: bool = False, written: float | None = None
    ) -> list[Event]:
        """Whole lines of a source; what is history is remembered without events.

        ``written`` is when the last of them was written, in POSIX seconds, None where that is not known.
        """
        piece = self._reader.read(data, source, self._lines.get(source, 0))
        self._lines[source] = self._lines.get(source, 0) + piece.lines
        self._window.add(source, piece)
        self.messages.update(piece.messages)
        self.refused.update(piece.refused)
        self.unknown += piece.unknown
        if piece.last is not None and written is not None:
            self.present.heard(*piece.last, written)
        if history:
            self._history = max(self._history, self._last_time(source, piece))
        events = []
        for row in piece.rows:
            event = self._event(row)
            if event is not None and not history and self._recent(row):
                events.append(self._numbered(event))
        return events

    def take_leases(self, source: str, data: bytes, *, history: bool = False) -> list[Event]:
        """Whole lines of a lease file: the failover states that it records, where they change."""
        text = self._rests.pop(source, "").encode("latin-1") + data
        if rest := unfinished(text):
            self._rests[source] = rest.decode("latin-1")
        server = place_name(source) or self._reader.host
        events = []
        for one in recorded_states(text):
            said = [one.state, one.partner_state]
            if self._recorded.get(f"{source}\n{one.relationship}") == said:
                continue
            self._recorded[f"{source}\n{one.relationship}"] = said
            since, partner_since = (
                rfc3339(None if when is None else when * SECOND) for when in (one.since, one.partner_since)
            )
            fields = {
                "relationship": one.relationship,
                "state": one.state,
                "since": since,
                "partner_state": one.partner_state,
                "partner_since": partner_since,
            }
            latest = max(filter(None, (since, partner_since)), default=None)
            if not history:
                events.append(self._numbered(Event(0, Kind.RECORDED_STATE, latest, server, source, fields)))
        return events

    def hurry(self, moment: float) -> Question:
        """A question to the rules that the newest lines concern."""
        tables, self.urgent = self.urgent, set()
        return Question(self._window.lines(), self.present.at(moment), tables)

    def to_judge(self, moment: float | None = None, *, may_wait: bool = False) -> Question:
        """A question to all rules, as of a moment of our clock (None: of the last line).

        From now on only newer lines count as not judged.
        """
        self.unjudged, self._asked = False, True
        self.urgent = set()
        self._window.judged()
        now = {} if moment is None else self.present.at(moment)
        self._looked = now
        return Question(self._window.lines(), now, None, may_wait)

    def judged(self, answer: Answer) -> list[Event]:
        """What the rules say: findings that are new, and those that are over."""
        if answer.findings is None:  # given up
            self.unjudged = True
            return []
        if answer.rules is None:
            self._asked = False
        limit = max(self._since or 0, self._history)
        events = self._incidents.compare(answer.findings, limit, answer.rules)
        last = rfc3339(max((stamp for stamp, _ in self.present.last.values()), default=None))
        return [self._numbered(one if one.time else replace(one, time=last)) for one in events]

    def overdue(self, moment: float) -> bool:
        """Whether a state has lasted so long by now that rules may have a word on it that is new."""
        marks = [
            (server, _nanoseconds(since))
            for (_, server), stand in self.stands.items()
            for since in (stand.since, stand.partner_since)
            if since is not None
        ]
        return passed(marks, LASTING, self._looked, self.present.at(moment))

    def memory(self) -> dict[str, Any]:
        """Everything that the next run needs, for JSON."""
        return {
            "next": self._next,
            "history": self._history,
            "lines": self._lines,
            "stands": [[*key, _fields(one)] for key, one in self.stands.items()],
            "pools": [[*key, pool] for key, pool in self.pools.items()],
            "rests": self._rests,
            "recorded": self._recorded,
            "incidents": self._incidents.memory(),
            "window": self._window.lines(),
            "unjudged": self.unjudged or self._asked,
            "present": self.present.last,
        }

    def remember(self, memory: Mapping[str, Any]) -> None:
        """Go on from the memory of an earlier run."""
        self._next, self._history = memory["next"], memory["history"]
        self._lines = dict(memory["lines"])
        self.stands = {(name, server): Stand(**one) for name, server, one in memory["stands"]}
        self.pools = {(server, net, pool): one for server, net, pool, one in memory["pools"]}
        self._rests, self._recorded = dict(memory["rests"]), dict(memory["recorded"])
        self._incidents.remember(memory["incidents"])
        self._window.remember(memory["window"], self._reader)
        self.unjudged = memory["unjudged"]
        self.present = Present({host: (stamp, at) for host, (stamp, at) in memory["present"].items()})

    def _last_time(self, source: str, piece: Piece) -> int:
        """The latest time in a piece, in nanoseconds."""
        last = [self._reader.row(source, *one) for one in piece.kept[-1:]]
        return max((row.time for row in (*piece.rows, *last) if row and row.time), default=0)

    def _numbered(self, event: Event) -> Event:
        number, self._next = self._next, self._next + 1
        return Event(number, event.event, event.time, event.server, event.source, event.fields)

    def _recent(self, row: Row) -> bool:
        return self._since is None or row.time is None or row.time >= self._since

    def _event(self, row: Row) -> Event | None:
        if row.table == "transitions":
            self._telling(row, urgent=True)
            return self._move(row)
        if row.table == "pools":
            if row.fields.get("requesting"):
                self._telling(row, urgent=True)
            return self._pool(row)
        if row.table == "notices" and row.fields["code"] not in _QUIET:
            self._telling(row, urgent=row.fields["relationship"] is not None)
        return None

    def _telling(self, row: Row, *, urgent: bool) -> None:
        self.unjudged = True
        self.telling += 1
        if urgent:
            self.urgent.add(row.table)

    def _move(self, row: Row) -> Event | None:
        fields = {name: str(row.fields.get(name) or "") for name in ("relationship", "subject", "old", "new")}
        stand = self.stands.setdefault((fields["relationship"], row.server), Stand())
        said = [row.time, fields["subject"], fields["old"], fields["new"]]
        if row.time is not None and said in stand.recent:  # logged twice, or in two files
            return None
        stand.recent = [*stand.recent, said][-_RECENT_MOVES:]
        when = rfc3339(row.time)
        if fields["subject"] == "local":
            stand.state, stand.since = fields["new"], when
            self.moves[fields["relationship"], row.server, fields["new"]] += 1
        else:
            stand.partner, stand.partner_since = fields["new"], when
        return Event(0, Kind.MOVE, when, row.server, row.source, fields)

    def _pool(self, row: Row) -> Event | None:
        names = ("network", "kind", "total", "free", "backup", "lts")
        fields = {name: row.fields.get(name) for name in names}
        key = row.server, str(fields["network"]), str(row.fields.get("pool_id"))
        before = self.pools.pop(key, None)
        self.pools[key] = fields
        if len(self.pools) > _MOST_POOLS:
            del self.pools[next(iter(self.pools))]
        counts = ("total", "free", "backup")
        if before is not None and all(before[name] == fields[name] for name in counts):
            return None
        return Event(0, Kind.POOL, rfc3339(row.time), row.server, row.source, fields)


def _nanoseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp()) * SECOND


def _fields(stand: Stand) -> dict[str, Any]:
    return {name: getattr(stand, name) for name in Stand.__slots__}
