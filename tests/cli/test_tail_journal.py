"""A tail on the journal: with a stand-in for journalctl, and with a real journald of our own."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.tailing import DHCPLENS, events, tailing, wait_for

STAND_IN = '''#!{python}
"""Speaks as journalctl -f -o json does, of a file with one entry a line; it dies after DIE entries."""
import json, os, sys, time
journal, calls = os.environ["JOURNAL"], os.environ["CALLS"]
with open(calls, "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
options = dict(word.lstrip("-").partition("=")[::2] for word in sys.argv[1:] if word.startswith("-"))
file = open(journal)
entries = [line for line in file]
after = options.get("after-cursor")
if after:
    known = [json.loads(line)["__CURSOR"] for line in entries]
    if after not in known:
        sys.exit("Failed to seek to cursor: Invalid argument")
    entries = entries[known.index(after) + 1:]
elif "since" in options:
    since = int(options["since"].lstrip("@")) * 1000000
    entries = [line for line in entries if int(json.loads(line)["__REALTIME_TIMESTAMP"]) >= since]
else:
    entries = entries[-int(options["lines"]):]
left = int(os.environ.get("DIE", 1000000))
while True:
    for line in entries:
        if not left:
            sys.stdout.write(line[:len(line) // 2])
            sys.stdout.flush()
            sys.exit(1)
        left -= 1
        sys.stdout.write(line)
        sys.stdout.flush()
    entries = [line for line in file]
    time.sleep(0.02)
'''
STATES = ("normal", "communications-interrupted")


class Journal:
    """A journal to write to, and the stand-in that reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "journal"
        self.path.touch()
        self.calls = folder / "calls"
        program = folder / "bin" / "journalctl"
        program.parent.mkdir()
        program.write_text(STAND_IN.replace("{python}", sys.executable))
        program.chmod(0o755)
        self._count = 0

    def say(self, message: object, **fields: object) -> None:
        """Add an entry."""
        self._count += 1
        entry = {
            "__CURSOR": f"s=1;i={self._count:x}",
            "__REALTIME_TIMESTAMP": str(int(time.time() * 1e6)),
            "_HOSTNAME": "alpha",
            "SYSLOG_IDENTIFIER": "dhcpd",
            "_PID": "77",
            "MESSAGE": message,
        }
        with self.path.open("a") as file:
            file.write(json.dumps(entry | fields) + "\n")

    def move(self, number: int) -> str:
        """Let dhcpd move from one state to another, each time with another relationship."""
        old, new = STATES[number % 2], STATES[(number + 1) % 2]
        text = f"failover peer pair{number}: I move from {old} to {new}"
        self.say(text)
        return text

    @contextmanager
    def tailing(self, out: Path, *words: object, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        """A tail of the journal whose events are appended to a file, its words to ``errors`` beside it."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        extra = {"PATH": path, "JOURNAL": str(self.path), "CALLS": str(self.calls), **variables}
        words = ("--journal", "--format", "ndjson", *words)
        with (
            out.with_name("errors").open("ab") as errors,
            tailing(out, *words, variables=extra, stderr=errors) as process,
        ):
            yield process


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """An empty journal."""
    return Journal(tmp_path)


def names(out: Path) -> list[str]:
    """The relationships of the moves that were told."""
    return [one["relationship"] for one in events(out) if one["event"] == "move"]


def test_entries_become_events(journal: Journal, tmp_path: Path) -> None:
    """What stood in the journal is known and not told; what comes is told, with the entry's host and time."""
    out = tmp_path / "out"
    journal.move(0)
    time.sleep(0.01)
    with journal.tailing(out):
        wait_for(journal.calls.exists, "journalctl")
        time.sleep(0.2)
        journal.say(list(b"failover peer pair1: I move from normal to partner-down"))
        journal.say("first line\nsecond line: failover peer no: I move from normal to shutdown")
        journal.say(None)
        journal.say("failover peer pair2: peer moves from normal to shutdown", _HOSTNAME="beta")
        wait_for(lambda: len(names(out)) == 2, "two moves")
    assert names(out) == ["pair1", "pair2"]
    first, second = (one for one in events(out) if one["event"] == "move")
    assert (first["server"], first["source"], first["new"]) == ("alpha", "journal", "partner-down")
    assert second["server"] == "beta"
    assert first["time"].endswith("Z")
    (call,) = (json.loads(line) for line in journal.calls.read_text().splitlines())
    assert {"--follow", "--output=json", "SYSLOG_IDENTIFIER=dhcpd"} <= set(call)


def test_since_tells_what_stood_there(journal: Journal, tmp_path: Path) -> None:
    """With --since the entries from then on are events."""
    out = tmp_path / "out"
    journal.say("failover peer old: I move from normal to startup", __REALTIME_TIMESTAMP="1000000")
    journal.move(0)
    with journal.tailing(out, "--since", "-1h"):
        wait_for(lambda: names(out) == ["pair0"], "the move of now")


def test_a_journalctl_that_dies_is_started_again(journal: Journal, tmp_path: Path) -> None:
    """It goes on behind the last whole entry, with a word to the user; half an entry is not an event."""
    out = tmp_path / "out"
    for number in range(7):
        journal.move(number)
    with journal.tailing(out, "--since", "-1h", DIE="3"):
        wait_for(lambda: len(names(out)) == 7, "all moves over three deaths")
    assert names(out) == [f"pair{number}" for number in range(7)]
    said = (tmp_path / "errors").read_text()
    assert "journalctl ended (exit code 1)" in said
    calls = [json.loads(line) for line in journal.calls.read_text().splitlines()]
    assert "--after-cursor=s=1;i=3" in calls[1]
    assert "--after-cursor=s=1;i=6" in calls[2]


def test_the_next_run_goes_on_at_the_cursor(journal: Journal, tmp_path: Path) -> None:
    """With --state a killed tail neither loses nor repeats an event of the journal."""
    out, state = tmp_path / "out", tmp_path / "state"
    words = ("--since", "-1h", "--state", state)
    journal.move(0)
    with journal.tailing(out, *words) as process:
        wait_for(lambda: names(out) == ["pair0"], "the first move")
        process.kill()
    journal.move(1)
    with journal.tailing(out, *words):
        wait_for(lambda: len(names(out)) == 2, "the move meanwhile")
        journal.move(2)
        wait_for(lambda: len(names(out)) == 3, "the next move")
    assert names(out) == ["pair0", "pair1", "pair2"]
    assert [one["id"] for one in events(out)] == list(range(1, len(events(out)) + 1))


def test_a_cursor_of_a_journal_that_is_gone(journal: Journal, tmp_path: Path) -> None:
    """Where the place is not found any more the tail says so and goes on with what comes."""
    out, state = tmp_path / "out", tmp_path / "state"
    journal.move(0)
    with journal.tailing(out, "--since", "-1h", "--state", state):
        wait_for(lambda: names(out) == ["pair0"], "the first move")
    journal.path.write_text("")
    journal.say("failover peer x: I move from normal to startup", __CURSOR="s=2;i=1")
    errors = tmp_path / "errors"
    with journal.tailing(out, "--state", state):
        wait_for(lambda: "is not found" in errors.read_text(), "a word")
        wait_for(lambda: "--since=" in journal.calls.read_text().splitlines()[-1], "another beginning")
        time.sleep(1.1)
        journal.say("failover peer y: I move from normal to startup", __CURSOR="s=2;i=2")
        wait_for(lambda: names(out)[-1] == "y", "what comes")


def test_without_journalctl() -> None:
    """A machine without systemd is wrong usage, in one sentence."""
    command = [*DHCPLENS, "tail", "--journal"]
    done = subprocess.run(command, env={**os.environ, "PATH": "/nowhere"}, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"journalctl cannot be run" in done.stderr


JOURNALD = Path("/lib/systemd/systemd-journald")
INSIDE = """
set -e
mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/log/journal/$(cat /etc/machine-id)
exec {journald}
"""
SEND = """
import socket, sys
entry = f"SYSLOG_IDENTIFIER=dhcpd\\nPRIORITY=6\\nMESSAGE={sys.argv[1]}\\n"
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(entry.encode(), "/run/systemd/journal/socket")
"""


@pytest.mark.lab
@pytest.mark.skipif(
    os.geteuid() != 0 or not JOURNALD.exists() or shutil.which("nsenter") is None,
    reason="needs root, systemd-journald and nsenter (Debian: systemd, util-linux)",
)
def test_a_real_journald(tmp_path: Path) -> None:
    """Moves that are logged to a journald in a mount namespace of its own come out, after a restart too."""
    words = ["unshare", "--mount", "bash", "-c", INSIDE.replace("{journald}", str(JOURNALD))]
    journald = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    inside = ["nsenter", "--mount", f"--target={journald.pid}"]

    def say(text: str) -> None:
        subprocess.run([*inside, sys.executable, "-c", SEND, text], check=True)

    def move(number: int) -> None:
        say(f"failover peer pair{number}: I move from normal to startup")

    def stores() -> bool:
        """Whether journald keeps what it is told: its socket is there earlier than its files."""
        say("All rights reserved.")
        kept = [*inside, "journalctl", "--quiet", "--output=cat"]
        return b"rights" in subprocess.run(kept, capture_output=True, check=False).stdout

    out, state = tmp_path / "out", tmp_path / "state"
    command = [*inside, *DHCPLENS, "tail", "--journal", "--state", str(state), "--format", "ndjson"]
    try:
        ready = [*inside, "test", "-S", "/run/systemd/journal/socket"]
        wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, "journald")
        wait_for(stores, "what journald is told")
        for round_ in range(2):
            with out.open("ab") as stdout:
                tail = subprocess.Popen(command, stdout=stdout)
            wait_for(state.exists, "the first state")
            time.sleep(1)
            move(2 * round_)
            wait_for(lambda count=2 * round_: len(names(out)) > count, "a move")
            tail.kill()
            tail.wait()
            move(2 * round_ + 1)
        with out.open("ab") as stdout:
            tail = subprocess.Popen(command, stdout=stdout)
        wait_for(lambda: len(names(out)) == 4, "the last move")
        tail.terminate()
        tail.wait()
    finally:
        journald.terminate()
        journald.wait()
    assert names(out) == [f"pair{number}" for number in range(4)]
