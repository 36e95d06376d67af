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

_SIZE, _LEADING, _ROW, _FOOT = 8.0, 10.5, 16.0, 9.5  # points
_LABEL, _PLOT, _COLUMN, _MOST = 90.0, 100.0, 92.0, 4  # the least, the least, the most; columns of text


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row.

    `estimate`, `lower`, `upper`: in the unit of the axis, `None` where there is none (the row is only text then,
    and a heading where its texts are empty).
    `texts`: what stands in the columns on the right, one for each of the figure's. `primary` rows are set off.
    """

    label: Says
    estimate: float | None
    lower: float | None
    upper: float | None
    texts: tuple[Says, ...]
    primary: bool

    @property
    def bold(self) -> bool:
        """Whether it is set bold: the primary one, and a heading of those below it."""
        return self.primary or (self.estimate is None and not any(self.texts))


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
        if len(self.columns) > _MOST:
            raise ValueError(f"a forest plot has room for {_MOST} columns of text")
        if any(len(row.texts) != len(self.columns) for row in self.rows):
            raise ValueError("every row needs a text for every column")
        if not self.limits[0] < self.reference < self.limits[1]:
            raise ValueError("the reference must lie within the axis")
        if self.scale == "log" and self.limits[0] <= 0:
            raise ValueError("an axis of logarithms begins above 0")


def draw_forest(data: Forest, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the estimates in the language of the catalogue."""
    page = _Layout(data, catalogue)

    def paint(figure: Figure) -> None:
        free, back = sheet(figure), sheet(figure, behind=True)
        _paint_texts(free, page.head, page.lefts, middle=page.top / 2 - 2, bold=True)
        free.plot([2, WIDTH - 2], [page.top - 3, page.top - 3], color=SOFT, linewidth=0.8)
        axes = axes_at(figure, left=page.label, top=page.top, width=page.plot, height=page.high)
        axes.patch.set_visible(False)
        _set_up(axes, data, catalogue, height=page.high)
        y = 0.0
        for row, texts, height in zip(data.rows, page.cells, page.heights, strict=True):
            if row.primary:
                back.axhspan(page.top + y, page.top + y + height, facecolor=GROUND)
            _paint_texts(free, texts, page.lefts, middle=page.top + y + height / 2, bold=row.bold)
            _paint_estimate(axes, row, y + height / 2, data)
            y += height
        _paint_favours(free, page, data)

    return draw(
        paint,
        id=data.id,
        height=page.top + page.high + 36 + (_FOOT * max(map(len, page.foot)) + 4 if page.foot else 0),
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


class _Layout:
    """Where everything stands, in points: the labels, the plot, the columns of text, and their lines."""

    def __init__(self, data: Forest, catalogue: Mapping[str, str]) -> None:
        def lines(text: Says, width: float, *, bold: bool) -> list[str]:
            return wrap(speak(text, catalogue), width=width, size=_SIZE, bold=bold)

        def widest(texts: list[str]) -> float:
            return max((text_width(text, size=_SIZE, bold=True) for text in texts), default=0)

        columns = [
            [heading, *(row.texts[number] for row in data.rows)]
            for number, heading in enumerate(data.columns)
        ]
        most = _share(
            [min(widest([speak(text, catalogue) for text in column]), _COLUMN) for column in columns],
            WIDTH - _LABEL - _PLOT - 12 - 10 * len(columns),
        )
        widths = [
            widest([line for text in column for line in lines(text, limit, bold=True)]) + 10
            for column, limit in zip(columns, most, strict=True)
        ]
        longest = widest([speak(row.label, catalogue) for row in data.rows])
        self.label = min(longest + 10, max(WIDTH - sum(widths) - _PLOT - 20, _LABEL))
        self.plot = WIDTH - self.label - sum(widths) - 12
        self.lefts = [4.0, *(self.label + self.plot + 12 + sum(widths[:each]) for each in range(len(widths)))]
        self.head = [
            lines(data.label_heading, self.label - 8, bold=True),
            *(lines(text, limit, bold=True) for text, limit in zip(data.columns, most, strict=True)),
        ]
        self.cells = [
            [
                lines(row.label, self.label - 8, bold=row.bold),
                *(lines(text, limit, bold=row.bold) for text, limit in zip(row.texts, most, strict=True)),
            ]
            for row in data.rows
        ]
        self.heights = [max(_ROW, max(map(len, row)) * _LEADING + 5.5) for row in self.cells]
        self.top = max(map(len, self.head)) * _LEADING + 10
        self.high = sum(self.heights)
        self.foot = (
            [] if data.favours is None else _favours(data.favours, catalogue, width=self.plot / 2 + 40)
        )


def _share(widths: list[float], room: float) -> list[float]:
    """The widths of columns that must share a room: the widest give way first."""
    widths = [width + 0.01 for width in widths]
    while sum(widths) > room:
        place = widths.index(max(widths))
        widths[place] -= 1
    return widths


def _favours(favours: tuple[Says, Says], catalogue: Mapping[str, str], *, width: float) -> list[list[str]]:
    left, right = (speak(text, catalogue) for text in favours)
    return [wrap(text, width=width, size=7.5) for text in (f"←\u00a0{left}", f"{right}\u00a0→")]


def _paint_favours(free: Axes, page: _Layout, data: Forest) -> None:
    middle = page.label + page.plot * _place(data.reference, data)
    for side, lines in enumerate(page.foot):
        for number, text in enumerate(lines):
            free.text(
                middle + (-5, 5)[side],
                page.top + page.high + 40 + number * _FOOT,
                text,
                size=7.5,
                color=SOFT,
                ha=("right", "left")[side],
            )


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
    rows = [
        message("{label}: {texts}.", label=row.label, texts=row.texts)
        if any(row.texts)
        else message("{label}.", label=row.label)
        for row in data.rows
    ]
    return sentences([head, *rows], catalogue)
