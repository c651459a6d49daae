"""Tables of a lease file back into the blocks that they came from, and into text."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.ia import Association, Part
from dhcplens.ingest.leases.lease import STAMPS, Lease
from dhcplens.ingest.leases.piece import LeasePiece
from dhcplens.ingest.leases.printer import (
    Dialect,
    association_text,
    joined,
    lease_text,
    state_text,
    statement_text,
)

_Row = Mapping[str, Any]


def print_leases(piece: LeasePiece, dialect: Dialect = Dialect.V4_4_3) -> bytes:
    """All rows of a piece in file order; reading this gives the same rows but for their lines.

    Entries that dhcpd drops are printed too; a statement whose braces do not match comes as a comment.
    """
    texts = [(row["line"], lease_text(lease_of(row), dialect)) for row in _rows(piece.bindings)]
    texts += [(row["line"], state_text(state_of(row))) for row in _rows(piece.failover_states)]
    texts += [(row["line"], statement_text(row["text"])) for row in _rows(piece.declarations)]
    order = _byte_order(piece.declarations)
    for _, group in groupby(_rows(piece.v6_bindings), key=lambda row: row["block"]):
        rows = list(group)
        texts.append((rows[0]["line"], association_text(_association_of(rows, order))))
    texts.sort(key=lambda pair: pair[0])
    return joined(text for _, text in texts)


def lease_of(row: _Row) -> Lease:
    """The block of one row of ``bindings``, missing values as None."""
    return Lease(
        row["ip"],
        {stamp: _seconds(row[stamp]) for stamp in STAMPS},
        row["state"],
        row["next_state"],
        row["rewind_state"],
        row["hardware"],
        _octets(row["mac"]),
        _octets(row["uid"]),
        row["hostname"],
        bool(row["reserved"]),
        bool(row["bootp"]),
        _options(row["options"]),
        bool(row["accepted"]),
    )


def state_of(row: _Row) -> StateBlock:
    """The block of one row of ``failover_states``, missing values as None."""
    return StateBlock(
        row["relationship"],
        row["my_state"],
        _seconds(row["my_since"]),
        row["partner_state"],
        _seconds(row["partner_since"]),
        row["mclt"],
    )


def _association_of(rows: Sequence[_Row], order: str) -> Association:
    first = rows[0]
    iaid = int(first["iaid"]).to_bytes(4, "big" if order == "big-endian" else "little")
    identity = iaid + (_octets(first["duid"]) or b"")
    parts = [
        Part(
            0,
            row["address"],
            row["prefix"],
            row["state"],
            row["preferred_life"],
            row["max_life"],
            _seconds(row["ends"]) or None,
            _options(row["options"]),
        )
        for row in rows
        if row["address"] is not None
    ]
    return Association(first["kind"], identity, _seconds(first["cltt"]), parts)


def _byte_order(declarations: pd.DataFrame) -> str:
    orders = declarations[(declarations["kind"] == "authoring-byte-order") & declarations["accepted"]]
    return str(orders["name"].iloc[0]) if len(orders) else ""


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in frame.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(frame.columns, values, strict=True))


def _seconds(moment: Any) -> int:
    return 0 if moment is None else int(moment.value // 1_000_000_000)


def _octets(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text.replace(":", ""))


def _options(text: str | None) -> dict[str, Any]:
    return {} if text is None else dict(json.loads(text))
