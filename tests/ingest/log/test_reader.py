"""The plain reader: bytes in, six tables out, nothing lost silently."""

import json
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.reader import LONGEST, LogPiece, LogReader, read_log
from dhcplens.model.tables import LOG_TABLES

HEAD = "Jul 10 11:02:29 h dhcpd: "


def said(*messages: str) -> LogPiece:
    """A log of dhcpd's lines in the usual frame."""
    return read_log("".join(f"{HEAD}{one}\n" for one in messages).encode(), "log")


def notices(piece: LogPiece) -> list[tuple[str, dict[str, object]]]:
    table = piece.tables["notices"]
    return list(zip(table["code"], map(json.loads, table["args"]), strict=True))


def test_columns_are_those_of_the_model() -> None:
    """Each table has the model's columns, with stamp, form and host in the place of time and server."""
    for name, frame in said().tables.items():
        expected = [one.name for one in LOG_TABLES[name] if one.name not in ("time", "server")]
        assert list(frame.columns) == ["stamp", "form", "host", *expected]
        for column in LOG_TABLES[name]:
            if column.name not in ("time", "server"):
                assert str(frame[column.name].dtype) == column.kind.value


def test_lines_are_counted_by_whose_they_are() -> None:
    """dhcpd's lines, other programs' lines and unknown ones add up to all lines."""
    piece = read_log(
        f"{HEAD}All rights reserved.\n{HEAD}no such words\nJul 10 11:02:29 h sshd[1]: hello\n\n".encode(),
        "log",
    )
    assert (piece.lines, piece.dhcpd_lines, piece.other_lines, piece.unknown_lines) == (4, 2, 2, 1)
    assert list(piece.tables["unknown"]["text"]) == ["no such words"]


def test_lines_without_stamps_are_known_by_their_words() -> None:
    """Output of dhcpd -d is dhcpd's from its first known line on, and what is not known is kept."""
    piece = read_log(b"All rights reserved.\nPeer ate my homework\nexiting.\n", "log")
    assert (piece.dhcpd_lines, piece.unknown_lines, piece.other_lines) == (3, 1, 0)
    assert list(piece.tables["notices"]["form"]) == [0, 0]


def test_stray_lines_between_framed_ones_are_not_dhcpds() -> None:
    """In a log with headers a line without one counts as dhcpd's only if it says what dhcpd says."""
    piece = read_log(f"{HEAD}All rights reserved.\nAll rights reserved.\nnonsense\n".encode(), "log")
    assert (piece.dhcpd_lines, piece.other_lines, piece.unknown_lines) == (2, 1, 0)


def test_a_head_that_was_cut_off_does_no_harm() -> None:
    """The first line of a rotated piece may begin inside its header."""
    piece = read_log(b"29 h dhcpd[7]: peer x: disconnected\n", "log")
    assert notices(piece) == [("peer-disconnected", {"relationship": "x"})]


def test_a_parse_error_is_one_notice() -> None:
    """File, line, text, the quoted line and the column of the caret belong together."""
    piece = said(
        "/etc/dhcpd.conf line 12: unknown failover peer: x",
        '  failover peer "x";',
        "              ^",
        "exiting.",
    )
    assert notices(piece) == [
        (
            "parse-problem",
            {
                "file": "/etc/dhcpd.conf",
                "number": 12,
                "text": "unknown failover peer: x",
                "quoted": '  failover peer "x";',
                "column": 15,
            },
        ),
        ("exiting", {}),
    ]
    assert list(piece.tables["notices"]["line"]) == [1, 4]


def test_the_static_lease_warning_is_one_notice() -> None:
    """Its three lines name address, host declaration and network."""
    piece = said(
        "Dynamic and static leases present for 10.0.0.5.",
        "Remove host declaration printer or remove 10.0.0.5",
        "from the dynamic address pool for 10/8",
    )
    assert notices(piece) == [
        ("static-and-dynamic", {"ip": "10.0.0.5", "declaration": "printer", "network": "10/8"})
    ]


def test_the_bug_notice_is_one_notice() -> None:
    """Empty lines and the paragraph after a fatal error are one notice."""
    piece = said(
        "There's already a DHCP server running.",
        "",
        "If you think you have received this message due to a bug rather",
        "than a configuration issue please read the section on submitting",
        "",
        "exiting.",
    )
    assert notices(piece) == [("already-running", {}), ("exiting", {})]
    assert piece.unknown_lines == 0


def test_repetitions_are_told() -> None:
    """Both forms in which a log daemon folds repetitions give the count; other programs' do not."""
    piece = read_log(
        f"{HEAD}peer x: disconnected\nJul 10 11:02:30 h last message repeated 3 times\n"
        f"{HEAD}message repeated 2 times: [ peer y: disconnected]\n"
        "Jul 10 11:02:30 h cron: hello\nJul 10 11:02:30 h last message repeated 9 times\n".encode(),
        "log",
    )
    assert notices(piece) == [
        ("peer-disconnected", {"relationship": "x"}),
        ("message-repeated", {"count": 3}),
        ("message-repeated", {"count": 2}),
        ("peer-disconnected", {"relationship": "y"}),
    ]
    assert piece.other_lines == 2


def test_escapes_and_level_words_are_undone() -> None:
    """rsyslog writes control bytes as #011; some appliances put the level in front."""
    piece = said(
        "Server starting service.#012",
        "info peer x: disconnected",
        "error timeout waiting for failover peer x",
    )
    assert list(piece.tables["notices"]["code"]) == ["starting-service", "peer-disconnected", "peer-timeout"]


def test_bad_bytes_are_read_and_told() -> None:
    """Latin-1, carriage returns, NUL bytes and overlong lines: all lines are there, the damage is told."""
    long = b"x" * (LONGEST + 10)
    data = (
        b"\0\0\0"
        + HEAD.encode()
        + b"peer x: disconnected\r\n"
        + HEAD.encode()
        + b"peer \xe4: disconnected\n"
        + long
    )
    piece = read_log(data, "log")
    assert [args["relationship"] for _, args in notices(piece)] == ["x", "ä"]
    assert piece.lines == 3
    assert {(one.line, one.source) for one in piece.problems} == {(1, "log"), (3, "log")}


@pytest.mark.parametrize("data", [b"", b"\n", b"\0", b"x" * 10_000_000, b"\xff\xfe\0"])
def test_nothing_is_no_error(data: bytes) -> None:
    """Empty files and files of rubbish have no rows and no exception."""
    assert read_log(data, "log").dhcpd_lines == 0


def test_take_drains_and_holds_back_what_may_go_on() -> None:
    """A follower gets rows as they come; a notice whose next line may belong to it waits."""
    reader = LogReader("log").feed(f"{HEAD}peer x: disconnected\n{HEAD}/c line 1: bad\n".encode())
    assert notices(reader.take()) == [("peer-disconnected", {"relationship": "x"})]
    reader.feed(f"{HEAD}pool;\n{HEAD}    ^\n{HEAD}All rights".encode())
    assert notices(reader.take()) == [
        ("parse-problem", {"file": "/c", "number": 1, "text": "bad", "quoted": "pool;", "column": 5})
    ]
    last = reader.feed(b" reserved.").finish()
    assert (notices(last), last.lines) == ([("all-rights-reserved", {})], 1)


MATERIAL = "\n".join(
    [
        f"{HEAD}DHCPACK on 10.0.0.1 to aa:bb (näme) via eth0",
        f"{HEAD}failover peer x: I move from startup to normal",
        f"{HEAD}/etc/dhcpd.conf line 3: semicolon expected.",
        f"{HEAD}range 10.0.0.1",
        f"{HEAD} ^",
        f"{HEAD}pool 9d 10/8  total 2  free 1  backup 1  lts 0",
        "",
        f"{HEAD}bind update on 10.0.0.1 from x rejected: no memory",
        "Jul 10 11:02:30 h last message repeated 3 times",
        "dhcpd? no\0pe",
        f"{HEAD}what\r",
    ]
).encode()


def same(one: LogPiece, other: LogPiece) -> None:
    for name in LOG_TABLES:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name])
    assert (one.lines, one.dhcpd_lines, one.other_lines, one.unknown_lines, one.problems) == (
        other.lines,
        other.dhcpd_lines,
        other.other_lines,
        other.unknown_lines,
        other.problems,
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, len(MATERIAL)), max_size=8))
def test_pieces_of_any_size_give_the_same_tables(cuts: list[int]) -> None:
    """It does not matter where the bytes were cut."""
    reader = LogReader("log")
    edges = [0, *sorted(cuts), len(MATERIAL)]
    for start, end in pairwise(edges):
        reader.feed(MATERIAL[start:end])
    same(reader.finish(), read_log(MATERIAL, "log"))


def test_the_real_pairs_logs_are_known_to_the_last_line() -> None:
    """Nothing in the logs of a real 3.0.1 pair is unknown."""
    for path in sorted((Path(__file__).parents[3] / "fixtures" / "khxdhcps").glob("*/messages")):
        piece = read_log(path.read_bytes(), str(path))
        assert piece.unknown_lines == 0
        assert len(piece.tables["transitions"]) == 9
