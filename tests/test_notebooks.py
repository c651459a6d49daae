"""The notebooks run from top to bottom, and show what they show without being run."""

import json
from pathlib import Path

import nbformat
import pytest

from tests.notebooks import FILES, executed

each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@each
def test_a_notebook_runs(file: Path) -> None:
    """No cell fails or complains, and each gives outputs of the kinds that are kept in the repository."""
    kept, run = nbformat.read(file, as_version=4), executed(file)
    for ours, now in zip(kept.cells, run.cells, strict=True):
        shown = [[one.output_type, *one.get("data", ())] for one in now.get("outputs", ())]
        assert [[one.output_type, *one.get("data", ())] for one in ours.get("outputs", ())] == shown
        assert not [one for one in now.get("outputs", ()) if one.get("name") == "stderr"]


@each
def test_outputs_are_of_any_machine(file: Path) -> None:
    """No absolute paths of the machine that ran it."""
    outputs = json.dumps(
        [
            cell.get("outputs", [])
            for cell in nbformat.read(file, as_version=4).cells
            if cell.cell_type == "code"
        ]
    )
    assert outputs != "[]"
    assert not [
        start for start in ("/tmp/", "/home/", "/root/", "/Users/", str(Path.cwd())) if start in outputs
    ]


def test_there_are_three() -> None:
    """Exploring an incident, following a client, and comparing with the engine."""
    assert len(FILES) == 3
