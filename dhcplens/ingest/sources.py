"""The raw lines of all inputs, fetched again when they are asked for."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from dhcplens.ingest.files import Data, Leaf, read
from dhcplens.ingest.framing import decode
from dhcplens.ingest.localtime import Ints

_KEPT: Final = 6  # sources whose text stays at hand
_LONGEST: Final = 1 << 16


class Sources:
    """Gives back raw lines by source and number, reading files again; the text of streams is kept."""

    def __init__(self) -> None:
        self._leaves: dict[str, Leaf] = {}
        self._own: dict[str, Data] = {}
        self._recent: OrderedDict[str, tuple[Data, Ints]] = OrderedDict()

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
        data, ends = self._indexed(source)
        found = {}
        for number in numbers:
            if 1 <= number <= len(ends):
                start = int(ends[number - 2]) + 1 if number > 1 else 0
                raw = data[start : min(int(ends[number - 1]), start + _LONGEST)]
                found[number] = decode(raw.removesuffix(b"\r"))
        return found

    def _indexed(self, source: str) -> tuple[Data, Ints]:
        if source in self._recent:
            self._recent.move_to_end(source)
            return self._recent[source]
        data = self.data(source)
        ends = (
            np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
            if len(data)
            else np.array([], np.int64)
        )
        if len(data) and (not len(ends) or ends[-1] != len(data) - 1):
            ends = np.append(ends, len(data))
        self._recent[source] = data, ends
        if len(self._recent) > _KEPT:
            self._recent.popitem(last=False)
        return data, ends
