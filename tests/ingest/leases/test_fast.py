"""The fast reader gives the tables of the plain one."""

from pathlib import Path
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.leases import LeaseReader, fast, slices
from dhcplens.ingest.leases.printer import lease_text, state_text
from tests.ingest.leases.strategies import ENTRIES, LEASES, STATE_BLOCKS, mutated

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
    "\xff",
    " " * 1600,
    "# comment \n",
    "}\n",
    "lease ",
)


_KEYWORD_LINES = _USUAL.splitlines()[1:-1]


def same(data: bytes) -> None:
    plain = LeaseReader("x")
    plain.feed(data)
    # So small that small files are cut, too, and that tables have to grow.
    with mock.patch.object(slices, "_LEAST", 100), mock.patch.object(slices, "_SMALLEST_TABLE", 4):
        one, other = plain.finish(), fast.read_fast(data, "x")
    for name in ("bindings", "failover_states", "v6_bindings", "declarations"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_categorical=False)
    assert (one.problems, one.lines) == (other.problems, other.lines)


def texts() -> st.SearchStrategy[str]:
    blocks = (
        LEASES.map(lease_text) | STATE_BLOCKS.map(state_text) | ENTRIES | st.sampled_from([_USUAL, *_ODD])
    )
    return st.lists(blocks | st.just(_USUAL), max_size=10).map("".join)


@pytest.mark.parametrize("data", [b"", b"\n", _USUAL.encode(), _USUAL.encode() * 50, _USUAL.encode()[:200]])
def test_plain_and_fast_agree_on_small_files(data: bytes) -> None:
    """Nothing, one block, many, and half a block."""
    same(data)


@pytest.mark.parametrize("odd", _ODD)
def test_unusual_text_between_usual_blocks(odd: str) -> None:
    """What the scanner refuses goes the plain way, with all that dhcpd loses behind it."""
    same((_USUAL * 3 + odd + _USUAL * 3 + odd + _USUAL).encode("latin-1"))


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


@given(texts())
@settings(max_examples=25, deadline=None)
def test_plain_and_fast_agree_on_invented_files(text: str) -> None:
    """Files of usual and unusual entries give equal tables, row for row."""
    same(text.encode("latin-1"))


@given(texts().flatmap(lambda text: mutated(text.encode("latin-1"))))
@settings(max_examples=40, deadline=None)
def test_plain_and_fast_agree_on_damaged_files(data: bytes) -> None:
    """So do damaged ones, with the same problems."""
    same(data)


@pytest.mark.large
@given(texts().flatmap(lambda text: mutated(text.encode("latin-1"))))
@settings(max_examples=20_000, deadline=None)
def test_plain_and_fast_agree_on_many_damaged_files(data: bytes) -> None:
    """The long run of the same."""
    same(data)


@pytest.mark.parametrize("path", sorted(_FIXTURES.glob("*/*/dhcpd.leases*")), ids=str)
def test_plain_and_fast_agree_on_the_fixtures(path: Path) -> None:
    """Every lease file of the incidents reads the same both ways."""
    same(path.read_bytes())
