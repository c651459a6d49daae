"""Small parts that several statements of the lease file share: hex lists, names, data, variables."""

from dhcplens.ingest.leases.cursor import Cursor, DroppedError
from dhcplens.ingest.leases.dates import integer
from dhcplens.ingest.leases.lexer import Kind, canonical
from dhcplens.ingest.leases.text import text_of

Value = str | int | bool
"""Value of a ``set`` variable."""


def octet(word: bytes, base: int) -> int:
    """A number token as one byte, the way convert_num of common/parse.c makes it."""
    negative = word.startswith(b"-")
    number = 0
    for char in word[negative:].lower():
        digit = char - 87 if char >= 97 else char - 48
        if not 0 <= digit < base:
            break
        number = number * base + digit
    return (-number if negative else number) & 255


def hex_list(cursor: Cursor) -> bytes | None:
    """Hex numbers joined by colons; None, standing where dhcpd goes on, if there is none or a bad one."""
    octets = bytearray()
    while True:
        if cursor.at_end():
            cursor.step()
            return bytes(octets) or None
        if cursor.kind() not in (Kind.NUMBER, Kind.HEX):
            cursor.remark("a hex number is missing")
            if cursor.exact:
                cursor.step()
            cursor.skip()
            return None
        octets.append(octet(cursor.value(), 16))
        cursor.step()
        if not cursor.take(b":"):
            break
    return bytes(octets)


def data(cursor: Cursor, limit: int) -> bytes:
    """A string or a hex list of at most ``limit`` bytes; empty, after a skip, for anything else."""
    if cursor.kind() is Kind.STRING:
        value = cursor.value()
        cursor.step()
        if len(value) < limit:
            return value
    elif cursor.kind() in (Kind.NUMBER, Kind.HEX):
        octets = hex_list(cursor)
        if octets is not None and len(octets) <= limit:
            return octets
        if octets is None:
            return b""
    cursor.remark("a string or a hex list of fitting length is missing")
    cursor.skip()
    return b""


def identifier(cursor: Cursor) -> bool:
    """Whether a name stands here; keywords are names, and so is, to dhcpd, any byte that is not ASCII."""
    kind = cursor.kind()
    return kind in (Kind.HEX, Kind.NAME, Kind.KEYWORD) or (kind is Kind.CHAR and cursor.value() >= b"\x80")


def host_name(cursor: Cursor) -> str | None:
    """Names joined by dots; None if there is not one."""
    parts: list[str] = []
    while identifier(cursor) or cursor.kind() is Kind.NUMBER:
        parts.append(text_of(cursor.value()))
        cursor.step()
        if not cursor.take(b"."):
            return ".".join(parts)
    return ".".join((*parts, "")) if parts else None


def variable(cursor: Cursor) -> tuple[str, Value]:
    """``NAME = VALUE;`` behind ``set``. Raises DroppedError, since dhcpd drops the block for a bad one."""
    if cursor.kind() not in (Kind.HEX, Kind.NAME):
        raise _lost(cursor, "a variable needs a name that is no keyword")
    name = cursor.value().decode("ascii")
    cursor.step()
    if not cursor.take(b"="):
        raise _lost(cursor, "a set statement has no '='")
    value = binding_value(cursor)
    cursor.semicolon()
    return name, value


def binding_value(cursor: Cursor) -> Value:
    """A constant: string, hex list, ``%`` and a number, true or false. Raises DroppedError otherwise."""
    kind = cursor.kind()
    if kind is Kind.STRING:
        value = text_of(cursor.value())
        cursor.step()
        return value
    if kind is Kind.HEX:
        octets = hex_list(cursor)
        if octets is None:
            if cursor.exact:
                cursor.skip()
            raise DroppedError
        return text_of(octets)
    if cursor.take(b"%"):
        if cursor.kind() is Kind.NUMBER:
            number = integer(cursor.value())
            cursor.step()
            return number
        if cursor.word() == b";":
            cursor.step()
            raise DroppedError
    elif kind is Kind.NAME and cursor.value().lower() in (b"true", b"false"):
        truth = cursor.value().lower() == b"true"
        cursor.step()
        return truth
    elif kind is not Kind.NAME:
        cursor.remark("a constant value is missing")
        if cursor.word() != b";":
            cursor.skip()
        raise DroppedError
    raise _lost(cursor, "a constant value is missing")


def _lost(cursor: Cursor, message: str) -> DroppedError:
    """dhcpd has taken one token, finds it wrong, and skips the statement with the block lost."""
    cursor.remark(message)
    if cursor.exact:
        cursor.step()
    cursor.skip()
    return DroppedError()


def braces(cursor: Cursor) -> str:
    """What stands in braces, as one line of text without them; the cursor is past the opening one.

    Raises DroppedError where the text ends before the braces close.
    """
    first, depth = cursor.at, 1
    while True:
        word = cursor.word()
        if cursor.at_end() or (not cursor.exact and cursor.starts_lease()):
            cursor.remark("a block in braces is not closed", first)
            raise DroppedError
        depth += (word == b"{") - (word == b"}")
        if depth == 0:
            body = canonical(cursor.tokens, first, cursor.at)
            cursor.step()
            return body
        cursor.step()


_EVENTS = (b"expiry", b"release", b"commit", b"transmission")


def on_statement(cursor: Cursor) -> tuple[str, str]:
    """Events and statements behind ``on``. Raises DroppedError, since dhcpd drops the block for a bad one."""
    events: list[str] = []
    while True:
        if cursor.word() not in _EVENTS:
            cursor.remark("an event of a lease is missing behind 'on'")
            raise _lost_in_block(cursor)
        events.append(cursor.word().decode())
        cursor.step()
        if not cursor.take(b"or"):
            break
    names = " or ".join(events)
    if cursor.take(b";"):
        return names, ""
    if not cursor.take(b"{"):
        cursor.remark("a left brace is missing behind 'on'")
        raise _lost_in_block(cursor)
    return names, braces(cursor)


def _lost_in_block(cursor: Cursor) -> DroppedError:
    if cursor.exact:
        cursor.step()
        cursor.skip()
        cursor.skip(1)
    else:
        cursor.skip()
    return DroppedError()


def relay_option(cursor: Cursor) -> tuple[str, str] | None:
    """Name and value, as text, behind ``option``; None for one that is not a relay agent's or is damaged."""
    first = cursor.at
    if not _option_word(cursor):
        return None
    if not cursor.take(b"."):
        cursor.remark("an option of a relay agent begins with 'agent.'", first)
        cursor.skip()
        return None
    if not _option_word(cursor):
        return None
    name = canonical(cursor.tokens, first, cursor.at)
    if name.lower() not in _RELAY_OPTIONS and not name.lower().startswith("agent.unknown-"):
        cursor.remark(f"no option of a relay agent: {name}")
        cursor.skip()
        return None
    first = cursor.at
    if name.lower() in _OTHER_RELAY_OPTIONS:
        while cursor.word() not in (b";", b"{", b"}") and not cursor.at_end():
            cursor.step()
        good = True
    else:
        good = bool(data(cursor, _LONGEST_OPTION))
    text = canonical(cursor.tokens, first, cursor.at)
    good = (cursor.semicolon() or not cursor.exact) and good
    return (name, text) if good else None


def _option_word(cursor: Cursor) -> bool:
    if identifier(cursor):
        cursor.step()
        return True
    cursor.remark("the name of an option is missing")
    if not cursor.take(b";"):
        if cursor.exact:
            cursor.step()
        cursor.skip()
    return False


_LONGEST_OPTION = 1024
_OTHER_RELAY_OPTIONS = (
    "agent.agent-id",
    "agent.docsis-device-class",
    "agent.link-selection",
    "agent.relay-port",
)
_RELAY_OPTIONS = ("agent.circuit-id", "agent.remote-id", *_OTHER_RELAY_OPTIONS)
