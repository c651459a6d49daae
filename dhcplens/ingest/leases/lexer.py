"""Bytes of a lease file into the tokens that dhcpd's own lexer (common/conflex.c) makes of them.

Its oddities matter, because they decide which blocks of a damaged file dhcpd takes: byte 255 reads as the
end of the file, a string is cut at 1499 bytes, and 1500 blanks in a row end the program.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from dhcplens.ingest.leases.keywords import KEYWORDS

_BUFFER: Final = 1500


class Kind(IntEnum):
    """What a token is."""

    END = 0  # of the file, or a byte 255
    STRING = 1
    NUMBER = 2
    HEX = 3  # could be a hex number or a name
    NAME = 4
    KEYWORD = 5
    CHAR = 6
    HALT = 7  # dhcpd stops running here


@dataclass(slots=True)
class Tokens:
    """Tokens of one piece of text, closed by one END; ``remarks`` are (offset, message) of the lexer."""

    data: bytes
    kinds: list[Kind] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)  # as written; strings without quotes and escapes
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)
    last: int = 0  # index of the closing END

    def add(self, kind: Kind, value: bytes, start: int, end: int) -> None:
        """Append one token."""
        self.kinds.append(kind)
        self.values.append(value)
        self.starts.append(start)
        self.ends.append(end)


_TOKEN: Final = re.compile(
    rb"(?:[ \t-\r]+|\#[^\n\xff]*[\n\xff]?)*"
    rb"(?:([{};:./=%,()])|([0-9-][0-9A-Za-z_-]*)\xff?|([A-Za-z][0-9A-Za-z_-]*)\xff?"
    rb'|"([^"\\\xff]*)"|(")|(\x00+|[^ \t-\r\#]))?',
    re.DOTALL,
)
_LONG_BLANKS: Final = re.compile(rb"[ \t-\r]{%d}" % _BUFFER)
_NUMBER: Final = re.compile(rb"[0-9-][0-9]*")
_HEX: Final = re.compile(rb"[0-9-][0-9A-Fa-f]*|0[xX][0-9A-Fa-f]+")
_HEX_NAME: Final = re.compile(rb".[0-9A-Fa-f]*")
_REGULAR: Final = re.compile(
    rb'((?:[^"\\\xff]|\\(?:[0-3][0-7][0-7]|x[0-9A-Fa-f]{2}|[^0-3x\xff]))*)"', re.DOTALL
)
_ESCAPE: Final = re.compile(rb"\\(?:([0-3][0-7][0-7])|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS: Final = {ord("t"): 9, ord("r"): 13, ord("n"): 10, ord("b"): 8}
_KEYWORDS: Final = frozenset(word.encode() for word in KEYWORDS)
_words: dict[bytes, Kind] = {}


def lex(data: bytes) -> Tokens:
    """All tokens of ``data``. Nothing is an error; what dhcpd would warn of is in ``remarks``."""
    tokens = Tokens(data)
    position, size = 0, len(data)
    match_at = _TOKEN.match
    while position < size:
        match = match_at(data, position)
        assert match is not None  # every part of the pattern is optional
        group, end = match.lastindex, match.end()
        if end - position >= _BUFFER and (blanks := _LONG_BLANKS.search(data, position, end)):
            tokens.remarks.append((blanks.start(), "so many blanks in a row that dhcpd stops here"))
            tokens.add(Kind.HALT, b"", blanks.start(), blanks.end())
        if group == 1:
            tokens.add(Kind.CHAR, match[1], end - 1, end)
        elif group == 3:
            tokens.add(_name(match[3]), match[3], *match.span(3))
        elif group == 2:
            tokens.add(_numeric(match[2]), match[2], *match.span(2))
        elif group == 4 and len(match[4]) < _BUFFER:
            tokens.add(Kind.STRING, match[4], match.start(4) - 1, end)
        elif group in (4, 5):
            end = _string(tokens, match.start(group) - (group == 4))
        elif group == 6:
            char = match[6]
            tokens.add(Kind.END if char == b"\xff" else Kind.CHAR, char[:1], end - len(char), end)
        position = end
    tokens.last = len(tokens.kinds)
    tokens.add(Kind.END, b"", size, size)
    return tokens


def _name(text: bytes) -> Kind:
    known = _words.get(text)
    if known is None:
        if text.lower() in _KEYWORDS:
            known = Kind.KEYWORD
        else:
            known = Kind.HEX if _HEX_NAME.fullmatch(text) else Kind.NAME
        if len(_words) < 10_000:
            _words[text] = known
    return known


def _numeric(text: bytes) -> Kind:
    if _NUMBER.fullmatch(text):
        return Kind.NUMBER
    return Kind.HEX if _HEX.fullmatch(text) else Kind.NAME


def _string(tokens: Tokens, start: int) -> int:
    """Read the string whose quote stands at ``start``; gives the offset behind it."""
    match = _REGULAR.match(tokens.data, start + 1)
    if match is not None:
        value = unescaped(match[1])
        if len(value) < _BUFFER:
            tokens.add(Kind.STRING, value, start, match.end())
            return match.end()
    return _odd_string(tokens, start)


def unescaped(inside: bytes) -> bytes:
    """The value of a string whose escapes are all regular."""
    return _ESCAPE.sub(_unescape, inside) if b"\\" in inside else inside


def _unescape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes((int(match[1], 8),))
    if match[2]:
        return bytes((int(match[2], 16),))
    char = match[3][0]
    return bytes((_LETTERS.get(char, char),))


def _odd_string(tokens: Tokens, start: int) -> int:
    """A string that is too long, not closed, or has escapes which dhcpd reads in its own odd way."""
    data = tokens.data
    value = bytearray()
    position = start + 1
    escape = number = 0  # escape: 0 outside, 1 after the backslash, 2 and 3 while digits follow
    base = 8
    while len(value) < _BUFFER:
        char = data[position] if position < len(data) else 255
        position += 1
        if char == 255:
            tokens.remarks.append((start, "a string is not closed"))
            break
        if escape == 0:
            if char == ord('"'):
                break
            if char == ord("\\"):
                escape = 1
            else:
                value.append(char)
        elif escape == 1:
            if char in b"0123x":
                base, number = (16, 0) if char == ord("x") else (8, char - ord("0"))
                escape = 2
            else:
                value.append(_LETTERS.get(char, char))
                escape = 0
        else:
            digit = _digit(char, base)
            if digit is not None:
                number = number * base + digit
                escape += 1
                if escape == 4:
                    value.append(number & 255)
                    escape = 0
            elif base == 16:
                value.append(0)
                escape = 0
            elif number:
                value.append(0)
            else:
                escape = 1
    else:
        tokens.remarks.append((start, "a string is longer than dhcpd reads, and cut"))
        del value[_BUFFER - 1 :]
    end = min(position, len(data))
    tokens.add(Kind.STRING, bytes(value), start, end)
    return end


def _digit(char: int, base: int) -> int | None:
    try:
        return int(chr(char), base) if char < 128 else None
    except ValueError:
        return None


def canonical(tokens: Tokens, first: int, behind: int) -> str:
    """The text of tokens ``first`` up to ``behind`` (excluded) on one line, comments left out.

    Blanks shrink to one; one always follows ``;`` and stands at the inner side of braces, so that printing
    the text on several lines and reading it again gives the same text.
    """
    parts: list[str] = []
    last = ""
    for index in range(first, behind):
        if tokens.kinds[index] in (Kind.END, Kind.HALT):
            continue
        text = (
            quoted(tokens.values[index])
            if tokens.kinds[index] is Kind.STRING
            else _plain(tokens.values[index])
        )
        apart = index > first and tokens.starts[index] > tokens.ends[index - 1]
        if parts and (apart or last in (";", "{", "}") or text in ("{", "}")) and text != ";":
            parts.append(" ")
        parts.append(text)
        last = text
    return "".join(parts)


_PRINTABLE: Final = re.compile(rb"[ -~]*")
_UNQUOTED: Final = re.compile(rb"[ !#-\[\]-~]*")


def _plain(word: bytes) -> str:
    if _PRINTABLE.fullmatch(word):
        return word.decode("ascii")
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}" for byte in word)


def quoted(value: bytes) -> str:
    """A string as dhcpd writes it: in quotes, bytes that are not printable ASCII as three octal digits."""
    if _UNQUOTED.fullmatch(value):
        return f'"{value.decode("ascii")}"'
    text = "".join(
        f"\\{chr(byte)}" if byte in b'"\\' else chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
        for byte in value
    )
    return f'"{text}"'


def colon_hex(value: Sequence[int]) -> str:
    """Bytes as two-digit hex numbers joined by colons."""
    return bytes(value).hex(":")
