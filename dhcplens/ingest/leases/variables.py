"""The statements of a lease block that have no column: variables, options of relay agents, and rarer ones."""

import re
from typing import Any, Final

from dhcplens.ingest.leases.cursor import Cursor, DroppedError
from dhcplens.ingest.leases.keywords import KEYWORDS
from dhcplens.ingest.leases.lease import Lease, read_statement
from dhcplens.ingest.leases.lexer import lex, quoted, unescaped
from dhcplens.ingest.leases.text import text_of

_USUAL: Final = re.compile(
    rb"\s*(?:set ([A-Za-z][0-9A-Za-z_-]*) = |option (agent\.(?:circuit|remote)-id) |billing class )"
    rb'(?:([0-9a-f]{1,2}(?::[0-9a-f]{1,2})+)|"((?:[ !#-\[\]-~]|\\[0-3][0-7][0-7]|\\["\\])*)");'
)
_LONGEST: Final = 1000  # shorter values fit wherever dhcpd puts them


def read_options(text: bytes) -> dict[str, Any] | None:
    """The ``options`` of a block with these statements; None unless dhcpd takes all without a warning."""
    found = _usual(text)
    return _exact(text) if found is None else found


def _usual(text: bytes) -> dict[str, Any] | None:
    """The same, sooner, for statements that most files have."""
    options: dict[str, Any] = {}
    at = 0
    for match in _USUAL.finditer(text):
        name, option, octets, inside = match.groups()
        if match.start() != at or match.end() - at > _LONGEST:
            return None
        at = match.end()
        if option is not None and octets is not None:
            options.setdefault("option", {})[option.decode()] = octets.decode()
        elif option is not None and inside:
            options.setdefault("option", {})[option.decode()] = quoted(unescaped(inside))
        elif name is not None and octets is None and name.decode().lower() not in KEYWORDS:
            options.setdefault("set", {})[name.decode()] = text_of(unescaped(inside))
        elif name is None and option is None and octets is None and "billing" not in options:
            options["billing"] = [text_of(unescaped(inside))]
        else:
            return None
    return options if at == len(text) else None


def _exact(text: bytes) -> dict[str, Any] | None:
    lease = read_statements(text)
    alone = lease is not None and lease == Lease("", options=lease.options)
    return lease.options if lease is not None and alone else None


def read_statements(text: bytes) -> Lease | None:
    """A block of these whole statements alone; None unless dhcpd takes all of them without a warning."""
    tokens = lex(text + b"\n")
    cursor = Cursor(tokens, 0, exact=True)
    lease, seen = Lease(""), set[str]()
    try:
        while cursor.at < tokens.last:
            read_statement(cursor, lease, seen)
    except DroppedError:
        return None
    return None if cursor.remarks or tokens.remarks or cursor.saw_end else lease
