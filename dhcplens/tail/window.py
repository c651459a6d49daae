"""The last lines of each log that the rules may need, and no more.

What is kept is bounded however long a tail runs: the last messages and refused updates of each source, the
last moves and pool lines of each server, the last notices of each kind.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from dhcplens.tail.lines import KEPT, LineReader, Piece, Row

Text = tuple[str, int, str]
"""Source, line and the line itself."""

_ROWS: Final = {"transitions": 1000, "pools": 500}
_OF_A_KIND: Final = 100
_MOST_KINDS: Final = 400
_UNSEEN: Final = 500


class Window:
    """Takes pieces in, gives out the lines that are kept of them."""

    def __init__(self) -> None:
        self._plain: dict[str, deque[tuple[int, bytes]]] = {}
        self._rows: dict[tuple[str, str, str], deque[Text]] = {}
        self._unseen = 0

    def add(self, source: str, piece: Piece) -> None:
        """Take in a piece."""
        if piece.kept:
            self._plain.setdefault(source, deque(maxlen=KEPT)).extend(piece.kept)
        for row in piece.rows:
            self._keep(row)

    def _keep(self, row: Row) -> None:
        kind = str(row.fields["code"]) if row.table == "notices" else ""
        key = row.server, row.table, kind
        rows = self._rows.get(key)
        if rows is None:
            if len(self._rows) >= _MOST_KINDS:
                return
            rows = self._rows[key] = deque(maxlen=_ROWS.get(row.table, _OF_A_KIND))
        rows.append((row.source, row.line, row.text))
        self._unseen += row.table == "transitions"

    @property
    def full(self) -> bool:
        """Whether so many moves came since ``judged`` that soon some would never be judged."""
        return self._unseen >= _UNSEEN

    def judged(self) -> None:
        """The rules look at what is kept now."""
        self._unseen = 0

    def lines(self) -> list[Text]:
        """All lines that are kept; those of one table and server in their order."""
        rows = [one for lines in self._rows.values() for one in lines]
        return rows + [
            (source, line, _text(raw)) for source, plain in self._plain.items() for line, raw in plain
        ]

    def remember(self, lines: Iterable[Text], reader: LineReader) -> None:
        """Take up what another run kept."""
        for source, line, text in lines:
            raw = text.encode("utf-8", "surrogateescape") + b"\n"
            self.add(source, reader.read(raw, source, line - 1))


def _text(raw: bytes) -> str:
    """A line whose every byte comes back when it is encoded again."""
    return raw.decode("utf-8", "surrogateescape")
