"""What every form of the report tells besides the findings, as plain words and grids of words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from dhcplens.findings.rows import records
from dhcplens.findings.words import clock, duration, number, one_zone
from dhcplens.model.states import Severity, Subject
from dhcplens.model.values import FileKind, InputFile
from dhcplens.pair import PairView
from dhcplens.pair.columns import UNKNOWN_TIME, codes, time
from dhcplens.pair.states import Interval
from dhcplens.report import Report

MOVES_SHOWN = 40
CLIENTS_SHOWN = 10
_GAP = "…"
_SERVER_OF = "server of "


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table of words: columns (title, whether numeric), rows, and sentences below it."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def headline(report: Report) -> str:
    """What stands behind the verdict on the first line."""
    grave = [one for one in report.findings if one.severity is not Severity.INFO and not one.consequence_of]
    normal = [one.title for one in report.findings if one.name == "normal-operation"]
    if not grave:
        return "; ".join(normal) if normal else f"nothing in these files shows a fault{_unknown(report.pair)}"
    more = f" (and {len(grave) - 1} more)" if len(grave) > 1 else ""
    return "; ".join([f"{grave[0].title}{more}", *normal])


def _unknown(pair: PairView) -> str:
    """Of which servers no state is known: what is said of them is said without it."""
    told = {one.server for one in pair.intervals if one.subject == Subject.LOCAL.value}
    mute = [server.name for server in pair.servers if server.name not in told]
    if not told:
        return ", but the failover state of neither server is known"
    if mute or len(pair.servers) < 2:
        silent = mute[0] if mute else "the partner"
        return f", but the failover state of {silent} is not known{_last_seen(pair)}"
    return ""


def _last_seen(pair: PairView) -> str:
    """In which state a server whose own files say nothing was last seen by the other one."""
    heard = (one for one in pair.intervals if one.subject == Subject.PARTNER.value)
    seen = sorted((one for one in heard if one.start != UNKNOWN_TIME), key=lambda one: one.start)
    if not seen:
        return ""
    since = clock(time(seen[-1].start).to_pydatetime(warn=False), pair.timezone)
    return f" ({seen[-1].server} last saw it in {seen[-1].state}, since {since})"


def who(report: Report) -> str:
    """The servers with their roles, the relationship, the zone of the times shown, and which part of them."""
    pair = report.pair
    servers = [f"{server.role or 'role unknown'} {server.name}" for server in pair.servers]
    word = "relationships" if len(pair.relationships) > 1 else "relationship"
    relationship = (
        f"{word} {', '.join(pair.relationships)}" if pair.relationships else "no relationship named"
    )
    return " · ".join([*servers, relationship, *times(report)])


def times(report: Report) -> list[str]:
    """The zone of the times shown, and between which of them the report looks."""
    zone = report.pair.timezone
    bounds = (("since", report.since), ("until", report.until))
    parts = [f"{word} {clock(time, zone)}" for word, time in bounds if time]
    return [f"times in {one_zone(zone)}", *([f"only {' '.join(parts)}"] if parts else [])]


def timeline(report: Report) -> Grid:
    """The servers' own states side by side, a row for each moment at which one changed.

    Several relationships follow each other, each below a row with its name.
    """
    pair = report.pair
    names = [server.name for server in pair.servers]
    apart: dict[str, dict[str, dict[str, list[str]]]] = {}
    for moment, relationship, name, state in sorted(_changes(report), key=lambda change: change[0]):
        apart.setdefault(relationship, {}).setdefault(moment, {}).setdefault(name, []).append(state)
    table: list[tuple[str, ...]] = []
    for relationship in sorted(apart):
        rows = apart[relationship].items()
        if len(apart) > 1:
            table.append((f"{relationship}:", *[""] * len(names)))
        table += _folded([(at, *(" → ".join(there.get(name, [])) for name in names)) for at, there in rows])
    titles = [f"{server.name} ({server.role})" if server.role else server.name for server in pair.servers]
    return Grid(tuple((title, False) for title in ("time", *titles)), tuple(table))


def _changes(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """Moment, relationship, server and its new state; those of one server in order of time."""
    pair = report.pair
    own: dict[tuple[str, str], list[Interval]] = {}
    for one in pair.intervals:
        if one.subject == Subject.LOCAL.value and one.start != UNKNOWN_TIME:
            own.setdefault((one.server, one.relationship), []).append(one)
    for (server, relationship), mine in own.items():
        begins = {UNKNOWN_TIME, *(one.start for one in mine)}
        gone = [(one.end, "(not running)") for one in mine if one.end not in begins]
        for stamp, state in [*((one.start, one.state) for one in mine), *gone]:
            moment = time(stamp - pair.offset(server)).to_pydatetime(warn=False)
            if report.covers(moment):
                yield clock(moment, pair.timezone), relationship, server, state


def _folded(table: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    if len(table) <= MOVES_SHOWN:
        return table
    half = MOVES_SHOWN // 2
    left_out = f"{_GAP} {len(table) - 2 * half} more"
    return [*table[:half], (left_out, *[_GAP] * (len(table[0]) - 1)), *table[-half:]]


def pools(pair: PairView) -> Grid:
    """The first and the last count of each pool, as each server saw it."""
    series = pair.pool_series
    keys = zip(codes(series["network"]), series["ordinal"], codes(series["server"]), strict=True)
    seen: dict[tuple[int, int, int], list[int]] = {}
    for row, key in enumerate(keys):
        seen.setdefault(key, []).append(row)
    rows = []
    for (network, ordinal, _), lines in sorted(seen.items()):
        if network < 0:
            continue
        for place in dict.fromkeys((lines[0], lines[-1])):
            one = series.iloc[place]
            name = f"{one['network']} ({ordinal + 1})" if ordinal else one["network"]
            when = clock(one["time"].to_pydatetime(warn=False), pair.timezone)
            rows.append(
                (name, one["server"], when, *(_count(one[column]) for column in ("total", "free", "backup")))
            )
    columns = (
        ("network", False),
        ("server", False),
        ("time", False),
        ("total", True),
        ("free", True),
        ("backup", True),
    )
    notes = ("free: for the primary to give; backup: for the secondary",) if rows else ()
    return Grid(columns, tuple(rows), notes)


def clients(pair: PairView) -> Grid:
    """Who served how many clients against the split; a few clients by name."""
    served = pair.served
    if not int(served["acks"].sum() + served["renewals"].sum()):
        return Grid((), ())
    rows = tuple(
        (
            str(one.server),
            str(one.clients),
            "" if pd.isna(one.expected) else f"{one.expected} of 256",
            str(one.hashed),
            str(one.acks),
            str(one.renewals),
        )
        for one in records(served)
    )
    columns = (
        ("server", False),
        ("clients served", True),
        ("buckets by split", True),
        ("clients by hash", True),
        ("leases given", True),
        ("renewals", True),
    )
    known = pair.clients
    if len(known) > CLIENTS_SHOWN:
        notes = [f"{number(len(known), 'client')} in the logs"]
    else:
        notes = [_client(pair, one) for one in records(known)]
    return Grid(columns, rows, tuple(notes))


def _client(pair: PairView, one: object) -> str:
    """One client in a sentence: its hash, its owner, who served it, what it did last."""
    mac, bucket, owner = str(one.mac), one.bucket, one.owner  # type: ignore[attr-defined]
    first, second = one.acks_first, one.acks_second  # type: ignore[attr-defined]
    by = [
        f"{server.name} ({acks}x)"
        for server, acks in zip(pair.servers, (first, second), strict=False)
        if acks
    ]
    words = [mac]
    if not pd.isna(bucket):
        split = _split(pair)
        of = f"hash {bucket} of 256" + (f", split {split}" if split is not None else "")
        words.append(f"{of}: belongs to {owner}" if isinstance(owner, str) else of)
    words.append(f"served by {' and '.join(by)}" if by else "not served in these logs")
    if isinstance(one.ip, str):  # type: ignore[attr-defined]
        words.append(f"address {one.ip}")  # type: ignore[attr-defined]
    words += _life(pair, mac)
    return "; ".join(words)


def _split(pair: PairView) -> int | None:
    for server in pair.servers:
        peer = server.peer(pair.relationship) if pair.relationship else None
        if peer and peer.split is not None:
            return peer.split
    return None


def _life(pair: PairView, mac: str) -> list[str]:
    """What a client did, in order: took, renewed, released, took again; and how long its first lease was."""
    mine = pair.transactions
    mine = mine[(mine["mac"] == mac) & mine["outcome"].isin(["acked", "released", "declined"])]
    deeds: list[str] = []
    for one in records(mine.sort_values("start")):
        verb = {"acquire": "taken", "renew": "renewed", "bootp": "taken"}.get(str(one.kind), str(one.outcome))
        again = " again" if verb == "taken" and any(deed.startswith("taken") for deed in deeds) else ""
        deeds.append(f"{verb}{again} {clock(one.end.to_pydatetime(warn=False), pair.timezone, date=False)}")
    if len(deeds) > 5:
        deeds = [*deeds[:2], f"{_GAP} {len(deeds) - 4} more", *deeds[-2:]]
    length = _first_length(pair, mac)
    return [*([", ".join(deeds)] if deeds else []), *([f"first lease {duration(length)}"] if length else [])]


def _first_length(pair: PairView, mac: str) -> float | None:
    for server in pair.servers:
        blocks = server.leases.bindings
        mine = blocks[(blocks["mac"] == mac) & (blocks["state"] == "active")]
        if len(mine):
            return float((mine["ends"].iloc[0] - mine["starts"].iloc[0]).total_seconds())
    return None


def inputs(pair: PairView) -> Grid:
    """The files that were read, with what was counted in them."""
    columns = (
        ("file", False),
        ("kind", False),
        ("server", False),
        ("lines", True),
        ("dhcpd", True),
        ("other", True),
        ("unknown", True),
        ("repeats", True),
    )
    used = _used(pair)
    folder = common_folder(pair)
    rows = tuple(
        (
            one.path.removeprefix(folder),
            str(one.kind),
            one.server or "?",
            str(one.lines),
            *(
                (str(one.dhcpd_lines), str(one.other_lines), str(one.unknown_lines), str(one.repeated_lines))
                if one.kind is FileKind.LOG
                else ("", "", "", "")
            ),
        )
        for one in used
    )
    ignored = len(pair.inputs) - len(used)
    notes = [f"all below {folder}"] if folder else []
    notes += [f"{number(ignored, 'other file')} left aside"] if ignored else []
    return Grid(columns, rows, tuple(notes))


def inferred(pair: PairView) -> list[str]:
    """What was concluded, in a sentence each; the files that have their servers from one ground in one."""
    folder = common_folder(pair)
    owners = [one for one in pair.inferences if one.subject.startswith(_SERVER_OF)]
    grounds = Counter(one.why for one in owners)
    shared = [why for why, count in grounds.items() if count > 1]
    return [
        *(f"{_SERVER_OF}{grounds[why]} files: as in the table of files ({why})" for why in shared),
        *(
            f"{one.subject.replace(folder, '') if folder else one.subject}: {one.value} ({one.why})"
            for one in pair.inferences
            if not (one in owners and one.why in shared)
        ),
    ]


def _used(pair: PairView) -> list[InputFile]:
    return [one for one in pair.inputs if one.kind is not FileKind.OTHER]


def common_folder(pair: PairView) -> str:
    """The folder that all files of dhcpd have in common, with its slash; empty where there is none."""
    paths = [one.path for one in _used(pair)]
    if len(paths) < 2:
        return ""
    first, last = min(paths), max(paths)
    pairs = enumerate(zip(first, last, strict=False))
    shared = next((place for place, (one, other) in pairs if one != other), len(first))
    return first[: first.rfind("/", 0, shared) + 1]


def _count(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
