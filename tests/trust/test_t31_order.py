"""T31. The order of operations is enforced: consent, screening, eligibility, enrolment, allocation, dose.

**Source**: 21 CFR 11.10(f).
**Proves**: each step is refused while the one it stands on is missing, and the refusal says which; what belongs to the run-in may be
given before allocation, what belongs to the treatment may not; nothing is dated before what it follows.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage, screened

DAY = {"date": "2026-06-01"}
SKIPPED: list[tuple[str, str, dict[str, Any], str]] = [
    # how far she has come, what is tried, what is said
    ("nobody", "screen", DAY, "There is no participant"),
    ("consented", "enrol", DAY, "was not screened yet"),
    ("consented", "re_screen", DAY, "use screen"),
    ("consented", "missed_visit", {"encounter": "week_2"}, "is not enrolled"),
    ("screened", "allocate", {**DAY, "arm": "BEL+MT"}, "is not enrolled"),
    ("screened", "give_dose", {**DAY, "intervention": "belimumab"}, "waits for allocation"),
    ("screened", "record_rescue", {**DAY, "therapy": "pulse", "text": "x"}, "is not enrolled"),
    ("screened", "complete_study", DAY, "is not enrolled"),
    ("enrolled", "open_visit", {**DAY, "encounter": "week_0"}, "has not been allocated"),
    ("enrolled", "give_dose", {**DAY, "intervention": "belimumab"}, "waits for allocation"),
    ("enrolled", "give_dose", {**DAY, "intervention": "mycophenolate_mofetil"}, "waits for allocation"),
    ("enrolled", "complete_study", DAY, "has not been allocated"),
    ("enrolled", "discontinue_intervention", {**DAY, "intervention": "belimumab"}, "has not been allocated"),
    (
        "allocated",
        "give_dose",
        {**DAY, "intervention": "belimumab", "visit": "week_0"},
        "Week 0 (week_0) has not been opened",
    ),
    (
        "allocated",
        "record_form",
        {"form": "urine", "visit": "week_0", "entries": {}},
        "The visit Week 0 (week_0) has not been opened",
    ),
    ("dosed", "complete_study", DAY, "is neither recorded nor missed"),
    # and back: what was passed is over
    ("enrolled", "re_screen", DAY, "screening is over"),
    ("enrolled", "enrol", DAY, "is enrolled since"),
    ("allocated", "open_visit", {**DAY, "encounter": "screening"}, "is recorded already"),
]


def _come(stage: str) -> tuple[Rehearsal, str]:
    if stage in ("nobody", "consented"):
        rehearsal, _ = at_stage("screened")
        rehearsal.go_to("2026-06-01")
        return rehearsal, rehearsal.consented() if stage == "consented" else "a-099"
    rehearsal, who = at_stage(stage)
    rehearsal.go_to("2026-06-01")
    return rehearsal, who


@pytest.mark.parametrize(("stage", "action", "values", "said"), SKIPPED)
def test_no_step_is_skipped(stage: str, action: str, values: dict[str, Any], said: str) -> None:
    rehearsal, who = _come(stage)
    assert said in rehearsal.refused(
        action, "investigator_a", site="a", reason="x", participant=who, values=values
    )


@pytest.mark.parametrize(
    ("stage", "action", "day", "said"),
    [
        ("consented", "screen", "2026-05-31", "before consent"),
        ("screened", "enrol", "2026-05-27", "before the screening"),
        ("enrolled", "allocate", "2026-05-31", "before enrolment"),
    ],
)
def test_nothing_is_dated_before_what_it_follows(stage: str, action: str, day: str, said: str) -> None:
    rehearsal, who = _come(stage)
    values = {"participant": who, "date": day, **({"arm": "MT"} if action == "allocate" else {})}
    assert said in rehearsal.refused(action, "investigator_a", site="a", reason="x", values=values)


def test_what_belongs_to_the_run_in_is_given_before_allocation() -> None:
    rehearsal, who = at_stage("screened")
    values = {"intervention": "prednisone", "date": rehearsal.day, "amount": "30", "unit": "mg/d"}
    rehearsal.done("give_dose", "nurse_a", site="a", reason="run-in", participant=who, values=values)


def test_nobody_joins_who_fails_or_is_unknown() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    changed = {"target": "screening/urine", "entries": {"collection.protein": "1.49 g/(24.h)"}}
    rehearsal.done("correct", "coordinator_a", site="a", reason="misread", participant=who, values=changed)
    rehearsal.go_to("2026-06-01")
    said = rehearsal.refused("enrol", "investigator_a", site="a", participant=who, date="2026-06-01")
    assert "I3 (Proteinuria) fails: " in said
    rehearsal.go_to("2026-07-01")
    said = rehearsal.refused("enrol", "investigator_a", site="a", participant=who, date="2026-07-01")
    assert "I3 (Proteinuria) is open: " in said
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert participant.enrolled is None
