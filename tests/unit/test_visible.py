"""How many columns a text fills on a terminal."""

from __future__ import annotations

import pytest

from trialwright.terms.visible import display_width, pad


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("valid until", 11),
        ("有效期至", 8),  # W: CJK ideographs
        ("（Ａ）", 6),  # F: full-width forms
        ("µmol/L", 6),  # N: narrow
        ("ﾊﾝｶｸ", 4),  # H: half-width katakana
        ("e\u0301", 1),  # a mark on the letter before it
        ("a\u200bb", 2),  # a blank of no width
    ],
)
def test_columns_of_a_text(text: str, width: int) -> None:
    """**Source**: Unicode Standard Annex 11 (EastAsianWidth.txt), the class of each character."""
    assert display_width(text) == width
    assert display_width(pad(text, 13)) == 13
    assert pad(text, width - 1 if width else 0) == text
