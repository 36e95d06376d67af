"""A document as a frozen tree: headings, paragraphs, quotations, lists, tables; rendered in a language by its writers."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.study.prose.rules import Outline
from trialwright.terms.message import Message, Text


@dataclass(frozen=True, slots=True)
class Code:
    """A text for machines, shown as it is: a rule, a name, a code."""

    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Several texts below each other in one place."""

    parts: tuple[Inline, ...]


Inline = Message | Text | str | Code | Lines


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 2 for a part, 3 and 4 below it. `anchor`: a name to link to, unique in the document."""

    level: int
    text: Inline
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: Inline


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of somebody else. `original`: the same as first written, shown beside `text` where that is a translation."""

    text: Inline
    original: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, with the items that belong under it."""

    text: Inline
    parts: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as the header."""

    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]

    def __post_init__(self) -> None:
        """Raise `ValueError` for a row of another length."""
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError("a row has more or fewer cells than the header")


Block = Heading | Paragraph | Quote | Bullets | Table | Code


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `study`: the id of the study it is about; `version`: that of its definition."""

    study: str
    version: str
    title: Inline
    blocks: tuple[Block, ...]


def item_of(outline: Outline) -> Item:
    """A rule's outline as an item of a list."""
    return Item(outline.text, tuple(item_of(part) for part in outline.parts))
