"""Remarks on one configuration and on the two of a pair."""

import re

import pytest

from dhcplens.ingest.conf import Remark, lint, lint_pair, parse_conf, view
from dhcplens.model.states import Severity

PRIMARY = """
omapi-port 7911;
authoritative;
failover peer "a" {
  primary;
  address 10.0.0.1; port 650;
  peer address 10.0.0.2; peer port 651;
  mclt 1800; split 128; load balance max seconds 3;
}
subnet 10.0.0.0 netmask 255.255.255.0 {
  max-lease-time 7200;
  pool {
    failover peer "a"; range 10.0.0.10 10.0.0.99;
    deny unknown-clients;
  }
}
"""
SECONDARY = (
    PRIMARY.replace("primary;", "secondary;")
    .replace("address 10.0.0.1; port 650;", "address 10.0.0.2; port 651;")
    .replace("peer address 10.0.0.2; peer port 651;", "peer address 10.0.0.1; peer port 650;")
    .replace("mclt 1800; split 128; ", "")
)


def remarks(text: str, version: str = "4.4.3") -> dict[str, Remark]:
    """Remarks on a text by their names."""
    return {one.name: one for one in lint(parse_conf(text, "here.conf"), version)}


def between(first: str, second: str) -> dict[str, Remark]:
    """Remarks on what does not fit between two texts by their names."""
    confs = view(parse_conf(first, "here.conf")), view(parse_conf(second, "there.conf"))
    return {one.name: one for one in lint_pair(*confs)}


def test_a_good_pair_has_no_remarks() -> None:
    """A complete primary and a complete secondary give nothing to remark, alone or together."""
    assert remarks(PRIMARY) == remarks(SECONDARY) == {}
    assert between(PRIMARY, SECONDARY) == between(SECONDARY, PRIMARY) == {}


@pytest.mark.parametrize(
    "bare", ['peer "dhcp-failover";', 'peer "dhcp-failover"', 'failover peer "dhcp-failover";']
)
def test_a_bare_peer_is_explained_and_the_declarations_are_written(bare: str) -> None:
    """A name alone is refused with the reason and with what both servers need to have."""
    working = "subnet 10.69.0.0 netmask 255.255.0.0 { range 10.69.100.1 10.69.100.240; }\n"
    found = lint(parse_conf(f"ddns-update-style none;\n{bare}\n{working}", "x"), "3.0.5")
    remark = found[0]
    assert remark.name in ("bare-peer", "reference-misplaced")
    assert remark.severity is Severity.CRITICAL
    assert remark.here is not None and remark.here.line == 2
    assert "not start" in remark.why
    for words in (
        'failover peer "dhcp-failover" {',
        "primary;",
        "secondary;",
        "peer address",
        "mclt",
        "split",
    ):
        assert words in remark.write
    assert "range 10.69.100.1 10.69.100.240;" in remark.write


def test_the_written_declarations_make_a_pair() -> None:
    """What is written for a bare peer is, filled in, accepted for every version and fits together."""
    working = "subnet 10.69.0.0 netmask 255.255.0.0 { range 10.69.100.1 10.69.100.240; }\n"
    write = lint(parse_conf(f'peer "dhcp-failover";\n{working}', "x"), "3.0.5")[0].write
    write = write.replace("PRIMARY-ADDRESS", "10.69.0.1").replace("SECONDARY-ADDRESS", "10.69.0.2")
    primary, secondary, pool = (part.split("\n", 1)[1] for part in write.split("\n\n"))
    texts = [
        f"omapi-port 7911;\n{declaration}\nsubnet 10.69.0.0 netmask 255.255.0.0 {{\n{pool}\n}}\n"
        for declaration in (primary, secondary)
    ]
    for text in texts:
        assert remarks(text, "3.0.5") == remarks(text, "4.4.3") == {}
    assert between(*texts) == {}


def test_a_bare_peer_of_a_declared_relationship_needs_only_its_word() -> None:
    """Where the relationship is declared, a bare peer in a pool lacks the word failover only."""
    found = remarks(PRIMARY.replace('    failover peer "a";', '    peer "a";'))
    assert found["bare-peer"].write == 'Write failover peer "a"; within the pool.'


@pytest.mark.parametrize(
    ("old", "new", "name", "severity"),
    [
        (
            "peer address 10.0.0.2; peer port 651;",
            "peer address 10.0.0.1; peer port 650;",
            "same-address",
            "critical",
        ),
        ("address 10.0.0.1;", "address dhcp1.example.org;", "address-by-name", "info"),
        ("port 650;", "port 99999;", "port-range", "critical"),
        ("mclt 1800;", "mclt 1;", "mclt-short", "warning"),
        ("mclt 1800;", "mclt 7201;", "mclt-above-max-lease-time", "info"),
        ("split 128;", "split 256;", "one-sided-split", "info"),
        ("split 128;", "split 128; max-response-delay 2;", "response-delay", "warning"),
        ("split 128;", "split 128; auto-partner-down 60;", "auto-partner-down", "warning"),
        ("split 128;", "split 128; min-balance 4000;", "balance-times", "warning"),
        ("split 128;", "split 128; max-lease-ownership 500;", "balance-share", "warning"),
        ("split 128;", "split 128; split 100;", "repeated-statement", "warning"),
        ("primary;", "", "role-missing", "warning"),
        ("load balance max seconds 3;", "", "load-balance-off", "warning"),
        ("omapi-port 7911;", "", "no-omapi-port", "info"),
        ("max-lease-time", "range 10.0.0.200; max-lease-time", "pool-without-peer", "warning"),
        ("10.0.0.10 10.0.0.99", "10.0.0.10", "pool-too-small", "warning"),
        (
            'failover peer "a"; range 10.0.0.10',
            'range dynamic-bootp 10.0.0.10 10.0.0.99; failover peer "a"; range 10.0.0.100',
            "bootp-after-range",
            "warning",
        ),
        ("max-lease-time", "min-lease-time 3600; max-lease-time", "mclt-below-min-lease-time", "info"),
        ("subnet", "host h { fixed-address 10.0.0.11; }\nsubnet", "fixed-address-in-range", "warning"),
        ("split 128;", "", "no-split", "critical"),
    ],
)
def test_each_unwise_thing_is_remarked(old: str, new: str, name: str, severity: str) -> None:
    """One unwise thing in a good configuration gets its remark, with a reason, an advice and a line."""
    assert old in PRIMARY
    remark = remarks(PRIMARY.replace(old, new, 1))[name]
    assert remark.severity == severity
    assert remark.why and remark.write
    assert remark.here is not None and remark.here.line


@pytest.mark.parametrize(
    ("old", "new", "name", "severity"),
    [
        ("secondary;", "primary; mclt 1800; split 128;", "same-role", "critical"),
        ('"a"', '"b"', "relationship-name", "critical"),
        ("address 10.0.0.2;", "address 10.0.0.3;", "address-crossing", "critical"),
        ("peer address 10.0.0.1;", "peer address 10.0.0.3;", "address-crossing", "critical"),
        ("port 651;", "port 652;", "port-crossing", "warning"),
        (
            "port 651; peer address 10.0.0.1; peer port 650;",
            "peer address 10.0.0.1;",
            "port-crossing",
            "critical",
        ),
        ("secondary;", "secondary; mclt 60;", "mclt-differs", "info"),
        ("max seconds 3", "max seconds 5", "load-balance-differs", "info"),
        ("max seconds 3", "max seconds 0", "load-balance-one-sided", "warning"),
        ("secondary;", "secondary; max-unacked-updates 7;", "limits-differ", "info"),
        ("10.0.0.99", "10.0.0.98", "ranges-differ", "critical"),
        ('failover peer "a"; range', "range", "served-alone", "critical"),
        ("deny unknown-clients;", "", "permits-differ", "warning"),
        ("deny", '} pool { failover peer "a"; range 10.0.0.100; deny', "ranges-differ", "critical"),
        (
            "range 10.0.0.10 10.0.0.99;",
            "range 10.0.0.10 10.0.0.50; deny known-clients; } pool { "
            'failover peer "a"; range 10.0.0.51 10.0.0.99;',
            "pool-layout",
            "warning",
        ),
        ("7200", "7201", "lease-times-differ", "warning"),
        ("subnet", "subnet 10.9.0.0 netmask 255.255.0.0 { }\nsubnet", "subnets-differ", "warning"),
        ("authoritative;", "", "authoritative-differs", "warning"),
        ("authoritative;", "authoritative; ping-check off;", "settings-differ", "info"),
    ],
)
def test_each_mismatch_is_remarked(old: str, new: str, name: str, severity: str) -> None:
    """One thing that does not fit gets its remark, whichever of the two configurations comes first."""
    pattern = re.compile(re.escape(old).replace(r"\ ", r"\s+"))
    changed = pattern.sub(lambda _: new, SECONDARY, count=0 if old == '"a"' else 1)
    assert changed != SECONDARY
    for found in (between(PRIMARY, changed), between(changed, PRIMARY)):
        assert name in found
        assert found[name].severity == severity
        assert found[name].why and found[name].write and found[name].places


def test_addresses_outside_of_failover_on_both_servers() -> None:
    """A range that both servers serve without failover is found, with the places in both files."""
    extra = "subnet 10.5.0.0 netmask 255.255.0.0 { range 10.5.0.1 10.5.0.9; }\n"
    remark = between(PRIMARY + extra, SECONDARY + extra)["double-served"]
    assert "10.5.0.1 to 10.5.0.9" in remark.message
    assert remark.here is not None and remark.there is not None
    assert (remark.here.source, remark.there.source) == ("here.conf", "there.conf")


def test_one_relationship_too_many() -> None:
    """A relationship that only one of two servers declares is found where there are several."""
    second = 'failover peer "b" { secondary; address 10.0.0.1; peer address 10.0.0.2; }\n'
    assert between(second + PRIMARY, SECONDARY)["relationship-only-here"].severity is Severity.CRITICAL


def test_pools_under_different_relationships() -> None:
    """Addresses that belong to another relationship on the other server are found."""
    second = 'failover peer "b" { secondary; address 10.0.0.1; peer address 10.0.0.2; }\n'
    changed = SECONDARY.replace('failover peer "a"; range', 'failover peer "b"; range')
    found = between(second + PRIMARY, second + changed)
    assert found["relationship-differs"].severity is Severity.CRITICAL


def test_shared_networks_made_up_differently() -> None:
    """Subnets that share a network on one server only are found."""
    subnets = "subnet 10.7.0.0 netmask 255.255.0.0 { } subnet 10.8.0.0 netmask 255.255.0.0 { }\n"
    assert "networks-differ" in between(PRIMARY + subnets, SECONDARY + "shared-network s { " + subnets + "}")


def test_names_of_servers_stand_in_messages() -> None:
    """Messages call the two what the caller calls them."""
    confs = view(parse_conf(PRIMARY, "x")), view(parse_conf(SECONDARY.replace("7200", "60"), "y"))
    (remark,) = lint_pair(*confs, names=("east", "west"))
    assert "7200 in east and 60 in west" in remark.message
