"""Figures of a pair for notebooks and pages. Importing this room imports matplotlib."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from dhcplens.pair import PairView
from dhcplens.plots.clients import clients
from dhcplens.plots.handovers import handovers
from dhcplens.plots.leases import leases
from dhcplens.plots.pools import pools
from dhcplens.plots.timeline import timeline

__all__ = ["Plots", "clients", "handovers", "leases", "pools", "timeline"]


@dataclass(frozen=True)
class Plots:
    """The figures of one pair (``pair.plot``). Each takes ``ax=`` to draw into and gives the axes back."""

    pair: PairView

    def timeline(
        self,
        ax: Axes | None = None,
        *,
        since: pd.Timestamp | None = None,
        until: pd.Timestamp | None = None,
        relationship: str | None = None,
    ) -> Axes:
        """States of both servers, what each saw of the other, and the link, as lanes on one time axis."""
        return timeline(self.pair, ax, since, until, relationship)

    def pools(
        self,
        ax: Axes | None = None,
        *,
        network: str | None = None,
        ordinal: int = 0,
        server: str | None = None,
        since: pd.Timestamp | None = None,
        until: pd.Timestamp | None = None,
    ) -> Axes:
        """Free and backup addresses of one pool over time with thresholds; by default the scarcest pool."""
        return pools(self.pair, ax, network, ordinal, server, since, until)

    def clients(self, ax: Axes | None = None) -> Axes:
        """Clients served by each server against the split."""
        return clients(self.pair, ax)

    def leases(self, ip: str, ax: Axes | None = None) -> Axes:
        """The life of one address in both lease files and both logs."""
        return leases(self.pair, ip, ax)

    def handovers(
        self,
        ax: Axes | None = None,
        *,
        since: pd.Timestamp | None = None,
        until: pd.Timestamp | None = None,
    ) -> Axes:
        """When clients changed from one server to the other."""
        return handovers(self.pair, ax, since, until)
