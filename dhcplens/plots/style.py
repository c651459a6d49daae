"""One look for all figures: colours, time axes, lanes.

Colours are of the palettes of Okabe and Ito and of Tol, which colour-blind people can tell apart; states that
belong together share a hue and differ in their hatching. A state or a server has the same colour everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from dhcplens.model.states import BindingState, FailoverState
from dhcplens.model.zones import parse_timezone
from dhcplens.pair.columns import stamps

if TYPE_CHECKING:
    from dhcplens.pair import PairView


@dataclass(frozen=True)
class Look:
    """Fill, hatching and text colour of something drawn as a bar."""

    colour: str
    hatch: str = ""
    text: str = "black"


Span = tuple[pd.Timestamp, pd.Timestamp, str, Look]
"""A bar: begin, end, word and look."""

SERVERS: Final = (Look("#332288", text="white"), Look("#DDCC77"))
"""Of the first and of the second server of a pair."""
NOBODY: Final = Look("#BBBBBB")
STOPPED: Final = Look("#FFFFFF", "xxx")
UP: Final = Look("#999933")
DOWN: Final = Look("#882255", text="white")
EDGE: Final = "#555555"

_DAY: Final = 86_400e9
_PURPLE, _SKY = "#CC79A7", "#56B4E9"
STATES: Final = {
    FailoverState.NORMAL: Look("#009E73", text="white"),
    FailoverState.COMMUNICATIONS_INTERRUPTED: Look("#E69F00"),
    FailoverState.PARTNER_DOWN: Look("#D55E00", text="white"),
    FailoverState.STARTUP: Look("#F0E442"),
    FailoverState.RECOVER: Look(_SKY),
    FailoverState.RECOVER_WAIT: Look(_SKY, "//"),
    FailoverState.RECOVER_DONE: Look(_SKY, ".."),
    FailoverState.POTENTIAL_CONFLICT: Look(_PURPLE),
    FailoverState.RESOLUTION_INTERRUPTED: Look(_PURPLE, "//"),
    FailoverState.CONFLICT_DONE: Look(_PURPLE, ".."),
    FailoverState.SHUTDOWN: Look("#000000", text="white"),
    FailoverState.PAUSED: Look("#000000", "//", text="white"),
    FailoverState.UNKNOWN: Look("#DDDDDD"),
}
BINDINGS: Final = {
    BindingState.ACTIVE: Look("#0072B2", text="white"),
    BindingState.FREE: Look(SERVERS[0].colour, text="white"),
    BindingState.BACKUP: Look(SERVERS[1].colour),
    BindingState.EXPIRED: Look("#88CCEE"),
    BindingState.RELEASED: Look("#88CCEE", "//"),
    BindingState.ABANDONED: Look("#D55E00", text="white"),
    BindingState.RESET: Look("#000000", text="white"),
}


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """The given axes, or those of a new figure of that size in inches."""
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=(width, height), layout="constrained")
    return made


def zone(pair: "PairView") -> tzinfo:
    """The zone of the pair's logs; UTC where the servers have several."""
    try:
        return parse_timezone(pair.timezone)
    except ValueError:
        return parse_timezone("UTC")


def time_axis(ax: Axes, pair: "PairView", begin: pd.Timestamp, end: pd.Timestamp) -> None:
    """Lets the x axis show the time from begin to end in the zone of the logs."""
    spare = (end - begin) * 0.01 + pd.Timedelta("1s")
    ax.set_xlim(number(begin - spare), number(end + spare))
    locator = mdates.AutoDateLocator(tz=zone(pair), minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    formatter = mdates.ConciseDateFormatter(locator, tz=zone(pair))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(formatter)
    known = "," not in pair.timezone
    ax.set_xlabel(f"time ({pair.timezone if known else 'UTC'})")


def number(time: pd.Timestamp) -> float:
    """A time as matplotlib counts it: days since 1970."""
    return time.value / _DAY


def numbers(times: pd.Series) -> NDArray[np.float64]:
    """Times as matplotlib counts them."""
    return np.asarray(stamps(times) / _DAY, dtype=np.float64)


def lane(ax: Axes, y: float, spans: Sequence[Span], *, height: float) -> None:
    """Draws one lane of bars centred on y; x limits must be set.

    Bars too narrow to see are widened to a pixel or two; words stand where they fit.
    """
    low, high = ax.get_xlim()
    least = (high - low) / 500
    drawn = [
        (number(begin), max(number(end) - number(begin), least), word, look)
        for begin, end, word, look in spans
    ]
    drawn.sort(key=lambda bar: -bar[1])
    alike: dict[Look, list[tuple[float, float]]] = {}
    for start, width, _, look in drawn:
        alike.setdefault(look, []).append((start, width))
    for look, bars in alike.items():  # one artist for all that look alike: a flapping pair has thousands
        ax.broken_barh(
            bars,
            (y - height / 2, height),
            facecolor=look.colour,
            edgecolor=EDGE,
            hatch=look.hatch or None,
            linewidth=0.5,
        )
    for start, width, word, look in drawn:
        if width / (high - low) > 0.011 * len(word):
            ax.text(
                start + width / 2,
                y,
                word,
                ha="center",
                va="center",
                fontsize=8,
                color=look.text,
                clip_on=True,
                bbox={"facecolor": look.colour, "edgecolor": "none", "pad": 1.5} if look.hatch else None,
            )


def lanes_axis(ax: Axes, labels: Sequence[str]) -> None:
    """Names lanes 0, 1, … from the top."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def legend(ax: Axes, looks: Sequence[tuple[str, Look]], below: float = -0.22) -> None:
    """A legend of bars below the axes; nothing without entries."""
    handles = [
        Patch(facecolor=look.colour, hatch=look.hatch or None, edgecolor=EDGE, label=word)
        for word, look in dict(looks).items()
    ]
    if handles:
        ax.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, below),
            ncols=min(len(handles), 4),
            frameon=False,
            fontsize=9,
        )


def plain(ax: Axes, along: Literal["x", "y"] = "y") -> None:
    """A frame that does not distract, with a grid for the values on that axis."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(axis=along, color="#DDDDDD", linewidth=0.6)
    ax.set_axisbelow(True)


def shorten(name: str, most: int = 24) -> str:
    """A name as a label: without control characters, not too long, '$' kept from meaning mathematics."""
    clean = "".join(sign if sign.isprintable() else "�" for sign in name)
    return (clean if len(clean) <= most else clean[: most - 1] + "…").replace("$", r"\$")


def server_name(pair: "PairView", name: str, most: int = 16) -> str:
    """A server's name as a label: without its domain, a long one without the begin that both share."""
    names = [one.name for one in pair.servers]
    hosts = [one.partition(".")[0] for one in names]
    if len(set(hosts)) < len(names):
        hosts = names
    host = hosts[names.index(name)] if name in names else name
    if len(host) <= most or len({shorten(one, most) for one in hosts}) == len(hosts):
        return shorten(host, most)
    same = next(at for at, signs in enumerate(zip_longest(*hosts)) if len(set(signs)) > 1)
    return shorten("…" + host[same:], most)
