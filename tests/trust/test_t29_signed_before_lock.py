"""T29. The investigator signs at milestones, and before anything is locked.

**Source**: ICH E6(R3) 3.16.1(o).
**Proves**: a casebook is not locked while a visit or the casebook is unsigned or a query open, and the refusal names each; nobody
but an investigator signs; a study is not locked while a casebook is open.
"""

from __future__ import annotations

import pytest

from tests.unit.conduct.support import at_stage
from trialwright.exchange.folder import bundled_studies, read_study


def test_a_lock_names_everything_that_is_open() -> None:
    rehearsal, who = at_stage("dosed")
    at_a = {"site": "a", "participant": who}
    rehearsal.done("raise_query", "monitor", **at_a, path="week_0/vital_signs", text="x")
    assert rehearsal.refused("lock", "investigator_a", reason="no more will come", **at_a) == (
        "The visit Screening is not signed. The visit Week 0 is not signed. The casebook is not signed. Query 1 is open. "
        f"Nothing says how the participation of {who} ended: complete_study, withdraw_consent, lost_to_follow_up or "
        "record_death does."
    )
    rehearsal.leave(who)
    rehearsal.done("sign", "investigator_a", **at_a, target="week_0", meaning="reviewed")
    rehearsal.done("answer_query", "coordinator_a", **at_a, number="1", answer="x")
    assert rehearsal.refused("lock", "investigator_a", reason="no more will come", **at_a) == (
        "The visit Screening is not signed. The casebook is not signed. Query 1 is answered."
    )
    rehearsal.done("sign", "investigator_a", **at_a, target="casebook", meaning="approved")
    assert (
        rehearsal.refused("lock", "investigator_a", reason="no more will come", **at_a)
        == "Query 1 is answered."
    )
    rehearsal.done("close_query", "monitor", **at_a, number="1")
    event = rehearsal.done("lock", "investigator_a", reason="no more will come", **at_a)
    assert (event.type, event.actor) == ("casebook_locked", "investigator_a")


def test_signed_visits_are_not_the_whole_casebook() -> None:
    """Doses, adverse events and deviations belong to no visit; the last signature is on all of it."""
    rehearsal, who = at_stage("dosed")
    at_a = {"site": "a", "participant": who}
    rehearsal.leave(who)
    for visit in ("screening", "week_0"):
        rehearsal.done("sign", "investigator_a", **at_a, target=visit, meaning="reviewed")
    assert (
        rehearsal.refused("lock", "investigator_a", reason="no more will come", **at_a)
        == "The casebook is not signed."
    )


def test_a_study_is_not_locked_over_an_open_casebook() -> None:
    rehearsal, who = at_stage("dosed")
    assert rehearsal.refused("lock", "sponsor") == f"These casebooks are not locked: {who}."


@pytest.mark.parametrize("study", bundled_studies())
def test_only_an_investigator_signs(study: str) -> None:
    table = read_study(study).delegation
    assert table is not None
    assert [role.id for role in table.roles if "sign" in role.may] == ["investigator"]


def test_a_study_is_not_locked_over_a_question_about_somebody_who_never_joined() -> None:
    rehearsal, who = at_stage("screened")
    at_a = {"site": "a", "participant": who}
    rehearsal.done("raise_query", "monitor", **at_a, path="screening/vital_signs#body.weight", text="x")
    assert rehearsal.refused("lock", "sponsor") == f"{who}: Query 1 is open."
    rehearsal.done("answer_query", "coordinator_a", **at_a, number="1", answer="x")
    assert rehearsal.refused("lock", "sponsor") == f"{who}: Query 1 is answered."
    rehearsal.done("close_query", "monitor", **at_a, number="1")
    rehearsal.done("lock", "sponsor")
