"""Bytes of dhcpd.conf to words: the lexical rules of dhcpd.conf(5) and dhcpd's conflex.c."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

LONGEST_TOKEN = 1500  # dhcpd's token buffer: a longer string or run of blanks is refused

_TOKEN = re.compile(
    r"""
      (?P<blank> [ \t\n\r\f\v]+ )
    | (?P<comment> \#[^\n]* )
    | (?P<word> [A-Za-z0-9-][A-Za-z0-9_-]* )
    | (?P<string> "(?:[^"\\]|\\.)*" )
    | (?P<open> " )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_REST_OF_LINE = re.compile(r'"(?:[^"\\\n]|\\[^\n])*("?)')
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|(0)|(.))", re.DOTALL)
_NAMED_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "b": "\b"}

Complain = Callable[[int, str, str], None]
"""Told the offset, the cause and the text of a problem."""


class SourceText:
    """The text of one file and the way from an offset in it to line and column (both 1-based)."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """The text of a line without its end."""
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return self.text[self._starts[line - 1] : end]


def tokens(source: SourceText, complain: Complain) -> Iterator[tuple[str, int]]:
    """The tokens of a file with their offsets; strings keep their quotes and escapes.

    A string may run over several lines. Where a quote is missing (some string never ends), strings are
    taken to end with their line, so that the rest is still read.
    """
    text = source.text
    one_line = _quote_is_missing(text)
    at = 0
    end = len(text)
    match = _TOKEN.match
    while at < end:
        found = match(text, at)
        assert found is not None  # the last alternative takes any character
        kind = found.lastgroup
        word = found.group()
        if (kind == "string" and one_line and "\n" in word) or kind == "open":
            closed = _REST_OF_LINE.match(text, at)
            assert closed is not None
            word = closed.group()
            if not closed.group(1):
                complain(at, "string-not-closed", "this string is not closed with a quote")
                word += '"'
                at -= 1
        elif kind in ("string", "blank") and len(word) > LONGEST_TOKEN:
            complain(
                at, "token-too-long", f"{kind} longer than the {LONGEST_TOKEN} bytes that dhcpd can hold"
            )
        if kind not in ("blank", "comment"):
            yield word, at
        at += len(word)


def _quote_is_missing(text: str) -> bool:
    if '"' not in text:
        return False
    return any(found.lastgroup == "open" for found in _TOKEN.finditer(text))


def is_string(token: str) -> bool:
    """Whether a token is a quoted string."""
    return token[:1] == '"'


def string_value(token: str) -> str:
    """What a token says: a string without its quotes and with its escapes resolved, any other as it is."""
    if not is_string(token):
        return token
    inner = token[1:-1]
    return _ESCAPE.sub(_unescape, inner) if "\\" in inner else inner


def _unescape(match: re.Match[str]) -> str:
    hexadecimal, octal, zero, other = match.groups()
    if hexadecimal or octal:
        return chr(int(hexadecimal, 16) if hexadecimal else int(octal, 8))
    return "\0" if zero else _NAMED_ESCAPES.get(other, other)
