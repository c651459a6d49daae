"""Finds the entry of a line: first by the words it begins with, then by its whole pattern."""

from collections.abc import Iterable
from typing import NamedTuple

from dhcplens.ingest.catalogue.line import Line
from dhcplens.ingest.catalogue.template import Template, Value

_HEAD = 4  # so many characters of a line tell which prefixes are worth trying


class Reading(NamedTuple):
    """A line that the catalogue knows."""

    line: Line
    fields: dict[str, Value]


class Index:
    """Entries arranged by the plain text in front of their first varying place."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._by_prefix: dict[str, list[Line]] = {}
        self._loose: list[tuple[str, Line]] = []
        for line in lines:
            for template in line.templates:
                self._add(line, template)
        self._short: list[int] = []
        self._lengths: dict[str, list[int]] = {}
        for prefix in sorted(self._by_prefix, key=len, reverse=True):
            some = self._lengths.setdefault(prefix[:_HEAD], []) if len(prefix) >= _HEAD else self._short
            if len(prefix) not in some:
                some.append(len(prefix))
        for some in self._lengths.values():
            some.extend(self._short)
        for known in self._by_prefix.values():
            known.sort(key=_plainness)
        self._loose.sort(key=lambda one: _plainness(one[1]))

    def _add(self, line: Line, template: Template) -> None:
        if template.prefix:
            known = self._by_prefix.setdefault(template.prefix, [])
            if line not in known:
                known.append(line)
        else:
            self._loose.append((template.longest, line))

    def read(self, text: str) -> Reading | None:
        """The most particular entry that the text fits, or None."""
        for length in self._lengths.get(text[:_HEAD], self._short):
            for line in self._by_prefix.get(text[:length], ()):
                fields = line.match(text)
                if fields is not None:
                    return Reading(line, fields)
        for needed, line in self._loose:
            if needed in text:
                fields = line.match(text)
                if fields is not None:
                    return Reading(line, fields)
        return None


def _plainness(line: Line) -> int:
    """Minus the number of fixed characters: what says more goes first."""
    return -min(template.plain for template in line.templates)
