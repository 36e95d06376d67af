"""The forest plot: estimates with their intervals below each other, such as the sensitivity analyses of an endpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trialwright.reports.figures.canvas import (
    DEEP,
    GROUND,
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
from trialwright.reports.figures.letters import text_width, wrap
from trialwright.terms.message import message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE, _LEADING, _ROW = 8.0, 10.5, 16.0  # points


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row.

    `estimate`, `lower`, `upper`: in the unit of the axis, `None` where there is none (the row is only text then).
    `texts`: what stands in the columns on the right, one for each of the figure's. `primary` rows are set off.
    """

    label: Says
    estimate: float | None
    lower: float | None
    upper: float | None
    texts: tuple[Says, ...]
    primary: bool


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest plot.

    `reference`: the value of no difference (0 or 1). `limits`: the ends of the axis; what lies beyond is cut off with
    an arrow. `favours`: what lies to the left and to the right of the reference. `columns`: headings of the texts.
    """

    id: str
    title: Says
    label_heading: Says
    columns: tuple[Says, ...]
    rows: tuple[Estimate, ...]
    value_label: Says
    reference: float
    limits: tuple[float, float]
    ticks: tuple[float, ...]
    scale: Literal["linear", "log"]
    favours: tuple[Says, Says] | None

    def __post_init__(self) -> None:
        if any(len(row.texts) != len(self.columns) for row in self.rows):
            raise ValueError("every row needs a text for every column")
        if not self.limits[0] < self.reference < self.limits[1]:
            raise ValueError("the reference must lie within the axis")
        if self.scale == "log" and self.limits[0] <= 0:
            raise ValueError("an axis of logarithms begins above 0")


def draw_forest(data: Forest, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the estimates in the language of the catalogue."""
    widths = [
        max(
            text_width(line, size=_SIZE, bold=True)
            for text in (heading, *(row.texts[number] for row in data.rows))
            for line in wrap(speak(text, catalogue), width=92, size=_SIZE, bold=True)
        )
        + 10
        for number, heading in enumerate(data.columns)
    ]
    longest = max(
        (text_width(speak(row.label, catalogue), size=_SIZE, bold=True) for row in data.rows), default=0
    )
    label = min(longest + 10, max(WIDTH - sum(widths) - 120, 90.0))
    plot = WIDTH - label - sum(widths) - 12
    cells = [
        [wrap(speak(row.label, catalogue), width=label - 8, size=_SIZE, bold=row.primary)]
        + [wrap(speak(text, catalogue), width=92, size=_SIZE, bold=row.primary) for text in row.texts]
        for row in data.rows
    ]
    head = [wrap(speak(data.label_heading, catalogue), width=label - 8, size=_SIZE, bold=True)] + [
        wrap(speak(text, catalogue), width=92, size=_SIZE, bold=True) for text in data.columns
    ]
    heights = [max(_ROW, max(map(len, row)) * _LEADING + 5.5) for row in cells]
    top = max(map(len, head)) * _LEADING + 10
    high = sum(heights)
    lefts = [4.0, *(label + plot + 12 + sum(widths[:number]) for number in range(len(widths)))]
    foot = [] if data.favours is None else _favours(data.favours, catalogue, width=plot / 2 + 40)

    def paint(figure: Figure) -> None:
        free, back = sheet(figure), sheet(figure, behind=True)
        _paint_texts(free, head, lefts, middle=3 + max(map(len, head)) * _LEADING / 2, bold=True)
        free.plot([2, WIDTH - 2], [top - 3, top - 3], color=SOFT, linewidth=0.8)
        axes = axes_at(figure, left=label, top=top, width=plot, height=high)
        axes.patch.set_visible(False)
        _set_up(axes, data, catalogue, height=high)
        y = 0.0
        for row, texts, height in zip(data.rows, cells, heights, strict=True):
            if row.primary:
                back.axhspan(top + y, top + y + height, facecolor=GROUND)
            _paint_texts(free, texts, lefts, middle=top + y + height / 2, bold=row.primary)
            _paint_estimate(axes, row, y + height / 2, data)
            y += height
        for side, lines in enumerate(foot):
            middle = label + plot * _place(data.reference, data)
            for number, text in enumerate(lines):
                free.text(
                    middle + (-5 if side == 0 else 5),
                    top + high + 40 + number * 9.5,
                    text,
                    size=7.5,
                    color=SOFT,
                    ha="right" if side == 0 else "left",
                )

    return draw(
        paint,
        id=data.id,
        height=top + high + 36 + (9.5 * max(map(len, foot)) + 4 if foot else 0),
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


def _favours(favours: tuple[Says, Says], catalogue: Mapping[str, str], *, width: float) -> list[list[str]]:
    left, right = (speak(text, catalogue) for text in favours)
    return [wrap(text, width=width, size=7.5) for text in (f"←\u00a0{left}", f"{right}\u00a0→")]


def _place(value: float, data: Forest) -> float:
    """Where a value lies between the ends of the axis, from 0 to 1."""
    low, high = data.limits
    if data.scale == "log":
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _paint_texts(
    free: Axes, texts: list[list[str]], lefts: list[float], *, middle: float, bold: bool
) -> None:
    for lines, left in zip(texts, lefts, strict=True):
        for number, text in enumerate(lines):
            free.text(
                left,
                middle + (number + 0.5 - len(lines) / 2) * _LEADING,
                text,
                size=_SIZE,
                weight="bold" if bold else "normal",
                va="center_baseline",
            )


def _set_up(axes: Axes, data: Forest, catalogue: Mapping[str, str], *, height: float) -> None:
    if data.scale == "log":
        axes.set_xscale("log")
    axes.set_xlim(*data.limits)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(data.ticks, labels=[f"{tick:g}".replace("-", "−") for tick in data.ticks])
    axes.minorticks_off()
    axes.set_xlabel(speak(data.value_label, catalogue), size=8.5)
    plain_axes(axes, grid="x")
    axes.axvline(data.reference, color=SOFT, linewidth=1)


def _paint_estimate(axes: Axes, row: Estimate, middle: float, data: Forest) -> None:
    low, high = data.limits
    if row.lower is not None and row.upper is not None:
        start, end = max(row.lower, low), min(row.upper, high)
        if start <= end:
            axes.plot([start, end], [middle, middle], color=DEEP, linewidth=1.6, solid_capstyle="butt")
        for cut, at, marker in ((row.lower < low, low, "<"), (row.upper > high, high, ">")):
            if cut:
                axes.plot(at, middle, marker=marker, markersize=5, color=DEEP, clip_on=False)
    if row.estimate is not None and low <= row.estimate <= high:
        axes.plot(
            row.estimate,
            middle,
            marker="D" if row.primary else "s",
            markersize=6.5 if row.primary else 5,
            color=DEEP,
            markeredgecolor="white",
            markeredgewidth=0.6,
        )


def _describe(data: Forest, catalogue: Mapping[str, str]) -> str:
    head = message(
        "{value} by analysis; {reference} means no difference.",
        value=data.value_label,
        reference=f"{data.reference:g}",
    )
    rows = [message("{label}: {texts}.", label=row.label, texts=row.texts) for row in data.rows]
    return sentences([head, *rows], catalogue)
