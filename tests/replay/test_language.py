"""The scenario language."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.model.states import BindingState, FailoverState, Role
from dhcplens.replay import language
from dhcplens.replay.language import parse, read
from dhcplens.replay.scenario import (
    Act,
    AddressCount,
    AddressState,
    Arrive,
    Bound,
    ClientAct,
    ClientAnswered,
    ClientCount,
    ClientHas,
    CutLink,
    DelayLink,
    Expect,
    LogForm,
    PartnerDown,
    Scenario,
    ScenarioError,
    ServerRuns,
    ServerState,
    SetClock,
    Start,
    Stranger,
)

FIXTURES = Path(__file__).parents[2] / "fixtures"
HEADER = """\
scenario "A # in a title"  # and a comment
begin 2026-11-22 07:00:00 in Europe/Berlin
seed 7
server a is primary at 10.20.0.2
server b is secondary at 10.20.0.3
relay at 10.20.0.1
relay attic at 10.20.0.12 reaching a
network 10.20.0.0/16
pool 10.20.100.1 to 10.20.100.240
log iso without debug on b
mclt 30m
split 100
load balance max seconds 5 on b
"""
HEADER_LINES = HEADER.count("\n")


def scenario(*events: str) -> Scenario:
    """A scenario of two clients that are there already, these events, and the end."""
    lines = ["at 0s pc1..pc2 arrive", *events, "after 1h end"]
    return parse(HEADER + "\n".join(lines), "x.scenario")


def action(event: str) -> object:
    """What one line means."""
    return scenario(event).events[1].action


def test_header_names_the_pair() -> None:
    """The header gives servers, relays, networks, zone, seed and the form of each log."""
    made = scenario()
    assert made.title == "A # in a title"
    assert made.begin.isoformat() == "2026-11-22T07:00:00+01:00"
    assert made.seed == 7
    assert [(one.name, one.role, str(one.address)) for one in made.servers] == [
        ("a", Role.PRIMARY, "10.20.0.2"),
        ("b", Role.SECONDARY, "10.20.0.3"),
    ]
    assert [one.log_form for one in made.servers] == [LogForm.TRADITIONAL, LogForm.ISO]
    assert [one.log_debug for one in made.servers] == [True, False]
    assert [(one.name, one.servers) for one in made.relays] == [("relay", ("a", "b")), ("attic", ("a",))]


def test_compact_header_makes_both_configurations() -> None:
    """Statements without 'on' go to both files, except those that only a primary may have."""
    first, second = (one.conf for one in scenario().servers)
    for statement in ("primary;", "mclt 1800;", "split 100;", "peer address 10.20.0.3;"):
        assert statement in first
    assert "load balance max seconds 3;" in first
    assert "load balance max seconds 5;" in second
    assert "mclt" not in second
    assert "split" not in second
    assert all("range 10.20.100.1 10.20.100.240;" in conf for conf in (first, second))


def test_configurations_are_read_from_files_beside_the_scenario(tmp_path: Path) -> None:
    """'with FILE' takes that file's text; a file that is not there is refused where it is named."""
    (tmp_path / "a.conf").write_text('failover peer "x" { primary; split 3; }')
    text = HEADER.replace("10.20.0.2\n", "10.20.0.2 with a.conf\n").replace("mclt 30m\nsplit 100\n", "")
    text = text.replace("10.20.100.240\n", "10.20.100.240 on b\n") + "at 0s end\n"
    file = tmp_path / "x.scenario"
    file.write_text(text)
    assert read(file).servers[0].conf.endswith("split 3; }")
    assert read(file).relationship == "x"
    file.write_text(text.replace("a.conf", "missing.conf"))
    with pytest.raises(ScenarioError, match=r"x\.scenario:4:1: missing\.conf: No such file"):
        read(file)


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        ("at 1m start both", Start(("a", "b"))),
        ("at 1m start b and a", Start(("b", "a"))),
        ("at 1m put a in partner-down", PartnerDown(("a",))),
        ("at 1m set clock of b to 90s behind", SetClock("b", -90)),
        ("at 1m set clock of b right", SetClock("b", 0)),
        ("at 1m cut link", CutLink()),
        ("at 1m cut link from b", CutLink("b")),
        ("at 1m delay link by 1.5s", DelayLink(1.5)),
        ("at 1m stranger at 10.20.100.9 appears", Stranger(IPv4Address("10.20.100.9"), present=True)),
        ("at 1m pc1, pc2 renew every 5s", ClientAct(Act.RENEW, ("pc1", "pc2"), 5)),
        ("at 1m everyone vanish 12 a minute", ClientAct(Act.VANISH, ("pc1", "pc2"), 5)),
        ("at 1m pc1 asks for 10.20.100.5", ClientAct(Act.ASK, ("pc1",), 0, IPv4Address("10.20.100.5"))),
        ("at 1m pc1 releases through its relay", ClientAct(Act.RELEASE, ("pc1",), relayed=True)),
        ("at 1m pc2 arrives", Arrive(("pc2",), 0, None)),
        ("at 1m expect a is partner-down", Expect(ServerState("a", FailoverState.PARTNER_DOWN))),
        (
            "at 1m expect a sees its partner in recover",
            Expect(ServerState("a", FailoverState.RECOVER, partner=True)),
        ),
        ("at 1m expect b is not running", Expect(ServerRuns("b", running=False))),
        (
            "at 1m expect address of pc1 is backup on b",
            Expect(AddressState("pc1", BindingState.BACKUP, "b")),
        ),
        (
            "at 1m expect at most 3 addresses are active on a",
            Expect(AddressCount(Bound.AT_MOST, 3, BindingState.ACTIVE, "a")),
        ),
        ("at 1m expect pc1 has no address", Expect(ClientHas("pc1", holds=False))),
        ("at 1m expect pc1 has 10.20.100.7", Expect(ClientHas("pc1", address=IPv4Address("10.20.100.7")))),
        ("at 1m expect pc1 was answered by nobody", Expect(ClientAnswered("pc1", None))),
        ("at 1m expect pc2 was refused by b", Expect(ClientAnswered("pc2", "b", refused=True))),
        (
            "at 1m expect exactly 2 of pc1..pc2 have an address",
            Expect(ClientCount(Bound.EXACTLY, 2, ("pc1", "pc2"))),
        ),
    ],
)
def test_each_event_has_its_meaning(event: str, meaning: object) -> None:
    """A line of the scenario becomes the action that it names."""
    assert action(event) == meaning


def test_the_language_page_keeps_its_word() -> None:
    """The examples in the language's own description are a scenario."""
    blocks = [line[4:] for line in (language.__doc__ or "").splitlines() if line.startswith("    ")]
    made = parse("\n".join(blocks), "page")
    assert [server.name for server in made.servers] == ["dhcp-a", "dhcp-b"]
    assert [event.at for event in made.events] == [0, 120, 1200, 1260, 3600]


def test_traits_of_arrivals() -> None:
    """What is said of clients when they first arrive stays with them."""
    found = action('at 1m x arrives through attic belonging to b named "it\'s me" with identifiers')
    assert isinstance(found, Arrive)
    assert found.traits is not None
    assert found.traits.identifiers
    assert found.traits.hostname == "it's me"
    assert found.traits.relay == "attic"
    assert found.traits.owner is Role.SECONDARY


def test_times_are_since_the_begin_or_since_the_line_before() -> None:
    """'at' counts from the begin, 'after' from the event above."""
    made = scenario("at 1h30m start a", "after 90s stop a")
    assert [event.at for event in made.events] == [0, 5400, 5490, 9090]


@pytest.mark.parametrize(
    ("event", "column", "message"),
    [
        ("at 1m crash c", 13, "no server is called c"),
        ("at 1m crash", 12, "a server"),
        ("at 1m pc3 renews", 7, "no client is called pc3"),
        ("at 1m pc1 renewz", 11, "what the clients do"),
        ("at 1m pc5..pc3 arrive", 7, "pc5..pc3 is not a row of clients such as pc1..pc20"),
        ("at 1m pc1..pc99999 arrive", 7, "more than 20000 clients"),
        ("at 1m pc1, new arrive", 7, "new is new and others here are not"),
        ("at 1m pc1 arrives with names", 7, "are known already"),
        ("at 1m n1..n2 arrive hardware 00:11:22:33:44:55", 7, "only a single client"),
        ("at 1m n1 arrives through cellar", 26, "no relay is called cellar"),
        ("at 1m n1..n9 arrive 0 a minute", 21, "a pace cannot be 0"),
        ("at 1 start a", 4, "a duration such as 90s or 1h30m"),
        ("at 1m expect a is sleepy", 19, "sleepy is not a failover state"),
        ("at 1m expect pc1 has no adress", 25, "expected 'address'"),
        ("at 1m stranger at 10.20.100.300 leaves", 19, "10.20.100.300 is not an IPv4 address"),
        ("at 1m start a quickly", 15, "end of text"),
        ("mclt 3m", 1, "the header ends where the events begin"),
    ],
)
def test_a_mistake_is_refused_with_line_and_column(event: str, column: int, message: str) -> None:
    """Every refusal names the file, the line, the column and what was expected there."""
    with pytest.raises(ScenarioError) as refused:
        scenario(event)
    assert (refused.value.line, refused.value.column) == (HEADER_LINES + 2, column)
    assert message in refused.value.message
    assert str(refused.value).startswith(f"x.scenario:{HEADER_LINES + 2}:{column}: ")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("Europe/Berlin", "Europe/Berlinn", 2, "is not a time zone"),
        ("2026-11-22", "2026-11-31", 2, "is not a time such as"),
        ("server b", "server a", 5, "the servers need different names and addresses"),
        ("10.20.100.1 to", "10.20.101.1 to", 9, "the range ends before it begins"),
        ("mclt 30m", "mlct 30m", 11, "a line of the header"),
        ("reaching a", "reaching c", 7, "no server is called c"),
        ("network 10.20.0.0/16", "network 10.20.0.1/16", 8, "is not a network such as"),
        ("relay at 10.20.0.1\nrelay attic at 10.20.0.12 reaching a\n", "", 12, "has to name a relay"),
    ],
)
def test_a_mistake_in_the_header_is_refused(old: str, new: str, line: int, message: str) -> None:
    """The header is held to the same account as the events."""
    with pytest.raises(ScenarioError, match=message) as refused:
        parse(HEADER.replace(old, new) + "at 0s end\n", "x.scenario")
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        ("at 0s start both\n", "the scenario has no end"),
        ("at 1m start a\nat 0s end\n", "before the line above"),
        ("at 0s end\nat 1s start a\n", "nothing may follow the end"),
    ],
)
def test_time_only_goes_on(tail: str, message: str) -> None:
    """Events stand in order of time and the last is the end."""
    with pytest.raises(ScenarioError, match=message):
        parse(HEADER + tail, "x.scenario")


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('at 0s1mpc.,"#\n begin/start both network:ü\x00')))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever stands in the file, the answer is a scenario or a place in the text."""
    try:
        made = parse(HEADER + text, "x.scenario")
    except ScenarioError as error:
        assert error.line >= 1
        assert error.column >= 1
    else:
        assert made.events


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*/*.scenario")), ids=lambda file: file.stem)
def test_shipped_scenarios_are_read(file: Path) -> None:
    """Each scenario beside a fixture can be read and expects something of the run."""
    made = read(file)
    assert file.stem == file.parent.name
    assert any(isinstance(event.action, Expect) for event in made.events)
