"""Sentences kept as data: read again in either language, and nothing else of what is read."""

from __future__ import annotations

from datetime import date

import pytest

from trialwright.locale import read_catalogue
from trialwright.terms.message import Message, Text, message, render
from trialwright.terms.stored_message import pack_message, unpack_message

CHINESE = read_catalogue("zh")
DOSE = message("dose {number}", number="1")
ASKED = message(
    "On {day} this form says {amount}, and {source} says {other}. The form counts. Which of them is right?",
    day=date(2026, 5, 23),
    amount=("500 mg/d", "250 mg/d"),
    source=DOSE,
    other='a "half" {of} it',  # what somebody typed is filled in, never a template
)


@pytest.mark.parametrize("thing", [DOSE, ASKED, Text("Is it right?", "是否正确？")])
@pytest.mark.parametrize("catalogue", [{}, CHINESE], ids=["en", "zh"])
def test_what_is_kept_is_read_as_it_was_said(thing: Message | Text, catalogue: dict[str, str]) -> None:
    assert render(unpack_message(pack_message(thing)), catalogue) == render(thing, catalogue)


def test_a_sentence_kept_is_chinese_for_who_reads_chinese() -> None:
    said = render(unpack_message(pack_message(ASKED)), CHINESE)
    assert said.startswith("2026-05-23：本表单记为500 mg/d、250 mg/d，给药1记为")
    assert '"half" {of}' in said


STRANGE = [
    "",
    "no JSON",
    "[]",
    "7",
    '"text alone"',
    '{"say": "dose {number}", "with": {}}',  # nothing to fill it with
    '{"say": "{x.__class__}", "with": {"x": "1"}}',  # reaches into the program
    '{"say": "{x!r:>1000000000}", "with": {"x": "1"}}',
    '{"say": "{", "with": {}}',
    '{"say": 7, "with": {}}',
    '{"say": "so"}',
    '{"en": "one language"}',
    '{"en": "a", "zh": 7}',
    "[" * 100_000,
]


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_what_was_not_kept_so_is_nothing(text: str) -> None:
    assert unpack_message(text) is None
