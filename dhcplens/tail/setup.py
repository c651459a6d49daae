"""From what the user wishes to a running tail."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from dhcplens.model.zones import parse_timezone, zone_name
from dhcplens.tail.clock import SECOND, LiveClock, machine_zone
from dhcplens.tail.events import Event
from dhcplens.tail.journal import JournalSource
from dhcplens.tail.judge import Judge
from dhcplens.tail.leasefile import is_lease_file
from dhcplens.tail.ledger import Ledger, LedgerError
from dhcplens.tail.lines import LineReader
from dhcplens.tail.loop import Sink, Tail
from dhcplens.tail.since import parse_moment
from dhcplens.tail.sources import FileSource, PipeSource, Source
from dhcplens.tail.watch import Watch

Tell = Callable[[str], None]


class SetupError(Exception):
    """The wishes cannot be fulfilled; the message says why."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asks of a tail."""

    files: Sequence[Path]
    journal: bool
    since: str | None
    timezone: str | None
    ndjson: bool
    color: str
    state: Path | None
    program: str | None
    exec_timeout: float
    textfile: Path | None
    listen: str | None


def follow(wishes: Wishes, tell: Tell) -> None:
    """Run a tail until its sources end; ``tell`` prints words for the user. Raises SetupError."""
    zone = _zone(wishes.timezone)
    host = socket.gethostname()
    clock = LiveClock(zone)
    since = _since(wishes.since, zone)
    watch = Watch(LineReader(clock, host), None if since is None else int(since.timestamp()) * SECOND)
    ledger = Ledger(wishes.state)
    memory = _remembered(ledger)
    sources = _sources(wishes, memory.get("positions", {}), since, tell)
    if memory:
        watch.remember(memory["watch"])
    sinks = _sinks(wishes, watch, tell)
    colour = _coloured(wishes.color)
    if sys.stdout.isatty():
        from dhcplens.tail.screen import Screen

        screen = Screen(watch, colour=colour)
        ledger.print_with(screen.write)
        sinks.append(screen)
    if wishes.timezone is None:
        sinks = [*sinks, _Told(clock, zone, tell)]
    render = Event.as_json if wishes.ndjson else _as_text(zone, colour)
    signal.signal(signal.SIGTERM, _interrupt)
    judge = Judge(zone_name(zone), host)
    Tail(watch, sources, judge, ledger, render, sinks, tell, silent=since is None and not memory).run()


class _Told:
    """Says once which zone was taken."""

    def __init__(self, clock: LiveClock, zone: tzinfo, tell: Tell) -> None:
        self._clock, self._zone, self._tell = clock, zone, tell
        self._said = False

    def events(self, events: Sequence[Event]) -> None:
        """See Sink."""

    def tick(self, watch: Watch) -> None:  # noqa: ARG002
        """See Sink."""
        if self._clock.guessed and not self._said:
            self._said = True
            self._tell(
                f"stamps without a zone are taken to be in that of this machine, {zone_name(self._zone)}"
                " (--timezone sets it)"
            )

    def close(self) -> None:
        """See Sink."""


def _zone(name: str | None) -> tzinfo:
    try:
        return machine_zone() if name is None else parse_timezone(name)
    except ValueError as error:
        raise SetupError(str(error)) from error


def _since(text: str | None, zone: tzinfo) -> datetime | None:
    try:
        return None if text is None else parse_moment(text, zone, datetime.now(UTC))
    except ValueError as error:
        raise SetupError(str(error)) from error


def _remembered(ledger: Ledger) -> dict[str, Any]:
    try:
        return ledger.open()
    except (LedgerError, OSError) as error:
        raise SetupError(f"--state: {error}") from error


def _sources(wishes: Wishes, positions: dict[str, Any], since: datetime | None, tell: Tell) -> list[Source]:
    sources: list[Source] = []
    for path in dict.fromkeys(wishes.files):
        if str(path) == "-":
            sources.append(PipeSource("-", sys.stdin.fileno()))
            continue
        if path.is_dir():
            raise SetupError(f"{path} is a folder; name the files in it")
        file = FileSource(path, leases=is_lease_file(path), from_start=since is not None)
        if file.name in positions:
            file.resume(positions[file.name])
        sources.append(file)
    if wishes.journal:
        try:
            sources.append(
                JournalSource(positions.get("journal"), None if since is None else since.timestamp(), tell)
            )
        except OSError as error:
            raise SetupError(f"journalctl cannot be run: {error.strerror}") from error
    return sources


def _sinks(wishes: Wishes, watch: Watch, tell: Tell) -> list[Sink]:
    """Everything that is told of events besides standard output; imported where it is wished for."""
    sinks: list[Sink] = []
    if wishes.program is not None:
        from dhcplens.tail.commands import Commands

        try:
            sinks.append(Commands(wishes.program, wishes.exec_timeout, tell))
        except ValueError as error:
            raise SetupError(f"--exec: {error}") from error
    if wishes.textfile is not None:
        from dhcplens.tail.metrics import Textfile

        sinks.append(Textfile(wishes.textfile, watch, tell))
    if wishes.listen is not None:
        from dhcplens.tail.metrics import Listener

        try:
            listener = Listener(wishes.listen, watch)
        except (ValueError, OSError) as error:
            raise SetupError(f"--listen: {error}") from error
        tell(f"metrics at http://{listener.address}/metrics")
        sinks.append(listener)
    return sinks


def _as_text(zone: tzinfo, colour: bool) -> Callable[[Event], str]:
    return lambda event: event.as_text(zone, colour)


def _coloured(wish: str) -> bool:
    if wish == "auto":
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return wish == "always"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
