"""``dhcplens report`` and ``explain`` as a user meets them."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dhcplens.cli import main
from tests.cli.tailing import PROGRAM

SEED = Path(__file__).parent.parent.parent / "fixtures" / "khxdhcps"


def run(*words: str | Path, stdin: bytes | None = None) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def test_a_report_that_could_be_made_is_no_failure() -> None:
    """Exit code 0 whatever was found: a monitoring exit code is another command's business."""
    result = run("report", SEED)
    assert (result.exit_code, result.stdout[:8]) == (0, "healthy:")


def test_nothing_to_read_is_wrong_usage() -> None:
    """Without paths the usage is wrong: exit code 2."""
    assert run("report").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--set", "flapping"),
        ("--set", "flapping.cuont=1"),
        ("--timezone", "Mars"),
        ("--server", "x"),
        ("--format", "xml"),
    ],
)
def test_wrong_options_are_wrong_usage(words: tuple[str, str]) -> None:
    """A wrong value is told in one line with exit code 2, before or after reading."""
    result = run("report", SEED, *words)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_nothing_readable_is_exit_code_one(tmp_path: Path) -> None:
    """A folder without anything of ours, a log without a byte, and a file that is not there."""
    (tmp_path / "notes.txt").write_text("hello\n")
    (tmp_path / "messages").write_text("")
    for path in (tmp_path, tmp_path / "messages", tmp_path / "missing"):
        result = run("report", path)
        assert result.exit_code == 1
        assert "nothing readable" in result.stderr
    assert str(tmp_path / "missing") in result.stderr


def test_a_missing_file_beside_good_ones_is_told(tmp_path: Path) -> None:
    """What could be read is reported all the same."""
    result = run("report", SEED, tmp_path / "missing")
    assert result.exit_code == 0
    assert "missing" in result.stdout


def test_json_on_standard_output_is_nothing_else(tmp_path: Path) -> None:
    """One object; problems go to standard error."""
    result = run("report", SEED, tmp_path / "missing", "--format", "json")
    assert json.loads(result.stdout)["verdict"] == "healthy"
    assert "missing" in result.stderr


def test_standard_input() -> None:
    """``-`` reads a log from standard input."""
    result = run("report", "-", "--format", "json", stdin=(SEED / "KHXDHCPS1" / "messages").read_bytes())
    assert result.exit_code == 0
    assert [one["name"] for one in json.loads(result.stdout)["servers"]] == ["KHXDHCPS1"]


def test_servers_by_name(tmp_path: Path) -> None:
    """``--server`` names the server of a file that does not tell itself."""
    shutil.copy(SEED / "KHXDHCPS1" / "dhcpd.conf", tmp_path / "one.conf")
    result = run("report", "--server", f"east={tmp_path / 'one.conf'}", "--format", "json")
    assert [one["name"] for one in json.loads(result.stdout)["servers"]] == ["east"]


def test_thresholds_can_be_set(tmp_path: Path) -> None:
    """A threshold from a file and one from the command line both count."""
    crash = SEED.parent / "crash-secondary"
    config = tmp_path / "limits.toml"
    config.write_text("[stuck-communications-interrupted]\nafter = 600\n")
    named = [
        one["name"]
        for one in json.loads(run("report", crash, "--config", config, "--format", "json").stdout)["findings"]
    ]
    assert "stuck-communications-interrupted" in named


def test_as_a_module() -> None:
    """``python -m dhcplens`` is the command under its own name."""
    words = [sys.executable, "-m", "dhcplens", "--help"]
    result = subprocess.run(words, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("Usage: dhcplens [OPTIONS]")


def test_nothing_that_a_terminal_acts_upon_comes_out(tmp_path: Path) -> None:
    """Evidence in JSON is the raw line: what is no plain letter in it is written as an escape."""
    damaged = "lease 10.0.0.1 {\n  binding state act\u009b\u202eve;\n}\n"
    (tmp_path / "dhcpd.leases").write_text(damaged * 2)
    result = run("report", str(tmp_path), "--format", "json")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", result.stdout + result.stderr)
    texts = [row["text"] for one in json.loads(result.stdout)["findings"] for row in one["evidence"]]
    assert any("act\u009b\u202eve" in text for text in texts)


def test_explain() -> None:
    """A page by name, the list without one, and a word on a name that does not exist."""
    assert run("explain", "peer-down").stdout.startswith("peer-down (FO101, warning)")
    assert "FO101" in run("explain").stdout
    assert run("explain", "peer-dwon").exit_code == 2


def start(*words: str, **pipes: Any) -> subprocess.Popen[bytes]:
    """The command in a process of its own."""
    return subprocess.Popen([PROGRAM, *words], **pipes)


def test_a_closed_pipe_ends_quietly() -> None:
    """A reader that goes away (head) is no reason for a traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    process = start("report", str(SEED), stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_output_that_cannot_be_written_is_told() -> None:
    """A full disk is one line on standard error and exit code 1."""
    with Path("/dev/full").open("wb") as full:
        process = start("report", str(SEED), stdout=full.fileno(), stderr=subprocess.PIPE)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert errors.startswith(b"Error: ")
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 0), ("<&-", 2)])
def test_closed_standard_files_are_no_traceback(closed: str, code: int) -> None:
    """Closed output is as good as /dev/null, closed input is wrong usage."""
    command = f'"$0" report "$1" {closed}' if code == 0 else f'"$0" report - {closed}'
    words = ["sh", "-c", command, PROGRAM, str(SEED)]
    result = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, timeout=60)
    assert result.returncode == code
    assert b"Traceback" not in result.stderr


def test_a_terminal_without_every_letter_gets_what_it_has() -> None:
    """Where output is ASCII or Latin-1, other letters are question marks."""
    words = [PROGRAM, "report", str(SEED)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(words, env=environment, capture_output=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"primary KHXDHCPS1 ? secondary KHXDHCPS2" in result.stdout


def test_ctrl_c_ends_quietly() -> None:
    """An interrupt while reading ends the command without a traceback."""
    process = start("report", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"x" * 10)
    process.stdin.flush()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_help_imports_nothing_heavy() -> None:
    """``--version`` and ``--help`` do without pandas, rich and pyparsing."""
    code = (
        "import sys; from dhcplens.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'numpy', 'rich', 'pyparsing', 'matplotlib', 'numba'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"
