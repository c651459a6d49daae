"""The scenario language: a text of lines, read aloud as it stands, to a typed Scenario.

``#`` begins a comment. Durations are written ``90s``, ``5m``, ``1h30m``, ``2d``; text in double quotes.
First the header::

    scenario "Crash and return of the secondary"
    begin 2026-11-22 07:00:00 in Europe/Berlin
    seed 7
    server dhcp-a is primary at 10.20.0.2            # … with dhcp-a.conf: that file beside the scenario
    server dhcp-b is secondary at 10.20.0.3
    relay at 10.20.0.1                               # relay floor2 at 10.20.0.12 reaching dhcp-a
    network 10.20.0.0/16
    pool 10.20.100.1 to 10.20.100.240                # … on dhcp-b: only in that server's file
    log iso without debug                            # traditional, iso, journal; … on dhcp-b

Where the configuration is not a file, further lines make it: ``relationship "NAME"``,
``peer address IP on SERVER``, ``lease 6h at most 12h``, ``statement "ping-check off;"`` (any global
statement), and the failover statements of dhcpd.conf(5) under their own names (``mclt 30m``, ``split 128``,
``max-response-delay``, ``max-unacked-updates``, ``load balance max seconds``, ``auto-partner-down``,
``max-lease-misbalance``, ``max-lease-ownership``, ``min-balance``, ``max-balance``, ``port``, ``peer port``).
Each of them takes ``on SERVER`` where only one server has it so.

Then the events, ``at`` a lab time since the begin or ``after`` a time since the line before::

    at 0s    start both                              # start, stop, crash: one server or both
    at 2m    pc1..pc20 arrive 10 a minute with identifiers and names
    at 20m   crash dhcp-b
    after 1m expect dhcp-a is communications-interrupted
    at 1h    end

* servers: ``start``, ``stop``, ``crash``; ``empty|keep|restore lease file of S``; ``put S in partner-down``;
  ``shut down S``; ``set clock of S to 90s ahead|behind``, ``set clock of S right``
* link: ``cut link``, ``cut link from S``, ``delay link by 2s``, ``heal link``
* strangers: ``stranger at IP appears|leaves``
* clients (``pc1``, ``pc1..pc9``, lists with commas, ``everyone``): ``arrive`` with the traits
  ``with identifiers``, ``with names``, ``with identifiers and names``, ``through RELAY``, ``belonging to S``,
  ``hardware MAC``, ``named "HOST"``; ``renew``, ``rebind``, ``reboot``, ``release``, ``decline``, ``inform``,
  ``vanish``, ``ask for IP``, ``claim IP``, ``release through its relay``. A pace may follow the verb:
  ``10 a minute`` or ``every 5s``. By themselves clients repeat what is not answered, renew and rebind.
* ``expect``: ``S is STATE``, ``S sees its partner in STATE``, ``S is [not] running``,
  ``IP is BINDING on S``, ``address of CLIENT is BINDING on S``, ``at least N addresses are BINDING on S``,
  ``CLIENT has an address|no address|IP``, ``CLIENT was answered by S|nobody``, ``CLIENT was refused by S``,
  ``at least N of CLIENTS have an address`` (also ``exactly``, ``at most``)
"""

import re
from collections.abc import Callable
from pathlib import Path

import pyparsing as pp

from dhcplens.replay.header import Header
from dhcplens.replay.language.event_lines import event_grammar
from dhcplens.replay.language.header_lines import header_grammar
from dhcplens.replay.language.names import Names
from dhcplens.replay.language.tokens import DURATION, KEY, refuse, value
from dhcplens.replay.scenario import End, Event, Scenario, ScenarioError


def read(path: Path) -> Scenario:
    """The scenario in a file; configurations are looked for beside it. Raises ScenarioError, OSError."""
    return parse(path.read_text(), path.name, lambda name: (path.parent / name).read_text())


def parse(text: str, source: str, beside: Callable[[str], str] | None = None) -> Scenario:
    """The scenario in a text; ``beside`` gives the text of a configuration named in it.

    Raises ScenarioError with line and column for the first mistake.
    """
    return _Reader(source, beside).read(text)


class _Reader:
    """Reads the lines of one scenario in order; knows what was declared so far."""

    def __init__(self, source: str, beside: Callable[[str], str] | None) -> None:
        self.source = source
        self.header = Header()
        self.events: list[Event] = []
        names = Names(self.header)
        self.header_line = header_grammar(self.header, names, beside) + pp.StringEnd()
        when = (KEY("at") | KEY("after"))("word")
        self.event_line = (when - DURATION("time") - event_grammar(names)("action")) + pp.StringEnd()

    def read(self, text: str) -> Scenario:
        """The whole scenario."""
        number = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if body := _without_comment(line):
                self._line(number, body)
        if not self._ended:
            raise ScenarioError(self.source, number + 1, 1, "the scenario has no end: write at TIME end")
        return self.header.scenario(self.source, tuple(self.events))

    @property
    def _ended(self) -> bool:
        return bool(self.events) and isinstance(self.events[-1].action, End)

    def _line(self, number: int, body: str) -> None:
        try:
            if self._ended:
                raise refuse(body, 0, "nothing may follow the end")
            if re.match(r"\s*(at|after)\b", body):
                self._event(number, body)
            elif self.events:
                raise refuse(body, 0, "expected at or after: the header ends where the events begin")
            else:
                self.header_line.parse_string(body)
        except pp.ParseBaseException as error:
            raise ScenarioError(self.source, number, error.loc + 1, _plain(error.msg)) from None

    def _event(self, number: int, body: str) -> None:
        if not self.events and (complaint := self.header.complaint()):
            raise refuse(body, 0, complaint)
        found = self.event_line.parse_string(body)
        last = self.events[-1].at if self.events else 0.0
        moment = value(found, "time") + (last if value(found, "word") == "after" else 0.0)
        if moment < last:
            raise refuse(body, 0, "this is before the line above")
        self.events.append(Event(moment, value(found, "action"), number, " ".join(body.split())))


def _without_comment(line: str) -> str:
    """The line up to a ``#`` that stands outside of quotes."""
    found = re.match(r'(?:[^"#]|"(?:[^"\\]|\\.)*"|")*', line)
    return found[0].rstrip() if found else ""


def _plain(message: str) -> str:
    """The parser's complaint in the words of everybody."""
    return re.sub(r"\bKeyword ", "", re.sub(r"^Expected ", "expected ", message))
