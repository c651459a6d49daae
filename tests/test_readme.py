"""The README says nothing that is not so."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dhcplens.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
OUTPUTS = re.findall(r"<!-- output of: dhcplens (.+?) -->\n```\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), OUTPUTS, ids=[command for command, _ in OUTPUTS])
def test_the_outputs_shown_are_real(command: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a block shows is what the command before it prints first, in a terminal of eighty columns."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(main, command.split())
    printed = [line.rstrip() for line in result.output.splitlines()]
    wanted = [line.rstrip() for line in shown.splitlines()]
    assert wanted
    assert printed[: len(wanted)] == wanted


def test_every_command_is_named() -> None:
    """The table of commands has all that there are, and no other."""
    assert set(re.findall(r"^\| `dhcplens (\w+)", README, re.MULTILINE)) == set(
        main.list_commands(click.Context(main))
    )


def test_the_picture_of_the_rooms_is_that_of_the_folders() -> None:
    """'How it is built' names each room that exists, in the order in which they may know each other."""
    section = README.partition("## How it is built")[2]
    named = re.findall(
        r"`(?:dhcplens/)?(\w+)(?:/|\.py)`", "".join(re.findall(r"^\| (.+?) \|", section, re.MULTILINE))
    )
    rooms = {path.stem for path in (ROOT / "dhcplens").iterdir() if path.suffix in ("", ".py")}
    assert set(named) == rooms - {"__init__", "__main__", "__pycache__"}


def test_pictures_exist() -> None:
    """Each picture that is shown is in the repository."""
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)
