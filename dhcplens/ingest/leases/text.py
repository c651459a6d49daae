"""Client-written bytes as text that loses nothing, and back."""

import codecs
import re
from typing import Final

_PLAIN: Final = re.compile(rb"[ -\[\]-~]*")
_ESCAPE: Final = re.compile(r"\\(?:([0-3][0-7][0-7])|(.))", re.DOTALL)


def _octal(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "".join(f"\\{byte:03o}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error("dhcplens-octal", _octal)


def text_of(value: bytes) -> str:
    """Text of a string value: UTF-8 where it is, ``\\`` doubled, what cannot be shown in octal."""
    if _PLAIN.fullmatch(value):
        return value.decode("ascii")
    shown = value.replace(b"\\", b"\\\\").decode("utf-8", errors="dhcplens-octal")
    return "".join(
        char if char.isprintable() else "".join(f"\\{byte:03o}" for byte in char.encode()) for char in shown
    )


def bytes_of(text: str) -> bytes:
    """The bytes that ``text_of`` made this text from."""
    if text.isascii() and "\\" not in text:
        return text.encode("ascii")
    parts: list[bytes] = []
    position = 0
    for match in _ESCAPE.finditer(text):
        parts.append(text[position : match.start()].encode())
        parts.append(bytes((int(match[1], 8),)) if match[1] else match[2].encode())
        position = match.end()
    return b"".join((*parts, text[position:].encode()))
