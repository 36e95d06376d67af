"""The flow of participants: assessed, excluded, allocated, and for each arm treated, followed and analysed.

**Source**: the CONSORT 2025 flow diagram (Hopewell S et al., BMJ 2025;388:e081123).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.reports.figures.canvas import (
    DEEP,
    GROUND,
    INK,
    SOFT,
    WIDTH,
    Drawing,
    Says,
    draw,
    sentences,
    sheet,
    speak,
)
from trialwright.reports.figures.letters import wrap
from trialwright.terms.message import message

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE, _LEADING, _PAD, _GAP, _INDENT = 8.0, 10.5, 6.0, 16.0, 8.0  # points


@dataclass(frozen=True, slots=True)
class Count:
    """A line of a box: what, and how many participants; `level` 1 is a reason under the line before."""

    label: Says
    people: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its heading with the number of participants, and what they are made of."""

    heading: Says
    people: int
    lines: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class ArmFlow:
    """The boxes of one arm, from allocation down; every arm of a figure has as many."""

    arm: Says
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Consort:
    """A flow diagram.

    `spine`: the boxes before allocation, each with the box of those who leave to the side after it (or `None`).
    Every box must follow from the one before: those in it less those who leave are those in the next, and the first
    boxes of the arms add up to the last of the spine. `stages`: names of the rows of arm boxes, for the margin.
    """

    id: str
    title: Says
    spine: tuple[tuple[Box, Box | None], ...]
    stages: tuple[Says, ...]
    arms: tuple[ArmFlow, ...]

    def __post_init__(self) -> None:
        if not self.spine or any(len(arm.boxes) != len(self.stages) for arm in self.arms):
            raise ValueError("a flow needs a first box, and in every arm a box for each stage")
        for (box, aside), following in zip(self.spine, [*self.spine[1:], None], strict=True):
            left = box.people - (aside.people if aside else 0)
            next_people = following[0].people if following else self._allocated()
            if next_people is not None and left != next_people:
                raise ValueError(
                    f"the flow does not add up: {left} people remain, the next box has {next_people}"
                )

    def _allocated(self) -> int | None:
        return sum(arm.boxes[0].people for arm in self.arms) if self.arms and self.stages else None


def draw_consort(data: Consort, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the flow in the language of the catalogue; raises `ValueError` where the numbers do not add up."""
    page = _Layout(data, catalogue)

    def paint(figure: Figure) -> None:
        free = sheet(figure)
        for line in page.arrows:
            _paint_arrow(free, line)
        for place in page.placed:
            _paint_box(free, place)
        for x, y, text in page.titles:
            free.text(x, y, text, size=_SIZE + 0.5, weight="bold", color=DEEP, ha="center", va="baseline")
        for x, y, text in page.stages:
            free.text(x, y, text, size=_SIZE, color=SOFT, va="baseline")

    return draw(
        paint,
        id=data.id,
        height=page.height,
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box where it stands: lines of (indent, bold, text)."""

    left: float
    top: float
    width: float
    height: float
    lines: tuple[tuple[float, bool, str], ...]


class _Layout:
    """Where everything stands, in points from the upper left corner."""

    def __init__(self, data: Consort, catalogue: Mapping[str, str]) -> None:
        self._catalogue = catalogue
        self.placed: list[_Placed] = []
        self.arrows: list[tuple[tuple[float, float], ...]] = []
        self.titles: list[tuple[float, float, str]] = []
        self.stages: list[tuple[float, float, str]] = []
        self.height = 4.0
        self._lay_spine(data)
        if data.arms and data.stages:
            self._lay_arms(data)
        self.height += 4

    def _lay_spine(self, data: Consort) -> None:
        width = WIDTH * 0.5
        left = (WIDTH - width) / 2
        self._x = WIDTH / 2
        for number, (box, aside) in enumerate(data.spine):
            if number and data.spine[number - 1][1] is None:
                self.arrows.append(((self._x, self.height - _GAP), (self._x, self.height)))
            lines = self._lines(box, width)
            self._place(left, self.height, width, lines)
            self.height = self.placed[-1].top + self.placed[-1].height
            if aside is not None:
                side_left = self._x + 18
                side_width = WIDTH - side_left - 3
                side = self._lines(aside, side_width)
                top = self.height + 8
                self._place(side_left, top, side_width, side)
                bottom = top + self.placed[-1].height
                middle = (top + bottom) / 2
                self.arrows.append(((self._x, self.height), (self._x, bottom + 8)))
                self.arrows.append(((self._x, middle), (side_left, middle)))
                self.height = bottom + 8 - _GAP
            self.height += _GAP

    def _lay_arms(self, data: Consort) -> None:
        across = len(data.arms)
        between = 10.0
        width = (WIDTH - 6 - between * (across - 1)) / across
        centres = [3 + width / 2 + number * (width + between) for number in range(across)]
        bar = self.height
        if data.spine[-1][1] is None:
            self.arrows.append(((self._x, bar - _GAP), (self._x, bar), (self._x, bar)))
        self.arrows.append(((centres[0], bar), (centres[-1], bar), (centres[-1], bar)))
        titles = [
            wrap(speak(arm.arm, self._catalogue), width=width - 4, size=_SIZE + 0.5, bold=True)
            for arm in data.arms
        ]
        self.height = bar + 10 + max(map(len, titles)) * (_LEADING + 0.5)
        for centre, title in zip(centres, titles, strict=True):
            self.arrows.append(((centre, bar), (centre, bar + 7)))
            for number, text in enumerate(title):
                self.titles.append((centre, bar + 17 + number * (_LEADING + 0.5), text))
        self.height += 2
        for row, stage in enumerate(data.stages):
            name = speak(stage, self._catalogue)
            self.stages.append((centres[0] - width / 2, self.height + 10, name))
            top = self.height + 14
            blocks = [self._lines(arm.boxes[row], width) for arm in data.arms]
            tall = max(_height(lines) for lines in blocks)
            for centre, lines in zip(centres, blocks, strict=True):
                if row:
                    self.arrows.append(((centre, self.height - 1), (centre, top)))
                self._place(centre - width / 2, top, width, lines, height=tall)
            self.height = top + tall + 1

    def _lines(self, box: Box, width: float) -> tuple[tuple[float, bool, str], ...]:
        counts = [Count(box.heading, box.people), *box.lines]
        lines: list[tuple[float, bool, str]] = []
        for number, each in enumerate(counts):
            indent = 0.0 if number == 0 else _INDENT * each.level
            text = speak(
                message("{what} (n\u00a0=\u00a0{people})", what=each.label, people=each.people),
                self._catalogue,
            )
            for place, line in enumerate(
                wrap(text, width=width - 2 * _PAD - indent - 5, size=_SIZE, bold=number == 0)
            ):
                lines.append((indent + (5 if place and number else 0), number == 0, line))
        return tuple(lines)

    def _place(
        self,
        left: float,
        top: float,
        width: float,
        lines: tuple[tuple[float, bool, str], ...],
        *,
        height: float | None = None,
    ) -> None:
        self.placed.append(_Placed(left, top, width, height or _height(lines), lines))


def _height(lines: Sequence[object]) -> float:
    return len(lines) * _LEADING + 2 * _PAD - 1


def _paint_box(free: Axes, place: _Placed) -> None:
    from matplotlib.patches import Rectangle

    free.add_patch(
        Rectangle(
            (place.left, place.top),
            place.width,
            place.height,
            facecolor=GROUND,
            edgecolor=DEEP,
            linewidth=0.9,
        )
    )
    for number, (indent, bold, text) in enumerate(place.lines):
        free.text(
            place.left + _PAD + indent,
            place.top + _PAD + (number + 0.5) * _LEADING - 0.5,
            text,
            size=_SIZE,
            color=INK,
            weight="bold" if bold else "normal",
            va="center_baseline",
        )


def _paint_arrow(free: Axes, points: tuple[tuple[float, float], ...]) -> None:
    """A line through points; with two points it ends in an arrow head."""
    if len(points) == 2:
        free.annotate(
            "",
            xy=points[1],
            xytext=points[0],
            arrowprops={
                "arrowstyle": "-|>",
                "color": SOFT,
                "linewidth": 0.9,
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 7,
            },
        )
    else:
        free.plot([x for x, _ in points], [y for _, y in points], color=SOFT, linewidth=0.9)


def _describe(data: Consort, catalogue: Mapping[str, str]) -> str:
    parts: list[Says] = []
    for box, aside in data.spine:
        parts.append(message("{what}: {people}.", what=box.heading, people=box.people))
        if aside is not None:
            parts.append(message("{what}: {people}.", what=aside.heading, people=aside.people))
    for arm in data.arms:
        parts += [
            message("{arm}, {what}: {people}.", arm=arm.arm, what=box.heading, people=box.people)
            for box in arm.boxes
        ]
    return sentences(parts, catalogue)
