"""A correction that changes what would have been proposed for a dose: the dose is judged anew, and a person is asked.

She had the infusion of week 0 on 1 June 2026. Source of the amounts: the BEAM protocol, belimumab 10 mg/kg; a dose of less
than half or more than one and a half times the proposed one is a major deviation (docs/explanation/visits-and-doses.md).
Everybody here is invented.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.conduct.bliss_ln_forms import vital_signs
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.deviations import derive_deviations
from trialwright.conduct.settled import find_settled
from trialwright.exchange.archive.conducted import _FORMS
from trialwright.exchange.archive.nested import Nested
from trialwright.record.participant import Participant
from trialwright.terms.message import render

CALL: dict[str, Any] = {"site": "a", "reason": "misread"}


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def weighing(kilograms: str, given: str = "") -> tuple[Rehearsal, str]:
    """Week 0 with this weight, and the proposed infusion or another one, with a reason."""
    rehearsal, who = at_stage("allocated")
    here: dict[str, Any] = {"participant": who, "date": rehearsal.day}
    rehearsal.done("open_visit", "coordinator_a", site="a", values={**here, "encounter": "week_0"})
    entries = {**vital_signs(), "body.weight": f"{kilograms} kg"}
    form = {"form": "vital_signs", "visit": "week_0", "entries": entries}
    rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=form)
    dose = {**here, "intervention": "belimumab", "visit": "week_0"}
    dose |= {"amount": given, "unit": "mg"} if given else {}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="the chart says so" if given else "", values=dose)
    return rehearsal, who


def correct(rehearsal: Rehearsal, who: str, kilograms: str) -> Participant:
    values = {"target": "week_0/vital_signs", "entries": {"body.weight": f"{kilograms} kg"}}
    rehearsal.done("correct", "coordinator_a", **CALL, participant=who, values=values)
    return participant(rehearsal, who)


def deviations(rehearsal: Rehearsal, one: Participant) -> list[tuple[str, str]]:
    found = derive_deviations(rehearsal.study, one, on=date.fromisoformat(rehearsal.day))
    return [(each.severity, render(each.texts[0], {})) for each in found if each.category == "dose"]


def asked(one: Participant) -> list[str]:
    return [
        query.text for query in one.queries if query.path == "dose/1" and "corrected record" in query.text
    ]


CORRECTED = [
    # weight in kg at first, infusion given in mg ("": as proposed), corrected weight; the deviation then
    ("36", "", "63", [("minor", "Belimumab: 360 mg given; 630 mg proposed.")]),
    ("63", "", "36", [("major", "Belimumab: 630 mg given; 360 mg proposed.")]),    # 1.75 times
    ("60", "", "61", [("minor", "Belimumab: 600 mg given; 610 mg proposed.")]),
    ("60", "", "60.3", []),                        # 603 mg: nearer than half a step of 8 mg (0.1 mL of 80 mg/mL)
    ("36", "630", "63", []),                       # she was given what she needed: the deviation of before is none
    ("60", "500", "50", []),
    ("60", "500", "61", [("minor", "Belimumab: 500 mg given; 610 mg proposed. Reason given: the chart says so")]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "given", "after", "expected"), CORRECTED)
def test_a_corrected_weight(before: str, given: str, after: str, expected: list[tuple[str, str]]) -> None:
    rehearsal, who = weighing(before, given)
    assert bool(deviations(rehearsal, participant(rehearsal, who))) == bool(given)
    one = correct(rehearsal, who, after)
    assert deviations(rehearsal, one) == expected
    assert len(asked(one)) == len(expected)


def test_the_question_names_the_dose_and_what_would_have_been_proposed() -> None:
    rehearsal, who = weighing("36")
    (text,) = asked(correct(rehearsal, who, "63"))
    assert text == (
        "By the corrected record dose 1 of Belimumab, 360 mg, is another one than the protocol asks for: 630 mg would have "
        "been proposed. Is this the amount that was given, and what follows from it?"
    )


def test_it_is_asked_once_and_is_settled_when_the_correction_was_none() -> None:
    rehearsal, who = weighing("60")
    one = correct(rehearsal, who, "70")
    (number,) = (query.number for query in one.queries if query.path == "dose/1")
    today = date.fromisoformat(rehearsal.day)
    assert number not in find_settled(rehearsal.trial, one, on=today)
    one = correct(rehearsal, who, "71")
    assert len(asked(one)) == 1
    one = correct(rehearsal, who, "60")
    assert deviations(rehearsal, one) == []
    assert number in find_settled(rehearsal.trial, one, on=today)


def test_the_event_says_what_was_judged_and_the_dose_keeps_what_was_given() -> None:
    rehearsal, who = weighing("36")
    one = correct(rehearsal, who, "63")
    event = rehearsal.store.stream(f"participant/{who}")[-1]
    assert event.data["doses"] == [
        {
            "number": 1,
            "proposed": "630 mg",
            "rule": "belimumab/planned",
            "because": ["week_0/vital_signs#body.weight"],
        }
    ]
    (dose,) = one.doses
    assert (dose.amount, dose.proposed, dose.deviation) == ("360", "630 mg", "")


def test_a_correction_that_changes_no_proposal_says_nothing_of_doses() -> None:
    rehearsal, who = weighing("60")
    values = {"target": "week_0/vital_signs", "entries": {"circulation.systolic": "118 mm[Hg]"}}
    event = rehearsal.done("correct", "coordinator_a", **CALL, participant=who, values=values)
    assert "doses" not in event.data


def test_verify_knows_what_was_judged_anew() -> None:
    """The parts of such a correction as the reader of archives expects them."""
    rehearsal, who = weighing("36")
    correct(rehearsal, who, "63")
    event = rehearsal.store.stream(f"participant/{who}")[-1]
    assert _FORMS["form_corrected"].fits(event.data, Nested())
