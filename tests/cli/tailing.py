"""A tail as a user starts it, for tests."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DHCPLENS = (sys.executable, "-c", "import dhcplens.cli; dhcplens.cli.main()")
PROGRAM = str(Path(sys.executable).with_name("dhcplens"))
"""The same as it is installed."""

ALL = ("--since", "1970-01-01", "--timezone", "UTC", "--format", "ndjson")
HEAD = "Nov 22 09:00:00 a dhcpd[7]: failover peer x: "
PATIENCE = 60.0


def start(
    *words: object, variables: Mapping[str, str] | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """A running ``dhcplens tail``, with these variables in its environment."""
    command = [*DHCPLENS, "tail", *map(str, words)]
    return subprocess.Popen(command, env={**os.environ, "COLUMNS": "200", **(variables or {})}, **options)


@contextmanager
def tailing(out: Path, *words: object, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A tail whose events are appended to a file; it is ended afterwards."""
    with out.open("ab") as stdout:
        process = start(*words, stdout=stdout, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def run(*words: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A tail of standard input, to its end."""
    command = [*DHCPLENS, "tail", *map(str, words)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def events(out: Path) -> list[dict[str, Any]]:
    """The events in an NDJSON file, whole lines only."""
    data = out.read_bytes() if out.exists() else b""
    return [json.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Until it holds; fails after a long while."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.05)
