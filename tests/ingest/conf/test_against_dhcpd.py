"""The reader and the real dhcpd agree on what is a configuration."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dhcplens.ingest.conf import parse_conf, refusals
from dhcplens.model.states import Severity
from tests.ingest.conf.confs import failover_confs, mutated
from tests.ingest.conf.real_dhcpd import Answer, ask, needs_dhcpd

EVERYTHING = Path(__file__).with_name("everything.conf")
SHIPPED = [
    EVERYTHING,
    Path("/etc/dhcp/dhcpd.conf"),
    *sorted(Path("/usr/share/doc/isc-dhcp-server/examples").glob("*")),
]
AT_START = {"no-local-address"}  # dhcpd -t accepts these, dhcpd ends with them when it starts
NO_CHECKS = list(HealthCheck)
USUAL = settings(max_examples=100, deadline=None, suppress_health_check=NO_CHECKS, derandomize=True)
LARGE = settings(max_examples=3000, deadline=None, suppress_health_check=NO_CHECKS)


def judged(text: str) -> tuple[Answer, set[str], str]:
    """What dhcpd says of a text, the causes for which this package refuses it, and its problems in words."""
    with TemporaryDirectory() as folder:
        answer = ask(text, Path(folder))
    parsed = parse_conf(text, "dhcpd.conf")
    problems = [*parsed.problems, *refusals(parsed)]
    refused = {one.cause for one in problems if one.severity is Severity.CRITICAL} - AT_START
    ours = "\n".join(f"{one} [{one.cause}]" for one in problems)
    return answer, refused, f"{text}\n{answer.output}\n{ours}"


def agree(text: str) -> None:
    """Both take the text, or both refuse it for the same cause where dhcpd's is about failover."""
    answer, refused, words = judged(text)
    assert bool(refused) is not answer.accepted, words
    assert not answer.first_cause or answer.first_cause & refused, words


def accept(text: str) -> None:
    """What dhcpd takes is taken here."""
    answer, refused, words = judged(text)
    assert not (answer.accepted and refused), words


@needs_dhcpd
@pytest.mark.parametrize("path", SHIPPED, ids=str)
def test_shipped_examples_parse(path: Path) -> None:
    """The configurations that come with dhcpd, and one with all statements, are read without a problem."""
    if not path.is_file():
        pytest.skip(f"{path} is not installed")
    text = path.read_text()
    answer, refused, words = judged(text)
    assert answer.accepted, words
    assert not refused, words
    assert not parse_conf(text, "dhcpd.conf").problems


@needs_dhcpd
@USUAL
@given(failover_confs())
def test_failover_refusals_have_the_same_cause(text: str) -> None:
    """What dhcpd refuses about failover is refused here for that cause, and what it accepts is accepted."""
    agree(text)


@needs_dhcpd
@USUAL
@given(mutated(failover_confs()))
def test_broken_failover_files(text: str) -> None:
    """Files with words missing, doubled or wrong are taken where dhcpd takes them, else refused."""
    agree(text)


@needs_dhcpd
@USUAL
@given(mutated(st.just(EVERYTHING.read_text())))
def test_what_dhcpd_accepts_of_broken_files_parses(text: str) -> None:
    """Of broken files with every kind of statement, those that dhcpd accepts are read without a problem."""
    accept(text)


@needs_dhcpd
@pytest.mark.large
@LARGE
@given(st.one_of(failover_confs(), mutated(failover_confs())))
def test_many_failover_files(text: str) -> None:
    """The same agreement on thousands of files that differ from run to run."""
    agree(text)


@needs_dhcpd
@pytest.mark.large
@LARGE
@given(mutated(st.just(EVERYTHING.read_text())))
def test_many_broken_files(text: str) -> None:
    """The same acceptance on thousands of files that differ from run to run."""
    accept(text)
