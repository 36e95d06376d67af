"""T28. Any change after signing breaks the signature visibly, and it is asked for again.

**Source**: ICH E6(R3), endorsement by the investigator; EMA guideline on computerised systems (2023), sign-off.
**Proves**: whatever is entered or corrected after signing, the signature on that visit or on the casebook no longer stands and
the lock says so; questions, source verification and masking leave it standing; signed again, it stands again.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.trust.course import AE
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.record.content import CASEBOOK, stands

TITLES = {"screening": "Screening", "week_0": "Week 0"}
FORM = {"form": "urine", "visit": "week_0"}
CHANGES: list[tuple[str, str, str, dict[str, Any], set[str]]] = [
    # who does what; which signatures are broken by it
    ("coordinator_a", "correct", "x", {"target": "week_0/vital_signs", "entries": {"body.weight": "61 kg"}},
     {"week_0", CASEBOOK}),
    ("coordinator_a", "correct", "x", {"target": "screening/vital_signs", "entries": {"body.weight": "61 kg"}},
     {"screening", CASEBOOK}),
    ("coordinator_a", "correct", "x", {"target": "dose/1", "values": {"lot": "L-1"}}, {"week_0", CASEBOOK}),
    ("coordinator_a", "correct", "x", {"target": "visit/week_0", "values": {"date": "2026-05-31"}}, {"week_0", CASEBOOK}),
    ("coordinator_a", "correct", "x", {"target": "demographics", "values": {"birth": "1990-01-02"}}, {CASEBOOK}),
    ("coordinator_a", "record_form", "", {**FORM, "entries": {"*": "not_done:declined"}}, {"week_0", CASEBOOK}),
    ("coordinator_a", "open_visit", "", {"encounter": "unscheduled", "date": "2026-06-04"}, {CASEBOOK}),
    ("coordinator_a", "missed_visit", "x", {"encounter": "week_2"}, {CASEBOOK}),
    ("investigator_a", "give_dose", "x", {"intervention": "prednisone", "date": "2026-06-04", "amount": "30",
     "unit": "mg/d"}, {CASEBOOK}),
    ("investigator_a", "hold_dose", "x", {"intervention": "belimumab", "date": "2026-06-04"}, {CASEBOOK}),
    ("investigator_a", "discontinue_intervention", "x", {"intervention": "belimumab", "date": "2026-06-04"}, {CASEBOOK}),
    ("investigator_a", "record_rescue", "x", {"date": "2026-06-04", "therapy": "pulse", "text": "x"}, {CASEBOOK}),
    ("investigator_a", "report_ae", "", AE, {CASEBOOK}),
    ("monitor", "report_deviation", "", {"date": "2026-06-04", "category": "other", "severity": "minor", "text": "x"},
     {CASEBOOK}),
    ("investigator_a", "withdraw_consent", "x", {"date": "2026-06-04"}, {CASEBOOK}),
    ("investigator_a", "lost_to_follow_up", "x", {"date": "2026-06-04"}, {CASEBOOK}),
    ("investigator_a", "record_death", "x", {"date": "2026-06-04"}, {CASEBOOK}),
]  # fmt: skip


def _signed() -> tuple[Rehearsal, str]:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-12")  # the window of week 2 is open
    for target in ("screening", "week_0", CASEBOOK):
        rehearsal.done("sign", "investigator_a", site="a", participant=who, target=target, meaning="approved")
    return rehearsal, who


@pytest.mark.parametrize("values", [{"severity": "minor"}, {"text": "y"}, {"recorded": "false"}])
def test_a_corrected_deviation_breaks_what_was_signed_with_it(values: dict[str, str]) -> None:
    """It decides an analysis set; the signature on the casebook was of how it stood before."""
    rehearsal, who = at_stage("dosed")
    told = {"date": rehearsal.day, "category": "other", "severity": "major", "text": "x"}
    rehearsal.done("report_deviation", "monitor", site="a", participant=who, values=told)
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target=CASEBOOK, meaning="approved")
    assert _broken(rehearsal, who) == set()
    changed = {"target": "deviation/1", "values": values}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=changed)
    assert _broken(rehearsal, who) == {CASEBOOK}


def _broken(rehearsal: Rehearsal, who: str) -> set[str]:
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    latest = {mark.target: mark for mark in participant.signatures}
    return {target for target, mark in latest.items() if not stands(participant, mark)}


@pytest.mark.parametrize(("account", "action", "reason", "values", "broken"), CHANGES)
def test_a_change_breaks_what_was_signed(
    account: str, action: str, reason: str, values: dict[str, Any], broken: set[str]
) -> None:
    rehearsal, who = _signed()
    assert _broken(rehearsal, who) == set()
    rehearsal.done(action, account, site="a", reason=reason, participant=who, values=values)
    assert _broken(rehearsal, who) == broken
    refusal = rehearsal.refused("lock", "investigator_a", site="a", participant=who)
    assert "The casebook was changed after it was signed." in refusal
    for visit in broken - {CASEBOOK}:
        assert f"The visit {TITLES[visit]} was changed after it was signed." in refusal


def test_signed_again_it_stands_and_the_broken_one_stays_on_record() -> None:
    rehearsal, who = _signed()
    values = {"target": "week_0/vital_signs", "entries": {"body.weight": "60.2 kg"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    rehearsal.leave(who)
    for target in ("week_0", CASEBOOK):
        rehearsal.done("sign", "investigator_a", site="a", participant=who, target=target, meaning="approved")
    assert _broken(rehearsal, who) == set()
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert [(mark.target, stands(participant, mark)) for mark in participant.signatures] == [
        ("screening", True),
        ("week_0", False),
        (CASEBOOK, False),
        ("week_0", True),
        (CASEBOOK, True),
    ]
    rehearsal.done("lock", "investigator_a", reason="no more will come", site="a", participant=who)


def test_what_changes_no_value_breaks_nothing() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.leave(who)
    for target in ("screening", "week_0", CASEBOOK):
        rehearsal.done("sign", "investigator_a", site="a", participant=who, target=target, meaning="approved")
    at_a: dict[str, Any] = {"site": "a", "participant": who}
    rehearsal.done("verify_source", "monitor", **at_a, target="week_0")
    rehearsal.done("raise_query", "monitor", **at_a, path="week_0/vital_signs", text="x")
    rehearsal.done("answer_query", "coordinator_a", **at_a, number="1", answer="x")
    rehearsal.done("close_query", "monitor", **at_a, number="1")
    stated = next(event for event in rehearsal.store.events() if event.type == "query_raised")
    rehearsal.done("mask", "investigator_a", site="a", reason="a name", position=str(stated.position))
    assert _broken(rehearsal, who) == set()
    rehearsal.done("lock", "investigator_a", reason="no more will come", site="a", participant=who)


def test_a_comparison_with_the_source_is_broken_likewise() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.done("verify_source", "monitor", site="a", participant=who, target="week_0")
    rehearsal.done("verify_source", "monitor", site="a", participant=who, target="screening")
    values = {"target": "week_0/vital_signs", "entries": {"body.weight": "61 kg"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="x", participant=who, values=values)
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert [(one.target, stands(participant, one)) for one in participant.verifications] == [
        ("week_0", False),
        ("screening", True),
    ]
