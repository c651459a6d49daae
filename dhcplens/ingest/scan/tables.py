"""From the scanner's arrays to the tables that the plain reader would give."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dhcplens.ingest import catalogue
from dhcplens.ingest.scan.chunk import Chunk
from dhcplens.ingest.scan.columns import Weave
from dhcplens.ingest.scan.intern import Codes, places_of, recode, united
from dhcplens.ingest.scan.layout import (
    BALANCED,
    BALANCING,
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

Side = npt.NDArray[np.int64]
Columns = dict[str, Any]
_HEAD = "DHCPDISCOVER from 00:00:00:00:00:00 via eth0: "  # what a suffix means does not depend on the head
_NAMED = ("unknown-lease", "lease-unavailable", "not-found", "found")  # of the codes -5 to -2
_SPECIAL = 5


def tables(data: bytes, chunks: Sequence[Chunk], slow: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables that the scanner fills, with the plain reader's rows where their lines belong."""
    finish = _Finish(data, chunks)
    return {
        "messages": finish.messages(slow["messages"]),
        "pools": finish.pools(slow["pools"]),
        "updates": finish.updates(slow["updates"]),
    }


class _Finish:
    """The work on one log. It lets go of each of the scanner's columns as soon as it is done with it."""

    def __init__(self, data: bytes, chunks: Sequence[Chunk]) -> None:
        self._chunks = chunks
        self._starts = np.cumsum([0, *(chunk.lines for chunk in chunks)][:-1]).tolist()
        both, self._indices = united(chunks[0].data, [chunk.words for chunk in chunks])
        self._texts = [
            [str(data[start : start + length], "ascii") for start, length in places_of(both, kind).tolist()]
            for kind in range(len(self._indices))
        ]

    def messages(self, slow: pd.DataFrame) -> pd.DataFrame:
        """The messages."""
        parts = [chunk.messages._asdict() for chunk in self._chunks]
        for chunk in self._chunks:
            del chunk.messages
        lines = [part.pop("line") for part in parts]
        weave = Weave(lines, self._starts, slow["line"])
        done: Columns = {"line": weave.lines(lines, slow["line"])}
        del lines

        def take(name: str) -> list[Any]:
            return [part.pop(name) for part in parts]

        done["stamp"] = weave.plain(take("stamp"), slow["stamp"])
        done["form"] = weave.plain(take("form"), slow["form"])
        done["type"] = weave.words(
            take("type"), [_ends(np.arange(len(TYPES)))] * len(parts), TYPES, slow["type"]
        )
        for name, column, kind in (
            ("host", "host", HOST),
            ("mac", "mac", MAC),
            ("hostname", "hostname", HOSTNAME),
            ("via", "via", VIA),
            ("server_id", "server", SERVER),
        ):
            done[name] = self._words(weave, take(column), kind, slow[name])
        suffixes, ips = take("suffix"), take("ip")
        self._meanings(weave, suffixes, ips, slow, done)
        del suffixes
        done["ip"] = self._words(weave, ips, IP, slow["ip"])
        return _frame(done, slow)

    def pools(self, slow: pd.DataFrame) -> pd.DataFrame:
        """The pool lines."""
        sides = [chunk.pools for chunk in self._chunks]
        weave = Weave([side[:, S_LINE] for side in sides], self._starts, slow["line"])
        done = self._sides(weave, sides, slow)
        kinds = [side[:, S_KIND] for side in sides]
        table = [_ends(np.arange(len(POOL_KINDS)))] * len(sides)
        done["relationship"] = weave.words(
            [np.full(len(side), -1, np.int32) for side in sides], table, (), slow["relationship"]
        )
        done["kind"] = weave.words([_codes(kind) for kind in kinds], table, POOL_KINDS, slow["kind"])
        done["network"] = self._words(
            weave, [_codes(side[:, S_NAME]) for side in sides], WORD, slow["network"]
        )
        done["pool_id"] = self._words(
            weave, [_codes(side[:, S_WHAT]) for side in sides], WORD, slow["pool_id"]
        )
        for name, column, of in (
            ("total", S_TOTAL, None),
            ("free", S_FREE, None),
            ("backup", S_BACKUP, None),
            ("lts", S_LTS, None),
            ("max_own", S_MOST, (BALANCING,)),
            ("max_misbal", S_MOST, (BALANCED, IMBALANCED)),
        ):
            missing = [np.zeros(len(kind), bool) if of is None else ~np.isin(kind, of) for kind in kinds]
            done[name] = weave.numbers([side[:, column] for side in sides], missing, slow[name])
        done["requesting"] = weave.plain([side[:, S_ASKS] == 1 for side in sides], slow["requesting"])
        return _frame(done, slow)

    def updates(self, slow: pd.DataFrame) -> pd.DataFrame:
        """The rejected binding updates."""
        sides = [chunk.updates for chunk in self._chunks]
        weave = Weave([side[:, S_LINE] for side in sides], self._starts, slow["line"])
        done = self._sides(weave, sides, slow)
        for name, column, kind in (
            ("ip", S_TOTAL, IP),
            ("relationship", S_NAME, WORD),
            ("reason", S_WHAT, WORD),
        ):
            done[name] = self._words(weave, [_codes(side[:, column]) for side in sides], kind, slow[name])
        verdicts = [np.zeros(len(side), np.int32) for side in sides]
        done["verdict"] = weave.words(
            verdicts, [_ends(np.zeros(1))] * len(sides), ("rejected",), slow["verdict"]
        )
        return _frame(done, slow)

    def _words(
        self, weave: Weave, parts: Sequence[Codes], kind: int, slow: "pd.Series[str]"
    ) -> pd.Categorical:
        return weave.words(parts, [_ends(some) for some in self._indices[kind]], self._texts[kind], slow)

    def _sides(self, weave: Weave, sides: Sequence[Side], slow: pd.DataFrame) -> Columns:
        """The columns that pools and updates have in common."""
        pids = [side[:, S_PID] for side in sides]
        return {
            "stamp": weave.plain([side[:, S_STAMP] for side in sides], slow["stamp"]),
            "form": weave.plain([side[:, S_FORM] for side in sides], slow["form"]),
            "host": self._words(weave, [_codes(side[:, S_HOST]) for side in sides], HOST, slow["host"]),
            "line": weave.lines([side[:, S_LINE] for side in sides], slow["line"]),
            "pid": weave.numbers(pids, [some < 0 for some in pids], slow["pid"]),
        }

    def _meanings(
        self, weave: Weave, suffixes: list[Codes], ips: list[Codes], slow: pd.DataFrame, done: Columns
    ) -> None:
        """The columns ``note`` and ``detail``; some suffixes name the message's own address."""
        meanings = [_meaning(text) for text in self._texts[SUFFIX]]
        notes: dict[str, int] = {}
        note_of = [notes.setdefault(note, len(notes)) for note in (*(note for note, _ in meanings), *_NAMED)]
        details: dict[str, int] = {}
        detail_of = [-1 if text is None else details.setdefault(text, len(details)) for _, text in meanings]
        note_tables, own_details = [], []
        for suffix, ip, table, ip_table in zip(
            suffixes, ips, self._indices[SUFFIX], self._indices[IP], strict=True
        ):
            special = np.arange(len(meanings), len(note_of))
            note_tables.append(np.array([*note_of, -1], np.int32)[np.concatenate([table, special, [-1]])])
            mine = np.full(len(table) + _SPECIAL, -1, np.int32)
            mine[: len(table)] = np.array([*detail_of, -1], np.int32)[table]
            detail = np.empty(len(suffix), np.int32)
            recode(suffix, mine, detail, np.zeros(len(details) + 1, bool))
            own = np.flatnonzero(suffix <= UNAVAILABLE)
            seen, which = np.unique(ip_table[ip[own]], return_inverse=True)
            named = [details.setdefault(self._texts[IP][one], len(details)) for one in seen.tolist()]
            detail[own] = np.array(named, np.int32)[which]
            own_details.append(detail)
        done["note"] = weave.words(suffixes, note_tables, list(notes), slow["note"])
        same = [_ends(np.arange(len(details)))] * len(suffixes)
        done["detail"] = weave.words(own_details, same, list(details), slow["detail"])


def _ends(indices: npt.NDArray[Any]) -> Codes:
    """A table for ``recode`` with the missing value at its end."""
    return np.append(indices, -1).astype(np.int32)


def _codes(column: npt.NDArray[np.int64]) -> Codes:
    return column.astype(np.int32)


def _frame(done: Columns, slow: pd.DataFrame) -> pd.DataFrame:
    source = slow["source"].cat.categories
    done["source"] = pd.Categorical.from_codes(np.zeros(len(done["line"]), np.int8), categories=source)
    return pd.DataFrame({name: done.pop(name) for name in slow.columns}, copy=False)


def _meaning(suffix: str) -> tuple[str, str | None]:
    """Note and detail of a suffix, by the catalogue."""
    fields = catalogue.by_code("discover").match(_HEAD + suffix) or {}
    detail = fields.get("detail")
    return str(fields.get("note")), None if detail is None else str(detail)
