"""The table of messages, grown block by block."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dhcplens.ingest import catalogue
from dhcplens.ingest.scan.chunk import Block
from dhcplens.ingest.scan.columns import Growing, categories, dense, framed, used
from dhcplens.ingest.scan.intern import Codes
from dhcplens.ingest.scan.layout import (
    HOST,
    HOSTNAME,
    IP,
    MAC,
    R_DETAIL,
    R_HOST,
    R_HOSTNAME,
    R_IP,
    R_MAC,
    R_SERVER,
    R_SUFFIX,
    R_VIA,
    SERVER,
    SPECIAL,
    SUFFIX,
    TYPES,
    VIA,
    Array,
    Counts,
)
from dhcplens.ingest.scan.settle import DETAILS, SUFFIXES_SEEN, TOLD, TYPES_SEEN, detail, place, spread
from dhcplens.ingest.scan.vocabulary import Vocabulary

_HEAD = "DHCPDISCOVER from 00:00:00:00:00:00 via eth0: "  # what a suffix means does not depend on the head
_NAMED = {-2: "found", -3: "not-found", -4: "lease-unavailable", -5: "unknown-lease"}
_NUMBERS = {"stamp": np.int64, "line": np.int64, "form": np.uint8, "type": np.int8}
_WORDS = {
    "host": (R_HOST, HOST),
    "ip": (R_IP, IP),
    "mac": (R_MAC, MAC),
    "hostname": (R_HOSTNAME, HOSTNAME),
    "via": (R_VIA, VIA),
    "server_id": (R_SERVER, SERVER),
}


class Messages:
    """Takes blocks in their order; the plain reader's rows get their places, and are put in at the end."""

    def __init__(self, vocabulary: Vocabulary, likely: int) -> None:
        self._vocabulary = vocabulary
        self._likely = likely
        self._rows = 0
        self._columns = {name: Growing(of) for name, of in _NUMBERS.items()}
        self._columns |= {name: Growing(np.int8) for name in (*_WORDS, "note", "detail")}
        self._gaps: list[int] = []
        self._told = np.zeros(TOLD, np.int64)
        self._notes: dict[str, int] = {}
        self._suffix_notes: list[int] = []
        self._suffix_details: list[int] = []
        self._details: dict[str, int] = {}  # of suffixes
        self._named: list[tuple[int, Codes]] = []  # first number, indices of addresses
        self._detail_of_ip: Codes = np.empty(0, np.int32)

    def take(self, block: Block, lines: int, gaps: Sequence[int]) -> None:
        """Add a block's rows; so many lines stand before it, and a plain row before each of ``gaps``."""
        rows = block.messages
        start, end = self._rows, self._rows + rows.shape[1] + len(gaps)
        self._gaps.extend(start + gap + index for index, gap in enumerate(gaps))
        self._rows = end
        if not rows.shape[1]:
            return
        runs = np.array([*gaps, rows.shape[1]], np.int64)
        stamp, line, form, kind = (self._columns[name].room(end, self._likely) for name in _NUMBERS)
        place(rows, block.room.stamps, runs, start, lines, stamp, line, form, kind, self._told)
        for name, (cell, column) in _WORDS.items():
            table = self._table(block, cell, column)
            self._spread(name, rows[cell], table, self._vocabulary.count(column), start, runs)
        self._suffixes(block, start, runs)

    def more(self, count: int) -> None:
        """So many of the plain reader's rows stand behind all others."""
        self._gaps.extend(range(self._rows, self._rows + count))
        self._rows += count
        for column in self._columns.values():
            column.room(self._rows, self._likely)

    def _table(self, block: Block, cell: int, column: int) -> Codes:
        return self._vocabulary.table(block.lane, block.places[column], block.messages[cell], column)

    def _spread(self, name: str, codes: Codes, table: Codes, largest: int, start: int, runs: Counts) -> None:
        column = self._columns[name]
        column.room(self._rows, self._likely)
        column.widen(largest, start)
        spread(codes, table, runs, start, column.values)

    def _suffixes(self, block: Block, start: int, runs: Counts) -> None:
        """The columns ``note`` and ``detail``."""
        rows = block.messages
        table = self._table(block, R_SUFFIX, SUFFIX)
        if self._vocabulary.count(SUFFIX) > len(self._suffix_notes):
            self._learn_suffixes()
        special = [-1] * SPECIAL
        for suffix, note in _NAMED.items():
            if self._told[SUFFIXES_SEEN] >> -suffix & 1:
                special[suffix] = self._notes.setdefault(note, len(self._notes))
        notes = np.array([*self._suffix_notes, -1], np.int32)[table]
        notes[-SPECIAL:] = special
        self._spread("note", rows[R_SUFFIX], notes, len(self._notes), start, runs)
        details = np.array([*self._suffix_details, -1], np.int32)[table]
        ips = self._table(block, R_IP, IP)
        more = self._vocabulary.count(IP) - len(self._detail_of_ip)
        if more > 0:
            room = np.full(more + len(self._detail_of_ip), -1, np.int32)
            self._detail_of_ip = np.concatenate([self._detail_of_ip, room])
        first, named = int(self._told[DETAILS]), np.empty(rows.shape[1], np.int32)
        new = detail(rows, details, ips, self._detail_of_ip, named, self._told)
        if new:
            self._named.append((first, named[:new].copy()))
        self._spread("detail", rows[R_DETAIL], _itself(first + new), first + new, start, runs)

    def _learn_suffixes(self) -> None:
        """What new suffixes say, by the catalogue."""
        for text in self._vocabulary.texts(SUFFIX)[len(self._suffix_notes) :]:
            fields = catalogue.by_code("discover").match(_HEAD + text) or {}
            self._suffix_notes.append(self._notes.setdefault(str(fields.get("note")), len(self._notes)))
            named = fields.get("detail")
            if named is None:
                self._suffix_details.append(-1)
            else:
                if str(named) not in self._details:
                    self._details[str(named)] = int(self._told[DETAILS])
                    self._told[DETAILS] += 1
                self._suffix_details.append(self._details[str(named)])

    def finish(self, slow: pd.DataFrame) -> pd.DataFrame:
        """The table, with the plain reader's rows where their lines belong."""
        places = np.array(self._gaps, np.int64)
        done: dict[str, Any] = {}
        for name in _NUMBERS:
            done[name] = self._columns.pop(name).values[: self._rows]
        types = [number for number in range(len(TYPES)) if self._told[TYPES_SEEN] >> number & 1]
        if len(types) < len(TYPES):
            done["type"] = dense(done["type"], types)
        for name in ("stamp", "line", "form"):
            done[name][places] = slow[name].to_numpy()
        texts = {name: self._vocabulary.texts(column) for name, (_, column) in _WORDS.items()}
        texts |= {"type": [TYPES[number] for number in types], "note": list(self._notes)}
        codes = {name: column.values[: self._rows] for name, column in self._columns.items()}
        codes["type"] = done.pop("type")
        for column in codes.values():
            column[places] = -1
        codes["detail"], texts["detail"] = self._unique_details(codes["detail"], texts["ip"])
        self._columns.clear()
        if self._vocabulary.stray():
            for name in ("ip", "mac", "hostname"):
                codes[name], texts[name] = used(codes[name], texts[name])
        for name, words in texts.items():
            done[name] = categories(codes.pop(name), words, slow[name], places)
        return framed(done, slow)

    def _unique_details(self, codes: Array, ips: Sequence[str]) -> tuple[Array, list[str]]:
        """The texts of all details. An address may be among the suffixes' own too; then codes change."""
        texts = [""] * int(self._told[DETAILS])
        for text, number in self._details.items():
            texts[number] = text
        for first, named in self._named:
            texts[first : first + len(named)] = [ips[ip] for ip in named.tolist()]
        known: dict[str, int] = {}
        table = [known.setdefault(text, len(known)) for text in texts]
        if len(known) < len(texts):
            codes = np.array([*table, -1], codes.dtype)[codes]
        return codes, list(known)


def _itself(count: int) -> Codes:
    """A table that leaves numbers below ``count``, and -1, as they are."""
    table = np.arange(-1, count, dtype=np.int32)
    return np.roll(table, -1)
