"""Queries whose reason has gone after a correction: they stay open, and say so. Everybody here is invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.unit.conduct.forms_support import table
from tests.unit.conduct.support import Rehearsal, at_stage
from trialwright.cli.outcome import outcome
from trialwright.conduct.forms import Entry
from trialwright.conduct.settled import find_settled
from trialwright.record.event import Event
from trialwright.record.participant import Participant
from trialwright.terms.message import render

# A woman of 36. Cockcroft and Gault 1976: (23.8 - 0.17 x 36) x kg mg of creatinine a day, 1060.8 mg at 60 kg and 636.5 at
# 36 kg. She collected 1.1 g: 1.04 of what is predicted at 60 kg, 1.73 at 36 kg; 0.8 to 1.2 is complete (protocol.md).
COLLECTED = table("""
    collection.ended_on | 2026-06-15
    collection.protein | 2.0 | g/(24.h)
    collection.volume | 1500 | mL/(24.h)
    collection.creatinine | 1.1 | g/(24.h)
    sediment.sampled_on | 2026-06-15
    sediment.rbc | 20 | /uL
    sediment.wbc | 2 | /[HPF]
    sediment.rbc_casts | 0 | /[LPF]
""")


def at_week_2(weight: str) -> tuple[Rehearsal, str]:
    """The made-up woman at week 2, with a weight as written down."""
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-15")
    done(rehearsal, who, "open_visit", encounter="week_2", date=rehearsal.day)
    entries = {
        "body.weight": Entry(weight, "kg"),
        "circulation.systolic": Entry("120", "mm[Hg]"),
        "circulation.diastolic": Entry("80", "mm[Hg]"),
        "circulation.temperature": Entry("36.6", "Cel"),
    }
    done(rehearsal, who, "record_form", form="vital_signs", visit="week_2", entries=entries)
    return rehearsal, who


def done(rehearsal: Rehearsal, who: str, action: str, **values: Any) -> Event:
    return rehearsal.done(
        action, "investigator_a", site="a", participant=who, reason="a slip of the pen", values=values
    )


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def settled(rehearsal: Rehearsal, who: str) -> list[str]:
    """What the queries whose reason has gone are about."""
    on = date.fromisoformat(rehearsal.day)
    gone = find_settled(rehearsal.trial, participant(rehearsal, who), on=on)
    return [query.path for query in participant(rehearsal, who).queries if query.number in gone]


COMPLETENESS = "week_2/urine#collection.completeness"
BMI, WEIGHT = "week_2/vital_signs#body.bmi", "week_2/vital_signs#body.weight"


def test_a_corrected_weight_settles_the_query_about_the_collection() -> None:
    rehearsal, who = at_week_2("36")
    done(rehearsal, who, "record_form", form="urine", visit="week_2", entries=COLLECTED)
    asked = [query.path for query in participant(rehearsal, who).queries]
    assert asked == [BMI, WEIGHT, COMPLETENESS]
    assert settled(rehearsal, who) == []
    entries = {"body.weight": Entry("60", "kg")}
    event = done(rehearsal, who, "correct", target="week_2/vital_signs", entries=entries)
    assert settled(rehearsal, who) == [BMI, WEIGHT, COMPLETENESS]
    assert {query.state for query in participant(rehearsal, who).queries} == {
        "open"
    }  # a person answers and closes
    said = [render(sentence, {}) for sentence in outcome(event, rehearsal.trial)]
    assert [each.partition(";")[0] for each in said if "any more" in each] == [
        "Query 1 does not follow from the record any more",
        "Query 2 does not follow from the record any more",
        "Query 3 does not follow from the record any more",
    ]


def test_a_correction_that_leaves_the_reason_settles_nothing() -> None:
    """At 40 kg 707.2 mg are predicted: 1.1 g is 1.56 of it; and 40 kg is still far from 60 kg two weeks ago."""
    rehearsal, who = at_week_2("36")
    done(rehearsal, who, "record_form", form="urine", visit="week_2", entries=COLLECTED)
    done(rehearsal, who, "correct", target="week_2/vital_signs", entries={"body.weight": Entry("40", "kg")})
    assert settled(rehearsal, who) == []


def test_what_a_person_asks_only_a_person_settles() -> None:
    rehearsal, who = at_week_2("60")
    rehearsal.done(
        "raise_query", "data_manager", site="a", participant=who, values={"path": WEIGHT, "text": "Is it so?"}
    )
    assert settled(rehearsal, who) == []


def test_what_is_closed_is_listed_no_more() -> None:
    rehearsal, who = at_week_2("36")
    done(rehearsal, who, "correct", target="week_2/vital_signs", entries={"body.weight": Entry("60", "kg")})
    done(rehearsal, who, "answer_query", number="1", answer="corrected")
    assert settled(rehearsal, who) == [BMI, WEIGHT]
    rehearsal.done("close_query", "data_manager", site="a", participant=who, number="1")
    assert settled(rehearsal, who) == [WEIGHT]


EVENT = {
    "term": "Pneumonia", "start": "2026-06-02", "grade": "3", "infection": "true", "taken": "none",
    "outcome": "recovered", "aware": "2026-06-03T08:00:00+08:00",
}  # fmt: skip
AWARE = {"number": "1", "aware": "2026-06-04T08:00:00+08:00"}

# What is entered, with what it asks about; what does not settle it; what does
OTHERS: list[tuple[str, tuple[str, dict[str, Any]], tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = [
    ("ae/1",
     ("report_ae", EVENT),
     ("update_ae", {**AWARE, "grade": "2"}),
     ("update_ae", {**AWARE, "end": "2026-06-03"})),
    ("dose/2",  # ten times what was meant
     ("give_dose", {"intervention": "tacrolimus", "date": "2026-06-01", "amount": "40", "unit": "mg/d"}),
     ("correct", {"target": "dose/2", "values": {"lot": "A1"}}),
     ("correct", {"target": "dose/2", "values": {"amount": "4"}})),
    ("screening/chemistry",  # I4: below 3.0 mg/dL, which is 265.2 umol/L
     ("correct", {"target": "screening/chemistry", "entries": {"serum.creatinine": Entry("300", "umol/L")}}),
     ("correct", {"target": "screening/chemistry", "entries": {"serum.creatinine": Entry("290", "umol/L")}}),
     ("correct", {"target": "screening/chemistry", "entries": {"serum.creatinine": Entry("80", "umol/L")}})),
    ("death",
     ("record_death", {"date": "2026-06-03"}),
     ("report_ae", {**EVENT, "outcome": "not_recovered"}),
     ("report_ae", {**EVENT, "grade": "5", "seriousness": "death", "outcome": "fatal", "end": "2026-06-03"})),
    ("withdrawal",  # the infusion of 1 June would have been given without consent
     ("withdraw_consent", {"date": "2026-05-30"}),
     ("correct", {"target": "dose/1", "values": {"lot": "A1"}}),
     ("correct", {"target": "withdrawal", "values": {"date": "2026-06-03"}})),
    ("loss",
     ("lost_to_follow_up", {"date": "2026-05-30"}),
     ("correct", {"target": "dose/1", "values": {"lot": "A1"}}),
     ("correct", {"target": "loss", "values": {"date": "2026-06-01"}})),
    ("visit/week_0",  # its infusion still says 1 June
     ("correct", {"target": "visit/week_0", "values": {"date": "2026-06-02"}}),
     ("correct", {"target": "dose/1", "values": {"lot": "A1"}}),
     ("correct", {"target": "visit/week_0", "values": {"date": "2026-06-01"}})),
    ("consent/1",  # the visit of screening was on 28 May
     ("correct", {"target": "consent/1", "values": {"date": "2026-05-30"}}),
     ("correct", {"target": "consent/1", "values": {"date": "2026-05-31"}}),
     ("correct", {"target": "consent/1", "values": {"date": "2026-05-28"}})),
]  # fmt: skip


@pytest.mark.parametrize(("path", "asks", "leaves", "settles"), OTHERS)
def test_what_else_is_asked_back(
    path: str,
    asks: tuple[str, dict[str, Any]],
    leaves: tuple[str, dict[str, Any]],
    settles: tuple[str, dict[str, Any]],
) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")

    def about() -> list[str]:
        return [one for one in settled(rehearsal, who) if one == path]

    done(rehearsal, who, asks[0], **asks[1])
    assert path in [query.path for query in participant(rehearsal, who).queries]
    assert about() == []
    done(rehearsal, who, leaves[0], **leaves[1])
    assert about() == []
    done(rehearsal, who, settles[0], **settles[1])
    assert about()


# An interruption that an adverse event speaks of. It is named when the event is reported, and asked at the next visit.
HELD = {**EVENT, "end": "2026-06-03", "taken": "held"}


def hold(day: str) -> Callable[[Rehearsal, str], None]:
    def held(rehearsal: Rehearsal, who: str) -> None:
        done(rehearsal, who, "hold_dose", intervention="belimumab", date=day)

    return held


@pytest.mark.parametrize(
    ("taken", "more", "asked"),
    [
        ("held", None, "Which was interrupted"),
        ("discontinued", None, "Which was stopped"),
        ("held", hold("2026-06-02"), ""),
        ("held", hold("2026-06-04"), "Which was interrupted"),  # the event was over
        ("none", None, ""),
        ("not_applicable", None, ""),
    ],
)
def test_an_interruption_that_only_an_event_speaks_of_is_asked_at_the_next_visit_once(
    taken: str, more: Callable[[Rehearsal, str], None] | None, asked: str
) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    event = done(rehearsal, who, "report_ae", **{**HELD, "taken": taken})
    named = [each for each in (render(one, {}) for one in outcome(event, rehearsal.trial)) if "Which" in each]
    assert len(named) == (taken in ("held", "discontinued"))
    assert participant(rehearsal, who).queries == ()
    if more:
        more(rehearsal, who)
    for encounter, day in (("week_2", "2026-06-15"), ("week_4", "2026-06-29")):
        rehearsal.go_to(day)
        done(rehearsal, who, "open_visit", encounter=encounter, date=day)
    found = participant(rehearsal, who).queries
    assert [query.path for query in found] == ["ae/1"] * bool(asked)
    assert all(asked in query.text for query in found)


@pytest.mark.parametrize(("held", "asked"), [(False, 1), (True, 0)])
def test_it_is_asked_at_a_follow_up_too_once(held: bool, asked: int) -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    done(rehearsal, who, "report_ae", **HELD)
    if held:
        hold("2026-06-02")(rehearsal, who)
    for grade in ("2", "3"):
        event = done(rehearsal, who, "update_ae", **{**AWARE, "grade": grade})
        said = [render(sentence, {}) for sentence in outcome(event, rehearsal.trial)]
        assert sum("Which was interrupted" in each for each in said) == (asked if grade == "2" else 0)
    assert len(participant(rehearsal, who).queries) == asked


def test_an_interruption_recorded_afterwards_settles_the_query() -> None:
    rehearsal, who = at_stage("dosed")
    rehearsal.go_to("2026-06-04")
    done(rehearsal, who, "report_ae", **HELD)
    rehearsal.go_to("2026-06-15")
    done(rehearsal, who, "open_visit", encounter="week_2", date="2026-06-15")
    assert settled(rehearsal, who) == []
    hold("2026-06-02")(rehearsal, who)
    assert settled(rehearsal, who) == ["ae/1"]
