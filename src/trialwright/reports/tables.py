"""Tables of a report as files to compute with: CSV, and Dataset-JSON 1.1 of CDISC. Both hold the same lines.

A line for each number that the table shows: the id of its cell (`T3.r2.c4`, which `trialwright trace` walks back), the
headings of its row under their own names, the heading of its column, which statistic it is, its value with every digit
and an ASCII minus, its unit in UCUM, and what people see in the cell. A cell without a number has one line without a value.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from trialwright.reports.cells import safe_cell
from trialwright.reports.document import Cell, Column, Kind, Origin, Row, Says, Table
from trialwright.terms.message import message, render

VERSION = "1.1.0"
"""Of Dataset-JSON."""

PATH = " > "
"""Between a heading and the one it is set under."""

_DATA_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "number": "double",
    "decimal": "decimal",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}
_FRONT = (
    Column("table", message("name of the table"), "text"),
    Column("cell", message("id of the cell"), "text"),
    Column("section", message("group of rows"), "text"),
)
_BEHIND = (
    Column("column", message("heading of the column"), "text"),
    Column("statistic", message("which statistic"), "text"),
    Column("value", message("value"), "number"),
    Column("unit", message("unit (UCUM)"), "text"),
    Column("shown", message("as shown"), "text"),
)
_KEYS = ("cell", "statistic")


class Line(NamedTuple):
    """One number of a table, or a cell that shows none (its value is None)."""

    cell: str
    section: Says
    heads: tuple[Any, ...]
    column: Says
    statistic: str
    value: int | float | Decimal | None
    unit: str
    shown: str


def table_lines(table: Table, *, catalogue: Mapping[str, str]) -> Iterator[Line]:
    """The numbers of a table, cell by cell.

    A heading that stands under another (`level`) has it in front; an empty one is that of the row above, as long as those
    before it are.
    """
    section = ""
    above: list[Any] = [""] * table.heads
    path: list[str] = []
    for number, each in enumerate(table.rows):
        if each.kind == "group":
            section, above, path = _text(each.cells[0].says, catalogue), [""] * table.heads, []
            continue
        above = _heads(table, each, above, path, catalogue)
        for place in range(table.heads, len(table.columns)):
            column, cell = table.columns[place], each.cells[place]
            for statistic, value, unit in _numbers(table, cell, place):
                yield Line(
                    table.cell_id(number, place),
                    section,
                    tuple(above),
                    _text(_label(column), catalogue),
                    statistic,
                    value,
                    unit,
                    _text(cell.says, catalogue),
                )


def _numbers(table: Table, cell: Cell, place: int) -> list[tuple[str, int | float | Decimal | None, str]]:
    """The numbers of a cell; of one that shows none, in a column of numbers a missing one."""
    numbers = table.numbers(cell, place)
    if numbers:
        return [(each.statistic, each.value, each.unit) for each in numbers]
    column = table.columns[place]
    return [
        (column.statistic or column.name.lower(), None, column.unit) if column.numeric else ("", None, "")
    ]


def _heads(
    table: Table, row: Row, above: list[Any], path: list[str], catalogue: Mapping[str, str]
) -> list[Any]:
    """The headings of a row, those left out as above; `path`: the headings that the first one stands under."""
    heads: list[Any] = []
    for place in range(table.heads):
        column, cell = table.columns[place], row.cells[place]
        if column.kind != "text":
            heads.append(cell.value)
            continue
        said = _text(cell.says, catalogue)
        if not said:
            said = above[place]
        else:
            above = [*above[: place + 1], *[""] * (table.heads - place - 1)]
        if place == 0 and _text(cell.says, catalogue):
            del path[row.level :]
            path.append(said)
            said = PATH.join(path)
        heads.append(said)
    return heads


def write_csv(table: Table, *, catalogue: Mapping[str, str]) -> str:
    """The numbers of a table as CSV with the columns' names in the first line; texts in the language of the catalogue.

    A missing value is an empty cell. Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in _columns(table)])
    for each in _flat(table, catalogue):
        writer.writerow([safe_cell(_csv_value(value)) for value in each])
    return out.getvalue()


def write_dataset_json(table: Table, *, origin: Origin, catalogue: Mapping[str, str]) -> str:
    """The same as Dataset-JSON; labels and texts in the language of the catalogue.

    **Source**: CDISC Dataset-JSON Specification 1.1 (5 December 2024). Missing values are null; decimals among the
    headings travel as text, so that no digit is lost; OIDs follow from the names of table and columns.
    """
    name = table.name.upper()
    columns = _columns(table)
    rows = [
        [_json_value(value, column) for column, value in zip(columns, each, strict=True)]
        for each in _flat(table, catalogue)
    ]
    product, _, version = origin.software.partition(" ")
    dataset = {
        "datasetJSONCreationDateTime": origin.made.isoformat(timespec="seconds"),
        "datasetJSONVersion": VERSION,
        "fileOID": f"{origin.study}.{origin.ledger_position}.{name}",
        "originator": product,
        "sourceSystem": {"name": product, "version": version},
        "studyOID": origin.study,
        "metaDataVersionOID": origin.study_version,
        "itemGroupOID": f"IG.{name}",
        "records": len(rows),
        "name": name,
        "label": render(table.caption, catalogue),
        "columns": [_json_column(column, name, catalogue) for column in columns],
    }
    head = json.dumps(dataset, ensure_ascii=False, allow_nan=False, indent=1).removesuffix("\n}")
    if not rows:
        return f'{head},\n "rows": []\n}}\n'
    written = ",\n".join(f"  {json.dumps(each, ensure_ascii=False, allow_nan=False)}" for each in rows)
    return f'{head},\n "rows": [\n{written}\n ]\n}}\n'


def _columns(table: Table) -> tuple[Column, ...]:
    return (*_FRONT, *table.columns[: table.heads], *_BEHIND)


def _flat(table: Table, catalogue: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    for each in table_lines(table, catalogue=catalogue):
        yield (table.name, each.cell, each.section, *each.heads, *each[3:])


def _label(column: Column) -> Says:
    if column.over is None:
        return column.heading if column.label is None else column.label
    group = column.over if column.label is None else column.label
    return message("{group}: {heading}", group=group, heading=column.heading)


def _csv_value(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value)


def _text(value: Says, catalogue: Mapping[str, str]) -> str:
    """As in the page, but a half character, which no file takes, becomes a question mark."""
    return render(value, catalogue).encode("utf-8", "replace").decode("utf-8")


def _json_column(column: Column, table: str, catalogue: Mapping[str, str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "itemOID": f"IT.{table}.{column.name.upper()}",
        "name": column.name.upper(),
        "label": render(_label(column), catalogue),
        "dataType": _DATA_TYPES[column.kind],
    }
    if column.kind == "decimal":
        described["targetDataType"] = "decimal"
    if column.name in _KEYS:
        described["keySequence"] = _KEYS.index(column.name) + 1
    return described


def _json_value(value: Any, column: Column) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "decimal":
        return f"{value:f}"
    return float(value) if column.kind == "number" else value
