"""What was derived from something that never changes, kept beside it so that it is derived once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """The last result of each name, with what else it was made from; it is made again for another `of`."""

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[str, tuple[object, Any]] = {}

    def get(self, name: str, of: object, make: Callable[[], T]) -> T:
        """The result of this name for the very same `of`, made now if there is none yet."""
        known = self._made.get(name)
        if known is not None and known[0] is of:
            found: T = known[1]
            return found
        made = make()
        self._made[name] = of, made
        return made
