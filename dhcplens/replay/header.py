"""The header of a scenario while it is read, and the two dhcpd.conf that a compact one stands for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

from dhcplens.ingest.conf import parse_conf, view
from dhcplens.model.conf import FailoverPeer
from dhcplens.model.loadbalance import BUCKETS, split_buckets
from dhcplens.model.states import Role
from dhcplens.replay.scenario import Event, LogForm, OperatorShutdown, PartnerDown, Relay, Scenario, Server

TIME_SETTINGS = frozenset(
    {
        "mclt",
        "max-response-delay",
        "load balance max seconds",
        "auto-partner-down",
        "min-balance",
        "max-balance",
    }
)
NUMBER_SETTINGS = frozenset(
    {"split", "max-unacked-updates", "max-lease-misbalance", "max-lease-ownership", "port", "peer port"}
)
_ONLY_PRIMARY = frozenset({"mclt", "split"})  # a secondary may not name split, and takes mclt from the wire
_DEFAULTS: dict[str, str | int] = {
    "relationship": "dhcp-failover",
    "max-response-delay": 30,
    "max-unacked-updates": 10,
    "load balance max seconds": 3,
    "mclt": 1800,
    "split": 128,
    "port": 647,
    "peer port": 647,
}
_NOT_STATEMENTS = frozenset({"relationship", "peer address"})
OMAPI_PORT = 7911
_LONGEST_HOST = 63  # hostname(7)


@dataclass
class _ServerDraft:
    """What the header has said of one server."""

    name: str
    role: Role
    address: IPv4Address
    conf: str | None
    settings: dict[str, str | int] = field(default_factory=dict)
    pools: list[tuple[IPv4Address, IPv4Address]] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    lease: tuple[int, int] = (21600, 43200)
    log_form: LogForm = LogForm.TRADITIONAL
    log_debug: bool = True


@dataclass
class Header:
    """Filled line by line; ``complaint`` says what is missing before the events may begin."""

    title: str = ""
    begin: datetime = datetime(2026, 1, 5, 8, 0, 0, tzinfo=UTC)
    zone: str = "UTC"
    seed: int = 1
    relays: list[Relay] = field(default_factory=list)
    networks: list[IPv4Network] = field(default_factory=list)
    _servers: list[_ServerDraft] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The servers' names in the order of the header."""
        return tuple(server.name for server in self._servers)

    @property
    def same_roles(self) -> bool:
        """Whether both servers were given one role."""
        return len({server.role for server in self._servers}) == 1

    def role_of(self, name: str) -> Role:
        """The role of the server of that name."""
        return self._draft(name).role

    def _draft(self, name: str) -> _ServerDraft:
        return next(server for server in self._servers if server.name == name)

    def add_server(self, name: str, role: Role, address: IPv4Address, conf: str | None) -> None:
        """Raises ValueError for a third server or a name or address that is taken."""
        if len(self._servers) == 2:
            raise ValueError("a pair has two servers, this is the third")
        if len(name) > _LONGEST_HOST:
            raise ValueError(f"a server's name has at most {_LONGEST_HOST} letters")
        if any(name == server.name or address == server.address for server in self._servers):
            raise ValueError("the servers need different names and addresses")
        self._servers.append(_ServerDraft(name, role, address, conf))

    def add_relay(self, name: str, address: IPv4Address, servers: tuple[str, ...] | None) -> None:
        """``servers`` None: the relay reaches both. Raises ValueError for a name or address that is taken."""
        if any(name == relay.name or address == relay.address for relay in self.relays):
            raise ValueError("the relays need different names and addresses")
        self.relays.append(Relay(name, address, self.names if servers is None else servers))

    def add_pool(self, servers: tuple[str, ...], low: IPv4Address, high: IPv4Address) -> None:
        """Raises ValueError when the range runs backwards, or the configuration is a file."""
        if low > high:
            raise ValueError("the range ends before it begins")
        for draft in self._compact(servers):
            draft.pools.append((low, high))

    def set(self, servers: tuple[str, ...], key: str, value: str | int) -> None:
        """Remembers a statement of the failover declaration."""
        for draft in self._compact(servers):
            draft.settings[key] = value

    def set_lease(self, servers: tuple[str, ...], default: int, longest: int) -> None:
        """Lease times in seconds."""
        for draft in self._compact(servers):
            draft.lease = (default, longest)

    def add_statement(self, servers: tuple[str, ...], text: str) -> None:
        """A global statement of dhcpd.conf(5), verbatim."""
        for draft in self._compact(servers):
            draft.statements.append(text)

    def set_log(self, servers: tuple[str, ...], form: LogForm, *, debug: bool) -> None:
        """How the servers' logs are written."""
        for name in servers:
            draft = self._draft(name)
            draft.log_form, draft.log_debug = form, debug

    def _compact(self, servers: tuple[str, ...]) -> list[_ServerDraft]:
        drafts = [self._draft(name) for name in servers]
        if not drafts:
            raise ValueError("the servers have to be named before this line")
        if any(draft.conf is not None for draft in drafts):
            raise ValueError("this server has its configuration from a file")
        return drafts

    def complaint(self) -> str | None:
        """What is still missing, in one sentence."""
        if len(self._servers) != 2:
            return "the header has to name two servers before the first event"
        if not self.relays:
            return "the header has to name a relay before the first event"
        if not self.networks:
            return "the header has to name the network before the first event"
        for draft in self._servers:
            if draft.conf is None and not draft.pools:
                return f"{draft.name} has neither a pool nor a configuration file"
            for low, high in draft.pools:
                if not any(low in network and high in network for network in self.networks):
                    return f"the pool {low} to {high} lies in none of the networks"
            if draft.conf is None and not any(draft.address in network for network in self.networks):
                return f"the address of {draft.name} lies in none of the networks"
        return None

    def scenario(self, source: str, events: tuple[Event, ...]) -> Scenario:
        """The finished scenario; the header has to be complete."""
        operated = any(isinstance(event.action, PartnerDown | OperatorShutdown) for event in events)
        texts = [
            draft.conf if draft.conf is not None else self._conf(draft, omapi=operated)
            for draft in self._servers
        ]
        first, second = (
            Server(draft.name, draft.role, draft.address, text, draft.log_form, draft.log_debug)
            for draft, text in zip(self._servers, texts, strict=True)
        )
        peer = failover_peer((first if first.role is Role.PRIMARY else second).conf)
        return Scenario(
            source=source,
            title=self.title or source.removesuffix(".scenario"),
            begin=self.begin,
            zone=self.zone,
            seed=self.seed,
            relationship=peer.name if peer else "",
            servers=(first, second),
            relays=tuple(self.relays),
            networks=tuple(self.networks),
            events=events,
            hba=(peer and peer.hba) or split_buckets(BUCKETS),  # without one all clients are the primary's
        )

    def _conf(self, draft: _ServerDraft, *, omapi: bool) -> str:
        """The dhcpd.conf(5) of one server."""
        other = next(one for one in self._servers if one is not draft)
        settings = _DEFAULTS | draft.settings
        name = settings["relationship"]
        peer = settings.get("peer address", other.address)
        statements = [
            f"{key} {value};"
            for key, value in settings.items()
            if key not in _NOT_STATEMENTS and (draft.role is Role.PRIMARY or key not in _ONLY_PRIMARY)
        ]
        declaration = [f"{draft.role};", f"address {draft.address};", f"peer address {peer};", *statements]
        default, longest = draft.lease
        lines = [
            "ddns-update-style none;",
            "authoritative;",
            *([f"omapi-port {OMAPI_PORT};"] if omapi else []),
            *draft.statements,
            f"default-lease-time {default};",
            f"max-lease-time {longest};",
            "",
            f'failover peer "{name}" {{',
            *(f"  {line}" for line in declaration),
            "}",
        ]
        for network in self.networks:
            pools = [pool for pool in draft.pools if pool[0] in network]
            lines += ["", f"subnet {network.network_address} netmask {network.netmask} {{"]
            lines += [f"  option routers {network.broadcast_address - 1};"] if pools else []
            for low, high in pools:
                lines += ["  pool {", f'    failover peer "{name}";', f"    range {low} {high};", "  }"]
            lines.append("}")
        return "\n".join(lines) + "\n"


def failover_peer(conf: str) -> FailoverPeer | None:
    """The first relationship that a dhcpd.conf declares."""
    return next(iter(view(parse_conf(conf, "dhcpd.conf")).peers), None)
