"""Configurations with which dhcpd does not start, as files."""

from pathlib import Path

import dhcplens as dl
from dhcplens.model.states import Severity, Verdict
from dhcplens.report import Report

CONF = Path("fixtures/new-pair/KHXDHCPS1/dhcpd.conf")
BROKEN = "subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.9 10.1.0.20 }\n"
OUTSIDE = "subnet 10.1.0.0 netmask 255.255.255.0 { range 10.2.0.9 10.2.0.20; }\n"
INCLUDES = 'include "/etc/dhcp/rest.conf";\nfailover peer "a" { primary; split 128; mclt 60; }\n'


def report(folder: Path, conf: str, log: str = "") -> Report:
    """The report on one server's configuration, and its log."""
    server = folder / "one"
    server.mkdir(exist_ok=True)
    (server / "dhcpd.conf").write_text(conf)
    (server / "messages").write_text(log)
    return dl.read(server).report()


def named(found: Report) -> dict[str, Severity]:
    """What was found, with its severity."""
    return {one.name: one.severity for one in found.findings}


def test_what_dhcpd_refuses_is_no_healthy_pair(tmp_path: Path) -> None:
    """Wrong syntax and a range outside of its subnet are critical, and the line is quoted."""
    for conf in (BROKEN, OUTSIDE):
        found = report(tmp_path, conf)
        assert named(found) == {"configuration-refused": Severity.CRITICAL}
        assert found.verdict is Verdict.DEAD
        assert found.findings[0].evidence[0].text.strip() == conf.strip()


def test_a_sound_configuration_is_not_refused(tmp_path: Path) -> None:
    """What dhcpd takes, and what may stand in a file that was not collected, is no finding."""
    assert "configuration-refused" not in named(report(tmp_path, CONF.read_text()))
    assert named(report(tmp_path, INCLUDES)) == {}


def test_a_server_that_runs_is_only_warned_of_its_next_start(tmp_path: Path) -> None:
    """With a broken file beside the log of a server at work, the next start fails, not this one."""
    served = (
        "2026-01-05T08:00:00+00:00 one dhcpd[7]: Internet Systems Consortium DHCP Server 4.4.3-P1\n"
        "2026-01-05T08:00:09+00:00 one dhcpd[7]: DHCPACK on 10.1.0.9 to 00:16:3e:00:00:01 via eth0\n"
    )
    assert named(report(tmp_path, BROKEN, served)) == {"configuration-refused": Severity.WARNING}
    ended = served + (
        "2026-01-05T09:00:00+00:00 one dhcpd[8]: Internet Systems Consortium DHCP Server 4.4.3-P1\n"
        "2026-01-05T09:00:00+00:00 one dhcpd[8]: Configuration file errors encountered -- exiting\n"
    )
    assert named(report(tmp_path, BROKEN, ended))["configuration-refused"] is Severity.CRITICAL


def test_an_old_release_that_runs_has_what_it_demands(tmp_path: Path) -> None:
    """3.0 does not start with a failover pool open for BOOTP; one that works had another file."""
    conf = CONF.read_text().replace("deny dynamic bootp clients;", "")
    said = "2026-01-05T08:00:0{}+00:00 one dhcpd[7]: {}\n"
    banner = said.format(0, "Internet Systems Consortium DHCP Server V3.0.6")
    served = said.format(9, "DHCPACK on 10.1.0.9 to 00:16:3e:00:00:01 via eth0")
    assert "configuration-refused" in named(report(tmp_path, conf, banner))
    assert "configuration-refused" not in named(report(tmp_path, conf, banner + served))


def test_no_fault_is_said_no_more_boldly_than_the_files_allow(tmp_path: Path) -> None:
    """A lonely configuration tells no state, and the first line says so; both logs in normal do tell."""
    first = report(tmp_path, CONF.read_text()).as_text(width=120).splitlines()[0]
    assert first.startswith("healthy: nothing") and "state of neither server is known" in first
    assert "known" not in dl.read("fixtures/new-pair").report().as_text(width=120).splitlines()[0]
