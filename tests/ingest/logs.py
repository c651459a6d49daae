"""Small logs and lease files made for tests."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from dhcplens.ingest.leases import LeasePiece, read_leases
from dhcplens.ingest.reader import read_log
from dhcplens.ingest.track import Track, tracks

Said = tuple[datetime, str]


def at(text: str) -> datetime:
    """A time, as in 2024-03-01 12:00:00."""
    return datetime.fromisoformat(text)


def bsd(said: Iterable[Said], host: str = "alpha", tag: str = "dhcpd") -> str:
    """Lines without a year, as rsyslog's traditional format has them."""
    return "".join(f"{time:%b} {time.day:2} {time:%H:%M:%S} {host} {tag}: {text}\n" for time, text in said)


def iso(said: Iterable[Said], zone: str = "+00:00") -> str:
    """Lines with RFC 3339 stamps; ``zone`` empty for local ones."""
    return "".join(f"{time:%Y-%m-%dT%H:%M:%S}{zone} alpha dhcpd: {text}\n" for time, text in said)


def track(text: str, source: str = "messages", server: str = "alpha", mtime: float | None = None) -> Track:
    """The rows of a log of one host."""
    piece = read_log(text.encode(), source)
    hosts = {host for table in piece.tables.values() for host in table["host"].cat.categories}
    (found,) = tracks(piece, {None: server} | dict.fromkeys(hosts, server), mtime)
    return found


def ack(number: int, name: str = "") -> str:
    """An acknowledgement for one of many clients."""
    host = f"({name}) " if name else ""
    return f"DHCPACK on 10.0.0.{number} to 02:00:00:00:00:{number:02x} {host}via eth0"


def lease(number: int, time: datetime, name: str = "") -> str:
    """The block that such an acknowledgement leaves; ``time`` in UTC."""
    stamp, end = (f"{one:%w %Y/%m/%d %H:%M:%S}" for one in (time, time + timedelta(hours=1)))
    host = f'  client-hostname "{name}";\n' if name else ""
    return (
        f"lease 10.0.0.{number} {{\n  starts {stamp};\n  ends {end};\n  cltt {stamp};\n"
        "  binding state active;\n"
        f"  hardware ethernet 02:00:00:00:00:{number:02x};\n{host}}}\n"
    )


def leases(blocks: Iterable[str], source: str = "dhcpd.leases") -> LeasePiece:
    """A lease file."""
    return read_leases("".join(blocks).encode(), source)


def stamp(time: datetime) -> float:
    """POSIX seconds of a time that is meant in UTC."""
    return time.replace(tzinfo=UTC).timestamp()
