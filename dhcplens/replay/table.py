"""The engine against all recorded runs: ``python -m dhcplens.replay.table fixtures`` prints the table."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from dhcplens.replay.compare import Comparison, compare_runs
from dhcplens.replay.language import read
from dhcplens.replay.play import play
from dhcplens.replay.recorded import read_run


def recorded_runs(fixtures: Path) -> Iterator[Path]:
    """Folders that hold a scenario with its recorded run."""
    for truth in sorted(fixtures.glob("*/truth.json")):
        if next(truth.parent.glob("*.scenario"), None) is not None:
            yield truth.parent


def against(folder: Path, *, follow: bool = True) -> Comparison:
    """Plays the folder's scenario with the engine and compares with what is recorded there.

    ``follow``: takes what the scenario leaves open from the recorded run (``recorded.Course``).
    """
    recorded = read_run(folder)
    scenario = read(next(folder.glob("*.scenario")))
    with tempfile.TemporaryDirectory() as out:
        play(scenario, Path(out), seed=scenario.seed, course=recorded.course if follow else None)
        return compare_runs(recorded, read_run(Path(out)))


def table(fixtures: Path) -> str:
    """One row a recorded run, one over all of them, and one over all from scenario and seed alone."""
    folders = list(recorded_runs(fixtures))
    following = [against(folder) for folder in folders]
    head = ("scenario", *(one.name for one in following[0].measures))
    rows = [head, tuple("---" for _ in head)]
    rows += ((folder.name, *_cells([one])) for folder, one in zip(folders, following, strict=True))
    rows.append(("**all**", *_cells(following)))
    rows.append(
        ("all, from scenario and seed alone", *_cells([against(one, follow=False) for one in folders]))
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """What agrees of what was compared, over all these, one measure after another."""
    for measures in zip(*(one.measures for one in comparisons), strict=True):
        yield _cell(sum(one.agreed for one in measures), sum(one.total for one in measures))


def _cell(agreed: int, total: int) -> str:
    if not total:
        return "-"
    return f"{agreed}/{total}" if agreed != total else f"{total}"


if __name__ == "__main__":
    print(table(Path(sys.argv[1] if len(sys.argv) > 1 else "fixtures")))
