"""What holds for every command: colours when they are wished for, and a quiet end."""

import os
import re
import subprocess
from pathlib import Path

import click
import pytest

from dhcplens.cli import main
from tests.cli.tailing import DHCPLENS

PAIR = Path(__file__).parents[2] / "fixtures" / "crash-primary"
LEASES = str(PAIR / "alpha" / "dhcpd.leases")
COLOURED = {
    "leases": [LEASES, "--at", "2025-12-31T15:30:00Z"],
    "lint": [str(PAIR / "alpha" / "dhcpd.conf")],
    "tail": ["-", "--timezone", "UTC+9"],
}
HUES = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-7]|9[0-7])m")


def run(words: list[str], **variables: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, with the log of a crash on its standard input."""
    with (PAIR / "beta" / "messages").open("rb") as log:
        return subprocess.run(
            [*DHCPLENS, *words], stdin=log, env={**os.environ, **variables}, capture_output=True, check=False
        )


@pytest.mark.parametrize("name", COLOURED)
def test_colours_are_for_those_who_want_them(name: str) -> None:
    """None in a pipe, some with --color always, none with --color never."""
    words = [name, *COLOURED[name]]
    assert b"\x1b" not in run(words).stdout
    always = run([*words, "--color", "always"], TERM="xterm").stdout
    assert b"\x1b[" in always
    quiet = run([*words, "--color", "never"], FORCE_COLOR="1", TERM="xterm")
    assert b"\x1b" not in quiet.stdout


def test_no_color_is_honoured() -> None:
    """What would be coloured has no hue where the user has set NO_COLOR."""
    words = ["lint", *COLOURED["lint"]]
    assert HUES.search(run(words, FORCE_COLOR="1", TERM="xterm").stdout)
    assert not HUES.search(run(words, FORCE_COLOR="1", TERM="xterm", NO_COLOR="1").stdout)


@pytest.mark.parametrize("words", [["leases", LEASES, "--all"], ["explain"], ["completion", "bash"]])
def test_a_reader_that_goes_away_is_no_failure(words: list[str]) -> None:
    """Every command ends with 0 and without a word when its output is closed."""
    command = " ".join(map(repr, [*DHCPLENS, *words]))
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | true; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_options_have_one_name_everywhere() -> None:
    """The form of the output is --format, text by default, and colours are --color with the same words."""
    root = click.Context(main)
    commands = {name: main.get_command(root, name) for name in main.list_commands(root)}
    words: set[str] = set()
    choices: dict[str, set[tuple[str, ...]]] = {}
    for command in commands.values():
        assert command is not None
        for one in command.params:
            words.update(one.opts)
            for word in one.opts:
                if isinstance(one.type, click.Choice):
                    choices.setdefault(word, set()).add(tuple(map(str, one.type.choices)))
    assert choices["--color"] == {("auto", "always", "never")}
    assert all(forms[0] == "text" for forms in choices["--format"])
    assert not {word for word in words if word.startswith("--") and ("colour" in word or "output-" in word)}
