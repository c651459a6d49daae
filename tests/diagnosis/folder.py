"""The files of a played run, and how they are changed in the way that trouble changes them in the field."""

import gzip
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dhcplens.replay.layout import stamp
from dhcplens.replay.scenario import LogForm, Scenario

_FORMS: dict[LogForm, re.Pattern[str]] = {
    LogForm.TRADITIONAL: re.compile(r"(\w{3} [ \d]\d \d\d:\d\d:\d\d) (.*)", re.S),
    LogForm.ISO: re.compile(r"(\S+) (.*)", re.S),
    LogForm.JOURNAL: re.compile(r"(\S+) (.*)", re.S),
}
_BLOCK = re.compile(r"(?:lease|failover peer|server-duid)[^{]*\{.*?\n\}\n|[^\n]*\n", re.S)
_DATE = "%Y/%m/%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Line:
    """One log line: lab seconds on the server's own clock, ``HOST dhcpd[pid]``, and what it says."""

    at: float
    tag: str
    text: str


class Folder:
    """One run's folder; every change is written at once."""

    def __init__(self, path: Path, scenario: Scenario) -> None:
        self.path = path
        self._scenario = scenario
        self._zone = ZoneInfo(scenario.zone)
        self._begin = scenario.begin.timestamp()

    # --- logs ----------------------------------------------------------------------------------

    def log(self, server: str) -> list[Line]:
        """The lines of a server's log."""
        form = self._scenario.server(server).log_form
        found = []
        for text in self.text(server).splitlines():
            match = _FORMS[form].match(text)
            assert match is not None, text
            tag, _, said = match[2].partition(": ")
            found.append(Line(self._seconds(match[1], form), tag, said))
        return found

    def write_log(self, server: str, lines: list[Line]) -> None:
        """Puts these lines in the place of the log, in order of time."""
        form = self._scenario.server(server).log_form
        text = "".join(
            f"{self._stamp(one.at, form)} {one.tag}: {one.text}\n"
            for one in sorted(lines, key=lambda one: one.at)
        )
        self._file(server, "messages").write_text(text, encoding="utf-8")

    def begin_log(self, server: str, at: float) -> None:
        """Leaves out all lines before a moment."""
        self.keep_lines(server, lambda line: line.at >= at)

    def keep_lines(self, server: str, keep: Callable[[Line], bool]) -> None:
        """Leaves out all lines but those wanted."""
        self.write_log(server, [one for one in self.log(server) if keep(one)])

    def say(self, server: str, at: float, *texts: str) -> None:
        """Adds lines at one moment, by the process that ran then."""
        lines = self.log(server)
        tags = [one.tag for one in lines if one.at <= at] or [one.tag for one in lines]
        self.write_log(
            server, lines + [Line(at, tags[-1] if tags else f"{server} dhcpd", text) for text in texts]
        )

    def pretend_release(self, server: str, release: str) -> None:
        """Lets the banners in the log name another release of dhcpd."""
        old, new = "DHCP Server 4.4.3-P1", f"DHCP Server {release}"
        self.write_log(server, [replace(one, text=one.text.replace(old, new)) for one in self.log(server)])

    def count(self, pattern: str) -> int:
        """How many lines of both logs say something like that, as grep would count them."""
        return sum(len(re.findall(pattern, self.text(server.name))) for server in self._scenario.servers)

    def text(self, server: str) -> str:
        """The whole log of a server, packed or not; empty where it was not collected."""
        plain, packed = self._file(server, "messages"), self._file(server, "messages.gz")
        if packed.exists():
            return gzip.decompress(packed.read_bytes()).decode("utf-8")
        return plain.read_text(encoding="utf-8") if plain.exists() else ""

    # --- lease files and configurations ----------------------------------------------------------

    def blocks(self, server: str) -> list[str]:
        """A lease file in its blocks and lines."""
        return _BLOCK.findall(self._file(server, "dhcpd.leases").read_text(encoding="utf-8"))

    def write_blocks(self, server: str, blocks: list[str]) -> None:
        """Puts these in the place of the lease file."""
        self._file(server, "dhcpd.leases").write_text("".join(blocks), encoding="utf-8")

    def last_blocks(self, server: str, state: str | None = None) -> dict[str, str]:
        """The last block of each address, of one binding state or of any."""
        last = {one.split()[1]: one for one in self.blocks(server) if one.startswith("lease ")}
        return {
            ip: block for ip, block in last.items() if state is None or f"\n  binding state {state};" in block
        }

    def append_block(self, server: str, block: str) -> None:
        """Adds a block to the end of the lease file."""
        self.write_blocks(server, [*self.blocks(server), block])

    def change_last(self, server: str, addresses: list[str], change: Callable[[str], str]) -> None:
        """Changes the last block of each of these addresses, and drops what stood of them before."""
        last = self.last_blocks(server)
        kept = [
            one
            for one in self.blocks(server)
            if not (one.startswith("lease ") and one.split()[1] in addresses)
        ]
        self.write_blocks(server, kept + [change(last[ip]) for ip in addresses])

    def date(self, at: float) -> str:
        """A lab time as a lease file has it."""
        moment = datetime.fromtimestamp(self._begin + at, UTC)
        return f"{moment.isoweekday() % 7} {moment.strftime(_DATE)}"

    def when(self, block: str, name: str) -> float:
        """A stamp of a block in lab seconds."""
        match = re.search(rf"\n  {name} \d (\S+ \S+);", block)
        assert match is not None, block
        return datetime.strptime(match[1], _DATE).replace(tzinfo=UTC).timestamp() - self._begin

    def change_conf(self, server: str, old: str, new: str) -> None:
        """Replaces a text of a configuration (a regular expression)."""
        file = self._file(server, "dhcpd.conf")
        text, changed = re.subn(old, new, file.read_text(encoding="utf-8"))
        assert changed, f"{old} does not stand in {file}"
        file.write_text(text, encoding="utf-8")

    def conf(self, server: str) -> str:
        """A configuration's text."""
        return self._file(server, "dhcpd.conf").read_text(encoding="utf-8")

    # --- the collection -------------------------------------------------------------------------

    def remove(self, server: str, name: str) -> None:
        """This file was not collected."""
        self._file(server, name).unlink()

    def has(self, server: str, name: str) -> bool:
        """Whether the file was collected (the log packed or not)."""
        return self._file(server, name).exists() or self._file(server, f"{name}.gz").exists()

    def pack(self, server: str) -> None:
        """The log was compressed."""
        file = self._file(server, "messages")
        file.with_suffix(".gz").write_bytes(gzip.compress(file.read_bytes(), 1))
        file.unlink()

    def date_files(self) -> None:
        """Gives all files the time of the run's end, as a copy that keeps times would."""
        end = self._begin + self._scenario.length
        for file in self.path.rglob("*"):
            os.utime(file, (end, end))

    def _file(self, server: str, name: str) -> Path:
        return self.path / server / name

    def _seconds(self, text: str, form: LogForm) -> float:
        match form:
            case LogForm.TRADITIONAL:
                year = self._scenario.begin.year
                moment = datetime.strptime(f"{year} {text}", "%Y %b %d %H:%M:%S").replace(tzinfo=self._zone)
            case LogForm.ISO:
                moment = datetime.fromisoformat(text)
            case LogForm.JOURNAL:
                moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
        return moment.timestamp() - self._begin

    def _stamp(self, at: float, form: LogForm) -> str:
        return stamp(datetime.fromtimestamp(self._begin + at, UTC).astimezone(self._zone), form)
