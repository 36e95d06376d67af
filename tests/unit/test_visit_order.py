"""Visits planned on the same days, or before one that stands above them."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialwright.study.checks import check_study
from trialwright.study.load import load_study
from trialwright.study.rules import lower_study
from trialwright.terms.message import render

BEAM = Path(__file__).parents[2] / "studies" / "beam"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in BEAM.glob("*.yaml")}
WEEK_8 = "{anchor: week0, at: 8 wk, before: 7 d, after: 7 d}"
SCREENING = "{anchor: enrolment, earliest: -28 d, latest: -1 d}"


def findings(old: str, new: str) -> list[str]:
    assert TEXTS["schedule.yaml"].count(old) == 1
    study = load_study({**TEXTS, "schedule.yaml": TEXTS["schedule.yaml"].replace(old, new)})
    return [
        render(each.message, {})
        for each in check_study(study, lower_study(study))
        if each.code == "visit_out_of_order"
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (WEEK_8, WEEK_8, []),
        (WEEK_8, "{anchor: week0, at: 9 wk, before: 7 d, after: 7 d}", []),
        # the window does not matter, the planned day does
        (WEEK_8, "{anchor: week0, at: 2 wk, before: 7 d, after: 7 d}", ["Week 8 is planned on the same days as Week 2."]),
        (WEEK_8, "{anchor: week0, at: 14 d}", ["Week 8 is planned on the same days as Week 2."]),
        (WEEK_8, "{anchor: week0, at: 3 wk}", ["Week 8 is planned before Week 4, which stands above it."]),
        # 3 months are later than 12 weeks: the next visit is then the one before its place
        (WEEK_8, "{anchor: week0, at: 3 mo}", ["Week 12 is planned before Week 8, which stands above it."]),
        # spans of days: those of the visit at week 0, and earlier ones
        (SCREENING, "{anchor: enrolment, earliest: 0 d, latest: 7 d}", ["Week 0 is planned on the same days as Screening."]),
        (SCREENING, "{anchor: enrolment, earliest: 1 d, latest: 7 d}", ["Week 0 is planned before Screening, which stands above it."]),
        # counted from another day: nothing can be said
        (WEEK_8, "{anchor: enrolment, at: 2 wk, before: 7 d, after: 7 d}", []),
    ],
)  # fmt: skip
def test_visits_are_planned_in_their_order(old: str, new: str, said: list[str]) -> None:
    assert findings(old, new) == said
