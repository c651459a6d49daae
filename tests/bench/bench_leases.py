"""Lease files: the whole history, beside a C program that keeps each address's last state."""

from collections.abc import Iterator
from pathlib import Path

from dhcplens.ingest.leases import LeaseReader, read_leases
from dhcplens.ingest.leases.fast import read_fast
from tests.bench.history import write_leases
from tests.bench.measure import Measure, available, command, medians

BLOCKS = 500_000
_CONF = "subnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.0 10.3.63.255; }\n"


def measures(folder: Path) -> Iterator[Measure]:
    """Ratios for one file of half a million blocks, and for the plain reader on a fiftieth of it."""
    leases = folder / "dhcpd.leases"
    write_leases(leases, BLOCKS)
    conf = folder / "dhcpd.conf"
    conf.write_text(_CONF)
    data = leases.read_bytes()
    work = f"lease file → whole history ({BLOCKS:,} blocks, {len(data) / 1e6:.0f} MB)"
    if available("dhcpd-pools"):
        theirs = command("dhcpd-pools", "-c", conf, "-l", leases)
        ours, other = medians(lambda: read_leases(data, "dhcpd.leases"), theirs)
        yield Measure(work, ours, "dhcpd-pools", other, 0.3)
    piece = data[: len(data) // 50]
    piece = piece[: piece.rindex(b"lease ")]
    plain, fast = medians(lambda: _plain(piece), lambda: read_fast(piece, "dhcpd.leases"))
    yield Measure("plain reader, a fiftieth of it", plain, "the fast one", fast, None)


def _plain(data: bytes) -> None:
    reader = LeaseReader("dhcpd.leases")
    reader.feed(data)
    reader.finish()
