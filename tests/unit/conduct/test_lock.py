"""lock: what must be recorded, or marked as not done, before a casebook takes no more data; who must have left a study."""

from __future__ import annotations

import pytest

from tests.unit.conduct.bliss_ln_forms import vital_signs
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.conduct.actions.lock import find_missing_forms

# BEAM's schedule for a woman with belimumab; the logs (pulse, concomitant medication) are filled in as there is need.
WEEK_0 = {
    "urine", "chemistry", "haematology", "immunology", "sledai", "immunoglobulins", "phq9", "pregnancy_test", "infusion",
}  # fmt: skip
WEEK_2 = {
    "vital_signs", "urine", "chemistry", "haematology", "immunology", "tacrolimus_level", "pregnancy_test", "infusion",
}  # fmt: skip


def missing(rehearsal: Rehearsal, who: str) -> dict[str, set[str]]:
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    found: dict[str, set[str]] = {}
    for visit, form in find_missing_forms(rehearsal.study, participant):
        found.setdefault(visit.id, set()).add(form)
    return found


def not_done(rehearsal: Rehearsal, who: str, visit: str, form: str) -> None:
    values = {"form": form, "visit": visit, "entries": {"*": "not_done:declined"}}
    rehearsal.done("record_form", "coordinator_a", site="a", participant=who, values=values)


def test_forms_that_a_visit_asks_for_are_recorded_or_not_done() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-15")
    for encounter in ("week_2", "unscheduled"):
        values = {"encounter": encounter, "date": rehearsal.day}
        rehearsal.done("open_visit", "coordinator_a", site="a", participant=who, values=values)
    rest = missing(rehearsal, who)
    assert {visit: forms - {"pulse"} for visit, forms in rest.items() if visit != "screening"} == {
        "week_0": WEEK_0,
        "week_2": WEEK_2,
    }
    form = {"form": "vital_signs", "visit": "week_2", "entries": vital_signs()}
    rehearsal.done("record_form", "nurse_a", site="a", participant=who, values=form)
    assert missing(rehearsal, who)["week_2"] == WEEK_2 - {"vital_signs"}
    sign(rehearsal, who)
    said = rehearsal.refused("lock", "data_manager", site="a", participant=who)
    assert "Of the visit Week 2 these forms are neither recorded nor marked as not done: Urine," in said
    for visit, forms in missing(rehearsal, who).items():
        for one in forms:
            not_done(rehearsal, who, visit, one)
    assert missing(rehearsal, who) == {}
    sign(rehearsal, who)
    rehearsal.done("lock", "data_manager", site="a", participant=who)


def sign(rehearsal: Rehearsal, who: str) -> None:
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")


def test_a_missed_visit_asks_for_no_form_and_a_reason_locks_without_them() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-19")
    rehearsal.done(
        "missed_visit", "coordinator_a", site="a", reason="flood", participant=who, encounter="week_2"
    )
    assert "week_2" not in missing(rehearsal, who)
    sign(rehearsal, who)
    event = rehearsal.done("lock", "data_manager", site="a", participant=who, reason="the archive burnt down")
    assert rehearsal.store.text(event.reason) == "the archive burnt down"


@pytest.mark.parametrize("last", ["", "screen", "withdraw_consent", "lost_to_follow_up", "record_death"])
def test_a_study_is_not_locked_over_somebody_who_neither_was_screened_nor_left(last: str) -> None:
    rehearsal, who = at_stage("dosed")
    other = rehearsal.consented()
    sign(rehearsal, who)
    rehearsal.done("lock", "data_manager", site="a", participant=who, reason="x")
    if last:
        rehearsal.done(
            last, "investigator_a", site="a", participant=other, date=rehearsal.day,
            reason="" if last == "screen" else "x",
        )  # fmt: skip
        if last == "record_death":  # the rules ask for the adverse event behind it
            asked = {"site": "a", "participant": other, "number": "1"}
            rehearsal.done("answer_query", "coordinator_a", **asked, answer="at home, nothing is known")
            rehearsal.done("close_query", "monitor", **asked)
        rehearsal.done("lock", "sponsor")
    else:
        assert rehearsal.refused("lock", "sponsor").startswith(
            f"These people consented and were neither screened nor did they leave: {other}."
        )
