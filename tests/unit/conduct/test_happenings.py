"""What happens in a trial has names of its own, which no hospital's record holds. Everybody here is invented."""

from __future__ import annotations

import pytest

from tests.unit.conduct.support import at_stage
from trialwright.record.happenings import happenings, is_happening

EVENT = {
    "term": "Pneumonia", "start": "2026-06-02", "grade": "3", "infection": "true", "seriousness": "hospitalisation",
    "hypersensitivity": "true", "taken": "none", "outcome": "recovered", "end": "2026-06-03",
    "aware": "2026-06-03T08:00:00+08:00",
}  # fmt: skip


def test_every_name_that_is_given_is_known_as_one() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-10")
    call = {"site": "a", "participant": who, "reason": "so it was"}
    acts: list[tuple[str, dict[str, str]]] = [
        ("report_ae", EVENT),
        ("hold_dose", {"intervention": "belimumab", "date": "2026-06-03"}),
        ("discontinue_intervention", {"intervention": "belimumab", "date": "2026-06-04"}),
        ("record_rescue", {"therapy": "ivig", "date": "2026-06-05"}),
        ("report_deviation",
         {"date": "2026-06-05", "category": "procedure", "severity": "major", "text": "x", "visit": "week_0"}),
        ("withdraw_consent", {"date": "2026-06-06"}),
    ]  # fmt: skip
    for action, values in acts:
        rehearsal.done(action, "investigator_a", **call, values=values)
    one = rehearsal.trial.participant(who)
    assert one is not None
    given = {fact.concept for fact in happenings(one)}
    assert {"taken_belimumab", "major_deviation_at_week_0", "serious_hypersensitivity", "withdrawal"} <= given
    ids = [each.id for each in rehearsal.study.interventions]
    assert not [name for name in given if not is_happening(name, interventions=ids)]


@pytest.mark.parametrize(
    "name", ["hiv", "serum_creatinine", "taken_up", "held_breath", "belimumab", "infection_site"]
)
def test_what_a_record_may_hold_is_none(name: str) -> None:
    assert not is_happening(name, interventions=["belimumab"])
