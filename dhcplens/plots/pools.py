"""One pool over time: who could give how many addresses, and the thresholds of balancing."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dhcplens.plots import style
from dhcplens.plots.timeline import period

if TYPE_CHECKING:
    from dhcplens.pair import PairView


def pools(
    pair: "PairView",
    ax: Axes | None = None,
    network: str | None = None,
    ordinal: int = 0,
    server: str | None = None,
    since: pd.Timestamp | None = None,
    until: pd.Timestamp | None = None,
) -> Axes:
    """Draws free and backup addresses of one pool as areas, as ``server`` logged them (default: who logged
    most).

    Without ``network`` it is the pool that came nearest to its end. The dashed line is where a server owns
    half; around it lies what dhcpd leaves alone (max-lease-misbalance). Gaps are times without a process of
    that server. ``since`` and ``until`` are aware times, by default the period of the logs. Returns the axes.
    """
    ax = style.axes(ax, 10, 4)
    chosen = _chosen(pair, network, ordinal, server)
    begin, end = period(pair, since, until)
    style.plain(ax)
    style.time_axis(ax, pair, begin, end)
    ax.set_ylabel("addresses")
    if chosen.empty:
        ax.set_title("Pools: no pool lines were logged", loc="left")
        return ax
    name = str(chosen["server"].iloc[0])
    looks = _looks(pair)
    for _, part in chosen.groupby("run"):
        _draw(ax, pair, part, name, looks, period(pair)[1])
    _mark_total(ax, chosen["total"].max())
    _legend(ax)
    place = f"{chosen['network'].iloc[0]}" + (
        f" (pool {int(chosen['ordinal'].iloc[0]) + 1})" if _several(pair, chosen) else ""
    )
    ax.set_title(
        f"Pool {style.shorten(place, 40)}, as {style.server_name(pair, name, 24)} logged it", loc="left"
    )
    return ax


def _mark_total(ax: Axes, total: Any) -> None:
    """The line that no area can pass, where the number of addresses is known."""
    if pd.isna(total):
        ax.set_ylim(0)
        return
    ax.axhline(float(total), color=style.EDGE, linewidth=1)
    ax.annotate(
        f"{total} in the pool",
        (0, float(total)),
        (3, 2),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        fontsize=8,
    )
    ax.set_ylim(0, float(total) * 1.12)


def _legend(ax: Axes) -> None:
    """Each process drew the same areas: what is drawn again is named once."""
    handles, labels = ax.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    ax.legend(
        unique.values(),
        unique.keys(),
        loc="upper center",
        bbox_to_anchor=(0.5, -0.18),
        ncols=4,
        frameon=False,
        fontsize=9,
    )


def _chosen(pair: "PairView", network: str | None, ordinal: int, server: str | None) -> pd.DataFrame:
    series = pair.pool_series
    if series.empty:
        return series
    summary = pair.pools
    if server is not None:
        summary = summary[summary["server"] == server]
    if network is not None:
        summary = summary[(summary["network"] == network) & (summary["ordinal"] == ordinal)]
    if summary.empty:
        return series.iloc[:0]
    share = (summary["least"] / summary["total"]).astype(float).fillna(1)
    lowest = summary[share == share.min()]
    one = lowest.sort_values("lines", kind="stable").iloc[-1]
    same = np.logical_and.reduce(
        [(series[name] == one[name]).to_numpy() for name in ("server", "network", "ordinal")]
    )
    return series[same]


def _several(pair: "PairView", chosen: pd.DataFrame) -> bool:
    return bool((pair.pools[pair.pools["network"] == chosen["network"].iloc[0]]["ordinal"] > 0).any())


def _looks(pair: "PairView") -> tuple[style.Look, style.Look]:
    """Of the primary's and of the secondary's share: the colours of the servers."""
    turned = pair.secondary is not None and pair.servers[0] is pair.secondary
    return style.SERVERS[::-1] if turned else style.SERVERS


def _draw(
    ax: Axes,
    pair: "PairView",
    part: pd.DataFrame,
    server: str,
    looks: tuple[style.Look, style.Look],
    end: pd.Timestamp,
) -> None:
    times = style.numbers(pair.align(part["time"], server))
    run = pair.runs[(pair.runs["server"] == server) & (pair.runs["run"] == part["run"].iloc[0])]
    stops = pair.align(run["end"], server).fillna(end)
    last = style.number(stops.iloc[0]) if len(stops) else style.number(end)
    x = np.append(times, max(last, times[-1]))
    free, backup, most = (
        np.append(values := part[name].astype(float).to_numpy(), values[-1])
        for name in ("free", "backup", "max_misbal")
    )
    ax.fill_between(x, 0, free, step="post", color=looks[0].colour, label="free (the primary's)", linewidth=0)
    ax.fill_between(
        x,
        free,
        free + backup,
        step="post",
        color=looks[1].colour,
        label="backup (the secondary's)",
        linewidth=0,
    )
    half = (free + backup) / 2
    ax.step(x, half, where="post", color="white", linewidth=1.6, linestyle="--")
    ax.step(x, half, where="post", color="black", linewidth=0.9, linestyle="--", label="even share")
    ax.fill_between(
        x,
        half - most,
        half + most,
        step="post",
        facecolor="none",
        edgecolor="black",
        hatch="....",
        linewidth=0,
        alpha=0.35,
        label="balance is left alone",
    )
