"""The one catalogue of what dhcpd says, for every reader, the writer of replayed logs and the reference."""

from functools import cache

from dhcplens.ingest.catalogue import dhcp, failover, groups, server
from dhcplens.ingest.catalogue.dhcp import MessageLine
from dhcplens.ingest.catalogue.index import Index, Reading
from dhcplens.ingest.catalogue.line import Level, Line, Older, Table
from dhcplens.ingest.catalogue.notes import NOTES, Note, kinds

__all__ = [
    "NOTES",
    "Level",
    "Line",
    "MessageLine",
    "Note",
    "Older",
    "Reading",
    "Table",
    "boot_codes",
    "by_code",
    "entries",
    "kinds",
    "read",
]

_LINES: tuple[Line, ...] = (*dhcp.MESSAGES, *failover.LINES, *server.LINES, *groups.LINES)


def entries() -> tuple[Line, ...]:
    """All entries. Lines that make up one notice, and wordings too far apart, share a code."""
    return _LINES


@cache
def _codes() -> dict[str, Line]:
    first: dict[str, Line] = {}
    for line in _LINES:
        first.setdefault(line.code, line)
    return first


def by_code(code: str) -> Line:
    """The (first) entry of a code. Raises KeyError when there is none."""
    return _codes()[code]


@cache
def boot_codes() -> frozenset[str]:
    """Codes of the notices that a process writes once, when it starts.

    The first transition of a process, to ``startup``, belongs to the same moment.
    """
    return frozenset(line.code for line in _LINES if line.boot)


@cache
def _messages() -> Index:
    return Index(dhcp.MESSAGES)


@cache
def _rest() -> Index:
    return Index(line for line in _LINES if line.table is not Table.MESSAGES and line is not groups.EMPTY)


def read(text: str) -> Reading | None:
    """The entry and the fields of a line without its syslog header, or None when dhcpd does not say this.

    Blanks around the text and the number of blanks inside do not matter.
    """
    text = text.strip().removeprefix("DHCP4o6 ")
    if not text:
        return Reading(groups.EMPTY, {})
    return _messages().read(text) or _rest().read(text)
