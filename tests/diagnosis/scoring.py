"""Expected against found, rule by rule."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dhcplens.findings.grouping import key
from dhcplens.model.values import Finding
from tests.diagnosis.incident import Expected
from tests.diagnosis.noise import FOLDED, FORECASTS
from tests.diagnosis.playing import Judged

SLACK = 60.0
"""Seconds of lab time within which the start and the end of an interval have to lie."""
_SAME = 900.0
"""Seconds between an expected and a found start beyond which they are two things."""


@dataclass
class Score:
    """What a rule did over all incidents."""

    hits: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    late_starts: list[str] = field(default_factory=list)
    late_ends: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)  # not under the cause that they belong to
    starts: int = 0
    ends: int = 0
    placed: int = 0
    quiet: int = 0  # incidents in which the rule was not to fire, and did not

    @property
    def recall(self) -> float:
        """Share of what had to be found."""
        wanted = self.hits + len(self.missed)
        return self.hits / wanted if wanted else math.nan

    @property
    def precision(self) -> float:
        """Share of what was found that had to be."""
        told = self.hits + len(self.false)
        return self.hits / told if told else math.nan


def score(runs: Iterable[Judged]) -> dict[str, Score]:
    """The score of each rule."""
    scores: dict[str, Score] = defaultdict(Score)
    for run in runs:
        names = ({one.rule for one in run.expected} | {one.name for one in run.found}) - set(FORECASTS)
        for name in names:
            _count(scores[name], name, run)
        for name, one in scores.items():
            if name not in names:
                one.quiet += 1
    return dict(scores)


def _count(score: Score, name: str, run: Judged) -> None:
    where = f"{run.kind}/{run.seed}"
    expected = [one for one in run.expected if one.rule == name]
    found = [one for one in run.found if one.name == name]
    if name in FOLDED:
        score.hits += bool(expected and found)
        score.missed += [where] if expected and not found else []
        score.false += [where] if found and not expected and name not in run.maybe else []
        return
    pairs, extra = _matched(expected, found, run.begin)
    for wanted, got in pairs:
        if got is None:
            if name not in run.maybe or not math.isnan(wanted.start):
                score.missed.append(f"{where} {_span(wanted.start, wanted.end)}")
            continue
        score.hits += 1
        _judge_interval(score, wanted, got, run, where)
        if wanted.under is not None:
            score.placed += 1
            if not _under(got, wanted.under, run.found):
                score.strays.append(f"{where} under {got.consequence_of} not {wanted.under}")
    if name not in run.maybe:
        score.false += [f"{where} {_span(*_lab(one, run.begin))} {one.title}" for one in extra]


def _matched(
    expected: list[Expected], found: list[Finding], begin: float
) -> tuple[list[tuple[Expected, Finding | None]], list[Finding]]:
    """Each expected finding with the nearest found one, and those left over."""
    left = list(found)
    pairs: list[tuple[Expected, Finding | None]] = []
    for wanted in expected:
        distances = [(_distance(wanted, one, begin), place) for place, one in enumerate(left)]
        nearest = min(distances, default=None)
        if nearest is None or nearest[0] > _SAME:
            pairs.append((wanted, None))
        else:
            pairs.append((wanted, left.pop(nearest[1])))
    return pairs, left


def _distance(wanted: Expected, one: Finding, begin: float) -> float:
    if math.isnan(wanted.start) or one.start is None:
        return 0.0
    return abs(one.start.timestamp() - begin - wanted.start)


def _judge_interval(score: Score, wanted: Expected, got: Finding, run: Judged, where: str) -> None:
    start, end = _lab(got, run.begin)
    if not math.isnan(wanted.start):
        score.starts += 1
        if start is None or abs(start - wanted.start) > SLACK:
            score.late_starts.append(f"{where} {_span(wanted.start, wanted.end)} found {_span(start, end)}")
    if wanted.end is None or not math.isnan(wanted.end):
        score.ends += 1
        fits = end is None if wanted.end is None else end is not None and abs(end - wanted.end) <= SLACK
        if not fits:
            score.late_ends.append(f"{where} {_span(wanted.start, wanted.end)} found {_span(start, end)}")


def _under(got: Finding, cause: str, found: Iterable[Finding]) -> bool:
    """Whether a finding stands under its cause, or both under a common one."""
    above = got.consequence_of
    if above is None:
        return False
    if above.startswith(f"{cause}@"):
        return True
    return any(one.name == cause and one.consequence_of == above for one in found) or any(
        one.name == cause and key(one) == above for one in found
    )


def _lab(one: Finding, begin: float) -> tuple[float | None, float | None]:
    """A finding's interval in lab seconds."""
    return (
        one.start.timestamp() - begin if one.start else None,
        one.end.timestamp() - begin if one.end else None,
    )


def _span(start: float | None, end: float | None) -> str:
    def word(at: float | None) -> str:
        return "…" if at is None else "any" if math.isnan(at) else f"{at:.0f}"

    return f"[{word(start)} to {word(end)}]"
