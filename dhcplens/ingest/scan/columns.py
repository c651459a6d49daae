"""Columns of the finished tables: written block by block at their place, then completed."""

import mmap
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest.scan.layout import Array

_HUGE: Final = 2 << 20  # smaller columns are not worth huge pages
_FIRST: Final = 1 << 12


class Growing:
    """A column that is as long, and its numbers as wide, as was needed so far."""

    def __init__(self, of: Any, likely: int) -> None:
        self.values: Array = np.empty(0, of)
        self._likely = likely
        self._largest = int(np.iinfo(self.values.dtype).max)

    def room(self, rows: int, largest: int, still: Callable[[], None]) -> Array:
        """Have room for so many rows with numbers up to ``largest``; before the column moves, call ``still``.

        If there is no room, it is made for as many rows as there will be likely.
        """
        if len(self.values) < rows or largest > self._largest:
            still()
            of = np.min_scalar_type(-largest - 1) if largest > self._largest else self.values.dtype
            moved = fresh(max(rows + rows // 2, self._likely, _FIRST, len(self.values)), of)
            moved[: len(self.values)] = self.values
            self.values, self._largest = moved, int(np.iinfo(of).max)
        return self.values


def fresh(rows: int, of: Any) -> Array:
    """An array of its own pages: they take no memory before they are written, and go back when it goes."""
    of = np.dtype(of)
    size = rows * of.itemsize
    if size < _HUGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.empty(rows, of)
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, of)


def categories(codes: Array, words: Sequence[str], slow: "pd.Series[str]", places: Array) -> pd.Categorical:
    """Codes of ``words``, each once, with the plain reader's values put in at ``places``."""
    if len(slow):
        known = {word: index for index, word in enumerate(words)}
        others = [known.setdefault(word, len(known)) for word in slow.cat.categories]
        words = list(known)
        of = np.min_scalar_type(-len(words) - 1)
        codes = codes.astype(of, copy=False) if of.itemsize > codes.itemsize else codes
        codes[places] = np.array([*others, -1], codes.dtype)[slow.cat.codes.to_numpy()]
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words), dtype="str"), validate=False)


def dense(codes: Array, seen: Iterable[int]) -> Array:
    """The same codes counted by their rank among those that were ``seen``."""
    table = np.full(128, -1, codes.dtype)
    for rank, code in enumerate(sorted(seen)):
        table[code] = rank
    return table[codes]


def used(codes: Array, words: Sequence[str]) -> tuple[Array, list[str]]:
    """The same without words that no code means."""
    seen = np.zeros(len(words) + 1, bool)
    seen[codes] = True
    if seen[:-1].all():
        return codes, list(words)
    ranks = np.append(np.cumsum(seen[:-1]) - 1, -1).astype(codes.dtype)
    return ranks[codes], [word for word, one in zip(words, seen.tolist(), strict=False) if one]


def framed(done: dict[str, Any], slow: pd.DataFrame) -> pd.DataFrame:
    """A frame like the plain reader's."""
    source = slow["source"].cat.categories
    done["source"] = pd.Categorical.from_codes(np.zeros(len(done["line"]), np.int8), categories=source)
    return pd.DataFrame({name: done.pop(name) for name in slow.columns}, copy=False)
