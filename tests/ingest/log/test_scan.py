"""The fast reader gives the plain reader's tables, line for line."""

import random
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import cast

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.reader import LARGE, LogPiece, LogReader, read_log
from dhcplens.ingest.scan.read import read_fast
from dhcplens.model.tables import LOG_TABLES
from tests.bench.busy import write_log
from tests.ingest.log.formats import formats
from tests.ingest.log.test_breadth import material, mutated

ROOT = Path(__file__).parents[3]
HEAD = "Jul 10 11:02:29 h dhcpd[7]: "


def agree(data: bytes) -> LogPiece:
    """Read the bytes in both ways and compare everything; categories may come in another order."""
    plain, fast = LogReader("log").feed(data).finish(), read_fast(data, "log")
    for name in LOG_TABLES:
        pd.testing.assert_frame_equal(fast.tables[name], plain.tables[name], check_categorical=False)
        for column, dtype in fast.tables[name].dtypes.items():
            assert str(dtype) == str(plain.tables[name][column].dtype)
    assert (fast.lines, fast.dhcpd_lines, fast.other_lines) == (
        plain.lines,
        plain.dhcpd_lines,
        plain.other_lines,
    )
    assert (fast.unknown_lines, fast.problems) == (plain.unknown_lines, plain.problems)
    return fast


@pytest.mark.parametrize(
    "path", sorted((ROOT / "fixtures").glob("**/messages*")), ids=lambda path: path.parent.name
)
def test_both_readers_agree_on_fixtures(path: Path) -> None:
    """On every log of the fixtures."""
    agree(path.read_bytes())


def test_both_readers_agree_on_a_busy_log(tmp_path: Path) -> None:
    """On the mix of a busy pair, which the scanner reads nearly alone, also when its file is mapped."""
    write_log(tmp_path / "messages", 20_000)
    read = agree((tmp_path / "messages").read_bytes())
    assert len(read.tables["messages"]) > 15_000
    with (tmp_path / "messages").open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        again = read_fast(cast("bytes", mapped), "log")
        for name in LOG_TABLES:
            pd.testing.assert_frame_equal(again.tables[name], read.tables[name])


@pytest.mark.parametrize(("block", "cores"), [(100, 3), (5_000, 2), (5_000, 1)])
def test_both_readers_agree_across_blocks(
    block: int, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, words and slow lines of many parts come together in order, lines longer than a part too."""
    monkeypatch.setattr("dhcplens.ingest.scan.read._cores", lambda: cores)
    monkeypatch.setattr("dhcplens.ingest.scan.read._STRETCH", block)
    monkeypatch.setattr("dhcplens.ingest.scan.lane._BLOCK", block)
    mutations(busy_lines(tmp_path), 1_000, seed=6)
    agree("\n".join(frame + shape for shape in SHAPES for frame in FRAMES).encode())


MACS = st.sampled_from(["00:17:c4:12:77:97", "00:17:c4:12:77:98", "00:17:c4_12:77:97", "00:17:C4:12:77:97"])
NAMES = st.sampled_from(["", "(a) ", "(exactly-16-bytes) ", "(exactly-16-bytes-and-more) ", "() ", "(a\0) "])
PLACES = st.sampled_from(["10.0.0.1", "10.0.0.2", "110.110.110.110", "10.0.0.01", "", "1111.111.111.1111"])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(MACS, NAMES, PLACES, st.booleans()), min_size=1, max_size=12))
def test_both_readers_agree_on_clients_that_change(said: list[tuple[str, str, str, bool]]) -> None:
    """What is remembered of a client is never taken for what it says now."""
    lines = [
        f"{HEAD}DHCPACK on {ip} to {mac} {name}via eth0"
        if known
        else f"{HEAD}DHCPREQUEST for {ip} from {mac} {name}via eth0: unknown lease {ip}."
        for mac, name, ip, known in said
    ]
    agree("\n".join([*lines, "x" * 70]).encode())


def test_both_readers_agree_on_every_format() -> None:
    """On a line of each format string of dhcpd, some of them continued by others."""
    rng = random.Random(3)
    agree("".join(f"{HEAD}{one.instance(rng)}\n" for one in formats()).encode())


def busy_lines(tmp_path: Path) -> list[bytes]:
    write_log(tmp_path / "messages", 3_000)
    lines = (tmp_path / "messages").read_bytes().splitlines()
    dated = [b"2026-03-02T00:00:00.25+08:00 " + line[16:] for line in lines[:1000]]
    return [*lines, *dated, *(line.replace(b"1234", b"7") + b"\r" for line in dated[:100]), *material()]


def mutations(lines: list[bytes], count: int, seed: int) -> None:
    rng = random.Random(seed)
    for start in range(0, count, 2000):
        some = [
            mutated(rng, lines) if rng.random() < 0.7 else rng.choice(lines)
            for _ in range(min(2000, count - start))
        ]
        agree(b"\n".join(some) + rng.choice([b"", b"\n", b"\r\n"]))


def test_both_readers_agree_on_mutated_lines(tmp_path: Path) -> None:
    """On lines that are nearly what the scanner takes."""
    mutations(busy_lines(tmp_path), 10_000, seed=4)


@pytest.mark.large
def test_both_readers_agree_on_a_million_mutated_lines(tmp_path: Path) -> None:
    """The long size of the same."""
    mutations(busy_lines(tmp_path), 1_000_000, seed=5)


SHAPES = (
    "DHCPACK on 10.0.0.1 to 00:17:c4:12:77:97 (a) via b) via eth0",
    "DHCPACK on 10.0.0.1 to 00:17:c4:12:77:97 (a (b) via eth0",
    "DHCPACK on 10.0.0.01 to 00:17:c4:12:77:97 via eth0",
    "DHCPACK on 10.0.0.300 to 00:17:c4:12:77:97 via eth0",
    "DHCPACK on 10.0.0.1 to 00:17:C4:12:77:97 via eth0",
    "DHCPACK on 10.0.0.1 to 00:17:c4:12:77:97 via eth0:1",
    "DHCPACK on 10.0.0.1 to 00:17:c4:12:77:97 via eth0:",
    "DHCPACK on 10.0.0.1 to 00:17:c4:12:77:97 via eth0: ",
    "DHCPACK on 10.0.0.1 to 00:17:c4:12:77:97 via eth0:: x",
    "DHCPACK on 10.0.0.1 to 00:17:c4:12:77:97 via eth0 ",
    "DHCPACK to 10.0.0.1 (00:17:c4:12:77:97) via eth0",
    "DHCPACK to 10.0.0.1 00:17:c4:12:77:97 via eth0",
    "DHCPACK on 10.0.0.1 (00:17:c4:12:77:97) via eth0",
    "DHCPREQUEST for 10.0.0.1 (10.0.0.2) from 00:17:c4:12:77:97 via eth0: lease 10.0.0.1 unavailable.",
    "DHCPREQUEST for 10.0.0.1 from 00:17:c4:12:77:97 via eth0: lease 10.0.0.2 unavailable.",
    "DHCPREQUEST for 10.0.0.1 from 00:17:c4:12:77:97 via eth0: unknown lease 10.0.0.1.",
    "DHCPREQUEST for 10.0.0.1 from 00:17:c4:12:77:97 via eth0: unknown lease 10.0.0.1. uid 01:02",
    "DHCPREQUEST for 10.0.0.1 from 00:17:c4:12:77:97 via eth0: not responding (x) via eth1",
    "DHCPRELEASE of 10.0.0.1 from 00:17:c4:12:77:97 via eth0 (found)",
    "DHCPRELEASE of 10.0.0.1 from 00:17:c4:12:77:97 via eth0 (not found)",
    "DHCPRELEASE of 10.0.0.1 from 00:17:c4:12:77:97 via eth0",
    "DHCPRELEASE of 10.0.0.1 from 00:17:c4:12:77:97 via eth0: x",
    "DHCPDISCOVER from 00:17:c4:12:77:97 () via eth0",
    "DHCPDISCOVER from  via eth0",
    "DHCPDISCOVER from 00:17:c4:12:77:97:01 via eth0",
    "DHCPINFORM from 10.0.0.1 via eth0: not authoritative for subnet 10.0.0.0",
    "DHCPNAK on 10.0.0.1 to 00:17:c4:12:77:97 (x) via eth0",
    "DHCPDECLINE of 10.0.0.1 from 00:17:c4:12:77:97 via eth0: abandoned",
    "balancing pool 5 10/8  total 2  free 1  backup 1  lts 0  max-own (+/-)1  (requesting peer rebalance!)",
    "balanced pool 55d0   total 2  free 1  backup 1  lts -1  max-misbal 1",
    "IMBALANCED pool 55d0 10/8 total 2 free 1 backup 1 lts -1 max-misbal 1 queue 4",
    "pool 55d0 two words  total 2  free 1  backup 1  lts 0",
    "bind update on 10.0.0.1 from a b rejected: x",
    "bind update on 10.0.0.1 from x (77p) rejected: y",
    "bind update on 10.0.0.1 from x rejected: y rejected: z",
)
FRAMES = (
    "Jul 10 11:02:29 h dhcpd: ",
    "Jul  1 99:99:99 h dhcpd[12345678901]: ",
    "Feb 30 11:02:29 h dhcpd: ",
    "Jul 1 11:02:29 fe80::1 dhcpd3[1]: ",
    "Jul 10 11:02:29 daemon.info h dhcpd: ",
    "Jul 10 11:02:29 daemon.info dhcpd: ",
    "Jul 10 11:02:29 h[1] dhcpd: ",
    "Jul 10 11:02:29 \x1b[31mh dhcpd[7]: ",
    "Jul 10 11:02:29 [h dhcpd: ",
    "Jul 10 11:02:29 cron[7] dhcpd[8]: ",
    "2024-07-10T11:02:29Z ] dhcpd: ",
    "Jul 10 11:02:29 h: dhcpd: ",
    "Jul 10 11:02:29 h dhcpd:",
    "Jul 10 11:02:29 h dhcpd[]: ",
    "Jul 10 2024 11:02:29 h dhcpd: ",
    "2024-07-10T11:02:29 h dhcpd: ",
    "2024-07-10T11:02:29.123456789Z h dhcpd: ",
    "2024-07-10T11:02:29.1234567890Z h dhcpd: ",
    "2024-02-30T11:02:29Z h dhcpd: ",
    "1969-07-10T11:02:29-0330 h dhcpd: ",
    "2024-07-10T11:02:29+8 h dhcpd: ",
    "Jul 10 11:02:29 h dhclient[4]: ",
    "Jul 10 11:02:29 h cron[4]: ",
)


def test_both_readers_agree_on_borders() -> None:
    """On shapes and frames at the border of what the scanner takes."""
    agree("\n".join(frame + shape for frame in FRAMES for shape in SHAPES).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n\n",
        b"x",
        b"\0\n",
        b"Jul",
        b"Jul 10 11:02:29 h cron: a\0b\n",
        b"Jul 10 11:02:29 h dhcpd: DHCPACK on 1",
        f"{HEAD}peer x: disconnected\nJul 10 11:02:29 h last message repeated 2 times\n".encode(),
        f"{HEAD}DHCPINFORM from 10.0.0.1 via e\nJul 10 11:02:29 h last message repeated 2 times\n".encode(),
        f"{HEAD}/c line 1: bad\n{HEAD}DHCPINFORM from 10.0.0.1 via e\n{HEAD}  ^\n".encode(),
        b"Jul 10 11:02:29 h cron: a\nAll rights reserved.\nwhat\n",
        HEAD.encode() + b"x" * 70_000 + b"\n" + HEAD.encode() + b"DHCPINFORM from 10.0.0.1 via e",
    ],
)
def test_both_readers_agree_on_oddities(data: bytes) -> None:
    """On nothing, on cut lines, on lines whose meaning hangs on the line before."""
    agree(data)


def test_tables_of_words_grow() -> None:
    """More host names, addresses and rows than the scanner's first tables hold."""
    lines = []
    for n in range(6_000):
        place, mac, name = f"{n >> 8}.{n & 255}", f"{n >> 8:02x}:{n & 255:02x}", f"host-{n}-" + "x" * (n % 30)
        lines.append(f"{HEAD}DHCPACK on 10.1.{place} to 00:00:00:00:{mac} ({name}) via eth0\n")
        lines.append(f"{HEAD}balanced pool 55d0 net{n}  total 2  free 1  backup 1  lts -1  max-misbal 1\n")
        lines.append(f"{HEAD}no words\n")
    agree("".join(lines).encode())


def test_large_logs_are_read_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """read_log chooses by size."""
    chosen: list[int] = []
    monkeypatch.setattr("dhcplens.ingest.scan.read.read_fast", lambda data, _: chosen.append(len(data)))
    read_log(b"\n" * LARGE, "log")
    read_log(b"\n" * 100, "log")
    assert chosen == [LARGE]
