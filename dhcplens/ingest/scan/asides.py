"""The small tables that the scanner fills: pools and rejected binding updates."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest.scan.columns import categories, framed, narrowest, used
from dhcplens.ingest.scan.lane import Lane
from dhcplens.ingest.scan.layout import (
    BALANCED,
    BALANCING,
    FORM,
    HOST,
    IMBALANCED,
    LINE,
    LINES,
    POOL_KINDS,
    R_HOST,
    S_ASKS,
    S_BACKUP,
    S_FREE,
    S_KIND,
    S_LTS,
    S_MOST,
    S_NAME,
    S_PID,
    S_TOTAL,
    S_WHAT,
    TARGET,
    WORD,
    Array,
    Cells,
)
from dhcplens.ingest.scan.vocabulary import Vocabulary

# Name → cell and its kind of words.
_POOL_WORDS: Final = {"host": (R_HOST, HOST), "network": (S_NAME, WORD), "pool_id": (S_WHAT, WORD)}
_UPDATE_WORDS: Final = {
    "host": (R_HOST, HOST),
    "ip": (S_TOTAL, TARGET),
    "relationship": (S_NAME, WORD),
    "reason": (S_WHAT, WORD),
}
_COUNTS = {
    "total": (S_TOTAL, None),
    "free": (S_FREE, None),
    "backup": (S_BACKUP, None),
    "lts": (S_LTS, None),
    "max_own": (S_MOST, (BALANCING,)),
    "max_misbal": (S_MOST, (BALANCED, IMBALANCED)),
}


def pools(lanes: Sequence[Lane], vocabulary: Vocabulary, slow: pd.DataFrame) -> pd.DataFrame:
    """Lines about pools, with the plain reader's rows where their lines belong."""
    rows = _Rows(lanes, [lane.pools() for lane in lanes], slow)
    kinds, words = used(rows.cells[S_KIND], POOL_KINDS)
    done = rows.common(vocabulary, _POOL_WORDS)
    done["relationship"] = rows.words(np.full(len(kinds), -1), [], "relationship")
    done["kind"] = rows.words(kinds, words, "kind")
    done["requesting"] = rows.plain(rows.cells[S_ASKS] == 1, "requesting")
    for name, (cell, of) in _COUNTS.items():
        missing = np.zeros(len(kinds), bool) if of is None else ~np.isin(rows.cells[S_KIND], of)
        done[name] = rows.numbers(rows.cells[cell], missing, name)
    return framed(done, slow)


def updates(lanes: Sequence[Lane], vocabulary: Vocabulary, slow: pd.DataFrame) -> pd.DataFrame:
    """Rejected binding updates, with the plain reader's rows where their lines belong."""
    rows = _Rows(lanes, [lane.updates() for lane in lanes], slow)
    done = rows.common(vocabulary, _UPDATE_WORDS)
    verdicts, words = used(np.zeros(len(rows.lines), np.int8), ["rejected"])
    return framed(done | {"verdict": rows.words(verdicts, words, "verdict")}, slow)


class _Rows:
    """The scanner's rows of a table, and where they and the plain reader's go."""

    def __init__(
        self, lanes: Sequence[Lane], found: Sequence[tuple[Cells, Array]], slow: pd.DataFrame
    ) -> None:
        before = np.cumsum([0, *(lane.counted(LINES) for lane in lanes[:-1])])
        counts = [len(stamps) for _, stamps in found]
        self.cells = np.concatenate([cells for cells, _ in found], axis=1)
        self.lines = self.cells[LINE] + np.repeat(before, counts)
        self._lanes = np.repeat(np.arange(len(lanes)), counts)
        self._of = lanes
        self._stamps = np.concatenate([stamps for _, stamps in found])
        self._slow = slow
        other = slow["line"].to_numpy()
        self._slow_places = np.searchsorted(self.lines, other) + np.arange(len(other))
        self._places = np.delete(np.arange(len(self.lines) + len(other)), self._slow_places)

    def common(self, vocabulary: Vocabulary, words: dict[str, tuple[int, int]]) -> dict[str, Any]:
        """The columns that all tables have, and those of ``words``."""
        done: dict[str, Any] = {
            "stamp": self.plain(self._stamps, "stamp"),
            "form": self.plain(self.cells[FORM], "form"),
            "line": self.plain(self.lines, "line"),
            "pid": self.numbers(self.cells[S_PID], self.cells[S_PID] < 0, "pid"),
        }
        for name, (cell, kind) in words.items():
            codes = self.cells[cell].copy()
            for number, lane in enumerate(self._of):
                mine = self._lanes == number
                codes[mine] = vocabulary.table(lane, kind)[codes[mine]]
            done[name] = self.words(*used(codes, vocabulary.texts(kind)), name)
        return done

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
        codes = np.zeros(len(self._places) + len(self._slow_places), narrowest(len(words)))
        codes[self._places] = mine
        return categories(codes, words, self._slow[name], self._slow_places)
