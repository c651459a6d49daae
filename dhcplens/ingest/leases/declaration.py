"""Everything else at the top of a lease file: host, group, class, subclass, server-duid, byte order.

Their bodies are dhcpd.conf(5) statements, of which only the braces are checked here.
"""

from dataclasses import dataclass
from typing import Final

from dhcplens.ingest.leases import values
from dhcplens.ingest.leases.cursor import Cursor, DroppedError
from dhcplens.ingest.leases.lexer import Kind, canonical, colon_hex
from dhcplens.ingest.leases.text import text_of

KINDS: Final = ("host", "group", "class", "subclass", "server-duid", "authoring-byte-order")
_LONGEST_DUID: Final = 128


@dataclass(slots=True)
class Declaration:
    """``name`` is the object's name, the DUID in hex or the byte order; ``text`` the whole on one line.

    The closing semicolon of a statement without braces is not part of ``text``.
    """

    kind: str
    name: str | None
    text: str
    accepted: bool = True


def read_declaration(cursor: Cursor, kind: str) -> Declaration:
    """The statement whose word, one of KINDS, the cursor has just passed."""
    first = cursor.at - 1
    name: str | None = None
    accepted = True
    try:
        name = _READERS[kind](cursor)
        if kind not in ("server-duid", "authoring-byte-order", "subclass"):
            _body(cursor)
    except DroppedError:
        accepted = False
    return Declaration(kind, name, _text(cursor, first), accepted)


def read_unknown(cursor: Cursor) -> Declaration:
    """Whatever stands at the top of the file without being an entry of a lease file."""
    first = cursor.at
    cursor.step()
    if cursor.tokens.values[first] != b"}" or cursor.exact:
        cursor.skip()
    return Declaration("unknown", None, _text(cursor, first), accepted=False)


def _text(cursor: Cursor, first: int) -> str:
    return canonical(cursor.tokens, first, cursor.at).removesuffix(";")


def _lost(cursor: Cursor, message: str, skip: bool = True) -> DroppedError:
    cursor.remark(message)
    if skip:
        cursor.skip()
    return DroppedError()


def _body(cursor: Cursor) -> None:
    if not cursor.take(b"{"):
        if cursor.exact:
            cursor.step()
        raise _lost(cursor, "a left brace is missing")
    try:
        values.braces(cursor)
    except DroppedError:  # dhcpd takes such a block as far as it goes
        return


def _host(cursor: Cursor) -> str:
    name = values.host_name(cursor)
    if name is None:
        raise _lost(cursor, "a host has no name")
    return name


def _group(cursor: Cursor) -> str | None:
    if not values.identifier(cursor) and cursor.kind() is not Kind.STRING:
        return None
    name = text_of(cursor.value())
    cursor.step()
    return name


def _class(cursor: Cursor) -> str:
    if cursor.kind() is not Kind.STRING:
        if cursor.exact:
            cursor.step()
        raise _lost(cursor, "a class needs a name in quotes")
    name = text_of(cursor.value())
    cursor.step()
    return name


def _subclass(cursor: Cursor) -> str:
    name = _class(cursor)
    if cursor.kind() is Kind.STRING:
        cursor.step()
    elif cursor.kind() not in (Kind.NUMBER, Kind.HEX):
        raise _lost(cursor, "a subclass needs a string or a hex list", skip=False)
    elif values.hex_list(cursor) is None:
        raise DroppedError
    if not cursor.take(b";"):
        _body(cursor)
    return name


def _duid(cursor: Cursor) -> str:
    octets = values.data(cursor, _LONGEST_DUID)
    if len(octets) <= 2:
        raise _lost(cursor, "a DUID is too short or missing")
    cursor.semicolon()
    return colon_hex(octets)


def _byte_order(cursor: Cursor) -> str:
    order = cursor.word().decode("latin-1")
    if order not in ("little-endian", "big-endian"):
        if cursor.exact:
            cursor.step()
        raise _lost(cursor, "a byte order is neither little-endian nor big-endian")
    cursor.step()
    cursor.semicolon()
    return order


_READERS: Final = {
    "host": _host,
    "group": _group,
    "class": _class,
    "subclass": _subclass,
    "server-duid": _duid,
    "authoring-byte-order": _byte_order,
}
