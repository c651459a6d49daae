"""When timers fire: whole seconds after they were set, and what a step of the clock does to them."""

import pytest

from dhcplens.engine.dialect import V3_0_1, V4_4_3, Dialect
from dhcplens.engine.events import SECOND, Effect, Fired, Log, Received
from dhcplens.engine.messages import Contact
from dhcplens.engine.world import Host, World
from tests.engine.faults import pair


def moves(world: World) -> list[tuple[str, int]]:
    """Filled while the world runs: the own moves of its servers, each with the new state and the moment."""
    seen: list[tuple[str, int]] = []

    def note(_: Host, effect: Effect) -> None:
        if isinstance(effect, Log) and effect.code == "local-move":
            seen.append((str(effect.fields["new"]), world.now))

    world.on_effect = note
    return seen


@pytest.mark.parametrize(("dialect", "fraction"), [(V4_4_3, 0.4), (V3_0_1, 0.0)])
def test_a_timer_counts_from_the_moment_it_is_set(dialect: Dialect, fraction: float) -> None:
    """A server alone leaves startup 15 seconds after its start, and not with a full second of its clock."""
    world = pair(1, size=8)
    begin = world.now - world.now % SECOND
    host = world.hosts["one"]
    host.server.dialect = dialect
    seen = moves(world)
    world.run(begin + SECOND * 7 // 5)
    world.start("one")
    world.run(begin + 20 * SECOND)
    assert [new for new, _ in seen] == ["startup", "recover"]
    assert seen[1][1] == begin + round((16 + fraction) * SECOND)


@pytest.mark.parametrize(("heard", "state"), [(False, "communications-interrupted"), (True, "normal")])
def test_a_stepped_clock_is_noticed_when_the_server_wakes(heard: bool, state: str) -> None:
    """Woken by its own timer its partner is overdue; a word of the partner before that saves the link."""
    world = pair(1, size=8)
    for name in world.hosts:
        world.start(name)
    world.run(world.now + 30 * SECOND)
    host = world.hosts["two"]
    relationship = host.server.relationships["pair"]
    link = relationship.link
    assert link is not None
    world.set_clock("two", 220 * SECOND)
    world.run(world.now)
    assert relationship.me.value == "normal"
    world.tell(host, Received(link, Contact()) if heard else Fired(("commit", "")))
    world.run(world.now + SECOND)
    assert relationship.me.value == state
