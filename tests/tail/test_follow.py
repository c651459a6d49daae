"""Following a log through rotation: no line is lost and none comes twice."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from dhcplens.tail.follow import Follower, Lines, Position


def data(pieces: Iterable[Lines]) -> bytes:
    return b"".join(piece.data for piece in pieces)


def position(follower: Follower) -> Position:
    """Where a follower stands after reading everything."""
    return list(follower.read())[-1].position


def append(path: Path, text: bytes) -> None:
    with path.open("ab") as file:
        file.write(text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "messages"
    path.write_bytes(b"one\ntwo\n")
    return path


def test_it_begins_at_the_end(log: Path) -> None:
    """What stood in the log before is not given out."""
    follower = Follower(log)
    append(log, b"three\n")
    assert data(follower.read()) == b"three\n"


def test_it_begins_at_the_start_when_asked(log: Path) -> None:
    """With from_start the whole log comes first."""
    assert data(Follower(log, from_start=True).read()) == b"one\ntwo\n"


def test_a_partial_last_line_waits_for_its_newline(log: Path) -> None:
    """Half a line is kept until its end is written, also when the follower began in the middle of it."""
    append(log, b"thr")
    follower = Follower(log)
    append(log, b"e")
    assert data(follower.read()) == b""
    append(log, b"e\nfo")
    assert data(follower.read()) == b"three\n"
    append(log, b"ur\n")
    assert data(follower.read()) == b"four\n"


def test_a_line_of_many_megabytes_comes_whole(log: Path) -> None:
    """A line that is longer than any piece is given out when it ends."""
    follower = Follower(log)
    append(log, b"x" * 10_000_000)
    assert data(follower.read()) == b""
    append(log, b"\n")
    assert data(follower.read()) == b"x" * 10_000_000 + b"\n"


def test_a_file_that_does_not_exist_yet_is_read_from_its_start(tmp_path: Path) -> None:
    """The log of a daemon that was not started yet is taken up when it appears."""
    follower = Follower(tmp_path / "later")
    assert data(follower.read()) == b""
    (tmp_path / "later").write_bytes(b"one\n")
    assert data(follower.read()) == b"one\n"


def rename(log: Path) -> None:
    log.rename(log.with_name("messages.1"))
    log.write_bytes(b"")


def copy_and_truncate(log: Path) -> None:
    shutil.copy(log, log.with_name("messages.1"))
    os.truncate(log, 0)


def rename_and_pack(log: Path) -> None:
    log.with_name("messages-20260101.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    log.write_bytes(b"")


ROTATIONS = pytest.mark.parametrize("rotate", [rename, copy_and_truncate, rename_and_pack])


@ROTATIONS
def test_a_rotation_while_following_loses_nothing(log: Path, rotate: Callable[[Path], None]) -> None:
    """Lines before and after a rotation come once each."""
    follower = Follower(log, from_start=True)
    assert data(follower.read()) == b"one\ntwo\n"
    rotate(log)
    append(log, b"three\n")
    assert data(follower.read()) == b"three\n"


def test_a_writer_that_has_not_reopened_yet_is_still_read(log: Path) -> None:
    """After a rename the old file may grow for a moment; its lines come too."""
    follower = Follower(log)
    with log.open("ab") as writer:
        log.rename(log.with_name("messages.1"))
        log.write_bytes(b"new\n")
        assert data(follower.read()) == b"new\n"
        writer.write(b"late\n")
    assert data(follower.read()) == b"late\n"


def test_a_deleted_file_that_returns_is_read_from_its_start(log: Path) -> None:
    """Deletion ends one file, its return begins another."""
    follower = Follower(log)
    log.unlink()
    assert data(follower.read()) == b""
    log.write_bytes(b"again\n")
    assert data(follower.read()) == b"again\n"


def test_it_goes_on_at_a_remembered_position(log: Path) -> None:
    """A new follower with the old position gives out exactly what came since."""
    place = position(Follower(log, from_start=True))
    append(log, b"three\n")
    assert data(Follower(log, place).read()) == b"three\n"


@ROTATIONS
def test_a_rotation_between_two_runs_loses_nothing(log: Path, rotate: Callable[[Path], None]) -> None:
    """What was written before the rotation and not read yet is found in the rotated or packed file."""
    place = position(Follower(log, from_start=True))
    append(log, b"three\n")
    rotate(log)
    append(log, b"four\n")
    assert data(Follower(log, place).read()) == b"three\nfour\n"


def test_a_rotated_file_without_a_last_newline_ends_its_line(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When nothing more can come, half a line is given out rather than lost or joined to another file's."""
    monkeypatch.setattr("dhcplens.tail.follow.LINGER", 0.0)
    follower = Follower(log)
    append(log, b"half")
    list(follower.read())
    rename(log)
    append(log, b"new\n")
    assert data(follower.read()) == b"half\nnew\n"


def test_two_rotations_between_two_runs_lose_nothing(log: Path) -> None:
    """All files that were rotated since are read in their order."""
    place = position(Follower(log, from_start=True))
    append(log, b"three\n")
    log.rename(log.with_name("messages.2"))
    log.with_name("messages.1").write_bytes(b"four\n")
    os.utime(log.with_name("messages.2"), (1_000_000, 1_000_000))
    log.write_bytes(b"five\n")
    assert data(Follower(log, place).read()) == b"three\nfour\nfive\n"


def test_a_file_that_was_empty_is_found_after_its_rotation(tmp_path: Path) -> None:
    """The position in an empty log holds too when lines came and the log was rotated meanwhile."""
    log = tmp_path / "messages"
    log.write_bytes(b"")
    place = Follower(log, look_back=100).position
    append(log, b"one\n")
    rename(log)
    append(log, b"two\n")
    assert data(Follower(log, place).read()) == b"one\ntwo\n"


def test_the_last_lines_come_when_it_looks_back(log: Path) -> None:
    """With look_back the whole lines in the last bytes come first."""
    assert data(Follower(log, look_back=4).read()) == b"two\n"
    assert data(Follower(log, look_back=100).read()) == b"one\ntwo\n"


def test_a_file_that_is_rewritten_between_two_runs_is_read_anew(tmp_path: Path) -> None:
    """dhcpd's new lease file begins with the old one's words: its inode tells that it is another one."""
    leases = tmp_path / "dhcpd.leases"
    leases.write_bytes(b"# header\n" * 200)
    place = position(Follower(leases, from_start=True))
    append(leases, b"last words\n")
    fresh = tmp_path / "dhcpd.leases.1779"
    fresh.write_bytes(b"# header\n" * 200 + b"news\n")
    leases.rename(tmp_path / "dhcpd.leases~")
    fresh.rename(leases)
    again = data(Follower(leases, place, rewritten=True).read())
    assert again == b"last words\n" + b"# header\n" * 200 + b"news\n"
    assert data(Follower(leases, place).read()) == b"news\n"
