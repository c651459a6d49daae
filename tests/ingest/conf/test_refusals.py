"""What dhcpd refuses although it parses, by version."""

import pytest

from dhcplens.ingest.conf import parse_conf, refusals
from dhcplens.model.states import Severity

GOOD = """
failover peer "a" { primary; address 10.0.0.1; port 647; peer address 10.0.0.2; peer port 647;
  mclt 1800; split 128; load balance max seconds 3; }
subnet 10.0.0.0 netmask 255.255.255.0 { pool { failover peer "a"; range 10.0.0.5 10.0.0.9;
  deny dynamic bootp clients; } }
"""


def causes(text: str, version: str = "4.4.3") -> set[str]:
    """Causes for which a version refuses a text that parses."""
    parsed = parse_conf(text, "x")
    assert not parsed.problems
    return {one.cause for one in refusals(parsed, version) if one.severity is Severity.CRITICAL}


@pytest.mark.parametrize("version", ["3.0.1", "3.0.5", "3.1.0", "4.1-ESV-R16", "4.2.8", "4.3.1", "4.4.3-P1"])
def test_a_complete_configuration_is_taken_by_every_version(version: str) -> None:
    """A configuration with all that failover needs is refused by no version."""
    assert causes(GOOD, version) == set()


@pytest.mark.parametrize(
    ("old", "new", "refused_by", "taken_by", "cause"),
    [
        ("port 647; ", "", "4.1.1", "4.2.0", "port-missing"),
        ("  deny dynamic bootp clients;", "", "3.0.7", "3.1.0", "bootp-permitted"),
        ("split 128;", "split 256;", "4.2.7", "4.2.8", "split-range"),
        ("split 128;", "split 256;", "4.3.1", "4.3.2", "split-range"),
        ("split 128;", "split 128; auto-partner-down 60;", "4.1.1", "4.2.0", "statement-too-new"),
        ("split 128;", "split 128; min-balance 60;", "3.0.7", "3.1.0", "statement-too-new"),
    ],
)
def test_versions_differ(old: str, new: str, refused_by: str, taken_by: str, cause: str) -> None:
    """What only some versions refuse is refused for those and taken for the others."""
    text = GOOD.replace(old, new)
    assert cause in causes(text, refused_by)
    assert causes(text, taken_by) == set()


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("primary;", "secondary;", "secondary-split"),
        ("peer address 10.0.0.2;", "", "peer-address-missing"),
        ("split 128;", "", "no-split"),
        ("split 128;", "split 300;", "split-range"),
        ("mclt 1800;", "", "no-mclt"),
        ("mclt 1800;", "mclt 0;", "no-mclt"),
        (" address 10.0.0.1;", "", "no-local-address"),
        ('pool { failover peer "a";', 'pool { failover peer "b";', "unknown-peer"),
        ('pool { failover peer "a";', "pool {", "unreferenced-peer"),
        ("range 10.0.0.5 10.0.0.9;", "", "empty-pool"),
        ("range 10", "range dynamic-bootp 10", "bootp-in-failover-pool"),
        ("subnet", 'failover peer "a" { secondary; peer address 10.0.0.1; }\nsubnet', "peer-redeclared"),
        ("subnet", 'failover peer "a";\nsubnet', "reference-misplaced"),
        ("subnet", 'failover peer "c" state { my state normal; }\nsubnet', "unknown-peer"),
        ("subnet", 'failover peer "a" state { mclt 5; }\nsubnet', "state-mclt"),
        ("10.0.0.9", "10.0.1.9", "range-outside-subnet"),
        ("deny", "range 10.0.0.7; deny", "address-twice"),
        ("subnet", "host h { } host h { }\nsubnet", "host-twice"),
        ("subnet", "shared-network s { }\nsubnet", "empty-shared-network"),
    ],
)
def test_each_refusal_has_its_cause(old: str, new: str, cause: str) -> None:
    """One thing wrong in a good configuration is refused for that reason."""
    assert old in GOOD
    assert cause in causes(GOOD.replace(old, new, 1))


def test_a_declaration_that_comes_too_late_is_told_so() -> None:
    """A relationship that is declared after the pool which names it is refused, and the line is told."""
    declaration, subnet = GOOD.split("subnet")
    problems = refusals(parse_conf(f"subnet{subnet}{declaration}", "x"))
    message = next(one.message for one in problems if one.cause == "unknown-peer")
    assert "only after this, at line 4" in message


def test_a_missing_load_balance_time_is_a_warning_since_4_4() -> None:
    """dhcpd since 4.4 only warns where load balancing is off."""
    parsed = parse_conf(GOOD.replace("load balance max seconds 3;", ""), "x")
    assert [(one.cause, one.severity) for one in refusals(parsed)] == [("load-balance-off", Severity.WARNING)]
    assert refusals(parsed, "4.3.6") == ()


def test_what_is_no_version_is_refused() -> None:
    """A version without a number is the caller's mistake."""
    with pytest.raises(ValueError, match="no version"):
        refusals(parse_conf("", "x"), "newest")
