"""A report while it is composed: blocks in their order, and for every number where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from trialwright.reports.document import (
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Row,
    Says,
    Table,
    Value,
)
from trialwright.reports.figures.canvas import Drawing


class Source(NamedTuple):
    """One row behind a number: whose, what it was, why, and on which events and facts of the ledger it rests."""

    participant: str
    value: Says
    reason: Says
    positions: tuple[int, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a number comes from: what was computed, by which method from which source, from which rows.

    `inputs`: the settings and counts that went into it, each with its name, where rows of participants do not say all.
    """

    what: Says
    method: str = ""
    citation: str = ""
    rows: tuple[Source, ...] = ()
    inputs: tuple[tuple[Says, Says], ...] = ()


@dataclass(frozen=True, slots=True)
class Traced:
    """A cell with where it comes from."""

    cell: Cell
    trace: Trace


Entry = Value | Cell | Traced


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table while it is composed; see `Row`."""

    entries: tuple[Entry, ...]
    kind: Literal["plain", "group", "total"] = "plain"
    level: int = 0


def line(*entries: Entry, kind: Literal["plain", "group", "total"] = "plain", level: int = 0) -> Line:
    """A row of entries."""
    return Line(entries, kind, level)


def traced(value: Value, trace: Trace, *, shown: Says | None = None) -> Traced:
    """A value with where it comes from."""
    return Traced(Cell(value, shown), trace)


@dataclass
class Sheet:
    """Collects the blocks of a document; numbers tables and figures, and keeps the trace of every cell.

    `catalogue`: the language in which figures are drawn. `figures`: whether they are drawn at all.
    """

    catalogue: Mapping[str, str]
    figures: bool = True
    blocks: list[Block] = field(default_factory=list)
    traces: dict[str, Trace] = field(default_factory=dict)
    _tables: int = 0
    _figures: int = 0

    def heading(self, text: Says, anchor: str, *, level: Literal[1, 2, 3] = 2) -> None:
        """Begin a section."""
        self.blocks.append(Heading(text, level, anchor))

    def say(self, text: Says, *, kind: Literal["plain", "note", "warning"] = "plain") -> None:
        """Add a paragraph."""
        self.blocks.append(Paragraph(text, kind))

    def list(self, items: Iterable[Says]) -> None:
        """Add a list, if there is anything in it."""
        found = tuple(items)
        if found:
            self.blocks.append(Items(found))

    def page(self) -> None:
        """On paper, begin a new page."""
        self.blocks.append(PageBreak())

    def table(
        self,
        name: str,
        caption: Says,
        columns: Sequence[Column],
        lines: Iterable[Line],
        *,
        notes: Iterable[Says] = (),
        heads: int = 1,
        wide: bool = False,
    ) -> None:
        """Add a table; cells that carry a trace can be walked back."""
        self._tables += 1
        rows: list[Row] = []
        for each in lines:
            cells = []
            for place, entry in enumerate(each.entries):
                if isinstance(entry, Traced):
                    self.traces[f"T{self._tables}.r{len(rows) + 1}.c{place + 1}"] = entry.trace
                    entry = entry.cell
                cells.append(entry if isinstance(entry, Cell) else Cell(entry))
            rows.append(Row(tuple(cells), each.kind, each.level))
        self.blocks.append(
            Table(
                self._tables,
                name,
                caption,
                tuple(columns),
                tuple(rows),
                notes=tuple(notes),
                heads=heads,
                wide=wide,
            )
        )

    def figure(
        self,
        caption: Says,
        draw: Callable[..., Drawing],
        data: Any,
        *,
        notes: Iterable[Says] = (),
        trace: Trace | None = None,
    ) -> None:
        """Draw a figure from its data and add it."""
        if not self.figures:
            return
        self._figures += 1
        drawing = draw(data, catalogue=self.catalogue)
        self.blocks.append(Figure(self._figures, caption, drawing, tuple(notes)))
        if trace is not None:
            self.traces[f"F{self._figures}"] = trace
