"""The whole command on a busy pair's files, beside a program that counts the lines of its logs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.couple import HOSTS, write_pair
from tests.bench.measure import Measure, available, command, medians

LINES = 2_000_000
BLOCKS = 500_000
COUNT = ";select log_procname, count(*) from syslog_log group by log_procname"
SEED = Path(__file__).parents[2] / "fixtures" / "khxdhcps"
_REPORT = (sys.executable, "-c", "import dhcplens.cli; dhcplens.cli.main()", "report")


def measures(folder: Path) -> Iterator[Measure | str]:
    """Seconds on the seed's few files; ratio and peak of memory for two logs and two lease files."""
    small = medians(command(*_REPORT, SEED))[0]
    yield Measure("report on fixtures/khxdhcps", small, "wanted", 1.5, 1.0)
    pair = folder / "pair"
    logs = write_pair(pair, LINES, BLOCKS)
    size = sum(file.stat().st_size for host in HOSTS for file in (pair / host).iterdir())
    work = f"report on a pair ({2 * LINES:,} lines, {2 * BLOCKS:,} blocks)"
    report = command(*_REPORT, pair)
    if available("lnav"):
        ours, lnav = medians(report, command("lnav", "-n", "-c", COUNT, *logs))
        yield Measure(work, ours, "lnav", lnav, 2.0)
    peak = _peak(pair)
    yield f"{'memory of it at the peak':<44} {peak / 1e6:.0f} MB, {peak / size:.2f} x the input"


def _peak(pair: Path) -> int:
    """Bytes that a report holds at most."""
    with subprocess.Popen([*_REPORT, str(pair)], stdout=subprocess.DEVNULL) as process:
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    return used.ru_maxrss * 1024
