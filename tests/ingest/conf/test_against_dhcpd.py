"""The reader and the real dhcpd agree on what is a configuration."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, event, given, settings

from dhcplens.ingest.conf import parse_conf, refusals
from dhcplens.model.states import Severity
from tests.ingest.conf.confs import failover_confs, mutated
from tests.ingest.conf.real_dhcpd import Answer, ask, needs_dhcpd

SHIPPED = [
    Path("/etc/dhcp/dhcpd.conf"),
    *sorted(Path("/usr/share/doc/isc-dhcp-server/examples").glob("*")),
]
AT_START = {"no-local-address"}  # dhcpd -t accepts these, dhcpd ends with them when it starts


def judged(text: str) -> tuple[Answer, set[str], str]:
    """What dhcpd says of a text, the causes for which this package refuses it, and its problems in words."""
    with TemporaryDirectory() as folder:
        answer = ask(text, Path(folder))
    parsed = parse_conf(text, "dhcpd.conf")
    problems = [*parsed.problems, *refusals(parsed)]
    refused = {one.cause for one in problems if one.severity is Severity.CRITICAL} - AT_START
    return (
        answer,
        refused,
        f"{text}\n{answer.output}\n" + "\n".join(f"{one} [{one.cause}]" for one in problems),
    )


@needs_dhcpd
@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_shipped_examples_parse(path: Path) -> None:
    """The configurations that come with dhcpd are read without a problem."""
    if not path.is_file():
        pytest.skip(f"{path} is not installed")
    text = path.read_text()
    answer, refused, _ = judged(text)
    assert answer.accepted
    assert not refused
    assert not parse_conf(text, "dhcpd.conf").problems


@needs_dhcpd
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(failover_confs())
def test_failover_refusals_have_the_same_cause(text: str) -> None:
    """What dhcpd refuses about failover is refused here for that cause, and what it accepts is accepted."""
    answer, refused, words = judged(text)
    event("accepted" if answer.accepted else "refused")
    assert bool(refused) is not answer.accepted, words
    assert not answer.first_cause or answer.first_cause & refused, words


@needs_dhcpd
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated(failover_confs()))
def test_what_dhcpd_accepts_of_broken_files_parses(text: str) -> None:
    """Of files with words missing, doubled or wrong, those that dhcpd accepts are read without a problem."""
    answer, refused, words = judged(text)
    event("accepted" if answer.accepted else "refused")
    if answer.accepted:
        assert not refused, words
    else:
        assert refused, words
