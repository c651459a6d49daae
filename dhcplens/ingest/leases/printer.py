"""Lease files as dhcpd writes them (write_lease and its neighbours in server/db.c), from plain values."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final

from dhcplens.ingest.leases.dates import NEVER_SECONDS, date_text
from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.ia import Association, Part
from dhcplens.ingest.leases.lease import STAMPS, Lease
from dhcplens.ingest.leases.lexer import colon_hex, quoted
from dhcplens.ingest.leases.text import bytes_of


class Dialect(StrEnum):
    """Whose way of writing; the values are dhcpd's own version texts."""

    V3_0_1 = "V3.0.1"
    V4_4_3 = "4.4.3-P1"


_FORMAT: Final = "# The format of this file is documented in the dhcpd.leases(5) manual page.\n"
_OLD_PREAMBLE: Final = (
    "# All times in this file are in UTC (GMT), not your local timezone.   This is\n"
    "# not a bug, so please don't ask about it.   There is no portable way to\n"
    "# store leases in the local timezone, so please don't request this as a\n"
    "# feature.   If this is inconvenient or confusing to you, we sincerely\n"
    "# apologize.   Seriously, though - don't ask.\n"
)
_ORDER_NOTE: Final = "# authoring-byte-order entry is generated, DO NOT DELETE\n"
_BARE_NEVER: Final = "2 2038/01/19 03:14:07;"  # 3.0.1 knows "never" for starts and ends only
_PRINTABLE: Final = re.compile(rb"[ !#-\[\]-~]*")


def header_text(dialect: Dialect = Dialect.V4_4_3, order: str = "little-endian") -> str:
    """The comments at the top of a new file, and the byte order where the version writes it."""
    written = f"{_FORMAT}# This lease file was written by isc-dhcp-{dialect}\n\n"
    if dialect is Dialect.V3_0_1:
        return _OLD_PREAMBLE + written
    return f"{written}{_ORDER_NOTE}authoring-byte-order {order};\n\n"


def duid_text(duid: bytes) -> str:
    """The ``server-duid`` statement, which 4.x appends once after its start."""
    return f"server-duid {quoted(duid)};\n\n"


def state_text(block: StateBlock) -> str:
    """A ``failover peer … state`` block with the empty line before it; the same in all versions."""
    lines = [f"\nfailover peer {quoted(bytes_of(block.relationship))} state {{"]
    for who, state, since in (
        ("my", block.my_state, block.my_since),
        ("partner", block.partner_state, block.partner_since),
    ):
        if state is not None:
            when = f" at {date_text(since)}" if since else ";"
            lines.append(f"  {who} state {state}{when}")
    if block.mclt is not None:
        lines.append(f"  mclt {block.mclt};")
    return "\n".join(lines) + "\n}\n"


def lease_text(lease: Lease, dialect: Dialect = Dialect.V4_4_3) -> str:
    """A ``lease`` block; ``next`` and ``rewind`` states stand in it where they differ, times where not 0."""
    lines = [f"lease {lease.ip} {{", *_stamp_lines(lease, dialect), *_state_lines(lease, dialect)]
    billing = lease.options.get("billing")
    if billing:
        kind = "class" if len(billing) == 1 else "subclass"
        hashes = [_string_or_hex(bytes_of(text)) for text in billing[1:]]
        lines.append(f"  billing {' '.join((kind, quoted(bytes_of(billing[0])), *hashes))};")
    if lease.hardware is not None:
        lines.append(f"  hardware {lease.hardware} {colon_hex(lease.mac or b'')};")
    if lease.uid is not None:
        lines.append(f"  uid {quoted(lease.uid)};")
    lines += _variable_lines(lease.options, "  ")
    lines += [f"  option {name} {value};" for name, value in lease.options.get("option", {}).items()]
    if "class" in lease.options:
        lines.append(f"  class {lease.options['class']};")
    if lease.hostname is not None:
        lines.append(f"  client-hostname {quoted(bytes_of(lease.hostname))};")
    lines += _on_lines(lease.options, "  ")
    lines += [f"  {_whole(text)}" for text in lease.options.get("other", [])]
    return "\n".join(lines) + "\n}\n"


def _stamp_lines(lease: Lease, dialect: Dialect) -> Iterator[str]:
    for stamp in STAMPS:
        seconds = lease.stamps.get(stamp, 0)
        old = dialect is Dialect.V3_0_1
        if seconds and not (old and stamp == "atsfp"):
            bare = old and seconds == NEVER_SECONDS and stamp not in ("starts", "ends")
            yield f"  {stamp} {_BARE_NEVER if bare else date_text(seconds)}"


def _state_lines(lease: Lease, dialect: Dialect) -> Iterator[str]:
    state = lease.state
    if state is None:
        return
    old = dialect is Dialect.V3_0_1
    if old and state == "active" and (lease.bootp or lease.reserved):
        yield f"  binding state {'bootp' if lease.bootp else 'reserved'};"
    else:
        yield f"  binding state {state};"
    if lease.next_state not in (None, state):
        yield f"  next binding state {lease.next_state};"
    if old:
        return
    if lease.rewind_state not in (None, state):
        yield f"  rewind binding state {lease.rewind_state};"
    if lease.reserved:
        yield "  reserved;"
    if lease.bootp:
        yield "  dynamic-bootp;"


def association_text(block: Association) -> str:
    """An ``ia-na``, ``ia-ta`` or ``ia-pd`` block with the empty line behind it."""
    lines = [f"{block.kind} {quoted(block.identity)} {{"]
    if block.cltt:
        lines.append(f"  cltt {date_text(block.cltt)}")
    for part in block.parts:
        lines += _part_lines(part)
    return "\n".join(lines) + "\n}\n\n"


def _part_lines(part: Part) -> Iterator[str]:
    where = f"iaaddr {part.address}" if part.prefix is None else f"iaprefix {part.address}/{part.prefix}"
    yield f"  {where} {{"
    if part.state is not None:
        yield f"    binding state {part.state};"
    if part.preferred_life is not None:
        yield f"    preferred-life {part.preferred_life};"
    if part.max_life is not None:
        yield f"    max-life {part.max_life};"
    if part.ends is not None:
        yield f"    ends {date_text(part.ends)}"
    yield from _variable_lines(part.options, "    ")
    yield from _on_lines(part.options, "    ")
    for text in part.options.get("other", []):
        yield f"    {_whole(text)}"
    yield "  }"


def _variable_lines(options: dict[str, Any], indent: str) -> Iterator[str]:
    for name, value in options.get("set", {}).items():
        if isinstance(value, bool):
            shown = "true" if value else "false"
        else:
            shown = f"%{value}" if isinstance(value, int) else quoted(bytes_of(value))
        yield f"{indent}set {name} = {shown};"


def _on_lines(options: dict[str, Any], indent: str) -> Iterator[str]:
    for events, body in options.get("on", {}).items():
        yield f"{indent}on {events} {{"
        yield from laid_out(body, indent + "  ")
        yield f"{indent}}}"


def _string_or_hex(value: bytes) -> str:
    return quoted(value) if _PRINTABLE.fullmatch(value) else colon_hex(value)


_BRACE_OR_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{};]|[^"{};]+|.')


def laid_out(text: str, indent: str) -> Iterator[str]:
    """Statements on one line as lines of their own, blocks indented by two."""
    line, depth = "", 0
    for match in _BRACE_OR_STRING.finditer(text):
        part = match[0]
        if part == "}":
            if line.strip():
                yield indent + "  " * depth + line.strip()
            depth, line = max(depth - 1, 0), "}"
        else:
            line += part
        if part in ("{", "}", ";"):
            yield indent + "  " * depth + line.strip()
            depth, line = depth + (part == "{"), ""
    if line.strip():
        yield indent + "  " * depth + line.strip()


def _whole(text: str) -> str:
    """A statement that dhcpd would not take; as a comment if it would break the blocks behind it."""
    depth = 0
    for match in _BRACE_OR_STRING.finditer(text):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth < 0:
            break
    if depth:
        return f"# {text}"
    return text if text.endswith(("}", ";")) else f"{text};"


def statement_text(text: str) -> str:
    """A declaration that is on one line, laid out."""
    return "\n".join(laid_out(_whole(text) if text != "}" else text, "")) + "\n"


def joined(texts: Iterable[str]) -> bytes:
    """The bytes of a file made of these parts."""
    return "".join(texts).encode("ascii", errors="backslashreplace")
