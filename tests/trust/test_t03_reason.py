"""T3. A reason is demanded for every change after the first entry; to enter data the first time needs none.

**Source**: ICH E6(R3) 4.2.2.
**Proves**: every action that changes or takes back something recorded is refused without a reason, blanks are no reason,
and nothing is written; first entries are taken without one. Departures from the plan (a visit missed, a dose held, rescue) state
theirs as well.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.trust.course import AE
from tests.unit.conduct.support import at_stage
from trialwright.conduct.actions import ACTIONS

CHANGES = {
    "correct", "update_ae", "re_screen", "hold_dose", "discontinue_intervention", "missed_visit", "record_rescue",
    "withdraw_consent", "lost_to_follow_up", "record_death", "revoke", "unlock", "unblind", "mask",
}  # fmt: skip
"""Actions that change or end something, or say that something was not done as planned."""

FIRST: dict[str, dict[str, Any]] = {
    "consent": {"date": "2026-06-01", "sex": "male", "birth": "1980"},
    "open_visit": {"encounter": "week_2", "date": "2026-06-15"},
    "report_ae": AE,
}


def test_which_actions_ask_for_a_reason() -> None:
    assert {name for name, action in ACTIONS.items() if action.reason == "required"} == CHANGES


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_change_without_a_reason_writes_nothing(reason: str) -> None:
    rehearsal, who = at_stage("dosed")
    values: dict[str, Any] = {"target": "week_0/vital_signs", "entries": {"body.weight": "61 kg"}}
    assert "needs a reason" in rehearsal.refused(
        "correct", "coordinator_a", site="a", reason=reason, participant=who, values=values
    )


def test_a_range_that_stands_is_changed_with_a_reason_only() -> None:
    rehearsal, _ = at_stage("screened")
    row = {
        "concept": "alt",
        "unit": "U/L",
        "low": "7",
        "high": "45",
        "sex": "",
        "age_from": 18,
        "age_to": 120,
    }
    changed = {"ranges": [{**row, "valid_from": "2026-01-01"}]}
    newer = {"ranges": [{**row, "valid_from": "2026-05-01"}]}
    assert "say why" in rehearsal.refused("set_reference_ranges", "coordinator_a", site="a", values=changed)
    rehearsal.done("set_reference_ranges", "coordinator_a", site="a", values=changed, reason="misread")
    rehearsal.done("set_reference_ranges", "coordinator_a", site="a", values=newer)


@pytest.mark.parametrize(
    "entries",
    [
        {"body.weight": "61 kg"},
        {"body.weight": ""},
        {"body.weight": "not_done:declined"},
        {"*": "not_done:declined"},
        {"body.*": "not_done:declined"},
    ],
)
def test_a_value_that_is_there_is_not_replaced_by_another_first_entry(entries: dict[str, str]) -> None:
    rehearsal, who = at_stage("dosed")
    values = {"participant": who, "form": "vital_signs", "visit": "week_0"}
    rehearsal.refused("record_form", "coordinator_a", site="a", values=values, entries=entries)


def test_an_empty_item_of_a_recorded_form_is_filled_without_a_reason() -> None:
    rehearsal, who = at_stage("dosed")
    values = {"participant": who, "form": "urine", "visit": "week_0"}
    first = {"collection.*": "not_done:collection_failed", "sediment.*": "not_done:not_performed"}
    rehearsal.done("record_form", "coordinator_a", site="a", values=values, entries=first)
    assert "changed by correct" in rehearsal.refused(
        "record_form", "coordinator_a", site="a", values=values, entries={"sediment.rbc": "3 /uL"}
    )


@pytest.mark.parametrize("action", FIRST)
def test_a_first_entry_needs_no_reason(action: str) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-15")
    values = FIRST[action] if action == "consent" else {"participant": who, **FIRST[action]}
    event = rehearsal.done(action, "investigator_a", site="a", values=values)
    assert event.reason == ""
