"""Columns of words as codes: those of several chunks united, those of the plain reader put in between."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]
Things = npt.NDArray[Any]


SPECIAL = np.arange(-5, 0)
"""Negative codes, which stay what they are: taken from the end of a list that ends with them."""


class WordColumn:
    """Codes (-1: missing) into a growing list of words."""

    def __init__(self, codes: Codes, words: Sequence[str]) -> None:
        self.codes = codes
        self.words = list(words)

    @classmethod
    def of(cls, codes_and_words: tuple[Codes, Things]) -> "WordColumn":
        """Of codes and an array of words."""
        codes, words = codes_and_words
        return cls(codes, words.tolist())

    def with_rows(self, other: "pd.Series[str]", at: Positions) -> "WordColumn":
        """The same with rows of a categorical put in before the rows at ``at``."""
        if other.empty:
            return self
        known = {word: index for index, word in enumerate(self.words)}
        table = [known.setdefault(word, len(known)) for word in other.cat.categories]
        codes = np.array([*table, -1], np.int32)[other.cat.codes.to_numpy()]
        return WordColumn(np.insert(self.codes, at, codes), list(known))

    def used(self) -> "WordColumn":
        """The same without words that no row has."""
        present = np.bincount(self.codes + 1, minlength=len(self.words) + 1)[1:] > 0
        if present.all():
            return self
        table = np.append(np.cumsum(present) - 1, -1).astype(np.int32)
        return WordColumn(
            table[self.codes], [word for word, here in zip(self.words, present, strict=True) if here]
        )

    def categorical(self) -> pd.Categorical:
        """As pandas holds it."""
        names = pd.Index(self.words, dtype="str")
        return pd.Categorical.from_codes(self.codes, categories=names, validate=False)


class NumberColumn:
    """Integers, some of them missing."""

    def __init__(self, values: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_]) -> None:
        self.values = np.where(missing, 1, values)
        self.missing = missing

    def with_rows(self, other: "pd.Series[int]", at: Positions) -> pd.arrays.IntegerArray:
        """As pandas holds them, with other rows put in before the rows at ``at``."""
        values = np.insert(self.values, at, other.fillna(1).to_numpy(np.int64))
        return pd.arrays.IntegerArray(values, np.insert(self.missing, at, other.isna().to_numpy(bool)))


def united(parts: Iterable[tuple[Codes, Things]]) -> tuple[Codes, Things]:
    """Codes of several parts, each with its own array of things, as codes into one array."""
    local, things = zip(*parts, strict=True)
    table, known = pd.factorize(np.concatenate(things))
    edges = np.cumsum([len(some) for some in things])[:-1]
    codes = [local[0]]  # the first part's things are the first of all
    for some, mine in zip(local[1:], np.split(table, edges)[1:], strict=True):
        codes.append(np.concatenate([mine, SPECIAL]).astype(np.int32)[some])
    return np.concatenate(codes), np.asarray(known)
