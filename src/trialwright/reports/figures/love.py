"""The Love plot: how far the arms differ in each baseline characteristic, before and after adjustment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.reports.figures.canvas import (
    DEEP,
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
from trialwright.terms.message import Message, message

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE, _LEADING, _ROW, _RIGHT = 8.5, 10.5, 17.0, 14.0  # points
_LEAST = 0.1  # half of the shortest axis where there is no threshold
_BEFORE = {
    "marker": "o",
    "markersize": 6,
    "markerfacecolor": "white",
    "markeredgecolor": "#d55e00",
    "markeredgewidth": 1.4,
}
_AFTER = {"marker": "D", "markersize": 5, "markerfacecolor": DEEP, "markeredgecolor": DEEP}


@dataclass(frozen=True, slots=True)
class Balance:
    """One characteristic: its standardised difference (a pure number) before and after; `None` was not computed."""

    characteristic: Says
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Love:
    """A figure of absolute standardised differences.

    `rows`: in the order they are drawn; their sign is not shown. `after_label`: what the adjustment is
    ("after weighting"); `None` where there is none. `threshold`: the difference that a line marks, `None` for no line.
    """

    id: str
    title: Says
    rows: tuple[Balance, ...]
    after_label: Says | None
    threshold: float | None


def draw_love(data: Love, *, catalogue: Mapping[str, str]) -> Drawing:
    """Draw the differences in the language of the catalogue.

    **Source** of the plot: Austin PC. Stat Med 2009;28:3083-107 (standardised differences).
    """
    labels = [speak(row.characteristic, catalogue) for row in data.rows]
    left = min(max((text_width(label, size=_SIZE) for label in labels), default=0) + 12, WIDTH * 0.45)
    lines = [wrap(label, width=left - 12, size=_SIZE) for label in labels]
    heights = [max(_ROW, len(each) * _LEADING + 6) for each in lines]
    middles = [sum(heights[:number]) + height / 2 for number, height in enumerate(heights)]
    legend = Legend(_entries(data, catalogue), WIDTH - 8)
    top, high = legend.height + 8, sum(heights)
    largest = max(
        (abs(value) for row in data.rows for value in (row.before, row.after) if value is not None), default=0
    )

    def paint(figure: Figure) -> None:
        free = sheet(figure)
        legend.paint(free, left=4, top=3)
        axes = axes_at(figure, left=left, top=top, width=WIDTH - left - _RIGHT, height=high)
        axes.set_ylim(high, 0)
        axes.set_xlim(0, max(largest * 1.08, 2 * (data.threshold or _LEAST)))
        axes.set_yticks([])
        axes.set_xlabel(speak(message("Absolute standardised difference"), catalogue))
        plain_axes(axes, grid="x")
        if data.threshold is not None:
            axes.axvline(data.threshold, color=SOFT, linewidth=1, linestyle=(0, (4, 2)))
        for row, middle, texts in zip(data.rows, middles, lines, strict=True):
            axes.axhline(middle, color=SOFT, linewidth=0.4, alpha=0.5)
            for number, text in enumerate(texts):
                offset = (number - (len(texts) - 1) / 2) * _LEADING
                free.text(left - 6, top + middle + offset, text, size=_SIZE, ha="right", va="center_baseline")
            if row.before is None and row.after is None:
                note = speak(message("not computed"), catalogue)
                ground = {"facecolor": "white", "edgecolor": "none", "pad": 1}
                free.text(left + 6, top + middle, note, size=7, color=SOFT, va="center_baseline", bbox=ground)
            for value, look in ((row.before, _BEFORE), (row.after, _AFTER)):
                if value is not None:
                    axes.plot(abs(value), middle, linestyle="none", clip_on=False, zorder=5, **look)  # type: ignore[arg-type]

    return draw(
        paint,
        id=data.id,
        height=top + high + 36,
        title=speak(data.title, catalogue),
        description=_describe(data, catalogue),
    )


def _entries(data: Love, catalogue: Mapping[str, str]) -> list[Entry]:
    before = (
        message("before adjustment") if data.after_label is not None else message("standardised difference")
    )
    entries = [Entry(speak(before, catalogue), line={**_BEFORE, "linestyle": "none"})]
    if data.after_label is not None:
        entries.append(Entry(speak(data.after_label, catalogue), line={**_AFTER, "linestyle": "none"}))
    if data.threshold is not None:
        text = message("threshold {value}", value=f"{data.threshold:g}")
        entries.append(
            Entry(speak(text, catalogue), line={"color": SOFT, "linewidth": 1, "linestyle": (0, (4, 2))})
        )
    return entries


def _describe(data: Love, catalogue: Mapping[str, str]) -> str:
    known = [row for row in data.rows if row.before is not None]
    if data.threshold is None:
        return speak(_largest(known), catalogue)
    limit = data.threshold
    above = [row for row in known if row.before is not None and abs(row.before) > limit]
    parts: list[Says] = [
        message(
            "{count} of {all} characteristics differ by more than {threshold} before adjustment.",
            count=len(above),
            all=len(known),
            threshold=f"{limit:g}",
        )
    ]
    if data.after_label is not None:
        after = [row.after for row in data.rows if row.after is not None]
        parts.append(
            message(
                "{count} of {all} do {label}.",
                count=sum(abs(value) > limit for value in after),
                all=len(after),
                label=data.after_label,
            )
        )
    return sentences(parts, catalogue)


def _largest(known: Sequence[Balance]) -> Message:
    """What a drawing without a threshold shows in one sentence."""
    most = max(known, key=lambda row: abs(row.before or 0.0), default=None)
    if most is None:
        return message("No difference could be computed.")
    return message(
        "The largest of {all} differences is {size}: {characteristic}.",
        all=len(known),
        size=f"{abs(most.before or 0.0):.2f}",
        characteristic=most.characteristic,
    )
