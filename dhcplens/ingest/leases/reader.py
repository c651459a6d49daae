"""A whole lease file, or one that grows, in pure Python: usual blocks by their lines, all else exactly."""

from dhcplens.ingest.leases.exact import ExactReader
from dhcplens.ingest.leases.piece import LeasePiece
from dhcplens.ingest.leases.usual import UsualBlocks

NEXT_LEASE = b"\nlease "
_LEASE = NEXT_LEASE[1:]
_BLOCK_END = b"\n}\n"
_LONGEST_BLOCK = 1 << 14  # for the end of a longer one nobody waits


class LeaseReader:
    """Reads a lease file that comes in pieces of any size; the tables are those of the file in one piece."""

    def __init__(self, source: str) -> None:
        self._exact = ExactReader(source)
        self._usual = UsualBlocks()
        self._text = b""  # not read, and not given to the exact reader

    def feed(self, data: bytes) -> None:
        """The next bytes of the file."""
        self._text += data
        self._read(final=False)

    @property
    def bindings_read(self) -> int:
        """Rows of ``bindings`` since the last ``take``."""
        return len(self._exact.bindings)

    @property
    def waiting(self) -> int:
        """Size of the text that is not read yet."""
        return len(self._text) + self._exact.waiting

    @property
    def stopped(self) -> bool:
        """Whether dhcpd would read no further; what follows is not accepted."""
        return self._exact.stopped

    def jump(self, lines: int) -> None:
        """Go on behind so many lines of the file, the last ones of which someone else has read."""
        self._exact.jump(lines)

    def settle(self) -> bool:
        """Whether all that was fed is read, and dhcpd goes on behind it; blanks and comments are let go."""
        return not self._text and self._exact.settle()

    def take(self) -> LeasePiece:
        """The rows that became complete since the last ``take``."""
        return self._exact.take()

    def finish(self) -> LeasePiece:
        """The file ends here; gives the rows that were not taken yet."""
        self._read(final=True)
        return self._exact.finish()

    def _read(self, final: bool) -> None:
        text, exact, at = self._text, self._exact, 0
        while at < len(text):
            if text.startswith(_LEASE, at) and exact.settle():
                at = self._blocks(text, at)
                if not final and _is_unfinished(text, at):
                    break
            following = text.find(NEXT_LEASE, at + exact.waiting) + 1 or len(text)
            exact.feed(text[at:following])
            at = following
        self._text = text[at:]

    def _blocks(self, text: bytes, at: int) -> int:
        """Read usual blocks from the line at ``at`` on; gives the place of whatever else comes."""
        lines, accepted = self._exact.lines, not self._exact.stopped
        read, put = self._usual.row, self._exact.bindings.put
        while (end := text.find(_BLOCK_END, at)) >= 0:
            block = text[at:end].split(b"\n")
            row = read(lines + 1, block, accepted)
            if row is None:
                break
            put(row)
            at, lines = end + 2, lines + len(block)
            if not text.startswith(NEXT_LEASE, at):
                break
            at, lines = at + 1, lines + 1
        self._exact.jump(lines)
        return at


def _is_unfinished(text: bytes, at: int) -> bool:
    """Whether a block begins here that may become a usual one when more comes."""
    few = text.startswith(_LEASE, at) and len(text) - at < _LONGEST_BLOCK
    return few and text.find(_BLOCK_END, at) < 0
