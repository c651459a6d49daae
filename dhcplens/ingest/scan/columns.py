"""Columns of the finished tables."""

import mmap
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest.scan.layout import Array
from dhcplens.ingest.scan.settle import seen

_HUGE: Final = 2 << 20  # smaller columns are not worth huge pages


def fresh(rows: int, of: Any) -> Array:
    """An array of its own pages: they take no memory before they are written, and go back when it goes."""
    of = np.dtype(of)
    size = rows * of.itemsize
    if size < _HUGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.empty(rows, of)
    pages = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if of.itemsize >= 8:
        pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, of)


def narrowest(words: int) -> Any:
    """The type for codes of so many words."""
    return np.min_scalar_type(-words - 1)


def categories(codes: Array, words: Sequence[str], slow: "pd.Series[str]", places: Array) -> pd.Categorical:
    """Codes of ``words``, each once, with the plain reader's values put in at ``places``."""
    if len(slow):
        known = {word: index for index, word in enumerate(words)}
        others = [known.setdefault(word, len(known)) for word in slow.cat.categories]
        words = list(known)
        of = narrowest(len(words))
        codes = codes.astype(of, copy=False) if of.itemsize > codes.itemsize else codes
        codes[places] = np.array([*others, -1], codes.dtype)[slow.cat.codes.to_numpy()]
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(words), dtype="str"), validate=False)


def used(codes: Array, words: Sequence[str]) -> tuple[Array, list[str]]:
    """The same without words that no code means."""
    marks = np.zeros(len(words) + 1, bool)
    seen(codes, marks)
    if marks[:-1].all():
        return codes, list(words)
    of = narrowest(int(marks[:-1].sum()))
    ranks = np.append(np.cumsum(marks[:-1]) - 1, -1).astype(of)
    return ranks[codes], [word for word, one in zip(words, marks.tolist(), strict=False) if one]


def framed(done: dict[str, Any], slow: pd.DataFrame) -> pd.DataFrame:
    """A frame like the plain reader's."""
    source = slow["source"].cat.categories
    done["source"] = pd.Categorical.from_codes(np.zeros(len(done["line"]), np.int8), categories=source)
    return pd.DataFrame({name: done.pop(name) for name in slow.columns}, copy=False)
