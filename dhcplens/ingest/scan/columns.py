"""Columns of words as codes: those of several chunks united, those of the plain reader put in between."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]
Thing = TypeVar("Thing", bound=Hashable)


SPECIAL = range(-5, 0)
"""Negative codes, which stay what they are: taken from the end of a list that ends with them."""


class WordColumn:
    """Codes (-1: missing) into a growing list of words."""

    def __init__(self, codes: Codes, words: Sequence[str]) -> None:
        self.codes = codes
        self.words = list(words)

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


def united(parts: Iterable[tuple[Codes, Sequence[Thing]]]) -> tuple[Codes, list[Thing]]:
    """Codes of several parts, each with its own list of things, as codes into one list."""
    known: dict[Thing, int] = {}
    codes = []
    for local, things in parts:
        table = [known.setdefault(thing, len(known)) for thing in things]
        if table == list(range(len(table))):
            codes.append(local)
        else:
            codes.append(np.array([*table, *SPECIAL], np.int32)[local])
    return np.concatenate(codes), list(known)
