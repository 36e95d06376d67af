"""The fonts that travel with the reports, and how to write what they have no glyph for."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
FAMILIES = ("Trialwright Sans SC", "Trialwright Signs")
"""In this order: a character the first font lacks is looked for in the second."""

FILES = tuple(
    FOLDER / name
    for name in (
        "TrialwrightSansSC-Regular.otf",
        "TrialwrightSansSC-Bold.otf",
        "TrialwrightSigns-Regular.ttf",
        "TrialwrightSigns-Bold.ttf",
    )
)

# What acts instead of being read: control characters but the line end, separators of lines, marks that turn the
# direction of writing, halves of a character.
_ACTS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


@cache
def characters() -> frozenset[str]:
    """Every character the fonts can show, in regular and in bold."""
    from matplotlib.ft2font import FT2Font  # late: only who draws or typesets needs it

    regular, bold, signs, bold_signs = ({chr(code) for code in FT2Font(path).get_charmap()} for path in FILES)
    return frozenset(each for each in (regular & bold) | (signs & bold_signs) if not _ACTS.match(each))


def spell(text: str) -> str:
    """The text with every character that would act or be a blank box written by its number: `[U+1F600]`.

    A tabulator becomes a space; a line end stays.
    """
    known = characters()
    if known.issuperset(text):
        return text
    text = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(each if each in known or each == "\n" else f"[U+{ord(each):04X}]" for each in text)
