"""Runs the notebooks and keeps what they show: ``python -m tests.notebooks``.

Outputs stand in the repository, so that they can be read without running anything; what changes from one
machine or run to the next is left out.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER = Path(__file__).parent.parent / "notebooks"
FILES = sorted(FOLDER.glob("*.ipynb"))


def executed(file: Path) -> NotebookNode:
    """The notebook after a run from top to bottom. Raises CellExecutionError where a cell fails."""
    notebook = nbformat.read(file, as_version=4)
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    notebook.metadata.pop("language_info", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            _keep_the_best(output.get("data", {}))
    return notebook


def _keep_the_best(data: dict[str, str]) -> None:
    """Of a table or a picture the plain text says nothing more, at length."""
    if len(data) > 1:
        data.pop("text/plain", None)


if __name__ == "__main__":
    for file in FILES:
        nbformat.write(executed(file), file)
