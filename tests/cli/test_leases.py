"""``dhcplens leases`` as a command."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from dhcplens.cli import main

FIXTURES = Path(__file__).parents[2] / "fixtures"
ALPHA, BETA = (FIXTURES / "crash-primary" / name / "dhcpd.leases" for name in ("alpha", "beta"))
DURING = ("--at", "2025-12-31T15:30:00Z")
LEASE = """\
lease 10.0.0.{number} {{
  starts 4 2026/01/01 10:00:00;
  ends 4 2026/01/01 11:00:00;
  binding state {state};
  next binding state free;
  hardware ethernet 00:00:00:00:00:0{number};
  {more}
}}
"""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["leases", *map(str, words)])


def made(folder: Path, *leases: tuple[int, str, str]) -> Path:
    """A lease file with these leases: last number of the address, state, more statements."""
    path = folder / "dhcpd.leases"
    texts = (LEASE.format(number=number, state=state, more=more) for number, state, more in leases)
    path.write_text("".join(texts))
    return path


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_lease_whose_end_has_passed_is_expired(tmp_path: Path) -> None:
    """What the block says stands beside what holds at that time."""
    path = made(tmp_path, (1, "active", ""), (2, "backup", ""))
    for at, state in (("10:30", "active"), ("11:30", "expired")):
        first, *others = rows(run(path, "--format", "csv", "--at", f"2026-01-01 {at}"))
        assert (first["ip"], first["state"], first["recorded"]) == ("10.0.0.1", state, "active")
    assert [one["state"] for one in others] == ["backup"]


def test_before_a_block_an_address_is_not_known(tmp_path: Path) -> None:
    """Blocks that tell of later things do not count for earlier times."""
    path = made(tmp_path, (1, "active", ""))
    assert rows(run(path, "--format", "csv", "--at", "2026-01-01 09:00")) == []


def test_the_partner_stands_beside() -> None:
    """With two files each address has both words, and pools count both and what differs."""
    result = run(ALPHA, BETA, *DURING, "--format", "json", "--conf", ALPHA.with_name("dhcpd.conf"))
    assert result.exit_code == 0, result.output
    table = json.loads(result.stdout)
    assert (table["schema"], table["at"]) == (1, "2025-12-31T15:30:00Z")
    (pool,) = (one for one in table["pools"] if one["pool"] == "10.1.0.0/16")
    assert pool["total"] == 250
    assert pool["active"] == sum(one["state"] == "active" for one in table["leases"])
    assert pool["partner_active"] == sum(one["partner_state"] == "active" for one in table["leases"])
    assert pool["different"] == sum(one["difference"] != "none" for one in table["leases"])


def test_text_lists_what_is_in_use() -> None:
    """On a terminal the pools come first, then leases; addresses at rest only with --all."""
    result = run(ALPHA, BETA, *DURING, "--timezone", "Asia/Tokyo")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].endswith("2026-01-01 00:30:00 Asia/Tokyo")
    assert lines[1].split()[:2] == ["pool", "total"]
    assert "not listed; --all lists them" in lines[-1]
    assert len(run(ALPHA, BETA, *DURING, "--all").stdout.splitlines()) > len(lines)


@pytest.mark.parametrize("name", ["=cmd()", "+1", "-1", "@x", "a,b", 'q\\"q'])
def test_hostile_host_names_are_cells_of_text(tmp_path: Path, name: str) -> None:
    """No cell begins as a formula, and quoting keeps each in its column."""
    path = made(tmp_path, (1, "active", f'client-hostname "{name}";'))
    (row,) = rows(run(path, "--format", "csv"))
    assert row["hostname"].lstrip("'") == name.replace("\\", "")
    assert row["hostname"][0] not in "=+-@"


def test_a_hostile_host_name_does_not_steer_the_terminal(tmp_path: Path) -> None:
    """Control bytes are shown, not sent."""
    path = made(tmp_path, (1, "active", 'client-hostname "\\033[2J";'))
    result = run(path, "--at", "2026-01-01 10:30")
    assert "[2J" in result.stdout
    assert all(line.isprintable() for line in result.stdout.splitlines())


def test_parquet(tmp_path: Path) -> None:
    """The same table as a Parquet file."""
    pytest.importorskip("pyarrow", reason="needs pyarrow (pip install 'dhcplens[parquet]')")
    out = tmp_path / "leases.parquet"
    assert run(ALPHA, *DURING, "--format", "parquet", "-o", out).exit_code == 0
    frame = pd.read_parquet(out)
    assert len(frame) == len(rows(run(ALPHA, *DURING, "--format", "csv")))
    assert str(frame["ends"].dtype) == "datetime64[ns, UTC]"


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names what to install."""
    monkeypatch.setattr("dhcplens.report.leasetable.find_spec", lambda _name: None)
    result = run(ALPHA, "--format", "parquet", "-o", tmp_path / "x")
    assert result.exit_code == 1
    assert "pip install 'dhcplens[parquet]'" in result.output


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("/no/such",), 2),
        ((ALPHA, "--at", "whenever"), 2),
        ((ALPHA, "--timezone", "Mars"), 2),
        ((ALPHA.with_name("messages"),), 1),
    ],
)
def test_exit_codes(words: tuple[object, ...], code: int) -> None:
    """2 for wrong usage, 1 for a file without leases."""
    assert run(*words).exit_code == code
