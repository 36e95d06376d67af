"""OMOP CDM 5.4 records: folders or zips of CSV or Parquet, DuckDB files, PostgreSQL. Read only.

Codes are resolved by the vocabulary tables of the source itself. Never fetches a DuckDB extension.
"""

from trialwright.exchange.omop.duck import open_duckdb_file, open_folder
from trialwright.exchange.omop.postgres import open_postgres, shown_address
from trialwright.exchange.omop.read import OmopReader

__all__ = ["OmopReader", "open_duckdb_file", "open_folder", "open_postgres", "shown_address"]
