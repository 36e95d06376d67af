"""A report while it is composed: blocks in their order, and for every number where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, NamedTuple

from trialwright.reports.document import (
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Items,
    Number,
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


Later = Callable[[], Trace]
"""A trace that takes time to make, and is made when somebody asks for it."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A cell with where it comes from."""

    cell: Cell
    trace: Trace | Later


class Traces(Mapping[str, Trace]):
    """The trace of every cell and figure, by its id."""

    def __init__(self) -> None:
        self._found: dict[str, Trace | Later] = {}

    def keep(self, id: str, trace: Trace | Later) -> None:
        """Keep the trace of a cell or figure."""
        self._found[id] = trace

    def __getitem__(self, id: str) -> Trace:
        found = self._found[id]
        if not isinstance(found, Trace):
            found = self._found[id] = found()
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, id: object) -> bool:
        return id in self._found


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


def traced(
    value: Value, trace: Trace | Later, *, shown: Says | None = None, numbers: Iterable[Number] = ()
) -> Traced:
    """A value with where it comes from; `numbers`: those that a text shows."""
    return Traced(Cell(value, shown, tuple(numbers)), trace)


@dataclass
class Sheet:
    """Collects the blocks of a document; numbers tables and figures, and keeps the trace of every cell.

    `catalogue`: the language in which figures are drawn. `figures`: whether they are drawn; where not, the data of each
    stands in its place. `letter`: what the ids of tables begin with. `caution`: a note under every table and figure
    that shows a P value or an interval; None where nothing has to be said.
    """

    catalogue: Mapping[str, str]
    figures: bool = True
    letter: Literal["T", "P"] = "T"
    caution: Says | None = None
    blocks: list[Block] = field(default_factory=list)
    traces: Traces = field(default_factory=Traces)
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
        made = Table(
            self._tables,
            name,
            caption,
            tuple(columns),
            self._rows(f"{self.letter}{self._tables}", lines),
            heads=heads,
            wide=wide,
            letter=self.letter,
        )
        self.blocks.append(replace(made, notes=(*notes, *self._cautions(made))))

    def _cautions(self, made: Table) -> tuple[Says, ...]:
        """What must be said under a table, or under the figure that draws it, because it shows a P value or an interval."""
        return (self.caution,) if self.caution is not None and _infers(made) else ()

    def _rows(self, id: str, lines: Iterable[Line]) -> tuple[Row, ...]:
        """The rows of a table; the trace of every cell is kept under its id."""
        rows: list[Row] = []
        for each in lines:
            cells = []
            for place, entry in enumerate(each.entries):
                if isinstance(entry, Traced):
                    self.traces.keep(f"{id}.r{len(rows) + 1}.c{place + 1}", entry.trace)
                    entry = entry.cell
                cells.append(entry if isinstance(entry, Cell) else Cell(entry))
            rows.append(Row(tuple(cells), each.kind, each.level))
        return tuple(rows)

    def figure(
        self,
        caption: Says,
        draw: Callable[..., Drawing],
        data: Any,
        *,
        columns: Sequence[Column],
        lines: Sequence[Line],
        heads: int = 1,
        notes: Iterable[Says] = (),
    ) -> None:
        """Draw a figure from its data and add it, with what it draws as a table, whose cells can be walked back."""
        self._figures += 1
        table = Table(
            self._figures,
            f"figure_{data.id.replace('-', '_')}",
            caption,
            tuple(columns),
            self._rows(f"F{self._figures}", lines),
            heads=heads,
            letter="F",
        )
        self.traces.keep(table.id, partial(_together, caption, lines))
        if self.figures:
            drawing = draw(data, catalogue=self.catalogue)
            said = (*notes, *self._cautions(table))
            self.blocks.append(Figure(self._figures, caption, drawing, said, table))
        else:
            self.blocks.append(replace(table, notes=self._cautions(table)))


_INFERENCE = frozenset({"p_value", "lower_limit", "upper_limit"})
"""The statistics by which a table says more than what was counted."""


def _infers(made: Table) -> bool:
    """Whether a table shows a P value or a limit of an interval, or has a column for one."""
    if any((column.statistic or column.name) in _INFERENCE for column in made.columns):
        return True
    return any(
        number.statistic in _INFERENCE
        for each in made.rows
        if each.kind != "group"
        for cell in each.cells
        for number in cell.numbers
    )


def _together(caption: Says, lines: Iterable[Line]) -> Trace:
    """Where a figure as a whole comes from: everybody behind any of its numbers, with all their events and facts."""
    positions: dict[str, set[int]] = {}
    facts: dict[str, dict[str, None]] = {}
    methods: dict[tuple[str, str], None] = {}
    traces = {
        id(entry.trace): entry.trace for each in lines for entry in each.entries if isinstance(entry, Traced)
    }
    for each in traces.values():
        trace = each if isinstance(each, Trace) else each()
        methods[trace.method, trace.citation] = None
        for row in trace.rows:
            positions.setdefault(row.participant, set()).update(row.positions)
            facts.setdefault(row.participant, {}).update(dict.fromkeys(row.facts))
    rows = tuple(
        Source(one, "", "", tuple(sorted(found)), tuple(facts[one])) for one, found in positions.items()
    )
    method, citation = next(iter(methods)) if len(methods) == 1 else ("", "")
    return Trace(caption, method, citation, rows)
