"""Scores as a Markdown table, and what went wrong in words."""

import math
from collections.abc import Mapping

from dhcplens.findings.registry import rules
from tests.diagnosis.scoring import Score

_HEAD = "| rule | incidents | recall | precision | start within 60 s | end within 60 s | under its cause |"


def table(scores: Mapping[str, Score]) -> str:
    """One row a rule, in order of their codes."""
    lines = [_HEAD, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for name in rules():
        one = scores.get(name, Score())
        cells = (
            name,
            str(one.hits + len(one.missed)),
            _share(one.recall),
            _share(one.precision),
            _kept(one.starts, one.late_starts),
            _kept(one.ends, one.late_ends),
            _kept(one.placed, one.strays),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _kept(judged: int, wrong: list[str]) -> str:
    return f"{judged - len(wrong)}/{judged}" if judged else "-"


def details(scores: Mapping[str, Score], most: int) -> str:
    """Each miss, false alarm and wrong interval, the first ones of each rule."""
    lines = []
    for name in rules():
        one = scores.get(name, Score())
        for what, cases in (
            ("missed", one.missed),
            ("false", one.false),
            ("start", one.late_starts),
            ("end", one.late_ends),
            ("group", one.strays),
        ):
            lines += [f"{name}: {what}: {case}" for case in cases[:most]]
            lines += [f"{name}: {what}: … {len(cases) - most} more"] if len(cases) > most else []
    return "\n".join(lines)
