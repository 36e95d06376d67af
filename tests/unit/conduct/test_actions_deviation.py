"""A deviation that was entered or rated wrongly: corrected with a reason, taken back, and what then counts.

A person's report is that person's to correct in all its parts; what the rules found follows from the record, and a person
rates it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.cli.outcome import outcome
from trialwright.conduct.deviations import DeviationFound, derive_deviations
from trialwright.record.event import Event
from trialwright.record.participant import Deviation, Participant
from trialwright.terms.message import render

TOLD = {"date": "2026-06-03", "category": "eligibility", "severity": "major", "text": "no biopsy seen"}
LATE = {"encounter": "week_4", "date": "2026-07-20"}
"""Week 4 is due on 29 June, 3 days either side (BEAM's schedule)."""


def reported(**changed: str) -> tuple[Rehearsal, str]:
    """One deviation that a person reported, three days after the first infusion."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    values = {**TOLD, **changed}
    rehearsal.done("report_deviation", "monitor", site="a", participant=who, values=values)
    return rehearsal, who


def late() -> tuple[Rehearsal, str]:
    """One deviation that the rules found: week 4 three weeks late."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-07-21")
    rehearsal.done("open_visit", "coordinator_a", site="a", participant=who, values=LATE)
    return rehearsal, who


def correct(rehearsal: Rehearsal, who: str, target: str = "deviation/1", /, **values: str) -> Event:
    call: dict[str, Any] = {"site": "a", "participant": who, "reason": "mistaken"}
    return rehearsal.done("correct", "coordinator_a", values={"target": target, "values": values}, **call)


def refused(rehearsal: Rehearsal, who: str, target: str, values: dict[str, str], reason: str = "x") -> str:
    call: dict[str, Any] = {"site": "a", "participant": who, "reason": reason}
    return rehearsal.refused("correct", "coordinator_a", values={"target": target, "values": values}, **call)


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def only(rehearsal: Rehearsal, who: str) -> Deviation:
    (found,) = participant(rehearsal, who).deviations
    return found


def majors(rehearsal: Rehearsal, who: str) -> set[str]:
    """The facts by which an analysis set leaves somebody out."""
    facts = participant(rehearsal, who).facts()
    return {fact.concept for fact in facts if fact.concept.startswith("major_deviation")}


def derived(rehearsal: Rehearsal, who: str, category: str) -> list[DeviationFound]:
    found = derive_deviations(
        rehearsal.study, participant(rehearsal, who), on=date.fromisoformat(rehearsal.day)
    )
    return [each for each in found if each.category == category]


def said(rehearsal: Rehearsal, event: Event) -> list[str]:
    return [render(each, {}) for each in outcome(event, rehearsal.trial)]


# What a person reported

CHANGES: list[tuple[dict[str, str], set[str]]] = [
    # the new values; the facts for the analysis sets then
    ({"severity": "minor"}, set()),
    ({"category": "procedure"}, {"major_deviation_procedure"}),
    ({"visit": "week_0"}, {"major_deviation_eligibility", "major_deviation_at_week_0"}),
    ({"date": "2026-06-01"}, {"major_deviation_eligibility"}),
    ({"text": "biopsy seen late"}, {"major_deviation_eligibility"}),
    ({"severity": "minor", "category": "other", "text": "nothing of weight"}, set()),
]


@pytest.mark.parametrize(("values", "facts"), CHANGES, ids=["-".join(values) for values, _ in CHANGES])
def test_a_report_is_corrected_in_any_of_its_parts(values: dict[str, str], facts: set[str]) -> None:
    rehearsal, who = reported()
    entered = only(rehearsal, who)
    event = correct(rehearsal, who, **values)
    found = only(rehearsal, who)
    assert found._asdict() == {**entered._asdict(), "changed": event.position, **values}
    assert majors(rehearsal, who) == facts
    (shown,) = derived(rehearsal, who, values.get("category", "eligibility"))
    assert (shown.severity, shown.found_by) == (found.severity, "person")
    assert shown.positions == (entered.position, event.position)
    first = next(one for one in rehearsal.store.events() if one.position == entered.position)
    assert first.data["severity"] == "major"  # what was entered first stays in the ledger


def test_a_report_that_was_a_mistake_is_taken_back_and_counts_for_nothing() -> None:
    rehearsal, who = reported()
    entered = only(rehearsal, who)
    event = correct(rehearsal, who, recorded="false")
    assert only(rehearsal, who) == entered._replace(changed=event.position, taken_back=event.position)
    assert majors(rehearsal, who) == set()
    assert derived(rehearsal, who, "eligibility") == []
    assert said(rehearsal, event) == ["Deviation 1 is taken back: no biopsy seen"]
    again = rehearsal.done("report_deviation", "monitor", site="a", participant=who, values=TOLD)
    assert again.data["number"] == 2  # no number is given twice


def test_the_first_correction_stays_when_a_second_one_follows() -> None:
    rehearsal, who = reported()
    correct(rehearsal, who, severity="minor")
    second = correct(rehearsal, who, severity="major", category="dose")
    assert said(rehearsal, second) == ["Deviation 1, major: no biopsy seen"]
    found = only(rehearsal, who)
    assert (found.severity, found.category, found.changed) == ("major", "dose", second.position)


# What the rules found


def test_what_the_rules_found_is_rated_by_a_person_and_stays_found_by_the_rules() -> None:
    rehearsal, who = late()
    assert (only(rehearsal, who).by_system, only(rehearsal, who).severity) == (True, "")
    event = correct(rehearsal, who, severity="major")
    assert said(rehearsal, event)[0].startswith("Deviation 1, major: ")
    assert majors(rehearsal, who) == {"major_deviation_visit", "major_deviation_at_week_4"}
    (shown,) = (each for each in derived(rehearsal, who, "visit") if each.visit == "week_4")
    assert (shown.severity, shown.found_by) == ("major", "rules")
    assert event.position in shown.positions


def test_the_last_rating_of_a_person_counts_whether_reported_or_corrected() -> None:
    rehearsal, who = late()
    values = {**TOLD, "category": "visit", "visit": "week_4", "date": "2026-07-20"}
    rehearsal.done("report_deviation", "monitor", site="a", participant=who, values=values)
    for target, severity in (("deviation/2", "minor"), ("deviation/1", "major"), ("deviation/1", "minor")):
        correct(rehearsal, who, target, severity=severity)
        (shown,) = (each for each in derived(rehearsal, who, "visit") if each.visit == "week_4")
        assert (shown.severity, shown.found_by) == (severity, "both")


def test_a_rating_is_of_the_day_that_was_rated() -> None:
    """Week 4 was held in its window after all: what was rated major is no fact any more."""
    rehearsal, who = late()
    correct(rehearsal, who, severity="major")
    correct(rehearsal, who, "visit/week_4", date="2026-06-29")
    assert majors(rehearsal, who) == set()
    assert not any(each.visit == "week_4" for each in derived(rehearsal, who, "visit"))
    correct(rehearsal, who, "visit/week_4", date="2026-07-19")
    (shown,) = (each for each in derived(rehearsal, who, "visit") if each.visit == "week_4")
    assert shown.severity == ""  # nobody rated this day


# What is refused

OF_THE_RULES = (
    "Deviation 1 was found by the rules; it goes once what it follows from is put right: correct "
    "target=visit/week_4. Of the deviation itself only the rating may be corrected"
)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"recorded": "false"}, OF_THE_RULES),
        ({"category": "other"}, OF_THE_RULES),
        ({"severity": "major", "date": "2026-07-01"}, OF_THE_RULES),
        ({}, OF_THE_RULES),
        ({"severity": "grave"}, "The severity is one of minor, major."),
        ({"severity": ""}, "The severity is one of minor, major."),
    ],
)
def test_of_what_the_rules_found_only_a_rating_is_taken(values: dict[str, str], sentence: str) -> None:
    rehearsal, who = late()
    assert sentence in refused(rehearsal, who, "deviation/1", values)


def test_of_a_dose_it_is_said_that_the_dose_is_put_right() -> None:
    rehearsal, who = at_stage("allocated")
    call: dict[str, Any] = {"site": "a", "participant": who}
    visit = {"encounter": "week_0", "date": rehearsal.day}
    rehearsal.done("open_visit", "coordinator_a", values=visit, **call)
    dose = {"intervention": "prednisone", "date": rehearsal.day, "amount": "90", "unit": "mg/d"}
    rehearsal.done("give_dose", "investigator_a", reason="as told", values=dose, **call)
    assert "correct target=dose/1." in refused(rehearsal, who, "deviation/1", {"recorded": "false"})


@pytest.mark.parametrize(
    ("target", "values", "sentence"),
    [
        ("deviation/2", {"severity": "minor"}, "There is no deviation 2; recorded are: 1."),
        ("deviation/x", {"severity": "minor"}, "Nothing is recorded at deviation/x"),
        ("deviation/1", {}, "Of a deviation these may be corrected: severity, category, date, visit, text"),
        ("deviation/1", {"recorded": "true"}, "values.recorded=false alone takes it back."),
        ("deviation/1", {"recorded": "false", "severity": "minor"}, "values.recorded=false alone takes it back."),
        ("deviation/1", {"grade": "3"}, "Of a deviation these may be corrected"),
        ("deviation/1", {"severity": "grave"}, "The severity is one of minor, major."),
        ("deviation/1", {"category": "luck"}, "The category is one of consent, eligibility"),
        ("deviation/1", {"date": "2026-06-05"}, "A deviation of 2026-06-05 lies in the future"),
        ("deviation/1", {"date": "June"}, "is no day"),
        ("deviation/1", {"visit": "week_2"}, "The visit Week 2 (week_2) has not been opened"),
        ("deviation/1", {"text": " "}, "Say what happened."),
    ],
)  # fmt: skip
def test_a_correction_that_cannot_be(target: str, values: dict[str, str], sentence: str) -> None:
    rehearsal, who = reported()
    assert sentence in refused(rehearsal, who, target, values)


def test_what_was_taken_back_is_not_corrected_any_more() -> None:
    rehearsal, who = reported()
    event = correct(rehearsal, who, recorded="false")
    sentence = f"Deviation 1 counts no more since event {event.position}"
    assert sentence in refused(rehearsal, who, "deviation/1", {"severity": "minor"})
    assert sentence in refused(rehearsal, who, "deviation/1", {"recorded": "false"})


def test_a_correction_needs_a_reason_and_the_role() -> None:
    rehearsal, who = reported()
    values = {"target": "deviation/1", "values": {"recorded": "false"}}
    call: dict[str, Any] = {"site": "a", "participant": who, "values": values}
    assert rehearsal.refused("correct", "coordinator_a", **call)
    assert rehearsal.refused("correct", "monitor", reason="x", **call)


@pytest.mark.parametrize(
    "target", ["deviation/²", "deviation/" + "9" * 5_000, "dose/²", "dose/" + "9" * 5_000]
)
def test_what_is_no_number_of_anything_is_refused_in_words(target: str) -> None:
    rehearsal, who = at_stage("dosed")
    values = {"target": target, "values": {"severity": "major"}}
    said = rehearsal.refused(
        "correct", "investigator_a", site="a", reason="x", participant=who, values=values
    )
    assert "Nothing is recorded at" in said
