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
    rehearsal.leave(who)
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
    rehearsal.leave(who)
    sign(rehearsal, who)
    event = rehearsal.done("lock", "data_manager", site="a", participant=who, reason="the archive burnt down")
    assert rehearsal.store.text(event.reason) == "the archive burnt down"


# Besides forms. Belimumab of 1 June; the windows of week 2 (15 June) and week 4 (29 June) are 3 days either side.


def said_at_lock(rehearsal: Rehearsal, who: str) -> str:
    """What a signed casebook is refused for, without the forms; with a reason it locks."""
    sign(rehearsal, who)
    said = rehearsal.refused("lock", "data_manager", site="a", participant=who)
    rehearsal.done("lock", "data_manager", site="a", participant=who, reason="nothing more is known")
    return said


def test_without_an_end_no_reason_helps() -> None:
    rehearsal, who = at_stage("dosed")
    sign(rehearsal, who)
    said = rehearsal.refused(
        "lock", "data_manager", site="a", participant=who, reason="she will not come again"
    )
    assert said.startswith(f"Nothing says how the participation of {who} ended: complete_study,")
    rehearsal.leave(who)
    sign(rehearsal, who)
    rehearsal.done("lock", "data_manager", site="a", participant=who, reason="she will not come again")


def test_everything_is_named_at_once() -> None:
    """To record what is missing breaks a signature: whoever signs wants to know before."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-19")
    said = rehearsal.refused("lock", "data_manager", site="a", participant=who)
    for part in (
        "The casebook is not signed.",
        "Nothing says how the participation",
        "The visit Week 2 is neither",
        "Of the visit Week 0",
    ):
        assert part in said


def test_somebody_who_was_never_enrolled_needs_no_end() -> None:
    rehearsal, who = at_stage("screened")
    sign(rehearsal, who)
    rehearsal.done("lock", "data_manager", site="a", participant=who, reason="x")


@pytest.mark.parametrize(
    ("until", "late"), [("2026-06-18", []), ("2026-06-19", ["Week 2"]), ("2026-07-03", ["Week 2", "Week 4"])]
)
def test_visits_that_were_over_by_the_end_are_named(until: str, late: list[str]) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to(until)
    rehearsal.leave(who)
    rehearsal.go_to("2026-08-01")
    said = said_at_lock(rehearsal, who)
    for week in ("Week 2", "Week 4", "Week 8"):
        assert (f"The visit {week} is neither recorded nor missed." in said) == (week in late)


SERIOUS = {
    "term": "Pneumonia", "start": "2026-06-03", "grade": "3", "infection": "true", "seriousness": "hospitalisation",
    "outcome": "recovered", "end": "2026-06-10", "taken": "held",
    "causality": {"belimumab": "not_related"}, "aware": "2026-06-04T08:00+08:00",
}  # fmt: skip
UNSENT = "the first report of adverse event 1, due on 2026-06-05, is not recorded as sent."
UNEXPLAINED = "Adverse event 1 says that treatment was {}, and no interruption or stop of an intervention is recorded on its days."


def after_pneumonia(taken: str) -> tuple[Rehearsal, str]:
    """Serious (to the sponsor within 24 hours of 4 June), and what was done about the treatment."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-11")
    event = {**SERIOUS, "taken": taken}
    rehearsal.done("report_ae", "investigator_a", site="a", participant=who, values=event)
    return rehearsal, who


@pytest.mark.parametrize("sent", [False, True])
def test_reports_that_were_not_sent_are_named(sent: bool) -> None:
    rehearsal, who = after_pneumonia("none")
    if sent:
        report = {
            "number": "1",
            "clock": "sae_to_sponsor",
            "stage": "initial",
            "at": "2026-06-04T20:00+08:00",
        }
        rehearsal.done("report_sent", "investigator_a", site="a", participant=who, values=report)
    rehearsal.leave(who)
    assert (UNSENT in said_at_lock(rehearsal, who)) == (not sent)


@pytest.mark.parametrize(
    ("taken", "action", "day", "word"),
    [
        ("none", "", "", ""),
        ("held", "", "", "interrupted"),
        ("held", "hold_dose", "2026-06-03", ""),
        ("held", "hold_dose", "2026-06-10", ""),
        ("held", "hold_dose", "2026-06-11", "interrupted"),
        ("held", "hold_dose", "2026-06-02", ""),  # it went on
        ("held", "discontinue_intervention", "2026-06-04", ""),
        ("discontinued", "", "", "stopped"),
        ("discontinued", "discontinue_intervention", "2026-06-04", ""),
        ("discontinued", "discontinue_intervention", "2026-06-02", "stopped"),
    ],
)
def test_an_interruption_that_is_only_spoken_of_is_named(
    taken: str, action: str, day: str, word: str
) -> None:
    rehearsal, who = after_pneumonia(taken)
    if action:
        values = {"intervention": "belimumab", "date": day}
        rehearsal.done(action, "investigator_a", site="a", participant=who, reason="x", values=values)
    rehearsal.leave(who)
    said = said_at_lock(rehearsal, who)
    for each in ("interrupted", "stopped"):
        assert (UNEXPLAINED.format(each) in said) == (each == word)


@pytest.mark.parametrize("last", ["", "screen", "withdraw_consent", "lost_to_follow_up", "record_death"])
def test_a_study_is_not_locked_over_somebody_who_neither_was_screened_nor_left(last: str) -> None:
    rehearsal, who = at_stage("dosed")
    other = rehearsal.consented()
    rehearsal.leave(who)
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
