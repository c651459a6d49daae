"""Findings of several relationships between the same servers: what befalls more than one is told once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from dhcplens.findings.registry import Draft, Rule

_TOGETHER = pd.Timedelta(minutes=1)
"""Relationships that one cause hits lose and find each other within so long."""


@dataclass(frozen=True, slots=True)
class _Found:
    rule: Rule
    draft: Draft
    where: tuple[str, ...]


def together(found: Mapping[str, Sequence[tuple[Rule, Draft]]]) -> list[tuple[Rule, Draft]]:
    """One list of what was found in each relationship; titles say in which, unless it was in all of them."""
    merged: list[_Found] = []
    for name, drafts in found.items():
        earlier = len(merged)
        for rule, draft in drafts:
            alike = (place for place in range(earlier) if _alike(merged[place], rule, draft, name))
            place = next(alike, None)
            if place is None:
                merged.append(_Found(rule, draft, (name,)))
            else:
                merged[place] = _with(merged[place], draft, name)
    return [(one.rule, _titled(one, len(found))) for one in merged]


def _alike(one: _Found, rule: Rule, draft: Draft, name: str) -> bool:
    if one.rule is not rule or name in one.where:
        return False
    if set(draft.rows) <= set(one.draft.rows):
        return True
    same = one.draft.servers == draft.servers and one.draft.severity == draft.severity
    return same and _near(one.draft.start, draft.start) and _near(one.draft.end, draft.end)


def _near(one: pd.Timestamp | None, other: pd.Timestamp | None) -> bool:
    if one is None or other is None or pd.isna(one) or pd.isna(other):
        return one is other
    return abs(one - other) <= _TOGETHER


def _with(one: _Found, draft: Draft, name: str) -> _Found:
    rows = tuple(dict.fromkeys((*one.draft.rows, *draft.rows)))
    return replace(one, draft=replace(one.draft, rows=rows), where=(*one.where, name))


def _titled(one: _Found, relationships: int) -> Draft:
    if len(one.where) == relationships or any(name in one.draft.title for name in one.where):
        return one.draft
    return replace(one.draft, title=f"{one.draft.title} [{', '.join(one.where)}]")
