"""A document as PDF, typeset by Typst from data: a text of a record is set as it stands and can never become markup.

The fonts are the reports' own, embedded; those of the machine and those of Typst are not looked at. The same document
gives the same bytes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from trialwright.reports import fonts
from trialwright.reports.document import (
    Block,
    Document,
    Figure,
    Heading,
    Items,
    PageBreak,
    Paragraph,
    Table,
    number_of,
)
from trialwright.reports.figures.canvas import Says, speak
from trialwright.reports.html import LISTED, head_rows, is_whole, unbroken
from trialwright.reports.origin import explain_origin
from trialwright.terms.message import message

_TEMPLATES = Path(__file__).parent / "templates"
STANDARDS = ["a-2a", "ua-1"]
"""PDF/A-2a (ISO 19005-2): readable for as long as a trial must be kept. PDF/UA-1 (ISO 14289-1): readable aloud."""

_WIDTH, _HEIGHT = 425.0, 600.0  # points; the most a figure fills of the page
_UNBROKEN = re.compile(r"[!-~]{25,}")  # longer than any word; Chinese may be broken anywhere in any case
_BREAK = "\u200b"  # zero-width space
_RUNNING = 80  # characters of the title in the page head
_WHOLE = 500  # characters of a cell up to which its row is kept on one page
_ACROSS, _UPRIGHT = 740.0, 493.0  # points between the margins of a page
_HALF = 340.0  # points: the height up to which a table is not broken, as in the template
_INSET, _AROUND = 10.0, 6.4  # points beside the text of a cell, and above and below it
_COLUMNS, _FEW = (
    8,
    40,
)  # columns and rows of a table up to which it is set large; a longer one may be broken anywhere
_TOGETHER = 18  # characters of a cell up to which it is not broken, where it is one thing
_LOT = 120  # sections that the contents set in columns at a time
_SHORT = 12  # characters of a digest in the page foot; the whole stands on the first page


def write_pdf(document: Document, *, catalogue: Mapping[str, str], language: str) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1, on A4, with outline and page numbers.

    `language` is en or zh, `catalogue` its sentences; figures are drawn in their language already. The date inside is
    that of the document's origin. A character the fonts lack is written by its number, `[U+1F600]`.
    """
    return _compile(document, catalogue, language, format="pdf", pdf_standards=STANDARDS)[0]


def write_pages(
    document: Document, *, catalogue: Mapping[str, str], language: str, ppi: float
) -> list[bytes]:
    """The pages of the same as PNG pictures, at so many pixels per inch: to be looked at."""
    return _compile(document, catalogue, language, format="png", ppi=ppi)


def _compile(document: Document, catalogue: Mapping[str, str], language: str, **settings: Any) -> list[bytes]:
    data = _lay_out(document, catalogue, language)
    return typeset("document.typ", data, made=document.origin.made, **settings)


def typeset(template: str, data: Mapping[str, Any], *, made: datetime, **settings: Any) -> list[bytes]:
    """Set data by a template of this room: the pages as pictures, or the one PDF.

    `data` holds strings and numbers; strings are set as they are and never become markup. `made`: the date inside.
    """
    import typst  # late: most commands typeset nothing

    written = typst.compile(
        (_TEMPLATES / template).read_bytes(),
        root=_TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        timestamp=made.replace(microsecond=0),
        **settings,
    )
    return written if isinstance(written, list) else [written]


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.FOLDER)]
    )


def _set(thing: Says, *, catalogue: Mapping[str, str]) -> str:
    """A text in the language of the catalogue; what is longer than a column without a space may be cut anywhere."""
    return _UNBROKEN.sub(lambda match: _BREAK.join(match[0]), speak(thing, catalogue))


def _lay_out(document: Document, catalogue: Mapping[str, str], language: str) -> dict[str, Any]:
    """Everything the template sets, as strings and numbers."""
    say = partial(_set, catalogue=catalogue)
    origin = document.origin
    places = _places(document.blocks)
    return {
        "lang": language,
        "region": {"en": "gb", "zh": "cn"}[language],
        "fonts": list(fonts.FAMILIES),
        "title": say(document.title),
        "running": _shorten(speak(document.title, catalogue)),
        "study": say(origin.study),
        "study_title": say(origin.study_title),
        "properties": {
            "title": f"{speak(origin.study, catalogue)}: {speak(document.title, catalogue)}",
            "author": speak(origin.software, catalogue),
            "description": speak(origin.study_title, catalogue),
        },
        "rehearsal": say(message("SYNTHETIC - rehearsal")) if origin.rehearsal else None,
        "source": say(
            message(
                "Definition {version}, ledger position {position}, digest {digest}",
                version=_short(origin.study_version),
                position=origin.ledger_position,
                digest=_short(origin.ledger_digest),
            )
        ),
        # a digest that may be cut anywhere has its own letters in the font: it is set as it is
        "facts": [[say(name), speak(what, catalogue)] for name, what in explain_origin(origin)],
        "words": {
            "contents": say(message("Contents")),
            "rehearsal": say(message("SYNTHETIC - rehearsal.")),
            "nobody": say(message("Nobody in this report exists. It is no evidence about patients.")),
            "page": say(message("Page {page} of {pages}", page="[page]", pages="[pages]")),
        },
        "crowds": _crowds(places),
        "blocks": _lay_blocks(document.blocks, say, places),
    }


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:_SHORT]


def _shorten(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _RUNNING else line[: _RUNNING - 1] + "…"


def _places(blocks: tuple[Block, ...]) -> dict[str, str]:
    """Where each section stands in the contents, by its anchor: below its chapter, or where there are many in columns.

    What stands in columns (one section for each participant) is cut into lots, and each lot into three parts.
    """
    chapters: list[list[str]] = [[]]
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapters.append([])
        elif isinstance(block, Heading) and block.level == 2:
            chapters[-1].append(block.anchor)
    found = {anchor: "section" for each in chapters if len(each) <= LISTED for anchor in each}
    many = [anchor for each in chapters if len(each) > LISTED for anchor in each]
    for start in range(0, len(many), _LOT):
        lot = many[start : start + _LOT]
        part = math.ceil(len(lot) / 3)
        found |= {anchor: f"lot-{start // _LOT}-{place // part}" for place, anchor in enumerate(lot)}
    return found


def _crowds(places: Mapping[str, str]) -> list[list[str]]:
    """The lots of sections that stand in columns: of each the names of its parts, from the left."""
    lots: dict[str, dict[str, None]] = {}
    for place in places.values():
        if place != "section":
            lots.setdefault(place.rpartition("-")[0], {})[place] = None
    return [list(each) for each in lots.values()]


def _lay_blocks(
    blocks: tuple[Block, ...], say: partial[str], places: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The blocks in order; a wide table turns its page, with its headings and what is said above it.

    What follows it stays on the turned pages up to the next heading or figure, so that none holds a line alone.
    """
    laid: list[dict[str, Any]] = []
    for block in blocks:
        data = _lay_block(block, say, places)
        across = bool(laid) and laid[-1]["kind"] == "wide"
        if isinstance(block, Table) and block.wide and not across:
            introduction = _introduction(laid)
            laid[len(laid) - len(introduction) :] = [{"kind": "wide", "blocks": [*introduction, data]}]
        elif across and isinstance(block, Items | Paragraph | Table):
            laid[-1]["blocks"].append(data)
        else:
            laid.append(data)
    return laid


def _introduction(laid: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last heading and what follows it, if that is only text; with the headings right above it."""
    start = len(laid)
    while start and laid[start - 1]["kind"] in ("paragraph", "note", "warning", "items"):
        start -= 1
    first = start
    while first and laid[first - 1]["kind"] == "heading":
        first -= 1
    return laid[first:] if first < start else []


def _lay_block(block: Block, say: partial[str], places: Mapping[str, str]) -> dict[str, Any]:
    match block:
        case Heading():
            place = places.get(block.anchor, "")
            return {"kind": "heading", "level": block.level, "text": say(block.text), "place": place}
        case Paragraph():
            kind = "paragraph" if block.kind == "plain" else block.kind
            return {"kind": kind, "text": say(block.text)}
        case Items():
            return {"kind": "items", "items": [say(item) for item in block.items]}
        case Table():
            return _lay_table(block, say)
        case Figure():
            return _lay_figure(block, say)
        case PageBreak():
            return {"kind": "page_break"}


def _lay_table(table: Table, say: partial[str]) -> dict[str, Any]:
    size = 8.5 if len(table.columns) <= _COLUMNS and len(table.rows) <= _FEW else 7.5
    texts = [[say(cell.says) for cell in each.cells] for each in table.rows]
    rows = [
        {
            "kind": each.kind,
            "breakable": any(len(text) > _WHOLE for text in own),
            "cells": [
                {
                    "text": unbroken(text),
                    "indent": each.level if place == 0 else 0,
                    "whole": len(text) <= _TOGETHER and is_whole(text),
                }
                for place, text in enumerate(own)
            ],
        }
        for each, own in zip(table.rows, texts, strict=True)
    ]
    right = {column.name for place, column in enumerate(table.columns) if table.is_right(place)}
    head = [
        [
            {
                "text": unbroken(say(head.text)),
                "across": head.across,
                "down": head.down,
                "numeric": head.column.name in right,
            }
            for head in line
        ]
        for line in head_rows(table)
    ]
    caption = say(table.caption)
    heads = [[say(each.text) for each in line] for line in head_rows(table)]
    return {
        "kind": "table",
        "label": say(number_of(table)),
        "caption": caption,
        "columns": len(table.columns),
        "numeric": [column.name in right for column in table.columns],
        "size": size,
        "wide": table.wide,
        "short": len(rows) <= _FEW and _is_short(table, texts, heads, caption, size),
        "head": head,
        "rows": rows,
        "notes": _notes(table.notes, say),
    }


def _is_short(table: Table, rows: list[list[str]], heads: list[list[str]], caption: str, size: float) -> bool:
    """Whether a table surely fits on half a page, so that it need not be set once to be measured.

    An estimate on the safe side: letters of 0.55 em and Chinese ones of 1 em, lines of 1.2 em, columns as wide as their
    longest text or, where there is no room for that, as wide as what the narrower ones leave. What may be higher is
    measured by the template; what is wrongly taken for short has a third of a page left.
    """
    room = _ACROSS if table.wide else _UPRIGHT
    plain = [own for each, own in zip(table.rows, rows, strict=True) if each.kind != "group"]
    names = [[column] for column in heads[-1]] if len(heads) == 1 else []
    columns = [[own[place] for own in plain] for place in range(len(table.columns))]
    if names:
        columns = [[*own, *name] for own, name in zip(columns, names, strict=True)]
    widths = _shared(
        [max((_em(text) for text in own), default=0.0) * size * 1.05 + _INSET for own in columns], room
    )

    def height(texts: list[str], em: float) -> float:
        spread = zip(texts, widths, strict=False)
        lines = max(
            (math.ceil(1.2 * _em(text) * em / max(width - _INSET, em)) for text, width in spread), default=1
        )
        return max(lines, 1) * 1.2 * em + _AROUND

    grouped = sum(each.kind == "group" for each in table.rows) * (1.2 * size + _AROUND)
    top = sum(height(line, 8.0) for line in heads) if names else 6 * 8.0 * len(heads)
    above = (math.ceil(1.2 * _em(caption) * 9.0 / room) + 1) * 1.2 * 9.0 + _AROUND
    return sum(height(own, size) for own in plain) + grouped + top + above <= _HALF


def _em(text: str) -> float:
    """About how wide a text is, in em, on the safe side."""
    return sum(1.0 if "\u2e80" <= letter else 0.55 for letter in text)


def _shared(widths: list[float], room: float) -> list[float]:
    """The widths of columns that share a room: the narrow have what they need, the others an equal part of the rest."""
    if sum(widths) <= room:
        return widths
    given = dict.fromkeys(range(len(widths)), 0.0)
    left, wanting = room, sorted(range(len(widths)), key=widths.__getitem__)
    for number, place in enumerate(wanting):
        given[place] = min(widths[place], left / (len(wanting) - number))
        left -= given[place]
    return [given[place] for place in range(len(widths))]


def _lay_figure(figure: Figure, say: partial[str]) -> dict[str, Any]:
    drawing = figure.drawing
    return {
        "kind": "figure",
        "label": say(number_of(figure)),
        "caption": say(figure.caption),
        "svg": drawing.svg,
        "alt": drawing.description,
        "width": min(_WIDTH, _HEIGHT * drawing.width / drawing.height),
        "notes": _notes(figure.notes, say),
    }


def _notes(notes: tuple[Says, ...], say: partial[str]) -> list[str]:
    return [say(note) for note in notes]
