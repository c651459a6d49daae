"""Scenarios out of a seed: readable, repeatable, and the engine agrees with the daemon on them."""

from pathlib import Path

import pytest

from dhcplens.replay.backends import Manner, play
from dhcplens.replay.compare import compare
from dhcplens.replay.language import parse
from tests.replay.inventing import invent
from tests.replay.test_compare import WANTED


def test_a_seed_names_a_scenario() -> None:
    """The same seed gives the same text, another seed another one."""
    assert invent(1) == invent(1)
    assert invent(1) != invent(2)


@pytest.mark.parametrize("seed", range(12))
def test_invented_scenarios_can_be_played(seed: int, tmp_path: Path) -> None:
    """Every invented scenario is read and played to its end, and both servers write something."""
    scenario = parse(invent(seed), f"seed {seed}")
    truth = play("engine", scenario, tmp_path, Manner(seed))
    assert truth.complete
    assert all((tmp_path / name / "messages").stat().st_size > 1000 for name in ("ada", "bob"))


@pytest.mark.lab
@pytest.mark.usefixtures("lab")
def test_the_engine_agrees_with_the_daemon_on_fresh_truth(tmp_path: Path) -> None:
    """A scenario that nobody has seen, with a crash and a cut link, is played by both."""
    assert_both_agree(invent(122, minutes=50), tmp_path)


@pytest.mark.lab
@pytest.mark.large
@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("seed", range(101, 113))
def test_the_engine_agrees_with_the_daemon_on_more_fresh_truth(seed: int, tmp_path: Path) -> None:
    """A dozen of longer ones, by hand."""
    assert_both_agree(invent(seed), tmp_path)


def assert_both_agree(text: str, folder: Path) -> None:
    """The figures are those of the recorded runs."""
    scenario = parse(text, "invented")
    play("dhcpd", scenario, folder / "real", Manner(scenario.seed))
    play("engine", scenario, folder / "played", Manner(scenario.seed, follow=folder / "real"))
    for one in compare(folder / "real", folder / "played").measures:
        assert one.share >= WANTED[one.name], (one.name, one.agreed, one.total, one.differences[:10])
