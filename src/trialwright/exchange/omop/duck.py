"""OMOP tables in CSV, Parquet and DuckDB files, read by an embedded DuckDB that may fetch nothing."""

from __future__ import annotations

import csv
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import duckdb

from trialwright.exchange.omop.store import Cells, Column, Reject, TableUnreadable, identifier, quoted
from trialwright.exchange.source import RecordsUnreadable
from trialwright.terms.message import message

_NOTHING_FETCHED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_TEXT_TYPES = ("VARCHAR", "CHAR", "BPCHAR", "TEXT", "STRING")
_FETCH = 20_000
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# DuckDB's words for what is wrong with a line, in ours.
_REASONS = {
    "MISSING COLUMNS": "columns_wrong",
    "TOO MANY COLUMNS": "columns_wrong",
    "UNQUOTED VALUE": "quotes_unbalanced",
    "INVALID ENCODING": "text_undecodable",
}


def open_folder(files: Mapping[str, list[Path]], *, encoding: str = "utf-8") -> FolderStore:
    """OMOP tables as files; `files`: table name to its file or files."""
    return FolderStore(files, encoding)


def open_duckdb_file(path: Path) -> DuckdbStore:
    """OMOP tables in a DuckDB file. Raises `RecordsUnreadable` if it cannot be opened."""
    try:
        connection = duckdb.connect(
            str(path), read_only=True, config={**_NOTHING_FETCHED, "enable_external_access": "false"}
        )
    except duckdb.Error:
        raise RecordsUnreadable(path.name, message("This DuckDB file cannot be opened.")) from None
    return DuckdbStore(connection, path.name)


class _Duck:
    """The part both have in common: streaming a query in batches."""

    _connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, table: str) -> Iterator[Cells]:
        """Stream the rows of a query."""
        try:
            cursor = self._connection.cursor().execute(sql)
            while batch := cursor.fetchmany(_FETCH):
                yield from batch
        except duckdb.Error as error:
            raise TableUnreadable(table, type(error).__name__) from None


class DuckdbStore(_Duck):
    """The tables of a DuckDB file, in whichever schema holds `person`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: str) -> None:
        self._connection = connection
        weakref.finalize(self, connection.close)
        self._file = file
        self._names: dict[str, str] = {}

    def tables(self) -> Mapping[str, Mapping[str, Column]]:
        """The readable tables and their columns."""
        sql = "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
        found: dict[str, dict[str, dict[str, Column]]] = {}
        for schema, table, column, kind in self.rows(sql, "information_schema"):
            schema, table, column, kind = str(schema), str(table), str(column), str(kind)
            columns = found.setdefault(schema, {}).setdefault(table.lower(), {})
            columns[column.lower()] = Column(identifier(column), kind.upper().startswith(_TEXT_TYPES))
            self._names.setdefault(f"{schema}.{table.lower()}", f"{identifier(schema)}.{identifier(table)}")
        schemas = [schema for schema, tables in found.items() if "person_id" in tables.get("person", {})]
        if len(schemas) != 1:
            raise RecordsUnreadable(
                self._file,
                message("{count} schemas hold an OMOP person table; one is needed.", count=len(schemas)),
            )
        self._names = {table: self._names[f"{schemas[0]}.{table}"] for table in found[schemas[0]]}
        return found[schemas[0]]

    def broken(self) -> Mapping[str, str]:
        """The tables that are there but cannot be read, with the reason."""
        return {}

    def prepare(self, table: str, columns: Iterable[str]) -> list[Reject]:
        """Make a table ready; gives the lines that are no rows."""
        return []

    def name(self, table: str) -> str:
        """The table's name in SQL."""
        return self._names[table]

    def place(self, table: str) -> str:
        """The table as people know it."""
        return table


class FolderStore(_Duck):
    """The tables of a folder. CSV files are taken into a temporary database once, all columns as text."""

    def __init__(self, files: Mapping[str, list[Path]], encoding: str) -> None:
        self._files = files
        self._encoding = encoding
        self._folder = Path(tempfile.mkdtemp(prefix="trialwright-"))
        self._connection = duckdb.connect(str(self._folder / "records.duckdb"), config=_NOTHING_FETCHED)
        weakref.finalize(self, _clear, self._connection, self._folder)
        self._headers: dict[Path, tuple[list[str], str]] = {}
        self._ready: dict[str, list[Reject]] = {}
        self._broken: dict[str, str] = {}

    def tables(self) -> Mapping[str, Mapping[str, Column]]:
        """The readable tables and their columns."""
        found = {}
        for table, paths in self._files.items():
            try:
                found[table] = (
                    self._parquet(table, paths) if _is_parquet(paths) else self._header(table, paths)
                )
            except TableUnreadable as error:
                self._broken[table] = error.reason
        return found

    def broken(self) -> Mapping[str, str]:
        """The tables that are there but cannot be read, with the reason."""
        return self._broken

    def place(self, table: str) -> str:
        """The table as people know it."""
        return self._files[table][0].name

    def name(self, table: str) -> str:
        """The table's name in SQL."""
        return identifier(table)

    def _parquet(self, table: str, paths: list[Path]) -> dict[str, Column]:
        files = ", ".join(quoted(str(path)) for path in paths)
        view = f"SELECT * FROM read_parquet([{files}], union_by_name = true)"
        try:
            self._connection.execute(f"CREATE OR REPLACE VIEW {identifier(table)} AS {view}")
            described = self._connection.execute(f"DESCRIBE {identifier(table)}").fetchall()
        except duckdb.Error as error:
            raise TableUnreadable(table, type(error).__name__) from None
        return {
            str(name).lower(): Column(identifier(str(name)), str(kind).upper().startswith(_TEXT_TYPES))
            for name, kind, *_rest in described
        }

    def _header(self, table: str, paths: list[Path]) -> dict[str, Column]:
        """The columns of a CSV table, from the first line of its file."""
        if len(paths) != 1:
            raise TableUnreadable(table, "several files")
        if paths[0] not in self._headers:
            self._headers[paths[0]] = _first_line(self._utf8(table, paths[0]), table)
        header, _delimiter = self._headers[paths[0]]
        return {name: Column(identifier(name), True) for name in header}

    def _utf8(self, table: str, path: Path) -> Path:
        """The file itself, or a UTF-8 copy where it is written in another encoding."""
        try:
            with path.open("rb") as file:
                start = file.read(4)
        except OSError as error:
            raise TableUnreadable(table, error.strerror or "") from None
        codec = next((name for mark, name in _MARKS if start.startswith(mark)), self._encoding)
        if codec.lower().replace("_", "-") in ("utf-8", "utf8") or start.startswith(b"\x1f\x8b"):
            return path
        copy = self._folder / f"{table}.csv"
        if not copy.exists():
            try:
                with (
                    path.open(encoding=codec, newline="") as source,
                    copy.open("w", encoding="utf-8", newline="") as out,
                ):
                    shutil.copyfileobj(source, out)
            except (UnicodeError, OSError):
                raise TableUnreadable(table, f"not {codec} text") from None
        return copy

    def prepare(self, table: str, columns: Iterable[str]) -> list[Reject]:
        """Make a table ready; gives the lines that are no rows."""
        paths = self._files[table]
        if _is_parquet(paths):
            return []
        if table not in self._ready:
            self._ready[table] = self._take_in(table, paths[0], set(columns))
        return self._ready[table]

    def _take_in(self, table: str, path: Path, wanted: set[str]) -> list[Reject]:
        header, delimiter = self._headers[path]
        types = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in header)
        selected = ", ".join(
            _without_fraction(identifier(name)) if name.endswith("_id") else identifier(name)
            for name in header
            if name in wanted
        )
        form = (
            f"delim = {quoted(delimiter)}, quote = '\"', escape = '\"', header = true, columns = {{{types}}}"
        )
        strict = "auto_detect = false, strict_mode = true, store_rejects = true, rejects_limit = 0"
        file = f"read_csv({quoted(str(self._utf8(table, path)))}, {form}, {strict})"
        try:
            self._connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
            self._connection.execute(
                f"CREATE OR REPLACE TABLE {identifier(table)} AS SELECT {selected} FROM {file}"
            )
            rejects = self._connection.execute(
                "SELECT line, error_type, csv_line FROM reject_errors ORDER BY line"
            ).fetchall()
        except duckdb.Error as error:
            raise TableUnreadable(table, type(error).__name__) from None
        found: dict[int, Reject] = {}
        for first, kind, text in rejects:
            # A quotation mark left open takes the lines after it along: each of them is listed.
            for number, line in enumerate((text or "").splitlines() or [""], start=int(first)):
                fields = (field.strip().strip('"') for field in line.split(delimiter))
                found[number] = Reject(
                    number, _REASONS.get(str(kind), "row_unreadable"), dict(zip(header, fields, strict=False))
                )
        return list(found.values())


def _without_fraction(column: str) -> str:
    """An id without the `.0` that a detour through floating point leaves."""
    return f"CASE WHEN ends_with({column}, '.0') THEN left({column}, -2) ELSE {column} END AS {column}"


def _clear(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)


def _is_parquet(paths: list[Path]) -> bool:
    return paths[0].name.lower().endswith(".parquet")


def _first_line(path: Path, table: str) -> tuple[list[str], str]:
    """The column names of a CSV file, lower case, and its delimiter."""
    import gzip
    import zlib

    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if zipped else path.open("rb") as file:
            line = file.readline(1 << 20).decode("utf-8-sig").strip("\r\n")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise TableUnreadable(table, "header") from None
    delimiter = max(",;\t|", key=line.count)
    try:
        names = [
            name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter, strict=True), [])
        ]
    except csv.Error:
        raise TableUnreadable(table, "header") from None
    if not any(names) or len(set(names)) != len(names) or "\x00" in line:
        raise TableUnreadable(table, "header")
    return names, delimiter
