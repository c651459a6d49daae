"""Who served how many clients, against whose clients they were by the split."""

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dhcplens.model.loadbalance import BUCKETS
from dhcplens.plots import style

if TYPE_CHECKING:
    from dhcplens.pair import PairView


def clients(pair: "PairView", ax: Axes | None = None) -> Axes:
    """Draws how many clients each server gave an address, coloured by whose they are by RFC 3074's hash.

    The black marks at a bar are how many of all clients the split would have given to that server. Returns
    the axes.
    """
    ax = style.axes(ax, 8, 2.8)
    style.plain(ax, along="x")
    known = pair.clients
    everyone = int(((known["acks_first"] + known["acks_second"]) > 0).sum())
    used: list[tuple[str, style.Look]] = []
    for place, side in enumerate(("first", "second")[: len(pair.servers)]):
        used += _bar(ax, pair, place, known[known[f"acks_{side}"] > 0])
        expected = pair.served["expected"].iloc[place]
        if everyone and not pd.isna(expected):
            share = int(expected) / BUCKETS * everyone
            for end in (-1, 1):  # not across the bar: it would hide the numbers
                ax.plot([share, share], [place + end * 0.3, place + end * 0.44], color="black", linewidth=3)
    names = [
        style.server_name(pair, one.name, 24) + (f"\n({one.role.value})" if one.role else "")
        for one in pair.servers
    ]
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.set_xlim(0, max(ax.get_xlim()[1], 1))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("clients that got an address")
    style.legend(ax, used, below=-0.3)
    ax.set_title("Clients served; black marks: what the split gives", loc="left")
    return ax


def _bar(ax: Axes, pair: "PairView", place: int, served: pd.DataFrame) -> list[tuple[str, style.Look]]:
    """One server's bar, its own clients first; gives what the legend must tell."""
    parts = [
        (f"{style.server_name(pair, one.name)}'s by hash", style.SERVERS[number], served["owner"] == one.name)
        for number, one in enumerate(pair.servers)
    ]
    ordered = parts if place == 0 else parts[::-1]
    used = []
    start = 0
    for word, look, chosen in (*ordered, ("owner not known", style.NOBODY, served["owner"].isna())):
        count = int(chosen.sum())
        if count:
            ax.barh(
                place, count, left=start, height=0.6, color=look.colour, edgecolor=style.EDGE, linewidth=0.5
            )
            ax.text(
                start + count / 2, place, str(count), ha="center", va="center", color=look.text, fontsize=9
            )
            used.append((word, look))
            start += count
    return used
