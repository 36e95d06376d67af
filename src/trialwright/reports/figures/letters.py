"""How wide a text is, and where it may be broken into lines."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from trialwright.reports import fonts

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

_NOT_FIRST = frozenset("，。、；：？！）】》〉」』’”…·％℃,.;:?!)]}%")  # never at the start of a line
_NOT_LAST = frozenset("（【《〈「『‘“([{")  # never at its end
_MEASURED = 100  # points; advances are linear, so any size would do
_AFTER = frozenset(" -–—/‐·")  # a line may end behind these


def text_width(text: str, *, size: float, bold: bool = False) -> float:
    """The width of one line in points, at a size in points."""
    return sum(_advance(each, bold) for each in text) * size


def wrap(text: str, *, width: float, size: float, bold: bool = False) -> list[str]:
    """Break a text into lines of at most `width` points: between words, and between any two hanzi.

    A line end in the text stays one; a word longer than a line is cut where it must be.
    """
    return [
        line
        for paragraph in text.split("\n")
        for line in _wrap_line(paragraph, width=width, size=size, bold=bold)
    ]


def _wrap_line(text: str, *, width: float, size: float, bold: bool) -> list[str]:
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if text_width((line + piece).rstrip(), size=size, bold=bold) <= width:
            line += piece
            continue
        if line:
            lines.append(line.rstrip())
        line = piece.lstrip()
        while text_width(line.rstrip(), size=size, bold=bold) > width and len(line) > 1:
            fits = _fitting(line, width=width, size=size, bold=bold)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()]


def _fitting(text: str, *, width: float, size: float, bold: bool) -> int:
    """How many characters of a text fit into a line; at least one."""
    length = 1
    while length < len(text) and text_width(text[: length + 1], size=size, bold=bold) <= width:
        length += 1
    return length


def _pieces(text: str) -> list[str]:
    """What may not be broken: words with the space behind them, hanzi one by one with their punctuation."""
    pieces: list[str] = []
    for each in text:
        if pieces and not _may_break(pieces[-1][-1], each):
            pieces[-1] += each
        else:
            pieces.append(each)
    return pieces


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in _NOT_FIRST or before in _NOT_LAST:
        return False
    if before == "-":  # a hyphen, not a minus
        return after.isalpha()
    return before in _AFTER or _wide(before) or _wide(after)


def _wide(each: str) -> bool:
    return "\u2e80" <= each <= "\u9fff" or "\uff00" <= each <= "\uffef" or each >= "\U00020000"


@lru_cache(maxsize=20_000)
def _advance(each: str, bold: bool) -> float:
    """The advance of a character in units of the font size; of a space where no font has it."""
    for font in _faces(bold):
        index = font.get_char_index(ord(each))
        if index:
            from matplotlib.ft2font import LoadFlags

            font.set_size(_MEASURED, 72)
            glyph = font.load_glyph(index, flags=LoadFlags.NO_HINTING)
            return float(glyph.linearHoriAdvance) / 65536 / _MEASURED  # 16.16 fixed point
    return 0.3


@cache
def _faces(bold: bool) -> tuple[FT2Font, ...]:
    from matplotlib.ft2font import FT2Font

    return tuple(FT2Font(path) for path in fonts.FILES if ("Bold" in path.name) == bold)
