"""A run that was written to a folder, read back: what its clients got and what its servers wrote."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from dhcplens.ingest import files
from dhcplens.ingest.leases import read_leases
from dhcplens.ingest.reader import read_log
from dhcplens.model.tables import BINDINGS, POOLS, TRANSITIONS, Column, empty


@dataclass(frozen=True, slots=True)
class Answered:
    """One transaction of a client: what it wanted, and what came of it; ``began`` in seconds since 1970."""

    client: str
    number: int
    what: str
    began: float
    outcome: str
    server: str | None
    address: str | None
    lease_time: int | None
    first: str | None  # the server whose answer came first


@dataclass(frozen=True, slots=True)
class Recorded:
    """``transitions``, ``pools`` and ``bindings`` by server, as in ``model.tables``; ``final`` states."""

    transactions: tuple[Answered, ...]
    transitions: Mapping[str, pd.DataFrame]
    pools: Mapping[str, pd.DataFrame]
    bindings: Mapping[str, pd.DataFrame]

    @property
    def winners(self) -> Mapping[tuple[str, int], str]:
        """By client and number of its transaction: who answered first."""
        return {(one.client, one.number): one.first for one in self.transactions if one.first}


def read_run(folder: Path) -> Recorded:
    """Reads a run's folder. Raises OSError or ValueError when it has no readable truth.json."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    names = [server["name"] for server in truth["servers"]]
    logs = {
        name: [read_log(data, path).tables for path, data in _data(folder / name, "messages")]
        for name in names
    }
    leases = {
        name: [read_leases(data, path).bindings for path, data in _data(folder / name, "dhcpd.leases")]
        for name in names
    }
    return Recorded(
        tuple(_transactions(truth["clients"])),
        {name: _joined([tables["transitions"] for tables in logs[name]], TRANSITIONS) for name in names},
        {name: _joined([tables["pools"] for tables in logs[name]], POOLS) for name in names},
        {name: _joined(leases[name], BINDINGS) for name in names},
    )


def _data(folder: Path, name: str) -> Iterable[tuple[str, bytes]]:
    """Path and unpacked content of a server's files whose name begins so."""
    leaves, _ = files.find(sorted(folder.glob(f"{name}*")))
    for leaf in leaves:
        for blob in files.read(leaf):
            yield blob.path, bytes(blob.data)


def _joined(frames: Sequence[pd.DataFrame], schema: Sequence[Column]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else empty(schema)


def _transactions(clients: Mapping[str, Any]) -> Iterable[Answered]:
    for name, client in clients.items():
        for number, one in enumerate(client["transactions"]):
            yield Answered(
                client=name,
                number=number,
                what=one["what"],
                began=datetime.fromisoformat(one["began"]).timestamp(),
                outcome=one["outcome"],
                server=one["server"],
                address=one["address"],
                lease_time=one["lease_time"],
                first=one["answers"][0][2] if one["answers"] else None,
            )
