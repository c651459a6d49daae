"""Compiled code is kept where this user can write."""

import os
import tempfile
from pathlib import Path

import pytest

from dhcplens.ingest.reader import LARGE, WORTH_LOADING, read_log
from dhcplens.ingest.scan import cache


def point(monkeypatch: pytest.MonkeyPatch, home: Path, temporary: Path) -> None:
    """Let these be the user's cache and the place of temporary files."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))


def test_the_user_s_cache_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache can be written, it is used, and for its owner only."""
    point(monkeypatch, tmp_path / "home", tmp_path)
    folder = cache.folder()
    assert folder.parent == tmp_path / "home" / "dhcplens"
    assert folder.stat().st_mode & 0o077 == 0


def test_a_home_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache of the user's own, a folder among the temporary files takes its place."""
    (tmp_path / "file").touch()
    point(monkeypatch, tmp_path / "file", tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    assert cache.folder().parent == tmp_path / "tmp" / f"dhcplens-{os.getuid()}"


def test_code_in_others_folders_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that belongs to somebody else is left alone; a new one is made."""
    point(monkeypatch, tmp_path / "home", tmp_path)
    own = cache.folder()
    monkeypatch.setattr(os, "getuid", lambda: own.stat().st_uid + 1)
    other = cache.folder()
    assert other not in (own, tmp_path / "home" / "dhcplens" / own.name)
    assert list(other.iterdir()) == []


def test_loading_is_worth_less_than_compiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of middle size is read fast if the code is there already."""
    point(monkeypatch, tmp_path, tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    chosen: list[int] = []
    monkeypatch.setattr("dhcplens.ingest.scan.read.read_fast", lambda data, _: chosen.append(len(data)))
    assert WORTH_LOADING < LARGE
    read_log(b"x" * WORTH_LOADING, "log")
    (cache.folder() / "scan_1").mkdir()
    (cache.folder() / "scan_1" / "kernel.scan-200.py311.nbi").touch()
    assert cache.holds("scan")
    read_log(b"x" * WORTH_LOADING, "log")
    read_log(b"x" * (WORTH_LOADING - 1), "log")
    assert chosen == [WORTH_LOADING]
