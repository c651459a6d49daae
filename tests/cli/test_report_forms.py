"""``dhcplens report``: its forms for pages and tickets, and parts of the time."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dhcplens.cli import main

FLAPPING = Path(__file__).parent.parent.parent / "fixtures" / "link-flapping"


def run(*words: str) -> Result:
    """The report on a link that was lost again and again from 09:10 to 09:46."""
    return CliRunner().invoke(main, ["report", str(FLAPPING), *words])


@pytest.mark.parametrize(("form", "begin"), [("html", b"<!DOCTYPE html>"), ("md", b"# degraded: ")])
def test_a_form_on_standard_output_is_nothing_else(form: str, begin: bytes) -> None:
    """The page and the ticket are the whole output, in UTF-8 whatever the locale."""
    result = run("--format", form)
    assert result.exit_code == 0
    assert result.stdout_bytes.startswith(begin)
    assert "·".encode() in result.stdout_bytes


def test_a_part_of_the_time() -> None:
    """Findings that touch the part, and moves in it; the report says which part it is."""
    text = run("--since", "2026-02-02 09:30", "--until", "2026-02-02 09:35").stdout
    assert "only since 2026-02-02 09:30:00 until 2026-02-02 09:35:00" in " ".join(text.split())
    moves = [line for line in text.split("\nStates\n")[1].splitlines() if line.startswith("2026")]
    assert [line[11:16] for line in moves[:2]] == ["09:31", "09:31"]


def test_the_pair_is_judged_as_a_whole() -> None:
    """A part that lies within an outage shows the outage, though its begin lies before."""
    found = json.loads(
        run("--since", "2026-02-02 09:25", "--until", "2026-02-02 09:26", "--format", "json").stdout
    )
    assert "link-down" in [one["name"] for one in found["findings"]]
    assert found["transitions"] == []


def test_a_quiet_part_is_healthy() -> None:
    """What was over before, or came later, is no finding of the part."""
    found = json.loads(run("--until", "2026-02-02 09:05", "--format", "json").stdout)
    assert found["verdict"] == "healthy"


@pytest.mark.parametrize("words", [("--since", "yesterdy"), ("--since", "10:00", "--until", "09:00")])
def test_wrong_times_are_wrong_usage(words: tuple[str, ...]) -> None:
    """What is no time, or no period, is told with exit code 2."""
    result = run(*words)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
