"""``dhcplens lint`` as a command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dhcplens.cli import main
from tests.ingest.conf.test_lint import PRIMARY, SECONDARY


def run(folder: Path, *texts: str, options: tuple[str, ...] = ()) -> Result:
    """Runs the command on files with these texts."""
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"{number}.conf")
        paths[-1].write_text(text)
    return CliRunner().invoke(main, ["lint", *map(str, paths), *options])


def test_nothing_wrong(tmp_path: Path) -> None:
    """A good pair ends with 0 and says so."""
    result = run(tmp_path, PRIMARY, SECONDARY)
    assert result.exit_code == 0
    assert "nothing wrong" in " ".join(result.output.split())


def test_a_problem_is_told_within_80_columns(tmp_path: Path) -> None:
    """Something wrong ends with 1, and the text keeps to 80 columns without trailing blanks."""
    result = run(tmp_path, PRIMARY.replace("mclt 1800;", ""), SECONDARY.replace("10.0.0.99", "10.0.0.50"))
    assert result.exit_code == 1
    assert "[no-mclt]" in result.output
    assert "[ranges-differ]" in result.output
    for line in result.output.splitlines():
        assert len(line) <= 80 or " " not in line.strip()
        assert line == line.rstrip()


def test_info_alone_is_no_failure(tmp_path: Path) -> None:
    """What is only worth knowing leaves the exit code at 0."""
    result = run(tmp_path, PRIMARY.replace("omapi-port 7911;", ""))
    assert result.exit_code == 0
    assert "[no-omapi-port]" in result.output


def test_the_question_of_the_bare_peer(tmp_path: Path) -> None:
    """For a 3.0.5 configuration with a bare peer the command says why it does not start and what to write."""
    text = (
        'peer "dhcp-failover";\nsubnet 10.69.0.0 netmask 255.255.0.0 { range 10.69.100.1 10.69.100.240; }\n'
    )
    result = run(tmp_path, text, options=("--dhcpd-version", "3.0.5"))
    assert result.exit_code == 1
    assert "0.conf:1:1" in "".join(result.output.split())
    assert '    failover peer "dhcp-failover" {' in result.output


def test_json(tmp_path: Path) -> None:
    """The machine-readable form has every remark with its places."""
    result = run(tmp_path, PRIMARY, SECONDARY.replace("7200", "60"), options=("--format", "json"))
    assert result.exit_code == 1
    (remark,) = json.loads(result.output)["remarks"]
    assert (remark["name"], remark["severity"]) == ("lease-times-differ", "warning")
    assert remark["here"]["source"].endswith("0.conf")
    assert remark["there"]["line"] > 0


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"], ["missing.conf"]])
def test_wrong_usage(arguments: list[str]) -> None:
    """No file, three files, a missing file: exit code 2."""
    assert CliRunner().invoke(main, ["lint", *arguments]).exit_code == 2


def test_a_wrong_version_is_wrong_usage(tmp_path: Path) -> None:
    """A version that is none ends with 2."""
    assert run(tmp_path, PRIMARY, options=("--dhcpd-version", "newest")).exit_code == 2


def test_included_files_beside_the_configuration(tmp_path: Path) -> None:
    """An included file is found by its name beside the configuration, wherever it lay on the server."""
    (tmp_path / "peers.inc").write_text(PRIMARY)
    result = run(tmp_path, 'include "/etc/dhcp/peers.inc";\n')
    assert result.exit_code == 0
    assert "nothing" in result.output
    assert "include-missing" in run(tmp_path, 'include "/etc/dhcp/none.inc";\n').output


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """Escape sequences in a configuration are not printed."""
    result = run(tmp_path, "foo\x1b[31mbar \x07;\n")
    assert result.exit_code == 1
    assert "\x1b" not in result.output and "\x07" not in result.output
