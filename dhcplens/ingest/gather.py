"""From paths to files that are read and typed, before it is known whose they are."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Final, cast

from dhcplens.ingest.classify import classify, foreign
from dhcplens.ingest.conf import parse_conf, view
from dhcplens.ingest.files import AnyPath, Blob, count_lines, find, read
from dhcplens.ingest.framing import decode
from dhcplens.ingest.gathered import ConfFile, Gathered, LeaseFile, LogFile
from dhcplens.ingest.leases import read_leases
from dhcplens.ingest.places import site
from dhcplens.ingest.reader import read_log
from dhcplens.ingest.sources import Sources
from dhcplens.model.values import FileKind, InputFile, Problem, Progress

_HOSTNAME: Final = re.compile(rb"\s*([A-Za-z0-9][-A-Za-z0-9.]*)\s*")
_INCLUDED: Final = 16 << 20  # larger files are not what a configuration includes
_EMPTY: Final = (("lease", FileKind.LEASES), ("conf", FileKind.CONF), ("messages", FileKind.LOG))


@dataclass
class Gathering:
    """What was read so far: the files of ours, one ``InputFile`` for each file, and all problems."""

    sources: Sources
    logs: list[LogFile] = field(default_factory=list)
    leases: list[LeaseFile] = field(default_factory=list)
    confs: list[ConfFile] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    hostnames: dict[str, str] = field(default_factory=dict)
    included: set[str] = field(default_factory=set)
    inputs: dict[str, InputFile] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _waiting: list[Blob] = field(default_factory=list)

    def read(
        self,
        paths: Iterable[AnyPath],
        servers: Mapping[str, Iterable[AnyPath]] | None = None,
        progress: Progress | None = None,
        stdin: IO[bytes] | None = None,
    ) -> Gathered:
        """Read everything under the paths."""
        leaves, problems = find(paths, servers)
        self.problems += problems
        done, total = 0, sum(leaf.size for leaf in leaves)
        useful: dict[str, bool] = {}
        for leaf in leaves:
            if progress is not None:
                progress(done, total, leaf.path)
            for blob in read(leaf, stdin):
                self.sources.add(blob.path, leaf, blob.data)
                if leaf.asked is not None:
                    self.asked[blob.path] = leaf.asked
                self._take(blob)
                ours = self.inputs[blob.path].kind is not FileKind.OTHER or bool(blob.problems)
                useful[leaf.root] = ours or useful.get(leaf.root, False)
            done += leaf.size
        if progress is not None and leaves:
            progress(total, total, leaves[-1].path)
        for blob in self._waiting:  # now every file that they may include is known
            self._conf(blob)
        for root, any_of_ours in useful.items():
            if not any_of_ours and not any(one.source == root for one in self.problems):
                self._problem(root, "holds no log of dhcpd, no lease file and no dhcpd.conf")
        return Gathered(
            tuple(self.logs),
            tuple(self.leases),
            tuple(self.confs),
            self.asked,
            self.hostnames,
            frozenset(self.included),
        )

    def _take(self, blob: Blob) -> None:
        path, data = blob.path, blob.data
        known = self.inputs.get(path)
        if known is not None:  # an archive that tells of a fault after its members
            self._note(known, blob.problems)
            return
        kind = classify(data) if len(data) else _kind_by_name(path)
        self._note(
            InputFile(path, kind, None, lines=count_lines(data) if kind is FileKind.CONF else 0),
            blob.problems,
        )
        told = "is empty (0 bytes)" if not len(data) and not blob.problems else foreign(data)
        if told is not None:
            self._problem(path, told)
        if kind is FileKind.LOG:
            self._log(blob)
        elif kind is FileKind.LEASES:
            self._leases(blob)
        elif kind is FileKind.CONF:
            self._waiting.append(blob)
        elif path.rpartition("/")[2] == "hostname" and (found := _HOSTNAME.fullmatch(data[:256])):
            self.hostnames[site(path)] = found[1].decode()

    def _log(self, blob: Blob) -> None:
        piece = read_log(cast("bytes", blob.data), blob.path)  # a mapped text can all that is needed here
        self.logs.append(LogFile(blob.path, blob.mtime, piece))
        counted = replace(
            self.inputs[blob.path],
            lines=piece.lines,
            dhcpd_lines=piece.dhcpd_lines,
            other_lines=piece.other_lines,
            unknown_lines=piece.unknown_lines,
        )
        self._note(counted, piece.problems)

    def _leases(self, blob: Blob) -> None:
        piece = read_leases(cast("bytes", blob.data), blob.path)
        self.leases.append(LeaseFile(blob.path, blob.mtime, piece))
        self._note(replace(self.inputs[blob.path], lines=piece.lines), piece.problems)

    def _conf(self, blob: Blob) -> None:
        def include(written: str) -> tuple[str, str] | None:
            found = _included(written, blob.path, self.inputs)
            if found is None:
                return None
            data = self.sources.data(found)
            self.included.add(found)
            return (found, decode(data[:_INCLUDED])) if len(data) else None

        parsed = parse_conf(decode(bytes(blob.data)), blob.path, include)
        self.confs.append(ConfFile(blob.path, blob.mtime, parsed, view(parsed)))
        self._note(self.inputs[blob.path], parsed.problems)

    def _note(self, file: InputFile, problems: Iterable[Problem]) -> None:
        found = tuple(problems)
        self.inputs[file.path] = replace(file, problems=(*file.problems, *found))
        self.problems += found

    def _problem(self, path: str, message: str) -> None:
        problem = Problem(path, message)
        if path in self.inputs:
            self._note(self.inputs[path], [problem])
        else:
            self.problems.append(problem)


def _kind_by_name(path: str) -> FileKind:
    """What an empty file was meant to be; nothing but its name can tell."""
    name = path.rpartition("/")[2].lower()
    return next((kind for word, kind in _EMPTY if word in name), FileKind.OTHER)


def _included(written: str, by: str, paths: Iterable[str]) -> str | None:
    """The collected file that an ``include`` means: of that name, most alike in path, nearest to the file."""
    wanted = written.split("/")

    def likeness(path: str) -> tuple[int, int]:
        parts = re.split(r"[/!]", path)
        return _common(parts[::-1], wanted[::-1]), _common(parts, re.split(r"[/!]", by))

    candidates = [path for path in paths if re.split(r"[/!]", path)[-1] == wanted[-1] and path != by]
    return max(candidates, key=likeness, default=None)


def _common(one: list[str], other: list[str]) -> int:
    """How many parts are equal from the begin."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
