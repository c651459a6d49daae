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
JOURNAL = '{"MESSAGE": "Server starting service.", "SYSLOG_IDENTIFIER": "dhcpd", "_HOSTNAME": "a"}\n'
CONF = 'authoritative;\nfailover peer "x" {\n  primary;\n}\nsubnet 10.0.0.0 netmask 255.0.0.0 {\n}\n'
HOSTS = "host a {\n  hardware ethernet 00:11:22:33:44:55;\n}\n"
STATE = 'failover peer "x" state {\n  my state normal at 1 2024/01/01 00:00:00;\n}\n'
PACKAGES = "2026-01-02 03:04:05 status installed isc-dhcp-server:amd64 4.4.3\n"
CLIENT = 'send host-name "a";\nrequest routers;\noption x code 3 = text;\noption y 1;\n'
MENTION = SSHD.replace("Connection", "dhcpd: Connection")
QUOTED_LOG = "We saw this:\n\n    " + DHCPD + "\nand then nothing.\nWhy?\n"
QUOTED_LEASE = "A lease looks so:\n\n" + LEASE + "as the page says,\n" * 9

LOG, LEASES, IS_CONF, OTHER = FileKind.LOG, FileKind.LEASES, FileKind.CONF, FileKind.OTHER
CASES = {
    "log": (DHCPD, LOG),
    "log with ISO stamps and pid": ("2026-01-02T03:04:05+01:00 a dhcpd[1]: Server starting service.\n", LOG),
    "log as journald json": (JOURNAL, LOG),
    "log of dhcpd -d": ("Wrote 3 leases to leases file.\nServer starting service.\n", LOG),
    "one line among many": (SSHD * 30_000 + DHCPD + SSHD * 30_000, LOG),
    "other programs that mention it": (SSHD + MENTION * 50, OTHER),
    "package manager": (PACKAGES * 9, OTHER),
    "log with rubbish": ("\0" * 5000 + DHCPD + "\xff\xfe" * 50 + "\n" + DHCPD * 3, LOG),
    "log with a line of 10 MB": (DHCPD * 3 + "x" * 10_000_000 + "\n" + DHCPD * 3, LOG),
    "leases": (LEASE, LEASES),
    "leases on one line": (LEASE.replace("\n", " "), LEASES),
    "leases without a lease": ("# See dhcpd.leases(5)\nauthoring-byte-order little-endian;\n", LEASES),
    "only a state": (STATE, LEASES),
    "leases cut": (LEASE * 3 + "lease 10.0.0.1 {\n  star", LEASES),
    "conf": (CONF, IS_CONF),
    "conf after comments": ("# a\n#\n" * 40 + CONF, IS_CONF),
    "conf of included hosts": (HOSTS, IS_CONF),
    "conf of options alone": ('option domain-name "a";\ndefault-lease-time 600;\n', IS_CONF),
    "conf with an error": (CONF.replace("primary;", "primary"), IS_CONF),
    "client's conf": (CLIENT, OTHER),
    "report with quoted lines": (QUOTED_LOG, OTHER),
    "text with a quoted lease": (QUOTED_LEASE, OTHER),
    "json": (json.dumps({"events": ["Jul 10 11:02:29 a dhcpd: x"]}, indent=1), OTHER),
    "binary": ("\x7fELF\x02\x01\x01\0\0\0" * 99, OTHER),
    "blank": ("\n\n \n", OTHER),
    "nothing": ("", OTHER),
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


def test_a_line_of_many_megabytes_does_not_hide_a_log() -> None:
    """Whether the rubbish stands before or behind them, lines of dhcpd make it a log."""
    lines = b"Jul 10 11:02:29 a dhcpd: Wrote 0 leases to leases file.\n" * 30
    rubbish = b"x" * 10_000_000 + b"\n"
    assert classify(rubbish + lines) is FileKind.LOG
    assert classify(lines + rubbish) is FileKind.LOG
