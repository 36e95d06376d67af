"""One participant from consent to an arm: every step in its order, and no step before the one it stands on (T31)."""

from __future__ import annotations

from tests.unit.conduct.support import Rehearsal, enrolled, screened


def test_forms_alone_make_a_participant_eligible_and_enrolled() -> None:
    rehearsal = Rehearsal()
    who = enrolled(rehearsal)
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert participant.enrolment_number == "E001"
    assert participant.screenings[0].verdict == "eligible"
    assert set(participant.screenings[0].verdicts.values()) == {"pass"}


def test_the_evidence_of_a_verdict_names_the_items_it_rests_on() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    event = rehearsal.store.stream(f"participant/{who}")[-1]
    assert event.data["criteria"]["I3"]["facts"] == ["screening/urine#collection.protein"]


def test_nobody_is_enrolled_unscreened() -> None:
    rehearsal = Rehearsal()
    who = rehearsal.consented()
    assert "not screened" in rehearsal.refused(
        "enrol", "investigator_a", site="a", participant=who, date=rehearsal.day
    )


def test_nobody_is_enrolled_with_an_unknown_or_failed_criterion() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    rehearsal.done(
        "correct",
        "coordinator_a",
        site="a",
        reason="misread",
        participant=who,
        target="screening/urine",
        entries={"collection.protein": "1.49 g/(24.h)"},
    )
    rehearsal.go_to("2026-06-01")
    why = rehearsal.refused("enrol", "investigator_a", site="a", participant=who, date=rehearsal.day)
    assert "I3 (Proteinuria) fails: 24-hour urine protein 1.49 g/24 h on 2026-05-28 is below 1.5 g" in why


def test_nobody_is_enrolled_on_results_that_have_grown_old() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    rehearsal.go_to("2026-07-01")
    why = rehearsal.refused("enrol", "investigator_a", site="a", participant=who, date=rehearsal.day)
    assert "I3 (Proteinuria) is open: " in why


def test_nobody_is_allocated_before_enrolment() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    assert "not enrolled" in rehearsal.refused(
        "allocate", "investigator_a", site="a", reason="x", participant=who, date=rehearsal.day, arm="MT"
    )


def test_the_investigator_assigns_the_arm_with_a_reason() -> None:
    rehearsal = Rehearsal()
    who = enrolled(rehearsal)
    values = {"participant": who, "date": rehearsal.day, "arm": "BEL+MT"}
    assert "Say why" in rehearsal.refused("allocate", "investigator_a", site="a", values=values)
    rehearsal.done("allocate", "investigator_a", site="a", reason="wishes it", values=values)
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    assert participant.arm == "BEL+MT"
    assert "was allocated" in rehearsal.refused(
        "allocate", "investigator_a", site="a", reason="again", values=values
    )


def test_a_visit_of_the_treatment_waits_for_allocation() -> None:
    rehearsal = Rehearsal()
    who = enrolled(rehearsal)
    assert "not been allocated" in rehearsal.refused(
        "open_visit", "coordinator_a", site="a", participant=who, encounter="week_0", date=rehearsal.day
    )


def test_a_recorded_value_is_not_overwritten_only_corrected() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    values = {"participant": who, "form": "vital_signs", "visit": "screening"}
    assert "changed by correct" in rehearsal.refused(
        "record_form", "coordinator_a", site="a", values={**values, "entries": {"body.weight": "61 kg"}}
    )


def test_a_correction_needs_a_reason_and_keeps_what_was_there() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    values = {"participant": who, "target": "screening/vital_signs", "entries": {"body.weight": "61 kg"}}
    assert "needs a reason" in rehearsal.refused("correct", "coordinator_a", site="a", values=values)
    event = rehearsal.done("correct", "coordinator_a", site="a", reason="typing error", values=values)
    participant = rehearsal.trial.participant(who)
    assert participant is not None
    form = participant.forms["screening/vital_signs"]
    assert form.items["body.weight"].value == "61"
    assert form.items["body.weight"].position == event.position
    assert form.items["body.weight"].first < event.position
    assert [(old.path, old.value) for old in form.superseded if old.path == "body.weight"] == [
        ("body.weight", "60")
    ]


def test_after_withdrawal_no_new_visit_begins() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    rehearsal.done(
        "withdraw_consent", "investigator_a", site="a", reason="moves", participant=who, date=rehearsal.day
    )
    rehearsal.go_to("2026-06-30")
    assert "withdrew consent" in rehearsal.refused(
        "open_visit", "coordinator_a", site="a", participant=who, encounter="unscheduled", date=rehearsal.day
    )
