"""Asks the installed dhcpd what it thinks of a configuration."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

DHCPD = shutil.which("dhcpd") or (
    shutil.which("dhcpd", path="/usr/sbin:/sbin:/usr/local/sbin") if shutil.which("sh") else None
)
_WARNING = re.compile(r"^\S+ line \d+: (?P<text>.*)$", re.MULTILINE)
_CAUSES = {
    r'expecting "peer"$|expecting \'peer\'\.': "peer-word-missing",
    r"expecting failover peer name\.": "peer-name-missing",
    r"failover peers may only be defined in shared-network": "peer-misplaced",
    r"failover peer reference not in shared-network": "reference-misplaced",
    r"reference to unknown failover peer|state declaration for unknown": "unknown-peer",
    r"failover peer .*: not found": "unknown-peer",
    r"redeclaration of failover peer": "peer-redeclared",
    r"secondary may not define load balance settings": "secondary-split",
    r"invalid statement in peer declaration": "invalid-peer-statement",
    r"split must be between": "split-range",
    r"expecting 'balance'|expecting 'max'|expecting 'secs'": "load-balance-words",
    r"peer address may not be omitted": "peer-address-missing",
    r"primary failover server must have hba or split": "no-split",
    r"primary failover server must have mclt": "no-mclt",
    r"expecting string\.$": "pool-name-unquoted|syntax",
    r'expecting "failover peer"': "no-failover-peer",
    r"Pool declaration with no address range": "empty-pool",
    r"dynamic-bootp flag is not permitted": "bootp-in-failover-pool",
    r"mclt not valid for primary": "state-mclt",
    r"expecting number\.?$": "number-expected|syntax|semicolon-missing",
    r"too few numbers": "hba-length|address-expected|syntax|semicolon-missing",
}

needs_dhcpd = pytest.mark.skipif(DHCPD is None, reason="ISC dhcpd is not installed")


@dataclass(frozen=True)
class Answer:
    """What ``dhcpd -t`` said."""

    accepted: bool
    warnings: tuple[str, ...]
    output: str

    @property
    def first_cause(self) -> frozenset[str]:
        """How this package may name dhcpd's first complaint, where that is one about failover.

        What follows it may only be a consequence: dhcpd throws away a declaration that it cannot read.
        """
        if not self.warnings and "has no referring pools" in self.output:
            return frozenset({"unreferenced-peer"})
        for pattern, causes in _CAUSES.items():
            if self.warnings and re.search(pattern, self.warnings[0]):
                return frozenset(causes.split("|"))
        return frozenset()


def ask(text: str, folder: Path) -> Answer:
    """Runs ``dhcpd -t`` of the installed version on a configuration."""
    assert DHCPD is not None
    conf, leases = folder / "dhcpd.conf", folder / "dhcpd.leases"
    conf.write_bytes(text.encode("latin-1", "replace"))
    leases.touch()
    done = subprocess.run(
        [DHCPD, "-4", "-t", "-cf", str(conf), "-lf", str(leases)],
        capture_output=True,
        timeout=30,
        check=False,
    )
    output = done.stderr.decode("latin-1")
    return Answer(done.returncode == 0, tuple(found["text"] for found in _WARNING.finditer(output)), output)
