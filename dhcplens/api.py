"""The library: read a heap of files, get a pair with its tables, findings, report and pictures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO

from dhcplens.findings import diagnose, examine
from dhcplens.findings.diagnosis import Diagnosis
from dhcplens.findings.limits import Settings, parse_settings
from dhcplens.ingest.collect import NothingReadable, collect
from dhcplens.model.values import Progress
from dhcplens.pair import PairView, build
from dhcplens.report import Report

if TYPE_CHECKING:
    from dhcplens.plots import Plots
    from dhcplens.report.notebook import Findings

__all__ = ["NothingReadable", "Pair", "read"]


@dataclass(frozen=True)
class Pair(PairView):
    """A failover pair as collected: the frames of PairView, and what follows from them.

    ``pair.primary.log.transitions`` and ``pair.secondary.leases.bindings`` are the tables of one server,
    ``pair.states``, ``pair.transactions`` and others those of both.
    """

    def findings(self, *settings: str) -> "Findings":
        """What is wrong or worth knowing, a tuple that a notebook shows as a table.

        ``settings`` are thresholds such as ``"flapping.count=5"``. Raises SettingError for a setting
        that does not exist.
        """
        from dhcplens.report.notebook import Findings

        found = diagnose(self, parse_settings(settings)) if settings else self._diagnosis.findings
        return Findings(found, timezone=self.timezone)

    def report(self, settings: Settings | None = None) -> Report:
        """The report: ``print(pair.report())`` as text, ``.as_json()`` as an object, HTML in a notebook."""
        found = examine(self, settings) if settings else self._diagnosis
        return Report(self, found.findings, found.failures)

    @property
    def plot(self) -> "Plots":
        """``pair.plot.timeline()``, ``.pools()``, ``.clients()``, ``.leases(ip)``, ``.handovers()``."""
        from dhcplens.plots import Plots

        return Plots(self)

    def _repr_html_(self) -> str:
        from dhcplens.report.notebook import summary

        return summary(self.report())

    @cached_property
    def _diagnosis(self) -> Diagnosis:
        return examine(self)


def read(
    *paths: str | PathLike[str],
    servers: Mapping[str, Iterable[str | PathLike[str]]] | None = None,
    timezone: str | None = None,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> Pair:
    """Read files, folders and archives of one or two servers (``-`` is standard input) into a pair.

    ``servers`` names the server of files that do not tell themselves. ``timezone`` is the zone of log
    lines without one (``Asia/Taipei``, ``UTC+8``); without it, it is inferred from the lease files. What is
    wrong with an input stands in ``pair.problems``. Raises NothingReadable where there is no log, lease file
    or configuration at all, and ValueError for an unknown zone.
    """
    return build(collect(paths, servers=servers, timezone=timezone, progress=progress, stdin=stdin), Pair)
