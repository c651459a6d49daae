"""Shell completion and manual pages, which are made from the commands."""

import os
import shutil
import subprocess

import click
import pytest
from click.testing import CliRunner

from dhcplens.cli import main
from dhcplens.cli.completion import SHELLS
from dhcplens.cli.manual import pages
from tests.cli.tailing import PROGRAM


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_each_shell(shell: str) -> None:
    """The script names the program and the variable that makes it complete; the shell can read it."""
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert "_DHCPLENS_COMPLETE" in result.stdout
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"], input=result.stdout.encode(), check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [("dhcplens rep", {"report", "replay"}), ("dhcplens report --form", {"--format"})],
)
def test_bash_completes(words: str, expected: set[str]) -> None:
    """What bash asks on the tabulator key."""
    asked = {
        "_DHCPLENS_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    result = subprocess.run([PROGRAM], env=os.environ | asked, capture_output=True, text=True, check=False)
    assert {line.split(",")[1] for line in result.stdout.split()} == expected


def test_each_command_has_a_page_with_all_its_options() -> None:
    """Whoever adds an option need not think of the manual."""
    made = dict(pages())
    root = click.Context(main)
    for name in main.list_commands(root):
        command = main.get_command(root, name)
        assert command is not None
        text = made[f"dhcplens-{name}.1"].replace("\\-", "-")
        for option in (one for one in command.params if isinstance(one, click.Option) and not one.hidden):
            assert all(word in text for word in option.opts)
    assert "dhcplens-report" in made["dhcplens.1"].replace("\\-", "-")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_pages_are_proper_roff() -> None:
    """groff has nothing to warn of, and the text comes out as it went in."""
    for name, text in pages():
        result = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-P-c"], input=text.encode(), capture_output=True, check=False
        )
        assert result.stderr == b"", name
    shown = subprocess.run(
        ["groff", "-man", "-Tascii", "-P-cbou"],
        input=dict(pages())["dhcplens-report.1"].encode(),
        capture_output=True,
    ).stdout.decode()
    assert "'2 hours ago'" in " ".join(shown.split())
