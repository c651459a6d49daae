"""Events of a tail, as one line of text or as one line of JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, Final

from dhcplens.model.states import FailoverState

SCHEMA: Final = 1


class Kind(StrEnum):
    """What happened; these words are the ``event`` of NDJSON and do not change."""

    MOVE = "move"
    POOL = "pool"
    RECORDED_STATE = "recorded-state"
    RAISED = "finding-raised"
    CLEARED = "finding-cleared"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``time`` is RFC 3339 in UTC, None where the log has no stamps.

    ``fields``: of a move ``relationship``, ``subject``, ``old``, ``new``; of a pool ``network``, ``kind``,
    ``total``, ``free``, ``backup``, ``lts``; of a recorded state (lease file) ``relationship``, ``state``,
    ``since``, ``partner_state``, ``partner_since``; of a finding ``name``, ``code``, ``severity``, ``title``,
    ``start``, ``end``, ``servers``, ``evidence``, ``meaning``, ``advice``. A finding that is cleared without
    an ``end`` was withdrawn: what came since tells something else.
    """

    id: int
    event: Kind
    time: str | None
    server: str | None
    source: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> str:
        """One JSON object without line breaks."""
        head = {"schema": SCHEMA, "id": self.id, "event": self.event, "time": self.time}
        return json.dumps({**head, "server": self.server, "source": self.source, **self.fields})

    def as_text(self, zone: tzinfo, colour: bool) -> str:
        """One line for people, times in their zone; nothing in it steers a terminal."""
        when = datetime.fromisoformat(self.time).astimezone(zone) if self.time else None
        stamp = f"{when:%Y-%m-%d %H:%M:%S}" if when else "-"
        words = printable(_WORDS[self.event](self))
        head = f"{stamp} {printable(self.server or '-')}"
        style = _style(self) if colour else ""
        return f"{head} \x1b[{style}m{words}\x1b[0m" if style else f"{head} {words}"


def printable(text: str) -> str:
    """The text with everything that a terminal would act upon made visible."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode()
        for one in text
    )


def _move(event: Event) -> str:
    fields = event.fields
    who = "I move" if fields["subject"] == "local" else "peer moves"
    return f"move {fields['relationship']}: {who} from {fields['old']} to {fields['new']}"


def _pool(event: Event) -> str:
    fields = event.fields
    counts = "  ".join(f"{name} {fields[name]}" for name in ("total", "free", "backup"))
    return f"pool {fields['network'] or '-'} {fields['kind']}: {counts}"


def _recorded(event: Event) -> str:
    fields = event.fields
    return (
        f"lease file {fields['relationship']}: my state {fields['state']}, "
        f"partner state {fields['partner_state']}"
    )


def _finding(event: Event) -> str:
    fields = event.fields
    over = "cleared" if fields["end"] else "withdrawn"
    verb = "raised" if event.event is Kind.RAISED else over
    return f"finding {verb}: {fields['severity']} {fields['name']}: {fields['title']}"


_WORDS: Final[Mapping[Kind, Callable[[Event], str]]] = {
    Kind.MOVE: _move,
    Kind.POOL: _pool,
    Kind.RECORDED_STATE: _recorded,
    Kind.RAISED: _finding,
    Kind.CLEARED: _finding,
}
_GREEN, _YELLOW, _RED, _CYAN, _FAINT = "32", "33", "1;31", "36", "2"


def _style(event: Event) -> str:
    if event.event is Kind.RAISED:
        return {"critical": _RED, "warning": _YELLOW}.get(event.fields["severity"], _CYAN)
    if event.event is Kind.CLEARED:
        return _GREEN
    if event.event is Kind.POOL:
        return _RED if event.fields["kind"] == "imbalanced" else _FAINT
    return state_style(event.fields["new"] if event.event is Kind.MOVE else event.fields["state"])


def state_style(state: str) -> str:
    """Colour of a failover state: green for normal, yellow where it answers or soon will, else red."""
    if state == FailoverState.NORMAL:
        return _GREEN
    answers = state in {one.value for one in FailoverState if one.answers}
    return _YELLOW if answers or state.startswith(("recover", "startup")) else _RED
