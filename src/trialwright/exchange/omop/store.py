"""What the OMOP reader asks of a place that holds tables, and how it writes its SQL for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

Cells = tuple[str | None, ...]

MOST_LITERALS = 20_000


class TableUnreadable(Exception):
    """A table cannot be read; the first argument is the table, the second the reason."""

    def __init__(self, table: str, reason: str) -> None:
        super().__init__(table, reason)
        self.table = table
        self.reason = reason


class Column(NamedTuple):
    """A column as SQL, and whether it holds text (ids in CSV files do)."""

    sql: str
    text: bool


class Reject(NamedTuple):
    """A line of a CSV file that is no row: its number, the reason, and what its columns seem to say."""

    line: int
    reason: str
    seems: Mapping[str, str]


class Store(Protocol):
    """A place that holds tables. All names are lower case; every cell comes back as text."""

    def tables(self) -> Mapping[str, Mapping[str, Column]]:
        """The tables and their columns; unreadable ones are left out. Raises `TableUnreadable`."""
        ...

    def broken(self) -> Mapping[str, str]:
        """The tables that are there but cannot be read, with the reason."""
        ...

    def prepare(self, table: str, columns: Iterable[str]) -> list[Reject]:
        """Make a table ready; gives the lines that are no rows. Raises `TableUnreadable`."""
        ...

    def name(self, table: str) -> str:
        """The table's name in SQL."""
        ...

    def place(self, table: str) -> str:
        """The table as people know it: a file name, or the table."""
        ...

    def rows(self, sql: str, table: str) -> Iterator[Cells]:
        """Stream the rows of a query. Raises `TableUnreadable`."""
        ...


class View:
    """One prepared table: writes selections on it, with '' for columns it does not have."""

    def __init__(self, store: Store, table: str, columns: Mapping[str, Column]) -> None:
        self.table = table
        self._store = store
        self._columns = columns

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return column in self._columns

    def select(
        self, columns: Iterable[str], *, where: str = "", counted: bool = False
    ) -> Iterator[tuple[str, ...]]:
        """Stream columns as text, '' for null; `counted`: distinct combinations with their number, last."""
        names = list(columns)
        parts = [
            f"CAST({self._columns[name].sql} AS VARCHAR)" if name in self._columns else "''" for name in names
        ]
        wanted = ", ".join(f"{part} AS c{number}" for number, part in enumerate(parts))
        # Names come from the source's own catalogue, quoted; values are quoted literals.
        sql = f"SELECT {wanted} FROM {self._store.name(self.table)}"
        sql += f" WHERE {where}" if where else ""
        if counted:
            groups = ", ".join(f"c{number}" for number in range(len(names)))
            sql = f"SELECT {groups}, CAST(COUNT(*) AS VARCHAR) FROM ({sql}) AS t GROUP BY {groups}"
        for row in self._store.rows(sql, self.table):
            yield tuple("" if cell is None else cell.strip() for cell in row)

    def among(self, column: str, values: Iterable[str]) -> str:
        """A condition that a column has one of these values; '' (no condition) for very many."""
        own = self._columns.get(column)
        wanted = sorted(values)
        if own is None or not wanted:
            return "1 = 0"
        if not own.text:
            wanted = [value for value in wanted if value.lstrip("-").isdigit()]
            if not wanted:
                return "1 = 0"
        if len(wanted) > MOST_LITERALS:
            return ""
        literals = ", ".join(quoted(value) if own.text else value for value in wanted)
        return f"{own.sql} IN ({literals})"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def clean_id(text: str) -> str:
    """An id without the `.0` that a detour through floating point leaves; '' for none and for 0."""
    text = text.strip()
    whole, dot, fraction = text.partition(".")
    if dot and not fraction.strip("0"):
        text = whole
    return "" if text == "0" else text
