"""The readers of usual blocks give the tables of the exact one: the plain reader, and the fast one."""

import mmap
import random
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest import leases
from dhcplens.ingest.leases import LeasePiece, LeaseReader, fast, slices
from dhcplens.ingest.leases.exact import ExactReader
from dhcplens.ingest.leases.lexer import quoted
from dhcplens.ingest.leases.printer import lease_text, state_text
from dhcplens.ingest.leases.usual import UsualBlocks
from dhcplens.ingest.scan import cache
from tests.bench.history import write_leases
from tests.ingest.leases.strategies import ENTRIES, LEASES, STATE_BLOCKS, mutated, splintered

_FIXTURES = Path(__file__).parents[3] / "fixtures"
_USUAL = (
    "lease 10.0.0.1 {\n  starts 3 2024/01/31 10:00:00;\n  ends never;\n  tstp epoch 1706695200; # Wed\n"
    "  cltt 4 2024/02/29 23:59:59;\n  binding state active;\n  next binding state expired;\n"
    '  hardware ethernet 00:17:c4:12:77:97;\n  uid "\\001\\000\\"w\\227";\n'
    '  set vendor-class-identifier = "MSFT 5.0";\n  option agent.circuit-id 0:4:1;\n'
    '  client-hostname "WiMAX-demoXX";\n}\n'
)
_ODD = (
    'lease 10.0.0.2 {\n  binding state backup;\n  set active = "1";\n}\n',
    "lease 10.0.0.3 {\n  binding state free;\n  frob;\n}\n",
    "lease 10.0.0.4 {\n  starts 3 2024/01/31 10:00:00;\n  binding state abandoned;\n} ",
    'lease 10.0.0.5 {\n  billing class "x";\n  binding state free;\n}\n',
    'lease 10.0.0.6 {\n  binding state free;\n  client-hostname "a\nlease 1.2.3.4 {";\n}\n',
    "lease 10.0.0.7 {\n binding state free; binding state free;\n}\n",
    'lease 10.0.0.8 {\n  set a = "1"; binding state free;\n  binding state free; set b = "2";\n}\n',
    'lease 10.0.0.8 {\n  binding state free;\n  set a = "{"; reserved;\n}\n',
    "lease 10.0.0.8 {\n  binding state free;\n  hardware ethernet; reserved;\n}\n",
    "lease 10.0.0.9 {\n  binding state free; # a\n  # b\n\n  starts never;\r\n}\n",
    "lease 10.0.0.10 {\n  ends 3 2038/01/19 03:14:07;\n  starts 3 2037/12/99 99:99:99;\n"
    "  tstp 1 1970/01/01 00:00:00;\n  tsfp 1 1969/12/31 23:59:59;\n  cltt epoch 0;\n"
    "  binding state free;\n}\n",
    'lease 10.0.0.11 {\n  binding state active;\n  on expiry {\n    set x = "}";\n    if exists a {\n'
    "      b;\n    }\n  }\n  hardware unknown-37 00:01:02:03:04:05:06:07;\n}\n",
    "lease 10.0.0.12 {\n  binding state active;\n  on expiry {\n}\n",
    "lease 10.0.0.13 {\n  binding state free;\n}\n" + "\n" * 1498,
    "lease 10.0.0.14 {\n  binding state free;\n}\n" + "\n" * 1499,
    "lease 010.0.0.15 {\n  binding state free;\n}\nlease 10.0.0.256 {\n  binding state free;\n}\n",
    "\xff",
    " " * 1600,
    "# comment \n",
    "}\n",
    "lease ",
)


_KEYWORD_LINES = _USUAL.splitlines()[1:-1]


_LINES = (
    *_KEYWORD_LINES,
    *(f"  {kind} state {state};" for kind in ("binding", "next binding") for state in ("free", "reserved")),
    *("  reserved;", "  dynamic-bootp;", "  abandoned;", "  rewind binding state backup;"),
    *("  uid 1:2:3;", '  uid "";', "  hardware token-ring 1:a:ff;", "  hardware ethernet;"),
    *("  ends epoch 5;", "  ends 5 2024/13/01 00:00:00;", "  starts 1 124/02/29 00:00:01 3600;"),
    *('  set a-b = "x\\"\\001";', "  set c = 0a:b;", "  set d = %5;", "  set active = true;"),
    *('  option agent.remote-id "p\\\\1";', '  option agent.remote-id "";', "  option host-name 1;"),
    *('  billing class "x";', "  class y;", '  ddns-fwd-name "h.example";', "  on expiry;"),
    *("  on release {", '    set z = "}";', "  }", "", "# c", "  client-hostname bare.name;", "  ends"),
)


def line() -> st.SearchStrategy[str]:
    """A line of a block, as it stands, or with something done to it."""
    changes = st.sampled_from(
        ["{}", "{}", "{}", "{} ", "{}\r", "\t{}", "{} # c", "{} reserved;", "{}{}", "{}x"]
    )
    return st.builds(lambda text, change: change.format(text, text), st.sampled_from(_LINES), changes)


def block(lines: list[str]) -> str:
    return "\n".join(["lease 10.0.0.1 {", "  binding state active;", *lines, "}\n"])


def same(data: bytes) -> None:
    exact, plain = ExactReader("x"), LeaseReader("x")
    exact.feed(data)
    plain.feed(data)
    one = exact.finish()
    equal(one, plain.finish())
    # So small that small files are cut, too, and that tables have to grow.
    with mock.patch.object(slices, "_LEAST", 100), mock.patch.object(slices, "_SMALLEST_TABLE", 4):
        equal(one, fast.read_fast(data, "x"))


def equal(one: LeasePiece, other: LeasePiece) -> None:
    for name in ("bindings", "failover_states", "v6_bindings", "declarations"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_categorical=False)
    assert (one.problems, one.lines) == (other.problems, other.lines)


def texts() -> st.SearchStrategy[str]:
    blocks = (
        LEASES.map(lease_text) | STATE_BLOCKS.map(state_text) | ENTRIES | st.sampled_from([_USUAL, *_ODD])
    )
    return st.lists(blocks | st.just(_USUAL), max_size=10).map("".join)


@pytest.mark.parametrize("data", [b"", b"\n", _USUAL.encode(), _USUAL.encode() * 50, _USUAL.encode()[:200]])
def test_readers_agree_on_small_files(data: bytes) -> None:
    """Nothing, one block, many, and half a block."""
    same(data)


@pytest.mark.parametrize("size", [0, 1 << 40])
def test_a_mapped_file_reads_like_its_bytes(tmp_path: Path, size: int) -> None:
    """A large file comes as a map of the file, whichever reader takes it."""
    text = (_USUAL * 9 + _ODD[1] + _USUAL).encode()
    path = tmp_path / "dhcpd.leases"
    path.write_bytes(text)
    with (
        mock.patch.object(leases, "_LARGEST", size),
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
    ):
        equal(leases.read_leases(text, "x"), leases.read_leases(mapped, "x"))


@pytest.mark.parametrize(("size", "known", "goes"), [(9, False, False), (9, True, True), (99, False, True)])
def test_code_that_is_not_yet_compiled_takes_a_larger_file(size: int, known: bool, goes: bool) -> None:
    """Middling files go to the compiled reader only where it needs no compiling."""
    with (
        mock.patch.multiple(leases, _LARGE=9, _LARGEST=99),
        mock.patch.object(cache, "holds", return_value=known),
        mock.patch.object(fast, "read_fast", return_value=None) as read_fast,
    ):
        leases.read_leases(b" " * size, "x")
    assert read_fast.called == goes


@pytest.mark.parametrize("odd", _ODD)
def test_unusual_text_between_usual_blocks(odd: str) -> None:
    """What the scanner refuses goes the plain way, with all that dhcpd loses behind it."""
    same((_USUAL * 3 + odd + _USUAL * 3 + odd + _USUAL).encode("latin-1"))


@pytest.mark.parametrize(
    "statements",
    [
        _USUAL.partition("{\n")[2].removesuffix("}\n"),
        'binding state active;\nbilling class "gold";\nhardware token-ring 1:2:3;\n',
        '  binding state free;\n  on expiry {\n    set x = "1";\n  }\n  ends never;\r\n',
    ],
)
def test_a_block_of_whole_lines_needs_no_exact_reader(statements: str) -> None:
    """What dhcpd writes is read by its lines, without the tokens."""
    lines = f"lease 10.0.0.1 {{\n{statements}".encode().split(b"\n")[:-1]
    assert UsualBlocks().row(1, lines, True)


def test_many_words_and_one_identifier_written_in_two_ways() -> None:
    """Words keep their codes while tables grow; an identifier is one however its bytes are escaped."""
    blocks = [
        _USUAL.replace("10.0.0.1", f"10.0.{number}.{number % 7}")
        .replace("12:77:97", f"12:{number:02x}:97")
        .replace("\\001\\000", "\\x01\\000" if number % 2 else "\\001\\000")
        .replace("demoXX", f"demo{number % 5}")
        for number in range(120)
    ]
    same("".join(blocks * 2).encode())


@pytest.mark.parametrize("line", _KEYWORD_LINES)
def test_no_byte_of_a_statement_is_overlooked(line: str) -> None:
    """A block with one byte of a statement changed reads the same both ways, whatever byte it is."""
    blocks = [_USUAL.replace(line, line[:at] + "~" + line[at + 1 :]) for at in range(2, len(line))]
    same((_USUAL + _USUAL.join(blocks) + _USUAL * 2).encode())


@given(st.lists(st.lists(line(), max_size=8).map(block), max_size=6))
@settings(max_examples=60, deadline=None)
def test_readers_agree_on_any_lines(blocks: list[str]) -> None:
    """Blocks of whole, doubled, halved and joined lines in any order give equal tables."""
    same("".join(blocks).encode("latin-1"))


_VALUES = (
    (st.binary(max_size=40) | st.text(max_size=12).map(str.encode)).map(quoted)
    | st.lists(st.integers(0, 255), max_size=9).map(lambda octets: ":".join(f"{octet:x}" for octet in octets))
    | st.sampled_from(['"\\101"', '"\\n"', '"' + "x" * 1100 + '"', '"\\303\\251\\355\\240\\200\\360"'])
)
_HOLDERS = (
    *("  set a = {};", "  set b-C_1 = {};", "  set active = {};", "  set 1 = {};", "set  a = {};"),
    *("  option agent.circuit-id {};", "  option agent.remote-id {};", "  option agent.x {};"),
    *(
        "  billing class {};",
        "  billing  class {};",
        "\t billing class {};",
        "  hardware ethernet 0:1:2:3:4:5;",
    ),
)


@given(st.lists(st.lists(st.builds(str.format, st.sampled_from(_HOLDERS), _VALUES), max_size=5), max_size=6))
@settings(max_examples=60, deadline=None)
def test_readers_agree_on_what_variables_and_options_hold(blocks: list[list[str]]) -> None:
    """Any bytes in any statements without a column of their own give equal tables."""
    same("".join(block(lines) for lines in blocks).encode("latin-1") + _USUAL.encode())


@given(texts())
@settings(max_examples=25, deadline=None)
def test_readers_agree_on_invented_files(text: str) -> None:
    """Files of usual and unusual entries give equal tables, row for row."""
    same(text.encode("latin-1"))


@given(texts().flatmap(lambda text: mutated(text.encode("latin-1"))))
@settings(max_examples=40, deadline=None)
def test_readers_agree_on_damaged_files(data: bytes) -> None:
    """So do damaged ones, with the same problems."""
    same(data)


@pytest.mark.large
@given(texts().flatmap(lambda text: mutated(text.encode("latin-1"))))
@settings(max_examples=20_000, deadline=None)
def test_readers_agree_on_many_damaged_files(data: bytes) -> None:
    """The long run of the same."""
    same(data)


@pytest.mark.parametrize("path", sorted(_FIXTURES.glob("*/*/dhcpd.leases*")), ids=str)
def test_readers_agree_on_the_fixtures(path: Path) -> None:
    """Every lease file of the incidents reads the same both ways."""
    same(path.read_bytes())


@pytest.mark.large
def test_a_million_mutated_blocks_raise_nothing(tmp_path: Path) -> None:
    """Files of blocks that are all damaged somewhere are read, and by the compiled reader alike."""
    write_leases(tmp_path / "dhcpd.leases", 2000)
    written = (tmp_path / "dhcpd.leases").read_bytes().removesuffix(b"}\n").split(b"}\n")
    blocks = [block + b"}\n" for block in written] + [odd.encode("latin-1") for odd in _ODD] * 10
    rng = random.Random(4)
    for number in range(1000):
        data = b"".join(splintered(rng, rng.choice(blocks)) for _ in range(1000))
        reader = LeaseReader("x")
        reader.feed(data)
        piece = reader.finish()
        if number % 20 == 0:
            equal(piece, fast.read_fast(data, "x"))
