"""The lab with the real daemon: short scenarios, and what a run leaves behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dhcplens.replay.backends import BackendUnavailableError, Manner, play
from dhcplens.replay.lab import find_tools, needs
from dhcplens.replay.language import parse, read
from dhcplens.replay.truth import Truth
from tests.cli.tailing import DHCPLENS, wait_for

pytestmark = pytest.mark.lab
FIXTURES = Path(__file__).parents[2] / "fixtures"
SHORT = ("new-pair", "clock-skew-new-pair", "names-differ", "exhausted-both")
REPLAY = (*DHCPLENS, "replay")
BEGIN = """\
server left is primary at 10.66.0.2
server right is secondary at 10.66.0.3
relay at 10.66.0.1
network 10.66.0.0/16
pool 10.66.3.1 to 10.66.3.40
relationship "us"
mclt 2m
statement "ping-check off;"
at 0s    start both
"""
"""Of a scenario: a pair with few addresses, which starts."""

CONFLICT = f"""\
{BEGIN}at 90s   pc1..pc10 arrive 60 a minute with identifiers
at 2m    cut link
at 4m    expect left is communications-interrupted
at 4m    put both in partner-down
at 5m    expect right is partner-down
at 6m    heal link
at 7m    expect left is normal
at 7m    expect right is normal
at 7m    expect exactly 10 of everyone have an address
at 8m    end
"""


def failures(truth: Truth) -> list[str]:
    """Expectations that did not hold, and what went wrong besides."""
    wrong = [f"{one.event.text}: {one.checked.seen}" for one in truth.expectations if not one.checked.held]
    return wrong + truth.problems


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("name", SHORT)
def test_shipped_scenario_plays_as_expected(name: str, tmp_path: Path) -> None:
    """Played anew with the real daemon, every expect line of the scenario holds."""
    scenario = read(FIXTURES / name / f"{name}.scenario")
    truth = play("dhcpd", scenario, tmp_path, Manner(scenario.seed))
    assert failures(truth) == []
    assert truth.held


@pytest.mark.usefixtures("lab")
def test_operator_link_and_conflict(tmp_path: Path) -> None:
    """A cut link, partner-down over OMAPI on both sides and the healed link end in normal on both sides."""
    scenario = parse(CONFLICT, "x.scenario")
    truth = play("dhcpd", scenario, tmp_path, Manner(scenario.seed))
    assert failures(truth) == []
    states = [move.new for move in truth.moves if move.server == "left" and move.subject == "local"]
    wanted = ["communications-interrupted", "partner-down", "potential-conflict", "conflict-done", "normal"]
    assert states[-5:] == wanted
    for server in ("left", "right"):
        assert "dhcpd[" in (tmp_path / server / "messages").read_text()
        assert "binding state active;" in (tmp_path / server / "dhcpd.leases").read_text()
        assert 'failover peer "us"' in (tmp_path / server / "dhcpd.conf").read_text()


@pytest.mark.usefixtures("lab")
def test_truth_says_what_the_clients_got(tmp_path: Path) -> None:
    """truth.json has each event and each answer with the lab's time, and says which expectation failed."""
    text = CONFLICT.split("at 2m")[0] + "at 2m expect pc1 has no address\nat 2m end\n"
    truth = play("dhcpd", parse(text, "x.scenario"), tmp_path, Manner(1))
    assert not truth.held
    document = json.loads((tmp_path / "truth.json").read_text())
    assert [one["held"] for one in document["expectations"]] == [False]
    assert document["expectations"][0]["seen"].startswith("10.66.3.")
    assert document["events"][0]["text"] == "at 0s start both"
    first = document["clients"]["pc1"]["transactions"][0]
    assert first["outcome"] == "bound"
    assert first["server"] in ("left", "right")
    assert first["lease_time"] == 120
    assert first["sent"][0][1] == "DISCOVER"
    assert abs(_second(document["begin"]) + 90 - _second(first["began"])) < 5


def _second(stamp: str) -> int:
    hours, minutes, seconds = stamp[11:19].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _descendants(ancestor: int) -> set[int]:
    """Processes that come from this one."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(words[1])
    found = {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in found and pid not in found}:
        found |= more
    return found - {ancestor}


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    """Interrupted, the run removes what it made and what a killed one left, and keeps the truth so far."""
    (tmp_path / "x.scenario").write_text(CONFLICT)
    scratch = tmp_path / "scratch" / ("long-name-" * 12)
    (scratch / "dhcplens-lab-999999999-killed").mkdir(parents=True)
    command = [*REPLAY, str(tmp_path / "x.scenario"), "--with", "dhcpd", "--out", str(tmp_path / "out")]
    environment = os.environ | {"TMPDIR": str(scratch)}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as run:
        log = tmp_path / "out" / "left" / "messages"
        wait_for(lambda: log.exists() and "Server starting service" in log.read_text(), "a server")
        children = _descendants(run.pid)
        run.send_signal(number)
        assert run.wait(20) != 0
    assert len(children) >= 6  # two servers, and the holders of four namespaces
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert list(scratch.iterdir()) == []
    assert json.loads((tmp_path / "out" / "truth.json").read_text())["complete"] is False


@pytest.mark.usefixtures("lab")
def test_two_runs_at_once_do_not_meet(tmp_path: Path) -> None:
    """The same scenario played twice at the same time gives the same clients and both runs hold."""
    file = FIXTURES / "new-pair" / "new-pair.scenario"
    outs = [tmp_path / "one", tmp_path / "two"]
    command = [*REPLAY, str(file), "--with", "dhcpd", "--out"]
    runs = [subprocess.Popen([*command, str(out)], stdout=subprocess.PIPE) for out in outs]
    for run in runs:
        run.communicate(timeout=120)
    assert [run.returncode for run in runs] == [0, 0]
    first, second = (json.loads((out / "truth.json").read_text())["clients"] for out in outs)
    assert first["wimax"]["mac"] == second["wimax"]["mac"]
    assert first["wimax"]["address"] == second["wimax"]["address"]


def test_without_root_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who is not root is told what is missing, and nothing is made."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(BackendUnavailableError, match=r"^The lab needs root .*sudo\.$"):
        find_tools()


def test_without_linux_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than on Linux the sentence names Linux."""
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(BackendUnavailableError, match=r"^The lab needs Linux"):
        find_tools()


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is not installed is named together with the command that installs it."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(needs, "_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackendUnavailableError, match=r"needs dhcpd.*apt-get install isc-dhcp-server$"):
        find_tools()
