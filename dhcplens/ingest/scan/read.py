"""The fast reader of whole logs: blocks on all cores, the catalogue for what is left, one set of tables."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np

from dhcplens.ingest.reader import LogPiece, LogReader
from dhcplens.ingest.scan import asides
from dhcplens.ingest.scan.chunk import Block, Lane, room_for_rows
from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.kernel import Found
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

_BLOCK: Final = 1 << 20  # so that a block's rows stay in the cache until they are written out
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
    with _Crew(data, bytewise, end) as crew:
        for block in crew.blocks():
            gaps = _left(data, reader, block)
            room, some, more = block.room, block.state[POOLS], block.state[UPDATES]
            pools.take(block, room.pools[:, :some], room.pool_stamps[:some], lines)
            updates.take(block, room.updates[:, :more], room.update_stamps[:more], lines)
            crew.write(messages.take(block, lines, gaps, crew.written), room)
            lines += block.state[LINES]
        before = reader.rows("messages")
        rest = reader.feed(data[end:]).finish()
        crew.written()
        messages.more(len(rest.tables["messages"]) - before)
        done = {
            "pools": pools.finish(rest.tables["pools"], asides.of_pools),
            "updates": updates.finish(rest.tables["updates"], asides.of_updates),
            "messages": messages.finish(rest.tables["messages"]),
        }
    return replace(rest, tables=dict(rest.tables) | done)


class _Crew:
    """Threads that scan blocks and write out their rows. Only so many blocks are under way at a time."""

    def __init__(self, data: bytes, bytewise: Bytes, end: int) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        cores = min(cores, end // _BLOCK + 1)
        self._data, self._end = data, end
        self._lanes = [Lane(bytewise) for _ in range(cores)]
        self._ahead = 2 * cores
        self._rooms = [room_for_rows(min(_BLOCK, end)) for _ in range(self._ahead + cores + 1)]
        self._writing: deque[tuple[Future[None], Found]] = deque()
        self._pool = ThreadPoolExecutor(cores)

    def __enter__(self) -> "_Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def blocks(self) -> Iterator[Block]:
        """All blocks in their order. Each has to be handed to ``write``."""
        coming: deque[Future[Block]] = deque()
        start = 0
        while start < self._end or coming:
            while start < self._end and len(coming) < self._ahead:
                stop = self._edge(start)
                coming.append(self._pool.submit(self._scan, start, stop, self._room(stop - start)))
                start = stop
            yield coming.popleft().result()

    def write(self, job: Callable[[], None], room: Found) -> None:
        """Have the rows of a block written out, after which others may take their room."""
        self._writing.append((self._pool.submit(job), room))

    def written(self) -> None:
        """Wait until all that was to be written is."""
        while self._writing:
            self._one_written()

    def _one_written(self) -> None:
        job, room = self._writing.popleft()
        job.result()
        self._rooms.append(room)

    def _room(self, size: int) -> Found:
        if size > _BLOCK:
            return room_for_rows(size)
        while not self._rooms:
            self._one_written()
        return self._rooms.pop()

    def _scan(self, start: int, stop: int, room: Found) -> Block:
        lane = self._lanes.pop()
        block = lane.run(start, stop, room)
        self._lanes.append(lane)
        return block

    def _edge(self, start: int) -> int:
        """Where a block ends that begins there."""
        if self._end - start <= _BLOCK:
            return self._end
        within = self._data.rfind(b"\n", start, start + _BLOCK) + 1
        return within or self._data.find(b"\n", start, self._end) + 1


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
