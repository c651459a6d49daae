"""Figures as SVG that stands inside a page: it follows the page's colours and fonts, and runs nothing."""

import io
import re
from collections.abc import Callable
from typing import Any, Final
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dhcplens.plots.style import EDGE, SERVERS

LARGEST: Final = 400_000
"""Characters of one picture; a larger one is drawn again with its bars and areas as pixels."""

_SVG: Final = "http://www.w3.org/2000/svg"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
INK: Final = "#0a0b0c"
"""Drawn in this colour is what the page gives its own text colour."""
_VARIABLES: Final = {
    INK: "var(--ink)",
    EDGE: "var(--edge)",
    SERVERS[0].colour.lower(): "var(--first)",
}
_STROKES: Final = {"#dddddd": "var(--line)"}
_FAMILY: Final = re.compile(r"font-family: [^;]*")
_FRACTION: Final = re.compile(r"(\.\d\d)\d+")
_STYLE: Final[dict[Any, Any]] = {
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
    **dict.fromkeys(("axes.facecolor", "figure.facecolor", "savefig.facecolor"), "none"),
    "svg.fonttype": "none",
    "svg.hashsalt": "dhcplens",
    "font.size": 10,
    "font.family": "sans-serif",
    "axes.titlesize": 11,
}
_BELOW_WORDS: Final = 2.5
"""matplotlib draws bars, areas and lines below this level, words above."""


def picture(name: str, label: str, size: tuple[float, float], draw: Callable[[Axes], object]) -> Markup:
    """An ``<svg>`` of what ``draw`` puts into the axes that it is given.

    ``name`` keeps its ids apart from those of other pictures, ``label`` says in words what is to be seen,
    ``size`` is in inches. The same input gives the same text.
    """
    text = _drawn(size, draw, pixels=False)
    if len(text) > LARGEST:
        text = _drawn(size, draw, pixels=True)
    return _inlined(text, name, label)


def _drawn(size: tuple[float, float], draw: Callable[[Axes], object], *, pixels: bool) -> str:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained", dpi=150 if pixels else 72)
        ax = figure.subplots()
        if pixels:
            ax.set_rasterization_zorder(_BELOW_WORDS)
        draw(ax)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def _inlined(text: str, name: str, label: str) -> Markup:
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(text)
    for parent in root.iter():
        for child in [one for one in parent if one.tag.split("}")[-1] in ("metadata", "style")]:
            parent.remove(child)
    used = set(re.findall(r'(?:url\(|href=")#([\w-]+)', text))
    for element in root.iter():
        _adapt(element, name, used)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": label}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _adapt(element: ElementTree.Element, name: str, used: set[str]) -> None:
    """Ids of its own, links without a namespace, colours and fonts of the page."""
    attributes = element.attrib
    own = attributes.pop("id", None)
    if own in used:
        attributes["id"] = f"{name}-{own}"
    link = attributes.pop(_LINK, None)
    if link is not None:
        attributes["href"] = f"#{name}-{link[1:]}" if link.startswith("#") else link
    for key, value in attributes.items():
        attributes[key] = value.replace("url(#", f"url(#{name}-")
    if "d" in attributes:
        attributes["d"] = _FRACTION.sub(r"\1", attributes["d"]).replace("\n", "")
    if "style" in attributes:
        attributes["style"] = _style(attributes["style"])


def _style(style: str) -> str:
    style = _FAMILY.sub("font-family: var(--font)", style)
    for colour, variable in _VARIABLES.items():
        style = style.replace(colour, variable)
    for colour, variable in _STROKES.items():
        style = style.replace(f"stroke: {colour}", f"stroke: {variable}")
    return style
