"""The fast reader of large lease files: the scanner takes the usual blocks, the plain reader all others.

The plain reader is given the bytes that the scanner refused, and as many blocks behind them as dhcpd would
swallow with them; the tables are those that it would give alone.
"""

import os
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from dhcplens.ingest.leases import columns, slices
from dhcplens.ingest.leases.intern import LENGTH_BITS, LENGTH_MASK
from dhcplens.ingest.leases.layout import CODE, LINE, OPTIONS
from dhcplens.ingest.leases.names import Names, objects_of
from dhcplens.ingest.leases.piece import Data, LeasePiece
from dhcplens.ingest.leases.reader import LeaseReader
from dhcplens.ingest.leases.rows import options_text
from dhcplens.ingest.leases.slices import NEXT_LEASE, Array, Slice
from dhcplens.ingest.leases.variables import read_options


def read_fast(data: Data, source: str) -> LeasePiece:
    """What ``LeaseReader`` says of a whole file, sooner: compiled, and on all cores."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    seed = secrets.randbits(62)
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        parts = slices.scan_all(data, buffer, seed, workers, pool)
        names = Names(pool, buffer, parts)
        runs = slices.join(buffer, seed, parts)
        options = names.different(OPTIONS, _options(data, buffer, runs))
        reader = LeaseReader(source)
        rest = _read_rest(data, reader, _ranges(data, parts, np.flatnonzero(options == "")))
        piece = reader.finish()
        plan = columns.plan(parts, rest.taken, len(piece.bindings))
        names.wait()
        bindings = columns.frame(pool, parts, names, options, plan, piece.bindings, source, rest.stopped_at)
    lines = sum(part.lines for part in parts)
    return replace(piece, bindings=bindings, lines=lines + (data[-1:] not in (b"", b"\n")))


def _options(data: Data, buffer: Array, runs: Array) -> list[str]:
    """JSON of the statements in these runs; "" where the plain reader has to see them."""
    texts = objects_of(buffer, runs)
    for code in [code for code, text in enumerate(texts) if not text]:
        places = [place for place in runs[code].tolist() if place]
        texts[code] = _unusual_options(data, places)
    return texts


def _unusual_options(data: Data, places: Sequence[int]) -> str:
    starts = [place >> LENGTH_BITS for place in places]
    lengths = [place & LENGTH_MASK for place in places]
    texts = [data[start : start + length] for start, length in zip(starts, lengths, strict=True)]
    return options_text(read_options(b"\n".join(texts)) or {}) or ""


def _ranges(data: Data, parts: Sequence[Slice], refused: Array) -> list[list[int]]:
    """All ranges (start, end, line ends before) for the plain reader; rows with refused options are some."""
    ranges = np.concatenate([part.ranges for part in parts])
    if len(refused):
        offsets = np.concatenate([part.offsets() for part in parts])
        lines = np.concatenate([part.rows[:, LINE] + part.lines_before for part in parts])
        codes = [np.append(part.codes[OPTIONS], -1)[part.rows[:, CODE + OPTIONS]] for part in parts]
        rows = np.isin(np.concatenate(codes), refused)
        edges = np.sort(np.concatenate((offsets, ranges[:, 0], [len(data)])))
        ends = edges[np.searchsorted(edges, offsets[rows], side="right")]
        ranges = np.concatenate((ranges, np.column_stack((offsets[rows], ends, lines[rows]))))
    found: list[list[int]] = ranges[np.argsort(ranges[:, 0], kind="stable")].tolist()
    return found


@dataclass(slots=True)
class _Rest:
    """What came of the plain reader's work.

    ``taken`` are the ranges that it read (start, end, rows of bindings); from ``stopped_at`` on dhcpd reads
    nothing.
    """

    stopped_at: int
    taken: list[tuple[int, int, int]] = field(default_factory=list)


def _read_rest(data: Data, reader: LeaseReader, ranges: Sequence[Sequence[int]]) -> _Rest:
    """Give the plain reader the ranges, each with the blocks behind that dhcpd swallows with it."""
    rest = _Rest(len(data))
    at = 0
    for start, end, lines_before in ranges:
        if end <= at:
            continue
        if start > at or not rest.taken:
            reader.jump(lines_before)
        begin = max(start, at)
        known = reader.bindings_read
        reader.feed(data[begin:end])
        at = end
        while not reader.settle() and at < len(data):
            following = data.find(NEXT_LEASE, at + reader.waiting) + 1 or len(data)
            reader.feed(data[at:following])
            at = following
        rest.taken.append((begin, at, reader.bindings_read - known))
        if reader.stopped:
            rest.stopped_at = min(rest.stopped_at, at)
    return rest
