"""What a lease file says of failover, at a glance: by keywords, without its leases (dhcpd.leases(5)).

For everything else there is ``dhcplens.ingest.leases``, which takes its time.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dhcplens.ingest.framing import decode

_BLOCK: Final = re.compile(
    rb'^[ \t]*failover[ \t]+peer[ \t]+"?([^"\n{}]*?)"?[ \t]+state[ \t]*\{([^}]*)\}', re.MULTILINE
)
_STATE: Final = re.compile(
    rb"\b(my|partner)\s+state\s+([a-z-]+)"
    rb"(?:\s+at\s+(?:epoch\s+(\d{1,12})|\d\s+(\d{4}/\d\d?/\d\d?)\s+(\d\d?:\d\d?:\d\d?)))?\s*;"
)
_MCLT: Final = re.compile(rb"\bmclt\s+(\d{1,9})\s*;")
_LEASE: Final = re.compile(
    rb"^[ \t]*(?:lease[ \t]+(\d+\.\d+\.\d+\.\d+)[ \t]*\{|binding state ([a-z]+);)", re.MULTILINE
)
_OPEN: Final = b"failover peer"
_LONGEST: Final = 4096


_HEAD: Final = re.compile(
    rb"^[ \t]*(?:lease[ \t]+\d+\.\d+\.\d+\.\d+[ \t]*\{|failover[ \t]+peer[ \t].*[ \t]state[ \t]*\{"
    rb"|server-duid |authoring-byte-order )",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One ``failover peer … state`` block; times in POSIX seconds. Only a secondary writes ``mclt``.

    It never says startup, and after a restart it may say what no longer holds: see dhcpd's db.c.
    """

    relationship: str
    state: str | None
    since: int | None
    partner_state: str | None
    partner_since: int | None
    mclt: int | None


def is_lease_file(path: Path) -> bool:
    """Whether a file is one, by its begin, or by its name where it is empty or not there yet."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except OSError:
        head = b""
    return bool(_HEAD.search(head)) or (not head and "leases" in path.name)


def recorded_states(data: bytes) -> list[Recorded]:
    """The whole blocks in some text, in their order."""
    return [_recorded(found[1], found[2]) for found in _BLOCK.finditer(data)]


def unfinished(data: bytes) -> bytes:
    """The begin of a block at the end of some text, if the text ends inside of one."""
    start = data.rfind(_OPEN)
    return data[start : start + _LONGEST] if start >= 0 and b"}" not in data[start:] else b""


def binding_states(data: bytes) -> Counter[str]:
    """How many addresses are in each binding state; of each address the last block counts."""
    last: dict[bytes, bytes] = {}
    address = b""
    for found in _LEASE.finditer(data):
        if found[1]:
            address = found[1]
        elif address:
            last[address] = found[2]
    return Counter(state.decode() for state in last.values())


def _recorded(name: bytes, body: bytes) -> Recorded:
    states: dict[str, tuple[str | None, int | None]] = {}
    for found in _STATE.finditer(body):
        states[found[1].decode()] = found[2].decode(), _since(found)
    mclt = _MCLT.search(body)
    mine, partner = (states.get(who, (None, None)) for who in ("my", "partner"))
    return Recorded(decode(name), *mine, *partner, int(mclt[1]) if mclt else None)


def _since(found: re.Match[bytes]) -> int | None:
    if found[3]:
        return int(found[3])
    if not found[4]:
        return None
    try:
        day, clock = ([int(part) for part in re.split(rb"[/:]", found[number])] for number in (4, 5))
        return int(datetime(*day, *clock, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]
    except ValueError:
        return None
