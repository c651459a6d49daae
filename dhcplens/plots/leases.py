"""The life of one address: what both lease files recorded, and what clients asked of both servers."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dhcplens.model.states import BindingState, MessageType
from dhcplens.plots import style

if TYPE_CHECKING:
    from dhcplens.pair import PairView

_MARKS: Final = {
    MessageType.OFFER: ("^", "#56B4E9"),
    MessageType.REQUEST: ("v", "#999999"),
    MessageType.ACK: ("o", "#009E73"),
    MessageType.NAK: ("X", "#D55E00"),
    MessageType.RELEASE: ("s", "#AA4499"),
    MessageType.DECLINE: ("D", "#D55E00"),
}


def leases(pair: "PairView", ip: str, ax: Axes | None = None) -> Axes:
    """Draws the states of one address as each lease file has them, with the messages that name it above each.

    An active lease whose end has passed is drawn as expired from then on, whatever the file says. Times of
    writing are reckoned from the blocks' stamps. Returns the axes.
    """
    ax = style.axes(ax, 10, 1.4 + 1.1 * max(len(pair.servers), 1))
    history = pair.binding_history(ip)
    history = history[history["accepted"] & history["written"].notna()]
    talk = {one.name: _messages(pair, one.name, ip) for one in pair.servers}
    times = [*history["written"], *(time for part in talk.values() for time in part["time"])]
    ax.set_title(f"{style.shorten(ip)}: binding in both lease files, messages in both logs", loc="left")
    if not times:
        ax.text(0.5, 0.5, "nothing was recorded of this address", ha="center", transform=ax.transAxes)
        return ax
    begin = min(times)
    ends = [one for one in (max(times), pair.latest) if not pd.isna(one)]
    end = max(*ends, begin + pd.Timedelta("1min"))
    style.time_axis(ax, pair, begin, end)
    used: list[tuple[str, style.Look]] = []
    for place, server in enumerate(pair.servers):
        mine = history[history["server"] == server.name]
        spans = _spans(pair, server.name, mine, end)
        style.lane(ax, place, spans, height=0.5)
        used += [(word, look) for _, _, word, look in spans]
        _mark(ax, place - 0.37, talk[server.name])
    style.lanes_axis(ax, [style.server_name(pair, one.name) for one in pair.servers])
    ax.set_ylim(len(pair.servers) - 0.5, -0.75)
    _legends(ax, used)
    return ax


def _messages(pair: "PairView", server: str, ip: str) -> pd.DataFrame:
    messages = pair.server(server).log.messages
    found = messages[(messages["ip"] == ip) & messages["type"].isin(list(_MARKS)) & messages["time"].notna()]
    return found.assign(time=pair.align(found["time"], server))


def _spans(pair: "PairView", server: str, blocks: pd.DataFrame, end: pd.Timestamp) -> list[style.Span]:
    starts = pair.align(blocks["written"], server).tolist()
    ends = pair.align(blocks["ends"], server)
    spans: list[style.Span] = []
    for start, stop, state, over in zip(starts, [*starts[1:], end], blocks["state"], ends, strict=False):
        word = str(state)
        if word == BindingState.ACTIVE and not pd.isna(over) and start <= over < stop:
            spans.append((start, over, word, style.BINDINGS[BindingState.ACTIVE]))
            start, word = over, BindingState.EXPIRED.value
        look = style.BINDINGS[BindingState(word)] if word in set(BindingState) else style.NOBODY
        if spans and spans[-1][2] == word and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], stop, word, look)
        else:
            spans.append((start, stop, word, look))
    return spans


def _mark(ax: Axes, y: float, talk: pd.DataFrame) -> None:
    for kind, (marker, colour) in _MARKS.items():
        chosen = talk[talk["type"] == kind]
        if len(chosen):
            x = style.numbers(chosen["time"])
            ax.plot(
                x,
                np.full(len(x), y),
                marker,
                color=colour,
                markeredgecolor="black",
                markersize=7,
                label=kind.value,
            )


def _legends(ax: Axes, used: list[tuple[str, style.Look]]) -> None:
    style.legend(ax, used)
    first = ax.get_legend()
    handles, labels = ax.get_legend_handles_labels()
    marks = dict(zip(labels, handles, strict=True))
    if marks:
        ax.legend(
            marks.values(),
            marks.keys(),
            loc="upper right",
            bbox_to_anchor=(1, 1.02),
            ncols=6,
            frameon=False,
            fontsize=8,
        )
        if first is not None:
            ax.add_artist(first)
