"""The words of all lanes under one index for each kind."""

from collections.abc import Sequence

import numpy as np

from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.intern import Codes, Words, empty_words, learn, places_of, room_for, write
from dhcplens.ingest.scan.lane import Lane
from dhcplens.ingest.scan.layout import KINDS, SPECIAL, STRAY


class Vocabulary:
    """All that the lanes have seen; that may be more than their rows have: see ``stray``.

    The first lane's words keep their indices; new ones of the others are counted on.
    """

    def __init__(self, data: Bytes, lanes: Sequence[Lane]) -> None:
        self.stray = any(lane.counted(STRAY) for lane in lanes)
        self._data, self._lanes = data, lanes
        self._more: dict[int, Words] = {}
        self._tables: dict[tuple[Lane, int], Codes] = {}
        for kind in range(KINDS):
            self._learn(kind)

    def _learn(self, kind: int) -> None:
        more = empty_words(np.zeros(KINDS, np.int64))
        first, *others = self._lanes
        known = len(first.places(kind))
        self._tables[first, kind] = np.append(np.arange(known), np.full(SPECIAL, -1)).astype(np.int32)
        for lane in others:
            places = lane.places(kind)
            table = np.full(len(places) + SPECIAL, -1, np.int32)
            first.find(kind, places, table)
            new = np.flatnonzero(table[: len(places)] < 0)
            more = room_for(more, kind, len(new))
            codes = np.empty(len(new), np.int32)
            learn(self._data, more, kind, places[new], codes)
            table[new] = known + codes
            self._tables[lane, kind] = table
        self._more[kind] = more

    def table(self, lane: Lane, kind: int) -> Codes:
        """What a lane's indices are here; -1 at the end, for missing ones."""
        return self._tables[lane, kind]

    def texts(self, kind: int) -> list[str]:
        """All words of a kind."""
        places = np.concatenate([self._lanes[0].places(kind), places_of(self._more[kind], kind)])
        out = np.empty(int(places[:, 1].sum()) + len(places), np.uint8)
        write(self._data, places, out)
        return str(out.data, "ascii").split("\n")[:-1]
