"""Logs: all six tables beside programs that only look at the lines."""

from collections.abc import Iterator
from pathlib import Path

from dhcplens.ingest.reader import LogReader, read_log
from tests.bench.busy import write_log
from tests.bench.measure import Measure, available, command, medians

LINES = 2_000_000
PATTERN = "DHCP(ACK|OFFER) on"
COUNT = ";select log_procname, count(*) from syslog_log group by log_procname"


def measures(folder: Path) -> Iterator[Measure]:
    """Ratios for one log of two million lines, and for the plain reader on a twentieth of it."""
    log = folder / "messages"
    write_log(log, LINES)
    size = log.stat().st_size / 1e6
    work = f"log → six tables ({LINES:,} lines, {size:.0f} MB)"
    data = log.read_bytes()
    ours, grep = medians(lambda: read_log(data, "messages"), command("grep", "-cE", PATTERN, log))
    yield Measure(work, ours, "grep -cE", grep, 1.0)
    ours, grep = medians(
        lambda: read_log(data, "messages"), command("env", "LC_ALL=C", "grep", "-cE", PATTERN, log)
    )
    yield Measure(work, ours, "LC_ALL=C grep -cE", grep, None)
    if available("lnav"):
        ours, lnav = medians(lambda: read_log(data, "messages"), command("lnav", "-n", "-c", COUNT, log))
        yield Measure(work, ours, "lnav", lnav, 0.2)
    piece = data[: len(data) // 20]
    plain, fast = medians(lambda: LogReader("m").feed(piece).finish(), lambda: read_log(piece, "m"))
    yield Measure("plain reader, a twentieth of it", plain, "the fast one", fast, None)
