"""The page of each rule: what it means, how it is recognised, what to do. One TOML file a family."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Page:
    """Prose of one rule; ``{names}`` stand for figures of a finding.

    ``meaning`` is two or three sentences, ``recognised`` says from what it is concluded,
    ``advice`` are steps in order, ``references`` are manual pages, standards, knowledge-base articles.
    """

    summary: str
    meaning: str
    recognised: str
    advice: tuple[str, ...]
    references: tuple[str, ...]


class _Figures(dict[str, str]):
    """Leaves an unknown name readable as a placeholder, as manual pages write them."""

    def __missing__(self, key: str) -> str:
        return f"<{key.replace('_', '-')}>"


def filled(text: str, figures: Mapping[str, str]) -> str:
    """The text with its ``{names}`` replaced; a figure that is not known stays a ``<name>``."""
    done = text.format_map(_Figures(figures))
    return f"T{done[1:]}" if done.startswith("the ") else done  # a partner without a name begins it


@cache
def pages() -> Mapping[str, Page]:
    """All pages by rule name."""
    found: dict[str, Page] = {}
    for file in sorted(resources.files(__name__).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found[name] = Page(
                summary=_flat(table["summary"]),
                meaning=_flat(table["meaning"]),
                recognised=_flat(table["recognised"]),
                advice=tuple(_flat(step) for step in table["advice"]),
                references=tuple(table["references"]),
            )
    return found


def _flat(text: str) -> str:
    return " ".join(text.split())
