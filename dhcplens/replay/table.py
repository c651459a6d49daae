"""The engine against all recorded runs: ``python -m dhcplens.replay.table fixtures`` prints the table."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dhcplens.replay.compare import Comparison, compare_runs
from dhcplens.replay.language import read
from dhcplens.replay.play import play
from dhcplens.replay.recorded import read_run

HEAD = (
    "scenario",
    "state moves",
    "answering server",
    "address",
    "lease time",
    "pool lines",
    "lease stamps",
    "final binding states",
)


def recorded_runs(fixtures: Path) -> Iterator[Path]:
    """Folders that hold a scenario with its recorded run."""
    for truth in sorted(fixtures.glob("*/truth.json")):
        if next(truth.parent.glob("*.scenario"), None) is not None:
            yield truth.parent


def against(folder: Path) -> Comparison:
    """Plays the folder's scenario with the engine and compares with what is recorded there."""
    recorded = read_run(folder)
    scenario = read(next(folder.glob("*.scenario")))
    with tempfile.TemporaryDirectory() as out:
        play(scenario, Path(out), seed=scenario.seed, course=recorded.course)
        return compare_runs(recorded, read_run(Path(out)))


def table(fixtures: Path) -> str:
    """One row a recorded run, and one over all of them."""
    rows = [HEAD, tuple("---" for _ in HEAD)]
    sums = [[0, 0] for _ in HEAD[1:]]
    for folder in recorded_runs(fixtures):
        measures = against(folder).measures
        rows.append((folder.name, *(_cell(one.agreed, one.total) for one in measures)))
        for total, one in zip(sums, measures, strict=True):
            total[0] += one.agreed
            total[1] += one.total
    rows.append(("**all**", *(_cell(agreed, total) for agreed, total in sums)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(agreed: int, total: int) -> str:
    if not total:
        return "-"
    return f"{agreed}/{total}" if agreed != total else f"{total}"


if __name__ == "__main__":
    print(table(Path(sys.argv[1] if len(sys.argv) > 1 else "fixtures")))
