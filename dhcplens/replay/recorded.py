"""A run that was written to a folder, read back: what its clients got and what its servers wrote."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dhcplens.ingest import files
from dhcplens.ingest.leases import read_leases
from dhcplens.ingest.reader import read_log
from dhcplens.model.tables import BINDINGS, POOLS, TRANSITIONS, Column, empty

_NO_LOG = re.compile(r"(README|truth\.json|\.scenario|dhcpd\.(conf|leases)[^/]*)$")
_NO_YEAR = 2000
_DAY = 86400.0
_IN_ORDER = 2e-6
_QUARTER = 900.0
PUT_OFF = range(-1, 6)
"""Seconds by which a balancing run may be put off: 0 to 4 as dhcpd draws, and one of latency."""

LATE_ANSWER = 3.0
"""Seconds that an answer may take; the next one to the same question comes later."""

LATE_START = 10.0
"""Seconds in which a process that is started begins its work."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """An answer that reached a client; ``at`` in seconds since 1970."""

    at: float
    kind: str
    server: str


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
    secs: tuple[int, ...]  # what they say in that field
    answers: tuple[Arrived, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What a scenario leaves open and a recorded run decides, by client and number of its transaction.

    A client's packets leave a little later than its timers say, and answers take their time, so that of two
    servers that answer at once one is the first; a client's request may reach the server that it is not meant
    for before or after the other server's update; a process begins its work a little after its start; dhcpd
    puts a balancing run off by a random number of seconds; and TCP connects when both sides are ready and its
    next attempt is due.
    """

    transactions: Mapping[tuple[str, int], Answered]
    balances: Mapping[str, Sequence[float]] = field(default_factory=dict)  # by the server's own clock
    starts: Mapping[str, Sequence[float]] = field(default_factory=dict)
    connected: Sequence[float] = ()

    def leaves(self, client: str, number: int, packet: int) -> float | None:
        """When this packet left, in seconds since 1970; None if it never did."""
        found = self.transactions.get((client, number))
        return found.sent[packet] if found is not None and packet < len(found.sent) else None

    def secs(self, client: str, number: int, packet: int) -> float:
        """A little more than the whole seconds that this packet says to be late; 0 if it never left."""
        found = self.transactions.get((client, number))
        return found.secs[packet] + _IN_ORDER if found is not None and packet < len(found.secs) else 0.0

    def began(self, client: str, number: int) -> float | None:
        """When this transaction began, in seconds since 1970; None if it never did."""
        found = self.transactions.get((client, number))
        return found.began if found is not None else None

    def arrives(self, client: str, number: int, answer: Arrived) -> float | None:
        """When the answer that left its server at ``answer.at`` reached the client; None if nobody knows.

        One that the client did not take came after the other server's that it took.
        """
        found = self.transactions.get((client, number))
        near = [
            one
            for one in (found.answers if found is not None else ())
            if one.kind == answer.kind and abs(one.at - answer.at) < LATE_ANSWER
        ]
        own = next((one.at for one in near if one.server == answer.server), None)
        return near[-1].at + _IN_ORDER if own is None and near else own

    def follows(self, client: str, number: int, server: str, other: str) -> bool:
        """Whether this server sent an ACK, and not before the other one."""
        found = self.transactions.get((client, number))
        acks = [one.server for one in found.answers if one.kind == "ACK"] if found is not None else []
        return server in acks and other in acks[: acks.index(server)]

    def connects(self, now: float) -> float | None:
        """When the connection stood that was attempted at this moment, in seconds since 1970."""
        return next((at for at in self.connected if at >= now - 1.0), None)

    def started(self, server: str, now: float) -> float | None:
        """When the process that was started at this moment began its work."""
        starts = self.starts.get(server, ())
        return next((at for at in starts if now <= at < now + LATE_START), None)

    def put_off(self, server: str, at: int, otherwise: int) -> int:
        """The seconds by which the run due at ``at`` was put off, where a run shows them."""
        runs = self.balances.get(server, ())
        return next((int(run) - at for run in runs if int(run) - at in PUT_OFF), otherwise)

    def balanced(self, server: str, at: float) -> float | None:
        """The moment of the run that was due at this one: they are in the same second."""
        runs = (run for run in self.balances.get(server, ()) if int(run) == int(at))
        return min(runs, key=lambda run: abs(run - at), default=None)


@dataclass(frozen=True, slots=True)
class Recorded:
    """``transitions``, ``pools`` and ``bindings`` by server, as in ``model.tables``.

    The first two have a column ``at`` more: seconds since 1970 on the server's clock.
    """

    transactions: tuple[Answered, ...]
    transitions: Mapping[str, pd.DataFrame]
    pools: Mapping[str, pd.DataFrame]
    bindings: Mapping[str, pd.DataFrame]
    course: Course


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
    transactions = tuple(_transactions(truth["clients"]))
    return Recorded(
        transactions,
        {name: _timed(table, begin) for name, table in transitions.items()},
        {name: _timed(table, begin) for name, table in pools.items()},
        {name: _joined(leases[name], BINDINGS) for name in names},
        _course(truth, names, transactions),
    )


def _course(truth: Mapping[str, Any], names: Sequence[str], transactions: Sequence[Answered]) -> Course:
    happened = truth.get("happened", ())

    def moments(server: str, what: str, clock: str = "time") -> list[float]:
        rows = (row for row in happened if row["server"] == server and row["what"] == what)
        return [_seconds(row[clock]) for row in rows]

    connected: list[float] = []
    for name in names:
        heard = [
            _seconds(move["time"])
            for move in truth["moves"]
            if move["server"] == name and move["subject"] == "partner"
        ]
        down = [-1.0, *sorted(moments(name, "starts") + moments(name, "disconnects"))]
        for begin, end in zip(down, [*down[1:], math.inf], strict=True):
            connected += [at for at in heard if begin <= at < end][:1]
    return Course(
        {(one.client, one.number): one for one in transactions},
        {name: moments(name, "balances", "clock") for name in names},
        {name: moments(name, "starts") for name in names},
        sorted(connected),
    )


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
                secs=tuple(sent[2] for sent in one["sent"]),
                answers=tuple(_arrived(one["answers"])),
            )


def _arrived(answers: Sequence[Sequence[Any]]) -> Iterable[Arrived]:
    """The answers in the order in which the client took them, also those of the same millisecond."""
    last = 0.0
    for time, kind, server, *_ in answers:
        last = max(_seconds(time), last + _IN_ORDER)
        yield Arrived(last, kind, server)


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
