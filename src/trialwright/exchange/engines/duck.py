"""DuckDB, embedded: the engine for a hospital's files on one machine. No extension is ever fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

TABLES = ("facts", "persons", "unreadable")
# The compiled text needs no rewriting; with every pass on, planning it takes three times as long and gains nothing.
_USEFUL = frozenset(
    {
        "filter_pushdown",
        "unused_columns",
        "build_side_probe_side",
        "cte_inlining",
        "materialized_cte",
        "column_lifetime",
    }
)


class DuckEngine:
    """A DuckDB connection that holds the three typed tables. `memory_limit` such as '2GB'; `threads` 0: all."""

    dialect = "duckdb"

    def __init__(self, *, memory_limit: str = "", threads: int = 0) -> None:
        self.connection = duckdb.connect(
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        )
        self.connection.execute("SET enable_progress_bar = false")  # it would stand among the results
        if memory_limit:
            self.connection.execute(f"SET memory_limit = '{memory_limit}'")
        if threads:
            self.connection.execute(f"SET threads = {int(threads)}")

    def load(self, tables: Mapping[str, pa.Table]) -> None:
        """Hold these tables (`facts`, `persons`, `unreadable`) instead of those before."""
        for name in TABLES:
            self.connection.register("incoming", tables[name])
            self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
            self.connection.unregister("incoming")

    def query(self, sql: str) -> Iterator[Mapping[str, Sequence[Any]]]:
        """Run a query and give its columns batch by batch."""
        for batch in self.batches(sql):
            yield batch.to_pydict()

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Run a compiled query and give its result as Arrow batches."""
        passes = [
            row[0] for row in self.connection.execute("SELECT name FROM duckdb_optimizers()").fetchall()
        ]
        self._leave_out([name for name in passes if name not in _USEFUL])
        try:
            yield from self.connection.sql(sql).to_arrow_reader(50_000)
        finally:
            self._leave_out([])

    def _leave_out(self, passes: Sequence[str]) -> None:
        self.connection.execute(f"SET disabled_optimizers = '{','.join(passes)}'")

    def close(self) -> None:
        """Let go of everything."""
        self.connection.close()
