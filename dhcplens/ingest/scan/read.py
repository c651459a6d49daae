"""The fast reader of whole logs: chunks on all cores, the catalogue for what is left, one set of tables."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np

from dhcplens.ingest.reader import LogPiece, LogReader
from dhcplens.ingest.scan.chunk import Chunk
from dhcplens.ingest.scan.layout import AFTER, BEHIND, DHCPD, L_AFTER, L_DHCPD, L_END, L_OTHER, L_START, OTHER
from dhcplens.ingest.scan.tables import tables


def read_fast(data: bytes, source: str) -> LogPiece:
    """Read a whole log; the tables are those of the plain reader, line for line.

    Works on all cores. What the scanner cannot take apart goes through the catalogue, so a log of other
    frames than RFC 3164 and RFC 3339 gains nothing.
    """
    end = data.rfind(b"\n", 0, max(0, len(data) - BEHIND)) + 1
    chunks = _scanned(data, end)
    rest = _left(data, end, source, chunks)
    return replace(rest, tables=dict(rest.tables) | tables(data, chunks, rest.tables))


def _scanned(data: bytes, end: int) -> list[Chunk]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    edges = [0]
    for part in range(1, cores):
        edges.append(data.find(b"\n", max(edges[-1], end * part // cores), end) + 1 or end)
    bytewise = np.frombuffer(data, np.uint8)
    chunks = [Chunk(bytewise, *edge) for edge in pairwise([*edges, end])]
    with ThreadPoolExecutor(cores) as pool:
        return list(pool.map(Chunk.run, chunks))


def _left(data: bytes, end: int, source: str, chunks: Iterable[Chunk]) -> LogPiece:
    """What the plain reader makes of the lines that the scanner left, with the numbers of all lines."""
    reader = LogReader(source)
    for chunk in chunks:
        dhcpd, other = 0, 0
        for note in chunk.slow.tolist():
            reader.passed(note[L_DHCPD] - dhcpd, note[L_OTHER] - other, after_dhcpd=bool(note[L_AFTER]))
            dhcpd, other = note[L_DHCPD], note[L_OTHER]
            reader.line(data[note[L_START] : note[L_END]].removesuffix(b"\n"))
        reader.passed(
            int(chunk.state[DHCPD]) - dhcpd,
            int(chunk.state[OTHER]) - other,
            after_dhcpd=bool(chunk.state[AFTER]),
        )
    return reader.feed(data[end:]).finish()
