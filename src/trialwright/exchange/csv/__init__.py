"""The tidy form of the contract as CSV or Parquet: `persons` and `facts`, one row a person and a fact.

Never repairs a row: what is not as promised is listed with file, line and reason.
"""

from trialwright.exchange.csv.read import TidyReader

__all__ = ["TidyReader"]
