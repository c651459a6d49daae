"""Columns of the finished tables."""

import mmap
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dhcplens.ingest.scan.layout import Array
from dhcplens.ingest.scan.settle import seen, spread

_HUGE: Final = 8 << 20  # smaller columns, mostly not filled, would waste too much of a huge page


def fresh(rows: int, of: Any, columns: int = 1) -> Array:
    """Zeros on their own pages: they take no memory before they are written, and go back with the array."""
    of = np.dtype(of)
    size = rows * of.itemsize
    if size < _HUGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.zeros(columns * rows, of)
    pages = mmap.mmap(-1, columns * size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, of)


def narrowest(words: int) -> Any:
    """The type for codes of so many words."""
    return np.min_scalar_type(-words - 1)


def categories(codes: Array, words: list[str], slow: "pd.Series[str]", places: Array) -> pd.Categorical:
    """Codes of ``words``, each once, with the plain reader's values put in at ``places``."""
    others = dict.fromkeys(slow.cat.categories, -1)
    for index, word in enumerate(words):
        if word in others:
            others[word] = index
    new = [word for word, index in others.items() if index < 0]
    others |= {word: len(words) + index for index, word in enumerate(new)}
    of = narrowest(len(words) + len(new))
    codes = codes.astype(of, copy=False) if of.itemsize > codes.itemsize else codes
    codes[places] = np.array([*others.values(), -1], codes.dtype)[slow.cat.codes.to_numpy()]
    every = pd.Index([*words, *new], dtype="str")
    return pd.Categorical.from_codes(codes, categories=every, validate=False)


def used(codes: Array, words: Sequence[str]) -> tuple[Array, list[str]]:
    """The same without words that no code means; the codes may change where they are."""
    marks = np.zeros(len(words) + 1, bool)
    seen(codes, marks)
    if marks[:-1].all():
        return codes, list(words)
    of = narrowest(int(marks[:-1].sum()))
    ranks = np.append(np.cumsum(marks[:-1]) - 1, -1).astype(of)
    fewer = codes if of == codes.dtype else fresh(len(codes), of)
    spread(codes, ranks, np.array([len(codes)]), 0, fewer)
    return fewer, [word for word, one in zip(words, marks.tolist(), strict=False) if one]


def framed(done: dict[str, Any], slow: pd.DataFrame) -> pd.DataFrame:
    """A frame like the plain reader's."""
    source = slow["source"].cat.categories
    done["source"] = pd.Categorical.from_codes(np.zeros(len(done["line"]), np.int8), categories=source)
    return pd.DataFrame({name: done.pop(name) for name in slow.columns}, copy=False)
