"""Any text of a lease file, token by token: what it says, and what of it dhcpd would take.

dhcpd reads on at the statement behind the one that made it drop a block, and from there it swallows the entry
that follows (lease_file_subparse of server/confpars.c). Two places are therefore kept: where the text is
read, and where dhcpd reads. While they agree, blocks are read as dhcpd does; entries behind which dhcpd
already stands are shown as not accepted.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from dhcplens.ingest.leases.cursor import Cursor
from dhcplens.ingest.leases.declaration import KINDS, Declaration, read_declaration, read_unknown
from dhcplens.ingest.leases.failover import StateBlock, read_state_block
from dhcplens.ingest.leases.ia import KINDS as IA_KINDS
from dhcplens.ingest.leases.ia import Association, read_association
from dhcplens.ingest.leases.lease import HaltedError, Lease, read_lease
from dhcplens.ingest.leases.lexer import Kind, Tokens, lex
from dhcplens.ingest.leases.piece import LeasePiece
from dhcplens.ingest.leases.rows import Rows, TableRows
from dhcplens.model.values import Problem

_Entry = Lease | StateBlock | Association | Declaration
_IMPATIENT = 1 << 16  # a buffer up to this size is read anew with each piece that comes
_MOST_PROBLEMS = 1000


class ExactReader:
    """Reads a lease file, or what others leave of it, that comes in pieces of any size."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._buffer = b""
        self._in_line = False  # the last line is not ended
        self._wait = 0  # size that the buffer has to reach before it is worth reading
        self._lines = 0  # complete lines before the buffer
        self._counted = 0  # lines already told by take()
        self._dhcpd_at = 0  # where dhcpd reads, as an offset in the buffer
        self._stopped = False  # dhcpd reads no further
        self._order = ""
        self._rows = TableRows()
        self._problems: list[Problem] = []
        self._untold = 0

    def feed(self, data: bytes) -> None:
        """The next bytes of the file."""
        self._buffer += data
        self._in_line = not data.endswith(b"\n") if data else self._in_line
        if len(self._buffer) >= self._wait:
            self._read(final=False)

    @property
    def bindings(self) -> Rows:
        """Rows of ``bindings`` since the last ``take``."""
        return self._rows.bindings

    @property
    def lines(self) -> int:
        """Lines of the file that are read completely."""
        return self._lines

    @property
    def waiting(self) -> int:
        """Size of the text that is not read yet."""
        return len(self._buffer)

    @property
    def stopped(self) -> bool:
        """Whether dhcpd would read no further; what follows is not accepted."""
        return self._stopped

    def jump(self, lines: int) -> None:
        """Go on behind so many lines of the file, the last ones of which someone else has read."""
        self._lines = lines
        self._in_line = False

    def settle(self) -> bool:
        """Whether all that was fed is read, and a line begins where dhcpd goes on.

        Blanks and comments are let go then, so whatever comes next should be neither.
        """
        if self._in_line or self._wait or lex(self._buffer).last or (self._dhcpd_at and not self._stopped):
            return False
        self._lines += self._buffer.count(b"\n")
        self._buffer = b""
        self._dhcpd_at = 0
        return True

    def take(self) -> LeasePiece:
        """The rows that became complete since the last ``take``."""
        if self._untold:
            self._problems.append(Problem(self._source, f"{self._untold} more problems"))
        rows, problems = self._rows, tuple(self._problems)
        self._rows, self._problems, self._untold = TableRows(), [], 0
        lines, self._counted = self._lines - self._counted, self._lines
        return LeasePiece(
            self._source,
            rows.bindings.frame(self._source),
            rows.failover_states.frame(self._source),
            rows.v6_bindings.frame(self._source),
            rows.declarations.frame(self._source),
            problems,
            lines,
        )

    def finish(self) -> LeasePiece:
        """The file ends here; gives the rows that were not taken yet."""
        self._read(final=True)
        self._lines += self._in_line
        return self.take()

    def _read(self, final: bool) -> None:
        text = _Text(lex(self._buffer), self._lines)
        at, dhcpd = 0, text.index(self._dhcpd_at)
        remarks, told = text.tokens.remarks, 0
        while at < text.tokens.last:
            step = _step(text, at, None if self._stopped else dhcpd)
            if step.touches_end and not final:
                break
            while told < len(remarks) and remarks[told][0] < text.tokens.ends[step.behind - 1]:
                self._problem(text.line(remarks[told][0]), remarks[told][1])
                told += 1
            self._keep(text, at, step)
            self._stopped = self._stopped or step.stops or Kind.HALT in text.tokens.kinds[dhcpd : step.dhcpd]
            at, dhcpd = step.behind, step.dhcpd
        self._cut(text, at, dhcpd, final)

    def _keep(self, text: "_Text", at: int, step: "_Step") -> None:
        line = text.line_of(at)
        entry = step.entry
        if isinstance(entry, Lease):
            self._rows.add_lease(line, entry)
        elif isinstance(entry, StateBlock):
            self._rows.add_state(line, entry)
        elif isinstance(entry, Association):
            lines = [line, *(text.line_of(part.line_at) for part in entry.parts)]
            self._rows.add_association(entry, self._order, lines)
        elif isinstance(entry, Declaration):
            self._rows.add_declaration(line, entry)
            if entry.kind == "authoring-byte-order" and entry.accepted:
                self._order = self._order or entry.name or ""
        for index, message in step.remarks:
            ended = text.tokens.kinds[index] is Kind.END
            self._problem(text.line_of(index), f"{message}; it begins in line {line}" if ended else message)

    def _cut(self, text: "_Text", at: int, dhcpd: int, final: bool) -> None:
        """Forget the text up to token ``at``."""
        tokens = text.tokens
        behind = len(tokens.data) if final and at >= tokens.last else tokens.ends[at - 1] if at else 0
        self._dhcpd_at = max(tokens.ends[dhcpd - 1] - behind, 0) if dhcpd > at else 0
        self._lines += text.newlines_before(behind)
        self._buffer = self._buffer[behind:]
        size = len(self._buffer)
        self._wait = 2 * size if size > _IMPATIENT else 0

    def _problem(self, line: int, message: str) -> None:
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems.append(Problem(self._source, message, line))
        else:
            self._untold += 1


class _Text:
    """Tokens and the line numbers of their offsets."""

    def __init__(self, tokens: Tokens, lines_before: int) -> None:
        self.tokens = tokens
        self._lines_before = lines_before
        self._newlines = np.flatnonzero(np.frombuffer(tokens.data, dtype=np.uint8) == ord("\n")).tolist()

    def newlines_before(self, offset: int) -> int:
        return bisect_left(self._newlines, offset)

    def line(self, offset: int) -> int:
        """1-based line of an offset."""
        return self._lines_before + 1 + self.newlines_before(offset)

    def line_of(self, index: int) -> int:
        """1-based line of a token; that of the last one for the end of the text."""
        if index >= self.tokens.last > 0:
            return self.line(self.tokens.ends[index - 1] - 1)
        return self.line(self.tokens.starts[index])

    def index(self, offset: int) -> int:
        """The first token at or behind an offset."""
        return bisect_left(self.tokens.starts, offset)


@dataclass(slots=True)
class _Step:
    """One entry, and the tokens at which its text and dhcpd go on."""

    entry: _Entry | None
    behind: int
    dhcpd: int
    touches_end: bool
    remarks: list[tuple[int, str]]
    stops: bool = False


def _step(text: _Text, at: int, dhcpd: int | None) -> _Step:
    """Read the entry at token ``at``; ``dhcpd`` is where dhcpd reads, None where it has stopped."""
    tokens = text.tokens
    if dhcpd == at and tokens.kinds[at] not in (Kind.END, Kind.HALT):
        return _step_with_dhcpd(tokens, at)
    if tokens.kinds[at] in (Kind.END, Kind.HALT):
        stops = dhcpd == at
        remarks = [(at, "dhcpd reads no further than this byte")] if stops else []
        return _Step(None, at + 1, max(dhcpd or 0, at + 1), False, remarks, stops)
    gentle = Cursor(tokens, at, exact=False)
    entry = _entry(gentle)
    known = entry is not None and not (isinstance(entry, Declaration) and entry.kind == "unknown")
    lost = (
        [(at, "dhcpd skips this entry together with the damage before it")]
        if dhcpd is not None and known
        else []
    )
    return _Step(_refused(entry), gentle.at, max(dhcpd or 0, gentle.at), gentle.saw_end, lost)


def _step_with_dhcpd(tokens: Tokens, at: int) -> _Step:
    exact = Cursor(tokens, at, exact=True)
    stops = False
    entry: _Entry | None = None
    try:
        entry = _entry(exact)
    except HaltedError:
        stops = True
    if entry is not None and not exact.remarks:
        return _Step(entry, exact.at, exact.at, exact.saw_end, [])
    gentle = Cursor(tokens, at, exact=False)
    shown = _entry(gentle)
    remarks = exact.remarks
    if Kind.HALT in tokens.kinds[at : exact.at + 1]:
        stops, entry = True, None
    if entry is None or not entry.accepted:
        entry = _refused(shown)
        remarks = [*remarks, (at, "dhcpd drops this entry")]
    dhcpd, saw_end = exact.at, exact.saw_end or gentle.saw_end
    while dhcpd < gentle.at and not stops:
        stops = tokens.kinds[dhcpd] in (Kind.END, Kind.HALT)
        behind = Cursor(tokens, dhcpd, exact=True)
        try:
            _entry(behind)
        except HaltedError:
            stops = True
        dhcpd, saw_end = max(behind.at, dhcpd + 1), saw_end or behind.saw_end
    return _Step(entry, gentle.at, max(dhcpd, gentle.at), saw_end, remarks, stops)


def _refused(entry: _Entry | None) -> _Entry | None:
    if entry is not None:
        entry.accepted = False
    return entry


def _entry(cursor: Cursor) -> _Entry | None:
    """The entry at the cursor; one with a damaged head gives an exact cursor None, a gentle one its text."""
    first = cursor.at
    word = cursor.word().decode("latin-1")
    entry: _Entry | None = None
    if word in KINDS or word in IA_KINDS or word in ("lease", "failover"):
        cursor.step()
        if word in KINDS:
            return read_declaration(cursor, word)
        if word in IA_KINDS:
            entry = read_association(cursor, word)
        else:
            entry = read_lease(cursor) if word == "lease" else read_state_block(cursor)
        if entry is not None or cursor.exact:
            return entry
        cursor.at = first
    else:
        cursor.remark("no entry of a lease file begins like this")
    return read_unknown(cursor)
