"""The report as an HTML page: its text, and what a browser makes of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import dhcplens as dl
from dhcplens.model.values import Evidence
from dhcplens.report.divergence import divergence
from dhcplens.report.html import INCIDENTS_OPEN
from dhcplens.report.html.differences import differences
from dhcplens.report.html.quotes import quotes
from tests.report.chromium import MISSING, PROGRAM, Page, browser

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
HOSTILE = (
    "<script>document.title='run'</script>",
    '"><img src=x onerror="document.title=\'run\'">',
    "</pre></details><h1>broken out</h1>",
    "a\u202egnirts\u202c\x07\x1b[31mb",
    "{{ 7 * 7 }}",
)
needs_browser = pytest.mark.skipif(PROGRAM is None, reason=MISSING)


@pytest.fixture(scope="module")
def page() -> str:
    """A cut link with automatic partner-down on both sides."""
    return dl.read(FIXTURES / "auto-partner-down-split").report().as_html()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pair whose clients and servers bear names that are meant to do harm."""
    folder = tmp_path_factory.mktemp("hostile")
    names = {}
    for server in ("dhcp-a", "dhcp-b"):
        log = FIXTURES / "crash-secondary" / server / "messages"
        file = folder / server
        stamp, tag = re.match(r"(.{15}) \S+ (\S+)", log.read_text().splitlines()[-1]).groups()  # type: ignore[union-attr]
        lines = [
            f"{stamp} {server} {tag} DHCPDISCOVER from 00:16:3e:00:00:0{number} ({name}) via eth0: "
            "network 10.20.0.0/16: no free leases"
            for number, name in enumerate(HOSTILE, 1)
        ]
        file.write_text(log.read_text() + "".join(f"{line}\n" for line in lines * 5), encoding="utf-8")
        names[f"{HOSTILE[0]}{server}"] = [file]
    return dl.read(servers=names).report().as_html()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Page]:
    """One browser for all tests of this file."""
    with browser() as page:
        yield page


def shown(chromium: Page, text: str, folder: Path) -> Page:
    """The browser with that page, and nothing noted of the pages before."""
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    chromium.complaints.clear()
    chromium.requests.clear()
    chromium.open(file)
    return chromium


def test_the_page_needs_nothing_else(page: str) -> None:
    """No scripts, no frames, nothing fetched: links go to places in the page itself."""
    assert not re.search(r"<(script|link|iframe|object|embed|img|form|base)\b|\son\w+=", page)
    links = set(re.findall(r'(?:src|href)="(#?)', page)) | set(re.findall(r"url\((.)", page))
    assert links == {"#"}
    assert "default-src 'none'" in page and "script-src" not in page


def test_links_in_the_page_lead_somewhere(page: str) -> None:
    """Each place that is linked to exists exactly once, in pictures too."""
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', page)) <= set(ids)


def test_the_page_tells_what_the_text_tells(page: str) -> None:
    """Verdict, cause, consequence, advice and a raw line of evidence."""
    for said in (
        "degraded",
        "the link between the servers was down",
        "Consequence:",
        "<code>ss -tnoi",
    ):
        assert said in page
    assert re.search(
        r"<mark>2026-03-03T\S+ delos dhcpd\[\d+\]: timeout waiting for failover peer islands", page
    )


def test_the_same_files_give_the_same_page(page: str) -> None:
    """No time of making, no random ids."""
    assert dl.read(FIXTURES / "auto-partner-down-split").report().as_html() == page


def test_where_lease_files_differ_is_a_table() -> None:
    """After an old lease file was restored, the addresses with their states at both servers."""
    page = dl.read(FIXTURES / "old-leases-restored").report().as_html()
    assert "11 addresses of 61 differ between the two lease files" in page
    assert re.search(r"10\.107\.3\.36</span> <span>other state</span> .*tui:</span> backup", page)


def test_where_lease_files_differ_the_blocks_of_both_stand() -> None:
    """Each row has the raw block of both files, to its closing brace."""
    pair = dl.read(FIXTURES / "old-leases-restored")
    rows = differences(pair, divergence(pair, 100))
    assert len(rows) == 11
    one = next(row for row in rows if row.cells[0] == "10.107.3.36")
    texts = [[line.text for line in quote.lines] for _, quote in one.sides if quote]
    assert [text[0] for text in texts] == ["lease 10.107.3.36 {"] * 2
    assert [text[-1] for text in texts] == ["}"] * 2
    assert ["  binding state backup;" in text for text in texts] == [True, False]


def test_many_differences_are_cut_and_counted(tmp_path: Path) -> None:
    """Of hundreds of differences a hundred are shown with their blocks, and the page stays small."""
    for name, state in (("a", "active"), ("b", "free")):
        (tmp_path / name).mkdir()
        blocks = [
            f"lease 10.0.{number // 200}.{number % 200 + 1} {{\n  starts 1 2026/11/16 10:00:00;\n"
            f"  ends 1 2026/11/16 12:00:00;\n  cltt 1 2026/11/16 10:00:00;\n  binding state {state};\n"
            f"  hardware ethernet 00:16:3e:00:{number // 256:02x}:{number % 256:02x};\n}}\n"
            for number in range(600)
        ]
        (tmp_path / name / "dhcpd.leases").write_text(
            "authoring-byte-order little-endian;\n" + "".join(blocks)
        )
    page = dl.read(tmp_path).report().as_html()
    assert "600 addresses of 600 differ" in page
    assert "500 more rows are left out here" in page
    assert page.count('<span class="ip">') == 100
    assert len(page) < 1_000_000


def test_many_incidents_stand_folded(tmp_path: Path) -> None:
    """The first incidents stand open; of the later ones the title does."""
    for name in ("a", "b"):
        lines = [f"Mar  2 01:00:00 {name} dhcpd[7]: failover peer x: I move from startup to normal"]
        for hour in range(2, 14):
            lost = f"Mar  2 {hour:02}:00:00 {name} dhcpd[7]: "
            back = f"Mar  2 {hour:02}:20:00 {name} dhcpd[7]: failover peer x: "
            lines += [
                f"{lost}timeout waiting for failover peer x",
                f"{lost}failover peer x: I move from normal to communications-interrupted",
                f"{back}peer moves from normal to normal",
                f"{back}I move from communications-interrupted to normal",
            ]
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    page = dl.read(tmp_path).report().as_html()
    shown = page.count('<article class="card incident')
    assert shown > INCIDENTS_OPEN
    assert page.count('<details class="folded">') == shown - INCIDENTS_OPEN


def test_a_part_of_the_time_has_pictures_of_that_part() -> None:
    """With bounds the pictures show the time between them, and none where the logs have nothing of it."""
    report = dl.read(FIXTURES / "auto-partner-down-split").report()
    begin = report.pair.spans["start"].min().to_pydatetime(warn=False)
    part = report.within(begin + timedelta(minutes=10), begin + timedelta(minutes=20)).as_html()
    assert part.count("<svg") >= 2
    assert "over the whole of the logs" in part
    beyond = report.within(begin - timedelta(days=2), begin - timedelta(days=1)).as_html()
    assert 'aria-label="States' not in beyond
    assert "None in this time." in beyond


def test_a_pair_of_which_little_is_known(tmp_path: Path) -> None:
    """A configuration alone makes a page too, without the parts that it tells nothing of."""
    (tmp_path / "dhcpd.conf").write_bytes((FIXTURES / "crash-secondary/dhcp-a/dhcpd.conf").read_bytes())
    page = dl.read(tmp_path).report().as_html()
    assert 'id="read"' in page
    assert 'id="pools"' not in page and "<svg" not in page


def test_a_quote_is_what_stands_in_the_file() -> None:
    """A line of evidence has its neighbours around it, a lease is shown to its closing brace."""

    class Lines:
        def lines(self, source: str, numbers: list[int]) -> dict[int, str]:  # noqa: ARG002
            text = ["one", "two", "three", "four", "lease 10.0.0.1 {", "  starts 1;", "}", "eight"]
            return {number: text[number - 1] for number in numbers if number <= len(text)}

    rows = [Evidence("f", 1, "one"), Evidence("f", 5, "lease 10.0.0.1 {")]
    found = quotes(Lines(), rows)  # type: ignore[arg-type]
    assert [[line.text for line in quote.lines] for quote in found] == [
        ["one", "two", "three"],
        ["lease 10.0.0.1 {", "  starts 1;", "}"],
    ]
    assert [line.number for quote in found for line in quote.lines if line.proof] == [1, 5]


def test_overlong_lines_are_cut_and_it_is_said() -> None:
    """A line of a megabyte does not make the page one."""

    class Lines:
        def lines(self, source: str, numbers: list[int]) -> dict[int, str]:  # noqa: ARG002
            return {}

    (quote,) = quotes(Lines(), [Evidence("f", 1, "x" * 1_000_000)])  # type: ignore[arg-type]
    assert quote.lines[0].text.endswith("x … 999400 more characters")


def test_hostile_names_are_text(hostile: str) -> None:
    """Markup in names stands in the page as text, control characters are made visible."""
    assert not re.search(r"<(script|img)\b", hostile)
    assert "&lt;script&gt;" in hostile and "{{ 7 * 7 }}" in hostile
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", hostile)
    assert "\\x202e" in hostile


@needs_browser
def test_a_browser_has_nothing_to_complain_of(chromium: Page, page: str, tmp_path: Path) -> None:
    """No console message, no blocked or failed request, nothing asked for but the file."""
    seen = shown(chromium, page, tmp_path)
    assert seen.complaints == []
    assert seen.requests == [(tmp_path / "report.html").as_uri()]
    assert seen.evaluate("document.title") == "degraded · islands"


@needs_browser
def test_evidence_opens(chromium: Page, page: str, tmp_path: Path) -> None:
    """A click on the word shows the raw lines."""
    seen = shown(chromium, page, tmp_path)
    line = "document.querySelector('.evidence mark').checkVisibility({contentVisibilityAuto: true})"
    assert seen.evaluate(line) is False
    seen.click("document.querySelector('.evidence > summary')")
    assert seen.evaluate(line) is True


@needs_browser
def test_a_differing_lease_opens_to_both_blocks(chromium: Page, tmp_path: Path) -> None:
    """A click on a row of the lease table shows what each of the two files has of that address."""
    seen = shown(chromium, dl.read(FIXTURES / "old-leases-restored").report().as_html(), tmp_path)
    row = "document.querySelectorAll('.differences details')[1]"
    blocks = (
        f"[...{row}.querySelectorAll('pre')].filter(e => e.checkVisibility({{contentVisibilityAuto: true}}))"
    )
    assert seen.evaluate(f"{blocks}.length") == 0
    seen.click(f"{row}.querySelector('summary')")
    assert seen.evaluate(f"{blocks}.map(e => e.textContent.includes('lease 10.'))") == [True, True]
    assert seen.complaints == []


@needs_browser
@pytest.mark.parametrize("width", [360, 1100])
def test_the_page_fits_its_window(chromium: Page, page: str, tmp_path: Path, width: int) -> None:
    """Nothing sticks out to the side, on a phone neither: wide pictures and tables scroll by themselves."""
    seen = shown(chromium, page, tmp_path)
    seen.picture(width, 800)
    assert seen.evaluate("document.documentElement.scrollWidth") == width


@needs_browser
def test_dark_is_dark(chromium: Page, page: str, tmp_path: Path) -> None:
    """Where the reader prefers dark, paper and words of the page and of its pictures change."""
    seen = shown(chromium, page, tmp_path)
    colours = (
        "[getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.querySelector('svg text[style*=ink]')).fill]"
    )
    seen.picture(800, 600, "light")
    assert seen.evaluate(colours) == ["rgb(246, 247, 248)", "rgb(29, 35, 41)"]
    seen.picture(800, 600, "dark")
    assert seen.evaluate(colours) == ["rgb(19, 23, 27)", "rgb(228, 232, 236)"]


@needs_browser
def test_hostile_names_do_nothing(chromium: Page, hostile: str, tmp_path: Path) -> None:
    """They neither run nor load nor become elements; each stands in the text as it was written."""
    seen = shown(chromium, hostile, tmp_path)
    assert seen.complaints == []
    assert seen.requests == [(tmp_path / "report.html").as_uri()]
    assert seen.evaluate("document.title") != "run"
    assert seen.evaluate("document.querySelectorAll('script, img, h1 ~ h1').length") == 0
    text = seen.evaluate("document.body.textContent")
    assert all(name in text for name in HOSTILE if name.isprintable())
    assert "a\\x202egnirts\\x202c" in text


def test_each_relationship_has_its_own_lanes(tmp_path: Path) -> None:
    """Two relationships between the same servers: a picture and a part of the table for each, both states."""
    log = (
        "Jul 10 11:02:29 a dhcpd: Internet Systems Consortium DHCP Server 4.4.3-P1\n"
        "Jul 10 11:02:30 a dhcpd: failover peer data: I move from recover-done to normal\n"
        "Jul 10 11:02:31 a dhcpd: failover peer voice: I move from startup to communications-interrupted\n"
    )
    (tmp_path / "messages").write_text(log)
    report = dl.read(tmp_path).report()
    html = report.as_html()
    assert "States of data" in html and "States of voice" in html
    assert "normal [data], communications-interrupted [voice]" in html
    assert re.search(
        r"data:\s+2.*normal\s+voice:\s+2.*communications-interrupted", report.as_text(), re.DOTALL
    )
