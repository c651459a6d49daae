"""From the rows of a block to columns of the whole table; compiled."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dhcplens.ingest.scan.compiled import compiled
from dhcplens.ingest.scan.intern import Codes
from dhcplens.ingest.scan.layout import (
    FORM,
    LINE,
    R_DETAIL,
    R_IP,
    R_SUFFIX,
    R_TYPE,
    UNAVAILABLE,
    Cells,
    Counts,
)


@compiled
def kinds(rows: Cells) -> tuple[int, int]:
    """The types and the suffixes below -1 that there are: a bit for each, or for its negative."""
    types, suffixes = 0, 0
    for row in range(rows.shape[1]):
        types |= 1 << rows[R_TYPE, row]
        if rows[R_SUFFIX, row] < -1:
            suffixes |= 1 << -rows[R_SUFFIX, row]
    return types, suffixes


@compiled
def place(
    rows: Cells,
    stamps: npt.NDArray[np.int64],
    gaps: Counts,
    start: int,
    lines: int,
    stamp: npt.NDArray[np.int64],
    line: npt.NDArray[np.int64],
    form: npt.NDArray[np.uint8],
    kind: npt.NDArray[np.int8],
) -> None:
    """Write what needs no words. Rows go from ``start`` on, with a gap before each of ``gaps``, the last of
    which is the number of rows."""
    row = 0
    for gap in range(len(gaps)):
        for one in range(row, gaps[gap]):
            to = start + one + gap
            stamp[to], form[to] = stamps[one], rows[FORM, one]
            line[to], kind[to] = lines + rows[LINE, one], rows[R_TYPE, one]
        row = gaps[gap]


@compiled
def detail(rows: Cells, of_suffix: Codes, ips: Codes, of_ip: Codes, first: int, named: Codes) -> int:
    """Set the cell R_DETAIL: a suffix's own detail, or the address where it names the message's own.

    ``of_ip`` has the details of addresses or -1; new ones get numbers from ``first`` on. Gives how many are
    new and now stand in ``named``.
    """
    new = 0
    for row in range(rows.shape[1]):
        suffix = rows[R_SUFFIX, row]
        if suffix > UNAVAILABLE:
            rows[R_DETAIL, row] = of_suffix[suffix]
            continue
        ip = ips[rows[R_IP, row]]
        if of_ip[ip] < 0:
            of_ip[ip] = first + new
            named[new] = ip
            new += 1
        rows[R_DETAIL, row] = of_ip[ip]
    return new


@compiled
def spread(codes: Codes, table: Codes, gaps: Counts, start: int, out: npt.NDArray[Any]) -> None:
    """Write one column: what ``table`` has for each code; a negative one counts from its end."""
    row = 0
    for gap in range(len(gaps)):
        for one in range(row, gaps[gap]):
            out[start + one + gap] = table[codes[one]]
        row = gaps[gap]
