"""The swimmer plot: a lane for every participant, with what happened to them and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from trialwright.reports.figures.canvas import (
    ALARM,
    INK,
    SOFT,
    WIDTH,
    Drawing,
    Says,
    arm_style,
    axes_at,
    draw,
    plain_axes,
    sentences,
    sheet,
    speak,
)
from trialwright.reports.figures.legend import Entry, Legend
from trialwright.reports.figures.letters import text_width, wrap
from trialwright.terms.message import message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Kind = Literal[
    "complete_response", "partial_response", "relapse", "adverse_event", "rescue", "stop", "left", "death"
]

_LANE, _ID, _TITLE = 8.4, 6.5, 9.0  # points
_GREEN = "#1b9e50"
MARKS: Mapping[Kind, tuple[Any, dict[str, Any]]] = {
    "complete_response": (
        message("first complete response"),
        {
            "marker": "o",
            "markersize": 5.5,
            "color": "white",
            "markeredgecolor": INK,
            "markerfacecolor": _GREEN,
        },
    ),
    "partial_response": (
        message("first partial response"),
        {
            "marker": "o",
            "markersize": 5.5,
            "color": "white",
            "markeredgecolor": INK,
            "markerfacecolor": "white",
        },
    ),
    "relapse": (
        message("relapse"),
        {"marker": "v", "markersize": 5.5, "color": "#e69f00", "markeredgecolor": INK},
    ),
    "adverse_event": (
        message("adverse event"),
        {"marker": "|", "markersize": 7, "color": ALARM, "markeredgewidth": 1.6},
    ),
    "rescue": (
        message("rescue therapy"),
        {"marker": "X", "markersize": 6, "color": "#f0e442", "markeredgecolor": INK},
    ),
    "stop": (
        message("intervention stopped"),
        {"marker": "s", "markersize": 5, "color": "white", "markeredgecolor": INK, "markerfacecolor": ALARM},
    ),
    "left": (
        message("consent withdrawn, or lost to follow-up"),
        {
            "marker": "D",
            "markersize": 5,
            "color": "white",
            "markeredgecolor": INK,
            "markerfacecolor": "white",
        },
    ),
    "death": (message("death"), {"marker": "x", "markersize": 6, "color": "black", "markeredgewidth": 2}),
}
"""Told apart by shape; in this order they are drawn, the last on top."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, at a time on the axis."""

    time: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Lane:
    """One participant from `start` to `end` of follow-up; `ongoing` draws an arrow: they are followed further."""

    participant: str
    start: float
    end: float
    ongoing: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class ArmLanes:
    """The lanes of one arm, in the order they are drawn. `place`: of the arm among all arms, which is its colour."""

    arm: Says
    lanes: tuple[Lane, ...]
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Swimmer:
    """A swimmer plot. `ticks`: times on the axis, ascending; `time_label` says what they are, with the unit.

    `named`: what a kind of mark is called where a study has its own word for it.
    """

    id: str
    title: Says
    arms: tuple[ArmLanes, ...]
    ticks: tuple[float, ...]
    time_label: Says
    named: Mapping[Kind, Says] = field(default_factory=dict)

    def word(self, kind: Kind) -> Says:
        """What a kind of mark is called."""
        named: Says = self.named.get(kind) or MARKS[kind][0]
        return named

    def pages(self, lanes: int) -> tuple[Swimmer, ...]:
        """The same in several figures of at most so many lanes each, so that every one fits on a page.

        An arm that fits on a page of its own is not broken.
        """
        pages: list[list[ArmLanes]] = [[]]
        left = lanes
        for place, each in enumerate(self.arms):
            rest = each.lanes
            if left < len(rest) <= lanes and pages[-1]:
                pages.append([])
                left = lanes
            while rest:
                pages[-1].append(ArmLanes(each.arm, rest[:left], place))
                rest, left = rest[left:], left - len(rest[:left])
                if not left:
                    pages.append([])
                    left = lanes
        kept = [page for page in pages if page] or [[]]
        names = [self.id] if len(kept) == 1 else [f"{self.id}-{number}" for number in range(1, len(kept) + 1)]
        return tuple(
            Swimmer(name, self.title, tuple(page), self.ticks, self.time_label, self.named)
            for name, page in zip(names, kept, strict=True)
        )


def draw_swimmer(data: Swimmer, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the lanes in the language of the catalogue; the legend names what occurs."""
    ids = [lane.participant for arm in data.arms for lane in arm.lanes]
    left = min(max((text_width(speak(each, catalogue), size=_ID) for each in ids), default=0) + 10, 90.0)
    width = WIDTH - left - 14
    titles = [wrap(speak(each.arm, catalogue), width=WIDTH - 8, size=_TITLE, bold=True) for each in data.arms]
    legend = Legend(_entries(data, catalogue), WIDTH - 8)
    tops: list[float] = []
    y = 0.0
    for each, lines in zip(data.arms, titles, strict=True):
        y += 12 * len(lines) + 5
        tops.append(y)
        y += _LANE * len(each.lanes) + 5
    top = legend.height + 8

    def paint(figure: Figure) -> None:
        free = sheet(figure)
        legend.paint(free, left=4, top=3)
        axes = axes_at(figure, left=left, top=top, width=width, height=y)
        _set_up(axes, data, catalogue, height=y)
        for number, (each, lines) in enumerate(zip(data.arms, titles, strict=True)):
            for line, text in enumerate(lines):
                base = top + tops[number] - 12 * (len(lines) - line) + 6
                ground = {"facecolor": "white", "edgecolor": "none", "pad": 1}
                free.text(4, base, text, size=_TITLE, weight="bold", va="baseline", bbox=ground)
            middles = [tops[number] + _LANE * (place + 0.5) for place in range(len(each.lanes))]
            for lane, middle in zip(each.lanes, middles, strict=True):
                name = _shorten(speak(lane.participant, catalogue), left - 10)
                free.text(left - 5, top + middle, name, size=_ID, ha="right", va="center_baseline")
            place = number if each.place is None else each.place
            _paint_lanes(axes, each.lanes, middles, arm_style(place).color)

    return draw(
        paint,
        id=data.id,
        height=top + y + 34,
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


def _entries(data: Swimmer, catalogue: Mapping[str, str]) -> list[Entry]:
    lanes = [lane for arm in data.arms for lane in arm.lanes]
    kinds = {mark.kind for lane in lanes for mark in lane.marks}
    entries = [
        Entry(
            speak(message("followed since treatment began (in the colour of the arm)"), catalogue),
            box={"facecolor": SOFT, "alpha": 0.35, "linewidth": 0},
        )
    ]
    entries += [
        Entry(speak(data.word(kind), catalogue), line={**look, "linestyle": "none"})
        for kind, (_, look) in MARKS.items()
        if kind in kinds
    ]
    if any(lane.ongoing for lane in lanes):
        look = {"color": SOFT, "linestyle": "none", "marker": ">", "markersize": 5}
        entries.append(Entry(speak(message("follow-up continues"), catalogue), line=look))
    return entries


def _shorten(name: str, width: float) -> str:
    if text_width(name, size=_ID) <= width:
        return name
    while name and text_width(name + "…", size=_ID) > width:
        name = name[:-1]
    return name + "…"


def _paint_lanes(axes: Axes, lanes: tuple[Lane, ...], middles: list[float], color: str) -> None:
    lengths = [lane.end - lane.start for lane in lanes]
    starts = [lane.start for lane in lanes]
    axes.barh(middles, lengths, _LANE * 0.5, left=starts, color=color, alpha=0.35, linewidth=0)
    placed = list(zip(lanes, middles, strict=True))
    further = [(lane.end, middle) for lane, middle in placed if lane.ongoing]
    _paint_marks(axes, further, {"marker": ">", "markersize": 5, "color": color})
    for kind, (_, look) in MARKS.items():
        marks = [(mark.time, middle) for lane, middle in placed for mark in lane.marks if mark.kind == kind]
        _paint_marks(axes, marks, {"markeredgewidth": 0.7, **look})


def _paint_marks(axes: Axes, places: list[tuple[float, float]], look: dict[str, Any]) -> None:
    if places:
        axes.plot([x for x, _ in places], [y for _, y in places], linestyle="none", clip_on=False, **look)


def _set_up(axes: Axes, data: Swimmer, catalogue: Mapping[str, str], *, height: float) -> None:
    axes.set_ylim(height, 0)
    lanes = [lane for each in data.arms for lane in each.lanes]
    axes.set_xlim(
        min([data.ticks[0], *(lane.start for lane in lanes)]),
        max([data.ticks[-1], *(lane.end for lane in lanes)]),
    )
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(data.ticks, labels=[f"{tick:g}" for tick in data.ticks])
    axes.set_xlabel(speak(data.time_label, catalogue))
    plain_axes(axes, grid="x")


def _describe(data: Swimmer, catalogue: Mapping[str, str]) -> str:
    head = message("A lane for each participant against {time}.", time=data.time_label)
    parts = []
    for each in data.arms:
        tally = [
            (data.word(kind), sum(mark.kind == kind for lane in each.lanes for mark in lane.marks))
            for kind in MARKS
        ]
        counts = tuple(message("{word}: {count}", word=word, count=count) for word, count in tally if count)
        parts.append(message("{arm}, {people} participants.", arm=each.arm, people=len(each.lanes)))
        if counts:
            parts.append(message("Marks: {counts}.", counts=counts))
    return sentences([head, *parts], catalogue)
