"""OMOP tables in PostgreSQL: COPY into Arrow, in one read-only transaction.

The password comes from the environment or `.pgpass`, as libpq does it, and never appears in a message.
"""

from __future__ import annotations

import io
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from trialwright.exchange.omop.store import Cells, Column, Reject, TableUnreadable, identifier
from trialwright.exchange.source import RecordsUnreadable
from trialwright.terms.message import Message, message

if TYPE_CHECKING:
    import psycopg

_TEXT_TYPES = ("character", "text", "name", "uuid")
_BLOCK = 1 << 22


def shown_address(address: str) -> str:
    """An address as it may be shown: host and database, without user, password or options."""
    scheme, _, rest = address.partition("://")
    before, _, after = rest.partition("?")
    place = "" if "@" in after else before.rpartition("@")[2].partition("#")[0]
    return f"{scheme}://{place}"


def open_postgres(address: str) -> PostgresStore:
    """Connect to a database. Raises `RecordsUnreadable` if that fails, without repeating the address."""
    shown = shown_address(address)
    try:
        import psycopg
    except ImportError:
        raise RecordsUnreadable(shown, message("PostgreSQL needs the package psycopg.")) from None
    try:
        connection = psycopg.connect(address, connect_timeout=10)
        connection.execute("SET datestyle = 'ISO, YMD'")
        connection.commit()
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    except psycopg.Error as error:
        raise RecordsUnreadable(
            shown, message("The database cannot be reached: {reason}", reason=_reason(error, address))
        ) from None
    return PostgresStore(connection, shown)


def _reason(error: psycopg.Error, address: str) -> str | Message:
    """What libpq says, unless it repeats the address or the password; then only the kind of error."""
    from psycopg import Error, conninfo

    if set("@/?#") & set(address.partition("://")[2].rpartition("@")[0]):
        # One of these in a password, not written as %40 and so on, cuts it: libpq takes a part of it for the host or
        # the port, and says so.
        return message("leave the password out of the address and give it as PGPASSWORD.")
    try:
        password = str(conninfo.conninfo_to_dict(address).get("password") or "")
    except Error:
        return type(error).__name__
    words = " ".join(str(error).split())
    return type(error).__name__ if "://" in words or (password and password in words) else words


class PostgresStore:
    """The tables of the first schema of the search path, or the only one, that holds `person`."""

    def __init__(self, connection: psycopg.Connection, shown: str) -> None:
        self._connection = connection
        weakref.finalize(self, connection.close)
        self._shown = shown
        self._schema = ""
        self._names: dict[str, str] = {}

    def tables(self) -> Mapping[str, Mapping[str, Column]]:
        """The readable tables and their columns."""
        sql = (
            "SELECT table_schema, table_name, column_name, data_type, "
            "COALESCE(array_position(current_schemas(false), table_schema::name), 0) "
            "FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        found: dict[str, dict[str, dict[str, Column]]] = {}
        ranks: dict[str, int] = {}
        names: dict[tuple[str, str], str] = {}
        for schema, table, column, kind, rank in self.rows(sql, "information_schema"):
            schema, table, column = schema or "", table or "", column or ""
            ranks[schema] = int(rank or 0)
            names[schema, table.lower()] = f"{identifier(schema)}.{identifier(table)}"
            columns = found.setdefault(schema, {}).setdefault(table.lower(), {})
            columns[column.lower()] = Column(identifier(column), (kind or "").startswith(_TEXT_TYPES))
        schemas = [schema for schema, tables in found.items() if "person_id" in tables.get("person", {})]
        on_path = sorted((schema for schema in schemas if ranks[schema]), key=lambda schema: ranks[schema])
        if not on_path and len(schemas) != 1:
            raise RecordsUnreadable(
                self._shown,
                message("{count} schemas hold an OMOP person table; one is needed.", count=len(schemas)),
            )
        chosen = (on_path or schemas)[0]
        self._names = {table: names[chosen, table] for table in found[chosen]}
        return found[chosen]

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

    def rows(self, sql: str, table: str) -> Iterator[Cells]:
        """Stream the rows of a query."""
        import psycopg
        import pyarrow as pa
        from pyarrow import csv

        try:
            with (
                self._connection.cursor() as cursor,
                cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER)") as copy,
            ):
                stream = io.BufferedReader(_CopyStream(copy), _BLOCK)
                header = stream.peek(_BLOCK).partition(b"\n")[0].decode().split(",")
                names = [f"c{number}" for number in range(len(header))]
                batches = csv.open_csv(
                    stream,
                    read_options=csv.ReadOptions(column_names=names, skip_rows=1, block_size=_BLOCK),
                    parse_options=csv.ParseOptions(newlines_in_values=True),
                    convert_options=csv.ConvertOptions(
                        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                    ),
                )
                for batch in batches:
                    yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
        except (psycopg.Error, pa.ArrowException) as error:
            self._connection.rollback()
            raise TableUnreadable(table, type(error).__name__) from None


class _CopyStream(io.RawIOBase):
    """The bytes of a COPY as a file that Arrow can read."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy
        self._rest = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with the next bytes; 0 at the end."""
        while not self._rest:
            block = self._copy.read()
            if not block:
                return 0
            self._rest = bytes(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
