"""The replay command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dhcplens.cli import main
from dhcplens.replay.lab import needs

TEXT = """\
server a is primary at 10.20.0.2
server b is secondary at 10.20.0.3
relay at 10.20.0.1
network 10.20.0.0/16
pool 10.20.100.1 to 10.20.100.9
at 0s start both
at 2m expect a is {}
at 3m end
"""


def replay(folder: Path, text: str, *options: str) -> Result:
    """Runs the command on a scenario with this text."""
    (folder / "x.scenario").write_text(text)
    return CliRunner().invoke(
        main, ["replay", str(folder / "x.scenario"), "--out", str(folder / "out"), *options]
    )


def test_a_mistake_is_told_with_its_place(tmp_path: Path) -> None:
    """A scenario that cannot be read ends with exit code 2, line and column."""
    done = replay(tmp_path, TEXT.format("sleepy"))
    assert done.exit_code == 2
    assert done.stderr == "x.scenario:7:19: sleepy is not a failover state\n"
    assert not (tmp_path / "out").exists()


def test_expectations_decide_the_exit_code(tmp_path: Path) -> None:
    """0 when all held, 1 when one did not; each is shown with what was seen."""
    good = replay(tmp_path, TEXT.format("normal"))
    assert (good.exit_code, good.stdout) == (0, "held   at 2m expect a is normal (normal)\n")
    bad = replay(tmp_path, TEXT.format("recover"))
    assert (bad.exit_code, bad.stdout) == (1, "FAILED at 2m expect a is recover (normal)\n")
    truth = json.loads((tmp_path / "out" / "truth.json").read_text())
    assert [one["held"] for one in truth["expectations"]] == [False]


def test_a_run_agrees_with_itself(tmp_path: Path) -> None:
    """Compared with an equal run, every measure is whole."""
    replay(tmp_path, TEXT.format("normal"), "--out", str(tmp_path / "first"))
    done = replay(tmp_path, TEXT.format("normal"), "--compare", str(tmp_path / "first"))
    shares = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert shares
    assert set(shares) == {"100.00%"}


def test_without_the_means_the_lab_says_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A back end that cannot play here is told in a sentence with exit code 1."""
    monkeypatch.setattr(needs.sys, "platform", "darwin")
    done = replay(tmp_path, TEXT.format("normal"), "--with", "dhcpd")
    assert done.exit_code == 1
    assert done.stderr.startswith("The lab needs Linux")
    assert done.stderr.count("\n") == 1


def test_an_unknown_dialect_is_refused(tmp_path: Path) -> None:
    """The dialects that there are stand in the answer."""
    done = replay(tmp_path, TEXT.format("normal"), "--dialect", "2.0")
    assert done.exit_code == 1
    assert "4.4.3-P1" in done.stderr
