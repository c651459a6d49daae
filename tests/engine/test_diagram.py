"""The picture of the state machine."""

import re
from pathlib import Path

from dhcplens.engine.diagram import mermaid, moves
from dhcplens.model.states import FailoverState

README = Path(__file__).parent.parent.parent / "README.md"


def test_the_readme_shows_the_diagram_of_the_tables() -> None:
    """The first Mermaid block of the README that draws states is what the command prints."""
    blocks = re.findall(r"```mermaid\n(stateDiagram.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks == [mermaid()]


def test_every_move_is_drawn() -> None:
    """Each move of the tables has its arrow, and no state moves to itself."""
    drawn = set(re.findall(r"^  (\w+) --> (\w+):", mermaid(), re.MULTILINE))
    wanted = {(old.value.replace("-", "_"), new.value.replace("-", "_")) for old, new, _ in moves()}
    assert drawn == wanted
    assert all(old is not new for old, new, _ in moves())


def test_normal_can_be_reached_from_every_working_state() -> None:
    """No state but those that only an operator leaves is a dead end."""
    ahead: dict[FailoverState, set[FailoverState]] = {}
    for old, new, _ in moves():
        ahead.setdefault(old, set()).add(new)
    for start in ahead:
        reached, edge = {start}, {start}
        while edge:
            edge = {new for state in edge for new in ahead.get(state, ())} - reached
            reached |= edge
        assert FailoverState.NORMAL in reached, start
