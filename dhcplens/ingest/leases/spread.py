"""Rows of the scanner into columns; compiled."""

from typing import Any

from dhcplens.ingest.leases.layout import CODE, KINDS, LINE, MAC, OFFSET, SMALL, STAMP
from dhcplens.ingest.leases.rows import MISSING
from dhcplens.ingest.scan.compiled import compiled

_SECOND = 1_000_000_000


@compiled
def spread(
    rows: Any,
    runs: Any,
    line: int,
    stop: int,
    codes_of: Any,
    lines: Any,
    stamps: Any,
    codes: Any,
    states: Any,
    flags: Any,
) -> None:
    """Write the ``runs`` (first row, row behind the last, place) of one slice into the columns of all.

    ``line`` is that of the slice's begin, ``stop`` where dhcpd stops reading in it. Rows of ``codes`` and of
    ``codes_of``, which gives the codes of all slices, are kinds; ``states`` are state, next, rewind and
    hardware; ``flags`` are reserved, bootp and accepted.
    """
    for run in range(len(runs)):
        at = runs[run, 2]
        for index in range(runs[run, 0], runs[run, 1]):
            row = rows[index]
            lines[at] = line + row[LINE]
            for stamp in range(6):
                seconds = row[STAMP + stamp]
                stamps[stamp, at] = seconds * _SECOND if seconds != 0 else MISSING
            for kind in range(KINDS):
                code = row[CODE + kind]
                codes[kind, at] = codes_of[kind, code] if code >= 0 else -1
            small = row[SMALL]
            for part in range(3):
                states[part, at] = small >> (4 * part) & 15
            states[3, at] = 0 if row[CODE + MAC] >= 0 else -1
            flags[0, at] = small >> 12 & 1 != 0
            flags[1, at] = small >> 13 & 1 != 0
            flags[2, at] = row[OFFSET] < stop
            at += 1


@compiled
def find_used(codes: Any, used: Any) -> None:
    """Mark the codes that occur; -1 marks the last place."""
    for code in codes:
        used[code] = True


@compiled
def renumber(codes: Any, numbers: Any) -> None:
    """Put other numbers in place of the codes; the last one is for -1."""
    for index in range(len(codes)):
        codes[index] = numbers[codes[index]]
