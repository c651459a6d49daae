"""A tail on the log of a real rsyslogd that logrotate rotates in all of its ways."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from logging.handlers import SysLogHandler
from pathlib import Path
from socket import AF_UNIX, SOCK_DGRAM, socket

import pytest

from tests.cli.tailing import ALL, events, tailing, wait_for

pytestmark = pytest.mark.skipif(
    not (shutil.which("rsyslogd") and shutil.which("logrotate")),
    reason="needs rsyslogd and logrotate (Debian: rsyslog, logrotate)",
)
STATES = ("normal", "communications-interrupted")


@pytest.fixture
def syslog(tmp_path: Path) -> Iterator[Path]:
    """The folder of an rsyslogd of our own: ``socket`` to write to, ``messages`` its log, ``pid``."""
    conf = tmp_path / "rsyslog.conf"
    conf.write_text(
        f"""
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{tmp_path}/socket" RateLimit.Interval="0")
$FileOwner {tmp_path.owner()}
*.* action(type="omfile" file="{tmp_path}/messages" template="RSYSLOG_TraditionalFileFormat")
"""
    )
    words = ["rsyslogd", "-n", "-f", str(conf), "-i", str(tmp_path / "pid")]
    process = subprocess.Popen(words, stderr=(tmp_path / "errors").open("wb"))
    try:
        wait_for((tmp_path / "socket").exists, "rsyslogd")
        yield tmp_path
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def say(folder: Path, number: int) -> None:
    """Let dhcpd say through syslog that it moves; every move is another one."""
    old, new = STATES[number % 2], STATES[(number + 1) % 2]
    text = f"dhcpd[{number}]: failover peer pair{number}: I move from {old} to {new}"
    priority = SysLogHandler.LOG_DAEMON << 3 | SysLogHandler.LOG_INFO
    with socket(AF_UNIX, SOCK_DGRAM) as channel:
        channel.sendto(f"<{priority}>{text}".encode(), str(folder / "socket"))


@pytest.mark.parametrize("options", ["create", "copytruncate", "compress\ndelaycompress", "compress"])
def test_rotation(syslog: Path, options: str) -> None:
    """Lines before, between and after three rotations come once each and in order."""
    out = syslog / "out"
    conf = syslog / "logrotate.conf"
    hup = f"postrotate\nkill -HUP $(cat {syslog}/pid)\nendscript" if options != "copytruncate" else ""
    conf.write_text(f"{syslog}/messages {{\nrotate 5\n{options}\n{hup}\n}}\n")
    conf.chmod(0o644)
    words = ["logrotate", "--force", "--state", str(syslog / "status"), str(conf)]
    with tailing(out, syslog / "messages", *ALL):
        for number in range(12):
            say(syslog, number)
            wait_for(lambda count=number: len(events(out)) > count, f"line {number}")
            if number % 4 == 3:
                subprocess.run(words, check=True)
    assert [one["relationship"] for one in events(out)] == [f"pair{number}" for number in range(12)]
