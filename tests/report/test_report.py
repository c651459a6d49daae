"""The report as text and as JSON."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import dhcplens as dl
from dhcplens.api import Pair
from dhcplens.model.states import Severity
from dhcplens.report import Report
from dhcplens.report.terminal import clean

ROOT = Path(__file__).parent.parent.parent
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture(scope="module")
def seed() -> Pair:
    """The real pair of 2008."""
    return dl.read(ROOT / "fixtures" / "khxdhcps")


@pytest.fixture(scope="module")
def crash() -> Report:
    """A recorded crash."""
    return dl.read(ROOT / "fixtures" / "crash-secondary").report()


@pytest.mark.parametrize(
    "said",
    [
        "healthy: both normal since 2008-07-10 11:02:31",
        "primary KHXDHCPS1",
        "secondary KHXDHCPS2",
        "relationship dhcp-failover",
        "times in UTC+8",
        "240 120 120",
        "00:17:c4:12:77:97; hash 88 of 256, split 128: belongs to KHXDHCPS1; served by KHXDHCPS1",
        "1 lease of 30 min because of mclt, although 6 h is configured",
        "taken 11:03:38, released 11:05:31, taken again 11:05:36",
        "time zone of the log of KHXDHCPS1: UTC+8",
    ],
)
def test_the_seed_says(seed: Pair, said: str) -> None:
    """The report on the real pair of 2008 says what happened there."""
    assert said in " ".join(seed.report().as_text().split())


def test_the_first_line_is_the_verdict(crash: Report) -> None:
    """The first word is the verdict, what stands behind it follows."""
    assert crash.as_text().startswith("degraded: dhcp-b was down for 30 min")


def test_lines_are_quoted_by_their_place_below_the_common_folder(crash: Report) -> None:
    """The folder that all files lie in is named once, and left out wherever a line or file is named."""
    text = crash.as_text()
    folder = f"{ROOT}/fixtures/crash-secondary/"
    assert "".join(text.split()).count(folder) == 2  # at the top, and with the table of files
    assert "     dhcp-a/messages:67: Nov 22 07:10:00" in text
    assert "year of dhcp-a/messages" in text


def test_files_that_have_their_servers_from_one_ground_are_told_of_together(crash: Report) -> None:
    """Of files whose place tells their server there is one line, not one each."""
    lines = [line for line in crash.as_text().splitlines() if line.startswith("- server of ")]
    assert lines == ["- server of 4 files: as in the table of files (its place)"]


def test_steps_for_what_is_over_say_so(crash: Report) -> None:
    """The steps under a finding that has ended begin with a word on it."""
    assert "It is over. To find out why, and for the next time:" in crash.as_text()


def test_the_same_steps_are_printed_once() -> None:
    """Of findings with the same steps only the first has them, the others name it."""
    report = dl.read(ROOT / "fixtures" / "crash-secondary").report()
    first = next(one for one in report.findings if one.name == "peer-down")
    twice = replace(report, findings=(first, replace(first, title="another one")))
    text = twice.as_text()
    assert text.count("1. Find out why dhcp-b stopped") == 1
    assert "What to do: as under 1." in text


def test_the_state_of_an_absent_partner_is_told_as_it_was_last_seen(tmp_path: Path) -> None:
    """Where only one lease file was given, the first line says in which state that server saw the other."""
    (tmp_path / "dhcpd.leases").write_text(
        'failover peer "pair" state {\n'
        "  my state normal at 1 2020/11/23 11:01:48;\n"
        "  partner state communications-interrupted at 1 2020/11/23 11:01:58;\n}\n"
    )
    first = " ".join(dl.read(tmp_path).report().as_text().split("primary")[0].split())
    assert "last saw it in communications-interrupted, since 2020-11-23 11:01:58" in first


def test_text_fits_eighty_columns(seed: Pair, crash: Report) -> None:
    """No line is wider than the terminal, nor ends in blanks."""
    for report in (seed.report(), crash):
        lines = report.as_text(width=80).splitlines()
        assert max(map(len, lines)) <= 80
        assert not [line for line in lines if line != line.rstrip()]


def test_evidence_is_quoted_with_its_place(crash: Report) -> None:
    """Each line of evidence stands after its file and line number, as the file has it."""
    down = next(one for one in crash.findings if one.name == "peer-down")
    for row in down.evidence:
        assert Path(row.source).read_text().split("\n")[row.line - 1] == row.text


def test_much_evidence_is_shown_by_its_begin_and_end(crash: Report) -> None:
    """On the terminal a finding quotes four lines and counts the others."""
    down = next(one for one in crash.findings if one.name == "peer-down")
    text = " ".join(crash.as_text(width=120).split())
    folder = f"{ROOT}/fixtures/crash-secondary/"
    quoted = [f"{row.source.removeprefix(folder)}:{row.line}:" in text for row in down.evidence]
    assert all(quoted[:2] + quoted[-2:])
    assert not any(quoted[2:4])
    assert f"… {len(quoted) - 4} more lines in --format json" in text


def test_logs_without_stamps_are_reported(tmp_path: Path) -> None:
    """The output of ``dhcpd -d`` has no times: every rule and every table does without them."""
    for path in (ROOT / "fixtures" / "link-cut").glob("*/*"):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        said = re.sub(r"(?m)^\S+ \S+ dhcpd\[\d+\]: ?", "", path.read_text())
        (tmp_path / path.parent.name / path.name).write_text(said)
    report = dl.read(tmp_path).report()
    assert not report.problems
    assert not [one for one in report.findings if one.severity is Severity.CRITICAL]
    assert "campus-failover" in report.as_text()
    assert json.loads(report.as_json())["transitions"]
    assert "no time" in report.as_text()


def test_no_control_byte_reaches_the_terminal() -> None:
    """What a terminal would act upon is made visible, and nothing else is changed."""
    assert clean("a\x1b[31mb\x07\x9b\r\n") == "a\\x1b[31mb\\x07\\x9b\\x0d\\x0a"
    assert clean("größe · 東京") == "größe · 東京"


def test_hostile_names_are_shown_not_obeyed(tmp_path: Path) -> None:
    """A host name with escapes and markup is printed as text."""
    folder = tmp_path / "ns1"
    folder.mkdir()
    lines = [
        "2026-01-05T09:00:00+00:00 ns1 dhcpd[7]: DHCPDISCOVER from 00:16:3e:00:00:01 (\x1b[2J[red]x) "
        "via eth0: network 10.0.0.0/8: no free leases"
    ] * 5
    (folder / "messages").write_text("\n".join(lines) + "\n")
    text = dl.read(tmp_path).report().as_text()
    assert "\x1b" not in text and "[red]" in text


def test_colours_are_asked_for(crash: Report) -> None:
    """Escapes stand in the text only where colours are wanted."""
    assert "\x1b" not in crash.as_text()
    assert "\x1b[" in crash.as_text(colour=True)


def test_json_has_the_promised_keys(crash: Report) -> None:
    """Exactly the keys that were promised, with values of the promised form."""
    found: dict[str, Any] = json.loads(crash.as_json())
    assert list(found) == ["schema", "verdict", "servers", "findings", "transitions", "inputs", "inferences"]
    assert (found["schema"], found["verdict"]) == (1, "degraded")
    assert [list(one) for one in found["servers"]] == [["name", "role", "files"]] * 2
    assert {(one["name"], one["role"]) for one in found["servers"]} == {
        ("dhcp-a", "primary"),
        ("dhcp-b", "secondary"),
    }
    keys = ["name", "severity", "title", "start", "end", "servers", "evidence", "meaning", "advice"]
    for one in found["findings"]:
        assert list(one) == keys
        assert one["severity"] in ("info", "warning", "critical")
        assert all(one[when] is None or RFC3339.fullmatch(one[when]) for when in ("start", "end"))
        assert one["evidence"] and all(list(row) == ["source", "line", "text"] for row in one["evidence"])
    assert all(list(one) == ["time", "server", "subject", "old", "new"] for one in found["transitions"])
    assert {one["subject"] for one in found["transitions"]} == {"local", "partner"}
    assert all(RFC3339.fullmatch(one["time"]) for one in found["transitions"])
    assert all(
        list(one) == ["path", "kind", "server", "lines", "dhcpd_lines", "unknown_lines"]
        for one in found["inputs"]
    )


def test_json_names_the_crash(crash: Report) -> None:
    """The interval of the crash stands in UTC, within a minute of what was done."""
    down = next(one for one in json.loads(crash.as_json())["findings"] if one["name"] == "peer-down")
    assert down["start"].startswith("2026-11-22T06:10:0")
    assert down["end"].startswith("2026-11-22T06:40:0")
    assert down["servers"] == ["dhcp-b"]


def test_the_library_gives_frames(seed: Pair) -> None:
    """What a notebook asks for first."""
    assert seed.primary is not None and seed.secondary is not None
    assert len(seed.primary.log.transitions) == 8
    assert seed.primary.leases.bindings["state"].tolist() == ["active", "released", "free"]
    assert [one.name for one in seed.findings()] == ["normal-operation", "short-leases"]
    assert "<pre>healthy" in seed.report()._repr_html_()
    assert "silent-link" not in [one.name for one in seed.findings("flapping.count=5")]
