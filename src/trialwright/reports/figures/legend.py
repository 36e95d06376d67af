"""The legend over a figure: samples with their labels, side by side while they fit, long labels broken into lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trialwright.reports.figures.canvas import INK, ArmStyle
from trialwright.reports.figures.letters import text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, LEADING, GAP, BETWEEN = 8.5, 11.5, 5.0, 14.0  # points
LINE_SAMPLE, SMALL_SAMPLE = 24.0, 12.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A label with its sample: a line with or without marker (`line`), or a box (`box`), with Matplotlib's settings."""

    label: str
    line: dict[str, Any] | None = None
    box: dict[str, Any] | None = None

    @property
    def sample(self) -> float:
        """The width of the sample in points."""
        return LINE_SAMPLE if self.line and self.line.get("linestyle") != "none" else SMALL_SAMPLE


def arm_line(label: str, style: ArmStyle, *, marker: bool = False) -> Entry:
    """The entry of an arm drawn as a line."""
    shape: dict[str, Any] = {"marker": style.marker, "markersize": 4.5} if marker else {}
    return Entry(label, line={"color": style.color, "linestyle": style.line, **shape})


@dataclass(slots=True)
class Legend:
    """Entries laid into rows of a width in points."""

    entries: Sequence[Entry]
    width: float
    height: float = field(init=False, default=0.0)
    _placed: list[tuple[Entry, float, float, list[str]]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        left = top = 0.0
        deepest = 1
        for entry in self.entries:
            lines = wrap(entry.label, width=self.width - entry.sample - GAP, size=SIZE)
            needed = entry.sample + GAP + max(text_width(line, size=SIZE) for line in lines)
            if left and left + needed > self.width:
                left, top, deepest = 0.0, top + deepest * LEADING + 2, 1
            self._placed.append((entry, left, top, lines))
            left += needed + BETWEEN
            deepest = max(deepest, len(lines))
        self.height = top + deepest * LEADING if self.entries else 0.0

    def paint(self, axes: Axes, *, left: float, top: float) -> None:
        """Draw on axes in points from the upper left corner (`canvas.sheet`)."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Rectangle

        for entry, x, y, lines in self._placed:
            x, y = left + x, top + y
            middle = y + LEADING / 2
            if entry.line is not None:
                middle_only = entry.sample == SMALL_SAMPLE
                places = [0.5] if middle_only else [0.0, 0.5, 1.0]
                xs = [x + entry.sample * place for place in places]
                axes.add_line(Line2D(xs, [middle] * len(xs), markevery=[len(xs) // 2], **entry.line))
            if entry.box is not None:
                axes.add_patch(Rectangle((x, y + 1.5), entry.sample, LEADING - 4, **entry.box))
            for number, line in enumerate(lines):
                axes.text(
                    x + entry.sample + GAP,
                    middle + number * LEADING,
                    line,
                    size=SIZE,
                    color=INK,
                    va="center_baseline",
                )
