"""Everything put together: any heap of files → the tables of each server on one clock."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import pandas as pd

from dhcplens.ingest.clock import set_clock
from dhcplens.ingest.conf import ParsedConf, refusals
from dhcplens.ingest.dedupe import Dedupe, drop_repeats
from dhcplens.ingest.files import AnyPath
from dhcplens.ingest.gather import Gathering
from dhcplens.ingest.gathered import ConfFile, Gathered
from dhcplens.ingest.histories import join_leases
from dhcplens.ingest.hosts import Hosts, find_hosts
from dhcplens.ingest.localtime import Ints, Mask, parse_timezone
from dhcplens.ingest.owners import Owners, find_owners, is_backup
from dhcplens.ingest.sources import Sources
from dhcplens.ingest.track import TABLES, Track, tracks
from dhcplens.model.conf import DhcpdConf
from dhcplens.model.tables import LOG_TABLES, LeaseTables, LogTables, concat, empty
from dhcplens.model.values import FileKind, Inference, InputFile, Problem, Progress, Texts


class NothingReadable(Exception):  # noqa: N818 (it is named for what it says)
    """No log of dhcpd, no lease file and no configuration was found; ``problems`` tells of each path."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)) or "no files given")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """What was collected of one server; tables may be empty, ``conf`` is None without a configuration."""

    name: str
    log: LogTables
    leases: LeaseTables
    conf: DhcpdConf | None
    conf_problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """All servers in order of name, all files in order of reading, and what was concluded or went wrong."""

    servers: tuple[ServerFiles, ...]
    inputs: tuple[InputFile, ...]
    inferences: tuple[Inference, ...]
    problems: tuple[Problem, ...]
    texts: Texts
    timezone: str


def collect(
    paths: Iterable[AnyPath],
    *,
    servers: Mapping[str, Iterable[AnyPath]] | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
    now: float | None = None,
) -> Collection:
    """Read files, folders and archives (``-`` is ``stdin``) and sort them to their servers.

    ``servers`` names the server of paths that do not tell it. ``timezone`` holds for stamps without a zone.
    ``now`` (POSIX seconds, else the present) bounds guessed years.
    Raises NothingReadable, and ValueError for an unknown zone.
    """
    if timezone is not None:
        parse_timezone(timezone)
    sources = Sources()
    gathering = Gathering(sources)
    gathered = gathering.read(paths, servers, progress, stdin)
    if not any(file.lines for file in gathering.inputs.values()):
        raise NothingReadable(gathering.problems)
    hosts = find_hosts(gathered)
    logged = [track for log in gathered.logs for track in tracks(log.piece, hosts.of[log.path], log.mtime)]
    owners = find_owners(gathered, hosts, logged)
    clock = set_clock(logged, [lease.piece for lease in gathered.leases], timezone, now)
    repeats = drop_repeats(logged, clock.times)
    files = [_server(name, gathered, owners, logged, clock.times, repeats.keep) for name in owners.servers]
    problems = (*gathering.problems, *owners.problems, *(one for _, told in files for one in told))
    return Collection(
        tuple(server for server, _ in files),
        tuple(_inputs(gathering.inputs.values(), hosts, owners, logged, repeats)),
        (*hosts.inferences, *owners.inferences, *clock.inferences, *repeats.inferences),
        problems,
        sources,
        clock.timezone,
    )


def _server(
    name: str,
    gathered: Gathered,
    owners: Owners,
    logged: Sequence[Track],
    times: Sequence[Ints],
    keep: Sequence[Mask],
) -> tuple[ServerFiles, list[Problem]]:
    own = [number for number, track in enumerate(logged) if track.server == name]
    own.sort(key=lambda number: int(times[number].min()))
    log = {
        table: _table(table, [(logged[number], times[number], keep[number]) for number in own])
        for table in TABLES
    }
    leases, problems = join_leases(name, [one for one in gathered.leases if owners.of.get(one.path) == name])
    conf, more = _main_conf([one for one in gathered.confs if owners.of.get(one.path) == name], gathered)
    tables = LogTables(**log)
    told = () if conf is None else _conf_problems(conf.parsed, tables)
    server = ServerFiles(name, tables, leases, None if conf is None else conf.conf, told)
    return server, [*problems, *more]


def _conf_problems(parsed: ParsedConf, log: LogTables) -> tuple[Problem, ...]:
    """Wrong syntax, and what the dhcpd of the log's last banner (without one, the newest) refuses."""
    banners = log.notices.loc[log.notices["code"] == "server-version", "args"].dropna()
    try:
        found = refusals(parsed, str(json.loads(banners.iloc[-1])["version"]))
    except (IndexError, ValueError, KeyError):  # no banner, or none of a release
        found = refusals(parsed)
    return (*parsed.problems, *found)


def _table(name: str, parts: Sequence[tuple[Track, Ints, Mask]]) -> pd.DataFrame:
    """One table of one server: the kept rows of all its logs in order of time, those without one last."""
    schema = LOG_TABLES[name]
    frames = [_rows(name, *part) for part in parts]
    table = concat(schema, frames)
    if table["time"].is_monotonic_increasing:  # as one log's lines are
        return table
    return table.sort_values("time", kind="stable", ignore_index=True)


def _rows(name: str, track: Track, time: Ints, keep: Mask) -> pd.DataFrame:
    rows = keep & (track.table == TABLES.index(name))
    if not rows.any():
        return empty(LOG_TABLES[name])
    frame = _taken(track.piece.tables[name], track.place[rows])
    count = len(frame)
    given = {
        "time": pd.Series(time[rows].astype("datetime64[ns]")).dt.tz_localize("UTC"),
        "server": pd.Series(
            pd.Categorical.from_codes(np.zeros(count, np.int8), categories=pd.Index([track.server]))
        ),
    }
    columns = {one.name: given.get(one.name, frame.get(one.name)) for one in LOG_TABLES[name]}
    return pd.DataFrame(columns, copy=False)


def _taken(table: pd.DataFrame, places: Ints) -> pd.DataFrame:
    """The rows at these places, which do not repeat; no copy where it is all of them in their order."""
    whole = len(places) == len(table) and bool((np.diff(places) > 0).all())
    return (table if whole else table.iloc[places]).reset_index(drop=True)


def _main_conf(confs: Sequence[ConfFile], gathered: Gathered) -> tuple[ConfFile | None, list[Problem]]:
    """The configuration in force: with failover, not a backup copy, the newest; others are told of."""
    standing = [one for one in confs if one.path not in gathered.included]
    if not standing:
        return None, []
    best = max(standing, key=lambda one: (bool(one.conf.peers), not is_backup(one.path), one.mtime or 0))
    unused = [one for one in standing if one is not best]
    return best, [
        Problem(one.path, f"not used: {best.path} is taken for the configuration") for one in unused
    ]


def _inputs(
    files: Iterable[InputFile], hosts: Hosts, owners: Owners, logged: Sequence[Track], repeats: Dedupe
) -> Iterable[InputFile]:
    """The files with their servers and the number of repeated lines."""
    dropped: dict[str, int] = {}
    for track, keep in zip(logged, repeats.keep, strict=True):
        dropped[track.source] = dropped.get(track.source, 0) + int((~keep).sum())
    for file in files:
        if file.kind is FileKind.LOG:
            names = sorted(set(hosts.of.get(file.path, {}).values()))
            yield replace(file, server=", ".join(names) or None, repeated_lines=dropped.get(file.path, 0))
        else:
            yield replace(file, server=owners.of.get(file.path))
