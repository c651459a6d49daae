"""Findings that arise, last, end and are withdrawn."""

import json
from dataclasses import replace
from datetime import datetime

from dhcplens.tail.events import Kind
from dhcplens.tail.incidents import Incidents
from dhcplens.tail.judge import Judged

DOWN = Judged(
    code="FO101",
    name="peer-down",
    severity="warning",
    title="a was down",
    start="2026-01-01T10:00:00+00:00",
    end=None,
    servers=("a",),
    evidence=("a line",),
    meaning="m",
    advice=("do",),
    place="",
    consequence_of=None,
)
ENDED = replace(DOWN, end="2026-01-01T10:30:00+00:00")


def kinds(incidents: Incidents, *findings: Judged) -> list[Kind]:
    return [event.event for event in incidents.compare(findings)]


def test_a_finding_is_raised_once_and_cleared_once() -> None:
    """However often the rules repeat themselves, there is one begin and one end."""
    one = Incidents()
    assert kinds(one, DOWN) == [Kind.RAISED]
    assert kinds(one, DOWN) == []
    assert kinds(one, ENDED) == [Kind.CLEARED]
    assert kinds(one, ENDED) == []
    assert one.open == []


def test_what_began_and_ended_unseen_is_told_whole() -> None:
    """Between two looks of the rules an incident may be over: it has both events, in order."""
    events = Incidents().compare([ENDED])
    assert [(event.event, event.time) for event in events] == [
        (Kind.RAISED, "2026-01-01T10:00:00Z"),
        (Kind.CLEARED, "2026-01-01T10:30:00Z"),
    ]


def test_a_start_that_becomes_known_better_is_no_new_finding() -> None:
    """More lines move the start of a finding by seconds."""
    one = Incidents()
    kinds(one, DOWN)
    assert kinds(one, replace(DOWN, start="2026-01-01T09:59:40+00:00")) == []


def test_the_next_incident_of_the_same_kind_is_a_new_one() -> None:
    """An open finding beside an ended one of the same name is raised."""
    one = Incidents()
    kinds(one, DOWN)
    again = replace(DOWN, start="2026-01-01T12:00:00+00:00")
    assert kinds(one, ENDED, again) == [Kind.CLEARED, Kind.RAISED]
    assert [finding.start for finding in one.open] == [again.start]


def test_a_finding_that_is_withdrawn_is_cleared_without_an_end() -> None:
    """The rules may change their mind as more comes."""
    one = Incidents()
    kinds(one, DOWN)
    (event,) = one.compare([])
    assert (event.event, event.fields["end"]) == (Kind.CLEARED, None)


def test_networks_are_kept_apart() -> None:
    """The same finding of two networks is two."""
    one = Incidents()
    assert kinds(one, replace(DOWN, place="10.0.0.0/24"), replace(DOWN, place="10.1.0.0/24")) == [
        Kind.RAISED,
        Kind.RAISED,
    ]


def test_info_is_no_event() -> None:
    """What is only worth knowing belongs into a report."""
    assert kinds(Incidents(), replace(DOWN, severity="info")) == []


def test_what_ended_before_the_tail_began_is_not_told() -> None:
    """History has no events, but what still lasts is raised."""
    one = Incidents()
    ended = int(datetime.fromisoformat(ENDED.end or "").timestamp()) * 10**9
    events = one.compare([ENDED, replace(DOWN, name="link-down")], ended)
    assert [(event.event, event.fields["name"]) for event in events] == [(Kind.RAISED, "link-down")]
    assert kinds(one, ENDED, replace(DOWN, name="link-down")) == []


def test_memory_holds_what_is_open_and_what_was_told() -> None:
    """After a restart nothing is raised again and the end is still told."""
    one, other = Incidents(), Incidents()
    kinds(one, DOWN, replace(ENDED, name="flapping"))
    other.remember(json.loads(json.dumps(one.memory())))
    assert kinds(other, DOWN, replace(ENDED, name="flapping")) == []
    assert kinds(other, ENDED) == [Kind.CLEARED]
