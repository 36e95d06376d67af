"""What was derived from something, kept beside it so that it is derived once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)


class Kept:
    """Results by name, each with what it was made from; made again for another `of` or other `parts`.

    The last few of a name are kept, so it can lie beside something that never changes, or be carried from each state to
    the next of something that does: how it was, is, and would be.
    """

    __slots__ = ("_each", "_made")

    LAST = 4

    def __init__(self) -> None:
        self._made: dict[str, list[tuple[object, object, Any]]] = {}
        self._each: dict[str, tuple[object, dict[Any, Any]]] = {}

    def get(self, name: str, of: object, make: Callable[[], T], *, parts: object = None) -> T:
        """The result of this name for the very same `of` and equal `parts`, made now if there is none.

        Together they are all that `make` reads, besides what never changes.
        """
        known = self._made.get(name)
        if known is None:
            known = self._made[name] = []
        for one, made_from, made in known:
            if one is of and made_from == parts:
                found: T = made
                return found
        result = make()
        known.insert(0, (of, parts, result))
        del known[self.LAST :]
        return result

    def each(self, name: str, of: object, things: Iterable[H], make: Callable[[H], T]) -> tuple[T, ...]:
        """The result for each of many things, made for those that were not there the last time."""
        for_what, known = self._each.get(name, (of, {}))
        before = known if for_what is of else {}
        found = {thing: before[thing] if thing in before else make(thing) for thing in things}
        self._each[name] = of, found
        return tuple(found.values())
