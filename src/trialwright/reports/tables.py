"""Tables of a report as files: CSV, and Dataset-JSON 1.1 of CDISC.

Both carry the row's id (`row_id`: `T3.r2`) in front, so that a number in a file can be traced like one on the page,
and, where the table has group rows, the group that a row stands in (`section`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trialwright.reports.cells import safe_cell
from trialwright.reports.document import Cell, Column, Kind, Origin, Says, Table
from trialwright.terms.message import message, render

VERSION = "1.1.0"
"""Of Dataset-JSON."""

_DATA_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "number": "double",
    "decimal": "decimal",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}


def write_csv(table: Table, *, catalogue: Mapping[str, str]) -> str:
    """The rows of a table as CSV with the columns' names in the first line; texts in the language of the catalogue.

    A missing value is an empty cell; what people see in its place stands on the page. Text that a spreadsheet would
    take for a formula gets an apostrophe in front; numbers stay numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in _columns(table)])
    for cells in _rows(table):
        writer.writerow([safe_cell(_csv_value(cell, catalogue)) for cell in cells])
    return out.getvalue()


def write_dataset_json(table: Table, *, origin: Origin, catalogue: Mapping[str, str]) -> str:
    """The rows of a table as Dataset-JSON; labels and texts in the language of the catalogue.

    **Source**: CDISC Dataset-JSON Specification 1.1 (5 December 2024). Missing values are null; decimals travel as
    text, so that no digit is lost; OIDs follow from the names of table and columns.
    """
    name = table.name.upper()
    columns = _columns(table)
    rows = [
        [_json_value(cell, column, catalogue) for column, cell in zip(columns, cells, strict=True)]
        for cells in _rows(table)
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
        "rows": rows,
    }
    return json.dumps(dataset, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _columns(table: Table) -> list[Column]:
    """The table's columns, and those that say where a row stands."""
    front = [Column("row_id", message("id of the row"), "text")]
    if any(each.kind == "group" for each in table.rows):
        front.append(Column("section", message("group of rows"), "text"))
    return [*front, *table.columns]


def _rows(table: Table) -> Iterator[list[Cell]]:
    grouped = any(each.kind == "group" for each in table.rows)
    section = Cell("")
    for number, each in enumerate(table.rows):
        if each.kind == "group":
            section = each.cells[0]
            continue
        yield [Cell(f"{table.id}.r{number + 1}"), *([section] if grouped else []), *each.cells]


def _csv_value(cell: Cell, catalogue: Mapping[str, str]) -> Any:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int | Decimal):
        return str(value)
    return _text(value, catalogue)


def _text(value: Says, catalogue: Mapping[str, str]) -> str:
    """As in the page, but a half character, which no file takes, becomes a question mark."""
    return render(value, catalogue).encode("utf-8", "replace").decode("utf-8")


def _json_column(column: Column, table: str, catalogue: Mapping[str, str]) -> dict[str, Any]:
    label = render(column.heading, catalogue)
    if column.over is not None:
        label = render(message("{group}: {heading}", group=column.over, heading=column.heading), catalogue)
    described: dict[str, Any] = {
        "itemOID": f"IT.{table}.{column.name.upper()}",
        "name": column.name.upper(),
        "label": label,
        "dataType": _DATA_TYPES[column.kind],
    }
    if column.kind == "decimal":
        described["targetDataType"] = "decimal"
    if column.name == "row_id":
        described["keySequence"] = 1
    return described


def _json_value(cell: Cell, column: Column, catalogue: Mapping[str, str]) -> Any:
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if column.kind == "decimal":
        return f"{value:f}"
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return float(value)
    return _text(value, catalogue)
