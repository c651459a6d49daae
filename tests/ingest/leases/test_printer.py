"""Printing lease files in dhcpd's own format, and reading them back."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.leases import LeasePiece, LeaseReader, read_leases
from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.lease import Lease
from dhcplens.ingest.leases.printer import Dialect, duid_text, header_text, lease_text, state_text
from dhcplens.ingest.leases.rewrite import print_leases
from tests.ingest.leases.strategies import ENTRIES, LEASES, STATE_BLOCKS, mutated

_TABLES = ("bindings", "failover_states", "v6_bindings", "declarations")
_LEASE = Lease(
    "10.69.100.121",
    {"starts": 1706695200, "ends": 1706697000, "tstp": 2**31 - 1, "atsfp": 5, "cltt": 1706695200},
    state="active",
    next_state="expired",
    rewind_state="free",
    hardware="ethernet",
    mac=bytes.fromhex("001122334455"),
    uid=b'\x01\x00"w\\ \xff',
    hostname="WiMAX-demoXX",
    reserved=True,
    options={
        "set": {"vendor-class-identifier": "MSFT 5.0"},
        "on": {"expiry": 'set x = "1"; log(info, "a;b");'},
    },
)


def same(one: LeasePiece, other: LeasePiece, lines: bool = True) -> None:
    for name in _TABLES:
        frames = [getattr(piece, name) for piece in (one, other)]
        if not lines:
            frames = [frame.drop(columns="line") for frame in frames]
        pd.testing.assert_frame_equal(*frames)


def test_a_lease_is_written_as_4_4_writes_it() -> None:
    """Order, indentation, quoting and places of semicolons are those of dhcpd 4.4.3-P1."""
    assert lease_text(_LEASE) == (
        "lease 10.69.100.121 {\n  starts 3 2024/01/31 10:00:00;\n  ends 3 2024/01/31 10:30:00;\n"
        "  tstp never;\n  atsfp 4 1970/01/01 00:00:05;\n  cltt 3 2024/01/31 10:00:00;\n"
        "  binding state active;\n  next binding state expired;\n  rewind binding state free;\n  reserved;\n"
        '  hardware ethernet 00:11:22:33:44:55;\n  uid "\\001\\000\\"w\\\\ \\377";\n'
        '  set vendor-class-identifier = "MSFT 5.0";\n  client-hostname "WiMAX-demoXX";\n'
        '  on expiry {\n    set x = "1";\n    log(info, "a;b");\n  }\n}\n'
    )


def test_a_lease_is_written_as_3_0_1_writes_it() -> None:
    """The old version has no rewind, atsfp or flags, and a date for a tstp that never comes."""
    text = lease_text(_LEASE, Dialect.V3_0_1)
    assert "  tstp 2 2038/01/19 03:14:07;\n" in text
    assert "  binding state reserved;\n  next binding state expired;\n  hardware" in text
    assert not any(word in text for word in ("rewind", "atsfp", "reserved;\n  hard"))


def test_a_state_block_and_the_header_are_written_as_dhcpd_writes_them() -> None:
    """The block follows an empty line; a secondary's has its mclt; the header names the version."""
    block = StateBlock("dhcp-failover", "normal", 1706695200, "partner-down", 1706695201, 1800)
    assert state_text(block) == (
        '\nfailover peer "dhcp-failover" state {\n  my state normal at 3 2024/01/31 10:00:00;\n'
        "  partner state partner-down at 3 2024/01/31 10:00:01;\n  mclt 1800;\n}\n"
    )
    assert header_text().endswith("-4.4.3-P1\n\n" + header_text().split("-4.4.3-P1\n\n")[1])
    assert "authoring-byte-order little-endian;\n\n" in header_text()
    assert "# This lease file was written by isc-dhcp-V3.0.1\n\n" in header_text(Dialect.V3_0_1)
    assert duid_text(b"\0\1JR") == 'server-duid "\\000\\001JR";\n\n'


@given(st.lists(LEASES.map(lease_text) | STATE_BLOCKS.map(state_text) | ENTRIES, max_size=8))
@settings(max_examples=25, deadline=None)
def test_parse_print_parse_gives_the_same_tables(blocks: list[str]) -> None:
    """Whatever stands in a file of whole entries, unknown ones too, survives being printed."""
    first = read_leases("".join(blocks).encode(), "x")
    same(first, read_leases(print_leases(first), "x"), lines=False)


@given(LEASES.filter(lambda lease: "other" not in lease.options))
@settings(max_examples=25, deadline=None)
def test_a_printed_lease_reads_back_as_its_values(lease: Lease) -> None:
    """Every value of a block that is printed is in its row."""
    piece = read_leases(lease_text(lease).encode("ascii"), "x")
    row = piece.bindings.iloc[0]
    lease.complete()
    assert row["accepted"] and not piece.problems
    assert (row["ip"], row["state"], row["next_state"], row["rewind_state"]) == (
        lease.ip,
        lease.state,
        lease.next_state,
        lease.rewind_state,
    )
    for stamp, seconds in lease.stamps.items():
        assert seconds == (0 if pd.isna(row[stamp]) else row[stamp].timestamp())
    assert (None if pd.isna(row["hostname"]) else row["hostname"]) == lease.hostname
    assert (None if pd.isna(row["mac"]) else bytes.fromhex(row["mac"].replace(":", ""))) == lease.mac
    assert (None if pd.isna(row["uid"]) else bytes.fromhex(row["uid"].replace(":", ""))) == lease.uid
    assert (row["reserved"], row["bootp"]) == (lease.reserved, lease.bootp)


def damaged() -> st.SearchStrategy[bytes]:
    whole = st.lists(LEASES.map(lease_text) | STATE_BLOCKS.map(state_text) | ENTRIES, min_size=1, max_size=5)
    return whole.flatmap(lambda blocks: mutated("".join(blocks).encode()))


def check_damaged(data: bytes, cuts: list[int]) -> None:
    whole = read_leases(data, "x")
    reader = LeaseReader("x")
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        reader.feed(data[start:end])
    piece = reader.finish()
    same(whole, piece)
    assert (whole.problems, whole.lines) == (piece.problems, piece.lines)
    print_leases(whole)


@given(damaged(), st.lists(st.integers(0, 400), max_size=6).map(sorted))
@settings(max_examples=25, deadline=None)
def test_damage_raises_nothing_and_cuts_change_nothing(data: bytes, cuts: list[int]) -> None:
    """Damaged text gives tables and problems, the same ones in one piece and in many."""
    check_damaged(data, cuts)


@pytest.mark.large
@given(damaged(), st.lists(st.integers(0, 400), max_size=6).map(sorted))
@settings(max_examples=100_000, deadline=None)
def test_much_damage_raises_nothing(data: bytes, cuts: list[int]) -> None:
    """The same for a great many damaged texts."""
    check_damaged(data, cuts)
