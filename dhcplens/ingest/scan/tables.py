"""From the scanner's arrays to the tables that the plain reader would give."""

from collections.abc import Sequence
from socket import inet_ntoa
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dhcplens.ingest import catalogue
from dhcplens.ingest.scan.chunk import Chunk
from dhcplens.ingest.scan.columns import NumberColumn, WordColumn, united
from dhcplens.ingest.scan.layout import (
    BALANCED,
    BALANCING,
    C_HOST,
    C_HOSTNAME,
    C_IP,
    C_LINE,
    C_MAC,
    C_SERVER,
    C_SUFFIX,
    C_VIA,
    HOST,
    HOSTNAME,
    IMBALANCED,
    IP,
    MAC,
    POOL_KINDS,
    S_ASKS,
    S_BACKUP,
    S_FORM,
    S_FREE,
    S_HOST,
    S_KIND,
    S_LINE,
    S_LTS,
    S_MOST,
    S_NAME,
    S_PID,
    S_STAMP,
    S_TOTAL,
    S_WHAT,
    SERVER,
    SUFFIX,
    TYPES,
    UNAVAILABLE,
    VIA,
    WORD,
)

Starts = npt.NDArray[np.int64]
Side = npt.NDArray[np.int64]
_HEAD = "DHCPDISCOVER from 00:00:00:00:00:00 via eth0: "  # what a suffix means does not depend on the head
_NAMED = ("unknown-lease", "lease-unavailable", "not-found", "found")  # of the codes -5 to -2


def messages(chunks: Sequence[Chunk], starts: Starts, slow: pd.DataFrame) -> pd.DataFrame:
    """The messages of all chunks and those of the plain reader, by line."""
    lines = np.concatenate(
        [one.cells[C_LINE, : one.rows] + start for one, start in zip(chunks, starts, strict=True)]
    )
    columns: dict[str, Any] = {
        "stamp": np.concatenate([one.stamps[: one.rows] for one in chunks]),
        "form": np.concatenate([one.kinds[1, : one.rows] for one in chunks]),
        "host": _words(chunks, C_HOST, HOST),
        "line": lines,
        "type": _types(chunks),
        **_addresses(chunks),
        "mac": _macs(chunks),
        "hostname": _words(chunks, C_HOSTNAME, HOSTNAME),
        "via": _words(chunks, C_VIA, VIA),
        "server_id": _words(chunks, C_SERVER, SERVER),
    }
    return _with_rows(columns, slow)


def pools(chunks: Sequence[Chunk], starts: Starts, slow: pd.DataFrame) -> pd.DataFrame:
    """The pool lines of all chunks and those of the plain reader, by line."""
    rows = np.concatenate([one.pools for one in chunks])
    kinds = rows[:, S_KIND]
    most = rows[:, S_MOST]
    columns: dict[str, Any] = {
        **_sides(chunks, starts, [one.pools for one in chunks]),
        "relationship": WordColumn(np.full(len(rows), -1, np.int32), []),
        "kind": WordColumn(kinds.astype(np.int32), POOL_KINDS).used(),
        "network": _side_words(chunks, [one.pools for one in chunks], S_NAME).used(),
        "pool_id": _side_words(chunks, [one.pools for one in chunks], S_WHAT).used(),
        "total": _numbers(rows[:, S_TOTAL]),
        "free": _numbers(rows[:, S_FREE]),
        "backup": _numbers(rows[:, S_BACKUP]),
        "lts": _numbers(rows[:, S_LTS]),
        "max_own": _numbers(most, kinds != BALANCING),
        "max_misbal": _numbers(most, (kinds != BALANCED) & (kinds != IMBALANCED)),
        "requesting": rows[:, S_ASKS] == 1,
    }
    return _with_rows(columns, slow)


def updates(chunks: Sequence[Chunk], starts: Starts, slow: pd.DataFrame) -> pd.DataFrame:
    """The rejected binding updates of all chunks and the plain reader's rows, by line."""
    sides = [one.updates for one in chunks]
    codes, numbers = united((one.updates[:, S_TOTAL].astype(np.int32), one.numbers(IP)) for one in chunks)
    rejected = WordColumn(np.zeros(len(codes), np.int32), ["rejected"])
    columns: dict[str, Any] = {
        **_sides(chunks, starts, sides),
        "ip": WordColumn(codes, [_dotted(number) for number in numbers.tolist()]).used(),
        "relationship": _side_words(chunks, sides, S_NAME).used(),
        "verdict": rejected.used(),
        "reason": _side_words(chunks, sides, S_WHAT).used(),
    }
    return _with_rows(columns, slow)


def _with_rows(columns: dict[str, Any], slow: pd.DataFrame) -> pd.DataFrame:
    """The columns as a frame, with the rows of another frame where their lines belong."""
    at = np.searchsorted(columns["line"], slow["line"].to_numpy())
    rows = len(columns["line"]) + len(slow)
    ready: dict[str, Any] = {}
    for name in slow.columns:
        if name == "source":
            categories = slow[name].cat.categories
            ready[name] = pd.Categorical.from_codes(np.zeros(rows, np.int8), categories=categories)
            continue
        column = columns.pop(name)
        if isinstance(column, WordColumn):
            ready[name] = column.with_rows(slow[name], at).categorical()
        elif isinstance(column, np.ndarray):
            ready[name] = np.insert(column, at, slow[name].to_numpy()) if len(slow) else column
        else:
            ready[name] = column.with_rows(slow[name], at)
    return pd.DataFrame(ready, copy=False)


def _words(chunks: Sequence[Chunk], column: int, kind: int) -> WordColumn:
    return WordColumn.of(united((one.cells[column, : one.rows], one.words(kind)) for one in chunks))


def _types(chunks: Sequence[Chunk]) -> WordColumn:
    codes = np.concatenate([one.kinds[0, : one.rows] for one in chunks])
    return WordColumn(codes.astype(np.int32), TYPES).used()


def _macs(chunks: Sequence[Chunk]) -> WordColumn:
    codes, macs = united((one.cells[C_MAC, : one.rows], one.numbers(MAC)) for one in chunks)
    return WordColumn(codes, [mac.to_bytes(6, "big").hex(":") for mac in macs.tolist()])


def _dotted(number: int) -> str:
    return inet_ntoa(number.to_bytes(4, "big"))


def _addresses(chunks: Sequence[Chunk]) -> dict[str, WordColumn]:
    """The columns ``ip``, ``note`` and ``detail``: some suffixes name the message's own address."""
    codes, numbers = united((one.cells[C_IP, : one.rows], one.numbers(IP)) for one in chunks)
    names = [_dotted(number) for number in numbers.tolist()]
    suffixes, texts = united((one.cells[C_SUFFIX, : one.rows], one.words(SUFFIX)) for one in chunks)
    meanings = [_meaning(text) for text in texts]
    notes: dict[str, int] = {}
    note_of = [notes.setdefault(note, len(notes)) for note in (*(note for note, _ in meanings), *_NAMED)]
    details: dict[str, int] = {}
    detail_of = [-1 if text is None else details.setdefault(text, len(details)) for _, text in meanings]
    detail = np.array([*detail_of, -1, -1, -1, -1, -1], np.int32)[suffixes]
    own = np.flatnonzero(suffixes <= UNAVAILABLE)
    if len(own):
        seen = np.unique(codes[own])
        table = np.zeros(len(names), np.int32)
        table[seen] = [details.setdefault(names[one], len(details)) for one in seen.tolist()]
        detail[own] = table[codes[own]]
    return {
        "ip": WordColumn(codes, names).used(),
        "note": WordColumn(np.array([*note_of, -1], np.int32)[suffixes], list(notes)).used(),
        "detail": WordColumn(detail, list(details)),
    }


def _meaning(suffix: str) -> tuple[str, str | None]:
    """Note and detail of a suffix, by the catalogue."""
    fields = catalogue.by_code("discover").match(_HEAD + suffix) or {}
    detail = fields.get("detail")
    return str(fields.get("note")), None if detail is None else str(detail)


def _sides(chunks: Sequence[Chunk], starts: Starts, sides: Sequence[Side]) -> dict[str, Any]:
    """The columns that pools and updates have in common."""
    rows = np.concatenate(sides)
    hosts = united(
        (side[:, S_HOST].astype(np.int32), one.words(HOST)) for one, side in zip(chunks, sides, strict=True)
    )
    return {
        "stamp": rows[:, S_STAMP].copy(),
        "form": rows[:, S_FORM].astype(np.uint8),
        "host": WordColumn.of(hosts).used(),
        "line": np.concatenate([side[:, S_LINE] + start for side, start in zip(sides, starts, strict=True)]),
        "pid": _numbers(rows[:, S_PID], rows[:, S_PID] < 0),
    }


def _side_words(chunks: Sequence[Chunk], sides: Sequence[Side], column: int) -> WordColumn:
    parts = zip(chunks, sides, strict=True)
    return WordColumn.of(united((side[:, column].astype(np.int32), one.words(WORD)) for one, side in parts))


def _numbers(values: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_] | None = None) -> NumberColumn:
    return NumberColumn(values.copy(), np.zeros(len(values), bool) if missing is None else missing)
