"""Breadth: whatever a dhcpd for IPv4 can log is known, and what it cannot log does no harm."""

import random

import pytest

from dhcplens.ingest import catalogue
from dhcplens.ingest.reader import read_log
from tests.ingest.log.formats import formats

HEAD = "Jul 10 11:02:29 h dhcpd[7]: "


@pytest.mark.parametrize("seed", range(4))
def test_no_format_is_unknown(seed: int) -> None:
    """Every format string with any arguments that can stand in it gets a code."""
    rng = random.Random(seed)
    said = [one.instance(rng).replace("\t", "#011").replace("\n", "#012") for one in formats()]
    between = f"{HEAD}All rights reserved.\n"  # a line after a parse error is its quotation
    piece = read_log("".join(f"{HEAD}{text}\n{between}" for text in said).encode(), "log")
    assert piece.dhcpd_lines == 2 * len(said)
    assert list(piece.tables["unknown"]["text"]) == []


def test_codes_of_the_breadth_are_its_own() -> None:
    """No two entries share a code unless they make up one notice or one line's wordings."""
    rare = [line.code for line in catalogue.entries() if line.rare]
    assert len(rare) == len(set(rare))
    assert not set(rare) & {line.code for line in catalogue.entries() if not line.rare}


def test_the_breadth_has_typed_fields() -> None:
    """A line that no rule asks for still gives its code, level, releases and arguments."""
    reading = catalogue.read("file name longer than packet field truncated - field: 128 name: 300 boot/x")
    assert reading is not None
    assert reading.line.rare
    assert reading.line.versions == ("4.2.8", None)
    assert [value for value in reading.fields.values() if isinstance(value, int)] == [128, 300]


def mutated(rng: random.Random, lines: list[bytes]) -> bytes:
    line = bytearray(rng.choice(lines))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(line) + 1)
        if rng.random() < 0.4:
            line[at:at] = bytes([rng.randrange(256)])
        elif rng.random() < 0.5:
            del line[at : at + rng.randint(1, 9)]
        else:
            other = rng.choice(lines)
            line[at : at + rng.randint(0, 9)] = other[rng.randrange(len(other)) :][: rng.randint(0, 30)]
    return bytes(line).replace(b"\n", b"")


def material() -> list[bytes]:
    """Lines in several frames, some of the breadth among them."""
    samples = [sample for line in catalogue.entries() for sample in line.samples]
    frames = (
        HEAD,
        "2024-07-10T11:02:29.1+08:00 h dhcpd: ",
        "<30>1 2024-07-10T11:02:29Z h dhcpd 7 - - ",
        '{"SYSLOG_IDENTIFIER":"dhcpd","MESSAGE":"',
        "",
    )
    return [f"{frame}{sample}".encode() for sample in samples for frame in frames]


def read_mutated(count: int, seed: int) -> None:
    rng = random.Random(seed)
    lines = material()
    for start in range(0, count, 1000):
        some = [mutated(rng, lines) for _ in range(min(1000, count - start))]
        piece = read_log(b"\n".join(some) + b"\n", "log")
        assert piece.lines == len(some)
        assert piece.dhcpd_lines + piece.other_lines == piece.lines
        rows = sum(len(frame) for name, frame in piece.tables.items() if name != "unknown")
        assert len(piece.tables["unknown"]) == piece.unknown_lines
        assert rows <= 2 * (piece.dhcpd_lines - piece.unknown_lines)


def test_mutated_lines_raise_nothing() -> None:
    """Damaged lines are counted, whatever the damage."""
    read_mutated(5_000, seed=1)


@pytest.mark.large
def test_a_million_mutated_lines_raise_nothing() -> None:
    """The long size of the same."""
    read_mutated(1_000_000, seed=2)
