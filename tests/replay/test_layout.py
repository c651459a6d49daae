"""The folder that a run leaves, and how fixtures are packed."""

import gzip
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from dhcplens.replay.language import parse
from dhcplens.replay.layout import LogWriter
from dhcplens.replay.record import settle
from dhcplens.replay.scenario import LogForm, Scenario
from dhcplens.replay.truth import laid_out

TEXT = """\
scenario "A test"
begin 2026-10-25 02:59:58 in Europe/Berlin
server a is primary at 10.20.0.2
server b is secondary at 10.20.0.3
relay at 10.20.0.1
network 10.20.0.0/16
pool 10.20.100.1 to 10.20.100.9
at 0s end
"""
FIXTURES = Path(__file__).parents[2] / "fixtures"


def written(out: Path, form: LogForm, *, debug: bool) -> list[str]:
    """Three lines around the end of summer time, in this form."""
    scenario = parse(TEXT, "x.scenario")
    server = replace(scenario.servers[0], log_form=form, log_debug=debug)
    writer = LogWriter(out, scenario, server)
    writer.write(0.25, 6, "dhcpd", 12, "one")
    writer.write(1.0, 7, "dhcpd", 12, "two")
    writer.write(3603.0, 6, "dhcpd", None, "three")
    writer.close()
    return (out / "a" / "messages").read_text().splitlines()


def test_log_forms(tmp_path: Path) -> None:
    """Traditional, RFC 3339 and the journal's form, each in the zone of the scenario."""
    assert written(tmp_path, LogForm.TRADITIONAL, debug=True) == [
        "Oct 25 02:59:58 a dhcpd[12]: one",
        "Oct 25 02:59:59 a dhcpd[12]: two",
        "Oct 25 03:00:01 a dhcpd: three",
    ]
    assert written(tmp_path, LogForm.ISO, debug=True)[0] == (
        "2026-10-25T02:59:58.250000+02:00 a dhcpd[12]: one"
    )
    assert written(tmp_path, LogForm.JOURNAL, debug=True)[2] == "2026-10-25T03:00:01+0100 a dhcpd: three"


def test_debug_lines_can_be_left_out(tmp_path: Path) -> None:
    """Without debug only the lines of level info and above are written."""
    assert len(written(tmp_path, LogForm.ISO, debug=False)) == 2


def run(tmp_path: Path, name: str, lines: int = 4) -> tuple[Scenario, Path, Path]:
    """A run's folder with the logs of two servers, and a fixture's folder of that name."""
    out, folder = tmp_path / "out", tmp_path / name
    for number, server in enumerate(("a", "b")):
        (out / server).mkdir(parents=True)
        log = [f"Jan  1 00:00:{2 * line + number:02d} {server} dhcpd: x\n" for line in range(lines)]
        (out / server / "messages").write_text("".join(log))
    folder.mkdir()
    (folder / f"{name}.scenario").write_text(TEXT)
    return parse(TEXT, f"{name}.scenario"), out, folder


def test_a_recording_replaces_the_old_one_and_keeps_the_scenario(tmp_path: Path) -> None:
    """What stood in the folder before is gone, except the scenario itself."""
    scenario, out, folder = run(tmp_path, "plain")
    (folder / "old").mkdir()
    settle(scenario, out, folder, "dhcpd 4.4.3-P1")
    assert sorted(path.name for path in folder.iterdir()) == ["README", "a", "b", "plain.scenario"]
    assert (folder / "README").read_text().startswith("A test. Recorded with `dhcplens replay plain.scenario")


def test_a_long_log_is_compressed(tmp_path: Path) -> None:
    """The text is the same after unpacking."""
    scenario, out, folder = run(tmp_path, "plain", lines=5000)
    text = (out / "a" / "messages").read_bytes()
    settle(scenario, out, folder, "dhcpd 4.4.3-P1")
    assert gzip.decompress((folder / "a" / "messages.gz").read_bytes()) == text


def test_a_log_host_has_both_logs_in_one_file(tmp_path: Path) -> None:
    """The lines of both servers stand in one file in order of time."""
    scenario, out, folder = run(tmp_path, "link-flapping")
    settle(scenario, out, folder, "dhcpd 4.4.3-P1")
    lines = (folder / "loghost" / "dhcp.log").read_text().splitlines()
    assert [line.split()[3] for line in lines] == ["a", "b"] * 4
    assert not (folder / "a" / "messages").exists()


def test_an_archive_holds_both_folders(tmp_path: Path) -> None:
    """Both servers' files are in one tar.gz, and nowhere else."""
    scenario, out, folder = run(tmp_path, "exhausted-both")
    settle(scenario, out, folder, "dhcpd 4.4.3-P1")
    with tarfile.open(folder / "collected.tar.gz") as archive:
        assert sorted(archive.getnames()) == ["a", "a/messages", "b", "b/messages"]
    assert not (folder / "a").exists()


def test_rotated_logs_are_whole(tmp_path: Path) -> None:
    """Three parts, the oldest compressed, make the whole log again."""
    scenario, out, folder = run(tmp_path, "lab-day", lines=10)
    text = (out / "b" / "messages").read_text()
    settle(scenario, out, folder, "dhcpd 4.4.3-P1")
    oldest = gzip.decompress((folder / "b" / "messages.2.gz").read_bytes()).decode()
    assert oldest + "".join((folder / "b" / name).read_text() for name in ("messages.1", "messages")) == text


def test_truth_is_json_with_a_line_for_each_thing() -> None:
    """The laid out text reads back as the document."""
    document = {"a": 1, "b": [], "c": [{"x": [1]}, {"y": "ü\n"}], "d": {"e": {"f": None}}}
    text = laid_out(document)
    assert json.loads(text) == document
    assert text.count("\n") == 11


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*/truth.json")), ids=lambda file: file.parent.name)
def test_recorded_fixtures_are_complete_and_as_expected(file: Path) -> None:
    """Each recorded run came to its end as expected, and its truth is of the scenario beside it."""
    truth = json.loads(file.read_text())
    scenario = (file.parent / truth["scenario"]).read_text().splitlines()
    assert truth["complete"]
    assert truth["problems"] == []
    assert truth["expectations"]
    assert all(one["held"] for one in truth["expectations"])
    for event in truth["events"]:
        assert " ".join(scenario[event["line"] - 1].partition("#")[0].split()) == event["text"]
