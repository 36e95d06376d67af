"""A report as data: headings, paragraphs, tables and figures, written by `html` for the screen and `pdf` for paper.

Texts are rendered in a language by the writers. Every cell of a table has an id, `T3.r2.c1` (row and column count
from 1, group rows and heading columns among them), by which a number can be traced; those of the data of a figure begin
with the figure's, `F3.r2.c1`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from trialwright.reports.figures.canvas import Drawing, Says
from trialwright.terms.message import Message, Text, message, render

__all__ = [
    "Block",
    "Cell",
    "Column",
    "Document",
    "Figure",
    "Heading",
    "Items",
    "Number",
    "Origin",
    "PageBreak",
    "Paragraph",
    "Row",
    "Says",
    "Table",
    "row",
]

Value = str | Message | Text | int | float | Decimal | bool | date | datetime | None
Kind = Literal["text", "integer", "number", "decimal", "date", "datetime", "boolean"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_ANCHOR = re.compile(
    r"[A-Za-z][A-Za-z0-9_.+-]*\Z"
)  # whatever an id of a study definition may be (study.part.ID)
_STATISTIC = re.compile(r"[a-z][a-z0-9_]*\Z")
_TYPES: Mapping[Kind, tuple[type, ...]] = {
    "text": (str, Message, Text),
    "integer": (int,),
    "number": (int, float, Decimal),
    "decimal": (Decimal,),
    "date": (date,),
    "datetime": (datetime,),
    "boolean": (bool,),
}
RESERVED = ("table", "cell", "section", "column", "statistic", "value", "unit", "shown")
"""Names that files of a table give their own columns; a column of headings, which is one of theirs, has another."""


@dataclass(frozen=True, slots=True)
class Number:
    """One of the numbers that a cell shows: which statistic, its value with every digit, its unit in UCUM.

    `statistic`: a name of small letters, digits and `_` that says what it is (`percent`, `lower_limit`). `unit`: '' of a
    count and of a pure number.
    """

    statistic: str
    value: int | float | Decimal
    unit: str = ""

    def __post_init__(self) -> None:
        if not _STATISTIC.match(self.statistic):
            raise ValueError(f"{self.statistic!r} is no name of a statistic")
        if not math.isfinite(self.value):
            raise ValueError(
                f"{self.statistic} has no finite value: leave it out and say in `shown` what it means"
            )


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its value for machines, and what people see in its place where that is not the value itself.

    A value of `None` is missing, and `shown` must say how that is written ("not done", "not estimable", "–"). `numbers`:
    where a text shows several numbers, or one beside words, each of them.
    """

    value: Value
    shown: Says | None = None
    numbers: tuple[Number, ...] = ()

    def __post_init__(self) -> None:
        if self.value is None and self.shown is None:
            raise ValueError("a cell without a value must say what people see")

    @property
    def says(self) -> Says:
        """What people see."""
        if self.shown is not None:
            return self.shown
        if isinstance(self.value, bool):
            return message("yes") if self.value else message("no")
        if isinstance(self.value, int | float | Decimal):
            return render(self.value, {}).replace("-", "−")
        if isinstance(self.value, datetime):
            return self.value.isoformat(sep=" ", timespec="minutes")
        assert self.value is not None  # noqa: S101  # refused above
        return self.value


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    `group`: the heading of the rows below, one cell over all columns. `total`: set off. `level`: how far the first
    cell is moved to the right, 0 to 3.
    """

    cells: tuple[Cell, ...]
    kind: Literal["plain", "group", "total"] = "plain"
    level: int = 0


def row(*values: Value | Cell, kind: Literal["plain", "group", "total"] = "plain", level: int = 0) -> Row:
    """A row of cells; a value alone becomes its cell."""
    cells = tuple(value if isinstance(value, Cell) else Cell(value) for value in values)
    return Row(cells, kind, level)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for machines (a letter, then letters, digits, `_`), its heading, what its values are.

    `kind` fixes the type of its values; numbers are set to the right. `over`: a heading shared with its neighbours.
    `label`: what files call it, or the heading it shares, where that says more (an arm without its size). `statistic`: what a number in it is
    (`p_value`; where not given, the column's name), in which UCUM `unit`. `right`: its texts show numbers, though one may
    say why there is none ("not reached", "< 0.2"): set to the right as well.
    """

    name: str
    heading: Says
    kind: Kind
    over: Says | None = None
    label: Says | None = None
    statistic: str = ""
    unit: str = ""
    right: bool = False

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.kind in ("integer", "number", "decimal")


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    `number`: its number in the document. `name`: its name as a data set. `heads`: how many columns, from the left, are
    headings of their rows. `wide`: set across the paper. `letter`: what its id begins with, `T`, or `F` where it holds
    what a figure draws, or `P` where it stands in no report. Raises `ValueError` for a value that does not fit its column.
    """

    number: int
    name: str
    caption: Says
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Says, ...] = ()
    heads: int = 1
    wide: bool = False
    letter: Literal["T", "F", "P"] = "T"

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        for place, name in enumerate((self.name, *names)):
            if not _NAME.match(name) or (0 < place <= self.heads and name.lower() in RESERVED):
                raise ValueError(f"table {self.number}: {name!r} is no name of a table or column")
        if len({name.lower() for name in names}) != len(names):
            raise ValueError(f"table {self.number}: two columns have the same name")
        for number, each in enumerate(self.rows):
            if len(each.cells) != (1 if each.kind == "group" else len(self.columns)):
                raise ValueError(f"{self.id}.r{number + 1} has {len(each.cells)} cells")
            if each.kind != "group":
                self._check_types(number, each)

    def _check_types(self, number: int, each: Row) -> None:
        for place, (column, cell) in enumerate(zip(self.columns, each.cells, strict=True)):
            value = cell.value
            fits = value is None or isinstance(value, _TYPES[column.kind])
            if isinstance(value, bool) and column.kind != "boolean":
                fits = False
            if isinstance(value, datetime) and column.kind == "date":
                fits = False
            if isinstance(value, float | Decimal) and not math.isfinite(value):
                fits = False  # not a number, or without end: say in `shown` what it means
            if not fits:
                raise ValueError(f"{self.cell_id(number, place)} is no {column.kind}")

    @property
    def id(self) -> str:
        """How the table is called in a trace: `T3`, and the data of a figure `F3`."""
        return f"{self.letter}{self.number}"

    @property
    def anchor(self) -> str:
        """Its address in the page."""
        return f"{self.id}-data" if self.letter == "F" else self.id

    def cell_id(self, number: int, place: int) -> str:
        """The id of the cell in a row and a column, both counted from 0 here."""
        return f"{self.id}.r{number + 1}.c{place + 1}"

    def cells(self) -> Iterator[tuple[str, Cell]]:
        """Every cell with its id, row by row."""
        for number, each in enumerate(self.rows):
            for place, cell in enumerate(each.cells):
                yield self.cell_id(number, place), cell

    def is_right(self, place: int) -> bool:
        """Whether a column (counted from 0) is set to the right: it says so, or its values, or all that it shows, are numbers."""
        if self.columns[place].numeric or self.columns[place].right:
            return True
        cells = [each.cells[place] for each in self.rows if each.kind != "group"]
        shown = [cell for cell in cells if cell.says not in ("", "–")]
        return place >= self.heads and bool(shown) and all(cell.numbers for cell in shown)

    def numbers(self, cell: Cell, place: int) -> tuple[Number, ...]:
        """The numbers of a cell in a column (counted from 0): those it names, or its value."""
        if cell.numbers:
            return cell.numbers
        value, column = cell.value, self.columns[place]
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return ()
        return (Number(column.statistic or column.name.lower(), value, column.unit),)


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption; `number` counts the figures of the document. `data`: what is drawn, as a table."""

    number: int
    caption: Says
    drawing: Drawing
    notes: tuple[Says, ...] = ()
    data: Table | None = None

    def __post_init__(self) -> None:
        if self.data is not None and self.data.id != self.id:
            raise ValueError(f"the data of {self.id} are called {self.data.id}")

    @property
    def id(self) -> str:
        """How the figure is called in a trace: `F3`."""
        return f"F{self.number}"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3.

    `anchor` is its address in the page: a letter, then letters, digits and any of `_ . + -`, so that every id of a study
    definition can stand in one as it is.
    """

    text: Says
    level: Literal[1, 2, 3]
    anchor: str

    def __post_init__(self) -> None:
        if not _ANCHOR.match(self.anchor):
            raise ValueError(f"{self.anchor!r} is no anchor")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; a `note` is set small, a `warning` is set off."""

    text: Says
    kind: Literal["plain", "note", "warning"] = "plain"


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Says, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """On paper, what follows begins on a new page."""


Block = Heading | Paragraph | Items | Table | Figure | PageBreak


@dataclass(frozen=True, slots=True)
class Origin:
    """What every number of a document is a function of, shown on every page.

    `study`: its short name. `study_version`: SHA-256 of the definition, with or without `sha256:`. `ledger_position`
    and `ledger_digest`: the last event that was read, and its hash. `made`: with a time zone; it is also the date
    inside the PDF. `rehearsal`: nobody in the ledger exists.
    """

    study: str
    study_title: Says
    study_version: str
    ledger_position: int
    ledger_digest: str
    software: str
    made: datetime
    rehearsal: bool

    def __post_init__(self) -> None:
        if self.made.tzinfo is None:
            raise ValueError("the time at which a document is made needs a zone")


@dataclass(frozen=True, slots=True)
class Document:
    """A report: title, origin and blocks. Raises `ValueError` where two tables, figures or headings have one id."""

    title: Says
    origin: Origin
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        ids = [block.id for block in self.blocks if isinstance(block, Table | Figure)]
        ids += [block.anchor for block in self.blocks if isinstance(block, Heading)]
        names = [block.name.lower() for block in self.tables()]
        for each in (ids, names, [block.drawing.id for block in self.blocks if isinstance(block, Figure)]):
            twice = {id for id in each if each.count(id) > 1}
            if twice:
                raise ValueError(f"used twice in a document: {', '.join(sorted(twice))}")

    def tables(self) -> tuple[Table, ...]:
        """The tables, in order; the data of a figure in its place."""
        found = (block.data if isinstance(block, Figure) else block for block in self.blocks)
        return tuple(each for each in found if isinstance(each, Table))


def number_of(block: Table | Figure) -> Message:
    """What a table or figure is called, as its caption begins."""
    if isinstance(block, Table) and block.letter == "F":
        return message("Data of figure {number}.", number=block.number)
    if isinstance(block, Table):
        return message("Table {number}.", number=block.number)
    return message("Figure {number}.", number=block.number)
