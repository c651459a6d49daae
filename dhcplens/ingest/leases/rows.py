"""Blocks one after another into the frames of the lease tables."""

import json
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from dhcplens.ingest.leases.declaration import Declaration
from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.ia import Association, Part
from dhcplens.ingest.leases.lease import STAMPS, Lease
from dhcplens.ingest.leases.lexer import colon_hex
from dhcplens.model import tables
from dhcplens.model.tables import Column, Kind

MISSING: Final = -(2**63)
_GROUPS: Final = ("billing", "set", "option", "class", "on", "other")


class _Codes(dict[str | None, int]):
    """Codes of words in the order in which they come; -1 for None."""

    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, word: str) -> int:
        code = self[word] = len(self) - 1
        return code

    def words(self) -> list[str]:
        """All words by code."""
        return [word for word in self if word is not None]


class Rows:
    """Rows of one table, column by column: words as codes, times as seconds (0 and None are missing)."""

    def __init__(self, schema: Sequence[Column]) -> None:
        self._schema = [column for column in schema if column.name not in ("server", "source")]
        self._numbers = [array("q") for _ in self._schema]
        self._codes = [_Codes() if column.kind is Kind.WORD else None for column in self._schema]
        missing = [0 if column.kind is Kind.TIME else None for column in self._schema]
        self._plan = list(
            zip([numbers.append for numbers in self._numbers], self._codes, missing, strict=True)
        )

    def __len__(self) -> int:
        return len(self._numbers[0])

    def add(self, **values: Any) -> None:
        """One row; every column of the schema but server and source has to be given."""
        self.put([values[column.name] for column in self._schema])

    def put(self, values: Sequence[Any]) -> None:
        """The same, values in the order of the schema."""
        for (append, codes, missing), value in zip(self._plan, values, strict=True):
            if codes is not None:
                append(codes[value])
            else:
                append(MISSING if value is None or value == missing else value)

    def frame(self, source: str) -> pd.DataFrame:
        """The rows as a frame of the schema without ``server``."""
        columns: dict[str, Any] = {"source": words(np.zeros(len(self), np.int8), [source])}
        for column, values, codes in zip(self._schema, self._numbers, self._codes, strict=True):
            numbers = np.array(values, dtype=np.int64)
            if codes is not None:
                columns[column.name] = words(numbers, codes.words())
            elif column.kind is Kind.TIME:
                columns[column.name] = times(numbers)
            elif column.kind is Kind.COUNT:
                missing = numbers == MISSING
                columns[column.name] = pd.arrays.IntegerArray(np.where(missing, 0, numbers), missing)
            else:
                columns[column.name] = numbers.astype(column.kind.value)
        return pd.DataFrame(columns, copy=False)


def words(codes: npt.NDArray[Any], names: Sequence[str] | pd.Index) -> pd.Categorical:
    """Names, all different, by their codes as a category column; -1 is missing."""
    categories = names if isinstance(names, pd.Index) else pd.Index(list(names), dtype="str")
    return pd.Categorical.from_codes(codes, dtype=_dtype(categories), validate=False)


_dtype: Callable[[pd.Index], pd.CategoricalDtype] = getattr(
    pd.CategoricalDtype, "_from_fastpath", pd.CategoricalDtype
)
"""A type of these categories, if possible without the proof that they differ, which takes its time."""


def times(seconds: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """Seconds of UTC as times; the smallest integer is missing."""
    return moments(np.where(seconds == MISSING, MISSING, seconds * 1_000_000_000))


def moments(nanoseconds: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """The same for nanoseconds, which are not copied."""
    return pd.DatetimeIndex(nanoseconds, dtype=Kind.TIME.value, copy=False)


class TableRows:
    """The four tables of a lease file while it is read."""

    def __init__(self) -> None:
        self.bindings = Rows(tables.BINDINGS)
        self.failover_states = Rows(tables.FAILOVER_STATES)
        self.v6_bindings = Rows(tables.V6_BINDINGS)
        self.declarations = Rows(tables.DECLARATIONS)
        self._associations = 0

    def add_lease(self, line: int, lease: Lease) -> None:
        """One row of ``bindings``."""
        self.bindings.add(
            line=line,
            ip=lease.ip,
            **{stamp: lease.stamps.get(stamp) for stamp in STAMPS},
            state=lease.state,
            next_state=lease.next_state,
            rewind_state=lease.rewind_state,
            hardware=lease.hardware,
            mac=None if lease.mac is None else colon_hex(lease.mac),
            uid=None if lease.uid is None else colon_hex(lease.uid),
            hostname=lease.hostname,
            reserved=lease.reserved,
            bootp=lease.bootp,
            options=options_text(lease.options),
            accepted=lease.accepted,
        )

    def add_state(self, line: int, block: StateBlock) -> None:
        """One row of ``failover_states``."""
        self.failover_states.add(
            line=line,
            relationship=block.relationship,
            my_state=block.my_state,
            my_since=block.my_since,
            partner_state=block.partner_state,
            partner_since=block.partner_since,
            mclt=block.mclt,
            accepted=block.accepted,
        )

    def add_association(self, block: Association, order: str, lines: Sequence[int]) -> None:
        """A row of ``v6_bindings`` for each address; one without an address for an empty block.

        ``lines`` are those of the block and of its addresses.
        """
        parts: list[Part | None] = [*block.parts] or [None]
        for part, line in zip(parts, lines[1:] or lines, strict=True):
            self.v6_bindings.add(
                line=line,
                block=self._associations,
                kind=block.kind,
                iaid=int.from_bytes(block.identity[:4], "big" if order == "big-endian" else "little"),
                duid=colon_hex(block.identity[4:]),
                cltt=block.cltt,
                address=part and part.address,
                prefix=part and part.prefix,
                state=part and part.state,
                preferred_life=part and part.preferred_life,
                max_life=part and part.max_life,
                ends=part and part.ends,
                options=options_text(part.options if part else {}),
                accepted=block.accepted,
            )
        self._associations += 1

    def add_declaration(self, line: int, declaration: Declaration) -> None:
        """One row of ``declarations``."""
        self.declarations.add(
            line=line,
            kind=declaration.kind,
            name=declaration.name,
            text=declaration.text,
            accepted=declaration.accepted,
        )


def options_text(options: dict[str, Any]) -> str | None:
    """The ``options`` of a block as JSON, groups in the order in which they are printed; None without any."""
    if not options:
        return None
    options = {group: options[group] for group in _GROUPS if group in options}
    return json.dumps(options, ensure_ascii=False, separators=(",", ":"))
