"""Addresses on which the two lease files differ, each with the raw block of both files."""

from dataclasses import dataclass

from dhcplens.findings.rows import records
from dhcplens.pair import PairView
from dhcplens.report.divergence import differing
from dhcplens.report.html.quotes import Quote, blocks
from dhcplens.report.overview import Grid


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the grid, and of each server what its file has: (name, block or None)."""

    cells: tuple[str, ...]
    sides: tuple[tuple[str, Quote | None], ...]


def differences(pair: PairView, grid: Grid) -> tuple[Difference, ...]:
    """The rows of ``divergence`` with their blocks."""
    rows = list(records(differing(pair).iloc[: len(grid.rows)]))
    places = [
        [
            (str(getattr(one, f"source_{side}")), int(getattr(one, f"line_{side}")))
            for side in ("first", "second")
        ]
        for one in rows
    ]
    found = blocks(pair.texts, [place for both in places for place in both if place[1]])
    names = [server.name for server in pair.servers]
    return tuple(
        Difference(cells, tuple((name, found.get(place)) for name, place in zip(names, both, strict=True)))
        for cells, both in zip(grid.rows, places, strict=True)
    )
