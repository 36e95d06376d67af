"""From consent to enrolment by forms alone: the actions, the ledger and the rules agree on what was entered."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from tests.unit.conduct.forms_support import RANGES, screening
from tests.unit.conduct.support import Rehearsal
from trialwright.conduct.forms import Entry
from trialwright.record.participant import Participant


@pytest.fixture(scope="module")
def rehearsal() -> tuple[Rehearsal, str]:
    """Site A with the ranges of its laboratory, and one participant with all forms of the screening visit."""
    trial = Rehearsal()
    trial.go_to("2026-05-20")
    rows = [asdict(one) for one in RANGES]
    trial.done("set_reference_ranges", "investigator_a", site="a", ranges=rows)
    participant = trial.consented(birth="1990-01-01")
    trial.go_to("2026-05-28")
    trial.done(
        "open_visit",
        "coordinator_a",
        site="a",
        participant=participant,
        encounter="screening",
        date="2026-05-28",
    )
    for form, entries in screening().items():
        trial.done(
            "record_form",
            "coordinator_a",
            site="a",
            participant=participant,
            visit="screening",
            form=form,
            entries=entries,
        )
    return trial, participant


def read(trial: Rehearsal, id: str) -> Participant:
    found = trial.trial.participant(id)
    assert found is not None
    return found


def test_every_form_stands_in_the_ledger(rehearsal: tuple[Rehearsal, str]) -> None:
    trial, id = rehearsal
    participant = read(trial, id)
    assert set(participant.forms) == {f"screening/{form}" for form in screening()}
    weight = participant.forms["screening/vital_signs"].items["body.weight"]
    assert (weight.value, weight.unit, weight.date) == ("60", "kg", "2026-05-28")
    creatinine = participant.forms["screening/chemistry"].items["serum.creatinine"]
    assert (creatinine.low, creatinine.high) == ("41", "81")
    assert participant.queries == ()


def test_the_answers_make_the_participant_eligible(rehearsal: tuple[Rehearsal, str]) -> None:
    trial, id = rehearsal
    trial.go_to("2026-06-01")
    trial.done("screen", "investigator_a", site="a", participant=id, date="2026-06-01")
    (screened,) = read(trial, id).screenings
    assert screened.verdict == "eligible"
    assert set(screened.verdicts.values()) == {"pass"}


def test_a_correction_keeps_the_old_value_and_calculates_again(rehearsal: tuple[Rehearsal, str]) -> None:
    trial, id = rehearsal
    target = "screening/chemistry"
    changed = {"serum.creatinine": Entry("300", "umol/L")}
    said = trial.refused("correct", "coordinator_a", site="a", participant=id, target=target, entries=changed)
    assert "reason" in said
    event = trial.done(
        "correct",
        "coordinator_a",
        site="a",
        reason="copied wrongly",
        participant=id,
        target=target,
        entries=changed,
    )
    record = read(trial, id).forms[target]
    assert record.items["serum.creatinine"].value == "300"
    assert {old.path: old.value for old in record.superseded}["serum.creatinine"] == "80"
    assert {path for path, value in record.items.items() if value.position == event.position} == {
        "serum.creatinine",
        "serum.egfr",
    }
    (query,) = read(trial, id).queries
    assert query.path == f"{target}#serum.creatinine"
    assert "300 umol/L is unusual" in query.text


def test_what_cannot_be_is_refused_and_leaves_nothing(rehearsal: tuple[Rehearsal, str]) -> None:
    trial, id = rehearsal
    target = "screening/vital_signs"
    changed = {"body.weight": Entry("600", "kg")}
    said = trial.refused(
        "correct", "coordinator_a", site="a", reason="typing", participant=id, target=target, entries=changed
    )
    assert "body.weight: Weight: 600 kg is not possible (20 to 300 kg)." in said
