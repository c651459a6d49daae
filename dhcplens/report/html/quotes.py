"""Evidence as it stands in its files: the lines that prove something among their neighbours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dhcplens.model.values import Evidence, Texts

CONTEXT: Final = 2
"""Lines shown before and after one that proves something."""
BLOCK: Final = 16
"""The most lines shown of a block ``lease … { … }``."""
WIDEST: Final = 600
"""Characters shown of one line; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; ``proof`` tells a line of evidence from its neighbours."""

    number: int
    text: str
    proof: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """Consecutive lines of one file."""

    source: str
    lines: tuple[Line, ...]


def quotes(texts: Texts, evidence: Iterable[Evidence]) -> tuple[Quote, ...]:
    """The evidence with its neighbours, by file and line; neighbouring places are joined."""
    proofs: dict[str, dict[int, str]] = {}
    for row in evidence:
        proofs.setdefault(row.source, {})[row.line] = row.text
    return tuple(quote for source, lines in proofs.items() for quote in _of_file(texts, source, lines))


def blocks(texts: Texts, places: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], Quote]:
    """The declarations that begin at these places (source, line), each to its closing brace."""
    begins: dict[str, list[int]] = {}
    for source, line in places:
        begins.setdefault(source, []).append(line)
    found = {}
    for source, lines in begins.items():
        near = sorted({other for line in lines for other in range(line, line + BLOCK + 1)})
        known = texts.lines(source, near)
        for line in lines:
            if line in known:
                block = sorted(_block(known, line))
                found[source, line] = Quote(
                    source, tuple(Line(one, _cut(known[one]), False) for one in block)
                )
    return found


def _of_file(texts: Texts, source: str, proofs: dict[int, str]) -> Iterable[Quote]:
    near = {
        other
        for number in proofs
        for other in range(number - CONTEXT, number + (BLOCK if _opens(proofs[number]) else CONTEXT) + 1)
        if other > 0
    }
    known = dict(texts.lines(source, sorted(near))) | proofs
    shown: set[int] = set()
    for number in proofs:
        shown |= _block(known, number) if _opens(proofs[number]) else _around(known, number)
    run: list[Line] = []
    for number in sorted(shown):
        if run and number != run[-1].number + 1:
            yield Quote(source, tuple(run))
            run = []
        run.append(Line(number, _cut(known[number]), number in proofs))
    yield Quote(source, tuple(run))


def _opens(text: str) -> bool:
    return text.rstrip().endswith("{")


def _block(known: Mapping[int, str], number: int) -> set[int]:
    """A declaration from its first line to its closing brace."""
    shown = {number}
    for other in range(number + 1, number + BLOCK + 1):
        if other not in known:
            break
        shown.add(other)
        if known[other].startswith("}"):
            break
    return shown


def _around(known: dict[int, str], number: int) -> set[int]:
    return {other for other in range(number - CONTEXT, number + CONTEXT + 1) if other in known}


def _cut(text: str) -> str:
    text = text.rstrip("\r\n").expandtabs()
    return text if len(text) <= WIDEST else f"{text[:WIDEST]} … {len(text) - WIDEST} more characters"
