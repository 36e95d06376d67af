"""What a reader of the ledger may meet."""

from __future__ import annotations


class UnknownEvent(ValueError):
    """The ledger holds an event of a type this software does not know; the argument names it."""
