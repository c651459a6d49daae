"""The raw lines of all inputs, fetched again when they are asked for."""

import mmap
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from dhcplens.ingest.files import Data, Leaf, read
from dhcplens.ingest.framing import decode

_KEPT: Final = 6  # sources whose text stays at hand
_LONGEST: Final = 1 << 16
_PIECE: Final = 1 << 20
_NEWLINE: Final = 10


class Sources:
    """Gives back raw lines by source and number, reading files again; the text of streams is kept."""

    def __init__(self) -> None:
        self._leaves: dict[str, Leaf] = {}
        self._own: dict[str, Data] = {}
        self._recent: OrderedDict[str, _Text] = OrderedDict()

    def add(self, source: str, leaf: Leaf, data: Data) -> None:
        """Tell where a source comes from. The text of a stream is kept, for it cannot be read twice."""
        self._leaves[source] = leaf
        if leaf.stream:
            self._own[source] = data

    def data(self, source: str) -> Data:
        """The whole content; nothing where it is gone."""
        if source in self._own:
            return self._own[source]
        blobs = read(self._leaves[source]) if source in self._leaves else ()
        return next((blob.data for blob in blobs if blob.path == source), b"")

    def lines(self, source: str, numbers: Iterable[int]) -> Mapping[int, str]:
        """Raw text of the given 1-based lines; undecodable bytes are read as Latin-1, overlong lines cut."""
        text = self._text(source)
        found = {}
        for number in sorted(set(numbers)):
            if 1 <= number <= text.lines:
                start = text.end(number - 1) + 1
                raw = text.data[start : min(text.end(number), start + _LONGEST)]
                found[number] = decode(raw.removesuffix(b"\r"))
        return found

    def _text(self, source: str) -> "_Text":
        if source in self._recent:
            self._recent.move_to_end(source)
            return self._recent[source]
        text = self._recent[source] = _Text(self.data(source))
        if len(self._recent) > _KEPT:
            self._recent.popitem(last=False)
        return text


class _Text:
    """A text in which lines are looked up.

    Their ends are counted for each piece, and only searched in pieces that are asked for.
    """

    def __init__(self, data: Data) -> None:
        self.data = data
        view = np.frombuffer(data, np.uint8) if len(data) else np.array([], np.uint8)
        self._pieces = [view[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
        self._before = np.cumsum([0, *(self._count(number) for number in range(len(self._pieces)))])
        self._piece, self._ends = -1, np.array([], np.int64)
        self.lines = int(self._before[-1]) + bool(len(data) and data[-1:] != b"\n")

    def _count(self, number: int) -> int:
        """The newlines of a piece; a mapped file's is given back to the system at once."""
        count = int(np.count_nonzero(self._pieces[number] == _NEWLINE))
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED, number * _PIECE, len(self._pieces[number]))
        return count

    def end(self, number: int) -> int:
        """Where the newline of a line stands; before the text for line 0, behind it for a line without."""
        if number < 1 or number > self._before[-1]:
            return len(self.data) if number else -1
        piece = int(np.searchsorted(self._before, number)) - 1
        if piece != self._piece:
            self._piece, self._ends = piece, np.flatnonzero(self._pieces[piece] == _NEWLINE)
        return piece * _PIECE + int(self._ends[number - int(self._before[piece]) - 1])
