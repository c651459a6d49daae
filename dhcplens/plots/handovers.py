"""When clients changed from one server to the other."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from dhcplens.plots import style
from dhcplens.plots.timeline import period

if TYPE_CHECKING:
    from dhcplens.pair import PairView

_BINS: Final = 60


def handovers(
    pair: "PairView",
    ax: Axes | None = None,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
) -> Axes:
    """Draws how many clients went over to the first server (up) and to the second (down), over time.

    Shaded are the times in which a server believed the link down. ``since`` and ``until`` are aware times, by
    default the period of the logs. Returns the axes.
    """
    ax = style.axes(ax, 10, 3.6)
    begin, end = period(pair, since, until)
    style.plain(ax)
    style.time_axis(ax, pair, begin, end)
    _shade(ax, pair, begin, end)
    moved = pair.handovers[pair.handovers["time"].between(begin, end)]
    edges = np.linspace(style.number(begin), style.number(end), _BINS + 1)
    width = (edges[1] - edges[0]) * 0.9
    used = []
    for place, server in enumerate(pair.servers):
        gone = moved[(moved["server"] == server.name).to_numpy() & moved["time"].notna()]
        counts, _ = np.histogram(style.numbers(gone["time"]), bins=edges)
        look = style.SERVERS[place]
        ax.bar(
            (edges[:-1] + width / 2)[counts > 0],
            (counts if place == 0 else -counts)[counts > 0],
            width,
            color=look.colour,
            edgecolor=style.EDGE,
            linewidth=0.4,
        )
        used.append((f"to {style.server_name(pair, server.name)} ({len(gone)})", look))
    ax.axhline(0, color=style.EDGE, linewidth=0.8)
    most = max((abs(limit) for limit in ax.get_ylim()), default=1)
    ax.set_ylim(-max(most, 1), max(most, 1))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    ax.set_ylabel("clients")
    style.legend(ax, [*used, ("a server believed the link down", _SHADE)], below=-0.2)
    ax.set_title("Clients that changed their server", loc="left")
    return ax


_SHADE: Final = style.Look("#EEDDE3")


def _shade(ax: Axes, pair: "PairView", begin: pd.Timestamp, end: pd.Timestamp) -> None:
    down = pair.links[pair.links["state"] == "down"]
    for server in pair.servers:
        mine = down[down["server"] == server.name]
        starts = pair.align(mine["start"], server.name).fillna(begin)
        ends = pair.align(mine["end"], server.name).fillna(end)
        for start, stop in zip(starts, ends, strict=True):
            ax.axvspan(style.number(start), style.number(stop), color=_SHADE.colour, linewidth=0, zorder=0)
