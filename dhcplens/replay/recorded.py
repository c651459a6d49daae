"""A run that was written to a folder, read back: what its clients got and what its servers wrote."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dhcplens.ingest import files
from dhcplens.ingest.leases import read_leases
from dhcplens.ingest.reader import read_log
from dhcplens.model.tables import BINDINGS, NOTICES, POOLS, TRANSITIONS, Column, empty

_NO_LOG = re.compile(r"(README|truth\.json|\.scenario|dhcpd\.(conf|leases)[^/]*)$")
_NO_YEAR = 2000
_DAY = 86400.0
_QUARTER = 900.0
LATEST_RUN = 45
"""Seconds by which a lab's balancing run may come late.

The lab's clock goes sixty times as fast as its disk: the first run waits until the new pair has told each
other all addresses, every few of them with an fsync, and each later run is due by the one before.
"""


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
    sent: tuple[float, ...]  # when its packets left, in seconds since 1970
    first: Mapping[str, str]  # by kind of answer: the server whose answer came first
    confirmed: frozenset[str]  # the servers that sent an ACK


@dataclass(frozen=True, slots=True)
class Course:
    """What a scenario leaves open and a recorded run decides, by client and number of its transaction.

    A client's packets leave a little later than its timers say; when two servers answer at once, one of the
    answers is the first; a client's request may reach the server that it is not meant for before or after
    the other server's update; dhcpd puts a balancing run off by a random number of seconds; and TCP connects
    when both sides are ready and its next attempt is due.
    """

    transactions: Mapping[tuple[str, int], Answered]
    pool_runs: Mapping[str, Sequence[float]]
    connected: Sequence[float] = ()

    def leaves(self, client: str, number: int, packet: int) -> float | None:
        """When this packet left, in seconds since 1970; None if it never did."""
        found = self.transactions.get((client, number))
        return found.sent[packet] if found is not None and packet < len(found.sent) else None

    def first(self, client: str, number: int, kind: str) -> str | None:
        """The server whose answer of that kind came first."""
        found = self.transactions.get((client, number))
        return found.first.get(kind) if found is not None else None

    def confirmed(self, client: str, number: int, server: str) -> bool:
        """Whether this server sent an ACK."""
        found = self.transactions.get((client, number))
        return found is not None and server in found.confirmed

    def connects(self, now: float) -> float | None:
        """When the connection stood that was attempted at this moment, in seconds since 1970."""
        return next((at for at in self.connected if at >= now - 1.0), None)

    def put_off(self, server: str, at: int, otherwise: int) -> int:
        """The seconds by which the run due at ``at`` was put off (0 to 4) or late, where a run shows them."""
        run = next((run for run in self.pool_runs.get(server, ()) if run >= at), None)
        return int(run) - at if run is not None and run < at + LATEST_RUN else otherwise


@dataclass(frozen=True, slots=True)
class Recorded:
    """``transitions``, ``pools`` and ``bindings`` by server, as in ``model.tables``.

    The first two have a column ``at`` more: seconds since 1970 on the server's clock.
    """

    transactions: tuple[Answered, ...]
    transitions: Mapping[str, pd.DataFrame]
    pools: Mapping[str, pd.DataFrame]
    disconnections: Mapping[str, Sequence[float]]  # when a server lost its link or was started
    bindings: Mapping[str, pd.DataFrame]

    @property
    def course(self) -> "Course":
        """What happened on the clients' side."""
        runs = {server: tuple(sorted(set(table["at"]))) for server, table in self.pools.items()}
        return Course({(one.client, one.number): one for one in self.transactions}, runs, self._connected())

    def _connected(self) -> tuple[float, ...]:
        """When the servers first heard of each other after a start or a disconnection."""
        moments = []
        for server, table in self.transitions.items():
            heard = list(table.loc[table["subject"] == "partner", "at"])
            down = [-1.0, *sorted(self.disconnections[server])]
            for begin, end in zip(down, [*down[1:], math.inf], strict=True):
                moments += [at for at in heard if begin <= at < end][:1]
        return tuple(sorted(moments))


def read_run(folder: Path) -> Recorded:
    """Reads a run's folder. Raises OSError or ValueError when it has no readable truth.json."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    names = [server["name"] for server in truth["servers"]]
    found = list(_files(folder))
    read = [read_log(data, path).tables for path, data in found if not _NO_LOG.search(path)]
    logs = {name: [_of_host(tables, name) for tables in read] for name in names}
    leases = {
        name: [read_leases(data, path).bindings for path, data in found if f"{name}/dhcpd.leases" in path]
        for name in names
    }
    begin = _seconds(truth["begin"])
    transitions = {name: _joined([log["transitions"] for log in logs[name]], TRANSITIONS) for name in names}
    pools = {name: _joined([log["pools"] for log in logs[name]], POOLS) for name in names}
    return Recorded(
        tuple(_transactions(truth["clients"])),
        {name: _timed(table, begin) for name, table in transitions.items()},
        {name: _timed(table, begin) for name, table in pools.items()},
        {name: _down(_joined([log["notices"] for log in logs[name]], NOTICES), begin) for name in names},
        {name: _joined(leases[name], BINDINGS) for name in names},
    )


def _down(notices: pd.DataFrame, begin: float) -> list[float]:
    down = notices["code"].isin(("peer-disconnected", "server-version"))
    return list(_timed(notices, begin).loc[down, "at"])


def _timed(table: pd.DataFrame, begin: float) -> pd.DataFrame:
    """With a column ``at``: seconds since 1970, for stamps without year or zone by the begin of the run."""
    if "stamp" not in table or table.empty:
        return table.assign(at=pd.Series(dtype=float))
    stamps = np.array([_with_year(stamp, begin) for stamp in table["stamp"].to_numpy() / 1e9])
    zone = round((begin - stamps.min()) / _QUARTER) * _QUARTER
    return table.assign(at=stamps + zone).sort_values("at", kind="stable", ignore_index=True)


def _with_year(stamp: float, begin: float) -> float:
    """A stamp that was placed in the year 2000 for want of a better one, in the year of the run."""
    moment = datetime.fromtimestamp(stamp, UTC)
    if moment.year != _NO_YEAR:
        return stamp
    first = datetime.fromtimestamp(begin, UTC).year
    near = (moment.replace(year=year).timestamp() for year in (first, first + 1))
    return next((at for at in near if at > begin - 2 * _DAY), stamp)


def _files(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Path and content of every file, unpacked."""
    leaves, _ = files.find([folder])
    for leaf in leaves:
        for blob in files.read(leaf):
            yield blob.path, bytes(blob.data)


def _of_host(tables: Mapping[str, pd.DataFrame], name: str) -> dict[str, pd.DataFrame]:
    """The rows that a server logged."""
    return {kind: table[table["host"] == name] for kind, table in tables.items()}


def _joined(frames: Sequence[pd.DataFrame], schema: Sequence[Column]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else empty(schema)


def _transactions(clients: Mapping[str, Any]) -> Iterable[Answered]:
    for name, client in clients.items():
        for number, one in enumerate(client["transactions"]):
            yield Answered(
                client=name,
                number=number,
                what=one["what"],
                began=_seconds(one["began"]),
                outcome=one["outcome"],
                server=one["server"],
                address=one["address"],
                lease_time=one["lease_time"],
                sent=tuple(_seconds(sent[0]) for sent in one["sent"]),
                first={answer[1]: answer[2] for answer in reversed(one["answers"])},
                confirmed=frozenset(answer[2] for answer in one["answers"] if answer[1] == "ACK"),
            )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
