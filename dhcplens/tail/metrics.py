"""The state of a pair as Prometheus metrics: in a textfile, or served. No label is an address of a client.

Names follow Prometheus' practices; ``bndupd`` and ``transitions`` are words of other exporters of failover.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dhcplens.model.states import FailoverState
from dhcplens.tail.events import Event
from dhcplens.tail.ledger import replace_durably
from dhcplens.tail.watch import Watch

_EVERY: Final = 15.0
"""Seconds between two writings of a textfile where nothing happens."""


class Stand:
    """Collects the metrics of a watch whenever they are asked for."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def collect(self) -> Iterator[Metric]:
        """All metrics as of now; another thread may ask."""
        yield from self._states()
        yield from self._pools()
        yield from self._counters()
        findings = GaugeMetricFamily(
            "dhcplens_finding_open", "Open findings, 1 each", labels=["name", "severity", "servers"]
        )
        for name, severity, servers in {
            (one.name, one.severity, ",".join(one.servers)) for one in self._watch.findings
        }:
            findings.add_metric([name, severity, servers], 1)
        yield findings
        yield GaugeMetricFamily(
            "dhcplens_last_success_timestamp_seconds", "When the logs were last looked at", value=time.time()
        )

    def _states(self) -> Iterator[Metric]:
        labels = ["relationship", "server", "state"]
        own = GaugeMetricFamily("dhcplens_failover_state", "State the server says it is in", labels=labels)
        partner = GaugeMetricFamily(
            "dhcplens_failover_partner_state", "State the server believes its partner in", labels=labels
        )
        since = GaugeMetricFamily(
            "dhcplens_failover_state_since_timestamp_seconds", "Since when", labels=labels[:2]
        )
        for (name, server), stand in list(self._watch.stands.items()):
            for state in FailoverState:
                if stand.state is not None:
                    own.add_metric([name, server, state.value], stand.state == state)
                if stand.partner is not None:
                    partner.add_metric([name, server, state.value], stand.partner == state)
            if stand.since is not None:
                since.add_metric([name, server], datetime.fromisoformat(stand.since).timestamp())
        yield from (own, partner, since)

    def _pools(self) -> Iterator[Metric]:
        pools: dict[tuple[str, str], dict[str, int]] = {}
        for (server, network, _), pool in list(self._watch.pools.items()):
            sums = pools.setdefault((server, network), {})
            for name in ("total", "free", "backup"):
                sums[name] = sums.get(name, 0) + int(pool[name] or 0)
        gauge = GaugeMetricFamily(
            "dhcplens_pool_addresses",
            "Addresses of a network's pools at their last balance: all, the primary's, the secondary's",
            labels=["server", "network", "kind"],
        )
        for (server, network), sums in pools.items():
            for kind, value in sums.items():
                gauge.add_metric([server, network, kind], value)
        yield gauge

    def _counters(self) -> Iterator[Metric]:
        watch = self._watch
        moves = CounterMetricFamily(
            "dhcplens_failover_transitions", "Moves of the server", labels=["relationship", "server", "state"]
        )
        for key, count in list(watch.moves.items()):
            moves.add_metric(list(key), count)
        refused = CounterMetricFamily(
            "dhcplens_failover_bndupd_rejected", "Updates that the partner refused", labels=["server"]
        )
        for server, count in list(watch.refused.items()):
            refused.add_metric([server], count)
        messages = CounterMetricFamily(
            "dhcplens_dhcp_messages", "DHCP messages logged", labels=["server", "type"]
        )
        for pair, count in list(watch.messages.items()):
            messages.add_metric(list(pair), count)
        yield from (moves, refused, messages)
        yield CounterMetricFamily("dhcplens_log_lines", "Lines read of all logs", value=watch.total)
        yield CounterMetricFamily(
            "dhcplens_log_lines_unknown", "Lines of dhcpd that were not understood", value=watch.unknown
        )


class Textfile:
    """Keeps a file for the textfile collector; it is replaced as a whole."""

    def __init__(self, path: Path, watch: Watch, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(Stand(watch))
        self._due = 0.0
        self._failed = False

    def events(self, events: Sequence[Event]) -> None:
        """Write soon where anything happened."""
        if events:
            self._due = min(self._due, time.monotonic() + 0.5)

    def tick(self, watch: Watch) -> None:  # noqa: ARG002
        """Write where it is due."""
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _EVERY
            self._write()

    def close(self) -> None:
        """Write for the last time."""
        self._write()

    def _write(self) -> None:
        try:
            replace_durably(self._path, generate_latest(self._registry))
            self._failed = False
        except OSError as error:
            if not self._failed:
                self._tell(f"--textfile: {error}")
            self._failed = True


class Listener:
    """Serves ``/metrics``. Raises ValueError for what is no address, OSError for one that is not free."""

    def __init__(self, address: str, watch: Watch) -> None:
        host, _, port = address.rpartition(":")
        host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
        if host == "localhost":
            host = "127.0.0.1"
        if not (port.isascii() and port.isdigit() and int(port) < 65_536):
            raise ValueError(f"not of the form [ADDRESS:]PORT: {address!r}")
        ip_address(host)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Stand(watch))
        self._server: Any
        self._server, self._thread = start_http_server(int(port), host, registry)
        self.address = f"{host}:{self._server.server_port}"

    def events(self, events: Sequence[Event]) -> None:
        """See Sink."""

    def tick(self, watch: Watch) -> None:
        """See Sink."""

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
