"""What the real dhcpd 4.4.3-P1 takes of a lease file is what we say that it takes."""

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.leases import read_leases
from dhcplens.ingest.leases.failover import StateBlock
from dhcplens.ingest.leases.lease import Lease
from dhcplens.ingest.leases.printer import header_text, lease_text, state_text
from tests.ingest.leases.strategies import LEASES, STATE_BLOCKS

_CONF = """failover peer "dhcp-failover" { secondary; address 127.0.0.1; port 647; peer address 127.0.0.2;
peer port 647; max-response-delay 30; max-unacked-updates 10; load balance max seconds 3; }
subnet 192.0.2.0 netmask 255.255.255.0 { pool { failover peer "dhcp-failover"; range 192.0.2.1 192.0.2.9; } }
"""
_FILE = b"""# comment
authoring-byte-order little-endian;
server-duid "\\000\\001\\000\\001\\015\\221\\034JRT\\000\\0224Y";

failover peer "dhcp-failover" state {
  my state normal at 3 2024/01/31 10:00:00;
  partner state communications-interrupted at epoch 1706695200; # x
  mclt 1800;
}
lease 10.0.0.1 {
  starts 3 2024/01/31 10:00:00;
  ends never;
  binding state active;
  rewind binding state free;
  reserved;
  hardware unknown-37 00:1:2:3:4:5:6:7:8:9;
  uid 01:02:ff;
  set vendor-class-identifier = "MSFT 5.0";
  set n = %5;
  set b = true;
  option agent.circuit-id 0:4:1;
  client-hostname "caf\\303\\251";
}
lease 10.0.0.2 {
  binding state active;
  uid "x{;}";
}
lease 10.0.0.3 {
  binding state backup;
  abandoned;
  billing class "x";
  class foo;
  option agent.remote-id "ab";
  client-hostname foo.bar;
}
group { }
lease 10.0.0.4 {
  binding state free;
}
"""
_SPLINTERS = (
    b"{",
    b"}",
    b";",
    b'"',
    b"\xff",
    b"#",
    b"lease ",
    b"\\",
    b" " * 1600,
    b":",
    b" set ",
    b"\\0",
    b"\\x",
)


def _dhcpd() -> str | None:
    program = shutil.which("dhcpd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        return None
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stderr
    return program if "4.4.3-P1" in version else None


pytestmark = pytest.mark.skipif(_dhcpd() is None, reason="dhcpd 4.4.3-P1 is not installed")


def run(data: bytes, folder: Path) -> str:
    """What ``dhcpd -T`` says of the file."""
    (folder / "dhcpd.conf").write_text(_CONF)
    (folder / "dhcpd.leases").write_bytes(data)
    paths = ["-cf", str(folder / "dhcpd.conf"), "-lf", str(folder / "dhcpd.leases")]
    done = subprocess.run([str(_dhcpd()), "-4", "-T", *paths], capture_output=True, check=False)
    return done.stderr.decode("latin-1")


def taken_by_dhcpd(data: bytes, folder: Path) -> list[str]:
    """Addresses of the blocks that dhcpd takes: no subnet is theirs, so it names each."""
    return re.findall(r"^lease ([0-9.]+): no subnet\.$", run(data, folder), re.MULTILINE)


def taken_by_us(data: bytes) -> list[str]:
    bindings = read_leases(data, "x").bindings
    return [str(ip) for ip in bindings.loc[bindings["accepted"], "ip"]]


@pytest.mark.parametrize(
    "statement",
    [
        "frob;",
        "frob { a; b; }",
        "binding state foo;",
        "next binding state;",
        "next state free;",
        "starts 3 2024/13;",
        "ends soon;",
        "hardware foo 1:2;",
        "hardware ethernet 1:2 3;",
        "hardware ethernet;",
        f"hardware ethernet {':'.join('1' * 21)};",
        "uid nothex;",
        "uid 1:2:;",
        "client-hostname ;",
        'client-hostname "a" "b";',
        "class ;",
        "class 1;",
        "billing foo;",
        "billing class 1; binding state free;",
        "set active = 1;",
        "set g = 1;",
        'set g "1";',
        "set g = 01:02;",
        "set g = a1:02;",
        "set g = %x;",
        "set g = maybe;",
        "option routers 1.2.3.4;",
        "option agent.frob 1;",
        "on sunday { }",
        "on expiry;",
        'on expiry { set x = "1"; }',
        'ddns-fwd-name "a";',
        "timestamp 3 2024/01/31 10:00:00;",
        "abandoned",
        "reserved reserved;",
        "tstp 3 2024/01/31 10:00:00 3600; cltt never",
        "}",
        "{",
        '"',
        "\\",
    ],
)
def test_statements_cost_what_they_cost_dhcpd(statement: str, tmp_path: Path) -> None:
    """A statement in the middle of a block loses the same blocks for dhcpd and for us."""
    data = _FILE.replace(b"  uid 01:02:ff;\n", f"  {statement}\n".encode())
    assert taken_by_us(data) == taken_by_dhcpd(data, tmp_path)


def test_every_cut_of_a_file_is_taken_as_dhcpd_takes_it(tmp_path: Path) -> None:
    """Wherever the file ends, the same blocks are taken."""
    for end in range(_FILE.index(b"  set v"), len(_FILE), 13):
        data = _FILE[:end]
        assert taken_by_us(data) == taken_by_dhcpd(data, tmp_path), end


def test_damaged_files_are_taken_as_dhcpd_takes_them(tmp_path: Path) -> None:
    """Blocks accepted in randomly damaged files are those that dhcpd accepts."""
    for seed in range(60):
        chance = random.Random(seed)
        data = _FILE
        for _ in range(chance.choice((1, 1, 2, 4))):
            at = chance.randrange(_FILE.index(b"lease"), len(data))
            if chance.random() < 0.4:
                data = data[:at] + data[at + chance.randrange(1, 30) :]
            else:
                data = data[:at] + chance.choice(_SPLINTERS) + data[at:]
        assert taken_by_us(data) == taken_by_dhcpd(data, tmp_path), seed


@given(st.lists(LEASES, max_size=4), STATE_BLOCKS)
@settings(max_examples=20, deadline=None)
def test_dhcpd_reads_what_we_print_without_a_word(
    tmp_path_factory: pytest.TempPathFactory, leases: list[Lease], block: StateBlock
) -> None:
    """A file of invented blocks in the format of 4.4 makes dhcpd warn of nothing."""
    block.relationship = "dhcp-failover"
    for lease in leases:
        lease.options.pop("other", None)
        lease.options.pop("billing", None)  # the classes are not in the configuration
    data = "".join([header_text(), state_text(block), *map(lease_text, leases)]).encode()
    said = run(data, tmp_path_factory.mktemp("printed"))
    assert "dhcpd.leases line" not in said
    assert "Corrupt" not in said
    assert re.findall(r"^lease ([0-9.]+): no subnet\.$", said, re.MULTILINE) == taken_by_us(data)
