"""What the engine did, as dhcpd would have written it: log lines by the catalogue, lease files, folders."""

import time
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from dhcplens.engine.dialect import Dialect
from dhcplens.engine.events import StateRecord
from dhcplens.engine.leases import NEVER, Record
from dhcplens.ingest import catalogue
from dhcplens.replay.layout import server_folder
from dhcplens.replay.scenario import Server

_LEVELS = {"debug": 7, "info": 6, "error": 3, "fatal": 3}
_HEADER = (
    "# The format of this file is documented in the dhcpd.leases(5) manual page.\n"
    "# This lease file was written by isc-dhcp-{version}\n\n"
)
_BYTE_ORDER = (
    "# authoring-byte-order entry is generated, DO NOT DELETE\nauthoring-byte-order little-endian;\n\n"
)


@cache
def _note_levels() -> Mapping[str, int]:
    return {note.note: _LEVELS[note.level] for note in catalogue.NOTES}


def level(code: str, fields: Mapping[str, Any]) -> int:
    """The syslog level of a line: that of its suffix, where it has one."""
    note = fields.get("note")
    if note is not None:
        return _note_levels().get(note, 6)
    return _LEVELS[catalogue.by_code(code).level]


def line(code: str, fields: Mapping[str, Any], release: str) -> str:
    """The text of a line as that release writes it."""
    return catalogue.by_code(code).format(dialect=release, **fields)


def write_leases(
    out: Path, server: Server, records: Iterable[Record | StateRecord], dialect: Dialect
) -> None:
    """The server's ``dhcpd.leases`` and ``dhcpd.conf``."""
    folder = server_folder(out, server)
    (folder / "dhcpd.conf").write_text(server.conf, encoding="utf-8")
    (folder / "dhcpd.leases").write_text(lease_file(records, dialect), encoding="utf-8")


def lease_file(records: Iterable[Record | StateRecord], dialect: Dialect) -> str:
    """A whole lease file (dhcpd.leases(5))."""
    header = _HEADER.format(version=dialect.version) + (_BYTE_ORDER if dialect.rewind else "")
    blocks = (
        state_block(one) if isinstance(one, StateRecord) else lease_block(one, dialect) for one in records
    )
    return header + "".join(blocks)


def state_block(record: StateRecord) -> str:
    """One ``failover peer … state`` block."""
    lines = [
        f'\nfailover peer "{record.relationship}" state {{',
        f"  my state {record.me} at {date(record.stos)};",
        f"  partner state {record.partner} at {date(record.partner_stos)};",
    ]
    if record.mclt is not None:
        lines.append(f"  mclt {record.mclt};")
    return "\n".join((*lines, "}", ""))


def lease_block(record: Record, dialect: Dialect) -> str:
    """One ``lease`` block, its statements in dhcpd's order (dhcpd's db.c)."""
    stamps = [(name, getattr(record, name)) for name in ("starts", "ends", "tstp", "tsfp", "atsfp", "cltt")]
    lines = [f"lease {address(record.ip)} {{", *(f"  {name} {date(at)};" for name, at in stamps if at)]
    lines.append(f"  binding state {record.state};")
    if record.next_state is not record.state:
        lines.append(f"  next binding state {record.next_state};")
    if dialect.rewind and record.rewind is not record.state:
        lines.append(f"  rewind binding state {record.rewind};")
    if record.hardware:
        lines.append(f"  hardware ethernet {record.hardware[1:].hex(':')};")
    if record.uid:
        lines.append(f'  uid "{quoted(record.uid)}";')
    if record.hostname and record.hostname.isascii() and record.hostname.isprintable():
        lines.append(f'  client-hostname "{record.hostname}";')
    return "\n".join((*lines, "}", ""))


@lru_cache(maxsize=65536)
def address(ip: int) -> str:
    """Dotted quad."""
    return f"{ip >> 24}.{ip >> 16 & 255}.{ip >> 8 & 255}.{ip & 255}"


@lru_cache(maxsize=65536)
def date(seconds: int) -> str:
    """A moment as a lease file has it: weekday (Sunday is 0), then UTC."""
    if seconds >= NEVER:
        return "never"
    moment = time.gmtime(seconds)
    return f"{(moment.tm_wday + 1) % 7} {time.strftime('%Y/%m/%d %H:%M:%S', moment)}"


def quoted(value: bytes) -> str:
    """Bytes in a lease file's string: what is not printable ASCII in octal."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else _escape(byte) for byte in value)


def _escape(byte: int) -> str:
    return f"\\{chr(byte)}" if byte in b'"\\' else f"\\{byte:03o}"
