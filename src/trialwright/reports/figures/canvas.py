"""The canvas of every figure: fonts, lines and colours of the house, and an SVG that can stand in any page."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from trialwright.reports import fonts
from trialwright.terms.message import Message, Text, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Says = str | Message | Text | date
"""What a figure, a table or a document says: rendered in a language when it is drawn or written."""

WIDTH = 374.0
"""Points. A label of 9 points stays readable when the figure is made as narrow as a telephone."""

INK, SOFT, LINE, GROUND, DEEP, ALARM = "#17212b", "#46525e", "#c9d1d9", "#f3f6f8", "#0b4a5a", "#93210f"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_REFERENCE = re.compile(r"url\(#([^)]*)\)")

_SETTINGS: Mapping[str, Any] = {
    "font.family": list(fonts.FAMILIES),
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in somebody's text is a dollar sign
    "svg.fonttype": "path",
    "svg.hashsalt": "trialwright",
    "axes.unicode_minus": True,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "hatch.linewidth": 0.7,
    "hatch.color": SOFT,
    "lines.linewidth": 1.6,
}

_LOCK = threading.Lock()  # Matplotlib's settings belong to the whole process


@dataclass(frozen=True, slots=True)
class ArmStyle:
    """How one arm is drawn in every figure: told apart by line and marker where there is no colour."""

    color: str
    line: tuple[int, tuple[float, ...]]
    marker: str


ARMS = (
    ArmStyle(DEEP, (0, ()), "o"),
    ArmStyle("#d55e00", (0, (5, 2)), "s"),
    ArmStyle("#7a4fa3", (0, (7, 2, 1.5, 2)), "^"),
    ArmStyle("#4b9cd3", (0, (1.2, 1.6)), "D"),
    ArmStyle("#8a6d00", (0, (3, 1.5, 1, 1.5, 1, 1.5)), "v"),
    ArmStyle("#46525e", (0, (9, 3)), "P"),
)
"""Distinguishable with every kind of colour blindness and by their grey."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished figure in one language.

    `svg` comes from `draw` alone: documents put it into a page as it is. `id`: what every id inside begins with.
    `width` and `height` are in points.
    """

    id: str
    svg: str
    title: str
    description: str
    width: float
    height: float


def arm_style(number: int) -> ArmStyle:
    """The style of the arm with this number, from 0 in the order of the study; raises `ValueError` past the last."""
    if number >= len(ARMS):
        raise ValueError(f"a figure shows at most {len(ARMS)} arms")
    return ARMS[number]


def speak(thing: Says, catalogue: Mapping[str, str]) -> str:
    """A text in the language of the catalogue, every character of which the fonts can show."""
    return fonts.spell(render(thing, catalogue))


def sentences(things: Sequence[Says], catalogue: Mapping[str, str]) -> str:
    """Several sentences as one text."""
    return ("" if catalogue.get("") == "zh" else " ").join(speak(thing, catalogue) for thing in things)


def draw(
    paint: Callable[[Figure], None],
    *,
    id: str,
    width: float = WIDTH,
    height: float,
    title: str,
    description: str,
) -> Drawing:
    """Let `paint` draw on an empty figure, and give it as SVG.

    `id`: a letter, then letters, digits, `-` and `_`; unique in the page, because every id inside begins with it.
    `width` and `height` in points; the SVG scales. `title` and `description` are what a screen reader says.
    """
    if not _NAME.match(id):
        raise ValueError(f"{id!r} is no id of a figure")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    _add_fonts()
    buffer = io.BytesIO()
    with _LOCK, mpl.rc_context(_settings()):
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        paint(figure)
        figure.savefig(
            buffer,
            format="svg",
            transparent=True,
            metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")),
        )
    svg = _finish(buffer.getvalue(), id=id, title=title, description=description)
    return Drawing(id, svg, title, description, width, height)


@cache
def _add_fonts() -> None:
    from matplotlib.font_manager import fontManager

    for path in fonts.FILES:
        fontManager.addfont(path)


@cache
def _settings() -> Any:
    """Ours over those Matplotlib is delivered with, whatever the machine's own say."""
    import matplotlib as mpl

    delivered = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")}
    return {**delivered, **_SETTINGS}


def _finish(raw: bytes, *, id: str, title: str, description: str) -> str:
    """Matplotlib's SVG as part of a page.

    Style attributes become presentation attributes (a page's Content-Security-Policy stops styles), ids begin with
    the figure's, metadata, comments and the fixed size go, a title and a description come.
    """
    root = ElementTree.fromstring(raw)  # noqa: S314  # ours, from a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{_SVG}metadata" or child.tag == f"{_SVG}style":
                parent.remove(child)
    for element in root.iter():
        for part in element.attrib.pop("style", "").split(";"):
            name, colon, value = part.partition(":")
            if colon:
                element.set(name.strip(), value.strip())
        _rename(element, id)
        element.tag = element.tag.removeprefix(_SVG)
        element.tail = element.text = None
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib |= {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-labelledby": f"{id}-title {id}-description",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    for place, (tag, name, text) in enumerate(
        (("title", "title", title), ("desc", "description", description))
    ):
        element = ElementTree.Element(tag, {"id": f"{id}-{name}"})
        element.text = text
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


def _rename(element: ElementTree.Element, id: str) -> None:
    attributes = element.attrib
    if f"{_XLINK}href" in attributes:
        attributes["href"] = f"#{id}-{attributes.pop(f'{_XLINK}href')[1:]}"
    if "id" in attributes:
        attributes["id"] = f"{id}-{attributes['id']}"
    for name, value in attributes.items():
        if "url(#" in value:
            attributes[name] = _REFERENCE.sub(rf"url(#{id}-\1)", value)


def axes_at(figure: Figure, *, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place in points, measured from the upper left corner of the figure."""
    whole_width, whole_height = figure.get_size_inches() * 72
    return figure.add_axes(
        (left / whole_width, 1 - (top + height) / whole_height, width / whole_width, height / whole_height)
    )


def sheet(figure: Figure, *, behind: bool = False) -> Axes:
    """Axes over the whole figure in points from the upper left corner, for what is written and drawn freely.

    They lie before all other axes, or `behind` them.
    """
    width, height = figure.get_size_inches() * 72
    axes = figure.add_axes((0, 0, 1, 1), zorder=-10 if behind else 10)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    return axes


def plain_axes(axes: Axes, *, grid: Literal["x", "y", "both"] = "y") -> None:
    """The look of the house: thin lines behind the data, along one axis."""
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=LINE, linewidth=0.6)
    axes.tick_params(length=3, width=0.8)
