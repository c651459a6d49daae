"""All rows of one server in one log, of all tables, in the order of their lines: for clock and dedupe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dhcplens.ingest.localtime import Ints
from dhcplens.ingest.reader import LogPiece
from dhcplens.model.tables import LOG_TABLES, Kind

Hashes = npt.NDArray[np.uint64]

TABLES: Final = tuple(LOG_TABLES)
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Track:
    """Arrays of equal length, one element a row; ``place`` is the row's number in its table.

    ``said`` hashes all that the line says (its process too), ``table`` is an index into ``TABLES``.
    """

    piece: LogPiece
    server: str
    mtime: float | None
    line: Ints
    stamp: Ints
    form: npt.NDArray[np.uint8]
    said: Hashes
    table: npt.NDArray[np.uint8]
    place: Ints

    @property
    def source(self) -> str:
        """The file."""
        return self.piece.source

    def __len__(self) -> int:
        return len(self.line)


def tracks(piece: LogPiece, servers: dict[str | None, str], mtime: float | None = None) -> list[Track]:
    """One track for each server in a piece; ``servers`` maps each host, and None for lines without one."""
    columns = [_columns(number, piece.tables[name], servers) for number, name in enumerate(TABLES)]
    joined = {name: np.concatenate([one[name] for one in columns]) for name in columns[0]}
    names = sorted(set(servers.values()))
    found = []
    for number, server in enumerate(names):
        rows = np.flatnonzero(joined["server"] == number)
        rows = rows[np.argsort(joined["line"][rows], kind="stable")]
        if len(rows):
            picked = {name: values[rows] for name, values in joined.items() if name != "server"}
            found.append(Track(piece, server, mtime, **picked))
    return found


def _columns(number: int, table: pd.DataFrame, servers: dict[str | None, str]) -> dict[str, Any]:
    names = sorted(set(servers.values()))
    host = table["host"].cat
    numbers = [names.index(servers[one]) for one in host.categories]
    missing = names.index(servers[None]) if None in servers else -1
    return {
        "server": np.array([*numbers, missing], dtype=np.int32)[host.codes.to_numpy()],
        "line": table["line"].to_numpy(np.int64),
        "stamp": table["stamp"].to_numpy(np.int64),
        "form": table["form"].to_numpy(np.uint8),
        "said": _said(number, table),
        "table": np.full(len(table), number, np.uint8),
        "place": np.arange(len(table)),
    }


def _said(number: int, table: pd.DataFrame) -> Hashes:
    """A hash of each row without its origin and its stamp."""
    hashes = np.full(len(table), number + 1, np.uint64)
    for column in LOG_TABLES[TABLES[number]]:
        if column.name not in ("time", "server", "source", "line"):
            hashes = hashes * _FACTOR + _hashed(table[column.name], column.kind)
    return hashes


def _hashed(values: pd.Series, kind: Kind) -> Hashes:
    if kind is Kind.WORD:
        return words(values.cat.categories)[values.cat.codes.to_numpy()]
    if kind is Kind.COUNT:
        return values.fillna(-1).to_numpy(np.int64).view(np.uint64)
    return values.to_numpy().astype(np.uint64)


def words(values: Sequence[Any] | pd.Index) -> Hashes:
    """A hash of each word, and one more at the end for no word at all (code -1)."""
    hashes: Hashes = pd.util.hash_array(np.asarray(values, dtype=object))
    return np.append(hashes, np.uint64(0))
