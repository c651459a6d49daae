"""Words of dhcpd.conf to a tree of statements with positions: blocks, includes, recovery after errors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dhcplens.ingest.conf.lexer import SourceText, string_value, tokens
from dhcplens.model.states import Severity
from dhcplens.model.values import Problem

DEEPEST = 100  # blocks within blocks; nobody writes that many, rubbish does
MOST_INCLUDES = 1000

Loader = Callable[[str], tuple[str, str] | None]
"""Takes the path of an ``include`` as it is written; gives the found file's name and text, or None."""


@dataclass(frozen=True, slots=True)
class ConfProblem(Problem):
    """Something wrong in a configuration: ``critical`` is what dhcpd refuses to start with.

    ``cause`` is a short kebab-case name of what is wrong.
    """

    cause: str = "syntax"
    severity: Severity = Severity.CRITICAL


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement: its words, and the statements of its block (None where it ends with a semicolon).

    ``words`` are the tokens as written, ``offsets`` their places in the text of ``origin``. Statements of an
    included file stand in its place, after the ``include`` statement itself.
    """

    origin: SourceText
    words: tuple[str, ...]
    offsets: tuple[int, ...]
    children: "tuple[Statement, ...] | None" = None

    @property
    def keyword(self) -> str:
        """The first word in lower case: dhcpd's keywords know no case."""
        return self.words[0].lower() if self.words else ""

    @property
    def source(self) -> str:
        """The file."""
        return self.origin.name

    @property
    def line(self) -> int:
        """1-based line of the first word."""
        return self.place(0)[0]

    def place(self, word: int) -> tuple[int, int]:
        """Line and column (1-based) of a word; of the end of the last word for one beyond it."""
        if word < len(self.offsets):
            return self.origin.place(self.offsets[word])
        return self.origin.place(self.offsets[-1] + len(self.words[-1]) if self.offsets else 0)

    def says(self, *words: str) -> bool:
        """Whether it begins with these (lower-case) words."""
        return tuple(word.lower() for word in self.words[: len(words)]) == words

    def value(self, word: int) -> str:
        """A word without quotes and escapes; empty where there is none."""
        return string_value(self.words[word]) if word < len(self.words) else ""


@dataclass(frozen=True, slots=True)
class ParsedConf:
    """A configuration file with what it includes: statements in order, and what was wrong in them."""

    source: str
    statements: tuple[Statement, ...]
    problems: tuple[ConfProblem, ...]


@dataclass(slots=True)
class _Block:
    words: list[str] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    children: list[Statement] = field(default_factory=list)


class TreeBuilder:
    """Reads one file and those it includes."""

    def __init__(self, include: Loader | None) -> None:
        self.problems: list[ConfProblem] = []
        self._include = include
        self._open_files: list[str] = []
        self._included = 0

    def read(self, text: str, source: str) -> list[Statement]:
        """The statements of a file; problems are collected beside."""
        self._open_files.append(source)
        try:
            return _FileReader(self, SourceText(source, text)).read()
        finally:
            self._open_files.pop()

    def complain(self, origin: SourceText, offset: int, cause: str, message: str) -> None:
        """Notes a problem that dhcpd refuses."""
        line, column = origin.place(offset)
        self.problems.append(ConfProblem(origin.name, message, line, column, cause=cause))

    def included(self, statement: Statement) -> list[Statement]:
        """The statements of the file that an ``include`` statement names."""
        path = statement.value(1)
        if self._include is None or len(statement.words) != 2:
            return []
        self._included += 1
        found = self._include(path) if self._included <= MOST_INCLUDES else None
        if found is None:
            line, column = statement.place(1)
            self.problems.append(
                ConfProblem(
                    statement.source,
                    f'the included file "{path}" is not here, so what it says is not known',
                    line,
                    column,
                    cause="include-missing",
                    severity=Severity.WARNING,
                )
            )
            return []
        name, text = found
        if name in self._open_files:
            offset = statement.offsets[1]
            self.complain(statement.origin, offset, "include-loop", f'"{path}" includes itself')
            return []
        return self.read(text, name)


class _FileReader:
    def __init__(self, builder: TreeBuilder, origin: SourceText) -> None:
        self._builder = builder
        self._origin = origin
        self._stack = [_Block()]
        self._too_deep = 0

    def read(self) -> list[Statement]:
        definition = 0
        for word, offset in tokens(self._origin, self._complain):
            block = self._stack[-1]
            if word == ";":
                self._end_statement(offset)
            elif word == "{":
                if definition or _defines_option(block.words):
                    definition += 1
                    self._add(word, offset)
                else:
                    self._open_block(offset)
            elif word == "}":
                if definition:
                    definition -= 1
                    self._add(word, offset)
                else:
                    self._close_block(offset)
            else:
                self._add(word, offset)
                continue
            if word == ";":
                definition = 0
        return self._finish()

    def _complain(self, offset: int, cause: str, message: str) -> None:
        self._builder.complain(self._origin, offset, cause, message)

    def _add(self, word: str, offset: int) -> None:
        block = self._stack[-1]
        block.words.append(word)
        block.offsets.append(offset)
        if len(block.words) == 3 and [one.lower() for one in block.words] == ["no", "failover", "peer"]:
            self._flush()  # the one statement that dhcpd reads without a semicolon

    def _end_statement(self, offset: int) -> None:
        if self._stack[-1].words:
            self._flush()
        elif not self._closes_key():
            self._complain(offset, "stray-semicolon", "a semicolon without a statement before it")

    def _closes_key(self) -> bool:
        children = self._stack[-1].children
        return bool(children) and children[-1].keyword == "key" and children[-1].children is not None

    def _flush(self, children: list[Statement] | None = None) -> None:
        block = self._stack[-1]
        statement = Statement(
            self._origin,
            tuple(block.words),
            tuple(block.offsets),
            None if children is None else tuple(children),
        )
        block.children.append(statement)
        if children is None and statement.keyword == "include":
            block.children.extend(self._builder.included(statement))
        block.words.clear()
        block.offsets.clear()

    def _open_block(self, offset: int) -> None:
        if len(self._stack) > DEEPEST:
            if not self._too_deep:
                message = f"blocks nested deeper than {DEEPEST} are not read"
                self._complain(offset, "too-deep", message)
            self._too_deep += 1
            return
        self._stack.append(_Block())

    def _close_block(self, offset: int) -> None:
        if self._too_deep:
            self._too_deep -= 1
            return
        if self._stack[-1].words:
            self._complain(offset, "semicolon-missing", "semicolon expected before this }")
            self._flush()
        if len(self._stack) == 1:
            self._complain(offset, "stray-brace", "a } that closes nothing")
            return
        inner = self._stack.pop()
        self._flush(inner.children)

    def _finish(self) -> list[Statement]:
        end = len(self._origin.text)
        if self._stack[-1].words:
            self._complain(end, "semicolon-missing", "the file ends in the middle of a statement")
            self._flush()
        while len(self._stack) > 1:
            inner = self._stack.pop()
            offsets = self._stack[-1].offsets
            opened = offsets[0] if offsets else end
            self._complain(opened, "brace-missing", "this block is not closed with }")
            self._flush(inner.children)
        return self._stack[0].children


def _defines_option(words: list[str]) -> bool:
    return bool(words) and words[0].lower() == "option" and "=" in words


def walk(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """All statements, outer before inner, in the order of the file."""
    for statement in statements:
        yield statement
        if statement.children:
            yield from walk(statement.children)
