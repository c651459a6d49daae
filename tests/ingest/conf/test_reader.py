"""Reading dhcpd.conf: statements, positions, includes, and going on after an error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dhcplens.ingest.conf import Loader, ParsedConf, lint, lint_pair, parse_conf, refusals, view
from dhcplens.ingest.conf.tree import walk
from dhcplens.model.states import Severity
from tests.ingest.conf.confs import failover_confs, mutated


def found(text: str) -> list[tuple[str, int | None, int | None]]:
    """Cause, line and column of each problem of a text."""
    return [(one.cause, one.line, one.column) for one in parse_conf(text, "dhcpd.conf").problems]


def test_statements_know_their_place() -> None:
    """A statement gives its file, line and column, its words, and the statements of its block."""
    parsed = parse_conf("# a comment\n\nhost a {\n\tfixed-address 10.0.0.1;\n}\n", "x")
    host = parsed.statements[0]
    assert (host.source, host.line, host.words) == ("x", 3, ("host", "a"))
    assert host.children is not None
    (address,) = host.children
    assert address.place(0) == (4, 2)
    assert address.place(1) == (4, 16)
    assert parsed.line_text("x", 3) == "host a {"


def test_strings_keep_braces_and_escapes() -> None:
    """Braces, semicolons and escaped quotes within a string belong to the string."""
    (statement,) = parse_conf(r'option domain-name "a;{}\"b\x41\101\n";', "x").statements
    assert statement.value(2) == 'a;{}"bAA\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("default-lease-time 600\nmax-lease-time 700;", ("semicolon-missing", 2, 1)),
        ("option routers 10.0.0.1\noption subnet-mask 255.0.0.0;", ("semicolon-missing", 2, 1)),
        ("group { max-lease-time 5 }", ("semicolon-missing", 1, 26)),
        ("subnet 10.0.0.0 netmsk 255.0.0.0 { }", ("syntax", 1, 17)),
        ("option no-such-option 5;", ("unknown-option", 1, 8)),
        ("option nowhere.thing 5;", ("unknown-option-space", 1, 8)),
        ("defualt-lease-time 600;", ("unknown-statement", 1, 1)),
        ("range 10.0.0.1 10.0.0.2;", ("misplaced", 1, 1)),
        ("group { \n", ("brace-missing", 1, 1)),
        ("}", ("stray-brace", 1, 1)),
        ("authoritative;;", ("stray-semicolon", 1, 15)),
        ('option domain-name "a;\nauthoritative;', ("string-not-closed", 1, 20)),
        ('subclass "none" 1:2;', ("unknown-class", 1, 10)),
        ("subnet 10.0.0.1 netmask 255.0.0.0 { }", ("subnet-mask", 1, 8)),
        ("option domain-name-servers 10.0.0.256;", ("syntax", 1, 28)),
        ("max\u2010lease\u2010time 600;", ("unknown-statement", 1, 1)),
    ],
)
def test_an_error_has_its_line_and_column(text: str, problem: tuple[str, int, int]) -> None:
    """Each kind of mistake is told with a name of its own at the place where it is."""
    assert found(text)[0] == problem


def test_typographic_dashes_are_named() -> None:
    """A statement that was pasted with typographic dashes is refused for that reason, in so many words."""
    text = 'failover peer "a" { primary; max\u2010response\u2010delay 60; }'
    (problem,) = parse_conf(text, "x").problems
    assert problem.cause == "invalid-peer-statement"
    assert "typographic dash" in problem.message


def test_reading_goes_on_after_an_error() -> None:
    """What stands after mistakes is still read: a missing semicolon, a wrong statement, a quote too few."""
    text = (
        'failover peer "a" { primary; address 10.0.0.1 port 650; peer address 10.0.0.2;\n'
        "  mclt 60; nonsense; split 128; }\n"
        'option domain-name "open;\n'
        'subnet 10.0.0.0 netmask 255.255.255.0 { pool { failover peer "a"; range 10.0.0.5 10.0.0.9; } }\n'
    )
    conf = view(parse_conf(text, "x"))
    (peer,) = conf.peers
    assert (peer.address, peer.port, peer.peer_address, peer.mclt, peer.split) == (
        "10.0.0.1",
        650,
        "10.0.0.2",
        60,
        128,
    )
    assert [(pool.relationship, pool.size) for pool in conf.pools] == [("a", 5)]


def including(**files: str) -> Loader:
    """A loader that knows these files."""

    def load(path: str) -> tuple[str, str] | None:
        return (path, files[path]) if path in files else None

    return load


def test_included_files_stand_in_place() -> None:
    """What a file includes is read as if it stood there, and keeps its own name and lines."""
    parsed = parse_conf(
        'subnet 10.0.0.0 netmask 255.0.0.0 {\n include "ranges";\n}\n',
        "main",
        including(ranges="\nrange 10.0.0.1 10.0.0.4;\nfoo bar;\n"),
    )
    (pool,) = view(parsed).pools
    assert (pool.size, pool.source, pool.line) == (4, "ranges", 2)
    assert [(one.source, one.line) for one in parsed.problems] == [("ranges", 3)]


def test_a_missing_include_is_told_and_a_loop_ends() -> None:
    """An included file that is not there is a warning with its place; one that includes itself is refused."""
    parsed = parse_conf('include "a";\ninclude "gone";\n', "main", including(a='include "a";'))
    assert {(one.source, one.line, one.cause, one.severity) for one in parsed.problems} == {
        ("a", 1, "include-loop", Severity.CRITICAL),
        ("main", 2, "include-missing", Severity.WARNING),
    }


def test_deep_nesting_ends_with_a_problem() -> None:
    """Thousands of open blocks or parentheses neither crash nor stop the reader."""
    assert "too-deep" in {cause for cause, _, _ in found("group { " * 5000 + "}" * 5000)}
    assert found("eval " + "(" * 5000 + ";\nauthoritative;")
    assert found("eval " + "not " * 5000 + ";")


def everything(text: str) -> ParsedConf:
    """Runs all that reads a configuration."""
    parsed = parse_conf(text, "x", including(a=text))
    conf = view(parsed)
    lint(parsed)
    lint(parsed, "3.0.5")
    refusals(parsed, "3.1")
    lint_pair(conf, view(parse_conf('failover peer "a" { secondary; }', "y")))
    return parsed


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(), st.binary().map(lambda data: data.decode("latin-1"))))
def test_rubbish_raises_nothing(text: str) -> None:
    """Any text at all is read to its end without an exception."""
    everything(text)


@settings(max_examples=100, deadline=None)
@given(mutated(failover_confs()))
def test_problems_lie_within_the_file(text: str) -> None:
    """Broken configurations raise nothing, and every problem and statement points into the file."""
    parsed = everything(text)
    lines = text.count("\n") + 1
    for problem in parsed.problems:
        assert problem.line is not None and 1 <= problem.line <= lines
        assert problem.column is not None and problem.column >= 1
    for statement in walk(parsed.statements):
        for word, offset in zip(statement.words, statement.offsets, strict=True):
            assert text.startswith(word[:-1] if word.endswith('"') else word, offset)


@settings(max_examples=50, deadline=None)
@given(st.data(), failover_confs())
def test_layout_of_the_text_does_not_matter(data: st.DataObject, text: str) -> None:
    """Blanks and comments between words change neither the statements nor the kinds of problems."""
    parsed = parse_conf(text, "x")
    spaces = st.sampled_from([" ", "\n", "\t", " # a } comment\n", "\n\n"])
    words = _tokens(text)
    other = parse_conf("".join(word + data.draw(spaces) for word in words), "x")
    assert [one.words for one in walk(parsed.statements)] == [one.words for one in walk(other.statements)]
    assert [one.cause for one in parsed.problems] == [one.cause for one in other.problems]


def _tokens(text: str) -> list[str]:
    from dhcplens.ingest.conf.lexer import SourceText

    chunks = SourceText("x", text).chunks(lambda *_: None)
    return [word for chunk in chunks for word in (*chunk.words, chunk.mark) if word]
