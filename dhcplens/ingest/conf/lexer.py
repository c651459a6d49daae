"""Bytes of dhcpd.conf to words: the lexical rules of dhcpd.conf(5) and dhcpd's conflex.c."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

LONGEST_TOKEN = 1500  # dhcpd's token buffer: a longer string or run of blanks is refused

_WORD = r"[A-Za-z0-9-][A-Za-z0-9_-]*"
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_BLANK = r"[ \t\n\r\f\v]"
_TOKEN = re.compile(rf"(?:{_BLANK}++|\#[^\n]*+)*+({_WORD}|{_STRING}|.)?", re.DOTALL)
_QUOTED = re.compile(rf'{_STRING}|\#[^\n]*+|"', re.DOTALL)
_LONG_BLANK = re.compile(rf"{_BLANK}{{{LONGEST_TOKEN + 1},}}")
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

    def line_text(self, line: int) -> str | None:
        """The text of a line without its end; None where there is no such line."""
        if not 0 < line <= len(self._starts):
            return None
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return self.text[self._starts[line - 1] : end]


def tokens(source: SourceText, complain: Complain) -> Iterator[tuple[str, int]]:
    """The tokens of a file with their offsets; strings keep their quotes and escapes.

    A string may run over several lines. Where a quote is missing (some string never ends), strings are
    taken to end with their line, so that the rest is still read.
    """
    text = source.text
    strings = [found.group() for found in _QUOTED.finditer(text)]
    if '"' in strings or max(map(len, strings), default=0) > LONGEST_TOKEN or _LONG_BLANK.search(text):
        return _careful_tokens(text, '"' in strings, complain)
    return ((found[1], found.start(1)) for found in _TOKEN.finditer(text) if found[1] is not None)


def _careful_tokens(text: str, one_line: bool, complain: Complain) -> Iterator[tuple[str, int]]:
    at = 0
    while (found := _TOKEN.match(text, at)) is not None and found[1] is not None:
        word, start = found[1], found.start(1)
        long_blank = _LONG_BLANK.search(text, at, start)
        if long_blank is not None:
            message = f"more than {LONGEST_TOKEN} blanks in a row, which dhcpd refuses"
            complain(long_blank.start(), "token-too-long", message)
        if word == '"' or (one_line and "\n" in word):
            rest = _REST_OF_LINE.match(text, start)
            assert rest is not None  # it begins with a quote
            word = rest.group()
            at = rest.end()
            if not rest.group(1):
                complain(start, "string-not-closed", "this string is not closed with a quote")
                word += '"'
        else:
            at = found.end()
            if len(word) > LONGEST_TOKEN:
                complain(
                    start, "token-too-long", f"longer than the {LONGEST_TOKEN} bytes that dhcpd can hold"
                )
        yield word, start


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
