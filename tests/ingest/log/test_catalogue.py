"""The catalogue: what reads a line also writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhcplens.ingest import catalogue
from dhcplens.ingest.catalogue import NOTES, Line, Table
from dhcplens.ingest.catalogue.template import Template

WRITABLE = [line for line in catalogue.entries() if line.samples]


@pytest.mark.parametrize("line", WRITABLE, ids=lambda line: f"{line.code}-{line.part}")
def test_samples_are_read_and_written_back(line: Line) -> None:
    """Each sample is found among all entries, lands in its table, and comes out of the writer unchanged."""
    for sample in line.samples:
        reading = catalogue.read(sample)
        assert reading is not None
        assert reading.fields == line.match(sample)
        assert reading.line.table is line.table
        if line.table is Table.NOTICES:
            assert reading.line.code == line.code
        assert line.format(**reading.fields).strip() == sample.strip()


@pytest.mark.parametrize("line", WRITABLE, ids=lambda line: f"{line.code}-{line.part}")
def test_collapsed_blanks_do_not_matter(line: Line) -> None:
    """Text from web pages has lost its double blanks and says the same."""
    for sample in line.samples:
        collapsed = catalogue.read(" ".join(sample.split()))
        assert collapsed is not None
        assert collapsed.line.table is line.table
        assert collapsed.fields == line.match(sample)


SUFFIXES = [
    (code, note.note, note.named.format(dict.fromkeys((one.name for one in note.named.fields), "7")) or None)
    for code in ("discover", "request", "inform", "bootrequest", "leasequery")
    for note in NOTES
]


@pytest.mark.parametrize(("code", "note", "detail"), SUFFIXES)
def test_every_suffix_is_written_and_read(code: str, note: str, detail: str | None) -> None:
    """Note and detail come back from the line that was written of them, in old and new wordings."""
    fields = {"mac": "00:17:c4:12:77:97", "via": "eth0", "ip": "10.0.0.1"}
    for dialect in ("3.0.1", "4.4.3-P1"):
        text = catalogue.by_code(code).format(dialect=dialect, note=note, detail=detail, **fields)
        reading = catalogue.read(text)
        assert reading is not None
        assert reading.fields["note"] == note
        assert reading.fields.get("detail") in (detail, None)


def test_wordings_follow_the_release() -> None:
    """A line is written as the asked release words it."""
    line = catalogue.by_code("reclaiming-abandoned")
    assert line.format(dialect="3.0.1", ip="10.0.0.1") == "Reclaiming abandoned IP address 10.0.0.1."
    assert line.format(dialect="4.4.3-P1", ip="10.0.0.1") == "Reclaiming abandoned lease 10.0.0.1."
    discover = catalogue.by_code("discover")
    few = {"mac": "aa:bb", "via": "eth0", "note": "min-secs", "detail": "0 < 5"}
    assert discover.format(dialect="3.0.1", **few) == "DHCPDISCOVER from aa:bb via eth0: 0 secs < 5"
    assert discover.format(**few).endswith("field (0).  message dropped.")


def test_pool_lines_have_their_exact_blanks() -> None:
    """Both old pool lines and the new ones are written with dhcpd's single and double blanks."""
    counts = {
        "pool_id": "9d0e008",
        "network": "10.69/16",
        "total": 240,
        "free": 240,
        "backup": 0,
        "lts": -120,
    }
    written = {
        code: catalogue.by_code(code).format(**counts, max_own=24, max_misbal=36)
        for code in ("pool-answer", "pool-check", "balancing-pool", "balanced-pool")
    }
    tail = "total 240  free 240  backup 0  lts -120"
    assert written["pool-answer"] == f"pool 9d0e008 10.69/16  {tail}"
    assert written["pool-check"] == f"pool 9d0e008 10.69/16 {tail}"
    assert written["balancing-pool"] == f"balancing pool 9d0e008 10.69/16  {tail}  max-own (+/-)24"
    assert written["balanced-pool"] == f"balanced pool 9d0e008 10.69/16  {tail}  max-misbal 36"
    asking = catalogue.by_code("balancing-pool").format(**counts, max_own=24, requesting=True)
    assert asking == written["balancing-pool"] + "  (requesting peer rebalance!)"


VARIANTS = {
    "failover peer dhcp (1770103776p): I move from normal to startup": {
        "relationship": "dhcp",
        "old": "normal",
    },
    "DHCPDISCOVER from  via eth0": {"via": "eth0"},
    "DHCPDISCOVER from <no identifier> via eth0:1": {"mac": "<no identifier>", "via": "eth0:1"},
    "DHCPREQUEST for 10.0.0.4 from aa:bb via eth1 TransID 1a2b uid 01:aa: lease 10.0.0.4 unavailable.": {
        "note": "lease-unavailable",
        "via": "eth1",
    },
    "DHCPACK on 10.0.0.4 to aa:bb (x) via eth1 relay 1.0.0.9 lease-duration 60 (RENEW) uid 01:aa": {
        "via": "eth1"
    },
    "DHCPREQUEST for 10.0.0.4 from aa:bb (x) via 9.9.9.9: foo (y) via eth0: lease owned by peer": {
        "hostname": "x) via 9.9.9.9: foo (y",
        "via": "eth0",
        "note": "lease-owned-by-peer",
    },
    "balanced pool 55d0 net one  total 9  free 4  backup 5  lts 0  max-misbal 1 queue 3": {
        "network": "net one"
    },
    "balancing pool 55d0   total 9  free 4  backup 5  lts 0  max-own (+/-)1": {"network": "", "max_own": 1},
    "DHCP4o6 DHCPDISCOVER from aa:bb via 2001:db8::1: no available billing": {"via": "2001:db8::1"},
    "DHCPACK to 10.0.0.1": {"ip": "10.0.0.1", "type": "ACK"},
    "DHCPDISCOVER from aa:bb via eth0: something new": {"note": "other", "detail": "something new"},
}


@pytest.mark.parametrize(("text", "expected"), VARIANTS.items(), ids=list(VARIANTS))
def test_variants_are_tolerated(text: str, expected: dict[str, object]) -> None:
    """Vendors' additions and hostile host names leave the fields right."""
    reading = catalogue.read(text)
    assert reading is not None
    assert {name: reading.fields.get(name) for name in expected} == expected


def test_boot_codes_are_what_a_process_says_once() -> None:
    """The banner marks a start; the hourly rewrite of the lease file does not."""
    assert {"server-version", "listening", "starting-service", "init-startup"} <= catalogue.boot_codes()
    assert "wrote-leases" not in catalogue.boot_codes()


@given(st.text(), st.integers(), st.none() | st.text(alphabet="abc ", min_size=1))
def test_templates_read_what_they_write(name: str, number: int, more: str | None) -> None:
    """Any values come back, where the template's own words do not stand in them."""
    template = Template("begin {count} [with {extra:any} ]end {word:text}")
    if (more is not None and "end" in more) or name != name.strip():
        return
    written = template.format({"count": number, "extra": more, "word": name})
    found = template.match(written)
    assert found is not None
    assert found["count"] == number
