"""The tail: catching up on a busy log, memory over ten million lines, and how soon an event is out."""

import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.busy import write_log
from tests.bench.measure import Measure

TAIL = (sys.executable, "-c", "import dhcplens.cli; dhcplens.cli.main()", "tail")
LINES = 1_000_000
TIMES = 10
RATE = 200_000
SOON = 0.1
PROBES = 40


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


def _resident(pid: int) -> int:
    """Megabytes that a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def _latencies(log: Path) -> Iterator[float]:
    """Seconds from writing a move into a log, between busy lines, until its event can be read."""
    seen: dict[str, float] = {}
    log.touch()
    words = [*TAIL, log, "--since", "1970-01-01", "--timezone", "UTC", "--state", log.with_name("state")]
    with subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True) as process:

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                seen[line.split(" move ")[1].split(":")[0]] = time.perf_counter()

        threading.Thread(target=read, daemon=True).start()
        written = {}
        for number in range(PROBES):
            name = f"pair{number}"
            text = f"Mar  2 10:00:00 dhcp1 dhcpd[1]: failover peer {name}: I move from startup to normal\n"
            with log.open("a") as file:
                file.write(text)
            written[name] = time.perf_counter()
            time.sleep(0.5)
        time.sleep(2)
        process.terminate()
    yield from (seen[name] - when for name, when in list(written.items())[4:])
