"""Compressed streams: recognised by their first bytes, never by name, and read as far as they go."""

import bz2
import codecs
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Final

from zstandard import ZstdDecompressor, ZstdError

HEAD: Final = 512
"""Bytes that suffice to tell what a stream is: one tar header."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of compression is recognised and undone."""

    name: str
    magic: bytes
    decoder: Callable[[], Any]
    errors: type[Exception]


_STEP: Final = 1 << 11  # bytes fed at a time: bounds what one step can grow to, and what a fault takes away
_CODECS: Final = (
    Codec("gz", b"\x1f\x8b\x08", lambda: zlib.decompressobj(zlib.MAX_WBITS | 16), zlib.error),
    Codec("bz2", b"BZh", bz2.BZ2Decompressor, OSError),
    Codec("xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor, lzma.LZMAError),
    Codec("zst", b"\x28\xb5\x2f\xfd", lambda: ZstdDecompressor().decompressobj(), ZstdError),
)
_BLOCK_OF_BZ2: Final = (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")


def codec(head: bytes) -> Codec | None:
    """The compression that these first bytes announce."""
    found = next((one for one in _CODECS if head.startswith(one.magic)), None)
    if found is not None and found.name == "bz2" and not head[4:10].startswith(_BLOCK_OF_BZ2):
        return None  # a text may well begin with "BZh"
    return found


def is_tar(head: bytes) -> bool:
    """Whether these first 512 bytes are a tar header: its check sum must hold (POSIX pax/ustar)."""
    if len(head) < HEAD or not head[0]:
        return False
    try:
        said = int(head[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return said == sum(head[:148]) + 8 * ord(" ") + sum(head[156:HEAD])


def is_zip(head: bytes) -> bool:
    """Whether these first bytes begin a zip archive."""
    return head.startswith(b"PK\x03\x04")


class Source(io.RawIOBase):
    """A stream that never raises for bad data: it ends there, and ``cut`` says why."""

    def __init__(self) -> None:
        self.cut: str | None = None
        self._ready = memoryview(b"")
        self._finished = False

    def readable(self) -> bool:
        """It is for reading only."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer with what comes next; 0 at the end."""
        filled = 0
        while filled < len(buffer):
            if not self._ready:
                if self._finished:
                    break
                self._ready = memoryview(self._more())
                continue
            size = min(len(buffer) - filled, len(self._ready))
            buffer[filled : filled + size] = self._ready[:size]
            self._ready = self._ready[size:]
            filled += size
        return filled

    def _more(self) -> bytes:
        """The next bytes, possibly none yet; calls ``_end`` when there are no more."""
        raise NotImplementedError

    def _end(self, why: str | None) -> bytes:
        self.cut = why
        self._finished = True
        return b""


class Plain(Source):
    """A stream as it is; ``took`` is told of each piece's size, ``faults`` are the errors that end it."""

    def __init__(
        self, raw: IO[bytes], took: Callable[[int], None], faults: tuple[type[Exception], ...]
    ) -> None:
        super().__init__()
        self._raw = raw
        self._took = took
        self._faults = faults

    def _more(self) -> bytes:
        try:
            piece = self._raw.read(_STEP)
        except self._faults as error:
            return self._end(f"reading failed ({error})")
        self._took(len(piece))
        return piece or self._end(None)


class Inflated(Source):
    """The text of a compressed stream."""

    def __init__(self, raw: IO[bytes], coding: Codec) -> None:
        super().__init__()
        self._raw = raw
        self._codec = coding
        self._decoder = coding.decoder()

    def _more(self) -> bytes:
        if self._decoder.eof:
            fed = self._next_member(self._decoder.unused_data)
        else:
            fed = self._raw.read(_STEP)
            if not fed:
                self._end("the compressed data is cut short")
        if self._finished:
            return b""
        try:
            text: bytes = self._decoder.decompress(fed)
        except self._codec.errors as error:
            return self._end(f"the compressed data is damaged ({error})")
        return text

    def _next_member(self, rest: bytes) -> bytes:
        """First bytes of a member that follows directly (``cat a.gz b.gz``); zero padding is skipped."""
        while not (rest := rest.lstrip(b"\0")):
            rest = self._raw.read(_STEP)
            if not rest:
                return self._end(None)
        rest += self._raw.read(16)
        if codec(rest) is not self._codec:
            return self._end("something else follows the compressed data")
        self._decoder = self._codec.decoder()
        return rest


_MARKS: Final = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)


def marked(head: bytes) -> tuple[bytes, str] | None:
    """The byte order mark that a text begins with, and the encoding that it announces.

    No log daemon writes one: such a file went through an editor, or a shell of Windows (``> file``).
    """
    return next((one for one in _MARKS if head.startswith(one[0])), None)


class Recoded(Source):
    """A text in UTF-8 of one that begins with a byte order mark; the mark is left out."""

    def __init__(self, raw: "Stream", mark: bytes, encoding: str) -> None:
        super().__init__()
        self._raw = raw
        raw.read(len(mark))
        same = encoding == "utf-8"  # bytes that are none stay as they are
        self._decoder = None if same else codecs.getincrementaldecoder(encoding)("replace")

    def _more(self) -> bytes:
        piece = self._raw.read(_STEP)
        text = piece if self._decoder is None else self._decoder.decode(piece, final=not piece).encode()
        if not piece:
            self._end(self._raw.source.cut)
        return text


class Stream(io.BufferedReader):
    """A buffer before a source, which can be peeked into."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, 1 << 20)
        self.source = source
