"""A dhcpd.conf as a tree of statements with positions, and what was wrong with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dhcplens.ingest.conf.lexer import SourceText, string_value
from dhcplens.model.states import Severity
from dhcplens.model.values import Problem

Loader = Callable[[str], tuple[str, str] | None]
"""Takes the path of an ``include`` as it is written; gives the found file's name and text, or None."""


@dataclass(frozen=True, slots=True)
class ConfProblem(Problem):
    """Something wrong in a configuration: ``critical`` is what dhcpd refuses to start with.

    ``cause`` is a short kebab-case name of what is wrong, ``subject`` the name that it is about (of a
    relationship, say).
    """

    cause: str = "syntax"
    severity: Severity = Severity.CRITICAL
    subject: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement: its words, and the statements of its block (None where it ends with a semicolon).

    ``words`` are the tokens as written, ``start`` is where the first is in the text of ``origin``. Statements
    of an included file stand in its place, after the ``include`` statement itself.
    """

    origin: SourceText
    words: tuple[str, ...]
    start: int
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
        if word == 0:
            return self.origin.place(self.start)
        offsets = self.offsets
        beyond = word >= len(offsets)
        return self.origin.place(offsets[-1] + len(self.words[-1]) if beyond else offsets[word])

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where the words are in the text of ``origin``."""
        return self.origin.offsets(self.start, len(self.words))

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
    texts: tuple[SourceText, ...] = ()

    def line_text(self, source: str, line: int) -> str | None:
        """A line of one of the files, None where there is no such line."""
        for text in self.texts:
            if text.name == source:
                return text.line_text(line)
        return None


def walk(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """All statements, outer before inner, in the order of the file."""
    for statement in statements:
        yield statement
        if statement.children:
            yield from walk(statement.children)
