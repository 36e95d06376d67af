"""Response at every visit: one stacked bar per visit and arm, all categories, the unknown among them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.reports.figures.canvas import (
    DEEP,
    INK,
    SOFT,
    WIDTH,
    Drawing,
    Says,
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

_PLOT, _LEFT, _RIGHT, _BETWEEN, _TITLE = 190.0, 44.0, 6.0, 14.0, 9.0  # points
_BESIDE = 12  # visits up to which the bars of two arms have room beside each other
_LOOKS = (
    {"facecolor": DEEP, "hatch": "", "text": "white"},
    {"facecolor": "#7fbcc7", "hatch": "", "text": INK},
    {"facecolor": "#f3e3d8", "hatch": "", "text": INK},
    {"facecolor": "white", "hatch": "////", "text": INK},
)
"""Best to worst, then unknown: dark to light, so that the order shows in grey; the unknown is hatched."""


@dataclass(frozen=True, slots=True)
class ArmBars:
    """One arm: at each visit how many participants fall in each category, in the order of the figure's categories."""

    arm: Says
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Response:
    """A figure of bars.

    `visits`: short labels, such as the week numbers; `visit_label` says what they are. `categories`: best first,
    the unknown last; at most four. Heights are shares of all participants of the arm counted at the visit.
    """

    id: str
    title: Says
    visits: tuple[Says, ...]
    visit_label: Says
    categories: tuple[Says, ...]
    arms: tuple[ArmBars, ...]

    def __post_init__(self) -> None:
        if len(self.categories) > len(_LOOKS):
            raise ValueError(f"a figure of responses shows at most {len(_LOOKS)} categories")
        for each in self.arms:
            if len(each.counts) != len(self.visits):
                raise ValueError("every arm needs counts for every visit")
            if any(len(counts) != len(self.categories) for counts in each.counts):
                raise ValueError("every visit needs a count for every category")


def draw_response(data: Response, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the bars in the language of the catalogue, the arms side by side.

    Three arms and more, and arms with many visits, stand below each other.
    """
    side_by_side = len(data.arms) <= 2 and len(data.visits) <= _BESIDE
    across = len(data.arms) if side_by_side else 1
    width = (WIDTH - _LEFT - _RIGHT - _BETWEEN * (across - 1)) / across
    titles = [wrap(speak(each.arm, catalogue), width=width, size=_TITLE, bold=True) for each in data.arms]
    title_height = max(map(len, titles), default=1) * 12 + 4
    legend = Legend(
        [
            Entry(speak(category, catalogue), box=_box(number))
            for number, category in enumerate(data.categories)
        ],
        WIDTH - 8,
    )
    panel = title_height + _PLOT + 38

    def paint(figure: Figure) -> None:
        free = sheet(figure)
        legend.paint(free, left=4, top=3)
        for number, each in enumerate(data.arms):
            column, row = (number, 0) if side_by_side else (0, number)
            left = _LEFT + column * (width + _BETWEEN)
            top = legend.height + 10 + row * panel
            for line, text in enumerate(titles[number]):
                free.text(left, top + 9 + 12 * line, text, size=_TITLE, weight="bold", va="baseline")
            axes = axes_at(figure, left=left, top=top + title_height, width=width, height=_PLOT)
            _paint_bars(axes, each, width=width)
            _set_up(axes, data, catalogue, width=width, labelled=column == 0)

    return draw(
        paint,
        id=data.id,
        height=legend.height + 10 + panel * (1 if side_by_side else len(data.arms)),
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


def _box(category: int) -> dict[str, Any]:
    look = _LOOKS[category]
    return {
        "facecolor": look["facecolor"],
        "hatch": look["hatch"],
        "edgecolor": SOFT,
        "linewidth": 0.6,
    }


def _paint_bars(axes: Axes, each: ArmBars, *, width: float) -> None:
    bar = width / max(len(each.counts), 1) * 0.8
    for place, counts in enumerate(each.counts):
        people = sum(counts)
        bottom = 0.0
        for category, count in enumerate(counts):
            height = 100 * count / people if people else 0.0
            if not count:
                continue
            axes.bar(place, height, 0.8, bottom=bottom, **_box(category))
            text = f"{count}"
            room = height * _PLOT / 108
            if room >= 5.5 and bar >= 4.5 * len(text):
                axes.text(
                    place,
                    bottom + height / 2,
                    text,
                    ha="center",
                    va="center_baseline",
                    size=7 if room >= 7 else 6,
                    color=str(_LOOKS[category]["text"]),
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4}
                    if _LOOKS[category]["hatch"]
                    else None,
                )
            bottom += height
        axes.text(place, 101.5, f"{people}", ha="center", va="bottom", size=7, color=SOFT)


def _set_up(
    axes: Axes, data: Response, catalogue: Mapping[str, str], *, width: float, labelled: bool
) -> None:
    axes.set_ylim(0, 108)
    axes.set_xlim(-0.6, len(data.visits) - 0.4)
    axes.set_yticks(range(0, 101, 20), labels=None if labelled else [""] * 6)
    labels = [speak(visit, catalogue) for visit in data.visits]
    widest = max((text_width(label, size=8.5) for label in labels), default=0.0)
    every = max(1, math.ceil((widest + 4) * len(labels) / width))
    # Where not every visit has room for its label, the last has one.
    shown = [label if (len(labels) - 1 - place) % every == 0 else "" for place, label in enumerate(labels)]
    axes.set_xticks(range(len(labels)), labels=shown)
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel(speak(data.visit_label, catalogue))
    if labelled:
        axes.text(-0.7, 101.5, "n", ha="right", va="bottom", size=7, color=SOFT)
        axes.set_ylabel(speak(message("Share of participants (%)"), catalogue))
    plain_axes(axes)


def _describe(data: Response, catalogue: Mapping[str, str]) -> str:
    head = message("Stacked bars: shares of {categories} at each visit, by arm.", categories=data.categories)
    ends = [
        message(
            "{arm}, last visit: {counts} of {people}.",
            arm=each.arm,
            counts=tuple(
                message("{category} {count}", category=category, count=count)
                for category, count in zip(data.categories, each.counts[-1], strict=True)
            ),
            people=sum(each.counts[-1]),
        )
        for each in data.arms
        if each.counts
    ]
    return sentences([head, *ends], catalogue)
