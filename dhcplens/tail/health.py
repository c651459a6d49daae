"""How one server stands, from its lease file and the last part of its log alone; made to answer at once.

The lease file has the state that dhcpd saved. It never says startup, and after a restart it may still say
what the log no longer does (dhcpd's db.c), so a later move in the log counts for more.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dhcplens.model.states import FailoverState, Role
from dhcplens.tail.clock import SECOND
from dhcplens.tail.leasefile import Recorded, binding_states, recorded_states
from dhcplens.tail.lines import LineReader, Row

LAST: Final = 4 << 20
"""So many bytes at the end of a log are read."""

COUNTED: Final = 64 << 20
"""So many bytes at the end of a lease file are looked at."""

_AGREES: Final = 2
"""Seconds by which the log's move may be before the lease file's record of it."""

_MCLT: Final = 3600


@dataclass(frozen=True, slots=True)
class Standing:
    """One relationship: times in POSIX seconds. ``witness`` is ``log`` or ``lease file``."""

    relationship: str
    state: str
    since: int | None
    witness: str
    partner: str | None
    role: Role
    mclt: int | None


@dataclass(frozen=True, slots=True)
class Left:
    """Addresses that the server may give by itself, of all of its pools in a network, as of a time.

    ``network`` is empty for all networks together, ``when`` None for now.
    """

    network: str
    own: int
    total: int
    when: int | None

    @property
    def percent(self) -> float:
        """Of all addresses of the pools."""
        return 100 * self.own / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; ``last`` is the time of the server's last line in the log, None without one."""

    standings: tuple[Standing, ...]
    left: tuple[Left, ...]
    last: int | None


class NothingFoundError(Exception):
    """The files say nothing of failover; the message says which and why."""


def look(
    leases: Path | None, log: Path | None, reader: LineReader, now: float, server: str | None = None
) -> Health:
    """How a server stands. ``server`` is its name in a log of several machines.

    Raises OSError for an unreadable file, NothingFoundError where neither file speaks of failover.
    """
    text = b"" if leases is None else _end_of(leases, COUNTED)
    rows = [] if log is None else reader.read(_end_of(log, LAST), str(log), 0).rows
    rows = _of_server(rows, server, reader.host)
    recorded = {one.relationship: one for one in recorded_states(text) if one.state}
    mclt = {one.relationship: one.mclt for one in recorded_states(text) if one.mclt is not None}
    moves = [row for row in rows if row.table == "transitions"]
    names = list(dict.fromkeys([*recorded, *(str(row.fields["relationship"]) for row in moves)]))
    standings = tuple(
        replace(one, mclt=mclt.get(one.relationship), role=_role(one.relationship, mclt, rows))
        for name in names
        if (one := _standing(name, recorded.get(name), moves)) is not None
    )
    if not standings:
        files = " nor ".join(str(path) for path in (leases, log) if path is not None)
        raise NothingFoundError(f"no failover state in {files or 'any file'}")
    return Health(standings, tuple(_left(standings, rows, text, now)), _last_time(rows))


def _end_of(path: Path, most: int) -> bytes:
    """The whole lines in the last bytes of a file."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - most))
        data = file.read(most)
    cut = data.find(b"\n") + 1 if size > most else 0
    return data[cut : data.rfind(b"\n") + 1]


def _of_server(rows: Sequence[Row], server: str | None, host: str) -> list[Row]:
    """The rows of one machine. Raises NothingFoundError where several could be meant."""
    names = {row.server for row in rows if row.table in ("transitions", "pools")}
    wanted = server or next((name for name in names if _short(name) == _short(host)), None)
    if wanted is None and len(names) > 1:
        raise NothingFoundError(f"the log is of several servers ({', '.join(sorted(names))}); name one")
    return [row for row in rows if wanted is None or _short(row.server) == _short(wanted)]


def _short(name: str) -> str:
    return name.partition(".")[0].lower()


def _standing(name: str, recorded: Recorded | None, moves: Iterable[Row]) -> Standing | None:
    mine = [row for row in moves if row.fields["relationship"] == name]
    own = next((row for row in reversed(mine) if row.fields["subject"] == "local"), None)
    heard = next((row for row in reversed(mine) if row.fields["subject"] == "partner"), None)
    partner = str(heard.fields["new"]) if heard else (recorded.partner_state if recorded else None)
    if own is not None:
        since = None if own.time is None else own.time // SECOND
        saved = None if recorded is None else recorded.since
        if saved is None or since is None or since >= saved - _AGREES:
            return Standing(name, str(own.fields["new"]), since, "log", partner, Role.PRIMARY, None)
    if recorded is None or recorded.state is None:
        return None
    since = recorded.since
    return Standing(name, recorded.state, since, "lease file", partner, Role.PRIMARY, None)


def _role(name: str, mclt: Mapping[str, int | None], rows: Iterable[Row]) -> Role:
    """Secondary where its lease file has mclt, or its pool lines the secondary's sign of lts."""
    if name in mclt:
        return Role.SECONDARY
    signs = Counter(
        (row.fields["free"] - row.fields["backup"] > 0) == (row.fields["lts"] > 0)
        for row in rows
        if row.table == "pools" and row.fields.get("lts")
    )
    return Role.SECONDARY if signs[False] > signs[True] else Role.PRIMARY


def _left(standings: Sequence[Standing], rows: Sequence[Row], text: bytes, now: float) -> Iterable[Left]:
    """By the pool lines while the servers balance; else they are old, and the lease file is counted."""
    lines = _pool_lines(rows)
    role = standings[0].role
    total = sum(int(row.fields["total"]) for row in lines)
    normal = all(one.state == FailoverState.NORMAL for one in standings)
    counted = binding_states(text)
    seen = sum(counted.values())
    if (normal or not seen) and lines:
        yield from _by_network(lines, role)
    elif seen and (not total or seen <= total):
        total = total or seen
        own = counted["backup"] if role is Role.SECONDARY else counted["free"] + total - seen
        if any(_holds_all(one, now) for one in standings):
            own = counted["backup"] + counted["free"] + total - seen
        yield Left("", own, total, None)
    elif lines:  # other addresses than those of the pools are in the file
        yield from _by_network(lines, role)


def _holds_all(one: Standing, now: float) -> bool:
    """Whether the partner's half is this server's too: mclt after it was put in partner-down."""
    wait = _MCLT if one.mclt is None else one.mclt
    return one.state == FailoverState.PARTNER_DOWN and one.since is not None and now >= one.since + wait


def _pool_lines(rows: Sequence[Row]) -> list[Row]:
    """The last line of each pool of the process that runs now: pointers change at every start."""
    last: dict[tuple[object, object], Row] = {}
    for row in rows:
        if row.table == "transitions" and row.fields["new"] == FailoverState.STARTUP:
            last.clear()
        elif row.table == "pools" and row.fields.get("total"):
            last[row.fields.get("network"), row.fields.get("pool_id")] = row
    return list(last.values())


def _by_network(lines: Iterable[Row], role: Role) -> Iterable[Left]:
    found: dict[str, Left] = {}
    for row in lines:
        network = str(row.fields.get("network") or "")
        own = int(row.fields["free" if role is Role.PRIMARY else "backup"])
        when = None if row.time is None else row.time // SECOND
        before = found.get(network, Left(network, 0, 0, when))
        found[network] = Left(network, before.own + own, before.total + int(row.fields["total"]), when)
    return found.values()


def _last_time(rows: Iterable[Row]) -> int | None:
    return max((row.time // SECOND for row in rows if row.time is not None), default=None)
