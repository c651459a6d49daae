"""A pair drawn by chance: names, networks, times, sizes, logs; and the lines of a scenario about it."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address

from tests.diagnosis.incident import Edit, Expected, Incident, TruthOf

_NAMES = (
    ("dhcp1", "dhcp2"),
    ("ns-east", "ns-west"),
    ("KHXDHCPS1", "KHXDHCPS2"),
    ("alpha", "beta"),
    ("srv10.example.org", "srv11.example.org"),
    ("core-a", "core-b"),
    ("b-site", "a-site"),
)
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Taipei", "Asia/Kolkata", "Australia/Sydney")
_RELATIONSHIPS = ("dhcp-failover", "failover-partner", "dhcp", "lan.failover", "fo_house")
MINUTE = 60


@dataclass
class Setting:
    """One drawn pair; fields may be changed before the incident is made."""

    rng: random.Random
    first: str = ""  # the primary
    second: str = ""
    mclt: int = 1800
    lease: int = 7200
    size: int = 100
    split: int = 128
    ping_check: bool = False
    lines: list[str] = field(default_factory=list)
    """Further lines of the header."""

    def __post_init__(self) -> None:
        rng = self.rng
        self.first, self.second = rng.choice(_NAMES)
        self.mclt = rng.choice((600, 1200, 1800, 3600))
        self.lease = rng.choice((1800, 3600, 7200, 21600, 43200))
        self.size = rng.choice((80, 120, 200, 300))
        self.split = rng.choice((128, 128, 128, 100, 160, 85))
        self.response_delay = rng.choice((20, 30, 60))
        self.network = f"10.{rng.randrange(1, 250)}"
        self.third = rng.randrange(3, 240)
        self.low = rng.randrange(1, 200)
        self.zone = rng.choice(_ZONES)
        self.relationship = rng.choice(_RELATIONSHIPS)
        self.begin = datetime(2026, 1, 7) + timedelta(seconds=rng.randrange(300 * 86400))
        self.debug = rng.random() < 0.5
        self.forms = [rng.choice(("traditional", "traditional", "iso", "journal")) for _ in range(2)]
        self._clients = 0
        self.seed = rng.randrange(1, 10**6)

    # --- words of the scenario -------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, str]:
        """Both servers, the primary first."""
        return self.first, self.second

    def either(self) -> tuple[str, str]:
        """One of the servers, and the other."""
        one = self.rng.choice(self.names)
        return one, self.other(one)

    def other(self, name: str) -> str:
        """The partner of a server."""
        return self.second if name == self.first else self.first

    def minutes(self, low: float, high: float) -> float:
        """A time between so many minutes, in whole seconds."""
        return float(self.rng.randrange(int(low * MINUTE), int(high * MINUTE) + 1))

    def address(self, number: int) -> str:
        """An address of the pool."""
        return str(IPv4Address(f"{self.network}.{self.third}.{self.low}") + number)

    def clients(self, count: int, pace: float | None = None, traits: str | None = None) -> str:
        """A crowd of new clients arriving (``pace`` a minute)."""
        self._clients += 1
        name = f"c{self._clients}x"
        pace = pace or self.rng.choice((3, 6, 10, 20))
        chosen = self.rng.choice(("", "with identifiers", "with names", "with identifiers and names"))
        return f"{name}1..{name}{count} arrive every {60 / pace:.2f}s {chosen if traits is None else traits}"

    @property
    def crowd(self) -> str:
        """The name of the last crowd's clients, without their numbers."""
        return f"c{self._clients}x"

    def background(self, until: float, start: float = 120.0, share: float = 0.35) -> list[tuple[float, str]]:
        """Clients that come at any time, and some that go; they need at most that share of the pool."""
        count = max(4, int(self.size * share * self.rng.uniform(0.4, 1)))
        groups = self.rng.randrange(2, 6)
        events = []
        for _ in range(groups):
            at = self.rng.uniform(start, max(start + 1, until - 60))
            many = max(2, count // groups)
            pace = max(0.5, many / max(1.0, (until - at) / 60) * self.rng.choice((1, 1, 3, 10)))
            events.append((at, self.clients(many, round(pace, 2))))
            if self.rng.random() < 0.4 and until - at > 900:
                later = self.rng.uniform(at + 600, until)
                verb = self.rng.choice(("release", "reboot", "rebind", "renew", "vanish", "inform"))
                events.append((later, f"{self.crowd}1..{self.crowd}{max(2, many // 3)} {verb} every 10s"))
        return events

    # --- the incident ------------------------------------------------------------------------------

    def header(self) -> str:
        """The header of the scenario."""
        debug = "" if self.debug else " without debug"
        lines = [
            f"begin {self.begin:%Y-%m-%d %H:%M:%S} in {self.zone}",
            f"seed {self.seed}",
            f"server {self.first} is {self.role(0)} at {self.network}.0.2",
            f"server {self.second} is {self.role(1)} at {self.network}.0.3",
            f"relay at {self.network}.0.1",
            f"network {self.network}.0.0/16",
            *(self.pools or [f"pool {self.address(0)} to {self.address(self.size - 1)}"]),
            f'relationship "{self.relationship}"',
            f"mclt {self.mclt}s",
            f"lease {self.lease}s",
            f"max-response-delay {self.response_delay}",
            *([f"split {self.split}"] if self.roles[0] == "primary" else []),
            f"log {self.forms[0]}{debug} on {self.first}",
            f"log {self.forms[1]}{debug} on {self.second}",
            *([] if self.ping_check else ['statement "ping-check off;"']),
            *self.lines,
        ]
        return "\n".join(lines)

    roles: tuple[str, str] = ("primary", "secondary")
    pools: list[str] = field(default_factory=list)

    def role(self, place: int) -> str:
        """The role that the configuration gives to a server."""
        return self.roles[place]

    def incident(
        self,
        events: Iterable[tuple[float, str]],
        end: float,
        truth: TruthOf | list[Expected],
        *edits: Edit,
        needs: Iterable[str] = (),
        settled: float = 0.0,
        maybe: Iterable[str] = (),
    ) -> Incident:
        """The incident that these events make; they may stand in any order."""
        ordered = sorted(events, key=lambda one: one[0])
        said = [f"at {at:.2f}s {what}" for at, what in [(0.0, "start both"), *ordered] if at < end and what]
        if any(what.startswith("start") and at == 0 for at, what in ordered):
            said = said[1:]
        text = "\n".join([self.header(), *said, f"at {end:.2f}s end", ""])
        given: Callable[..., list[Expected]] = truth if callable(truth) else lambda _: list(truth)
        return Incident(text, given, tuple(edits), frozenset(needs), settled, frozenset(maybe))
