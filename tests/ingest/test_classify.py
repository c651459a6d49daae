"""What a file is, by content alone."""

import json
from pathlib import Path

import pytest

from dhcplens.ingest.classify import classify, foreign
from dhcplens.model.values import FileKind

ROOT = Path(__file__).parents[2]
DHCPD = "Jul 10 11:02:29 KHXDHCPS1 dhcpd: Wrote 0 leases to leases file.\n"
SSHD = "Jul 10 11:02:29 KHXDHCPS1 sshd[12]: Connection closed by 10.0.0.1 port 22\n"
LEASE = "lease 10.69.100.120 {\n  starts 4 2008/07/10 03:03:38;\n  binding state active;\n}\n"
JOURNAL = json.dumps(
    {"MESSAGE": "Wrote 0 leases to leases file.", "SYSLOG_IDENTIFIER": "dhcpd", "_HOSTNAME": "a"}
)
CONF = 'authoritative;\nfailover peer "x" {\n  primary;\n}\nsubnet 10.0.0.0 netmask 255.0.0.0 {\n}\n'

CASES = {
    "log": (DHCPD, FileKind.LOG),
    "log, ISO stamps, pid": (
        "2026-01-02T03:04:05+01:00 a dhcpd[1]: Server starting service.\n",
        FileKind.LOG,
    ),
    "log, journald json": (JOURNAL + "\n", FileKind.LOG),
    "log of dhcpd -d": ("Wrote 3 leases to leases file.\nServer starting service.\n", FileKind.LOG),
    "one line among many": (SSHD * 30_000 + DHCPD + SSHD * 30_000, FileKind.LOG),
    "other programs that mention it": (
        SSHD + SSHD.replace("Connection", "dhcpd: Connection") * 50,
        FileKind.OTHER,
    ),
    "package manager": (
        "2026-01-02 03:04:05 status installed isc-dhcp-server:amd64 4.4.3\n" * 9,
        FileKind.OTHER,
    ),
    "log with rubbish": ("\0" * 5000 + DHCPD + "\xff\xfe" * 50 + "\n" + DHCPD * 3, FileKind.LOG),
    "log with a line of 10 MB": (DHCPD * 3 + "x" * 10_000_000 + "\n" + DHCPD * 3, FileKind.LOG),
    "leases": (LEASE, FileKind.LEASES),
    "leases on one line": (LEASE.replace("\n", " "), FileKind.LEASES),
    "leases without a lease": (
        "# See dhcpd.leases(5)\nauthoring-byte-order little-endian;\n",
        FileKind.LEASES,
    ),
    "only a state": (
        'failover peer "x" state {\n  my state normal at 1 2024/01/01 00:00:00;\n}\n',
        FileKind.LEASES,
    ),
    "leases cut": (LEASE * 3 + "lease 10.0.0.1 {\n  star", FileKind.LEASES),
    "conf": (CONF, FileKind.CONF),
    "conf, commented": ("# a\n#\n" * 40 + CONF, FileKind.CONF),
    "conf, included hosts": ("host a {\n  hardware ethernet 00:11:22:33:44:55;\n}\n", FileKind.CONF),
    "conf, options alone": ('option domain-name "a";\ndefault-lease-time 600;\n', FileKind.CONF),
    "conf with an error": (CONF.replace("primary;", "primary"), FileKind.CONF),
    "client's conf": (
        'send host-name "a";\nrequest routers;\noption x code 3 = text;\noption y 1;\n',
        FileKind.OTHER,
    ),
    "report with quoted lines": (
        "We saw this:\n\n    " + DHCPD + "\nand then nothing.\nWhy?\n",
        FileKind.OTHER,
    ),
    "text with a quoted lease": ("A lease looks so:\n\n" + LEASE + "as the page says,\n" * 9, FileKind.OTHER),
    "json": (json.dumps({"events": ["Jul 10 11:02:29 a dhcpd: x"]}, indent=1), FileKind.OTHER),
    "binary": ("\x7fELF\x02\x01\x01\0\0\0" * 99, FileKind.OTHER),
    "blank": ("\n\n \n", FileKind.OTHER),
    "nothing": ("", FileKind.OTHER),
}


@pytest.mark.parametrize("name", CASES)
def test_kind_by_content(name: str) -> None:
    """Each text is recognised by what stands in it."""
    text, kind = CASES[name]
    assert classify(text.encode("latin-1")) is kind


def test_what_lies_beside_incidents_is_none_of_ours() -> None:
    """READMEs, scenarios and truth files of all fixtures are neither logs nor leases nor configurations."""
    beside = [
        path
        for path in (ROOT / "fixtures").rglob("*")
        if path.is_file() and (path.name in ("README", "truth.json") or path.suffix == ".scenario")
    ]
    assert beside
    assert [path for path in beside if classify(path.read_bytes()) is not FileKind.OTHER] == []


def test_a_binary_journal_names_the_way_out() -> None:
    """A binary journal cannot be read, and the message says how to export it."""
    assert "journalctl" in (foreign(b"LPKSHHRH" + bytes(100)) or "")
    assert foreign(DHCPD.encode()) is None
