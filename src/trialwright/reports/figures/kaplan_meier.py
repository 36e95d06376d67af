"""Kaplan-Meier curves: steps with their confidence band, censored times, and the numbers at risk below."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.reports.figures.canvas import (
    INK,
    SOFT,
    WIDTH,
    ArmStyle,
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
from trialwright.reports.figures.legend import Entry, Legend, arm_line
from trialwright.reports.figures.letters import text_width, wrap
from trialwright.terms.message import message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLOT, _LEFT, _RIGHT = 200.0, 52.0, 14.0  # points
_ROW, _SMALL = 12.0, 8.0


@dataclass(frozen=True, slots=True)
class Curve:
    """The estimate of one arm.

    `times`: where the estimate changes, ascending, the first 0; `survival` and its limits hold from each of them on,
    as shares between 0 and 1 (a limit that does not exist is `None`, and is not drawn). `censored`: times at which
    people left without the event. `end`: the last time anybody was followed to. `at_risk`: people under observation
    just before each tick of the figure.
    """

    arm: Says
    times: tuple[float, ...]
    survival: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    censored: tuple[float, ...]
    end: float
    at_risk: tuple[int, ...]

    def __post_init__(self) -> None:
        if not len(self.times) == len(self.survival) == len(self.lower) == len(self.upper):
            raise ValueError("a curve needs an estimate and two limits for each of its times")
        if not self.times or self.times[0] != 0 or list(self.times) != sorted(self.times):
            raise ValueError("the times of a curve ascend from 0")

    def at(self, time: float) -> float:
        """The survival at a time."""
        return next(
            value
            for when, value in zip(reversed(self.times), reversed(self.survival), strict=True)
            if when <= time
        )


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """A figure of curves, in the order of the arms.

    `incidence`: draw 1 minus survival, the share who have had the event. `ticks`: times on the axis, in its unit,
    ascending from 0; the axis ends at the last follow-up, or the last tick where that is later. `level`: of the confidence band, such as 0.95. Labels carry the unit.
    """

    id: str
    title: Says
    curves: tuple[Curve, ...]
    ticks: tuple[float, ...]
    time_label: Says
    value_label: Says
    incidence: bool
    level: float

    def __post_init__(self) -> None:
        if any(len(curve.at_risk) != len(self.ticks) for curve in self.curves):
            raise ValueError("every curve needs a number at risk for each tick")

    @property
    def last(self) -> float:
        """Where the axis ends."""
        return max([self.ticks[-1], *(curve.end for curve in self.curves)]) or 1.0


def draw_kaplan_meier(data: KaplanMeier, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the curves in the language of the catalogue.

    **Source** of the layout: Pocock SJ, Clayton TC, Altman DG. Lancet 2002;359:1686-89 (numbers at risk, uncertainty
    shown, curves ended where few are left).
    """
    arms = [speak(curve.arm, catalogue) for curve in data.curves]
    legend = Legend(_entries(data, arms, catalogue), WIDTH - 8)
    beside = all(text_width(arm, size=_SMALL) <= _LEFT - 10 for arm in arms)
    top = legend.height + 12
    table = top + _PLOT + 46
    lines = [[arm] if beside else wrap(arm, width=WIDTH - 8, size=_SMALL) for arm in arms]
    rows = sum(1 if beside else 1 + len(each) for each in lines)

    def paint(figure: Figure) -> None:
        free = sheet(figure)
        legend.paint(free, left=4, top=3)
        axes = axes_at(figure, left=_LEFT, top=top, width=WIDTH - _LEFT - _RIGHT, height=_PLOT)
        for number, curve in enumerate(data.curves):
            _paint_curve(axes, curve, arm_style(number), incidence=data.incidence)
        _set_up(axes, data, catalogue)
        free.text(
            4, table, speak(message("Number at risk"), catalogue), size=_SMALL, weight="bold", va="baseline"
        )
        y = table + _ROW
        for number, curve in enumerate(data.curves):
            for line in lines[number]:
                free.text(4, y, line, size=_SMALL, va="baseline")
                y += 0 if beside else _ROW
            for tick, people in zip(data.ticks, curve.at_risk, strict=True):
                x = _LEFT + (WIDTH - _LEFT - _RIGHT) * tick / data.last
                free.text(x, y, f"{people}", size=_SMALL, ha="center", va="baseline")
            y += _ROW

    return draw(
        paint,
        id=data.id,
        height=table + rows * _ROW + 6,
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


def _entries(data: KaplanMeier, arms: list[str], catalogue: Mapping[str, str]) -> list[Entry]:
    entries = [arm_line(arm, arm_style(number)) for number, arm in enumerate(arms)]
    if any(curve.censored for curve in data.curves):
        look = {"color": INK, "linestyle": "none", "marker": "|", "markersize": 9, "markeredgewidth": 1.3}
        entries.append(Entry(speak(message("censored"), catalogue), line=look))
    if any(value is not None for curve in data.curves for value in curve.lower):
        text = message("{level} % confidence band", level=100 * data.level)
        entries.append(Entry(speak(text, catalogue), box={"facecolor": SOFT, "alpha": 0.25, "linewidth": 0}))
    return entries


def _paint_curve(axes: Axes, curve: Curve, style: ArmStyle, *, incidence: bool) -> None:
    def shown(values: tuple[float | None, ...]) -> list[float]:
        numbers = [
            math.nan if value is None else 100 * (1 - value if incidence else value) for value in values
        ]
        return [*numbers, numbers[-1]]

    times = [*curve.times, max(curve.end, curve.times[-1])]
    axes.fill_between(
        times,
        shown(curve.lower),
        shown(curve.upper),
        step="post",
        facecolor=style.color,
        edgecolor=style.color,
        alpha=0.16,
        linewidth=0.5,
    )
    axes.step(times, shown(curve.survival), where="post", color=style.color, linestyle=style.line)
    heights = shown(tuple(curve.at(time) for time in curve.censored))[:-1] if curve.censored else []
    axes.plot(
        curve.censored,
        heights,
        linestyle="none",
        marker="|",
        markersize=9,
        markeredgewidth=1.3,
        color=INK,
        zorder=4,
        clip_on=False,
    )


def _set_up(axes: Axes, data: KaplanMeier, catalogue: Mapping[str, str]) -> None:
    axes.set_xlim(0, data.last)
    axes.set_ylim(0, 102)
    axes.set_yticks(
        range(0, 101, 20),
        labels=[speak(message("{number} %", number=share), catalogue) for share in range(0, 101, 20)],
    )
    axes.set_xticks(data.ticks, labels=[f"{tick:g}" for tick in data.ticks])
    axes.set_xlabel(speak(data.time_label, catalogue), color=INK)
    axes.set_ylabel(speak(data.value_label, catalogue), color=INK)
    plain_axes(axes)


def _describe(data: KaplanMeier, catalogue: Mapping[str, str]) -> str:
    lasts = [curve.end for curve in data.curves]  # beyond it nothing is known
    ends = [
        message(
            "{arm}: {value} % at {time}, {people} at risk at the start.",
            arm=curve.arm,
            value=f"{100 * (1 - curve.at(last) if data.incidence else curve.at(last)):.1f}",
            time=f"{last:.3g}",
            people=curve.at_risk[0],
        )
        for curve, last in zip(data.curves, lasts, strict=True)
    ]
    head = message("{value} against {time}, as steps.", value=data.value_label, time=data.time_label)
    return sentences([head, *ends], catalogue)
