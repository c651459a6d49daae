"""Events of a tail as a function of lines and memory."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.reader import read_log
from dhcplens.tail.clock import LiveClock, rfc3339
from dhcplens.tail.events import Event, Kind
from dhcplens.tail.judge import Answer, Judged
from dhcplens.tail.lines import LineReader
from dhcplens.tail.watch import Watch

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = 1_790_000_000.0
CRASH = (FIXTURES / "crash-primary" / "beta" / "messages").read_bytes()
HEAD = "Jul 10 11:02:29 a dhcpd[7]: "


def watch(since: int | None = None) -> Watch:
    return Watch(LineReader(LiveClock(UTC, lambda: NOW), "here"), since)


def told(*lines: str, since: int | None = None) -> list[Event]:
    """The events of some lines of one server."""
    return watch(since).take("log", "".join(HEAD + line + "\n" for line in lines).encode())


def test_a_move_is_an_event_with_both_states() -> None:
    """Moves of both subjects come out, numbered, in UTC, with everything that the line says."""
    first, second = told(
        "failover peer x: I move from normal to communications-interrupted",
        "failover peer x: peer moves from normal to normal",
    )
    assert first == Event(
        1,
        Kind.MOVE,
        "2026-07-10T11:02:29Z",
        "a",
        "log",
        {
            "relationship": "x",
            "subject": "local",
            "old": "normal",
            "new": "communications-interrupted",
        },
    )
    assert (second.id, second.fields["subject"]) == (2, "partner")


def pool(free: int, backup: int, kind: str = "balancing", pointer: str = "a1") -> str:
    return (
        f"{kind} pool {pointer} 10.0.0.0/24  total 240  free {free}  backup {backup}  lts 0  max-own (+/-)12"
    )


def test_only_changes_of_a_pool_are_events() -> None:
    """A pool line with the counts of the last one says nothing new."""
    events = told(pool(100, 100), pool(100, 100), pool(99, 100), pool(99, 100, pointer="b2"))
    assert [event.fields["free"] for event in events] == [100, 99, 99]
    assert {event.event for event in events} == {Kind.POOL}


def test_a_move_that_was_logged_twice_is_one_event() -> None:
    """The same line through two routes, or in two files, happened once."""
    move = "failover peer x: I move from startup to normal"
    assert len(told(move, "failover peer x: peer moves from startup to normal", move)) == 2


def test_history_is_remembered_and_not_told() -> None:
    """What stood in the log before makes no events, but the states are known."""
    one = watch()
    assert one.take("log", CRASH, history=True) == []
    assert one.stands["office", "beta"].state == "normal"


def test_since_leaves_out_what_was_before() -> None:
    """Lines before the given time make no events."""
    every = watch().take("log", CRASH)
    middle = sorted(event.time or "" for event in every)[len(every) // 2]
    second = int(datetime.fromisoformat(middle).timestamp()) * 10**9
    later = watch(since=second).take("log", CRASH)
    assert [event.time for event in later] == [event.time for event in every if (event.time or "") >= middle]


LINES = CRASH.splitlines(keepends=True)
WHOLE = [event.as_json() for event in watch().take("log", CRASH)]


@settings(max_examples=25, deadline=None)
@given(cuts=st.sets(st.integers(1, len(LINES) - 1), max_size=12))
def test_a_run_in_parts_tells_the_same_as_one_run(cuts: set[int]) -> None:
    """Wherever a run is killed and goes on from its memory, the events are those of a run without a break."""
    events: list[str] = []
    memory = None
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(LINES)], strict=True):
        one = watch()
        if memory is not None:
            one.remember(json.loads(memory))
        events += [event.as_json() for event in one.take("log", b"".join(LINES[start:end]))]
        memory = json.dumps(one.memory())
    assert events == WHOLE


@pytest.mark.parametrize("cut", [1, 100, len(LINES) - 1])
def test_the_rules_see_the_same_lines_after_a_break(cut: int) -> None:
    """The window that comes back from memory holds the lines that an unbroken run holds."""
    one, other = watch(), watch()
    one.take("log", CRASH)
    other.take("log", b"".join(LINES[:cut]))
    again = watch()
    again.remember(json.loads(json.dumps(other.memory())))
    again.take("log", b"".join(LINES[cut:]))
    assert sorted(again.to_judge().lines) == sorted(one.to_judge().lines)


@pytest.mark.parametrize("log", sorted(FIXTURES.glob("*/*/messages")), ids=lambda path: path.parent.name)
def test_the_line_reader_means_what_the_log_reader_means(log: Path) -> None:
    """Moves, pool lines and counted messages are those of the reader of collected logs."""
    data = log.read_bytes()
    data += b"" if data.endswith(b"\n") else b"\n"
    piece = LineReader(LiveClock(UTC, lambda: NOW), "here").read(data, "log", 0)
    tables = read_log(data, "log").tables
    for name in ("transitions", "pools"):
        assert [row.line for row in piece.rows if row.table == name] == tables[name]["line"].tolist()
    by_type = {kind: count for kind, count in tables["messages"]["type"].value_counts().items() if count}
    counted: dict[str, int] = {}
    for (_, kind), count in piece.messages.items():
        counted[kind] = counted.get(kind, 0) + count
    assert counted == by_type
    last = tables["messages"]["line"].tolist()[-50:]
    kept = {number for number, _ in piece.kept}
    assert set(last) <= kept


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300).map(lambda raw: raw + b"\n"))
def test_no_bytes_are_too_odd(data: bytes) -> None:
    """Whatever stands in a log, lines are counted and nothing is raised; no event steers the terminal."""
    one = watch()
    for event in one.take("log", b"Jul 10 11:02:29 a dhcpd: " + data):
        assert event.as_text(UTC, colour=False).isprintable()
    assert one.total == data.count(b"\n")


def test_control_bytes_never_reach_the_terminal() -> None:
    """A relationship's name with escapes in it is shown, not obeyed."""
    (event,) = told("failover peer \x1b[2J\x07x: I move from startup to normal")
    assert event.as_text(UTC, colour=False).isprintable()
    assert "\\x1b[2J" in event.as_text(UTC, colour=False)
    assert "\x1b" not in event.as_json()


def test_recorded_states_of_a_lease_file_are_events_where_they_change() -> None:
    """A lease file that is written anew repeats its state; only another state is news."""
    one = watch()
    block = (
        'failover peer "x" state {{\n  my state {} at 4 2026/11/19 14:00:00;\n  partner state normal;\n}}\n'
    )
    first = one.take_leases("/srv/alpha/dhcpd.leases", block.format("normal").encode())
    assert [(event.event, event.server, event.fields["state"]) for event in first] == [
        (Kind.RECORDED_STATE, "alpha", "normal")
    ]
    halves = block.format("partner-down").encode()
    assert one.take_leases("/srv/alpha/dhcpd.leases", block.format("normal").encode() + halves[:40]) == []
    again = watch()
    again.remember(json.loads(json.dumps(one.memory())))
    (event,) = again.take_leases("/srv/alpha/dhcpd.leases", halves[40:])
    assert (event.id, event.fields["state"], event.time) == (2, "partner-down", "2026-11-19T14:00:00Z")


def test_a_finding_that_is_withdrawn_has_the_time_of_the_last_line() -> None:
    """What the rules take back is told as withdrawn, when the lines came that changed their mind."""
    one = watch()
    one.take("log", CRASH, written=1.0)
    found = Judged("FO101", "peer-down", "warning", "a was down", None, None, ("a",), (), "m", (), "", None)
    (raised,) = one.judged(Answer([replace(found, start="2026-01-01T10:00:00+00:00")]))
    (withdrawn,) = one.judged(Answer([], frozenset({"peer-down"})))
    assert "finding raised" in raised.as_text(UTC, colour=False)
    assert "finding withdrawn" in withdrawn.as_text(UTC, colour=False)
    assert (withdrawn.event, withdrawn.fields["end"]) == (Kind.CLEARED, None)
    assert withdrawn.time == rfc3339(one.present.last["beta"][0])
    assert one.judged(Answer(None)) == []
    assert one.unjudged


def test_times_are_rfc_3339() -> None:
    """UTC with a Z; a fraction only where there is one."""
    assert rfc3339(1_500_000_000) == "1970-01-01T00:00:01.500Z"
    assert rfc3339(0) == "1970-01-01T00:00:00Z"
    assert rfc3339(None) is None
