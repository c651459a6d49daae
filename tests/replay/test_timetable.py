"""Who the clients are and when they do what."""

from dhcplens.model.loadbalance import primary_serves
from dhcplens.model.states import Role
from dhcplens.replay.clients import Client
from dhcplens.replay.identities import identities
from dhcplens.replay.language import parse
from dhcplens.replay.scenario import Act, Arrive, Event, Scenario
from dhcplens.replay.timetable import Alarms, Errand, timetable

TEXT = """\
server a is primary at 10.20.0.2
server b is secondary at 10.20.0.3
relay at 10.20.0.1
network 10.20.0.0/16
pool 10.20.100.1 to 10.20.100.240
split 64
at 0s  mine1..mine20 arrive 60 a minute with identifiers belonging to a
at 10s yours1..yours20 arrive every 2s with names belonging to b
at 1m  one arrives hardware 00:11:22:33:44:55 named "printer"
at 2m  mine1..mine20 release every 1s
at 3m  end
"""


def scenario() -> Scenario:
    """Forty-one clients."""
    return parse(TEXT, "x.scenario")


def test_the_seed_decides_who_the_clients_are() -> None:
    """One seed, one set of clients; another seed, others; no two share a hardware address."""
    first, again, other = (identities(scenario(), seed) for seed in (1, 1, 2))
    assert first == again
    assert first["mine1"] != other["mine1"]
    assert len({one.mac for one in first.values()}) == 41


def test_clients_belong_to_the_server_that_was_named() -> None:
    """RFC 3074's hash over identifier or hardware address gives each client to its side."""
    made = scenario()
    for name, one in identities(made, 3).items():
        if name != "one":
            assert primary_serves(one.key, made.hba) == name.startswith("mine")


def test_a_client_can_be_given_its_hardware_and_name() -> None:
    """What the scenario fixes is not drawn."""
    one = identities(scenario(), 9)["one"]
    assert (one.mac, one.hostname, one.identifier) == ("00:11:22:33:44:55", "printer", None)


def test_traits_are_kept_by_the_scenario() -> None:
    """The role of the owner stands in the arrival."""
    arrivals = [event.action for event in scenario().events if isinstance(event.action, Arrive)]
    assert [one.traits.owner for one in arrivals if one.traits] == [Role.PRIMARY, Role.SECONDARY, None]


def test_the_pace_is_kept_and_order_is_time() -> None:
    """Errands stand in order of time, each within a quarter of the pace of its place in the row."""
    plan = timetable(scenario(), 5)
    assert [at for at, _ in plan] == sorted(at for at, _ in plan)
    errands = [(at, what) for at, what in plan if isinstance(what, Errand)]
    mine = {what.client: at for at, what in errands if what.act is None and what.client.startswith("mine")}
    for place in range(20):
        assert abs(mine[f"mine{place + 1}"] - place) <= 0.25
    assert sum(what.act is Act.RELEASE for _, what in errands) == 20
    assert plan == timetable(scenario(), 5)
    assert plan != timetable(scenario(), 6)


def test_every_line_stands_in_the_plan_once() -> None:
    """Lines about clients are events too, so that the truth can name them."""
    lines = [what.line for _, what in timetable(scenario(), 5) if isinstance(what, Event)]
    assert sorted(lines) == [7, 8, 9, 10, 11]


def test_an_alarm_that_was_moved_does_not_ring() -> None:
    """Only the present timer of a client counts."""
    made = {name: Client(one, 1) for name, one in identities(scenario(), 1).items()}
    alarms, one = Alarms(), made["one"]
    one.timer = 5.0
    alarms.note(one)
    one.timer = 9.0
    alarms.note(one)
    assert list(alarms.due(made, 6.0)) == []
    assert alarms.next() == 9.0
    assert list(alarms.due(made, 9.0)) == [one]
