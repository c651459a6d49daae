"""The tokens of dhcpd.conf to statements: blocks, included files, and going on after an error."""

from dataclasses import dataclass, field

from dhcplens.ingest.conf.judge import ROOT, UNKNOWN, Fault, Judge, scope_of
from dhcplens.ingest.conf.lexer import SourceText
from dhcplens.ingest.conf.tree import ConfProblem, Loader, Statement
from dhcplens.model.states import Severity

DEEPEST = 100  # blocks within blocks; nobody writes that many, rubbish does
MOST_INCLUDES = 1000
MOST_PIECES = 100  # statements that may run together for want of semicolons


@dataclass(slots=True)
class _Block:
    scope: str
    words: list[str] = field(default_factory=list)
    start: int = 0
    children: list[Statement] = field(default_factory=list)


class ConfReader:
    """Reads a file and those it includes; ``problems`` grows beside."""

    def __init__(self, include: Loader | None) -> None:
        self.problems: list[ConfProblem] = []
        self.texts: list[SourceText] = []
        self.judge = Judge()
        self._include = include
        self._open_files: list[str] = []
        self._included = 0

    def read(self, text: str, source: str, scope: str = ROOT) -> list[Statement]:
        """The statements of a file that stands in a block of a kind."""
        self._open_files.append(source)
        self.texts.append(SourceText(source, text))
        try:
            return _FileReader(self, self.texts[-1], scope).read()
        finally:
            self._open_files.pop()

    def complain(self, origin: SourceText, offset: int, fault: Fault, severity: Severity) -> None:
        """Notes a problem at a place in a file."""
        line, column = origin.place(offset)
        self.problems.append(
            ConfProblem(
                origin.name,
                fault.message,
                line,
                column,
                cause=fault.cause,
                severity=severity,
                subject=fault.subject,
            )
        )

    def included(self, statement: Statement, scope: str) -> list[Statement]:
        """The statements of the file that an ``include`` statement names."""
        if len(statement.words) != 2:
            return []
        path = statement.value(1)
        offset = statement.offsets[1]
        self._included += 1
        loader = self._include if self._included <= MOST_INCLUDES else None
        found = loader(path) if loader is not None else None
        if found is None:
            message = f'the included file "{path}" is not here, so what it says is not known'
            fault = Fault(1, "include-missing", message, path)
            self.complain(statement.origin, offset, fault, Severity.WARNING)
            return []
        name, text = found
        if name in self._open_files:
            fault = Fault(1, "include-loop", f'"{path}" includes itself', path)
            self.complain(statement.origin, offset, fault, Severity.CRITICAL)
            return []
        # dhcpd reads an included file with the rules of the block, but knows there no statements of a pool.
        return self.read(text, name, "pool-include" if scope == "pool" else scope)


class _FileReader:
    def __init__(self, reader: ConfReader, origin: SourceText, scope: str) -> None:
        self._reader = reader
        self._origin = origin
        self._blocks = [_Block(scope)]
        self._too_deep = 0

    def read(self) -> list[Statement]:
        braces = 0  # of a record in an option definition
        for chunk in self._origin.chunks(self._complain):
            block = self._blocks[-1]
            if not block.words:
                block.words, block.start = chunk.words, chunk.start
            else:
                block.words += chunk.words
            mark = chunk.mark
            if mark == ";":
                braces = 0
                self._end_statement(chunk.end)
            elif braces or (mark == "{" and _defines_option(block.words)):
                braces += (mark == "{") - (mark == "}")
                block.words.append(mark)
            elif mark == "{":
                self._open_block(chunk.end)
            elif mark == "}":
                self._close_block(chunk.end)
        return self._finish()

    def _complain(self, offset: int, cause: str, message: str) -> None:
        self._reader.complain(self._origin, offset, Fault(0, cause, message), Severity.CRITICAL)

    def _end_statement(self, offset: int) -> None:
        if self._blocks[-1].words:
            if self._flush():
                message = "no semicolon may follow here: dhcpd takes it for a statement"
                self._complain(offset, "stray-semicolon", message)
        elif not self._ends_key():
            cause = "invalid-peer-statement" if self._blocks[-1].scope == "peer" else "stray-semicolon"
            self._complain(offset, cause, "a semicolon without a statement before it")

    def _ends_key(self) -> bool:
        block = self._blocks[-1]
        if block.scope == UNKNOWN:
            return True
        last = block.children[-1] if block.children else None
        return last is not None and last.keyword == "key" and last.children is not None

    def _flush(self) -> bool:
        """Ends the statement in hand; tells whether it needed no semicolon."""
        block = self._blocks[-1]
        ends_itself = self._split(block, False)
        self._add(block, Statement(self._origin, tuple(block.words), block.start))
        block.words = []
        return ends_itself

    def _add(self, block: _Block, statement: Statement) -> None:
        block.children.append(statement)
        if statement.keyword == "include" and block.scope not in ("peer", "zone", "key"):
            block.children.extend(self._reader.included(statement, block.scope))

    def _split(self, block: _Block, opens: bool) -> bool:
        """Judges the words in hand; statements that lack their semicolon become statements of their own.

        What is left in hand is the last of them; tells whether that one needs no semicolon.
        """
        ends_itself = False
        for _ in range(MOST_PIECES):
            words = tuple(block.words)
            judgement = self._reader.judge.judge(words, block.scope, opens)
            ends_itself = judgement.ends_itself
            fault = judgement.fault
            if fault is not None:
                self._complain_of(fault, block)
            length = judgement.length
            if length >= len(words):
                break
            if fault is not None and not self._reader.judge.begins_statement(words[length], block.scope):
                break
            self._add(block, Statement(self._origin, words[:length], block.start))
            block.start = self._origin.offsets(block.start, length + 1)[-1]
            block.words = block.words[length:]
        return ends_itself

    def _complain_of(self, fault: Fault, block: _Block) -> None:
        offsets = self._origin.offsets(block.start, len(block.words))
        beyond = fault.word >= len(offsets)
        offset = offsets[-1] + len(block.words[-1]) if beyond else offsets[fault.word]
        self._reader.complain(self._origin, offset, fault, Severity.CRITICAL)

    def _open_block(self, offset: int) -> None:
        if self._too_deep or len(self._blocks) > DEEPEST:
            if not self._too_deep:
                self._complain(offset, "too-deep", f"blocks nested deeper than {DEEPEST} are not read")
            self._too_deep += 1
            return
        block = self._blocks[-1]
        scope = UNKNOWN
        if block.words:
            self._split(block, True)
            scope = scope_of(tuple(block.words), block.scope)
        elif block.scope != UNKNOWN:
            self._complain(offset, "block-without-head", "a { without a statement before it")
        self._blocks.append(_Block(scope))

    def _close_block(self, offset: int) -> None:
        if self._too_deep:
            self._too_deep -= 1
            self._blocks[-1].words = []
            return
        if self._blocks[-1].words and not self._flush() and self._blocks[-1].scope != UNKNOWN:
            self._complain(offset, "semicolon-missing", "semicolon expected before this }")
        if len(self._blocks) == 1:
            self._complain(offset, "stray-brace", "a } that closes nothing")
            return
        self._close()

    def _close(self) -> None:
        inner = self._blocks.pop()
        block = self._blocks[-1]
        statement = Statement(self._origin, tuple(block.words), block.start, tuple(inner.children))
        block.children.append(statement)
        block.words = []

    def _finish(self) -> list[Statement]:
        end = len(self._origin.text)
        if self._blocks[-1].words:
            self._complain(end, "semicolon-missing", "the file ends in the middle of a statement")
            self._flush()
        while len(self._blocks) > 1:
            self._complain(self._blocks[-2].start, "brace-missing", "this block is not closed with }")
            self._close()
        return self._blocks[0].children


def _defines_option(words: list[str]) -> bool:
    return bool(words) and words[0].lower() == "option" and "=" in words
