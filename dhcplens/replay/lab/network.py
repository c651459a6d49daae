"""The lab's network: one Ethernet with both servers and the clients, and the path of the failover link.

Every namespace hangs on a bridge in the hub. Clients and servers talk over the bridge; what the servers send
to each other is routed through the hub's own address, where it can be cut without touching the clients.
"""

import contextlib
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from dhcplens.replay.backends import BackendUnavailableError
from dhcplens.replay.lab.namespaces import Namespace
from dhcplens.replay.lab.needs import Tools
from dhcplens.replay.lab.slowline import DEVICE
from dhcplens.replay.scenario import Scenario, Server

_PROMPT = "quickack 1 rto_min 4ms"
"""Of routes between the servers: TCP's waits are not sped up, and 40 ms for an acknowledgement are 2 s."""

_SLOW_TABLE = 6470  # of routes: for the way through the slow line


class Network:
    """The namespaces of one run: ``servers`` by name, ``clients`` and the hub."""

    def __init__(self, scenario: Scenario, tools: Tools) -> None:
        self._scenario = scenario
        self._ip = tools.ip
        self._stack = contextlib.ExitStack()
        try:
            self.hub = self._namespace(tools)
            self.servers = {server.name: self._namespace(tools) for server in scenario.servers}
            self.clients = self._namespace(tools)
            self._gateway = _unused_address(scenario)
            try:
                self._build()
            except RuntimeError as error:
                raise BackendUnavailableError(f"The lab could not build its network: {error}") from error
        except BaseException:
            self.close()
            raise

    def _namespace(self, tools: Tools) -> Namespace:
        namespace = Namespace(tools.unshare)
        self._stack.callback(namespace.close)
        return namespace

    def close(self) -> None:
        """Removes everything."""
        self._stack.close()

    def _build(self) -> None:
        self._do(self.hub, "link add br0 type bridge")
        self._do(
            self.hub, "link set br0 up", f"addr add {self._gateway}/32 dev br0", "route add default dev br0"
        )
        for knob, value in (("ip_forward", 1), ("icmp_ratelimit", 0), ("conf.all.send_redirects", 0)):
            self.hub.sysctl(f"net.ipv4.{knob}", value)
        self.hub.sysctl("net.ipv4.conf.br0.send_redirects", 0)
        for number, server in enumerate(self._scenario.servers):
            self._plug(self.servers[server.name], f"s{number}", server, number + 1)
        self._plug_clients()

    def _plug(self, namespace: Namespace, port: str, server: Server, number: int) -> None:
        self._wire(namespace, port, f"00:16:3e:ac:00:{number:02x}")
        peer = next(one for one in self._scenario.servers if one is not server)
        self._do(
            namespace,
            f"addr add {server.address}/{_prefix(self._scenario, server.address)} dev eth0",
            f"route add {self._gateway}/32 dev eth0",
            f"route add {peer.address}/32 via {self._gateway} {_PROMPT}",
            "route add default dev eth0",
        )
        namespace.sysctl("net.ipv4.conf.all.accept_redirects", 0)
        namespace.sysctl("net.ipv4.conf.eth0.accept_redirects", 0)
        namespace.run(["hostname", server.name])

    def _plug_clients(self) -> None:
        """The clients' machine holds the relays' addresses and every address of the pools at once."""
        self._wire(self.clients, "c", "00:16:3e:ac:00:10")
        for relay in self._scenario.relays:
            self._do(self.clients, f"addr add {relay.address}/32 dev eth0")
        for network in self._scenario.networks:
            self._do(self.clients, f"route add local {network} dev lo table main")
        self._do(self.clients, "route add default dev eth0")
        for server in self._scenario.servers:
            self._do(self.clients, f"route add {server.address}/32 dev eth0")
        self._do(self.clients, f"route add {self._gateway}/32 dev eth0")
        self.clients.sysctl("net.ipv4.icmp_echo_ignore_all", 1)  # or ping-check finds every address taken
        self.clients.sysctl("net.ipv4.conf.all.rp_filter", 0)
        self.clients.sysctl("net.ipv4.conf.eth0.rp_filter", 0)

    def _wire(self, namespace: Namespace, port: str, mac: str) -> None:
        self._do(self.hub, f"link add {port} type veth peer name eth0 address {mac} netns {namespace.pid}")
        self._do(self.hub, f"link set {port} master br0", f"link set {port} up")
        self._do(namespace, "link set lo up", "link set eth0 up")

    def _do(self, namespace: Namespace, *commands: str) -> None:
        for command in commands:
            namespace.run([self._ip, *command.split()])

    # --- faults --------------------------------------------------------------------------------------

    def cut(self, sender: str | None) -> None:
        """What the servers (or only ``sender``) send to each other is answered with 'unreachable'."""
        for source, target in self._ways(sender):
            self._do(self.hub, f"rule add from {source} to {target} unreachable")

    def slow(self) -> None:
        """What the servers send to each other goes through the slow line."""
        self.hub.sysctl(f"net.ipv4.conf.{DEVICE}.rp_filter", 0)
        self._do(self.hub, f"link set {DEVICE} up", f"route replace default dev {DEVICE} table {_SLOW_TABLE}")
        for source, target in self._ways(None):
            self._do(self.hub, f"rule add from {source} to {target} iif br0 lookup {_SLOW_TABLE}")

    def heal(self) -> None:
        """Nothing is cut or slow any longer."""
        for line in self.hub.run([self._ip, "rule", "show"]).splitlines():
            if "unreachable" in line or str(_SLOW_TABLE) in line:
                self._do(self.hub, f"rule del pref {line.split(':')[0]}")

    def _ways(self, sender: str | None) -> Iterator[tuple[IPv4Address, IPv4Address]]:
        first, second = self._scenario.servers
        for source, target in ((first, second), (second, first)):
            if sender in (None, source.name):
                yield source.address, target.address

    def stranger(self, address: IPv4Address, *, present: bool) -> None:
        """A machine that is no client of ours holds the address, or lets go of it."""
        word = "add" if present else "del"
        self._do(self.clients, f"route {word} {address}/32 dev eth0")
        self._do(self.hub, f"addr {word} {address}/32 dev br0")


def _prefix(scenario: Scenario, address: IPv4Address) -> int:
    return next((network.prefixlen for network in scenario.networks if address in network), 24)


def _unused_address(scenario: Scenario) -> IPv4Address:
    """An address for the hub that nobody in the scenario has and no pool is likely to hold."""
    taken = {server.address for server in scenario.servers} | {relay.address for relay in scenario.relays}
    network = IPv4Network("192.0.2.0/24")
    return next(address for address in network.hosts() if address not in taken)
