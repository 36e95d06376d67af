"""The methylprednisolone pulse: one more day, or enough.

Source: the BEAM protocol, Interventions: 0.5 g/day for 3 to 6 days, 1.5 to 3.0 g in total, before week 0.
"""

from __future__ import annotations

import pytest

from tests.unit.conduct.dosing_support import (
    BELIMUMAB,
    PULSE,
    WEEK_0,
    dose,
    dosed,
    participant,
    propose,
    said,
)
from trialwright.record.participant import Dose


def day(number: int, *, grams: str = "0.5", prior: bool = False) -> Dose:
    """A pulse day in February 2026."""
    return dose(number, PULSE, f"2026-02-{number:02}", grams, "g/d", prior=prior)


# fmt: off
COURSES = [
    # given so far (February)                                     on            proposed       alert             rule
    ("nothing",               [],                                  "2026-02-10", "0.5 g/day",   "",                "planned"),
    ("two days, 1.0 g",       [day(10), day(11)],                  "2026-02-12", "0.5 g/day",   "",                "planned"),
    ("three days, 1.5 g",     [day(10), day(11), day(12)],         "2026-02-13", "0.5 g/day",   "course_complete", "planned"),
    ("five days, 2.5 g",      [day(10), day(11), day(12), day(13), day(14)], "2026-02-15", "0.5 g/day", "course_complete", "planned"),
    ("six days, 3.0 g",       [day(10), day(11), day(12), day(13), day(14), day(15)], "2026-02-16", "not_planned", "", "course_full"),
    ("three days of 1 g",     [day(10, grams="1"), day(11, grams="1"), day(12, grams="1")], "2026-02-13", "not_planned", "", "course_full"),
    ("elsewhere, before consent", [day(10, prior=True), day(11, prior=True)], "2026-02-12", "0.5 g/day", "", "planned"),
    ("in milligrams",         [dose(1, PULSE, "2026-02-10", "500", "mg/d", end="2026-02-15")], "2026-02-16", "not_planned", "", "course_full"),
    ("still going",           [dose(1, PULSE, "2026-02-10", "500", "mg/d", end=None)], "2026-02-13", "0.5 g/day", "course_complete given_already", "planned"),
    ("a course long over",    [day(1), day(2), day(3), day(4), day(5), day(6)], "2026-02-20", "0.5 g/day", "", "planned"),
    ("today is recorded",     [day(10), day(11)],                  "2026-02-11", "0.5 g/day",   "given_already",   "planned"),
    ("an unreadable dose",    [day(10, grams="")],                 "2026-02-11", "refused",     "",                ""),
    ("only the month",        [dose(1, PULSE, "2026-02", "0.5", "g/d", prior=True)], "2026-02-11", "refused", "", ""),
]
# fmt: on


@pytest.mark.parametrize(
    ("what", "doses", "on", "expected", "alert", "rule"), COURSES, ids=[r[0] for r in COURSES]
)
def test_one_more_day(what: str, doses: list[Dose], on: str, expected: str, alert: str, rule: str) -> None:
    proposal = propose(participant(arm="", doses=doses), PULSE, on)
    assert dosed(proposal) == expected
    assert " ".join(each.id for each in proposal.alerts) == alert
    assert proposal.rule == (f"methylprednisolone_pulse/{rule}" if rule else "")


def test_from_week_0_on_there_is_no_pulse() -> None:
    doses = [day(16), day(17), dose(30, BELIMUMAB, WEEK_0, "600", "mg")]
    assert propose(participant(doses=doses), PULSE, WEEK_0).outcome == "not_planned"


def test_the_sentences() -> None:
    proposal = propose(participant(arm="", doses=[day(10), day(11)]), PULSE, "2026-02-12")
    assert said(proposal.because) == (
        "So far the course has had 2 days and 1 g. The protocol plans 0.5 g/day."
    )
    assert proposal.facts == ("dose/10", "dose/11")
