"""The fast reader of large lease files: the scanner takes the usual blocks, the plain reader all others.

The plain reader is given the bytes that the scanner refused, and as many blocks behind them as dhcpd would
swallow with them; the tables are those that it would give alone.
"""

import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dhcplens.ingest.leases import repeats, scan
from dhcplens.ingest.leases.cursor import Cursor
from dhcplens.ingest.leases.keywords import KEYWORDS
from dhcplens.ingest.leases.lease import STAMPS, read_lease
from dhcplens.ingest.leases.lexer import lex
from dhcplens.ingest.leases.reader import LeasePiece, LeaseReader
from dhcplens.ingest.leases.rows import moments, options_text, words
from dhcplens.model import tables

_Array = npt.NDArray[Any]
_NEXT_LEASE: Final = b"\nlease "
_LEAST_SLICE: Final = 1 << 20
_SMALLEST_TABLE: Final = 1 << 16
_SCHEMA: Final = [column for column in tables.BINDINGS if column.name != "server"]


@dataclass(slots=True)
class _Scanned:
    """Rows of usual blocks, and the ranges (start, end, lines before) of all other bytes."""

    offsets: _Array
    lines: _Array
    addresses: _Array
    mac: _Array
    stamps: _Array
    words: _Array
    hashes: _Array
    small: _Array
    ranges: _Array
    line_ends: int = 0

    def keep(self, rows: _Array | slice) -> None:
        """Forget all but these rows."""
        for name in _BY_ROW:
            setattr(self, name, getattr(self, name)[..., rows])


_BY_ROW: Final = ("offsets", "lines", "addresses", "mac", "stamps", "words", "hashes", "small")


def read_fast(data: bytes, source: str) -> LeasePiece:
    """What ``LeaseReader`` says of a whole file, sooner: compiled, and on all cores."""
    buffer = np.frombuffer(data, dtype=np.uint8)
    cores = os.cpu_count() or 1
    seed = secrets.randbits(62)
    with ThreadPoolExecutor(cores) as pool:
        scanned = _joined(list(pool.map(lambda cut: _scan(buffer, seed, *cut), _cuts(data, cores))))
        option_codes, firsts = _codes(scanned.hashes[scan.OPTIONS])
        options = [_options(data, word) for word in scanned.words[scan.OPTIONS, firsts].tolist()]
        _refuse(
            data, scanned, np.isin(option_codes, [code for code, text in enumerate(options) if text is None])
        )
        reader = LeaseReader(source)
        rest = _read_rest(data, reader, scanned)
        if not rest.kept.all():
            scanned.keep(rest.kept)
            option_codes = option_codes[rest.kept]
        columns = _columns(pool, buffer, scanned)
    columns["options"] = _words(option_codes, [text or "" for text in options])
    columns["accepted"] = scanned.offsets < rest.stopped_at
    columns["source"] = words(np.zeros(len(scanned.offsets), np.int8), [source])
    order = [column.name for column in _SCHEMA]
    usual = pd.DataFrame({name: columns[name] for name in order}, copy=False)
    piece = reader.finish()
    return replace(
        piece,
        bindings=_merged(usual, scanned.offsets, piece.bindings, rest),
        lines=scanned.line_ends + (not data.endswith(b"\n") and bool(data)),
    )


def _cuts(data: bytes, cores: int) -> list[tuple[int, int]]:
    """Slices that begin where a line begins with ``lease``."""
    count = max(1, min(2 * cores, len(data) // _LEAST_SLICE))
    starts = {0}
    for number in range(1, count):
        starts.add(data.find(_NEXT_LEASE, number * len(data) // count) + 1)
    edges = [*sorted(starts), len(data)]
    return list(pairwise(edges))


def _scan(buffer: _Array, seed: int, start: int, end: int) -> _Scanned:
    most = (end - start) // scan.SHORTEST_BLOCK + 2
    scanned = _Scanned(
        offsets=np.empty(most, np.int64),
        lines=np.empty(most, np.int64),
        addresses=np.empty(most, np.int64),
        mac=np.empty(most, np.int64),
        stamps=np.empty((len(STAMPS), most), np.int64),
        words=np.empty((3, most), np.int64),
        hashes=np.empty((3, most), np.int64),
        small=np.empty((4, most), np.uint8),
        ranges=np.empty((most, 3), np.int64),
    )
    columns = [getattr(scanned, name) for name in (*_BY_ROW, "ranges")]
    rows, count, scanned.line_ends = scan.scan(buffer, start, end, seed, np.zeros(2, np.int64), *columns)
    scanned.keep(slice(rows))
    scanned.ranges = scanned.ranges[:count]
    return scanned


def _joined(parts: list[_Scanned]) -> _Scanned:
    first = parts[0]
    for before, part in pairwise(parts):
        part.lines += before.line_ends
        part.ranges[:, 2] += before.line_ends
        part.line_ends += before.line_ends
    first.line_ends = parts[-1].line_ends
    for name in (*_BY_ROW, "ranges"):
        joined = np.concatenate([getattr(part, name) for part in parts], axis=0 if name == "ranges" else -1)
        for part in parts:
            setattr(part, name, None)
        setattr(first, name, joined)
    first.lines += 1
    return first


_SIMPLE: Final = re.compile(rb'\s*set ([A-Za-z][0-9A-Za-z_-]*) = "([ !#-\[\]-~]*)";')


def _options(data: bytes, word: int) -> str | None:
    """JSON of the set and option statements in this slice; None if the plain reader has to see them."""
    start = word >> repeats.LENGTH_BITS
    text = data[start : start + (word & (1 << repeats.LENGTH_BITS) - 1)]
    simple = _SIMPLE.findall(text)
    if simple and len(_SIMPLE.sub(b"", text)) == 0:
        variables = {name.decode(): value.decode() for name, value in simple}
        if not any(name.lower() in KEYWORDS for name in variables):
            return options_text({"set": variables})
    cursor = Cursor(lex(b"0.0.0.0 {" + text + b"}"), 0, exact=True)
    lease = read_lease(cursor)
    clean = lease is not None and lease.accepted and not cursor.remarks and not cursor.saw_end
    return options_text(lease.options) if lease is not None and clean else None


def _refuse(data: bytes, scanned: _Scanned, refused: _Array) -> None:
    """Make ranges for the plain reader of rows that turned out to be unusual."""
    if not refused.any():
        return
    edges = np.sort(np.concatenate((scanned.offsets, scanned.ranges[:, 0], [len(data)])))
    starts = scanned.offsets[refused]
    ends = edges[np.searchsorted(edges, starts, side="right")]
    more = np.column_stack((starts, ends, scanned.lines[refused] - 1))
    ranges = np.concatenate((scanned.ranges, more))
    scanned.ranges = ranges[np.argsort(ranges[:, 0], kind="stable")]


@dataclass(slots=True)
class _Rest:
    """What came of the plain reader's work.

    ``kept`` tells the scanner's rows that stay; ``starts`` where the range of each own row begins,
    ``last_start`` where the last range does; from ``stopped_at`` on dhcpd reads nothing.
    """

    kept: _Array
    starts: list[int]
    last_start: int
    stopped_at: int


def _read_rest(data: bytes, reader: LeaseReader, scanned: _Scanned) -> _Rest:
    """Give the plain reader the ranges, each with the blocks behind that dhcpd swallows with it."""
    offsets = scanned.offsets
    rest = _Rest(np.ones(len(offsets), bool), [], -1, len(data))
    at = 0
    for start, end, lines_before in scanned.ranges.tolist():
        if end <= at:
            continue
        if start > at or rest.last_start < 0:
            reader.jump(lines_before)
        begin = rest.last_start = max(start, at)
        known = reader.bindings_read
        reader.feed(data[begin:end])
        at = end
        while not reader.settle() and at < len(data):
            following = data.find(_NEXT_LEASE, at) + 1 or len(data)
            reader.feed(data[at:following])
            at = following
        low, high = np.searchsorted(offsets, [begin, at])
        rest.kept[low:high] = False
        rest.starts += [begin] * (reader.bindings_read - known)
        if reader.stopped:
            rest.stopped_at = min(rest.stopped_at, at)
    return rest


def _codes(numbers: _Array) -> tuple[_Array, _Array]:
    """Codes of equal numbers, and the rows where each code came up first."""
    codes, firsts = np.empty(len(numbers), np.int32), np.empty(len(numbers), np.int64)
    row = count = 0
    size = _SMALLEST_TABLE
    while row < len(numbers):
        keys, values = np.full(size, -1, np.int64), np.empty(size, np.int32)
        repeats.refill(numbers, firsts[:count], keys, values)
        row, count = repeats.codes_of(numbers, row, keys, values, codes, firsts, count)
        size *= 4
    return codes, firsts[:count]


def _words(codes: _Array, names: list[str]) -> pd.Series:
    """A category column where texts that differ in the file may have come to be the same."""
    known: dict[str, int] = {}
    united = [known.setdefault(name, len(known)) for name in names]
    return words(codes if len(known) == len(names) else np.array([*united, -1])[codes], list(known))


def _names(write: Callable[..., int], firsts: _Array, most: int, *data: _Array) -> list[str]:
    out = np.empty(most, np.uint8)
    length = write(*data, firsts, out)
    return str(out[:length].tobytes(), "ascii").split("\n")[:-1]


def _columns(pool: ThreadPoolExecutor, buffer: _Array, scanned: _Scanned) -> dict[str, Any]:
    """The columns that need no look at other rows' blocks."""

    def address() -> pd.Series:
        codes, firsts = _codes(scanned.addresses)
        return words(codes, _names(repeats.address_texts, scanned.addresses[firsts], 16 * len(firsts)))

    def mac() -> pd.Series:
        codes, firsts = _codes(scanned.mac)
        return words(codes, _names(repeats.hardware_texts, scanned.mac[firsts], 18 * len(firsts)))

    def word(which: int, write: Callable[..., int], factor: int) -> pd.Series:
        codes, firsts = _codes(scanned.hashes[which])
        slices = scanned.words[which, firsts]
        most = factor * int((slices & (1 << repeats.LENGTH_BITS) - 1).sum()) + len(slices)
        return _words(codes, _names(write, slices, most, buffer))

    jobs = {
        "uid": pool.submit(word, scan.UID, repeats.identifier_texts, 3),
        "ip": pool.submit(address),
        "mac": pool.submit(mac),
        "hostname": pool.submit(word, scan.HOSTNAME, repeats.string_texts, 1),
    }
    columns: dict[str, Any] = {stamp: moments(scanned.stamps[index]) for index, stamp in enumerate(STAMPS)}
    for name, row in (("state", scan.STATE), ("next_state", scan.NEXT), ("rewind_state", scan.REWIND)):
        columns[name] = _states(scanned.small[row])
    columns["hardware"] = words(np.where(scanned.mac < 0, -1, 0).astype(np.int8), ["ethernet"])
    columns["reserved"] = scanned.small[scan.FLAGS] & scan.RESERVED != 0
    columns["bootp"] = scanned.small[scan.FLAGS] & scan.BOOTP != 0
    columns["line"] = scanned.lines
    return columns | {name: job.result() for name, job in jobs.items()}


def _states(column: _Array) -> pd.Series:
    """States that do occur, as words."""
    used = np.flatnonzero(np.bincount(column, minlength=len(scan.STATES)))
    codes = np.zeros(len(scan.STATES), np.int8)
    codes[used] = np.arange(len(used))
    return words(codes[column], [scan.STATES[state] for state in used])


def _merged(usual: pd.DataFrame, offsets: _Array, plain: pd.DataFrame, rest: _Rest) -> pd.DataFrame:
    """Both readers' rows in file order; the plain one's last rows come when the file ends."""
    if not len(plain):
        return usual
    if not len(usual):
        return plain
    starts = np.array([*rest.starts, *[rest.last_start] * (len(plain) - len(rest.starts))], np.int64)
    both = tables.concat(_SCHEMA, [usual, plain])[list(usual.columns)]
    return both.iloc[np.argsort(np.concatenate((offsets, starts)), kind="stable")].reset_index(drop=True)
