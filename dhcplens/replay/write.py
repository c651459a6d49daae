"""What the engine did, as dhcpd would have written it: log lines by the catalogue, lease files, folders."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dhcplens.engine.dialect import Dialect
from dhcplens.engine.events import StateRecord
from dhcplens.engine.leases import Record, dotted
from dhcplens.ingest import catalogue
from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.lease import STAMPS, Lease
from dhcplens.ingest.leases.printer import Dialect as Release
from dhcplens.ingest.leases.printer import header_text, lease_text, state_text
from dhcplens.ingest.leases.text import text_of
from dhcplens.replay.layout import server_folder
from dhcplens.replay.scenario import Server

_LEVELS = {"debug": 7, "info": 6, "error": 3, "fatal": 3}


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
    release = Release(dialect.version)
    blocks = (
        state_text(_state(one)) if isinstance(one, StateRecord) else lease_text(_lease(one), release)
        for one in records
    )
    return header_text(release) + "".join(blocks)


def _state(record: StateRecord) -> StateBlock:
    return StateBlock(
        record.relationship, record.me, record.stos, record.partner, record.partner_stos, record.mclt
    )


def _lease(record: Record) -> Lease:
    """A host name that is not printable is not written (dhcpd's db.c)."""
    name = record.hostname
    return Lease(
        dotted(record.ip),
        {stamp: getattr(record, stamp) for stamp in STAMPS},
        record.state,
        record.next_state,
        record.rewind,
        hardware="ethernet" if record.hardware else None,
        mac=record.hardware[1:],
        uid=record.uid or None,
        hostname=text_of(name.encode()) if name and name.isascii() and name.isprintable() else None,
    )
