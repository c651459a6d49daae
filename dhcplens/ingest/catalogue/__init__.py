"""The one catalogue of what dhcpd says, for every reader, the writer of replayed logs and the reference."""

from functools import cache

from dhcplens.ingest.catalogue import breadth, dhcp, failover, groups, server
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
    "group_codes",
    "kinds",
    "read",
]

LONGEST = 1536
"""dhcpd cuts its lines at 1,023 bytes; no longer text than this is looked up."""

_HAND: tuple[Line, ...] = (*dhcp.MESSAGES, *failover.LINES, *server.LINES, *groups.LINES)
_GENERAL = ("parse-problem", "protocol-error")  # so wide that every other entry goes first


@cache
def entries() -> tuple[Line, ...]:
    """All entries. Lines that make up one notice, and wordings too far apart, share a code."""
    return (*_HAND, *breadth.lines())


@cache
def _codes(lines: tuple[Line, ...]) -> dict[str, Line]:
    first: dict[str, Line] = {}
    for line in lines:
        first.setdefault(line.code, line)
    return first


def by_code(code: str) -> Line:
    """The (first) entry of a code. Raises KeyError when there is none."""
    return _codes(_HAND).get(code) or _codes(entries())[code]


def boot_codes() -> frozenset[str]:
    """Codes of the notices that a process writes once, when it starts.

    The first transition of a process, to ``startup``, belongs to the same moment.
    """
    return frozenset(line.code for line in _HAND if line.boot)


def group_codes() -> frozenset[str]:
    """Codes of the notices that take several lines."""
    return frozenset(line.code for line in _HAND if line.part > 0)


@cache
def _messages() -> Index:
    return Index(dhcp.MESSAGES)


@cache
def _notices() -> Index:
    return Index(
        line
        for line in _HAND
        if line.table is not Table.MESSAGES and line is not groups.EMPTY and line.code not in _GENERAL
    )


@cache
def _breadth() -> Index:
    return Index(breadth.lines())


@cache
def _general() -> Index:
    return Index(by_code(code) for code in _GENERAL)


def read(text: str, *, rare: bool = True) -> Reading | None:
    """The entry and the fields of a line without its syslog header, or None when dhcpd does not say this.

    Blanks around the text and the number of blanks inside do not matter. Without ``rare``, the long list of
    what dhcpd seldom says is neither loaded nor asked.
    """
    if len(text) > LONGEST:
        return None
    text = text.replace("\n", " ").replace("\t", " ").strip()
    if not text:
        return Reading(groups.EMPTY, {})
    return (
        _messages().read(text.removeprefix(_OVER_IPV6))
        or _notices().read(text)
        or (_breadth().read(text) if rare else None)
        or _general().read(text)
    )


_OVER_IPV6 = "DHCP4o6 "  # stands before a message that came through DHCPv6
