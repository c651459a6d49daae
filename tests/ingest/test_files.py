"""Reading whatever a person collects."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest import files
from dhcplens.ingest.files import Blob, find, read

TEXT = b"".join(b"line %d of a log\n" % number for number in range(5000))

PACK = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def blobs(*paths: Path | str, stdin: io.BytesIO | None = None) -> list[Blob]:
    """All blobs under the paths."""
    leaves, problems = find(paths)
    assert not problems
    return [blob for leaf in leaves for blob in read(leaf, stdin)]


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read_and_told(
    tmp_path: Path, encoding: str, packed: Callable[[bytes], bytes]
) -> None:
    """A text that a shell of Windows or an editor saved with a mark is read as UTF-8, packed or not."""
    path = tmp_path / "messages"
    path.write_bytes(packed(TEXT.decode().encode(encoding)))
    (blob,) = blobs(path)
    assert blob.data == TEXT
    assert "byte order mark" in blob.problems[0].message
    assert blob.problems[0].line is None  # a finding would take a line for damage of the file


def test_utf_16_cut_short_gives_what_it_holds(tmp_path: Path) -> None:
    """Half a letter, or a packed file that ends too early, takes nothing else away."""
    (tmp_path / "odd").write_bytes(TEXT.decode().encode("utf-16")[:-1])
    (tmp_path / "packed").write_bytes(gzip.compress(TEXT.decode().encode("utf-16"))[:-400])
    odd, packed = blobs(tmp_path)
    assert bytes(odd.data).startswith(TEXT[:-1])
    assert packed.data
    assert TEXT.startswith(bytes(packed.data)[:-3])
    assert "cut short" in packed.problems[1].message


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    """A tar archive of these members, all of one time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), 1_215_658_800
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("name", PACK)
def test_packed_files_are_known_by_content(tmp_path: Path, name: str) -> None:
    """A packed file is unpacked whatever its name is, and several packed parts in a row are one text."""
    path = tmp_path / "messages"
    path.write_bytes(PACK[name](TEXT) + PACK[name](b"more\n"))
    (blob,) = blobs(path)
    assert blob.data == TEXT + b"more\n"
    assert (blob.path, blob.problems) == (str(path), ())


@pytest.mark.parametrize("name", PACK)
def test_a_packed_file_cut_short_gives_what_it_holds(tmp_path: Path, name: str) -> None:
    """Of a packed file cut short the begin is used, and the problem tells at which line and byte it ends."""
    text = os.urandom(300_000).hex(" ", 40).replace(" ", "\n").encode()
    path = tmp_path / "messages.gz"
    path.write_bytes(PACK[name](text)[:-30_000])
    (blob,) = blobs(path)
    assert text.startswith(blob.data)
    assert len(blob.data) > 0 or name in ("bz2", "zst")
    (problem,) = blob.problems
    assert "cut short" in problem.message
    assert f"byte {len(blob.data)} " in problem.message
    assert problem.line == max(1, blob.data.count(b"\n") + (not blob.data.endswith(b"\n")))


@settings(deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(sorted(PACK)), st.integers(0, 300), st.integers(0, 255))
def test_damage_never_raises(data: bytes, name: str, place: int, value: int) -> None:
    """Any byte of a packed file may be wrong: there is one text, sound or not, and never an exception."""
    packed = bytearray(PACK[name](data))
    packed[place % len(packed)] = value
    leaf = files.Leaf("-", "-", None, 0, "-", stream=True)
    (blob,) = list(read(leaf, io.BytesIO(bytes(packed))))
    assert blob.path == "-"
    assert blob.problems or name != "gz" or blob.data in (data, bytes(packed))


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_members_of_archives_are_read_with_their_times(tmp_path: Path, mode: str) -> None:
    """Each member of a packed archive is a file of its own, named after both, with its own time."""
    path = tmp_path / "collected"
    path.write_bytes(tarred({"a/messages": TEXT, "a/messages.1.gz": gzip.compress(b"old\n")}, mode))
    one, two = blobs(path)
    assert (one.path, one.data, one.mtime) == (f"{path}!a/messages", TEXT, 1_215_658_800)
    assert (two.path, two.data) == (f"{path}!a/messages.1.gz", b"old\n")


def test_archives_in_archives_and_twins(tmp_path: Path) -> None:
    """Archives may lie in archives, and two members of one name get names of their own."""
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in.tar", tarred({"x": b"1\n"}))
        archive.writestr("log", "2\n")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("log", "3\n")
    assert [(blob.path.removeprefix(f"{path}!"), blob.data) for blob in blobs(path)] == [
        ("in.tar!x", b"1\n"),
        ("log", b"2\n"),
        ("log#2", b"3\n"),
    ]


def test_an_archive_cut_short(tmp_path: Path) -> None:
    """Members before the cut are read, the one in the cut in part, and both problems are told."""
    path = tmp_path / "all.tar"
    path.write_bytes(tarred({"one": b"whole\n", "two": TEXT})[:50_000])
    one, two, end = blobs(path)
    assert one.data == b"whole\n"
    assert TEXT.startswith(two.data)
    assert len(two.data) > 40_000
    assert two.problems[0].line is not None
    assert "cut short" in end.problems[0].message


def test_hostile_member_names_are_only_names(tmp_path: Path) -> None:
    """A member's name is shown without control characters and never becomes a path on this machine."""
    path = tmp_path / "evil.tar"
    path.write_bytes(tarred({"../../etc/\x1b[2Jpasswd\n": b"x\n"}))
    (blob,) = blobs(path)
    assert blob.path == f"{path}!../../etc/\\x1b[2Jpasswd\\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that grows without measure is read in part, and said so."""
    monkeypatch.setattr(files, "_BOMB_SIZE", 1 << 20)
    path = tmp_path / "bomb"
    path.write_bytes(bz2.compress(bytes(64 << 20)))
    (blob,) = blobs(path)
    assert len(blob.data) < 4 << 20
    assert "times its packed size" in blob.problems[0].message


def test_large_texts_are_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large text is mapped, whether plain or packed, and reads the same."""
    monkeypatch.setattr(files, "_MAPPED", 4096)
    (tmp_path / "plain").write_bytes(TEXT)
    (tmp_path / "packed").write_bytes(gzip.compress(TEXT))
    for blob in blobs(tmp_path):
        assert not isinstance(blob.data, bytes)
        assert blob.data[:] == TEXT


def test_folders_links_and_special_files(tmp_path: Path) -> None:
    """Folders are walked in order, each file once; loops end, and what is no file is told."""
    inner = tmp_path / "b" / "var"
    inner.mkdir(parents=True)
    (inner / "messages").write_bytes(b"x\n")
    (tmp_path / "a").write_bytes(b"y\n")
    (inner / "loop").symlink_to(tmp_path)
    (inner / "twin").symlink_to(tmp_path / "a")
    (inner / "gone").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    leaves, problems = find([tmp_path, tmp_path / "a", tmp_path / "missing"])
    assert [leaf.path for leaf in leaves] == [str(tmp_path / "a"), str(inner / "messages")]
    assert [(one.source, one.message.split(" ")[0]) for one in problems] == [
        (str(inner / "gone"), "no"),
        (str(tmp_path / "pipe"), "is"),
        (str(tmp_path / "missing"), "no"),
    ]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_an_unreadable_file_is_a_problem() -> None:
    """A file that cannot be read is told of with the reason, and nothing raises."""
    (blob,) = [blob for leaf in find(["/proc/self/mem"])[0] for blob in read(leaf)]
    assert blob.data == b""
    assert blob.problems[0].source == "/proc/self/mem"


def test_standard_input_may_be_packed() -> None:
    """``-`` reads the given stream, unpacked like any file."""
    (blob,) = blobs("-", stdin=io.BytesIO(gzip.compress(TEXT)))
    assert (blob.path, blob.data) == ("-", TEXT)


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    """A folder that holds nothing is a mistake of somebody's, and is said."""
    leaves, problems = find([tmp_path])
    assert leaves == []
    assert [(one.source, one.message) for one in problems] == [(str(tmp_path), "is a folder without files")]
