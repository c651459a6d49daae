"""One ``lease { }`` block, read as dhcpd 4.4.3-P1 reads it (parse_lease_declaration of server/confpars.c)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from dhcplens.ingest.leases import values
from dhcplens.ingest.leases.cursor import Cursor, DroppedError
from dhcplens.ingest.leases.dates import NEVER_SECONDS, integer, read_date
from dhcplens.ingest.leases.lexer import Kind, canonical
from dhcplens.ingest.leases.text import text_of
from dhcplens.model.states import BindingState

STAMPS: Final = ("starts", "ends", "tstp", "tsfp", "atsfp", "cltt")
_LONGEST_HARDWARE: Final = 20
_HARDWARE: Final = {1: "ethernet", 6: "token-ring", 8: "fddi", 32: "infiniband"}
_HARDWARE_NUMBERS: Final = {name.encode(): number for number, name in _HARDWARE.items()}


class HaltedError(DroppedError):
    """dhcpd stops running at this statement."""


@dataclass(slots=True)
class Lease:
    """What a block says. Times in seconds of UTC, 0 for none; ``options`` are statements without a column.

    The keys of ``options``: ``set`` (name to value), ``option`` (name to text of the value), ``billing``
    (class, or class and hash), ``on`` (events to statements), ``class`` (a name that dhcpd ignores),
    ``other`` (texts of statements that dhcpd would not take).
    """

    ip: str
    stamps: dict[str, int] = field(default_factory=dict)
    state: str | None = None
    next_state: str | None = None
    rewind_state: str | None = None
    hardware: str | None = None
    mac: bytes | None = None
    uid: bytes | None = None
    hostname: str | None = None
    reserved: bool = False
    bootp: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    accepted: bool = True

    def put(self, group: str, key: str, value: object) -> None:
        """Remember a statement in ``options``."""
        self.options.setdefault(group, {})[key] = value

    def put_other(self, text: str) -> None:
        """Remember a statement that dhcpd does not take."""
        self.options.setdefault("other", []).append(text.removesuffix(";"))

    def complete(self) -> None:
        """Fill in what dhcpd takes for statements that are not there.

        ``next`` and ``rewind`` are the binding state, ``tstp`` is ``ends``. Without a binding state dhcpd
        decides by its clock; what that would give stays open here unless the clock cannot matter.
        """
        ends = self.stamps.get("ends", 0)
        if self.state is None and ("on" in self.options or ends in (0, NEVER_SECONDS)):
            self.state = self.rewind_state = "active" if "on" in self.options or ends else "free"
            self.next_state = "free"
        if self.state is not None:
            self.next_state = self.next_state or self.state
            self.rewind_state = self.rewind_state or self.state
        if "tstp" not in self.stamps:
            self.stamps["tstp"] = ends


def read_lease(cursor: Cursor) -> Lease | None:
    """The block behind the word ``lease``; None where there is no address and brace to make one of.

    A block that dhcpd drops comes back with ``accepted`` False and what was read until then.
    Raises HaltedError where dhcpd would stop running.
    """
    address = _address(cursor)
    if address is None:
        return None
    lease = Lease(address)
    seen: set[str] = set()
    try:
        while not _ended(cursor):
            read_statement(cursor, lease, seen)
    except HaltedError:
        raise
    except DroppedError:
        lease.accepted = False
    lease.complete()
    return lease


def _address(cursor: Cursor) -> str | None:
    parts = []
    for position in range(4):
        if position and not cursor.take(b"."):
            cursor.remark("an address has too few numbers")
            if cursor.word() not in (b"{", b"}"):
                ended = cursor.word() == b";"
                cursor.step()
                if ended:
                    return None
            cursor.skip()
            return None
        if cursor.kind() is not Kind.NUMBER:
            cursor.remark("an address is not readable")
            cursor.step()
            cursor.skip()
            return None
        parts.append(str(values.octet(cursor.value(), 10)))
        cursor.step()
    if not cursor.take(b"{"):
        cursor.remark("a left brace is missing")
        cursor.step()
        cursor.skip()
        return None
    return ".".join(parts)


def _ended(cursor: Cursor) -> bool:
    if cursor.take(b"}"):
        return True
    if cursor.at_end():
        cursor.remark("the file ends inside this block")
        cursor.step()
        return True
    return not cursor.exact and cursor.starts_lease()


def read_statement(cursor: Cursor, lease: Lease, seen: set[str]) -> None:
    """One statement into the block; ``seen`` are those that may not come twice.

    Raises DroppedError where dhcpd drops the block, and HaltedError where it would stop running.
    """
    first = cursor.at
    word = cursor.value().decode("latin-1").lower()
    reader = _READERS.get(word) if cursor.kind() in (Kind.KEYWORD, Kind.NAME) else None
    cursor.step()
    try:
        if reader is None:
            cursor.remark(f"unknown statement in a lease: {word!r}", first)
            cursor.skip()
            raise DroppedError
        parameter = reader(cursor, lease, word)
    except DroppedError:
        if cursor.exact:
            raise
        lease.put_other(canonical(cursor.tokens, first, cursor.at))
        return
    if parameter and parameter in seen:
        cursor.remark(f"a lease has {word!r} twice; the last one counts", first)
    seen.add(parameter)


def _stamp(cursor: Cursor, lease: Lease, word: str) -> str:
    lease.stamps[word] = read_date(cursor)
    return word


def _timestamp(cursor: Cursor, _lease: Lease, _word: str) -> str:
    cursor.remark("'timestamp' makes dhcpd 3.1 and newer stop")
    cursor.skip()
    raise HaltedError


def _uid(cursor: Cursor, lease: Lease, _word: str) -> str:
    if cursor.kind() is Kind.STRING:
        lease.uid = cursor.value() or None
        cursor.step()
    else:
        lease.uid = values.hex_list(cursor)
        if lease.uid is None:
            raise DroppedError
    cursor.semicolon()
    return "uid"


def _hardware(cursor: Cursor, lease: Lease, _word: str) -> str:
    number = _hardware_number(cursor)
    cursor.step()
    if number is None:
        cursor.remark("an unknown type of hardware")
        cursor.skip()
        return "hardware"
    lease.hardware, lease.mac = _HARDWARE.get(number, f"unknown-{number}"), None
    if cursor.word() != b";":
        lease.mac = values.hex_list(cursor)
        if lease.mac is None:
            return "hardware"
        if len(lease.mac) > _LONGEST_HARDWARE:
            cursor.remark("a hardware address is too long")
            lease.hardware = lease.mac = None
    cursor.semicolon()
    return "hardware"


def _hardware_number(cursor: Cursor) -> int | None:
    number = _HARDWARE_NUMBERS.get(cursor.word())
    if number is None and cursor.kind() is Kind.NAME and cursor.value().startswith(b"unknown-"):
        digits = cursor.value()[len(b"unknown-") :]
        number = integer(digits) & 255 if digits.isdigit() else 0
    return number


def _hostname(cursor: Cursor, lease: Lease, _word: str) -> str:
    if cursor.kind() is Kind.STRING:
        lease.hostname = text_of(cursor.value().split(b"\0")[0])
        cursor.step()
        if not cursor.semicolon() and cursor.exact:
            raise DroppedError
        return "client-hostname"
    lease.hostname = values.host_name(cursor)
    if lease.hostname is None:
        cursor.remark("a host name is missing")
        cursor.skip()
        raise DroppedError
    cursor.semicolon()
    return "client-hostname"


def _binding(cursor: Cursor, lease: Lease, word: str) -> str:
    if word != "binding" and not _part(cursor, b"binding"):
        return word
    if not _part(cursor, b"state"):
        return word
    state = cursor.word().decode("latin-1")
    if state in ("reserved", "bootp"):
        lease.reserved, lease.bootp = lease.reserved or state == "reserved", lease.bootp or state == "bootp"
        state = BindingState.ACTIVE
    elif state not in _STATES:
        cursor.remark("a binding state has an unknown name")
        if cursor.exact:
            cursor.step()
        cursor.skip()
        raise DroppedError
    cursor.step()
    if word == "next":
        lease.next_state = state
    elif word == "rewind":
        lease.rewind_state = state
    else:
        lease.state = state
    cursor.semicolon()
    return word


_STATES: Final = frozenset(BindingState)


def _part(cursor: Cursor, word: bytes) -> bool:
    if cursor.take(word):
        return True
    cursor.remark(f"'{word.decode()}' is missing")
    if cursor.exact:
        cursor.step()
    cursor.skip()
    return False


def _abandoned(cursor: Cursor, lease: Lease, _word: str) -> str:
    lease.state = lease.next_state = BindingState.ABANDONED
    cursor.semicolon()
    return "binding"


def _flag(cursor: Cursor, lease: Lease, word: str) -> str:
    lease.reserved = lease.reserved or word == "reserved"
    lease.bootp = lease.bootp or word == "dynamic-bootp"
    cursor.semicolon()
    return ""


def _class(cursor: Cursor, lease: Lease, _word: str) -> str:
    if not values.identifier(cursor):
        if cursor.word() != b";":
            cursor.step()
            cursor.skip(1)
        else:
            cursor.step()
        raise DroppedError
    lease.options["class"] = text_of(cursor.value())
    cursor.step()
    cursor.semicolon()
    return "class"


def _billing(cursor: Cursor, lease: Lease, _word: str) -> str:
    subclass = cursor.take(b"subclass")
    if not subclass and not cursor.take(b"class"):
        _wrong_word(cursor, "'class' is missing behind 'billing'")
        return "billing"
    if cursor.kind() is not Kind.STRING:
        _wrong_word(cursor, "a class needs a name in quotes")
        return "billing"
    billed: list[str] = [text_of(cursor.value())]
    cursor.step()
    if subclass:
        if cursor.kind() not in (Kind.STRING, Kind.NUMBER, Kind.HEX):
            cursor.remark("a subclass needs a string or a hex list")
            return "billing"
        octets = cursor.value() if cursor.kind() is Kind.STRING else None
        if octets is None:
            octets = values.hex_list(cursor)
        else:
            cursor.step()
        if octets is None:
            return "billing"
        billed.append(text_of(octets))
        if cursor.take(b"{"):
            values.braces(cursor)
            lease.options["billing"] = billed
            return "billing"
    cursor.semicolon()
    lease.options["billing"] = billed
    return "billing"


def _wrong_word(cursor: Cursor, message: str) -> None:
    cursor.remark(message)
    if cursor.take(b";"):
        return
    if cursor.exact:
        cursor.step()
    cursor.skip()


def _on(cursor: Cursor, lease: Lease, _word: str) -> str:
    lease.options.setdefault("on", {}).update([values.on_statement(cursor)])
    return ""


def _set(cursor: Cursor, lease: Lease, _word: str) -> str:
    lease.put("set", *values.variable(cursor))
    return ""


def _old_name(cursor: Cursor, lease: Lease, word: str) -> str:
    lease.put("set", word, values.binding_value(cursor))
    cursor.semicolon()
    return word


def _option(cursor: Cursor, lease: Lease, _word: str) -> str:
    first = cursor.at - 1
    found = values.relay_option(cursor)
    if found is not None:
        lease.put("option", *found)
    else:
        lease.put_other(canonical(cursor.tokens, first, cursor.at))
    return ""


_Reader = Callable[[Cursor, Lease, str], str]
_READERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys(STAMPS, _stamp),
    "timestamp": _timestamp,
    "uid": _uid,
    "hardware": _hardware,
    "client-hostname": _hostname,
    **dict.fromkeys(("binding", "next", "rewind"), _binding),
    "abandoned": _abandoned,
    **dict.fromkeys(("reserved", "dynamic-bootp"), _flag),
    "class": _class,
    "billing": _billing,
    "on": _on,
    "set": _set,
    **dict.fromkeys(("ddns-fwd-name", "ddns-rev-name"), _old_name),
    **dict.fromkeys(("option", "supersede"), _option),
}
