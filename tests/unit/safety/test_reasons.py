"""Every reason code of the room has a sentence, a line in the documentation, and somebody who gives it."""

from __future__ import annotations

import csv
from pathlib import Path

from trialwright.logic.reasons import REASONS as OF_RULES
from trialwright.safety.reasons import REASONS, leading

ROOT = Path(__file__).parents[3]
OWN = set(REASONS) - set(OF_RULES)


def test_every_own_code_is_explained() -> None:
    page = (ROOT / "docs/explanation/safety.md").read_text(encoding="utf-8")
    assert {code for code in OWN if f"`{code}`" not in page} == set()


def test_every_own_code_is_given_somewhere() -> None:
    room = ROOT / "src/trialwright/safety"
    source = "".join(
        path.read_text(encoding="utf-8") for path in room.glob("*.py") if path.name != "reasons.py"
    )
    assert {code for code in OWN if f'"{code}"' not in source} == set()


def test_every_published_reason_is_a_code() -> None:
    text = (ROOT / "tests/published/ctcae_grades.csv").read_text(encoding="utf-8")
    assert {row["reason"] for row in csv.DictReader(text.splitlines())} <= set(REASONS)


def test_what_is_wrong_with_the_result_comes_before_what_is_wrong_with_its_baseline() -> None:
    assert leading(["no_baseline", "", "range_missing"]) == "range_missing"
    assert leading(["date_imprecise"]) == "date_imprecise"
    assert leading([""]) == ""
