"""The table of messages, grown block by block."""

from collections.abc import Callable, Sequence
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
    SUFFIX,
    TYPES,
    UNAVAILABLE,
    UNKNOWN_LEASE,
    VIA,
    Array,
)
from dhcplens.ingest.scan.settle import detail, place, spread
from dhcplens.ingest.scan.vocabulary import Vocabulary

_HEAD = "DHCPDISCOVER from 00:00:00:00:00:00 via eth0: "  # what a suffix means does not depend on the head
_NAMED = {-2: "found", -3: "not-found", -4: "lease-unavailable", -5: "unknown-lease"}
_OWN = 1 << -UNAVAILABLE | 1 << -UNKNOWN_LEASE  # they name the message's own address
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
        self._rows = 0
        self._columns = {name: Growing(of, likely) for name, of in _NUMBERS.items()}
        self._columns |= {name: Growing(np.int8, likely) for name in (*_WORDS, "note", "detail")}
        self._gaps: list[int] = []
        self._types = 0
        self._suffixes = 0
        self._notes: dict[str, int] = {}
        self._suffix_notes: list[int] = []
        self._suffix_details: list[int] = []
        self._detail_count = 0
        self._details: dict[str, int] = {}  # of suffixes
        self._named: list[tuple[int, Codes]] = []  # first number, indices of addresses
        self._detail_of_ip: Codes = np.empty(0, np.int32)
        self._itself: Codes = np.empty(0, np.int32)

    def take(
        self, block: Block, lines: int, gaps: Sequence[int], still: Callable[[], None]
    ) -> Callable[[], None]:
        """Prepare for a block's rows; so many lines stand before it, a plain row before each of ``gaps``.

        What is returned writes them, also while further blocks are taken. ``still`` waits until that is done.
        """
        rows = block.messages
        start, end = self._rows, self._rows + rows.shape[1] + len(gaps)
        self._gaps.extend(start + gap + index for index, gap in enumerate(gaps))
        self._rows = end
        self._types |= block.types
        self._suffixes |= block.suffixes
        orders: list[tuple[Codes, Codes, Array]] = []

        def order(name: str, codes: Codes, table: Codes, count: int) -> None:
            orders.append((codes, table, self._columns[name].room(end, count, still)))

        for name, (cell, column) in _WORDS.items():
            order(name, rows[cell], self._table(block, cell, column), self._vocabulary.count(column))
        notes, details = self._meanings(block)
        order("note", rows[R_SUFFIX], notes, len(self._notes))
        if block.suffixes & _OWN:
            self._name_own(block, details)
            order("detail", rows[R_DETAIL], self._itself, self._detail_count)
        else:
            order("detail", rows[R_SUFFIX], details, self._detail_count)
        stamp, line, form, kind = (self._columns[name].room(end, 0, still) for name in _NUMBERS)
        runs = np.array([*gaps, rows.shape[1]], np.int64)

        def write() -> None:
            place(rows, block.room.stamps, runs, start, lines, stamp, line, form, kind)
            for codes, table, out in orders:
                spread(codes, table, runs, start, out)

        return write

    def more(self, count: int) -> None:
        """So many of the plain reader's rows stand behind all others."""
        self._gaps.extend(range(self._rows, self._rows + count))
        self._rows += count
        for column in self._columns.values():
            column.room(self._rows, 0, lambda: None)

    def _table(self, block: Block, cell: int, column: int) -> Codes:
        return self._vocabulary.table(block.lane, block.places[column], block.messages[cell], column)

    def _meanings(self, block: Block) -> tuple[Codes, Codes]:
        """Note and detail of the lane's suffixes, -1 where it is the message's own address."""
        table = self._table(block, R_SUFFIX, SUFFIX)
        if self._vocabulary.count(SUFFIX) > len(self._suffix_notes):
            self._learn_suffixes()
        notes = np.array([*self._suffix_notes, -1], np.int32)[table]
        for suffix, note in _NAMED.items():
            if self._suffixes >> -suffix & 1:
                notes[suffix] = self._notes.setdefault(note, len(self._notes))
        return notes, np.array([*self._suffix_details, -1], np.int32)[table]

    def _name_own(self, block: Block, details: Codes) -> None:
        """Fill the cell R_DETAIL of a block of which some rows name their own address once more."""
        rows = block.messages
        if self._vocabulary.count(IP) > len(self._detail_of_ip):
            more = np.full(2 * self._vocabulary.count(IP), -1, np.int32)
            more[: len(self._detail_of_ip)] = self._detail_of_ip
            self._detail_of_ip = more
        named = np.empty(rows.shape[1], np.int32)
        ips = self._table(block, R_IP, IP)
        new = detail(rows, details, ips, self._detail_of_ip, self._detail_count, named)
        self._named.append((self._detail_count, named[:new].copy()))
        self._detail_count += new
        if len(self._itself) <= self._detail_count:
            self._itself = np.append(np.arange(2 * self._detail_count), -1).astype(np.int32)

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
                    self._details[str(named)] = self._detail_count
                    self._detail_count += 1
                self._suffix_details.append(self._details[str(named)])

    def finish(self, slow: pd.DataFrame) -> pd.DataFrame:
        """The table, with the plain reader's rows where their lines belong."""
        places = np.array(self._gaps, np.int64)
        done: dict[str, Any] = {}
        for name in _NUMBERS:
            done[name] = self._columns.pop(name).values[: self._rows]
        types = [number for number in range(len(TYPES)) if self._types >> number & 1]
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
        texts = [""] * self._detail_count
        for text, number in self._details.items():
            texts[number] = text
        for first, named in self._named:
            texts[first : first + len(named)] = [ips[ip] for ip in named.tolist()]
        known: dict[str, int] = {}
        table = [known.setdefault(text, len(known)) for text in texts]
        if len(known) < len(texts):
            codes = np.array([*table, -1], codes.dtype)[codes]
        return codes, list(known)
