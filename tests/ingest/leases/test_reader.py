"""What a lease file says, and what of it dhcpd would take."""

import json

import pandas as pd
import pytest

from dhcplens.ingest.leases import LeasePiece, LeaseReader, read_leases
from dhcplens.model.tables import BINDINGS, DECLARATIONS, FAILOVER_STATES, NEVER, V6_BINDINGS

SEED = b"""lease 10.69.100.120 {
starts 4 2008/07/10 03:03:38;
ends 4 2008/07/10 03:33:38;
cltt 4 2008/07/10 03:03:38;
binding state active;
next binding state expired;
hardware ethernet 00:17:c4:12:77:97;
uid "\\001\\000\\027\\304\\022w\\227";
client-hostname "WiMAX-demoXX";
}
"""


def read(text: str | bytes) -> LeasePiece:
    return read_leases(text if isinstance(text, bytes) else text.encode(), "dhcpd.leases")


def only(text: str) -> "pd.Series[object]":
    frame = read(text).bindings
    assert len(frame) == 1
    return frame.iloc[0]


def utc(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def test_a_block_without_indentation_gives_its_row() -> None:
    """The seed's block, its indentation lost, gives all of its values."""
    row = only(SEED.decode())
    assert row["ip"] == "10.69.100.120"
    assert row["starts"] == utc("2008-07-10 03:03:38")
    assert row["ends"] == utc("2008-07-10 03:33:38")
    assert (row["state"], row["next_state"]) == ("active", "expired")
    assert (row["hardware"], row["mac"]) == ("ethernet", "00:17:c4:12:77:97")
    assert row["uid"] == "01:00:17:c4:12:77:97"
    assert row["hostname"] == "WiMAX-demoXX"
    assert row["line"] == 1
    assert row["accepted"]


def test_frames_have_the_schemas_without_server() -> None:
    """Full and empty frames alike have the columns and dtypes of the model, except server."""
    for piece in (read(b""), read(SEED)):
        for frame, schema in (
            (piece.bindings, BINDINGS),
            (piece.failover_states, FAILOVER_STATES),
            (piece.v6_bindings, V6_BINDINGS),
            (piece.declarations, DECLARATIONS),
        ):
            expected = {column.name: column.kind.value for column in schema if column.name != "server"}
            assert sorted(frame.columns) == sorted(expected)
            assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == expected


def test_missing_statements_take_dhcpds_defaults() -> None:
    """Without next and rewind the binding state counts, without tstp the end."""
    row = only("lease 10.0.0.1 { ends 3 2024/01/31 10:00:00; binding state backup; }")
    assert row["next_state"] == row["rewind_state"] == "backup"
    assert row["tstp"] == row["ends"]
    assert pd.isna(row["tsfp"])


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("never", NEVER),
        ("3 2040/01/01 00:00:00", NEVER),
        ("epoch 1706695200", utc("2024-01-31 10:00:00")),
        ("3 2024/01/31 10:00:00", utc("2024-01-31 10:00:00")),
        ("3 2024/1/31 10:0:0 -3600", utc("2024-01-31 09:00:00")),
        ("3 124 / 02 / 29 00 : 00 : 01", utc("2024-02-29 00:00:01")),
        ("6 2024/12/32 25:00:00", utc("2025-01-02 01:00:00")),
    ],
)
def test_dates_are_read_as_dhcpd_reads_them(date: str, expected: pd.Timestamp) -> None:
    """Every form of date gives its time in UTC, out-of-range parts carried over."""
    row = only(f"lease 10.0.0.1 {{ starts {date}; # comment\n binding state free; }}")
    assert row["starts"] == expected
    assert row["accepted"]


def test_other_statements_become_json() -> None:
    """Variables keep their types, relay options, billing and on blocks their text."""
    row = only(
        "lease 10.0.0.1 { binding state active; reserved; dynamic-bootp;"
        ' set vendor-class-identifier = "MSFT 5.0"; set n = %5; set b = true; set x = a1:b2;'
        ' option agent.circuit-id 0:4:1; billing class "gold";'
        ' on expiry or release { set y = "1"; }'
        "hardware unknown-37 0:1:2:3:4:5:6:7:8:9; }"
    )
    assert row["reserved"] and row["bootp"]
    assert (row["hardware"], row["mac"]) == ("unknown-37", "00:01:02:03:04:05:06:07:08:09")
    assert json.loads(str(row["options"])) == {
        "set": {"vendor-class-identifier": "MSFT 5.0", "n": 5, "b": True, "x": "\\241\\262"},
        "option": {"agent.circuit-id": "0:4:1"},
        "billing": ["gold"],
        "on": {"expiry or release": 'set y = "1";'},
    }


def test_an_unknown_statement_costs_its_lease_and_the_next_entry() -> None:
    """dhcpd drops a lease for an unknown statement and swallows the entry behind it; all are shown."""
    piece = read(
        "lease 10.0.0.1 {\n binding state free;\n frobnicate yes;\n hardware ethernet 1:2:3:4:5:6;\n}\n"
        "lease 10.0.0.2 {\n binding state free;\n}\nlease 10.0.0.3 {\n binding state free;\n}\n"
    )
    assert piece.bindings["ip"].tolist() == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert piece.bindings["accepted"].tolist() == [False, False, True]
    assert piece.bindings["mac"].tolist()[0] == "01:02:03:04:05:06"
    assert json.loads(piece.bindings["options"].iloc[0]) == {"other": ["frobnicate yes"]}
    assert 3 in [problem.line for problem in piece.problems]


def test_a_truncated_tail_is_told_with_its_line_and_taken() -> None:
    """dhcpd takes a block that the file's end cuts off; the problem names where it begins."""
    piece = read("\nlease 10.0.0.1 {\n binding state active;\n hardware ethernet 00:11:2")
    assert piece.bindings["accepted"].tolist() == [True]
    assert piece.bindings["mac"].tolist() == ["00:11:02"]
    assert any(problem.line == 4 and "begins in line 2" in problem.message for problem in piece.problems)
    assert piece.lines == 4


@pytest.mark.parametrize(
    ("cut", "accepted"),
    [
        ("lease 10.0.0.1 {\n ends 3 2024/01", [True]),
        ('lease 10.0.0.1 {\n binding state free;\n uid "\\001ab', [True]),
        ("lease 10.0.0.1 {\n binding state acti", [False]),
        ("lease 10.0.0.1 {\n binding state free;\n on expiry { set", [False]),
        ("lease 10.0.0.1 ", []),
        ("lease 10.0.", []),
    ],
)
def test_where_a_file_is_cut_decides_whether_dhcpd_takes_the_block(cut: str, accepted: list[bool]) -> None:
    """A cut between statements or in a value is taken, one in a state's name or in an on block is not."""
    piece = read(cut)
    assert piece.bindings["accepted"].tolist() == accepted
    assert piece.problems


def test_failover_states_in_every_spelling() -> None:
    """Quoted and bare names, with and without a time and mclt, one row a block."""
    frame = read(
        'failover peer "dhcp-failover" state {\n my state normal at 3 2024/01/31 10:00:00;\n'
        " partner state communications-interrupted at epoch 1706695201; # Wed\n mclt 1800;\n}\n"
        "failover peer foo state { my state partner-down; }"
    ).failover_states
    assert frame["relationship"].tolist() == ["dhcp-failover", "foo"]
    assert frame["my_state"].tolist() == ["normal", "partner-down"]
    assert frame["partner_state"].tolist()[0] == "communications-interrupted"
    assert frame["my_since"].tolist() == [utc("2024-01-31 10:00:00"), pd.NaT]
    assert frame["partner_since"].tolist()[0] == utc("2024-01-31 10:00:01")
    assert frame["mclt"].tolist() == [1800, pd.NA]


def test_v6_blocks_and_declarations_are_kept() -> None:
    """Every other entry of the two kinds of lease files has its row."""
    piece = read(
        'server-duid "\\000\\001\\000\\001ab";\nauthoring-byte-order little-endian;\n'
        'ia-na "\\001\\000\\000\\000\\000\\001abcdef" {\n cltt epoch 1;\n iaaddr 2001:DB8::5 {\n'
        "  binding state active;\n  preferred-life 300\n  max-life 600;\n  ends never;\n }\n}\n"
        "ia-pd 01:00:00:00:00:01:61:62 { iaprefix 2001:db8:1::/48 { binding state free; ends epoch 5; } }\n"
        'host h1 { dynamic; hardware ethernet 0:1:2:3:4:5; }\nclass "c" { match if true; }\nfrob { x; }\n'
    )
    v6 = piece.v6_bindings
    assert v6["address"].tolist() == ["2001:db8::5", "2001:db8:1::"]
    assert v6["prefix"].tolist() == [pd.NA, 48]
    assert v6["iaid"].tolist() == [1, 1]
    assert v6["duid"].tolist() == ["00:01:61:62:63:64:65:66", "00:01:61:62"]
    assert v6["preferred_life"].tolist() == [300, pd.NA]
    assert v6["accepted"].tolist() == [True, True]
    kinds = piece.declarations["kind"].tolist()
    assert kinds == ["server-duid", "authoring-byte-order", "host", "class", "unknown"]
    assert piece.declarations["name"].tolist()[:4] == ["00:01:00:01:61:62", "little-endian", "h1", "c"]
    assert piece.declarations["accepted"].tolist() == [True, True, True, True, False]


def test_rubbish_is_survived_and_blocks_behind_it_are_shown() -> None:
    """Zero bytes and binary rubbish before a block are told, and the block has its row."""
    piece = read(b"\x00" * 5000 + b"\xf0\x9f}{" + SEED + b"\x00\x01\x02")
    assert piece.bindings["ip"].tolist() == ["10.69.100.120"]
    assert piece.problems


def test_a_byte_255_is_the_end_for_dhcpd() -> None:
    """Blocks behind a byte 255 at the top of the file are shown, but dhcpd never sees them."""
    piece = read(SEED + b"\n\xff\n" + SEED)
    assert piece.bindings["accepted"].tolist() == [True, False]


def test_pieces_of_any_size_give_the_same_tables() -> None:
    """A file that comes byte by byte gives the tables that it gives at once."""
    data = SEED + b"frob;\nlease 10.0.0.9 { nope; }\n" + SEED + SEED[:50]
    reader = LeaseReader("dhcpd.leases")
    for byte in data:
        reader.feed(bytes((byte,)))
    piece, whole = reader.finish(), read(data)
    pd.testing.assert_frame_equal(piece.bindings, whole.bindings)
    pd.testing.assert_frame_equal(piece.declarations, whole.declarations)
    assert (piece.problems, piece.lines) == (whole.problems, whole.lines)


def test_take_gives_rows_as_soon_as_they_are_complete() -> None:
    """A follower gets each block once, when its closing brace has come."""
    reader = LeaseReader("dhcpd.leases")
    reader.feed(SEED + SEED[:40])
    assert len(reader.take().bindings) == 1
    reader.feed(SEED[40:])
    second = reader.take().bindings
    assert second["line"].tolist() == [11]
    assert len(reader.finish().bindings) == 0
