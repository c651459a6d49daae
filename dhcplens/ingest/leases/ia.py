"""One DHCPv6 block, ``ia-na``, ``ia-ta`` or ``ia-pd``, as ``dhcpd -6`` reads it (server/confpars.c)."""

from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv6Address
from typing import Any, Final

from dhcplens.ingest.leases import values
from dhcplens.ingest.leases.cursor import Cursor, DroppedError
from dhcplens.ingest.leases.dates import integer, read_date
from dhcplens.ingest.leases.lexer import Kind, canonical

KINDS: Final = ("ia-na", "ia-ta", "ia-pd")
_STATES: Final = frozenset(("active", "abandoned", "free", "expired", "released"))
_LONGEST_ID: Final = 132


@dataclass(slots=True)
class Part:
    """One ``iaaddr`` or ``iaprefix``. Times in seconds of UTC; ``ends`` is None where it is missing."""

    line_at: int  # token index
    address: str
    prefix: int | None = None
    state: str | None = None
    preferred_life: int | None = None
    max_life: int | None = None
    ends: int | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Association:
    """An identity association: ``identity`` is 4 bytes of IAID, in the writer's byte order, and the DUID."""

    kind: str
    identity: bytes
    cltt: int = 0
    parts: list[Part] = field(default_factory=list)
    accepted: bool = True


def read_association(cursor: Cursor, kind: str) -> Association | None:
    """The block behind the word; None where its head is damaged. What a damaged block says is still in it."""
    identity = values.data(cursor, _LONGEST_ID)
    if len(identity) <= 5:
        cursor.remark("an IAID and DUID are too short or missing")
        cursor.skip()
        return None
    if not cursor.take(b"{"):
        cursor.remark("a left brace is missing")
        cursor.step()
        cursor.skip()
        return None
    block = Association(kind, identity)
    try:
        while not cursor.take(b"}"):
            if not cursor.exact and (cursor.starts_lease() or cursor.at >= cursor.tokens.last):
                break
            if cursor.take(b"cltt"):
                block.cltt = read_date(cursor)
            else:
                _part(cursor, block)
    except DroppedError:
        block.accepted = False
    return block


def _lost(cursor: Cursor, message: str, skip: bool = True) -> DroppedError:
    cursor.remark(message)
    if skip:
        if cursor.exact or cursor.word() not in (b"}", b""):
            cursor.step()
        cursor.skip()
    return DroppedError()


def _part(cursor: Cursor, block: Association) -> None:
    try:
        part = Part(cursor.at, "")
        if not cursor.take(b"iaprefix" if block.kind == "ia-pd" else b"iaaddr"):
            raise _lost(cursor, "an address of an IA or a right brace is missing")
        part.address = _address(cursor)
        if block.kind == "ia-pd":
            part.prefix = _prefix(cursor)
        if not cursor.take(b"{"):
            raise _lost(cursor, "a left brace is missing")
        block.parts.append(part)
        while not cursor.take(b"}"):
            if cursor.at_end() or (not cursor.exact and cursor.starts_lease()):
                raise _lost(cursor, "the file ends inside this block", skip=False)
            _part_statement(cursor, part)
        if part.state is None or part.ends is None:
            missing = "binding state" if part.state is None else "end"
            raise _lost(cursor, f"an address of an IA has no {missing}", skip=False)
    except DroppedError:
        if cursor.exact:
            raise
        if cursor.at_end():
            cursor.step()


def _address(cursor: Cursor) -> str:
    parts: list[bytes] = []
    while cursor.kind() in (Kind.HEX, Kind.NAME, Kind.NUMBER) or cursor.word() in (b":", b".", b"add"):
        if parts and cursor.tokens.starts[cursor.at] != cursor.tokens.ends[cursor.at - 1]:
            break
        parts.append(cursor.value())
        cursor.step()
    try:
        return str(IPv6Address(b"".join(parts).decode("ascii")))
    except AddressValueError:
        cursor.remark("an IPv6 address is not readable")
        cursor.skip()
        if cursor.exact:
            cursor.skip()
        raise DroppedError from None


def _prefix(cursor: Cursor) -> int:
    if not cursor.take(b"/") or cursor.kind() is not Kind.NUMBER or not 0 <= integer(cursor.value()) <= 128:
        raise _lost(cursor, "a prefix has no length")
    length = integer(cursor.value())
    cursor.step()
    return length


def _part_statement(cursor: Cursor, part: Part) -> None:
    first = cursor.at
    word = cursor.word()
    cursor.step()
    try:
        if word == b"binding":
            _binding(cursor, part)
        elif word in (b"preferred-life", b"max-life"):
            _life(cursor, part, word)
        elif word == b"ends":
            part.ends = read_date(cursor)
        elif word == b"set":
            name, value = values.variable(cursor)
            part.options.setdefault("set", {})[name] = value
        elif word == b"on":
            part.options.setdefault("on", {}).update([values.on_statement(cursor)])
        else:
            cursor.remark("unknown statement in an IA", first)
            cursor.skip()
            text = canonical(cursor.tokens, first, cursor.at).removesuffix(";")
            part.options.setdefault("other", []).append(text)
    except DroppedError:
        if cursor.exact:
            raise


def _binding(cursor: Cursor, part: Part) -> None:
    if not cursor.take(b"state"):
        raise _lost(cursor, "'state' is missing")
    state = cursor.word().decode("latin-1")
    if state not in _STATES:
        raise _lost(cursor, "a binding state has an unknown name")
    part.state = state
    cursor.step()
    if not cursor.take(b";"):
        cursor.remark("a semicolon is missing")
        if cursor.exact:
            cursor.step()


def _life(cursor: Cursor, part: Part, word: bytes) -> None:
    if cursor.kind() is not Kind.NUMBER:
        cursor.remark(f"{word.decode()} needs a number")
        if cursor.exact:
            cursor.step()
        cursor.skip()
        return
    seconds = integer(cursor.value())
    if word == b"max-life":
        part.max_life = seconds
    else:
        part.preferred_life = seconds
    cursor.step()
    if not cursor.take(b";"):
        cursor.remark("a semicolon is missing")
