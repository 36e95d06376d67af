"""Tables and paragraphs for a terminal: never wider than it, whatever the language."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from trialwright.terms.visible import display_width, pad, visible

WIDTH = 100
"""Columns of a terminal that every table of a trial fits."""

_GAP = 2
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60"
# A word with the blank before it, or one wide character, with the marks that must not end or begin a line.
_OPENING, _CLOSING = "（《【“‘", "，。；：、）】》％”’！？"
_PIECES = re.compile(rf"\s*[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[{_CLOSING}]*")


def table_lines(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: frozenset[int] = frozenset(),
    width: int = WIDTH,
) -> Iterator[str]:
    """Lay a table out in aligned columns: headings, a rule, one row after the other; long cells take several lines.

    `right`: the places of columns set to the right. `width`: what the lines must fit, in columns of the terminal.
    """
    body = [[visible(cell) for cell in row] for row in rows]
    widths = _fit(headings, body, width)
    yield from _row(headings, widths, right)
    yield (" " * _GAP).join("-" * each for each in widths)
    for row in body:
        yield from _row(row, widths, right)


def paragraph(text: str, *, indent: str = "", hanging: str = "", width: int = WIDTH) -> Iterator[str]:
    """A text in lines that fit; `indent` stands before all of them, `hanging` before all but the first."""
    lines = wrap(visible(text), width - display_width(indent) - display_width(hanging))
    for number, line in enumerate(lines):
        yield indent + (hanging if number else "") + line


def _row(cells: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> Iterator[str]:
    parts = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for line in range(max(len(part) for part in parts)):
        shown = []
        for place, (part, width) in enumerate(zip(parts, widths, strict=True)):
            text = part[line] if line < len(part) else ""
            blanks = " " * (width - display_width(text))
            shown.append(blanks + text if place in right else pad(text, width))
        yield (" " * _GAP).join(shown).rstrip()


def _fit(headings: Sequence[str], body: Sequence[Sequence[str]], width: int) -> list[int]:
    """The widths of the columns: as wide as their cells, but the widest give way until all fit.

    A heading takes several lines before a cell does, and one where there is room.
    """
    columns = list(zip(headings, *body, strict=True))
    least = [max(_head_least(heading), *map(_longest_word, cells)) for heading, *cells in columns]
    widths = [
        max(_head_least(heading), *(display_width(cell) for cell in cells), 1) for heading, *cells in columns
    ]
    room = width - _GAP * (len(columns) - 1)
    while sum(widths) > room:
        spare = [place for place in range(len(widths)) if widths[place] > least[place]]
        # Where no column can give way without breaking a word, words are broken.
        widest = max(spare or range(len(widths)), key=lambda place: widths[place])
        widths[widest] -= 1
    for place, heading in enumerate(headings):
        wanted = display_width(heading) - widths[place]
        if 0 < wanted <= room - sum(widths):
            widths[place] += wanted
    return [max(1, each) for each in widths]


def _head_least(heading: str) -> int:
    """The least width of a heading: its longest word, and of Chinese, which has no blanks, a half, so that it can be read."""
    return max(_longest_word(heading), 0 if " " in heading else math.ceil(display_width(heading) / 4) * 2)


def _longest_word(text: str) -> int:
    return max((display_width(piece.strip()) for piece in _PIECES.findall(text)), default=0)


def wrap(text: str, width: int) -> list[str]:
    """A text in lines of at most so many columns, broken between words and between wide characters."""
    lines, line = [], ""
    for piece in _PIECES.findall(text):
        if display_width(line + piece) <= width:
            line += piece
            continue
        if line:
            lines.append(line)
        line = piece.lstrip()
        while display_width(line) > width:
            head = _head(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line] if line or not lines else lines


def _head(text: str, width: int) -> str:
    """As much of a long word as fits a line; at least one character."""
    end = 1
    while end < len(text) and display_width(text[: end + 1]) <= width:
        end += 1
    return text[:end]
