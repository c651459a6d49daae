"""Which pictures a page has, and what each shows in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Final

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from dhcplens.pair import PairView, relationships_apart
from dhcplens.plots import clients, handovers, pools, timeline
from dhcplens.plots.timeline import period
from dhcplens.report.html.pictures import INK, picture
from dhcplens.report.incidents import Incident

POOLS_SHOWN: Final = 4
INCIDENTS_SHOWN: Final = 8
_WORTH_A_CLOSER_LOOK: Final = 0.6
"""An incident that fills more of the whole period than this has no picture of its own."""


@dataclass(frozen=True)
class Figures:
    """The pictures of one pair; each is drawn when the template asks for it."""

    pair: PairView
    incidents: tuple[Incident, ...]
    since: datetime | None = None
    until: datetime | None = None

    def timeline(self) -> Markup | None:
        """States of both servers over all of the logs, one picture a relationship; None without any."""
        if self.pair.states.empty or self._outside:
            return None
        label = "States of both servers and of their link over the time"
        return Markup().join(
            self._timeline(f"all{number}", label, *self._period, relationship=name)
            for number, name in enumerate(self._relationships)
        )

    def incident(self, incident: Incident) -> Markup | None:
        """The same closer by for one of the first incidents; None where that shows nothing new.

        Nor with several relationships: an incident does not tell which of them to show.
        """
        place = self.incidents.index(incident)
        nowhere = self.pair.states.empty or self._outside or len(self._relationships) > 1
        if place >= INCIDENTS_SHOWN or incident.start is None or nowhere:
            return None
        begin, end = self._period
        start = pd.Timestamp(incident.start)
        stop = pd.Timestamp(incident.end) if incident.end else end
        spare = max((stop - start) * 0.25, pd.Timedelta("20s"))
        since, until = max(begin, start - spare), min(end, stop + spare)
        if since >= until or (until - since) > (end - begin) * _WORTH_A_CLOSER_LOOK:
            return None
        return self._timeline(f"i{place}", f"The states during: {incident.head.title}", since, until)

    def pools(self) -> Iterator[Markup]:
        """Free and backup addresses over time, of the scarcest pools."""
        for number, (network, ordinal) in enumerate(() if self._outside else self._scarcest[:POOLS_SHOWN]):
            label = f"Free and backup addresses of {network} over time"
            yield picture(f"p{number}", label, (10, 3.6), partial(self._pool, network, ordinal))

    @property
    def pools_left_out(self) -> int:
        """How many pools have no picture."""
        return max(0, len(self._scarcest) - POOLS_SHOWN)

    def clients(self) -> Markup | None:
        """Clients by server against the split; None where no client was served."""
        if not int(self.pair.served["acks"].sum()):
            return None

        return picture("clients", "Clients served by each server against the split", (8, 2.8), self._clients)

    def handovers(self) -> Markup | None:
        """When clients changed their server; None where none did."""
        begin, end = self._period
        if not self.pair.handovers["time"].between(begin, end).any():
            return None
        return picture(
            "handovers",
            "When clients changed from one server to the other",
            (10, 3.4),
            lambda ax: handovers(self.pair, ax, begin, end),
        )

    @property
    def _period(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """What is shown of the time that the logs cover; what lies outside of them is not known."""
        begin, end = period(self.pair)
        since, until = (pd.Timestamp(one) if one else None for one in (self.since, self.until))
        return max(begin, since or begin), min(end, until or end)

    @property
    def _outside(self) -> bool:
        """Whether the logs have nothing of the time that is asked for."""
        begin, end = self._period
        return begin >= end

    @cached_property
    def _scarcest(self) -> list[tuple[str, int]]:
        summary = self.pair.pools
        share = (summary["least"] / summary["total"]).astype(float).fillna(1)
        ordered = summary.iloc[share.argsort(kind="stable").to_numpy()]
        return list(dict.fromkeys(zip(ordered["network"].astype(str), ordered["ordinal"], strict=True)))

    @cached_property
    def _relationships(self) -> tuple[str | None, ...]:
        """Those to draw one by one; None for the only one, whatever its names."""
        apart = relationships_apart(self.pair)
        return tuple(names[0] for names in apart) if len(apart) > 1 else (None,)

    def _timeline(
        self, name: str, label: str, since: pd.Timestamp, until: pd.Timestamp, relationship: str | None = None
    ) -> Markup:
        height = 1.3 + 0.5 * 3 * len(self.pair.servers)
        draw = partial(timeline, self.pair, since=since, until=until, relationship=relationship)
        return picture(name, label, (10, height), lambda ax: draw(ax))

    def _pool(self, network: str, ordinal: int, ax: Axes) -> None:
        """The figure with a legend that follows the page's colours, and dots that do not fill the file."""
        begin, end = self._period
        legend = pools(self.pair, ax, network, ordinal, since=begin, until=end).get_legend()
        for line in legend.get_lines() if legend else ():
            line.set_color(INK)
        for patch in legend.get_patches() if legend else ():
            if patch.get_hatch():
                patch.set(edgecolor=INK, hatch="..")
        for area in ax.collections:
            if area.get_hatch():
                area.set_hatch("..")

    def _clients(self, ax: Axes) -> None:
        for line in clients(self.pair, ax).lines:
            line.set_color(INK)
        ax.set_title("Clients served; marks: what the split gives", loc="left")
