"""Prednisone: the first dose by weight, and the calendar of the taper.

Source: the BEAM protocol, Interventions (0.6 mg/kg/day, at most 40 mg, 4 weeks; 5 mg less every 2 weeks to 20; 2.5 mg
less every 2 weeks to 10; starts the day after the last pulse day; nearest 2.5 mg, ties up; 5 mg steps stop at 20, 2.5 mg
steps at 10; a first dose of 20 or less goes straight to the 2.5 mg steps). The dates are counted out by hand.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.unit.conduct.dosing_support import (
    BELIMUMAB,
    PREDNISONE,
    PULSE,
    WEEK_0,
    dose,
    dosed,
    participant,
    propose,
    results,
    said,
)
from trialwright.conduct.dosing.proposal import DoseProposal
from trialwright.record.participant import Dose, Participant

PULSED = dose(1, PULSE, "2026-02-16", "0.5", "g/d", end="2026-02-18", prior=True)
FIRST_DAY = "2026-02-19"


def person(*doses: Dose, kilograms: str = "66.7", day: str = "2026-02-15") -> Participant:
    return participant(
        arm="MT", record=results(("body_weight", kilograms, "kg", day)), doses=(PULSED, *doses)
    )


def calendar(proposal: DoseProposal) -> list[tuple[str, str, str]]:
    return [
        (span.first.isoformat(), span.last.isoformat() if span.last else "", span.amount.number)
        for span in proposal.calendar
    ]


# fmt: off
FIRST_DOSES = [
    # kg       0.6 mg/kg   proposed       why
    ("66.7",  "40 mg/day"),    # 40.02, at most 40
    ("90",    "40 mg/day"),    # 54, at most 40
    ("65",    "40 mg/day"),    # 39 lies 1 under 40 and 1.5 over 37.5
    ("64",    "37.5 mg/day"),  # 38.4: 0.9 over 37.5, 1.6 under 40
    ("64.58333333333333", "37.5 mg/day"),  # a hair under 38.75, half way
    ("60",    "35 mg/day"),    # 36: 1 over 35, 1.5 under 37.5
    ("55",    "32.5 mg/day"),  # 33
    ("50",    "30 mg/day"),    # 30
    ("43.75", "27.5 mg/day"),  # 26.25, half way: up
    ("40",    "25 mg/day"),    # 24: 1 under 25, 1.5 over 22.5
    ("35",    "20 mg/day"),    # 21: 1 over 20
    ("30",    "17.5 mg/day"),  # 18: 0.5 over 17.5
    ("31.25", "20 mg/day"),    # 18.75, half way: up
]
TAPERS = {
    "40 mg": ("66.7", [
        ("2026-02-19", "2026-03-18", "40"),    # 4 weeks
        ("2026-03-19", "2026-04-01", "35"),
        ("2026-04-02", "2026-04-15", "30"),
        ("2026-04-16", "2026-04-29", "25"),
        ("2026-04-30", "2026-05-13", "20"),
        ("2026-05-14", "2026-05-27", "17.5"),
        ("2026-05-28", "2026-06-10", "15"),
        ("2026-06-11", "2026-06-24", "12.5"),
        ("2026-06-25", "",           "10"),
    ]),
    "32.5 mg, which does not reach 20 in steps of 5": ("55", [
        ("2026-02-19", "2026-03-18", "32.5"),
        ("2026-03-19", "2026-04-01", "27.5"),
        ("2026-04-02", "2026-04-15", "22.5"),
        ("2026-04-16", "2026-04-29", "20"),
        ("2026-04-30", "2026-05-13", "17.5"),
        ("2026-05-14", "2026-05-27", "15"),
        ("2026-05-28", "2026-06-10", "12.5"),
        ("2026-06-11", "",           "10"),
    ]),
    "20 mg goes straight to the steps of 2.5": ("35", [
        ("2026-02-19", "2026-03-18", "20"),
        ("2026-03-19", "2026-04-01", "17.5"),
        ("2026-04-02", "2026-04-15", "15"),
        ("2026-04-16", "2026-04-29", "12.5"),
        ("2026-04-30", "",           "10"),
    ]),
    "17.5 mg": ("30", [
        ("2026-02-19", "2026-03-18", "17.5"),
        ("2026-03-19", "2026-04-01", "15"),
        ("2026-04-02", "2026-04-15", "12.5"),
        ("2026-04-16", "",           "10"),
    ]),
    "the lightest that a form takes": ("20", [
        ("2026-02-19", "2026-03-18", "12.5"),
        ("2026-03-19", "",           "10"),
    ]),
}
ON_A_DAY = [
    ("2026-02-18", "not_planned", ""),
    ("2026-02-19", "40 mg/day",   "step_1"),
    ("2026-03-18", "40 mg/day",   "step_1"),
    ("2026-03-19", "35 mg/day",   "step_2"),
    ("2026-05-13", "20 mg/day",   "step_2"),
    ("2026-05-14", "17.5 mg/day", "step_3"),
    ("2027-01-01", "10 mg/day",   "step_3"),
]
# fmt: on


@pytest.mark.parametrize(("kilograms", "expected"), FIRST_DOSES, ids=[row[0] for row in FIRST_DOSES])
def test_the_first_dose(kilograms: str, expected: str) -> None:
    assert dosed(propose(person(kilograms=kilograms), PREDNISONE, FIRST_DAY)) == expected


@pytest.mark.parametrize("name", TAPERS)
def test_the_calendar(name: str) -> None:
    kilograms, expected = TAPERS[name]
    assert calendar(propose(person(kilograms=kilograms), PREDNISONE, FIRST_DAY)) == expected


@pytest.mark.parametrize("name", TAPERS)
def test_every_day_has_one_dose(name: str) -> None:
    """The spans leave no day out and none double, and only the last is open."""
    spans = propose(person(kilograms=TAPERS[name][0]), PREDNISONE, FIRST_DAY).calendar
    for span, following in pairwise(spans):
        assert span.last is not None
        assert following.first == span.last + timedelta(days=1)
    assert spans[-1].last is None


@pytest.mark.parametrize(("on", "expected", "rule"), ON_A_DAY)
def test_the_dose_of_a_day(on: str, expected: str, rule: str) -> None:
    proposal = propose(person(), PREDNISONE, on)
    assert dosed(proposal) == expected
    assert proposal.rule == (f"prednisone/{rule}" if rule else "")


def test_it_waits_for_the_pulse() -> None:
    who = participant(arm="MT", record=results(("body_weight", "60", "kg", "2026-02-15")))
    proposal = propose(who, PREDNISONE, FIRST_DAY)
    assert proposal.outcome == "refused"
    assert said(proposal.missing) == (
        "The first day of Prednisone is not known: it waits for the first dose of Methylprednisolone pulse."
    )


def test_it_follows_the_last_day_of_the_pulse() -> None:
    pulse = [dose(number, PULSE, f"2026-02-{15 + number}", "0.5", "g/d") for number in range(1, 6)]
    who = participant(arm="", record=results(("body_weight", "60", "kg", "2026-02-15")), doses=pulse)
    assert propose(who, PREDNISONE, "2026-02-20").outcome == "not_planned"
    assert calendar(propose(who, PREDNISONE, "2026-02-21"))[0] == ("2026-02-21", "2026-03-20", "35")


def test_a_rescue_pulse_after_week_0_does_not_start_it_anew() -> None:
    doses = (dose(2, BELIMUMAB, WEEK_0, "600", "mg"), dose(3, PULSE, "2026-04-10", "0.5", "g/d"))
    who = participant(record=results(("body_weight", "66.7", "kg", "2026-02-15")), doses=(PULSED, *doses))
    assert calendar(propose(who, PREDNISONE, "2026-04-20"))[0][0] == FIRST_DAY


def test_the_weight_before_the_first_dose_counts_for_ever() -> None:
    """Weighed 66.7 kg before, 50 kg a month later: the calendar stays that of 66.7 kg (40 mg)."""
    who = participant(
        arm="MT",
        record=results(
            ("body_weight", "66.7", "kg", "2026-02-15"), ("body_weight", "50", "kg", "2026-03-15")
        ),
        doses=(PULSED,),
    )
    assert dosed(propose(who, PREDNISONE, "2026-03-20")) == "35 mg/day"


def test_without_a_weight_nothing_is_proposed() -> None:
    who = participant(arm="MT", doses=(PULSED,))
    proposal = propose(who, PREDNISONE, FIRST_DAY)
    assert proposal.outcome == "refused"
    assert "ody weight" in said(proposal.missing)


def test_the_calendar_starts_with_the_first_dose_as_it_was_given() -> None:
    """30 mg were given from 21 February on, not 40 mg from 19 February."""
    given = dose(2, PREDNISONE, "2026-02-21", "30", "mg/d", end=None)
    proposal = propose(person(given), PREDNISONE, "2026-03-21")
    assert calendar(proposal)[:2] == [("2026-02-21", "2026-03-20", "30"), ("2026-03-21", "2026-04-03", "25")]
    assert dosed(proposal) == "25 mg/day"
    assert proposal.facts == ("dose/2",)


def test_prednisone_taken_before_the_pulse_is_not_the_taper() -> None:
    earlier = dose(2, PREDNISONE, "2025-11-01", "10", "mg/d", end="2026-02-15", prior=True)
    assert calendar(propose(person(earlier), PREDNISONE, FIRST_DAY))[0] == ("2026-02-19", "2026-03-18", "40")


def test_the_sentences() -> None:
    assert said(propose(person(), PREDNISONE, FIRST_DAY).because) == (
        "Body weight 66.7 kg on 2026-02-15. 0.6 mg/kg/day for 66.7 kg is 40.02 mg/day. No more than 40 mg/day. "
        "By the calendar 40 mg/day from 2026-02-19 to 2026-03-18."
    )
    assert said(propose(person(kilograms="64"), PREDNISONE, FIRST_DAY).because) == (
        "Body weight 64 kg on 2026-02-15. 0.6 mg/kg/day for 64 kg is 38.4 mg/day. Rounded to 37.5 mg/day. "
        "By the calendar 37.5 mg/day from 2026-02-19 to 2026-03-18."
    )


def test_it_is_given_before_allocation() -> None:
    who = participant(arm="", record=results(("body_weight", "60", "kg", "2026-02-15")), doses=(PULSED,))
    assert dosed(propose(who, PREDNISONE, FIRST_DAY)) == "35 mg/day"
    assert date.fromisoformat(FIRST_DAY) < date(2026, 3, 1)
