"""Whatever an action lets people choose is said in words in the report."""

from __future__ import annotations

import pytest

from trialwright.conduct.actions.record_rescue import THERAPIES
from trialwright.conduct.actions.report_ae import CAUSALITY, OUTCOMES, SERIOUSNESS
from trialwright.conduct.actions.report_deviation import CATEGORIES
from trialwright.locale import read_catalogue
from trialwright.reports.coded import CODED, coded, seriousness
from trialwright.terms.message import render


@pytest.mark.parametrize(
    ("part", "codes"),
    [
        ("category", CATEGORIES),
        ("severity", ("minor", "major", "")),
        ("causality", CAUSALITY),
        ("outcome", OUTCOMES),
        ("therapy", THERAPIES),
    ],
)
def test_every_code_has_words_and_no_other(part: str, codes: tuple[str, ...]) -> None:
    assert set(CODED[part]) == set(codes)


def test_criteria_of_seriousness_are_words() -> None:
    said = render(seriousness(SERIOUSNESS), {})
    assert "_" not in said
    assert said.startswith("death, danger to life, ")
    assert render(seriousness(("death", "life_threatening")), read_catalogue("zh")) == "死亡、危及生命"


def test_a_code_that_is_none_of_ours_stays() -> None:
    assert coded("outcome", "vanished") == "vanished"
