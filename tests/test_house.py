"""The rooms and the one direction in which they may know each other."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dhcplens"

FLOORS = (
    {"cli"},
    {"api"},
    {"report", "tail"},
    {"plots"},
    {"replay"},
    {"findings"},
    {"pair"},
    {"engine"},
    {"ingest"},
    {"model"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
ONLY_MODEL = {"engine", "ingest"}


def imported_rooms(file: Path) -> set[str]:
    """Rooms of this package that a file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return {parts[1] for name in names if (parts := name.split("."))[0] == "dhcplens" and len(parts) > 1}


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_imports_point_down_only(file: Path) -> None:
    """A room imports only rooms on lower floors; the engine and the readers import nothing but the model."""
    room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room in ("__init__", "__main__"):
        return
    others = imported_rooms(file) - {room}
    allowed = {"model"} if room in ONLY_MODEL else {name for name in FLOOR if FLOOR[name] > FLOOR[room]}
    assert others <= allowed, f"{room} must not know {sorted(others - allowed)}"
