"""A participant as rules see them: typed facts, and the days that the schedule names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from trialwright.exchange.folder import read_study
from trialwright.record.participant import Allocated, Consent, Dose, Ended, FormRecord, ItemValue, Participant
from trialwright.study.situation import derive_occasions, open_context, type_participant

STUDY = read_study("template")
DAY = date(2030, 2, 1)


def dose(start: str, *, started: str = "", end: str = "", intervention: str = "tablet") -> Dose:
    return Dose(
        9, 1, intervention, "", start, end, end == "", "10", "mg/d", "po", "", "", "", (), "", "", "",
        started, "", "", False,
    )  # fmt: skip


def item(path: str, value: str, day: str, *, not_done: str = "") -> ItemValue:
    return ItemValue(
        5, 5, path, path, value, "g/L", not_done, "hemoglobin", "measurement", day, "", ""
    )  # fmt: skip


P = Participant(
    "A-001",
    "a",
    sex="female",
    birth="1990-01-01",
    consents=(Consent(1, "2030-01-20", "v"),),
    enrolled=Ended(3, "2030-01-30", ""),
    allocated=Allocated(4, "2030-01-30", 1, "tablet", {}, "", ""),
    doses=(dose("2030-02-03"), dose("2030-02-01", started="10:30"), dose("2030-01-01", intervention="other")),
    forms={
        "week_0/blood_count": FormRecord(
            "week_0/blood_count",
            "week_0",
            "blood_count",
            1,
            {
                "a": item("a", "100", "2030-02-01T08:00"),
                "b": item("b", "101", "2030-02-01T12:00"),
                "c": item("c", "", "2030-02-01", not_done="refused"),
                "d": item("d", "102", "2030-02-09"),
            },
        )
    },
)


def test_days_of_anchors() -> None:
    found = derive_occasions(STUDY, P)
    assert {name: each.day for name, each in found.items()} == {
        "enrolment": date(2030, 1, 30),
        "first_dose": DAY,
    }


def test_what_is_dated_after_the_dose_of_that_day_is_left_out() -> None:
    assert derive_occasions(STUDY, P)["first_dose"].left_out == {"week_0/blood_count#b"}


@pytest.mark.parametrize("doses", [(), (dose("2030-02"),), (dose(""),)])
def test_an_event_that_has_no_exact_day_gives_none(doses: tuple[Dose, ...]) -> None:
    assert set(derive_occasions(STUDY, replace(P, doses=doses))) == {"enrolment"}


def test_facts_are_typed_and_what_was_not_done_is_none() -> None:
    person = type_participant(STUDY, P)
    assert person.sex == "female"
    assert [fact.low for fact in person.facts["hemoglobin"]] == [100.0, 101.0, 102.0]


def test_what_is_known_on_a_day() -> None:
    context = open_context(STUDY, P, on=DAY)
    assert [fact.low for fact in context.facts("hemoglobin")] == [100.0, 101.0]
    assert set(context.named) == {"enrolment", "first_dose"}


def test_an_unreadable_date_is_not_silence() -> None:
    form = FormRecord("f", "", "f", 1, {"a": item("a", "100", "31/01/2030")})
    assert type_participant(STUDY, replace(P, forms={"f": form})).unreadable == {"hemoglobin"}
