"""Bytes of dhcpd.conf to words: the lexical rules of dhcpd.conf(5) and dhcpd's conflex.c."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

LONGEST_TOKEN = 1500  # dhcpd's token buffer: a longer string or run of blanks is refused

_WORD = r"[A-Za-z0-9-][A-Za-z0-9_-]*"
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_BLANK = r"[ \t\n\r\f\v]"
_TOKEN = re.compile(rf"(?:{_BLANK}++|\#[^\n]*+)*+({_WORD}|{_STRING}|.)?", re.DOTALL)
_GAP = re.compile(rf"(?:{_BLANK}++|\#[^\n]*+)*+")
_CHUNK = re.compile(rf'(?:[^;{{}}"\#]++|{_STRING}|\#[^\n]*+)*+([;{{}}]|\Z)', re.DOTALL)
_MARKS = frozenset(";{}")
_QUOTED = re.compile(rf'{_STRING}|\#[^\n]*+|"', re.DOTALL)
_LONG_BLANK = re.compile(rf"{_BLANK}{{{LONGEST_TOKEN + 1},}}")
_REST_OF_LINE = re.compile(r'"(?:[^"\\\n]|\\[^\n])*("?)')
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|(0)|(.))", re.DOTALL)
_NAMED_ESCAPES = {"t": "\t", "r": "\r", "n": "\n", "b": "\b"}

Complain = Callable[[int, str, str], None]
"""Told the offset, the cause and the text of a problem."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """The words up to the next ``;``, ``{`` or ``}`` (``mark``, empty at the end), with offsets."""

    words: list[str]
    start: int
    mark: str
    end: int


class SourceText:
    """The text of one file and the way from an offset in it to line and column (both 1-based)."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        strings = [found.group() for found in _QUOTED.finditer(text)]
        self._quote_missing = '"' in strings
        self._careful = (
            self._quote_missing
            or max(map(len, strings), default=0) > LONGEST_TOKEN
            or _LONG_BLANK.search(text) is not None
        )

    def offsets(self, start: int, count: int) -> tuple[int, ...]:
        """Where the words are of which the first begins at ``start``."""
        return tuple(offset for _, offset in islice(self._tokens(start, _silent), count))

    def chunks(self, complain: Complain) -> Iterator[Chunk]:
        """The words of the file, from mark to mark; strings keep their quotes and escapes.

        A string may run over several lines. Where a quote is missing (some string never ends), strings are
        taken to end with their line, so that the rest is still read.
        """
        return self._careful_chunks(complain) if self._careful else self._fast_chunks()

    def _fast_chunks(self) -> Iterator[Chunk]:
        text = self.text
        at, end = 0, len(text)
        while at < end:
            found = _CHUNK.match(text, at)
            assert found is not None  # there is always a mark or the end
            mark_at = found.start(1)
            words = _TOKEN.findall(text, at, mark_at)
            while words and not words[-1]:
                words.pop()
            start = _GAP.match(text, at).end() if words else mark_at  # type: ignore[union-attr]
            yield Chunk(words, start, found[1], mark_at)
            at = mark_at + 1

    def _careful_chunks(self, complain: Complain) -> Iterator[Chunk]:
        words: list[str] = []
        start = 0
        for word, offset in self._tokens(0, complain):
            if word in _MARKS:
                yield Chunk(words, start, word, offset)
                words = []
                continue
            if not words:
                start = offset
            words.append(word)
        yield Chunk(words, start, "", len(self.text))

    def _tokens(self, at: int, complain: Complain) -> Iterator[tuple[str, int]]:
        text = self.text
        while (found := _TOKEN.match(text, at)) is not None and found[1] is not None:
            word, start = found[1], found.start(1)
            long_blank = _LONG_BLANK.search(text, at, start)
            if long_blank is not None:
                message = f"more than {LONGEST_TOKEN} blanks in a row, which dhcpd refuses"
                complain(long_blank.start(), "token-too-long", message)
            if word == '"' or (self._quote_missing and "\n" in word):
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
                    message = f"longer than the {LONGEST_TOKEN} bytes that dhcpd can hold"
                    complain(start, "token-too-long", message)
            yield word, start

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


def _silent(offset: int, cause: str, message: str) -> None:
    """Takes complaints that were told before."""


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
