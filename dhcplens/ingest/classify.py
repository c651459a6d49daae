"""What a file is, by its content alone: a log with lines of dhcpd, a lease file, a configuration, other."""

import re
from collections.abc import Iterator
from typing import Final

from dhcplens.ingest import catalogue
from dhcplens.ingest.files import Data
from dhcplens.ingest.framing import Form, decode, frame, is_dhcpd
from dhcplens.model.values import FileKind

_WINDOW: Final = 1 << 15
_WINDOWS: Final = 8
_HITS: Final = 20_000  # lines that mention dhcpd and are not from it, before we give up
_LONGEST: Final = 1 << 16

_MENTION = re.compile(rb"dhcp(?:d|-server|\[|:)")
_LEASES = re.compile(
    rb"^[ \t]*(?:lease[ \t]+\d+\.\d+\.\d+\.\d+\s*\{"
    rb'|failover[ \t]+peer[ \t]+"?[^"\n]+"?[ \t]+state\b'
    rb'|ia-(?:na|ta|pd)[ \t]+(?:"|[0-9a-f]{2}:)'
    rb"|server-duid\b|authoring-byte-order\b"
    rb"|#.*(?:dhcpd\.leases\(5\)|written by isc-dhcp))",
    re.MULTILINE | re.IGNORECASE,
)
_CONF_PROOF = re.compile(
    rb"^[ \t]*(?:subnet6?[ \t]+[0-9a-f.:/]+|shared-network\b|failover[ \t]+peer\b|range6?[ \t]+[0-9a-f]"
    rb"|pool6?\s*\{|group\b.*\{|host[ \t]+\S+\s*\{|(?:sub)?class[ \t]+\"|dynamic-bootp-lease"
    rb"|fixed-address6?\b|hardware[ \t]+ethernet\b|ddns-update-style\b|omapi-port\b)",
    re.MULTILINE | re.IGNORECASE,
)
_CONF_HINT = re.compile(
    rb"^[ \t]*(?:option[ \t]+\S+[ \t]+[^;\n]+;|default-lease-time\b|m(?:ax|in)-lease-time\b|authoritative\b"
    rb"|ignore[ \t]+\S+|allow[ \t]+\S+|deny[ \t]+\S+|log-facility\b|next-server\b"
    rb"|include[ \t]+\"|key[ \t]+\S+\s*\{)",
    re.MULTILINE | re.IGNORECASE,
)
_CLIENT_CONF = re.compile(
    rb"^[ \t]*(?:request|require|send|supersede|prepend|reject|reboot|retry|timeout)\b", re.MULTILINE
)
_STATEMENT: Final = (";", "{", "}")
_BANNER: Final = "Internet Systems Consortium DHCP Server"

_FOREIGN: Final = (
    (b"LPKSHHRH", "is a binary journal; export it with: journalctl --file FILE -o json"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive, which is not read; unpack it first"),
    (b"Rar!\x1a\x07", "is a rar archive, which is not read; unpack it first"),
)


def foreign(data: Data) -> str | None:
    """What to tell of a format that may hold logs but cannot be read."""
    head = data[:8]
    return next((told for magic, told in _FOREIGN if head.startswith(magic)), None)


def classify(data: Data) -> FileKind:
    """The kind of a file, from samples of its text; of a log the whole is searched for a line of dhcpd."""
    lines = list(_sample(data))
    if not lines:
        return FileKind.OTHER
    framed = sum(_is_framed(line) for line in lines)
    if 2 * framed >= len(lines):
        return FileKind.LOG if _has_dhcpd_line(data) else FileKind.OTHER
    statements = [line for line in lines if not line.lstrip().startswith("#")]
    if 2 * sum(line.rstrip().endswith(_STATEMENT) for line in statements) >= len(statements):
        if _LEASES.search(data):
            return FileKind.LEASES
        if _is_conf(data):
            return FileKind.CONF
    return FileKind.LOG if _is_bare_log(lines) else FileKind.OTHER


def _sample(data: Data) -> Iterator[str]:
    """Lines that are not blank, from windows spread over the text; lines cut by an edge are left out."""
    size = len(data)
    step = max(_WINDOW, size // _WINDOWS)
    for start in sorted({*range(0, size, step), max(0, size - _WINDOW)}):
        lines = data[start : start + _WINDOW].split(b"\n")
        first = 1 if start else 0
        only = start == 0 and len(lines) == 1  # the first line counts, though cut
        last = len(lines) if only or start + _WINDOW >= size else -1
        for line in lines[first:last]:
            text = decode(line.strip(b"\0\r")[:_LONGEST])
            if text and not text.isspace():
                yield text


def _is_framed(line: str) -> bool:
    framed = frame(line)
    return framed.form is not Form.NONE or framed.program is not None


def _has_dhcpd_line(data: Data) -> bool:
    hits = 0
    found = _MENTION.search(data)
    while found is not None and hits < _HITS:
        start = data.rfind(b"\n", 0, found.start()) + 1
        end = data.find(b"\n", found.start())
        end = len(data) if end < 0 else end
        if _is_dhcpd_line(decode(data[start : min(end, start + _LONGEST)].strip(b"\0\r"))):
            return True
        hits += 1
        found = _MENTION.search(data, end)
    return False


def _is_dhcpd_line(line: str) -> bool:
    """Whether dhcpd wrote it: by name, or by what it says (``isc-dhcp-server:amd64`` is a package)."""
    framed = frame(line)
    if framed.program is None or not is_dhcpd(framed.program):
        return False
    return "dhcpd" in framed.program or catalogue.read(framed.message) is not None


def _is_conf(data: Data) -> bool:
    if _CONF_PROOF.search(data):
        return True
    return len(_CONF_HINT.findall(data)) >= 2 and not _CLIENT_CONF.search(data)


def _is_bare_log(lines: list[str]) -> bool:
    """Whether these are lines of ``dhcpd -d``, which have nothing in front."""
    plain = (line for line in lines if not line.rstrip().endswith(_STATEMENT))
    known = sum(catalogue.read(line, rare=False) is not None for line in plain)
    started = any(line.startswith(_BANNER) for line in lines)
    return (5 if started else 2) * known >= len(lines)
