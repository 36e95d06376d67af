"""Where every piece of a study stands: file, line and column by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Plain = str | list["Plain"] | dict[str, "Plain"]
Path = tuple[str | int, ...]


class Place(NamedTuple):
    """Where something stands; line and column from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """The texts as entered, by file, and where each stands. A path begins with the file's name."""

    data: Mapping[str, Plain]
    places: Mapping[Path, Place]
    keys: Mapping[Path, Place]

    def find(self, path: Path) -> Path:
        """The path with list positions instead of ids, as far as it exists."""
        found: list[str | int] = []
        node: Any = self.data
        for step in path:
            if isinstance(node, list):
                index = _position(node, step)
                if index is None:
                    break
                node, step = node[index], index
            elif isinstance(node, dict) and step in node:
                node = node[step]
            else:
                break
            found.append(step)
        return tuple(found)

    def place(self, path: Path) -> Place:
        """Where the value at a path stands, or the nearest thing above it; line 0 means the whole file."""
        found = self.find(path)
        while found:
            if found in self.places:
                return self.places[found]
            found = found[:-1]
        return Place(str(path[0]) if path else "", 0, 0)


def _position(items: list[Any], step: str | int) -> int | None:
    """The position of an entry named by position, id or name."""
    if isinstance(step, int):
        return step if step < len(items) else None
    ids = [item.get("id", item.get("name")) if isinstance(item, dict) else None for item in items]
    return ids.index(step) if step in ids else None
