"""``dhcplens tail`` as a user meets it."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.tailing import ALL, DHCPLENS, HEAD, events, run, start, tailing, wait_for

FIXTURES = Path(__file__).parents[2] / "fixtures"
CRASH = [FIXTURES / "crash-primary" / name / "messages" for name in ("alpha", "beta")]


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_new_lines_become_events(tmp_path: Path) -> None:
    """What is appended to logs comes out as NDJSON with a schema, a running id and UTC times."""
    logs = [tmp_path / "one", tmp_path / "not-yet"]
    append(logs[0], HEAD + "I move from startup to normal\n")
    out = tmp_path / "out"
    with tailing(out, *logs, *ALL):
        wait_for(lambda: len(events(out)) == 1, "the first event")
        append(logs[1], HEAD.replace(" a ", " b ") + "peer moves from startup to normal\n")
        wait_for(lambda: len(events(out)) == 2, "an event of a file that was not there")
        append(logs[0], HEAD + "I move from normal to ")
        append(logs[0], "partner-down\n")
        wait_for(lambda: len(events(out)) == 3, "an event of a line in two parts")
    found = events(out)
    assert [(one["schema"], one["id"], one["event"], one["server"]) for one in found] == [
        (1, 1, "move", "a"),
        (1, 2, "move", "b"),
        (1, 3, "move", "a"),
    ]
    assert found[2]["new"] == "partner-down"
    assert re.fullmatch(r"\d{4}-11-22T09:00:00Z", found[0]["time"])


def test_findings_arise_and_clear() -> None:
    """A crash in the logs of both servers is told as peer-down with its begin and its end."""
    stdin = b"".join(path.read_bytes() for path in CRASH)
    done = run("-", "--timezone", "UTC+9", "--format", "ndjson", stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b"")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["id"] for one in found] == list(range(1, len(found) + 1))
    downs = [one for one in found if one.get("name") == "peer-down"]
    assert [one["event"] for one in downs] == ["finding-raised", "finding-cleared"]
    assert [one["time"] for one in downs] == ["2025-12-31T14:30:00Z", "2025-12-31T15:10:02Z"]
    assert downs[0]["severity"] == "warning"
    assert downs[0]["advice"]
    assert any("disconnected" in line for line in downs[0]["evidence"])


def test_a_finding_that_time_brings_needs_no_line(tmp_path: Path) -> None:
    """A server that stays in recover is told of when it was there for too long, though nothing is logged."""
    log, out = tmp_path / "log", tmp_path / "out"
    moved = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=295)
    move = "dhcp1 dhcpd[7]: failover peer x: I move from startup to recover"
    log.write_text(f"{moved:%Y-%m-%dT%H:%M:%SZ} {move}\n")
    os.utime(log, (moved.timestamp(), moved.timestamp()))
    with tailing(out, log, *ALL):
        wait_for(lambda: any(one.get("name") == "stuck-recover" for one in events(out)), "stuck-recover")
    (raised,) = (one for one in events(out) if one.get("name") == "stuck-recover")
    assert raised["event"] == "finding-raised"
    assert datetime.now(UTC) - moved >= timedelta(seconds=300)


def test_a_lease_file_is_followed_through_its_rewriting(tmp_path: Path) -> None:
    """dhcpd writes a new lease file every hour and puts it in the old one's place: only changes are news."""
    leases, out = tmp_path / "dhcpd.leases", tmp_path / "out"
    header = "authoring-byte-order little-endian;\n\n"
    block = (
        'failover peer "x" state {{\n  my state {} at 4 2026/11/19 14:00:00;\n  partner state normal;\n}}\n'
    )
    lease = "lease 10.0.0.{} {{\n  binding state free;\n}}\n"

    def rewrite(state: str) -> None:
        fresh = tmp_path / "dhcpd.leases.1779"
        fresh.write_text(header + lease.format(9) + block.format(state))
        leases.rename(tmp_path / "dhcpd.leases~")
        fresh.rename(leases)

    def told() -> list[str]:
        return [one["state"] for one in events(out)]

    leases.write_text(header + block.format("normal"))
    with tailing(out, leases, *ALL, "--state", tmp_path / "state"):
        wait_for(lambda: told() == ["normal"], "the first state")
        append(leases, lease.format(1) + block.format("partner-down"))
        wait_for(lambda: len(told()) == 2, "a state that was added")
        rewrite("partner-down")
        append(leases, block.format("recover"))
        wait_for(lambda: len(told()) == 3, "a state in the new file")
    rewrite("normal")
    with tailing(out, leases, *ALL, "--state", tmp_path / "state"):
        wait_for(lambda: len(told()) == 4, "a state that came while nobody followed")
    assert told() == ["normal", "partner-down", "recover", "normal"]


def test_hostile_names_do_not_steer_the_terminal() -> None:
    """Apart from our own colours no control byte comes through, in text as in NDJSON."""
    log = (HEAD.replace(" x:", " \x1b[2J\x07\x9b:") + "I move from startup to normal\n").encode()
    for form in ("text", "ndjson"):
        done = run("-", "--format", form, "--color", "always", stdin=log)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode()).removesuffix("\n")
        assert "I move" in plain or "local" in plain
        assert plain.isprintable()


def test_the_zone_that_was_taken_is_said_once() -> None:
    """Stamps without a zone are of the machine's zone, and standard error says so; data stays clean."""
    done = run("-", "--format", "ndjson", stdin=(HEAD + "I move from startup to normal\n").encode() * 3)
    assert done.stderr.count(b"--timezone") == 1
    assert len(done.stdout.splitlines()) == 1
    quiet = "2026-11-22T09:00:00+01:00" + HEAD[15:] + "I move from startup to normal\n"
    assert run("-", stdin=quiet.encode()).stderr == b""


def test_a_command_gets_each_finding(tmp_path: Path) -> None:
    """--exec runs without a shell, with the event on standard input; a slow one is ended and told of."""
    log = b"".join(path.read_bytes() for path in CRASH)
    words = ("-", "--timezone", "UTC+9", "--exec")
    assert run(*words, f"tee -a {tmp_path}/told;touch", stdin=log).returncode == 0
    told = (tmp_path / "told;touch").read_text().splitlines()
    assert [json.loads(line)["name"] for line in told] == ["peer-down", "peer-down"]
    slow = run(*words, "sleep 60", "--exec-timeout", "0.2", stdin=log)
    assert b"ended after 0.2 s" in slow.stderr
    missing = run(*words, "no-such-program", stdin=log)
    assert b"no-such-program" in missing.stderr
    assert missing.returncode == 0


def test_metrics_in_a_textfile(tmp_path: Path) -> None:
    """The textfile holds a state set, pools and counters, and no address of a client."""
    textfile = tmp_path / "dhcplens.prom"
    run("-", "--textfile", textfile, "--timezone", "UTC+9", stdin=CRASH[1].read_bytes())
    text = textfile.read_text()
    assert not re.search(r"\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b|\b10\.1\.50\.\d+\b", text)
    found = {family.name: family for family in text_string_to_metric_families(text)}
    states = {
        one.labels["state"]: one.value
        for one in found["dhcplens_failover_state"].samples
        if one.labels["server"] == "beta"
    }
    assert len(states) == 13
    assert [state for state, value in states.items() if value] == ["normal"]
    pools = {one.labels["kind"]: one.value for one in found["dhcplens_pool_addresses"].samples}
    assert pools == {"total": 250, "free": 100, "backup": 100}
    acks = [one for one in found["dhcplens_dhcp_messages"].samples if one.labels["type"] == "ACK"]
    assert [one.value for one in acks] == [87]
    assert not list(tmp_path.glob("*.tmp"))


def test_metrics_are_served_on_loopback(tmp_path: Path) -> None:
    """--listen without an address is reachable on 127.0.0.1 only and says where."""
    process = start(tmp_path / "log", "--listen", "0", stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert process.stderr is not None
        said = process.stderr.readline().decode()
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/metrics", said)
        with urllib.request.urlopen(address) as answer:
            assert b"dhcplens_last_success_timestamp_seconds" in answer.read()
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--since", "whenever"], "not a time"),
        (["--timezone", "Mars/Olympus"], "no such time zone"),
        (["--listen", "here"], "ADDRESS"),
        (["--exec", "'"], "--exec"),
        (["--state", "/dev/null"], "not a state file"),
        (["/"], "is a directory"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: list[str], why: str) -> None:
    """A mistake ends with 2 and a sentence."""
    done = run(tmp_path / "log", *words)
    assert done.returncode == 2
    assert why in done.stderr.decode()


def test_ctrl_c_ends_quietly(tmp_path: Path) -> None:
    """Ctrl-C ends a tail with 130 and no word, and its process of rules with it."""
    log = tmp_path / "log"
    append(log, HEAD + "I move from startup to normal\n")
    process = start(log, *ALL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert b"move" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, said) == (130, b"")


def test_a_reader_that_goes_away_ends_it_quietly() -> None:
    """``dhcplens tail - | head -1`` prints one line and complains of nothing."""
    command = f"{' '.join(map(repr, DHCPLENS))} tail - --timezone UTC | head -1"
    log = b"".join(path.read_bytes() for path in CRASH)
    done = subprocess.run(["bash", "-c", command], input=log, capture_output=True, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == b""


def test_it_starts_light() -> None:
    """The process that follows never loads pandas: that is the business of the one with the rules."""
    code = "import sys, dhcplens.tail.setup, dhcplens.cli.check; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"False\n"


def test_on_a_terminal_a_status_line_stands_below(tmp_path: Path) -> None:
    """On a terminal the last line names the states of both servers; in a pipe there is none."""
    log = tmp_path / "log"
    log.write_bytes(CRASH[1].read_bytes())
    leader, follower = os.openpty()
    process = start(log, "--timezone", "UTC+9", stdout=follower, stderr=subprocess.DEVNULL)
    os.close(follower)
    shown = b""
    try:
        while not re.search(rb"beta.{0,20}normal", shown):
            shown += os.read(leader, 4096)
    finally:
        process.terminate()
        process.wait()
        os.close(leader)
    assert b"I move" not in shown
