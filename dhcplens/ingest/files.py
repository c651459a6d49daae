"""From paths to bytes: files, folders, archives and standard input, unpacked by content, never extracted.

What cannot be read becomes a Problem; what could be read before a fault is used.
"""

import io
import mmap
import os
import stat
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final

import numpy as np

from dhcplens.ingest.unpack import HEAD, Inflated, Plain, Recoded, Stream, codec, is_tar, is_zip, marked
from dhcplens.model.values import Problem

Data = bytes | mmap.mmap
AnyPath = str | os.PathLike[str]

STDIN: Final = "-"
_MAPPED: Final = 64 << 20  # larger texts are mapped (from a temporary file where they were packed)
_CHUNK: Final = 1 << 20
_DEEPEST: Final = 5  # layers of packing
_BOMB_SIZE: Final = 256 << 20
_BOMB_RATIO: Final = 500  # logs of one repeated line reach about 100
_FAULTS: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file on disk, or a stream, to be read.

    ``root`` is the argument that led to it, ``asked`` the server that the user named for it,
    ``opened`` the path to open.
    """

    path: str
    root: str
    asked: str | None
    size: int
    opened: str
    stream: bool = False


@dataclass(frozen=True, slots=True)
class Blob:
    """The unpacked content of a file or archive member (``archive.tar!member``); ``mtime``: POSIX seconds."""

    path: str
    leaf: Leaf
    data: Data
    mtime: float | None = None
    problems: tuple[Problem, ...] = ()


def shown(name: str) -> str:
    """A file name fit for output: undecodable bytes and control characters are escaped."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def find(
    paths: Iterable[AnyPath], servers: Mapping[str, Iterable[AnyPath]] | None = None
) -> tuple[list[Leaf], list[Problem]]:
    """All files under the paths, each once, folders in order of name; and what cannot be read at all.

    ``servers`` has paths of which the user said whose they are; they go first.
    """
    finder = _Finder()
    for name, given in (servers or {}).items():
        for path in given:
            finder.argument(os.fspath(path), name)
    for path in paths:
        finder.argument(os.fspath(path), None)
    return finder.leaves, finder.problems


class _Finder:
    """Walks folders; a file or folder that was met before (twice given, linked, in a loop) is passed over."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.problems: list[Problem] = []
        self._met: set[tuple[int, int]] = set()

    def argument(self, path: str, asked: str | None) -> None:
        """Take one path of the command line."""
        if path == STDIN or path.startswith("/dev/fd/"):  # the latter is a shell's <(command)
            self.leaves.append(Leaf(path, path, asked, 0, path, stream=True))
        else:
            before = len(self.leaves) + len(self.problems)
            self._visit(path, shown(path), asked)
            if Path(path).is_dir() and len(self.leaves) + len(self.problems) == before:
                self._problem(path, "is a folder without files")

    def _visit(self, path: str, root: str, asked: str | None) -> None:
        try:
            status = Path(path).stat()
            if stat.S_ISDIR(status.st_mode):
                if self._new(status):
                    for inner in sorted(Path(path).iterdir()):
                        self._visit(str(inner), root, asked)
            elif stat.S_ISREG(status.st_mode):
                if self._new(status):
                    self.leaves.append(Leaf(shown(path), root, asked, status.st_size, path))
            else:
                self._problem(path, "is neither a file nor a folder (a pipe, a socket or a device); not read")
        except OSError as error:
            self._problem(path, reason(error))

    def _new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        fresh = identity not in self._met
        self._met.add(identity)
        return fresh

    def _problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(shown(path), message))


def read(leaf: Leaf, stdin: IO[bytes] | None = None) -> Iterator[Blob]:
    """The content of a file, or of each member of an archive; a blob without data brings only problems."""
    reading = _Reading(leaf)
    try:
        if leaf.opened == STDIN:
            yield from reading.file(stdin if stdin is not None else sys.stdin.buffer, None)
            return
        with Path(leaf.opened).open("rb") as file:
            status = os.fstat(file.fileno())
            yield from reading.file(file, status.st_mtime if stat.S_ISREG(status.st_mode) else None)
    except OSError as error:
        yield Blob(leaf.path, leaf, b"", None, (Problem(leaf.path, reason(error)),))


class _Reading:
    """Reads one leaf through all its layers of packing and watches that it does not grow without end."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf
        self._taken = 0
        self._gave = 0
        self._names: dict[str, int] = {}

    def file(self, file: IO[bytes], mtime: float | None) -> Iterator[Blob]:
        """A file on disk, mapped where it is large and not packed."""
        if self._leaf.size >= _MAPPED:
            head = file.read(HEAD)
            file.seek(0)
            if not (codec(head) or is_tar(head) or is_zip(head) or marked(head)):
                yield self._blob(self._leaf.path, _mapped(file), mtime)
                return
        yield from self.stream(self._leaf.path, self._plain(file, self._took), mtime)

    def stream(self, path: str, stream: Stream, mtime: float | None, depth: int = 0) -> Iterator[Blob]:
        """What a stream holds, whatever it is."""
        head = stream.peek(HEAD)[:HEAD]
        coding = codec(head)
        mark = marked(head)
        if depth > _DEEPEST:
            yield self._blob(path, b"", mtime, "is packed in too many layers; not read")
        elif coding is not None:
            yield from self.stream(path, Stream(Inflated(stream, coding)), mtime, depth + 1)
        elif is_tar(head):
            yield from self._tar(path, stream, depth + 1)
        elif is_zip(head):
            yield from self._zip(path, stream, depth + 1)
        elif mark is not None:
            text = self._text(path, Stream(Recoded(stream, *mark)), mtime)
            # no line: whatever copied the file put it there, so it is no damage to what the file says
            told = Problem(path, f"begins with a byte order mark ({mark[1]}); read without it")
            yield replace(text, problems=(told, *text.problems))
        else:
            yield self._text(path, stream, mtime)

    def _tar(self, path: str, stream: Stream, depth: int) -> Iterator[Blob]:
        fault = None
        try:
            with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isreg() else None
                    if content is not None:
                        inner = self._plain(content)
                        yield from self.stream(self._member(path, member.name), inner, member.mtime, depth)
        except _FAULTS as error:
            fault = f"the archive is cut short or damaged ({error})"
        fault = stream.source.cut or fault
        if fault:
            yield self._blob(path, b"", None, f"{fault}; its members up to there were read")

    def _zip(self, path: str, stream: Stream, depth: int) -> Iterator[Blob]:
        packed = self._text(path, stream, None)
        if packed.problems:
            yield replace(packed, data=b"")
        try:
            with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
                for member in archive.infolist():
                    if not member.is_dir():
                        inner = self._plain(archive.open(member))
                        yield from self.stream(self._member(path, member.filename), inner, None, depth)
        except _FAULTS as error:
            yield self._blob(path, b"", None, f"the archive is cut short, damaged or locked ({error})")

    def _text(self, path: str, stream: Stream, mtime: float | None) -> Blob:
        """All that a stream gives, in memory or in a mapped temporary file."""
        fault = None
        with tempfile.SpooledTemporaryFile(max_size=_MAPPED) as spool:
            while chunk := stream.read(_CHUNK):
                spool.write(chunk)
                self._gave += len(chunk)
                if self._taken and self._gave > max(_BOMB_SIZE, _BOMB_RATIO * self._taken):
                    fault = f"grows to more than {_BOMB_RATIO} times its packed size"
                    break
            size = spool.tell()
            spool.seek(0)
            data: Data = spool.read() if size < _MAPPED else _mapped(spool)
        fault = fault or stream.source.cut
        if fault is None:
            return self._blob(path, data, mtime)
        line = max(1, count_lines(data))
        return self._blob(path, data, mtime, f"{fault}; read up to byte {size} of its text", line)

    def _plain(self, raw: IO[bytes], took: Callable[[int], None] = lambda _: None) -> Stream:
        return Stream(Plain(raw, took, _FAULTS))

    def _took(self, size: int) -> None:
        self._taken += size

    def _member(self, path: str, name: str) -> str:
        """A name of its own for each member, also where an archive holds two of the same name."""
        member = f"{path}!{shown(name)}"
        count = self._names[member] = self._names.get(member, 0) + 1
        return member if count == 1 else f"{member}#{count}"

    def _blob(
        self, path: str, data: Data, mtime: float | None, problem: str | None = None, line: int | None = None
    ) -> Blob:
        problems = () if problem is None else (Problem(path, problem, line),)
        return Blob(path, self._leaf, data, mtime, problems)


def _mapped(file: IO[bytes]) -> mmap.mmap:
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def count_lines(data: Data) -> int:
    """Lines of a text, the last one counted also where it has no end."""
    if not data:
        return 0
    view = np.frombuffer(data, np.uint8)
    return int(np.count_nonzero(view == ord("\n"))) + int(view[-1] != ord("\n"))


def reason(error: OSError) -> str:
    """What went wrong, in a few words."""
    return (error.strerror or str(error)).lower()
