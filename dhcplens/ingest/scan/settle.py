"""From the columns of a lane to those of the table; compiled."""

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.compiled import compiled
from dhcplens.ingest.scan.layout import UNAVAILABLE, Array, Counts


@compiled
def spread(codes: Array, table: Array, runs: Counts, start: int, out: Array) -> None:
    """Write one column from ``start`` on: what ``table`` has for each code.

    A negative code counts from its end. A row is left free before each of the places that ``runs`` has;
    the last of them is the number of codes.
    """
    row = 0
    for gap in range(len(runs)):
        for one in range(row, runs[gap]):
            out[start + one + gap] = table[codes[one]]
        row = runs[gap]


@compiled
def own(suffixes: Array, ips: Array, base: int, runs: Counts, start: int, out: Array) -> None:
    """Write the address, ``base`` added, where a suffix names the message's own once more.

    ``ips`` are those of the whole table.
    """
    row = 0
    for gap in range(len(runs)):
        for one in range(row, runs[gap]):
            if suffixes[one] <= UNAVAILABLE:
                out[start + one + gap] = base + ips[start + one + gap]
        row = runs[gap]


@compiled
def seen(codes: Array, marks: npt.NDArray[np.bool_]) -> None:
    """Mark all codes that there are; a negative one counts from the end."""
    for row in range(len(codes)):
        marks[codes[row]] = True
