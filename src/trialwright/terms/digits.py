"""Digits as people type them: 0 to 9, and the full-width ones of Chinese keyboards, which mean the same.

No other character is a digit here. `10²` would be read as 102 if compatibility characters were folded, and a reader who
knows no other script cannot check what stands in one.
"""

from __future__ import annotations

import unicodedata

from trialwright.terms.message import Message, message

LONGEST = 18
"""The most digits of a whole number: more cannot be counted here, and Python refuses to read some thousand."""

_FULL_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20}


def ordinary(text: str) -> str:
    """A text with full-width letters, digits and signs made ordinary ones, without blanks around it."""
    return text.strip() if text.isascii() else text.translate(_FULL_WIDTH).strip()


def is_count(text: str) -> bool:
    """Whether a text is a whole number of at least 0, of no more digits than anything here can be counted with."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST


def find_other_digit(text: str) -> Message | None:
    """Say which character of a text is a digit elsewhere, but not here; None where there is none."""
    for character in ordinary(text):
        if (
            not character.isascii()
            and unicodedata.numeric(character, None) is not None
            and not character.isalpha()
        ):
            return message(
                "{character} (U+{number}) is no digit here; write 0 to 9.",
                character=character,
                number=f"{ord(character):04X}",
            )
    return None
