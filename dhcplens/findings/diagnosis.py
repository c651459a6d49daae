"""From the rules to the findings: run each, fetch its evidence, group consequences under their cause."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from dhcplens.findings.case import Case
from dhcplens.findings.grouping import grouped
from dhcplens.findings.limits import SettingError, Settings, apply
from dhcplens.findings.pages import filled, pages
from dhcplens.findings.registry import Draft, Row, Rule, rules
from dhcplens.findings.together import together
from dhcplens.model.states import Severity, Verdict
from dhcplens.model.values import Evidence, Finding, Problem, Texts
from dhcplens.pair import PairView, part, relationships_apart

EVIDENCE_SHOWN = 12
"""Lines quoted for one finding: the first and the last of those that prove it."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found, and which rules could not be applied to these files."""

    findings: tuple[Finding, ...]
    failures: tuple[Problem, ...]


_Armed = Sequence[tuple[Rule, Any]]
"""Rules with their thresholds."""


def diagnose(pair: PairView, settings: Settings | None = None) -> tuple[Finding, ...]:
    """Everything that is wrong or worth knowing, gravest first, each consequence after its cause.

    ``settings`` overrides thresholds (rule → threshold → value). Raises SettingError for an unknown name.
    """
    return examine(pair, settings).findings


def examine(
    pair: PairView, settings: Settings | None = None, *, wanted: Callable[[Rule], bool] = lambda _: True
) -> Diagnosis:
    """The findings, and the rules that failed: one rule at a loss must not cost the user all the others.

    ``wanted`` is asked before each rule whether to apply it; what it raises ends the examination.
    """
    settings = settings or {}
    known = rules()
    if stray := set(settings) - set(known):
        raise SettingError(f"there is no rule {sorted(stray)[0]!r}")
    armed = [(one, apply(one.limits, name, settings)) for name, one in known.items()]
    failures: list[Problem] = []
    apart = relationships_apart(pair)
    if len(apart) > 1:
        views = {" = ".join(names): part(pair, names) for names in apart}
        drafts = together({name: _drafts(view, armed, failures, wanted) for name, view in views.items()})
    else:
        drafts = _drafts(pair, armed, failures, wanted)
    texts = _texts(pair.texts, (row for _, draft in drafts for row in _shown(draft.rows)))
    return Diagnosis(grouped([_finding(one, draft, texts) for one, draft in drafts]), tuple(failures))


def _drafts(
    pair: PairView, armed: _Armed, failures: list[Problem], wanted: Callable[[Rule], bool]
) -> list[tuple[Rule, Draft]]:
    """What the rules find in a pair with one relationship; a rule that fails is added to ``failures``."""
    case = Case(pair)
    drafts: list[tuple[Rule, Draft]] = []
    for one, limits in armed:
        if not wanted(one):
            continue
        try:
            drafts += [(one, draft) for draft in one.check(case, limits) if draft.rows]
        except Exception as error:
            failures.append(
                Problem(f"rule {one.name}", f"could not be applied: {type(error).__name__}: {error}")
            )
    return drafts


def verdict(findings: Iterable[Finding]) -> Verdict:
    """``dead`` with a critical finding that lasts, ``degraded`` with any above info, else ``healthy``."""
    above = [one for one in findings if one.severity is not Severity.INFO]
    if any(one.severity is Severity.CRITICAL and one.end is None for one in above):
        return Verdict.DEAD
    return Verdict.DEGRADED if above else Verdict.HEALTHY


def _shown(rows: tuple[Row, ...]) -> list[Row]:
    """The rows to quote, in order of time; of many, the first ones and the last ones."""
    ordered = sorted(set(rows))
    if len(ordered) <= EVIDENCE_SHOWN:
        return ordered
    half = EVIDENCE_SHOWN // 2
    return ordered[:half] + ordered[-half:]


Lookup = Callable[[Row], str]


def _texts(texts: Texts, rows: Iterable[Row]) -> Lookup:
    """The raw lines of all rows, asked for once a source."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.source].add(row.line)
    found: Mapping[str, Mapping[int, str]] = {
        source: texts.lines(source, sorted(lines)) for source, lines in wanted.items()
    }
    return lambda row: found[row.source].get(row.line, "")


def _moment(time: pd.Timestamp | None) -> datetime | None:
    """A time as Python has it; None also for NaT, for a log of ``dhcpd -d`` has no stamps."""
    return None if time is None or pd.isna(time) else time.to_pydatetime(warn=False)


def _finding(one: Rule, draft: Draft, text: Lookup) -> Finding:
    page = pages()[one.name]
    return Finding(
        code=one.code,
        name=one.name,
        severity=draft.severity or one.severity,
        title=draft.title,
        start=_moment(draft.start),
        end=_moment(draft.end),
        servers=draft.servers,
        evidence=tuple(Evidence(row.source, row.line, text(row)) for row in _shown(draft.rows)),
        meaning=filled(page.meaning, draft.figures),
        advice=tuple(filled(step, draft.figures) for step in page.advice),
        figures=draft.figures,
    )
