"""The table of messages, put together from what the lanes found."""

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest import catalogue
from dhcplens.ingest.scan.columns import categories, framed, fresh, narrowest, used
from dhcplens.ingest.scan.lane import WORDS, Lane
from dhcplens.ingest.scan.layout import (
    FORM,
    FOUND,
    LINES,
    NOT_FOUND,
    R_HOST,
    R_HOSTNAME,
    R_IP,
    R_MAC,
    R_SERVER,
    R_SUFFIX,
    R_TYPE,
    R_VIA,
    SUFFIX,
    TYPES,
    UNAVAILABLE,
    UNKNOWN_LEASE,
    Array,
    Counts,
)
from dhcplens.ingest.scan.settle import own, spread
from dhcplens.ingest.scan.vocabulary import Vocabulary

_HEAD: Final = "DHCPDISCOVER from 00:00:00:00:00:00 via eth0: "  # what a suffix means does not depend on it
_NAMED: Final = {
    FOUND: "found",
    NOT_FOUND: "not-found",
    UNAVAILABLE: "lease-unavailable",
    UNKNOWN_LEASE: "unknown-lease",
}
_CELLS: Final = {
    "host": R_HOST,
    "mac": R_MAC,
    "hostname": R_HOSTNAME,
    "via": R_VIA,
    "server_id": R_SERVER,
}
_Coded = tuple[Array, list[str]]


class Messages:
    """Makes their columns by a crew; the plain reader's rows get their places where their ``lines`` belong.

    The lanes' columns are gone then.
    """

    def __init__(
        self, lanes: Sequence[Lane], vocabulary: Vocabulary, lines: Sequence[int], crew: Executor
    ) -> None:
        self._lanes, self._vocabulary = lanes, vocabulary
        self._before = np.cumsum([0, *(lane.counted(LINES) for lane in lanes)])
        self._rows = len(lines) + sum(lane.rows for lane in lanes)
        self._starts: list[int] = []
        self._runs: list[Counts] = []
        self._places = self._arrange(np.array(lines, np.int64))
        line = catalogue.by_code("discover")
        self._meanings = [line.match(_HEAD + text) or {} for text in vocabulary.texts(SUFFIX)]
        self._numbers = crew.submit(self._plain)
        self._both = crew.submit(self._addresses_and_details)
        self._coded = {name: crew.submit(self._words, cell) for name, cell in _CELLS.items()}
        self._coded |= {"type": crew.submit(self._types), "note": crew.submit(self._notes)}

    def frame(self, slow: pd.DataFrame) -> pd.DataFrame:
        """The table, with the plain reader's rows."""
        done: dict[str, Any] = dict(self._numbers.result())
        for name, column in done.items():
            column[self._places] = slow[name].to_numpy()
        ip, detail = self._both.result()
        coded = {name: job.result() for name, job in self._coded.items()} | {"ip": ip, "detail": detail}
        done |= {name: categories(*column, slow[name], self._places) for name, column in coded.items()}
        return framed(done, slow)

    def _arrange(self, lines: Counts) -> Counts:
        """Find the places of rows with these lines, and what of each lane stands between them."""
        start, places = 0, []
        for lane, first, behind in zip(self._lanes, self._before, self._before[1:], strict=False):
            here = lines[(first < lines) & (lines <= behind)] - first
            gaps = np.searchsorted(lane.lines()[: lane.rows], here)
            places.append(start + gaps + np.arange(len(gaps)))
            self._starts.append(start)
            self._runs.append(np.append(gaps, lane.rows))
            start += lane.rows + len(gaps)
        return np.concatenate([*places, np.arange(start, self._rows)])

    def _plain(self) -> dict[str, Array]:
        """What needs no words."""
        stamps = self._moved([lane.leave("stamps") for lane in self._lanes], np.int64)
        lines = self._moved([lane.leave("lines") for lane in self._lanes], np.int64, self._before)
        forms = [lane.column(FORM).view(np.uint8) for lane in self._lanes]
        return {"stamp": stamps, "line": lines, "form": self._moved(forms, np.uint8)}

    def _moved(self, columns: Sequence[Array], of: Any, more: Counts | None = None) -> Array:
        """One column of numbers, ``more`` of each lane added."""
        out, there = self._begun(columns[0], of)
        for number in range(there, len(columns)):
            row, start = 0, self._starts[number]
            for gap, end in enumerate(self._runs[number].tolist()):
                out[start + gap + row : start + gap + end] = columns[number][row:end]
                row = end
            if more is not None:
                out[start : start + gap + end] += more[number]
        return out

    def _spread(self, cell: int, tables: Sequence[Array], out: Array, there: int = 0) -> Array:
        """One column of words, coded by what each lane's table has for its codes."""
        for number in range(there, len(self._lanes)):
            codes, table = self._lanes[number].column(cell), tables[number].astype(out.dtype)
            spread(codes, table, self._runs[number], self._starts[number], out)
        out[self._places] = -1
        return out

    def _begun(self, first: Array, of: Any) -> tuple[Array, int]:
        """A column of the table, and how many lanes stand there already: one if it is the first one's own."""
        if first.dtype == of and len(first) >= self._rows and len(self._runs[0]) == 1:
            return first[: self._rows], 1
        return fresh(self._rows, of), 0

    def _tables(self, kind: int) -> list[Array]:
        return [self._vocabulary.table(lane, kind) for lane in self._lanes]

    def _means(self, codes: Sequence[int]) -> list[Array]:
        """For each lane's suffixes, what ``codes`` has for them."""
        return [np.array([*codes, -1])[table] for table in self._tables(SUFFIX)]

    def _words(self, cell: int) -> _Coded:
        """The words of a cell, as they stand in the lines."""
        kind = WORDS[cell]
        texts = self._vocabulary.texts(kind)
        begun = self._begun(self._lanes[0].column(cell), narrowest(len(texts)))
        codes = self._spread(cell, self._tables(kind), *begun)
        doubt = self._vocabulary.stray or (cell == R_HOST and len(texts) > 1)
        return used(codes, texts) if doubt else (codes, texts)

    def _types(self) -> _Coded:
        tables = [np.arange(len(TYPES))] * len(self._lanes)
        begun = self._begun(self._lanes[0].column(R_TYPE), np.int8)
        return used(self._spread(R_TYPE, tables, *begun), TYPES)

    def _notes(self) -> _Coded:
        """What the suffixes mean."""
        words: dict[str, int] = {}
        notes = [words.setdefault(str(fields.get("note")), len(words)) for fields in self._meanings]
        tables = self._means(notes)
        for suffix, note in _NAMED.items():
            for table in tables:
                table[suffix] = words.setdefault(note, len(words))
        codes = fresh(self._rows, narrowest(len(words)))
        return used(self._spread(R_SUFFIX, tables, codes), list(words))

    def _addresses_and_details(self) -> tuple[_Coded, _Coded]:
        """The addresses, and the details of suffixes, of which some name the address once more."""
        ips = self._words(R_IP)
        words: dict[str, int] = {}
        details = [_known(words, fields.get("detail")) for fields in self._meanings]
        codes = fresh(self._rows, narrowest(len(words) + len(ips[1])))
        self._spread(R_SUFFIX, self._means(details), codes)
        for lane, runs, start in zip(self._lanes, self._runs, self._starts, strict=True):
            own(lane.column(R_SUFFIX), ips[0], len(words), runs, start, codes)
        return ips, _once(*used(codes, [*words, *ips[1]]))


def _known(words: dict[str, int], word: object) -> int:
    return -1 if word is None else words.setdefault(str(word), len(words))


def _once(codes: Array, words: Sequence[str]) -> _Coded:
    """The same with each word once."""
    known: dict[str, int] = {}
    table = [_known(known, word) for word in words]
    if len(known) < len(words):
        codes = np.array([*table, -1], codes.dtype)[codes]
    return codes, list(known)
