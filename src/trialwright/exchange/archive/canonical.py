"""Whether what was read from JSON had been written in canonical form, found out without sorting it again."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from trialwright.record.event import canonical


class CanonicalForm:
    """Compares many rows with their canonical form (RFC 8785), see `record.event.canonical`.

    A writer that keeps the order of names gives back the very same bytes where the form is canonical; then only the
    order of the names is left to look at, and that is nearly always one seen before.
    """

    def __init__(self) -> None:
        self._in_order: set[tuple[str, ...]] = set()

    def is_of(self, value: Any, form: bytes) -> bool:
        """Whether `form` is the canonical form of `value`, which was read from it."""
        if self._is_plain(value):
            return to_json(value) == form
        return canonical(value) == form

    def _is_plain(self, value: Any) -> bool:
        """Texts, whole numbers, yes/no, nothing, lists and maps, and every map with its names in order."""
        kind = type(value)
        if kind is dict:
            names = tuple(value)
            if names not in self._in_order:
                if list(names) != sorted(names):
                    return False
                self._in_order.add(names)
            value = value.values()
        elif kind is not list:
            return kind is str or kind is int or kind is bool or value is None
        for part in value:  # noqa: SIM110  # a loop, because every row of a trial comes by here
            if type(part) is not str and not self._is_plain(part):
                return False
        return True
