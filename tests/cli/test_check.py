"""``dhcplens check`` as a monitoring system meets it."""

import re
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dhcplens.tail.clock import LiveClock
from dhcplens.tail.health import look
from dhcplens.tail.lines import LineReader
from tests.cli.tailing import DHCPLENS

FIXTURES = Path(__file__).parents[2] / "fixtures"
NUMBER = r"-?\d+(?:\.\d+)?"
RANGE = rf"(?:@?(?:~|{NUMBER})?:?(?:{NUMBER})?)"
MEASURE = rf"'[^'=]+'={NUMBER}(?:s|%|B|c|)(?:;{RANGE}?(?:;{RANGE}?(?:;(?:{NUMBER})?(?:;(?:{NUMBER})?)?)?)?)?"
LINE = re.compile(rf"DHCP FAILOVER (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| {MEASURE}( {MEASURE})*)?\n")
CODES = {"OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3}


def check(*words: object) -> tuple[int, str]:
    """Exit code and output; the status line keeps to the guidelines' grammar and agrees with the code."""
    command = [*DHCPLENS, "check", *map(str, words)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    found = LINE.match(done.stdout)
    assert found, done.stdout
    assert CODES[found[1]] == done.returncode
    assert done.stderr == ""
    return done.returncode, done.stdout


def stamp(ago: float) -> str:
    return datetime.fromtimestamp(time.time() - ago, UTC).strftime("%w %Y/%m/%d %H:%M:%S")


def log_stamp(ago: float) -> str:
    return datetime.fromtimestamp(time.time() - ago, UTC).isoformat(timespec="seconds")


def files(
    folder: Path, state: str, ago: float = 60, *, mclt: int | None = None, log: str = "", leases: str = ""
) -> list[Path]:
    """A lease file that records a state since so many seconds, and a log."""
    found = [folder / "dhcpd.leases", folder / "messages"]
    secondary = "" if mclt is None else f"  mclt {mclt};\n"
    found[0].write_text(
        f'failover peer "x" state {{\n  my state {state} at {stamp(ago)};\n'
        f"  partner state normal at {stamp(ago)};\n{secondary}}}\n{leases}"
    )
    found[1].write_text(log)
    return found


@pytest.mark.parametrize(
    ("state", "ago", "code"),
    [
        ("normal", 60, 0),
        ("communications-interrupted", 60, 1),
        ("partner-down", 60, 1),
        ("recover", 60, 1),
        ("recover", 3600, 2),
        ("recover-wait", 1700, 1),
        ("recover-wait", 4000, 2),
        ("recover-done", 60, 1),
        ("potential-conflict", 1, 2),
        ("resolution-interrupted", 1, 2),
        ("conflict-done", 1, 2),
        ("paused", 1, 2),
        ("shutdown", 1, 2),
    ],
)
def test_each_state_has_its_status(tmp_path: Path, state: str, ago: float, code: int) -> None:
    """Serving is OK or WARNING, not answering is CRITICAL where it is not the wait that it has to be."""
    found, said = check(*files(tmp_path, state, ago, mclt=1800))
    assert found == code
    assert f"x {state} since 20" in said


def test_a_stale_normal_after_a_restart_does_not_count(tmp_path: Path) -> None:
    """The lease file never says startup; the log's later move does."""
    log = f"{log_stamp(5)} a dhcpd: failover peer x: I move from normal to startup\n"
    code, said = check(*files(tmp_path, "normal", log=log))
    assert (code, "x startup since" in said) == (1, True)
    later = f"{log_stamp(600)} a dhcpd: failover peer x: I move from normal to startup\n"
    assert check(*files(tmp_path, "normal", log=later))[0] == 0


POOL = "dhcpd: balanced pool a1 10.0.0.0/24  total 100  free {}  backup {}  lts 0  max-misbal 9\n"


@pytest.mark.parametrize(
    ("mclt", "free", "backup", "code", "left"),
    [
        (None, 50, 1, 0, 50),
        (None, 9, 50, 1, 9),
        (None, 1, 50, 2, 1),
        (1800, 1, 50, 0, 50),
        (1800, 50, 1, 2, 1),
    ],
)
def test_what_is_left_to_give(
    tmp_path: Path, mclt: int | None, free: int, backup: int, code: int, left: int
) -> None:
    """Free addresses are the primary's, backup ones the secondary's; the default warns below 10 percent."""
    log = f"{log_stamp(5)} a {POOL.format(free, backup)}"
    found, said = check(*files(tmp_path, "normal", mclt=mclt, log=log))
    assert (found, f"'own 10.0.0.0/24'={left}%;10:;2:;0;100" in said) == (code, True)


def test_ranges_are_the_users(tmp_path: Path) -> None:
    """-w and -c take the guidelines' ranges."""
    log = f"{log_stamp(5)} a {POOL.format(9, 9)}"
    assert check(*files(tmp_path, "normal", log=log), "-w", "5:", "-c", "1:")[0] == 0
    assert check(*files(tmp_path, "normal", log=log), "-w", "@5:10")[0] == 1
    assert check(*files(tmp_path, "normal", log=log), "-c", "~:5")[0] == 2


def test_a_survivor_is_counted_in_its_lease_file(tmp_path: Path) -> None:
    """While interrupted nothing is balanced: the last pool line is old, and blocks of leases count."""
    states = ["backup"] * 3 + ["active"] * 57 + ["free"] * 40
    leases = "".join(
        f"lease 10.0.0.{number} {{\n  binding state backup;\n}}\n"
        f"lease 10.0.0.{number} {{\n  binding state {state};\n  next binding state free;\n}}\n"
        for number, state in enumerate(states)
    )
    log = f"{log_stamp(500)} a {POOL.format(50, 50)}"
    code, said = check(
        *files(tmp_path, "communications-interrupted", mclt=1800, log=log, leases=leases), "-v"
    )
    assert code == 1
    assert "3 of 100 addresses left to give" in said
    gone = files(tmp_path, "partner-down", 4000, mclt=1800, log=log, leases=leases)
    assert "43 of 100 addresses left to give" in check(*gone)[1]


@pytest.mark.parametrize(
    "words",
    [
        ("--no-such-option",),
        ("-w", "20:10"),
        ("-t", "soon"),
        ("/no/such/file",),
        ("/",),
        ("--timezone", "Mars/Olympus", "/etc/hostname"),
        ("/etc/hostname",),
        ("/dev/null",),
    ],
)
def test_what_cannot_be_checked_is_unknown(words: tuple[str, ...]) -> None:
    """Usage errors and missing or foreign files are 3 with a status line, never 1 or 2."""
    assert check(*words)[0] == 3


def test_a_time_out_is_unknown(tmp_path: Path) -> None:
    """-t ends a check that takes too long."""
    command = [*DHCPLENS, "check", *files(tmp_path, "normal"), "-t", "0.01"]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 3
    assert "no answer within 0.01 s" in done.stdout


@pytest.mark.parametrize(
    "leases", sorted(FIXTURES.glob("*/*/dhcpd.leases")), ids=lambda path: path.parent.name
)
def test_every_recorded_server_can_be_checked(leases: Path) -> None:
    """Of each recorded server the state is found, and its last own move is the one in the log."""
    log = leases.with_name("messages")
    reader = LineReader(LiveClock(UTC), leases.parent.name)
    health = look(leases, log if log.exists() else None, reader, time.time(), leases.parent.name)
    assert health.standings
    moves = re.findall(r"I move from \S+ to (\S+)", log.read_text(errors="replace")) if log.exists() else []
    if moves and len(health.standings) == 1:
        assert health.standings[0].state == moves[-1]


def test_only_the_end_of_a_log_is_read(tmp_path: Path) -> None:
    """A log of many gigabytes is a matter of its last bytes."""
    paths = files(tmp_path, "normal")
    with paths[1].open("wb") as log:
        log.truncate(1 << 40)
        log.seek(0, 2)
        log.write(f"\n{log_stamp(5)} a dhcpd: failover peer x: I move from normal to partner-down\n".encode())
    assert "partner-down" in check(*paths)[1]
