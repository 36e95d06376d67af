"""A document as one self-contained HTML page, in the look of the other reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

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
from trialwright.reports.page import write_page
from trialwright.terms.message import Message, message

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

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
        document=document,
        origin=document.origin,
        blocks=[(_KINDS[type(block)], block) for block in document.blocks],
        chapters=[block for block in document.blocks if isinstance(block, Heading) and block.level == 1],
        number_of=number_of,
        first_number=_first_number,
        heads=head_rows,
        parts=_parts,
        drawn=lambda figure: Markup(figure.drawing.svg),  # made by `figures.canvas.draw` alone
        label=_label,
        is_day=_is_day,
    )


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


def _is_day(says: Any) -> bool:
    """Whether a cell is a day alone, which is not to be broken at its hyphens."""
    return isinstance(says, date) or (isinstance(says, str) and bool(_DAY.fullmatch(says)))


def _label(column: Column) -> Message | Any:
    """What a cell is called where there is no room for the heading row."""
    if column.over is None:
        return column.heading
    return message("{group}: {heading}", group=column.over, heading=column.heading)
