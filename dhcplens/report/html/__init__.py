"""The report as one self-contained HTML page without scripts.

Names in it come from clients and log lines: the template escapes everything, control characters are made
visible, and the page's own policy forbids scripts and anything from elsewhere.
"""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

import dhcplens
from dhcplens.report import overview
from dhcplens.report.divergence import divergence
from dhcplens.report.html.differences import differences
from dhcplens.report.html.events import events, everything
from dhcplens.report.html.figures import Figures
from dhcplens.report.html.glance import glance
from dhcplens.report.html.quotes import quotes
from dhcplens.report.incidents import incidents, period, remarks
from dhcplens.report.terminal import clean

if TYPE_CHECKING:
    from dhcplens.report import Report

INCIDENTS_SHOWN: Final = 40
INCIDENTS_OPEN: Final = 6
"""So many stand open; of the others the title does, until it is opened."""
DIFFERENCES_SHOWN: Final = 100
PROBLEMS_SHOWN: Final = 200


def as_html(report: "Report") -> str:
    """The page; the same input gives the same text. Long tables are cut and say how many rows they had."""
    pair = report.pair
    found = incidents(report.findings)
    happened = everything(pair)
    problems = [str(one) for one in report.problems]
    differ = divergence(pair, DIFFERENCES_SHOWN)
    return _template().render(
        version=dhcplens.__version__,
        css=Markup((Path(__file__).parent / "page.css").read_text(encoding="utf-8")),
        report=report,
        pair=pair,
        times=overview.times(report),
        headline=overview.headline(report),
        servers=glance(pair),
        incidents=found[:INCIDENTS_SHOWN],
        more_incidents=len(found) - INCIDENTS_SHOWN,
        unfolded=INCIDENTS_OPEN,
        remarks=remarks(report.findings),
        figures=Figures(pair, found, report.since, report.until),
        events=lambda one: events(happened, one.start, one.end, pair.timezone),
        quotes=lambda finding: quotes(pair.texts, finding.evidence),
        period=lambda one: period(one.start, one.end, pair.timezone),
        moves=overview.timeline(report),
        pools=overview.pools(pair),
        clients=overview.clients(pair),
        divergence=differ,
        differences=differences(pair, differ),
        partly=report.since is not None or report.until is not None,
        inputs=overview.inputs(pair),
        problems=problems[:PROBLEMS_SHOWN],
        more_problems=max(0, len(problems) - PROBLEMS_SHOWN),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["coded"] = _coded
    return environment.get_template("page.html.j2")


def _shown(value: object) -> object:
    """Words with control characters made visible; markup of our own as it is."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _coded(text: str) -> Markup:
    """Text in which ``commands`` between backticks are set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(clean(text)))))
