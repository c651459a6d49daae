"""The figures: what they draw, and that nothing that clients wrote breaks them."""

import io
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb

from dhcplens.model.states import BindingState, FailoverState, Role
from dhcplens.pair import PairView, build
from dhcplens.plots import Plots, style
from tests.pair.making import at, banner, block, conf, heap, heard, lost, message, move, pool, server

MAC, IP = "00:17:c4:12:77:97", "10.69.100.120"
FIGURES: dict[str, Callable[[Plots, Axes | None], Axes]] = {
    "timeline": lambda plots, ax: plots.timeline(ax),
    "pools": lambda plots, ax: plots.pools(ax),
    "clients": lambda plots, ax: plots.clients(ax),
    "leases": lambda plots, ax: plots.leases(IP, ax),
    "handovers": lambda plots, ax: plots.handovers(ax),
}


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    plt.close("all")


def served(clock: str, hostname: str = "demo") -> list[dict[str, Any]]:
    """One client gets its address."""
    return [
        message(clock, "DISCOVER", MAC),
        message(clock, "OFFER", MAC, ip=IP),
        message(clock, "REQUEST", MAC, ip=IP, server_id="10.69.10.30", hostname=hostname),
        message(clock, "ACK", MAC, ip=IP, hostname=hostname),
    ]


def incident(first: str = "alpha", second: str = "beta") -> PairView:
    """The first server crashes at 10:30 and is back at 11:00; its client goes over and comes back."""
    lease = {"mac": MAC, "cltt": "10:10:00", "starts": "10:10:00", "ends": "10:40:00"}
    return build(
        heap(
            server(
                first,
                banner("10:00:00"),
                move("10:00:01", "normal", "startup"),
                heard("10:00:02", "normal", "normal"),
                move("10:00:02", "startup", "normal"),
                pool("10:00:03", 120, 120, 0),
                *served("10:10:00"),
                banner("11:00:00"),
                move("11:00:00", "normal", "startup"),
                heard("11:00:01", "normal", "communications-interrupted"),
                move("11:00:01", "startup", "normal"),
                pool("11:00:02", 119, 118, 0),
                *served("11:20:00"),
                block(IP, "active", **lease),
                conf=conf(Role.PRIMARY),
            ),
            server(
                second,
                heard("10:00:02", "normal", "normal"),
                move("10:00:02", "communications-interrupted", "normal"),
                lost("10:30:00"),
                move("10:30:00", "normal", "communications-interrupted"),
                *served("10:40:00"),
                heard("11:00:01", "normal", "normal"),
                move("11:00:01", "communications-interrupted", "normal"),
                block(IP, "backup"),
                block(IP, "active", **lease),
                conf=conf(Role.SECONDARY),
            ),
        )
    )


def texts(ax: Axes) -> set[str]:
    """Everything that is written in the axes."""
    legends = [one.get_text() for one in (ax.get_legend().get_texts() if ax.get_legend() else [])]
    ticks = [one.get_text() for one in (*ax.get_yticklabels(), *ax.get_xticklabels())]
    return {*(one.get_text() for one in ax.texts), *legends, *ticks, ax.get_title(loc="left")}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_draw_into_given_axes(name: str) -> None:
    """A figure takes ax= and returns it, and makes its own without."""
    plots = Plots(incident())
    _, ax = plt.subplots()
    assert FIGURES[name](plots, ax) is ax
    assert FIGURES[name](plots, None) is not ax


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("servers", [(), (server("a"),), (server("a"), server("b"))])
def test_figures_of_nothing(name: str, servers: tuple[Any, ...]) -> None:
    """A pair without rows gives empty figures that can be saved."""
    FIGURES[name](Plots(build(heap(*servers))), None).figure.savefig(io.BytesIO(), dpi=30)


@pytest.mark.parametrize("name", FIGURES)
def test_hostile_names_are_only_text(name: str) -> None:
    """Names with TeX, markup, control bytes or thousands of signs are drawn as they are, shortened."""
    hostile = incident(r"$\frac{1", "\x1b[31m<script>" + "x" * 5000)
    ax = FIGURES[name](Plots(hostile), None)
    ax.figure.savefig(io.BytesIO(), format="svg")
    assert not any("\x1b" in text or len(text) > 200 for text in texts(ax))


def test_timeline_shows_states_of_both_sides() -> None:
    """The lanes are each server's own state, its view of the partner and of the link; the crash is a gap."""
    ax = Plots(incident()).timeline()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[:3] == ["alpha", "alpha sees partner", "alpha: link"]
    assert {"normal", "communications-interrupted", "not running", "link down"} <= texts(ax)
    assert ax.get_xlabel() == "time (UTC)"


def test_timeline_of_a_period() -> None:
    """since and until limit what is shown."""
    ax = Plots(incident()).timeline(since=at("10:25:00"), until=at("10:35:00"))
    low, high = ax.get_xlim()
    assert style.number(at("10:24:00")) < low < high < style.number(at("10:36:00"))


@pytest.mark.parametrize(
    ("first", "second", "labels"),
    [
        ("alpha", "beta", ["alpha", "beta"]),
        ("dhcp1.example.org", "dhcp2.example.org", ["dhcp1", "dhcp2"]),
        ("dhcp.north.example", "dhcp.south.example", ["dhcp.north.exam…", "dhcp.south.exam…"]),
        (
            "dhcp-server-in-the-northern-building",
            "dhcp-server-in-the-southern-building",
            ["…northern-build…", "…southern-build…"],
        ),
    ],
)
def test_long_names_of_servers_stay_apart(first: str, second: str, labels: list[str]) -> None:
    """As labels names lose their domain, and what both begin with where only their ends tell them apart."""
    pair = incident(first, second)
    assert [style.server_name(pair, one.name) for one in pair.servers] == labels


def test_pools_and_handovers_of_a_period() -> None:
    """Bounds cut the time axis, and what lies outside is neither drawn nor counted."""
    pair = incident()
    begin, end = at("10:31:00"), at("10:50:00")
    for ax in (Plots(pair).pools(since=begin, until=end), Plots(pair).handovers(since=begin, until=end)):
        assert ax.get_xlim()[0] >= style.number(begin) - 0.01
        assert ax.get_xlim()[1] <= style.number(end) + 0.01


def test_pools_stand_as_logged() -> None:
    """The areas reach what the server logged last; the scarcest pool is shown unless another is named."""
    ax = Plots(incident()).pools()
    tops = [path.vertices[:, 1].max() for area in ax.collections for path in area.get_paths()]
    assert 240 in tops
    assert 237 in tops
    assert "Pool 10.69.0.0/16, as alpha logged it" in texts(ax)
    assert "no pool lines" in next(
        iter(t for t in texts(Plots(incident()).pools(network="x")) if t.startswith("Pool"))
    )


def test_clients_are_counted_by_owner() -> None:
    """Each server's bar says how many clients it served, coloured by whose they are."""
    ax = Plots(incident()).clients()
    widths = [patch.get_width() for patch in ax.patches]
    assert widths == [1, 1]
    assert len({to_hex(patch.get_facecolor()) for patch in ax.patches}) == 1


def test_leases_show_an_end_that_has_passed() -> None:
    """An active lease turns expired at its end though no block says so."""
    ax = Plots(incident()).leases(IP)
    assert {"active", "expired", "ACK", "alpha", "beta"} <= texts(ax)


def test_handovers_go_up_and_down() -> None:
    """A client that goes over to the second server is a bar down, one that comes back a bar up."""
    ax = Plots(incident()).handovers()
    assert {"to alpha (1)", "to beta (1)"} <= texts(ax)
    heights = sorted(patch.get_height() for patch in ax.patches if abs(patch.get_height()) == 1)
    assert heights[0] == -1
    assert heights[-1] == 1


def test_every_state_has_a_look() -> None:
    """No state is drawn in a colour of chance."""
    assert set(style.STATES) == set(FailoverState)
    assert set(style.BINDINGS) == set(BindingState)


SIGHT = {  # Machado, Oliveira, Fernandes 2009, severity 1.0, linear RGB
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def seen(colour: str, sight: str) -> np.ndarray:
    """A colour in CIE L*a*b* as these eyes see it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(SIGHT[sight] @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    scaled = np.cbrt(xyz / np.array([0.9505, 1.0, 1.089]))
    return np.array([116 * scaled[1] - 16, 500 * (scaled[0] - scaled[1]), 200 * (scaled[1] - scaled[2])])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(
    "looks", [style.STATES, style.BINDINGS, dict(enumerate((*style.SERVERS, style.NOBODY)))]
)
def test_looks_differ_for_all_eyes(sight: str, looks: dict[Any, style.Look]) -> None:
    """Any two looks of one figure differ in hatching or clearly in colour, for colour-blind people too."""
    for one, other in combinations(looks.values(), 2):
        if one.hatch == other.hatch:
            assert np.linalg.norm(seen(one.colour, sight) - seen(other.colour, sight)) > 15, (one, other)
