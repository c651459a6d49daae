"""The fast reader of whole logs: blocks on all cores, the catalogue for what is left, one set of tables."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np

from dhcplens.ingest.reader import LogPiece, LogReader
from dhcplens.ingest.scan import asides
from dhcplens.ingest.scan.chunk import Block, Lane, room_for_rows
from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.layout import (
    AFTER,
    BEHIND,
    DHCPD,
    L_AFTER,
    L_DHCPD,
    L_END,
    L_OTHER,
    L_ROW,
    L_START,
    LINES,
    OTHER,
    POOLS,
    SLOW,
    UPDATES,
)
from dhcplens.ingest.scan.messages import Messages
from dhcplens.ingest.scan.vocabulary import Vocabulary

_BLOCK: Final = 1 << 20  # so that a block's rows stay in the cache until they are spread
_LIKELY: Final = 100  # bytes of a message's line


def read_fast(data: bytes, source: str) -> LogPiece:
    """Read a whole log; the tables are those of the plain reader, line for line.

    Works on all cores. What the scanner cannot take apart goes through the catalogue, so a log of other
    frames than RFC 3164 and RFC 3339 gains nothing.
    """
    end = data.rfind(b"\n", 0, max(0, len(data) - BEHIND)) + 1
    bytewise = np.frombuffer(data, np.uint8)
    reader, vocabulary, lines = LogReader(source), Vocabulary(bytewise), 0
    messages = Messages(vocabulary, len(data) // _LIKELY)
    pools, updates = asides.pools(vocabulary), asides.updates(vocabulary)
    for block in _blocks(data, bytewise, end):
        gaps = _left(data, reader, block)
        messages.take(block, lines, gaps)
        room, state = block.room, block.state
        pools.take(block, room.pools[:, : state[POOLS]], room.pool_stamps[: state[POOLS]], lines)
        updates.take(block, room.updates[:, : state[UPDATES]], room.update_stamps[: state[UPDATES]], lines)
        lines += block.state[LINES]
    before = reader.rows("messages")
    rest = reader.feed(data[end:]).finish()
    messages.more(len(rest.tables["messages"]) - before)
    done = {
        "messages": messages.finish(rest.tables["messages"]),
        "pools": pools.finish(rest.tables["pools"], asides.of_pools),
        "updates": updates.finish(rest.tables["updates"], asides.of_updates),
    }
    return replace(rest, tables=dict(rest.tables) | done)


def _blocks(data: bytes, bytewise: Bytes, end: int) -> Iterator[Block]:
    """The blocks in their order, each valid until the next one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = min(cores, end // _BLOCK + 1)
    lanes = [Lane(bytewise) for _ in range(cores)]
    ahead = 2 * cores
    rooms = [room_for_rows(min(_BLOCK, end)) for _ in range(ahead + 1)]
    coming: deque[Future[Block]] = deque()

    def run(start: int, stop: int) -> Block:
        lane = lanes.pop()
        room = rooms.pop() if stop - start <= _BLOCK else room_for_rows(stop - start)
        block = lane.run(start, stop, room)
        lanes.append(lane)
        return block

    with ThreadPoolExecutor(cores) as pool:
        start = 0
        while start < end or coming:
            while start < end and len(coming) < ahead:
                stop = _edge(data, start, end)
                coming.append(pool.submit(run, start, stop))
                start = stop
            block = coming.popleft().result()
            yield block
            rooms.append(block.room)


def _edge(data: bytes, start: int, end: int) -> int:
    """Where a block ends that begins there."""
    if end - start <= _BLOCK:
        return end
    return data.rfind(b"\n", start, start + _BLOCK) + 1 or data.find(b"\n", start, end) + 1


def _left(data: bytes, reader: LogReader, block: Block) -> list[int]:
    """Read the lines that the scanner left; the rows of the block before which a message came of them."""
    gaps: list[int] = []
    dhcpd, other = 0, 0
    for note in block.room.slow[: block.state[SLOW]].tolist():
        reader.passed(note[L_DHCPD] - dhcpd, note[L_OTHER] - other, after_dhcpd=bool(note[L_AFTER]))
        dhcpd, other = note[L_DHCPD], note[L_OTHER]
        before = reader.rows("messages")
        reader.line(data[note[L_START] : note[L_END]].removesuffix(b"\n"))
        if reader.rows("messages") > before:
            gaps.append(note[L_ROW])
    reader.passed(
        block.state[DHCPD] - dhcpd, block.state[OTHER] - other, after_dhcpd=bool(block.state[AFTER])
    )
    return gaps
