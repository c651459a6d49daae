"""The lease file of a busy server between two rewrites, as large as one likes."""

import random
from pathlib import Path

from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.lease import Lease
from dhcplens.ingest.leases.printer import duid_text, header_text, lease_text, state_text

CLIENTS = 60_000
BEGIN = 1_772_409_600  # 2026-03-02
_VENDORS = ("MSFT 5.0", "android-dhcp-13", "udhcp 1.36.1", "dhcpcd-9.4.1:Linux-6.1.0:x86_64:GenuineIntel")


def write_leases(path: Path, blocks: int, seed: int = 1) -> None:
    """Write leases of 60,000 clients in the format of dhcpd 4.4.3-P1; a state block now and then."""
    rng = random.Random(seed)
    with path.open("w") as out:
        out.write(header_text() + duid_text(bytes.fromhex("00010001 2a6b3c4d 001122334455")))
        for number in range(blocks):
            now = BEGIN + number * 14_400 // blocks
            if number % 50_000 == 0:
                out.write(state_text(StateBlock("dhcp-failover", "normal", now, "normal", now)))
            out.write(lease_text(_lease(rng.randrange(CLIENTS), now, rng.random())))


def _lease(client: int, now: int, chance: float) -> Lease:
    mac = (0x0017C4000000 + client * 37).to_bytes(6, "big")
    lease = Lease(f"10.{client >> 14}.{client >> 8 & 63}.{client & 255}", mac=mac, hardware="ethernet")
    lease.stamps = {"starts": now, "ends": now + 1800, "tstp": now + 22_500, "cltt": now}
    lease.uid = b"\x01" + mac
    lease.state, lease.next_state, lease.rewind_state = "active", "expired", "active"
    lease.options = {"set": {"vendor-class-identifier": _VENDORS[client % 4]}}
    if client % 5:
        lease.hostname = f"host-{client}"
    if client % 3 == 0:
        lease.options["option"] = {"agent.circuit-id": f"0:4:0:{client % 48:x}", "agent.remote-id": '"sw1"'}
    if chance < 0.3:
        lease.rewind_state = "free"
    elif chance < 0.7:
        lease.stamps |= {"tsfp": now + 22_500, "atsfp": now + 22_500}
    elif chance > 0.9:
        lease.stamps |= {"ends": now, "tsfp": now}
        lease.state = lease.next_state = lease.rewind_state = "free" if chance > 0.95 else "backup"
        lease.hostname = None
    return lease
