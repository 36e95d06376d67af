"""A proposal says which of the values it was made from are under an open query. Everybody here is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.cli.outcome import outcome
from trialwright.conduct.dosing.propose import propose_dose
from trialwright.record.participant import Participant, Query
from trialwright.terms.message import render

WEIGHT = "week_0/vital_signs#body.weight"
SAID = "Body weight 60 kg on 2026-06-01"


def asked(who: Participant, path: str, state: str = "open") -> Participant:
    query = Query(1, len(who.queries) + 1, path, "Is it so?", state, "")
    return replace(who, queries=(*who.queries, query))


def warnings(rehearsal: Rehearsal, who: Participant, intervention: str = "belimumab") -> list[str]:
    day = date(2026, 6, 15)
    proposal = propose_dose(rehearsal.study, who, intervention, on=day, encounter="week_2")
    said = [render(each.sentence, {}) for each in proposal.alerts if each.id == "query"]
    assert said == [render(each.sentence, {}) for each in proposal.alerts[: len(said)]]  # they come first
    return said


# What is asked about (week 2, the weight of week 0 is used), and what the proposal of belimumab says of it
PATHS = [
    (WEIGHT, "open", [f"{SAID}: query 1 is open."]),
    (WEIGHT, "answered", [f"{SAID}: query 1 is answered and not closed yet."]),
    (WEIGHT, "closed", []),
    ("week_0/vital_signs", "open", [f"{SAID}: query 1 is open."]),  # the whole form
    ("week_0/vital_signs#circulation.systolic", "open", []),
    ("screening/vital_signs#body.weight", "open", []),  # a later one is used
    ("dose/1", "open", []),  # belimumab is dosed by weight, not by the dose before
]


@pytest.mark.parametrize(("path", "state", "said"), PATHS)
def test_a_weight_under_a_query_is_named(path: str, state: str, said: list[str]) -> None:
    rehearsal, id = at_stage("dosed")
    who = rehearsal.trial.participant(id)
    assert who is not None
    assert warnings(rehearsal, asked(who, path, state)) == said


def test_a_result_by_which_a_dose_might_have_been_held_is_named_too() -> None:
    """Tacrolimus is held for a rise of creatinine; of screening it is the baseline, and normal."""
    rehearsal, id = at_stage("dosed")
    who = rehearsal.trial.participant(id)
    assert who is not None
    (said,) = warnings(rehearsal, asked(who, "screening/chemistry#serum.creatinine"), "mycophenolate_mofetil")
    assert said == "Serum creatinine 80 µmol/L on 2026-05-28: query 1 is open."


def test_a_dose_given_by_a_weight_under_a_query_says_so() -> None:
    rehearsal, id = at_stage("dosed")
    call = {"site": "a", "participant": id}
    query = {"path": WEIGHT, "text": "Is it so?"}
    rehearsal.done("raise_query", "data_manager", **call, values=query)
    rehearsal.go_to("2026-06-15")
    day = {"date": rehearsal.day}
    rehearsal.done("open_visit", "coordinator_a", **call, values={"encounter": "week_2", **day})
    given = {"intervention": "belimumab", "visit": "week_2", **day}
    event = rehearsal.done("give_dose", "nurse_a", **call, values=given)
    assert [render(each, {}) for each in outcome(event, rehearsal.trial)] == [
        "Dose 2: Belimumab 600 mg. To correct it: target=dose/2.",
        f"{SAID}: query 1 is open.",
    ]
