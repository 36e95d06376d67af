"""Rows of a tidy table as texts in the contract's column order, from CSV or Parquet, with their place."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TextIO

from trialwright.exchange.answers import fold
from trialwright.exchange.bounded import MIB, TooLarge, skip_line
from trialwright.exchange.source import RecordsUnreadable
from trialwright.terms.message import message

LONGEST_ROW = 1 * MIB  # characters; a row of facts has some hundred
_ENOUGH = 10_000  # of a longer one, to see whose it is
_UNDECODED = re.compile("[\udc80-\udcff\x00]")
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


class Row(NamedTuple):
    """One row: its place (file and line), its texts in the order asked for, its fault ('' for none).

    `complete`: how many of the texts stand before the fault, for a row that cannot be trusted.
    """

    place: str
    texts: list[str]
    fault: str = ""
    detail: str = ""
    complete: int = 99


def table_rows(
    path: Path,
    columns: tuple[str, ...],
    *,
    required: tuple[str, ...],
    renamed: Mapping[str, str],
    encoding: str,
) -> Iterator[Row]:
    """Stream the rows of a `.csv` or `.parquet` file; a column that is absent and not required reads as ''.

    `renamed`: folded local column names to the contract's. Raises `RecordsUnreadable` where the file as a
    whole cannot be read, or lacks a required column.
    """
    if path.suffix.lower() == ".parquet":
        return _parquet_rows(path, columns, required, renamed)
    return _csv_rows(path, columns, required, renamed, encoding)


def find_columns(
    path: Path,
    header: list[str],
    columns: tuple[str, ...],
    required: tuple[str, ...],
    renamed: Mapping[str, str],
) -> list[int]:
    """Where each wanted column stands; -1 for an absent one.

    Raises `RecordsUnreadable` for a required column that is absent, and for one that is there twice.
    """
    names = [renamed.get(fold(name), fold(name)) for name in header]
    missing = tuple(column for column in required if column not in names)
    if missing:
        raise RecordsUnreadable(path.name, message("The file has no column {columns}.", columns=missing))
    twice = tuple(column for column in columns if names.count(column) > 1)
    if twice:
        raise RecordsUnreadable(path.name, message("The file has two columns {columns}.", columns=twice))
    return [names.index(column) if column in names else -1 for column in columns]


def _csv_rows(
    path: Path, columns: tuple[str, ...], required: tuple[str, ...], renamed: Mapping[str, str], encoding: str
) -> Iterator[Row]:
    with path.open("rb") as raw:
        start = raw.read(4)
    if not start:
        raise RecordsUnreadable(path.name, message("The file is empty."))
    codec = next((name for mark, name in _MARKS if start.startswith(mark)), encoding)
    try:
        with path.open(encoding=codec, errors="surrogateescape", newline=None) as lines:
            yield from _parsed(path, lines, columns, required, renamed)
    except TooLarge as error:
        raise RecordsUnreadable(
            path.name, message("A line of the file is longer than {most} MiB.", most=error.mebibytes)
        ) from None
    except UnicodeError:
        raise RecordsUnreadable(
            path.name,
            message(
                "The file is not {encoding} text; `encoding` in mapping.yaml names another.", encoding=codec
            ),
        ) from None
    except OSError as error:
        raise RecordsUnreadable(
            path.name, message("The file cannot be read: {reason}.", reason=error.strerror or "")
        ) from None


def _parsed(
    path: Path,
    lines: TextIO,
    columns: tuple[str, ...],
    required: tuple[str, ...],
    renamed: Mapping[str, str],
) -> Iterator[Row]:
    name = path.name
    first = lines.readline(LONGEST_ROW + 1)
    if len(first) > LONGEST_ROW or _UNDECODED.search(first):
        raise RecordsUnreadable(name, message("This is not a text file in the expected encoding."))
    delimiter = max(",;\t", key=first.count)
    try:
        header = _fields(first, delimiter)
    except csv.Error:
        raise RecordsUnreadable(name, message("The first line does not name the columns.")) from None
    positions = find_columns(path, header, columns, required, renamed)
    width = len(header)
    number = 1
    while line := lines.readline(LONGEST_ROW + 1):
        number += 1
        too_long = len(line) > LONGEST_ROW
        if too_long:
            skip_line(lines, line)
            line = line[:_ENOUGH]
        line = line.rstrip("\n")
        if not line.strip(" \t,;"):
            continue
        place = f"{name}:{number}"
        if too_long:
            fields, fault, detail = line.split(delimiter), "line_too_long", f"> {LONGEST_ROW // MIB} MiB"
        elif "\x00" in line or (not line.isascii() and _UNDECODED.search(line)):
            fields, fault, detail = line.split(delimiter), "text_undecodable", ""
        else:
            try:
                fields, fault, detail = _fields(line, delimiter), "", ""
            except csv.Error:
                fields, fault, detail = line.split(delimiter), "quotes_unbalanced", ""
            if not fault and len(fields) != width:
                fault, detail = "columns_wrong", f"{len(fields)} / {width}"
        texts = [fields[at].strip() if 0 <= at < len(fields) else "" for at in positions]
        if fault:
            texts = ["" if _UNDECODED.search(text) or '"' in text else text for text in texts]
            # The last text of a broken row may itself be cut off.
            whole = sum(1 for at in positions if 0 <= at < len(fields) - 1)
            yield Row(place, texts, fault, detail, whole)
        else:
            yield Row(place, texts)


def _fields(line: str, delimiter: str) -> list[str]:
    """One line, one row: a quotation mark left open must not swallow the lines that follow."""
    if '"' not in line:
        return line.rstrip("\n").split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, strict=True), [])


def _parquet_rows(
    path: Path, columns: tuple[str, ...], required: tuple[str, ...], renamed: Mapping[str, str]
) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            header = list(file.schema_arrow.names)
            positions = find_columns(path, header, columns, required, renamed)
            wanted = [header[at] for at in positions if at >= 0]
            number = 0
            for batch in file.iter_batches(batch_size=65536, columns=wanted):
                blank = [""] * batch.num_rows
                texts = [
                    _texts(batch.column(wanted.index(header[at])).to_pylist()) if at >= 0 else blank
                    for at in positions
                ]
                for values in zip(*texts, strict=True):
                    number += 1
                    yield Row(f"{path.name} row {number}", list(values))
    except (pa.ArrowException, OSError):
        raise RecordsUnreadable(path.name, message("This is not a readable Parquet file.")) from None


def _texts(values: list[object]) -> list[str]:
    return [value if type(value) is str else _text(value) for value in values]


def _text(value: object) -> str:
    """A typed cell as the text it stands for; a whole number stored as a float loses its `.0`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return (
            ""
            if value != value
            else str(int(value))
            if value.is_integer() and abs(value) < 1e15
            else repr(value)
        )
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value).strip()
