"""The rows of a lane's messages, in columns as narrow as can be; compiled."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.columns import fresh
from dhcplens.ingest.scan.compiled import compiled
from dhcplens.ingest.scan.layout import FORM, LINE, R_CELLS, Array, Cells, Counts

Stamps = npt.NDArray[np.int64]
CHUNK = 4096  # rows are gathered in the cache before they are written to their columns


class Kept(NamedTuple):
    """Stamps, lines, and the other cells: each has the same bytes as numbers of one, two and four of them."""

    stamps: Stamps
    lines: Counts
    ones: npt.NDArray[np.int8]
    twos: npt.NDArray[np.int16]
    fours: Cells
    widths: Counts  # of each cell, in bytes


def no_rows(room: int) -> Kept:
    """Room for so many rows, which takes no memory before they come."""
    cells = fresh(room, np.int32, R_CELLS).reshape(R_CELLS, room)
    widths = np.ones(R_CELLS, np.int64)
    of = fresh(room, np.int64), fresh(room, np.int64)
    return Kept(*of, cells.view(np.int8), cells.view(np.int16), cells, widths)


def column(kept: Kept, cell: int) -> Array:
    """The numbers of one cell, and all the room behind them."""
    of: dict[int, Array] = {1: kept.ones, 2: kept.twos, 4: kept.fours}
    whole: Array = of[int(kept.widths[cell])][cell]
    return whole


@compiled
def keep(cells: Cells, stamps: Stamps, rows: int, first: int, kept: Kept) -> None:
    """Write rows to the columns, from row ``first`` on."""
    for row in range(rows):
        kept.stamps[first + row] = stamps[row]
        kept.lines[first + row] = cells[LINE, row]
    for cell in range(FORM, R_CELLS):
        largest = 0
        for row in range(rows):
            largest = max(largest, cells[cell, row])
        if largest > 127 and kept.widths[cell] == 1:
            kept.widths[cell] = 2
            for row in range(first - 1, -1, -1):
                kept.twos[cell, row] = kept.ones[cell, row]
        if largest > 32767 and kept.widths[cell] == 2:
            kept.widths[cell] = 4
            for row in range(first - 1, -1, -1):
                kept.fours[cell, row] = kept.twos[cell, row]
        if kept.widths[cell] == 1:
            for row in range(rows):
                kept.ones[cell, first + row] = cells[cell, row]
        elif kept.widths[cell] == 2:
            for row in range(rows):
                kept.twos[cell, first + row] = cells[cell, row]
        else:
            for row in range(rows):
                kept.fours[cell, first + row] = cells[cell, row]
