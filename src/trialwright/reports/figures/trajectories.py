"""Trajectories ("spaghetti"): one thin line per participant, and over them the mean or median of each arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from trialwright.reports.figures.canvas import (
    ALARM,
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
from trialwright.reports.figures.legend import Entry, Legend
from trialwright.reports.figures.letters import wrap
from trialwright.terms.message import message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLOT, _LEFT, _RIGHT, _BETWEEN, _TITLE = 148.0, 46.0, 6.0, 14.0, 9.0  # points


@dataclass(frozen=True, slots=True)
class Point:
    """The centre of an arm at a time, with its limits where there are any (interval or quartiles)."""

    time: float
    centre: float
    lower: float | None
    upper: float | None
    people: int


@dataclass(frozen=True, slots=True)
class ArmTrajectories:
    """One arm: for each participant (time, value) in order of time, and the centre at each visit."""

    arm: Says
    participants: tuple[tuple[tuple[float, float], ...], ...]
    centre: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Trajectories:
    """A figure of trajectories, a panel for each arm.

    `centre_label` says what the thick line and its bars are ("median and quartiles"). `scale`: `log` draws a value of
    0 or less at the lower edge, as a triangle. `target`: a line at a value that matters, with its name; or `None`.
    `ticks`: times on the axis.
    """

    id: str
    title: Says
    arms: tuple[ArmTrajectories, ...]
    ticks: tuple[float, ...]
    time_label: Says
    value_label: Says
    centre_label: Says
    scale: Literal["linear", "log"]
    target: tuple[float, Says] | None


def draw_trajectories(data: Trajectories, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the trajectories in the language of the catalogue; the panels have one scale."""
    across = 1 if len(data.arms) == 1 else 2
    width = (WIDTH - _LEFT - _RIGHT - _BETWEEN * (across - 1)) / across
    titles = [wrap(speak(each.arm, catalogue), width=width, size=_TITLE, bold=True) for each in data.arms]
    title_height = max(map(len, titles), default=1) * 12 + 5
    limits, floor = _limits(data)
    legend = Legend(
        _entries(data, catalogue, floored=floor is not None and _any_below(data, floor)), WIDTH - 8
    )
    panel = title_height + _PLOT + 38

    def paint(figure: Figure) -> None:
        free = sheet(figure)
        legend.paint(free, left=4, top=3)
        for number, each in enumerate(data.arms):
            row, column = divmod(number, across)
            left = _LEFT + column * (width + _BETWEEN)
            top = legend.height + 10 + row * panel
            for line, text in enumerate(titles[number]):
                free.text(left, top + 9 + 12 * line, text, size=_TITLE, weight="bold", va="baseline")
            axes = axes_at(figure, left=left, top=top + title_height, width=width, height=_PLOT)
            _set_up(axes, data, limits, catalogue, labelled=column == 0)
            _paint_arm(axes, each, arm_style(number), floor=floor)
            if data.target is not None:
                axes.axhline(data.target[0], color=ALARM, linewidth=1, linestyle=(0, (4, 2)), zorder=4)

    return draw(
        paint,
        id=data.id,
        height=legend.height + 10 + panel * -(-len(data.arms) // across),
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


def _entries(data: Trajectories, catalogue: Mapping[str, str], *, floored: bool) -> list[Entry]:
    entries = [
        Entry(
            speak(message("one participant"), catalogue), line={"color": SOFT, "linewidth": 0.7, "alpha": 0.7}
        ),
        Entry(
            speak(data.centre_label, catalogue),
            line={"color": INK, "linewidth": 2.2, "marker": "o", "markersize": 4.5},
        ),
    ]
    if data.target is not None:
        entries.append(
            Entry(
                speak(data.target[1], catalogue),
                line={"color": ALARM, "linewidth": 1, "linestyle": (0, (4, 2))},
            )
        )
    if floored:
        text = message("0 or less: drawn at the lower edge")
        entries.append(
            Entry(
                speak(text, catalogue),
                line={"color": SOFT, "linestyle": "none", "marker": "v", "markersize": 4},
            )
        )
    return entries


def _values(data: Trajectories) -> list[float]:
    values = [value for arm in data.arms for points in arm.participants for _, value in points]
    for arm in data.arms:
        for point in arm.centre:
            values += [value for value in (point.centre, point.lower, point.upper) if value is not None]
    return values + ([data.target[0]] if data.target is not None else [])


def _any_below(data: Trajectories, floor: float) -> bool:
    return any(value < floor for value in _values(data))


def _limits(data: Trajectories) -> tuple[tuple[float, float], float | None]:
    """The axis, and the value that stands for everything that a logarithm cannot show."""
    values = _values(data)
    if data.scale == "log":
        positive = [value for value in values if value > 0] or [1.0]
        low = min(positive) / (1.6 if len(positive) < len(values) else 1.25)
        return (low, max(positive) * 1.25), low * 1.06
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = 0.06 * (high - low or 1.0)
    return (0.0 if 0 <= low < 0.35 * high else low - margin, high + margin), None


def _paint_arm(axes: Axes, each: ArmTrajectories, style: ArmStyle, *, floor: float | None) -> None:
    def lift(value: float) -> float:
        return value if floor is None else max(value, floor)

    for points in each.participants:
        times = [time for time, _ in points]
        values = [lift(value) for _, value in points]
        axes.plot(times, values, color=style.color, linewidth=0.7, alpha=0.38, zorder=2)
        if len(points) == 1:
            axes.plot(times, values, color=style.color, marker=".", markersize=3, alpha=0.38, zorder=2)
    if floor is not None:
        low = [time for points in each.participants for time, value in points if value < floor]
        look: dict[str, Any] = {"marker": "v", "markersize": 3.5, "color": style.color, "alpha": 0.6}
        axes.plot(low, [floor] * len(low), linestyle="none", **look)
    for point in each.centre:
        if point.lower is not None and point.upper is not None:
            axes.vlines(point.time, lift(point.lower), lift(point.upper), color=INK, linewidth=1.2, zorder=5)
    axes.plot(
        [point.time for point in each.centre],
        [lift(point.centre) for point in each.centre],
        color=style.color,
        linewidth=2.4,
        marker=style.marker,
        markersize=5,
        markeredgecolor="white",
        markeredgewidth=0.7,
        zorder=6,
    )


def _set_up(
    axes: Axes,
    data: Trajectories,
    limits: tuple[float, float],
    catalogue: Mapping[str, str],
    *,
    labelled: bool,
) -> None:
    if data.scale == "log":
        axes.set_yscale("log")
        ticks = [tick for tick in _log_ticks() if limits[0] <= tick <= limits[1]]
        axes.set_yticks(ticks, labels=[f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
    span = data.ticks[-1] - data.ticks[0]
    times = [time for arm in data.arms for points in arm.participants for time, _ in points]
    times += [point.time for arm in data.arms for point in arm.centre]
    first, end = min([data.ticks[0], *times]), max([data.ticks[-1], *times])
    axes.set_xlim(first - 0.04 * span, end + 0.04 * span)
    axes.set_ylim(*limits)
    axes.set_xticks(data.ticks, labels=_thin([f"{tick:g}" for tick in data.ticks]))
    axes.set_xlabel(speak(data.time_label, catalogue))
    if labelled:
        axes.set_ylabel(speak(data.value_label, catalogue))
    else:
        axes.tick_params(axis="y", labelleft=False)
    plain_axes(axes)


def _log_ticks() -> list[float]:
    return [step * 10.0**power for power in range(-6, 7) for step in (1, 2, 5)]


def _thin(labels: list[str]) -> list[str]:
    """Not more labels than a narrow panel holds; the first and last stay."""
    step = -(-len(labels) // 9)
    return [
        label if (len(labels) - 1 - number) % step == 0 or number == 0 else ""
        for number, label in enumerate(labels)
    ]


def _describe(data: Trajectories, catalogue: Mapping[str, str]) -> str:
    head = message(
        "{value} of every participant against {time}, a panel for each arm.",
        value=data.value_label,
        time=data.time_label,
    )
    ends = [
        message(
            "{arm}: {first} at {start} and {last} at {end} ({label}).",
            arm=each.arm,
            label=data.centre_label,
            first=f"{each.centre[0].centre:.3g}",
            start=f"{each.centre[0].time:g}",
            last=f"{each.centre[-1].centre:.3g}",
            end=f"{each.centre[-1].time:g}",
        )
        for each in data.arms
        if each.centre
    ]
    return sentences([head, *ends], catalogue)
