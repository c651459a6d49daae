"""Transcripts: what the engine writes, line by line against what a real pair wrote."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from dhcplens.engine.dialect import DIALECTS
from dhcplens.replay.language import read
from dhcplens.replay.play import play

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
SEED = FIXTURES / "khxdhcps"
STORY = FIXTURES / "new-pair" / "new-pair.scenario"
SERVERS = ("KHXDHCPS1", "KHXDHCPS2")

_HEAD = re.compile(r"^\w{3} +\d+ [\d:]{8} \S+ (\S+?)(?:\[\d+\])?: (.*)$")
_OTHERS = ("dhcpd shutdown", "dhcpd startup")
_BANNER = ("Internet Systems", "Copyright", "All rights", "For info", "Wrote", "Listening", "Sending on")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed's story, played by the engine as 3.0.1."""
    out = tmp_path_factory.mktemp("seed")
    scenario = read(STORY)
    play(scenario, out, seed=scenario.seed, dialect=DIALECTS["3.0.1"])
    return out


def said(lines: Iterable[str]) -> list[str]:
    """What dhcpd says: no stamps, pids, pointers and cards, lines of the start once, blanks collapsed."""
    words: list[str] = []
    for line in lines:
        head = _HEAD.match(line)
        if head is None or head[1] != "dhcpd" or head[2].startswith(_OTHERS):
            continue
        text = re.sub(r"^(pool) [0-9a-f]+", r"\1 POINTER", re.sub(" +", " ", head[2]).strip())
        text = re.sub(r"(LPF/eth0)/[0-9a-f:]{17}", r"\1/CARD", text)
        of_start = text.startswith(_BANNER) or text.endswith("to startup")
        if not (of_start and text in words):
            words.append(text)
    return words


@pytest.mark.parametrize("server", SERVERS)
def test_the_engine_says_what_the_seed_says_line_by_line(server: str, played: Path) -> None:
    """Both logs of the seed come out of its configurations and its client's story, in order."""
    recorded = (SEED / server / "messages").read_text().splitlines()
    assert said((played / server / "messages").read_text().splitlines()) == said(recorded)


def blocks(text: str, ip: str) -> list[list[str]]:
    """The blocks of an address without indentation; one that repeats the block before is left out."""
    found: list[list[str]] = []
    for block in re.findall(rf"^lease {re.escape(ip)} {{\n(.*?)^}}", text, re.MULTILINE | re.DOTALL):
        lines = [line.strip() for line in block.splitlines()]
        if not found or found[-1] != lines:
            found.append(lines)
    return found


def test_the_engine_writes_the_lease_file_of_the_seed(played: Path) -> None:
    """The seed's blocks stand in the engine's lease file in the same order, up to the second lease.

    The seed shows each version of the lease once, and was copied before the client came back; the block with
    which a new pair divides its pool is not in it.
    """
    recorded = blocks((SEED / "KHXDHCPS1" / "dhcpd.leases").read_text(), "10.69.100.120")
    ours = [
        block
        for block in blocks((played / "KHXDHCPS1" / "dhcpd.leases").read_text(), "10.69.100.120")
        if not any("backup" in line for line in block)
    ]
    assert ours[: len(recorded)] == recorded
