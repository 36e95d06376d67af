"""A document as one self-contained HTML page, in the look of the other reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from trialwright.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Row,
    Table,
    number_of,
)
from trialwright.reports.origin import running_line
from trialwright.reports.page import write_page
from trialwright.terms.message import Message, message, render

_WHOLE = re.compile(
    r"[A-Za-z0-9_.+−–-]{1,16}"  # a day, a number, the id of a participant
    r"|\d+(/\d+)? ?[(（]\d+(\.\d+)? ?%[)）]"  # 8/25 (32.0 %)
    r"|[−\d.]+ ?[(（][−\d.]+ ?(to|至) ?[−\d.]+[)）]"  # an estimate with its interval
    r"|[\u4e00-\u9fff]{1,4}"  # a short Chinese word
)
_SHORT, _LONG = 10, 12  # characters
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PARTED = re.compile(r"(?<=\d) (?=%|(mg|g|kg|µg)\b)")

LISTED = 8
"""Sections of a chapter up to which nobody needs a list of them: on paper they stand below it in the contents."""

_KINDS = {
    Heading: "heading",
    Paragraph: "paragraph",
    Items: "items",
    Table: "table",
    Figure: "figure",
    PageBreak: "page_break",
}


def write_html(document: Document, *, catalogue: Mapping[str, str], language: str) -> str:
    """The page of a document. `language` is en or zh, `catalogue` its sentences.

    Every cell carries its id as `data-cell`, every table and figure its own as `id`. No script, nothing from elsewhere.
    """
    return write_page(
        "document.html",
        catalogue=catalogue,
        language=language,
        running=running_line(document),
        document=document,
        origin=document.origin,
        blocks=[(_KINDS[type(block)], block) for block in document.blocks],
        chapters=[block for block in document.blocks if isinstance(block, Heading) and block.level == 1],
        sections=_sections(document),
        number_of=number_of,
        first_number=_first_number,
        heads=head_rows,
        unbroken=lambda says: unbroken(render(says, catalogue)),
        parts=_parts,
        drawn=lambda figure: Markup(figure.drawing.svg),  # made by `figures.canvas.draw` alone
        label=_label,
        dated=lambda says: _dated(unbroken(render(says, catalogue))),
        narrow=lambda table: _narrow(table, catalogue),
        is_whole=lambda says: is_whole(render(says, catalogue)),
        right=lambda table: {
            column.name for place, column in enumerate(table.columns) if table.is_right(place)
        },
    )


def _sections(document: Document) -> dict[str, list[Heading]]:
    """The sections of every chapter that has many, by its anchor: a list to choose a participant from."""
    found: dict[str, list[Heading]] = {}
    chapter = ""
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapter = block.anchor
        elif isinstance(block, Heading) and block.level == 2 and chapter:
            found.setdefault(chapter, []).append(block)
    return {anchor: own for anchor, own in found.items() if len(own) > LISTED}


def _first_number(table: Table) -> str:
    """The id of the first cell of a table that is no heading."""
    places = (number for number, each in enumerate(table.rows) if each.kind != "group")
    return table.cell_id(next(places, 0), table.heads)


@dataclass(frozen=True, slots=True)
class Head:
    """A heading cell over columns: its text, and how many columns and rows it covers."""

    column: Column
    text: Any
    across: int
    down: int


def head_rows(table: Table) -> list[list[Head]]:
    """The heading rows of a table: one, or two where neighbours share a heading."""
    if all(column.over is None for column in table.columns):
        return [[Head(column, column.heading, 1, 1) for column in table.columns]]
    first: list[Head] = []
    second: list[Head] = []
    for column in table.columns:
        if column.over is None:
            first.append(Head(column, column.heading, 1, 2))
            continue
        second.append(Head(column, column.heading, 1, 1))
        last = first[-1] if first else None
        if last is not None and last.down == 1 and last.column.over == column.over:
            first[-1] = Head(last.column, last.text, last.across + 1, 1)
        else:
            first.append(Head(column, column.over, 1, 1))
    return [first, second]


def _parts(table: Table) -> list[list[tuple[Row, list[tuple[str, Column, Cell]]]]]:
    """The rows in the parts that group rows open, each cell with its id and column."""
    parts: list[list[tuple[Row, list[tuple[str, Column, Cell]]]]] = [[]]
    for number, each in enumerate(table.rows):
        if each.kind == "group" and parts[-1]:
            parts.append([])
        cells = [
            (table.cell_id(number, place), table.columns[place], cell)
            for place, cell in enumerate(each.cells)
        ]
        parts[-1].append((each, cells))
    return parts


def is_whole(text: str) -> bool:
    """Whether what a cell shows is one thing, which is not to be broken: a day, an id, a count with its share."""
    return bool(_WHOLE.fullmatch(text))


def _narrow(table: Table, catalogue: Mapping[str, str]) -> set[str]:
    """The columns of which every cell is short under a long heading, which takes several lines and no more room."""
    plain = [each.cells for each in table.rows if each.kind != "group"]
    return {
        column.name
        for place, column in enumerate(table.columns)
        if len(render(column.heading, catalogue)) > _LONG
        and all(len(render(cells[place].says, catalogue)) <= _SHORT for cells in plain)
    }


def _dated(text: str) -> Markup:
    """A text in which no line ends within a day: browsers break a line after the hyphens of a date."""
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))


def unbroken(text: str) -> str:
    """A text in which no line ends between a number and its percent sign or unit of mass: nobody misreads a dose."""
    return _PARTED.sub("\u00a0", text)


def _label(column: Column) -> Message | Any:
    """What a cell is called where there is no room for the heading row."""
    if column.over is None:
        return column.heading
    return message("{group}: {heading}", group=column.over, heading=column.heading)
