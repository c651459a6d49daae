"""The words of all lanes under one index for each kind."""

from collections.abc import Sequence

import numpy as np

from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.intern import Codes, empty_words, learn, places_of, write
from dhcplens.ingest.scan.lane import Lane
from dhcplens.ingest.scan.layout import KINDS, SPECIAL, STRAY


class Vocabulary:
    """All that the lanes have seen; that may be more than their rows have: see ``stray``."""

    def __init__(self, data: Bytes, lanes: Sequence[Lane]) -> None:
        self.stray = any(lane.counted(STRAY) for lane in lanes)
        self._data, self._lanes = data, lanes
        most = [sum(len(lane.places(kind)) for lane in lanes) for kind in range(KINDS)]
        self._words = empty_words(np.array([(2 * count).bit_length() for count in most]))
        self._tables: dict[tuple[Lane, int], Codes] = {}

    def learn(self, kind: int) -> None:
        """Learn one kind; each one can be learned by another thread."""
        for lane in self._lanes:
            places = lane.places(kind)
            table = np.full(len(places) + SPECIAL, -1, np.int32)
            learn(self._data, self._words, kind, places, table)
            self._tables[lane, kind] = table

    def table(self, lane: Lane, kind: int) -> Codes:
        """What a lane's indices are here; -1 at the end, for missing ones."""
        return self._tables[lane, kind]

    def texts(self, kind: int) -> list[str]:
        """All words of a kind."""
        places = places_of(self._words, kind)
        out = np.empty(int(places[:, 1].sum()) + len(places), np.uint8)
        write(self._data, places, out)
        return str(out.data, "ascii").split("\n")[:-1]
