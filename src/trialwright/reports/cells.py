"""Cells of files that a spreadsheet may open."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\Z")


def safe_cell(cell: Any) -> Any:
    """A cell no spreadsheet takes for a formula: text that begins like one gets an apostrophe in front.

    Numbers stay numbers, negative ones too.
    """
    if isinstance(cell, str) and cell.startswith(_FORMULA) and not _NUMBER.match(cell):
        return "'" + cell
    return cell
