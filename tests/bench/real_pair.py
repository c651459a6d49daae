"""Two real dhcpd in the lab's namespaces, as fast as they are, under Kea's perfdhcp."""

import re
import subprocess
import time
from pathlib import Path

from dhcplens.replay.backends import BackendUnavailableError
from dhcplens.replay.lab.namespaces import Namespace, die_with_parent
from dhcplens.replay.lab.needs import Tools, find_tools
from dhcplens.replay.lab.network import Network
from dhcplens.replay.language import parse
from dhcplens.replay.scenario import Scenario
from tests.bench.measure import available

OFFERED = 3000
SECONDS = 2
PATIENCE = 90
_RATE = re.compile(r"Rate: ([\d.]+) 4-way exchanges/second")
_SCENARIO = """
scenario "Throughput of a pair"
begin 2026-01-01 00:00:00 in UTC
seed 1
server one is primary at 10.9.0.2
server two is secondary at 10.9.0.3
relay at 10.9.0.1
network 10.9.0.0/16
pool 10.9.16.0 to 10.9.79.255
max-unacked-updates 100
split 256
statement "ping-check off;"

at 0s start both
at 1s end
"""


def exchanges_a_second(folder: Path) -> float | None:
    """Four-way exchanges a second of the pair's primary; None where the lab or perfdhcp is missing."""
    try:
        tools = find_tools()
    except BackendUnavailableError:
        return None
    if not available("perfdhcp"):
        return None
    scenario = parse(_SCENARIO, "bench")
    network = Network(scenario, tools)
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        daemons += [_start(scenario, name, network.servers[name], tools, folder) for name in ("one", "two")]
        _until_normal(folder / "one" / "dhcpd.leases")
        return _rate(network.clients)
    finally:
        for daemon in daemons:
            daemon.kill()
            daemon.wait()
        network.close()


def _start(
    scenario: Scenario, name: str, namespace: Namespace, tools: Tools, folder: Path
) -> subprocess.Popen[bytes]:
    """A dhcpd without disguises: real time, real disk."""
    home = folder / name
    home.mkdir()
    leases = home / "dhcpd.leases"
    leases.touch()
    (home / "dhcpd.conf").write_text(scenario.server(name).conf)

    def enter() -> None:
        die_with_parent()
        namespace.enter()

    command = [tools.dhcpd, "-4", "-f", "-cf", str(home / "dhcpd.conf"), "-lf", str(leases)]
    command += ["-pf", str(home / "dhcpd.pid"), "eth0"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=enter)


def _until_normal(leases: Path) -> None:
    """Wait until both are normal and the first division of the pool has gone over the link."""
    until = time.monotonic() + PATIENCE
    size = -1
    while time.monotonic() < until:
        time.sleep(2)
        text = leases.read_text(errors="replace")
        if "my state normal" in text and "partner state normal" in text and len(text) == size:
            return
        size = len(text)
    raise TimeoutError("the real pair does not become normal")


def _rate(clients: Namespace) -> float:
    command = ["perfdhcp", "-4", "-r", str(OFFERED), "-p", str(SECONDS), "-R", "8000"]
    done = subprocess.run(
        [*command, "-l", "10.9.0.1", "10.9.0.2"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=clients.enter,
        timeout=60,
    )
    found = _RATE.search(done.stdout)
    if found is None:
        raise RuntimeError(f"perfdhcp says no rate: {done.stdout[-300:]}{done.stderr[-300:]}")
    return float(found[1])
