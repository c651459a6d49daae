"""The words of all lanes under one index for each column, in the order in which rows have them."""

import numpy as np

from dhcplens.ingest.scan.chunk import Lane
from dhcplens.ingest.scan.eights import Bytes
from dhcplens.ingest.scan.intern import COUNT, Codes, Places, empty_words, learn, places_of, room_for, write
from dhcplens.ingest.scan.layout import COLUMNS, HOSTNAME, IP, MAC, SPECIAL, STRAY

_MANY = (IP, MAC, HOSTNAME)


class Vocabulary:
    """Learns words as rows with them come.

    Of the kinds that have many words, it learns what a lane has seen; that may be more than rows have, where
    the scanner gave up a line: see ``stray``. Of others, what rows have.
    """

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self._words = empty_words(np.array([12 if column in _MANY else 6 for column in range(COLUMNS)]))
        self._tables: dict[tuple[Lane, int], Codes] = {}
        self._learned: dict[tuple[Lane, int], int] = {}

    def table(self, lane: Lane, places: Places, codes: Codes, column: int) -> Codes:
        """What a lane's indices of words at ``places`` are in this column; -1 at the end, for missing ones.

        ``codes`` are those that rows have.
        """
        key = lane, column
        known = self._learned.get(key, 0)
        table = self._tables.get(key, _NOTHING)
        if known == len(places):
            return table
        if len(table) < len(places) + SPECIAL:
            table = np.concatenate([table, np.full(2 * len(places), -1, np.int32)])
        self._words = room_for(self._words, column, len(places) - known)
        if column in _MANY:
            codes = np.arange(known, len(places), dtype=np.int32)
        new = learn(self._data, self._words, column, codes, places, table)
        self._tables[key], self._learned[key] = table, known + new
        return table

    def stray(self) -> bool:
        """Whether there may be words that no row has."""
        return any(lane.state[STRAY] for lane, _ in self._tables)

    def count(self, column: int) -> int:
        """Number of a column's words."""
        return int(self._words.counts[column, COUNT])

    def texts(self, column: int) -> list[str]:
        """A column's words."""
        places = places_of(self._words, column)
        out = np.empty(int(places[:, 1].sum()) + len(places), np.uint8)
        write(self._data, places, out)
        return str(out.data, "ascii").split("\n")[:-1]


_NOTHING = np.full(SPECIAL, -1, np.int32)
