"""The tail: catching up on a busy log, memory over ten million lines, and how soon an event is out."""

import math
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.bench.busy import write_log
from tests.bench.measure import Measure

TAIL = (sys.executable, "-c", "import dhcplens.cli; dhcplens.cli.main()", "tail")
LINES = 1_000_000
TIMES = 10
RATE = 200_000
SOON = 0.1
PROBES = 40
FINDINGS = 6


def measures(folder: Path) -> Iterator[Measure | str]:
    """Ten million lines through a pipe: processor seconds beside those of the promised rate, and memory."""
    log = folder / "messages"
    write_log(log, LINES)
    data = log.read_bytes()
    memory: list[int] = []
    begin = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen([*TAIL, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        for _ in range(TIMES):
            process.stdin.write(data)
            process.stdin.flush()
            memory.append(_resident(process.pid))
        process.stdin.close()
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime
    lines = LINES * TIMES
    yield Measure(
        f"catching up, processor time ({lines:,} lines)", seconds, f"{RATE:,} lines/s", lines / RATE, 1.0
    )
    first, last = memory[0], memory[-1]
    yield f"{'resident memory of it':<44} {first} MB after {LINES:,} lines, {last} MB after {lines:,}"
    waits = list(_latencies(folder / "live"))
    yield Measure("from a line to its event (median)", statistics.median(waits), "100 ms", SOON, 1.0)
    yield Measure("from a line to its event (worst)", max(waits), "100 ms", SOON, None)
    busy = data[: data.rfind(b"\n", 0, 1 << 20) + 1]
    for name, before in (("quiet", b""), ("busy", busy)):
        waits = list(_findings(folder / name, before))
        work = f"from a line to its finding, {name} log"
        yield Measure(f"{work} (median)", statistics.median(waits), "100 ms", SOON, 1.0)
        yield Measure(f"{work} (worst)", max(waits), "100 ms", SOON, None)


def _resident(pid: int) -> int:
    """Megabytes that a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def _latencies(log: Path) -> Iterator[float]:
    """Seconds from writing a move into a log until its event can be read."""
    with _tailing(log) as seen:
        for number in range(PROBES):
            name = f"pair{number}"
            written = _write(log, f"failover peer {name}: I move from startup to normal")
            when = seen.wait(f" move {name}:")
            if number >= 4:
                yield when - written
            time.sleep(0.3)


def _findings(log: Path, before: bytes) -> Iterator[float]:
    """Seconds from the line of a lost link, and of its return, until its finding is raised, and withdrawn.

    The return shows that it was the link: another finding takes the place of the first one.

    The log holds normal operation ``before``; plain messages come all the time.
    """
    log.write_bytes(before)
    with _tailing(log) as seen:
        _write(log, "failover peer dhcp-failover: I move from startup to normal")
        _write(log, "failover peer dhcp-failover: peer moves from startup to normal")
        time.sleep(10)  # pandas and the rules are loaded
        for number in range(FINDINGS):
            _write(log, *["DHCPREQUEST for 10.0.0.9 from 00:17:c4:00:00:01 via 10.0.0.1"] * 20)
            time.sleep(3)
            _write(log, "peer dhcp-failover: disconnected")
            lost = "failover peer dhcp-failover: I move from normal to communications-interrupted"
            written = _write(log, lost)
            when = seen.wait("finding raised: warning peer-down", number + 1)
            yield when - written
            time.sleep(10)
            _write(log, "failover peer dhcp-failover: peer moves from normal to communications-interrupted")
            back = "failover peer dhcp-failover: I move from communications-interrupted to normal"
            written = _write(log, back)
            yield seen.wait("finding withdrawn: warning peer-down", number + 1) - written


def _write(log: Path, *texts: str) -> float:
    """Let dhcpd say something now; the time on the performance counter."""
    with log.open("a") as file:
        file.write("".join(f"{datetime.now():%b %e %H:%M:%S} dhcp1 dhcpd[1]: {text}\n" for text in texts))
    return time.perf_counter()


class _Seen:
    """The lines that a tail prints, with the time at which each can be read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines: list[tuple[float, str]] = []
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()

    def wait(self, words: str, count: int = 1) -> float:
        """When the line with these words was there for so many times; infinite after half a minute."""
        until = time.perf_counter() + 30
        while time.perf_counter() < until:
            found = [when for when, line in self._lines if words in line]
            if len(found) >= count:
                return found[count - 1]
            time.sleep(0.005)
        return math.inf

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._lines.append((time.perf_counter(), line))


@contextmanager
def _tailing(log: Path) -> Iterator[_Seen]:
    log.touch()
    words = [*TAIL, log, "--since", "1970-01-01", "--state", f"{log}.state"]
    with subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield _Seen(process.stdout)
        process.terminate()
