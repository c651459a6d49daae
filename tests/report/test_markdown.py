"""The report as Markdown for a ticket."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import dhcplens as dl
from dhcplens.report.markdown import code, fenced, plain, with_code
from dhcplens.report.terminal import clean

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKUP = st.text(st.sampled_from("`*_[]()<>#|~\\&;!-+=.1ab \t\nhttp:/@$é\u202e\x1b"), max_size=30)
WORDS = st.one_of(st.text(max_size=30), MARKUP)


def inline(text: str) -> list[Token]:
    """What a parser makes of the text as a paragraph."""
    return [child for token in PARSER.parse(text) for child in token.children or []]


def shown(text: str) -> str:
    """What a reader shall see: one line, control characters made visible."""
    return clean(" ".join(text.split()))


@settings(max_examples=300, deadline=None)
@given(WORDS)
@example("1. one")
@example("- x")
@example("=")
@example("&lt;b&gt; <b>|a|")
@example("www.example.org http://example.org ~~a~~ @all #1 $x$")
def test_plain_text_stays_text(text: str) -> None:
    """Whatever a client calls itself, it is one paragraph of nothing but that text."""
    kinds = [token.type for token in PARSER.parse(plain(text))]
    assert kinds == (["paragraph_open", "inline", "paragraph_close"] if shown(text) else [])
    assert {token.type for token in inline(plain(text))} <= {"text"}
    assert "".join(token.content for token in inline(plain(text))) == shown(text)


@settings(max_examples=200, deadline=None)
@given(WORDS.filter(lambda text: shown(text).strip() != ""))
def test_cells_stay_cells(text: str) -> None:
    """Text in a table makes no further column."""
    table = PARSER.parse(f"| a | b |\n| --- | --- |\n| {plain(text)} | end |")
    cells = [token.content for token in table if token.type == "inline"]
    assert len(cells) == 4 and cells[3] == "end"


@settings(max_examples=200, deadline=None)
@given(WORDS.map(shown).filter(bool))
@example("``")
@example("`a")
def test_code_is_code(text: str) -> None:
    """A code span holds exactly the text, however many backticks are in it."""
    (token,) = inline(f"a {code(text)}")[1:]
    assert (token.type, token.content) == ("code_inline", text)


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS.map(shown), min_size=1, max_size=4))
@example(["```", "````x"])
def test_a_fence_is_not_broken(lines: list[str]) -> None:
    """No line ends the block that it stands in."""
    (token,) = PARSER.parse("\n".join(fenced(lines)))
    assert (token.type, token.content) == ("fence", "\n".join(lines) + "\n")


def test_commands_stay_commands() -> None:
    """Backticks in advice are kept, what stands around them is escaped."""
    kinds = [(token.type, token.content) for token in inline(with_code("start *it*: `a|b *c*` now"))]
    assert kinds == [("text", "start *it*: "), ("code_inline", "a|b *c*"), ("text", " now")]


@pytest.fixture(scope="module")
def crash() -> str:
    """A recorded crash."""
    return dl.read(FIXTURES / "crash-secondary").report().as_markdown()


def test_the_ticket_tells_the_incident(crash: str) -> None:
    """Verdict first; cause, advice, evidence and tables after it."""
    lines = crash.splitlines()
    assert lines[0].startswith("# degraded: dhcp-b was down for 30 min")
    for said in (
        r"### 1\. dhcp-b was down for 30 min \d+ s, started again 2026-11-22 07:4\d:\d\d",
        r"\*\*warning\*\* `peer-down` \(FO101\), 2026-11-22 07:10:0\d to 07:4\d:\d\d on dhcp-b",
        r".*/dhcp-a/messages:\d+: Nov 22 07:10:0\d dhcp-a dhcpd\[\d+\]: peer dhcp-failover: disconnected",
        r"\| time \| dhcp-a \(primary\) \| dhcp-b \(secondary\) \|",
        r"\| network \| server \| time \| total \| free \| backup \|",
        "## What was read",
    ):
        assert any(re.fullmatch(said, line.strip()) for line in lines), said


def test_every_table_and_block_is_well_formed(crash: str) -> None:
    """A parser sees the tables, the blocks of evidence and no stray markup."""
    tokens = PARSER.parse(crash)
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == 4 and kinds.count("fence") == 1
    assert not {"html_block", "hr", "blockquote_open"} & set(kinds)
