"""The folder that a run leaves: ``SERVER/messages``, ``dhcpd.conf`` and ``dhcpd.leases``, and truth.json.

Both back ends write it; ``dhcplens report`` reads it like any collected incident.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from dhcplens.replay.scenario import LogForm, Scenario, Server

LEVEL_DEBUG = 7


def server_folder(out: Path, server: Server) -> Path:
    """The server's own folder, made if it is not there."""
    folder = out / server.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class LogWriter:
    """Writes one server's ``messages`` in the form that the scenario asks for."""

    def __init__(self, out: Path, scenario: Scenario, server: Server) -> None:
        self._file: TextIO = (server_folder(out, server) / "messages").open(
            "w", encoding="utf-8", buffering=1
        )
        self._server = server
        self._zone = ZoneInfo(scenario.zone)
        self._begin = scenario.begin.timestamp()

    def write(self, at: float, level: int, program: str, pid: int | None, text: str) -> None:
        """One line, ``at`` lab seconds on the server's own clock; debug lines only where they are wanted."""
        if level >= LEVEL_DEBUG and not self._server.log_debug:
            return
        moment = datetime.fromtimestamp(self._begin + at, UTC).astimezone(self._zone)
        tag = program if pid is None else f"{program}[{pid}]"
        self._file.write(f"{stamp(moment, self._server.log_form)} {self._server.name} {tag}: {text}\n")

    def close(self) -> None:
        """Nothing more is written."""
        self._file.close()


def stamp(moment: datetime, form: LogForm) -> str:
    """A time as a log of that form begins its lines with it."""
    match form:
        case LogForm.TRADITIONAL:
            return f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S}"
        case LogForm.ISO:
            return moment.isoformat(timespec="microseconds")
        case LogForm.JOURNAL:
            return f"{moment:%Y-%m-%dT%H:%M:%S%z}"
