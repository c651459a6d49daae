"""The fast reader of whole logs: a stretch for each core, the catalogue for the rest, one set of tables."""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from dhcplens.ingest.reader import LogPiece, LogReader
from dhcplens.ingest.scan import asides
from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.lane import Lane, cut
from dhcplens.ingest.scan.layout import (
    AFTER,
    BEHIND,
    DHCPD,
    L_AFTER,
    L_DHCPD,
    L_END,
    L_OTHER,
    L_START,
    OTHER,
)
from dhcplens.ingest.scan.messages import Messages
from dhcplens.ingest.scan.vocabulary import Vocabulary

_STRETCH: Final = 1 << 20  # no thread for less


def read_fast(data: bytes, source: str) -> LogPiece:
    """Read a whole log; the tables are those of the plain reader, line for line.

    Works on all cores. What the scanner cannot take apart goes through the catalogue, so a log of other
    frames than RFC 3164 and RFC 3339 gains nothing.
    """
    end = data.rfind(b"\n", 0, max(0, len(data) - BEHIND)) + 1
    bytewise = np.frombuffer(data, np.uint8)
    lanes = [Lane(data, bytewise, start, stop, end - start) for start, stop in _stretches(data, end)]
    reader = LogReader(source)
    with ThreadPoolExecutor(len(lanes)) as crew:
        running = [crew.submit(lane.run) for lane in lanes]
        learned = crew.submit(_learn, bytewise, lanes, running)
        for lane in lanes:
            _read_slow(data, reader, lane)
        rest = data[end:]
        reader.feed(rest if rest.endswith(b"\n") or not rest else rest + b"\n")
        vocabulary = learned.result()
        messages = Messages(lanes, vocabulary, reader.numbers("messages"), crew)
        piece = reader.finish()
        done = {
            "pools": asides.pools(lanes, vocabulary, piece.tables["pools"]),
            "updates": asides.updates(lanes, vocabulary, piece.tables["updates"]),
            "messages": messages.frame(piece.tables["messages"]),
        }
    return replace(piece, tables=dict(piece.tables) | done)


def _learn(data: Bytes, lanes: Sequence[Lane], running: Sequence[Future[None]]) -> Vocabulary:
    """The words of all lanes, as soon as they are done."""
    for lane in running:
        lane.result()
    return Vocabulary(data, lanes)


def _stretches(data: bytes, end: int) -> list[tuple[int, int]]:
    """Beginning and end of about equal parts, one for each core."""
    count = min(_cores(), end // _STRETCH + 1)
    edges = [0]
    for part in range(1, count + 1):
        edges.append(cut(data, edges[-1], max(edges[-1], end * part // count), end))
    return list(pairwise(edges))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read_slow(data: bytes, reader: LogReader, lane: Lane) -> None:
    """Read the lines that the scanner leaves, as it goes on."""
    dhcpd, other = 0, 0
    for notes in iter(lane.slow.get, None):
        for note in notes:
            reader.passed(note[L_DHCPD] - dhcpd, note[L_OTHER] - other, after_dhcpd=bool(note[L_AFTER]))
            dhcpd, other = note[L_DHCPD], note[L_OTHER]
            reader.line(data[note[L_START] : note[L_END]].removesuffix(b"\n"))
    more, others = lane.counted(DHCPD) - dhcpd, lane.counted(OTHER) - other
    reader.passed(more, others, after_dhcpd=bool(lane.counted(AFTER)))
