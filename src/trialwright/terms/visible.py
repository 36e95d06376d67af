"""Text on a terminal: what would act instead of being read is shown by its number; columns count what is seen."""

from __future__ import annotations

import re
import unicodedata

# Control characters (escape sequences, line ends), separators of lines, marks that turn the direction of writing,
# halves of a character that no encoding can write.
_ACTS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""One line on which nothing acts: `\x1b` for an escape character."""
    if text.isprintable():
        return text
    return _ACTS.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


# The control characters of ISO 6429 (C0 and C1), but not those that end a line or move to the next column.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def harmless(text: str) -> str:
    r"""Lines of a result on which nothing acts: `\u001b` for an escape character, as JSON has it."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


_MOST = 60


def shortened(text: str, *, most: int = _MOST) -> str:
    """What is quoted of a text that cannot be read: its first `most` characters, where it is too long for a sentence."""
    return text if len(text) <= most else f"{text[:most]}\u2026"


def display_width(text: str) -> int:
    """How many columns of a terminal a text fills: 2 for a wide character (Chinese), 0 for a mark on another.

    **Source**: Unicode Standard Annex 11, East Asian Width (W and F are wide).
    """
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int) -> str:
    """The text with blanks behind it, up to so many columns; a longer one as it is."""
    return text + " " * (width - display_width(text))
