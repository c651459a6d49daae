"""The small tables that the scanner fills: pools and rejected binding updates."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from dhcplens.ingest.scan.chunk import Block
from dhcplens.ingest.scan.columns import categories, dense, framed
from dhcplens.ingest.scan.kernel import Stamps
from dhcplens.ingest.scan.layout import (
    BALANCED,
    BALANCING,
    FORM,
    HOST,
    IMBALANCED,
    LINE,
    P_HOST,
    P_ID,
    P_NETWORK,
    POOL_KINDS,
    R_HOST,
    S_ASKS,
    S_BACKUP,
    S_CELLS,
    S_FREE,
    S_KIND,
    S_LTS,
    S_MOST,
    S_NAME,
    S_PID,
    S_TOTAL,
    S_WHAT,
    TARGET,
    U_HOST,
    U_IP,
    U_NAME,
    U_REASON,
    WORD,
    Array,
    Cells,
)
from dhcplens.ingest.scan.vocabulary import Vocabulary

# Name → cell, kind in the scanner, column.
_POOL_WORDS = {
    "host": (R_HOST, HOST, P_HOST),
    "network": (S_NAME, WORD, P_NETWORK),
    "pool_id": (S_WHAT, WORD, P_ID),
}
_UPDATE_WORDS = {
    "host": (R_HOST, HOST, U_HOST),
    "ip": (S_TOTAL, TARGET, U_IP),
    "relationship": (S_NAME, WORD, U_NAME),
    "reason": (S_WHAT, WORD, U_REASON),
}
_COUNTS = {
    "total": (S_TOTAL, None),
    "free": (S_FREE, None),
    "backup": (S_BACKUP, None),
    "lts": (S_LTS, None),
    "max_own": (S_MOST, (BALANCING,)),
    "max_misbal": (S_MOST, (BALANCED, IMBALANCED)),
}
_Words = dict[str, tuple[int, int, int]]
Columns = dict[str, Any]


class Aside:
    """Rows of one of these tables, from block to block."""

    def __init__(self, vocabulary: Vocabulary, words: _Words) -> None:
        self._vocabulary = vocabulary
        self._words = words
        self._blocks: list[Block] = []
        self._cells = [np.empty((S_CELLS, 0), np.int32)]
        self._stamps = [np.empty(0, np.int64)]
        self._lines = [np.empty(0, np.int64)]

    def take(self, block: Block, rows: Cells, stamps: Stamps, lines: int) -> None:
        """Add a block's rows, before which so many lines stand."""
        if len(stamps):
            self._blocks.append(block)
            self._cells.append(rows.copy())
            self._stamps.append(stamps.copy())
            self._lines.append(rows[LINE] + np.int64(lines))

    def finish(self, slow: pd.DataFrame, rest: "Callable[[Rows], Columns]") -> pd.DataFrame:
        """The table, with the plain reader's rows where their lines belong; ``rest`` gives more columns."""
        rows = Rows(self._united(), np.concatenate(self._lines), slow)
        done = {
            "stamp": rows.plain(np.concatenate(self._stamps), "stamp"),
            "form": rows.plain(rows.cells[FORM], "form"),
            "line": rows.plain(rows.lines, "line"),
            "pid": rows.numbers(rows.cells[S_PID], rows.cells[S_PID] < 0, "pid"),
        }
        for name, (cell, _, column) in self._words.items():
            done[name] = rows.words(rows.cells[cell], self._vocabulary.texts(column), name)
        return framed(done | rest(rows), slow)

    def _united(self) -> Cells:
        """All cells, the words with the columns' own indices."""
        cells = np.concatenate(self._cells, axis=1)
        last = {block.lane: block for block in self._blocks}  # it knows all that its lane knew before
        which = {lane: number for number, lane in enumerate(last)}
        counts = [part.shape[1] for part in self._cells[1:]]
        lanes = np.repeat(np.array([which[block.lane] for block in self._blocks], np.int64), counts)
        for lane, block in last.items():
            mine = np.flatnonzero(lanes == which[lane])
            for cell, kind, column in self._words.values():
                codes = cells[cell, mine]
                cells[cell, mine] = self._vocabulary.table(lane, block.places[kind], codes, column)[codes]
        return cells


class Rows:
    """The scanner's rows of a table, and where they and the plain reader's go."""

    def __init__(self, cells: Cells, lines: Array, slow: pd.DataFrame) -> None:
        self.cells = cells
        self.lines = lines
        self._slow = slow
        other = slow["line"].to_numpy()
        self._slow_places = np.searchsorted(lines, other) + np.arange(len(other))
        self._places = np.delete(np.arange(len(lines) + len(other)), self._slow_places)

    def _whole(self, mine: Array, others: Array) -> Array:
        whole = np.empty(len(mine) + len(others), others.dtype)
        whole[self._places], whole[self._slow_places] = mine, others
        return whole

    def plain(self, mine: Array, name: str) -> Array:
        """Values as they are, in the form of the plain reader's."""
        return self._whole(mine, self._slow[name].to_numpy())

    def numbers(self, mine: Array, missing: Array, name: str) -> pd.arrays.IntegerArray:
        """Integers, some of them missing."""
        slow = self._slow[name]
        mask = self._whole(missing, slow.isna().to_numpy(bool))
        values = self._whole(mine, slow.fillna(1).to_numpy(np.int64))
        values[mask] = 1
        return pd.arrays.IntegerArray(values, mask)

    def words(self, mine: Array, words: list[str], name: str) -> pd.Categorical:
        """Codes of words, each of which some row has; -1 for none."""
        codes = np.zeros(len(self._places) + len(self._slow_places), np.min_scalar_type(-len(words) - 1))
        codes[self._places] = mine
        return categories(codes, words, self._slow[name], self._slow_places)


def pools(vocabulary: Vocabulary) -> Aside:
    """For lines about pools."""
    return Aside(vocabulary, _POOL_WORDS)


def updates(vocabulary: Vocabulary) -> Aside:
    """For rejected binding updates."""
    return Aside(vocabulary, _UPDATE_WORDS)


def of_pools(rows: Rows) -> dict[str, Any]:
    """The columns that only pools have."""
    kind = rows.cells[S_KIND]
    kinds = np.unique(kind).tolist()
    done: dict[str, Any] = {
        "relationship": rows.words(np.full(len(kind), -1), [], "relationship"),
        "kind": rows.words(dense(kind, kinds), [POOL_KINDS[one] for one in kinds], "kind"),
        "requesting": rows.plain(rows.cells[S_ASKS] == 1, "requesting"),
    }
    for name, (cell, of) in _COUNTS.items():
        missing = np.zeros(len(kind), bool) if of is None else ~np.isin(kind, of)
        done[name] = rows.numbers(rows.cells[cell], missing, name)
    return done


def of_updates(rows: Rows) -> dict[str, Any]:
    """The column that only updates have."""
    count = len(rows.lines)
    return {"verdict": rows.words(np.zeros(count, np.int8), ["rejected"] if count else [], "verdict")}
