"""What a reader of the ledger may meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class UnknownEvent(ValueError):
    """The ledger holds an event of a type this software does not know; the argument names it."""


class UnreadableEvent(ValueError):
    """The ledger holds an event that says what no action writes, such as the correction of a dose that is none."""

    def __init__(self, position: int) -> None:
        super().__init__(f"event {position} cannot be read")
        self.position = position


UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a book raises over parts that are not there, or not of their kind."""


@contextmanager
def reading(position: int) -> Iterator[None]:
    """Name the event over which a book falls: its hash may fit, and yet nobody can have made it."""
    try:
        yield
    except (UnknownEvent, UnreadableEvent):
        raise
    except UNREADABLE as error:
        raise UnreadableEvent(position) from error
