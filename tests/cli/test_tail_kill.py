"""A tail that is killed again and again neither loses nor repeats an event."""

import random
import threading
import time
from datetime import UTC
from pathlib import Path

from dhcplens.tail.clock import LiveClock
from dhcplens.tail.lines import LineReader
from dhcplens.tail.watch import Watch
from tests.cli.tailing import events, tailing, wait_for

CRASH = Path(__file__).parents[2] / "fixtures" / "crash-primary" / "beta" / "messages"
PIECES = 40


def write_slowly(log: Path) -> None:
    """Write a log in pieces that break lines, and rotate it twice meanwhile."""
    data = CRASH.read_bytes()
    at = 0
    for number in range(1, PIECES + 1):
        rotate = number in (PIECES // 3, 2 * PIECES // 3)
        end = len(data) * number // PIECES
        if rotate:
            end = data.index(b"\n", end) + 1
        with log.open("ab") as file:
            file.write(data[at:end])
        at = end
        if rotate:
            log.rename(log.with_name(f"log.{number}"))
        time.sleep(0.15)


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Events of all runs together are those of one run: moves and pools in order, each finding once."""
    log, out, state = tmp_path / "log", tmp_path / "out", tmp_path / "state"
    log.touch()
    words = (log, "--state", state, "--timezone", "UTC", "--format", "ndjson")
    with tailing(out, *words):
        wait_for(state.exists, "the first state")
    writer = threading.Thread(target=write_slowly, args=(log,))
    writer.start()
    rng = random.Random(7)
    while writer.is_alive():
        with tailing(out, *words) as process:
            time.sleep(rng.uniform(0.3, 2.5))
            process.kill()
    writer.join()
    reference = Watch(LineReader(LiveClock(UTC), "here"))
    wanted = [
        (event.event, event.time, dict(event.fields)) for event in reference.take("log", CRASH.read_bytes())
    ]

    def moves() -> list[tuple[object, ...]]:
        names = ("relationship", "subject", "old", "new", "network", "kind", "total", "free", "backup", "lts")
        return [
            (one["event"], one["time"], {name: one[name] for name in names if name in one})
            for one in events(out)
            if one["event"] in ("move", "pool")
        ]

    with tailing(out, *words):
        wait_for(lambda: len(moves()) >= len(wanted), "the last event")
        wait_for(lambda: _counts(out)["finding-cleared"] >= 1, "the end of the interruption")
        time.sleep(2)
    assert moves() == wanted
    assert [one["id"] for one in events(out)] == list(range(1, len(events(out)) + 1))
    told = [(one["event"], one["name"], one["start"]) for one in events(out) if "name" in one]
    assert len(told) == len(set(told))


def _counts(out: Path) -> dict[str, int]:
    found = {"finding-raised": 0, "finding-cleared": 0}
    for one in events(out):
        if one["event"] in found:
            found[one["event"]] += 1
    return found
