"""Two runs of one scenario, row by row: how far they agree, and where they do not."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pandas as pd

from dhcplens.ingest.leases.lease import STAMPS
from dhcplens.replay.recorded import Answered, Recorded, read_run

TOLERANCE = 2.0
"""Seconds of lab time by which a lease stamp may differ."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was compared: how many rows agreed of how many, and the others in words."""

    name: str
    agreed: int
    total: int
    differences: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share that agrees, 1 where there was nothing to compare."""
        return self.agreed / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run held against a recorded one."""

    measures: tuple[Measure, ...]

    def __getitem__(self, name: str) -> Measure:
        return next(one for one in self.measures if one.name == name)


def compare(recorded: Path, played: Path) -> Comparison:
    """Compares two folders of the same scenario. Raises OSError or ValueError for a folder without a run."""
    return compare_runs(read_run(recorded), read_run(played))


def compare_runs(recorded: Recorded, played: Recorded) -> Comparison:
    """The comparison in the order in which the README shows it."""
    ours, theirs = _paired(recorded, played)
    return Comparison(
        (
            _sequences("state moves", recorded.transitions, played.transitions, _moves),
            _answers("answering server", ours, theirs, lambda one: (one.outcome, one.server)),
            _answers("address", ours, theirs, lambda one: one.address),
            _answers("lease time", ours, theirs, _length, TOLERANCE),
            _sequences("pool lines", recorded.pools, played.pools, _pools),
            _stamps(recorded, played),
            _states(recorded, played),
        )
    )


# --- the clients -----------------------------------------------------------------------------------


def _paired(recorded: Recorded, played: Recorded) -> tuple[list[Answered], list[Answered | None]]:
    """Every recorded transaction with the same client's transaction of the same number."""
    known = {(one.client, one.number): one for one in played.transactions}
    return list(recorded.transactions), [known.get((one.client, one.number)) for one in recorded.transactions]


def _length(one: Answered) -> float | None:
    return one.lease_time


def _answers(
    name: str,
    recorded: Sequence[Answered],
    played: Sequence[Answered | None],
    what: Callable[[Answered], object],
    tolerance: float = 0.0,
) -> Measure:
    differences = []
    for ours, theirs in zip(recorded, played, strict=True):
        wanted, got = what(ours), what(theirs) if theirs is not None else None
        if not _close(wanted, got, tolerance):
            differences.append(f"{ours.client} {ours.what} ({ours.number}): {wanted}, played {got}")
    return Measure(name, len(recorded) - len(differences), len(recorded), tuple(differences))


def _close(one: object, other: object, tolerance: float) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= tolerance
    return one == other


# --- the servers' words ----------------------------------------------------------------------------


def _moves(table: pd.DataFrame) -> list[Hashable]:
    """Own and partner's moves apart: which of two crossing messages comes first is no one's rule.

    A partner that says the same again and again, because no connection lasts, counts once.
    """
    rows = list(zip(table["subject"], table["old"], table["new"], strict=True))
    own, heard = ([row for row in rows if (row[0] == "local") is mine] for mine in (True, False))
    return [*own, *(row for at, row in enumerate(heard) if at == 0 or row != heard[at - 1])]


def _pools(table: pd.DataFrame) -> list[Hashable]:
    """Pool lines; a run that repeats the figures of the one before says nothing new."""
    pools: dict[Hashable, list[Hashable]] = {}
    for run, _ in _pool_runs(table):
        seen = pools.setdefault(run[0][:3:2], [])
        if not seen or seen[-1] != run:
            seen.append(run)
    return [run for runs in pools.values() for run in runs]


def _pool_runs(table: pd.DataFrame) -> list[tuple[tuple[tuple[str, ...], ...], float]]:
    """Each run over a pool, with its moment: the line at its begin and the one at its end."""
    columns = ("network", "kind", "total", "free", "backup", "lts")
    rows = list(zip(*(table[column].astype(str) for column in columns), strict=True))
    moments = list(table["at"])
    return [(tuple(rows[at : at + 2]), moments[at]) for at in range(0, len(rows), 2)]


def _sequences(
    name: str,
    recorded: Mapping[str, pd.DataFrame],
    played: Mapping[str, pd.DataFrame],
    rows: Callable[[pd.DataFrame], list[Hashable]],
) -> Measure:
    agreed = total = 0
    differences: list[str] = []
    for server, table in recorded.items():
        ours, theirs = rows(table), rows(played[server])
        matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
        agreed += sum(block.size for block in matcher.get_matching_blocks())
        total += max(len(ours), len(theirs))
        differences += (f"{server}: {text}" for text in _changes(matcher, ours, theirs))
    return Measure(name, agreed, total, tuple(differences))


def _changes(
    matcher: SequenceMatcher[Hashable], ours: list[Hashable], theirs: list[Hashable]
) -> Iterable[str]:
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield f"{_rows(ours[a:b])}, played {_rows(theirs[c:d])}"


def _rows(rows: list[Hashable]) -> str:
    return (
        "; ".join(" ".join(map(str, row)) if isinstance(row, tuple) else str(row) for row in rows)
        or "nothing"
    )


# --- the lease files -------------------------------------------------------------------------------


def _last(table: pd.DataFrame, column: str) -> dict[str, object]:
    """What the last block of each address says; a stamp in seconds since 1970, None where it has none."""
    last = table.drop_duplicates("ip", keep="last")
    values: list[object] = list(last[column])
    if column in STAMPS:
        seconds = last[column].to_numpy("datetime64[s]")
        known = ~np.isnat(seconds)
        values = [int(at) if ok else None for at, ok in zip(seconds.astype("int64"), known, strict=True)]
    return dict(zip(last["ip"], values, strict=True))


def _states(recorded: Recorded, played: Recorded) -> Measure:
    agreed = total = 0
    differences: list[str] = []
    for server, table in recorded.bindings.items():
        ours, theirs = _last(table, "state"), _last(played.bindings[server], "state")
        for ip in sorted(ours.keys() | theirs.keys()):
            wanted, got = ours.get(ip, "free"), theirs.get(ip, "free")
            total += 1
            if wanted == got:
                agreed += 1
            else:
                differences.append(f"{server}: {ip} {wanted}, played {got}")
    return Measure("final binding states", agreed, total, tuple(differences))


def _stamps(recorded: Recorded, played: Recorded) -> Measure:
    """Stamps of addresses that a client had; those of the others only say when the pair was balanced.

    A stamp that is the moment of a balancing run agrees with the moment of the same run in the other play:
    messages take the lab sixty times as long as the clock that it makes run so fast.
    """
    anchors = _anchors(recorded, played)
    agreed = total = 0
    differences: list[str] = []
    for server, table in recorded.bindings.items():
        used = {ip for ip, mac in _last(table, "mac").items() if isinstance(mac, str)}
        for stamp in STAMPS:
            ours, theirs = _last(table, stamp), _last(played.bindings[server], stamp)
            for ip in sorted(ours.keys() & theirs.keys() & used):
                wanted, got = ours[ip], theirs[ip]
                total += wanted is not None or got is not None
                same = _close(wanted, got, TOLERANCE) or _anchored(wanted, got, anchors)
                if same and (wanted is not None or got is not None):
                    agreed += 1
                elif not same:
                    differences.append(f"{server}: {ip} {stamp} {_moment(wanted)}, played {_moment(got)}")
    return Measure("lease stamps", agreed, total, tuple(differences))


def _anchors(recorded: Recorded, played: Recorded) -> list[tuple[float, float]]:
    """Moments of the same balancing run in both plays."""
    anchors = []
    for server, table in recorded.pools.items():
        ours, theirs = _pool_runs(table), _pool_runs(played.pools[server])
        matcher = SequenceMatcher(None, [run for run, _ in ours], [run for run, _ in theirs], autojunk=False)
        for a, b, size in matcher.get_matching_blocks():
            anchors += [(ours[a + at][1], theirs[b + at][1]) for at in range(size)]
    return anchors


def _anchored(one: object, other: object, anchors: Sequence[tuple[float, float]]) -> bool:
    if not isinstance(one, int) or not isinstance(other, int):
        return False
    return any(abs(one - a) <= TOLERANCE and abs(other - b) <= TOLERANCE for a, b in anchors)


def _moment(seconds: object) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%F %T}" if isinstance(seconds, int) else "unset"
