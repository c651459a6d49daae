"""A tail on the logs of a real pair while it loses its link."""

from pathlib import Path

import pytest

from dhcplens.replay.backends import BackendUnavailableError, Manner, play
from dhcplens.replay.language import parse
from tests.cli.tailing import events, tailing, wait_for

pytestmark = pytest.mark.lab
CUT = """\
server left is primary at 10.66.0.2
server right is secondary at 10.66.0.3
relay at 10.66.0.1
network 10.66.0.0/16
pool 10.66.3.1 to 10.66.3.40
relationship "us"
mclt 2m
statement "ping-check off;"
at 0s    start both
at 2m    cut link
at 12m   heal link
at 14m   end
"""


@pytest.fixture
def lab() -> None:
    """Skips, with the lab's own sentence, where the lab cannot run."""
    from dhcplens.replay.lab import find_tools

    try:
        find_tools()
    except BackendUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("lab")
def test_a_pair_is_watched_live(tmp_path: Path) -> None:
    """Every move of both servers is told once, in each log's order, and the cut as link-down to its end."""
    out, played = tmp_path / "out", tmp_path / "played"
    logs = [played / name / "messages" for name in ("left", "right")]
    with tailing(out, *logs, "--timezone", "UTC", "--format", "ndjson"):
        truth = play("dhcpd", parse(CUT, "cut.scenario"), played, Manner(1))
        wait_for(
            lambda: [one for one in events(out) if one["event"] == "finding-cleared"], "the end of the cut"
        )
    for server in ("left", "right"):
        told = [
            (one["subject"], one["old"], one["new"])
            for one in events(out)
            if one["event"] == "move" and one["server"] == server
        ]
        assert told == [(str(one.subject), one.old, one.new) for one in truth.moves if one.server == server]
    names = [one["name"] for one in events(out) if one["event"] == "finding-raised"]
    assert "link-down" in names
