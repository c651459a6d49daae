"""The columns of several chunks as one, with rows of the plain reader put in where their lines belong."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dhcplens.ingest.scan.intern import Codes, recode

Array = npt.NDArray[Any]


class Weave:
    """Where each row goes: those of the chunks, whose lines count from ``starts``, and the plain reader's."""

    def __init__(self, lines: Sequence[Array], starts: Sequence[int], slow_lines: "pd.Series[int]") -> None:
        self._starts = starts
        self._runs: list[tuple[int, slice, slice]] = []
        places = np.empty(len(slow_lines), np.int64)
        done, rows = 0, 0
        slow = slow_lines.to_numpy()
        last = len(lines) - 1
        for part, (mine, start) in enumerate(zip(lines, starts, strict=True)):
            until = len(slow) if part == last else int(np.searchsorted(slow, starts[part + 1], "right"))
            before = 0
            for at in [*np.searchsorted(mine, slow[done:until] - start).tolist(), len(mine)]:
                if at > before:
                    self._runs.append((part, slice(before, at), slice(rows, rows + at - before)))
                rows += at - before
                before = at
                if done < until:
                    places[done] = rows
                    done, rows = done + 1, rows + 1
        self._places, self._rows = places, rows

    def plain(self, parts: Sequence[Array], slow: "pd.Series[Any]") -> Array:
        """Values as they are, in the form of the plain reader's."""
        return self._filled(parts, slow.to_numpy())

    def _filled(self, parts: Sequence[Array], slow: Array) -> Array:
        whole = np.empty(self._rows, slow.dtype)
        for part, rows, place in self._runs:
            whole[place] = parts[part][rows]
        whole[self._places] = slow
        return whole

    def lines(self, parts: Sequence[Array], slow: "pd.Series[int]") -> Array:
        """Numbers of lines in the whole log."""
        whole = np.empty(self._rows, np.int64)
        for part, rows, place in self._runs:
            np.add(parts[part][rows], self._starts[part], out=whole[place])
        whole[self._places] = slow.to_numpy()
        return whole

    def numbers(
        self, parts: Sequence[Array], missing: Sequence[Array], slow: "pd.Series[int]"
    ) -> pd.arrays.IntegerArray:
        """Integers, some of them missing."""
        mask = self._filled(missing, slow.isna().to_numpy(bool))
        values = self._filled(parts, slow.fillna(1).to_numpy(np.int64))
        values[mask] = 1
        return pd.arrays.IntegerArray(values, mask)

    def words(
        self, parts: Sequence[Array], tables: Sequence[Codes], words: Sequence[str], slow: "pd.Series[str]"
    ) -> pd.Categorical:
        """Codes, which each part's own table translates (-1: missing); words that no row has are left out."""
        known = {word: index for index, word in enumerate(words)}
        others = [known.setdefault(word, len(known)) for word in slow.cat.categories]
        codes = np.array([*others, -1], np.int32)[slow.cat.codes.to_numpy()]
        whole = np.empty(self._rows, np.min_scalar_type(-len(known) - 1))
        seen = np.zeros(len(known) + 1, bool)  # the last one: missing
        for part, rows, place in self._runs:
            recode(parts[part][rows], tables[part], whole[place], seen)
        whole[self._places] = codes
        seen[codes] = True
        names = pd.Index(list(known), dtype="str")
        if not seen[:-1].all():
            whole = np.append(np.cumsum(seen[:-1]) - 1, -1).astype(whole.dtype)[whole]
            names = names[seen[:-1]]
        return pd.Categorical.from_codes(whole, categories=names, validate=False)
