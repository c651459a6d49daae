"""A tail on the logs of a real pair while it loses its link."""

from pathlib import Path

import pytest

from dhcplens.replay.backends import Manner, play
from dhcplens.replay.language import parse
from tests.cli.tailing import events, tailing, wait_for
from tests.replay.test_lab import BEGIN

pytestmark = pytest.mark.lab
CUT = f"""\
{BEGIN}at 2m    cut link
at 12m   heal link
at 14m   end
"""


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
