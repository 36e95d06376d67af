"""A form, a record and a dose that tell of the same day in different ways: somebody is asked, and decides.

The pulse form of the made-up woman says 500 mg on 23, 24 and 25 May 2026; limits of I5: 1.5 to 3.0 g in all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.conduct.forms_support import check, forms, recorded, table
from tests.unit.conduct.forms_support import screened as in_screening
from tests.unit.conduct.support import Rehearsal, at_stage, screened
from trialwright.conduct.forms import Entry
from trialwright.conduct.told_twice import find_doubts
from trialwright.locale import read_catalogue
from trialwright.record.participant import Participant, Query
from trialwright.record.raw import RawFact
from trialwright.terms.message import render
from trialwright.terms.stored_message import unpack_message

PULSE = "methylprednisolone_pulse"
FIRST = "screening/pulse#days[1].dose"


def participant(rehearsal: Rehearsal, who: str) -> Participant:
    found = rehearsal.trial.participant(who)
    assert found is not None
    return found


def queries(rehearsal: Rehearsal, who: str) -> list[Query]:
    return [one for one in participant(rehearsal, who).queries if "says" in one.text]


def give(rehearsal: Rehearsal, who: str, amount: str, first: str, last: str, unit: str = "mg/d") -> int:
    values = {
        "intervention": PULSE,
        "date": first,
        "end": last,
        "amount": amount,
        "unit": unit,
        "prior": "true",
    }
    event = rehearsal.done("give_dose", "nurse_a", site="a", participant=who, values=values)
    return int(event.data["number"])


def verdict(rehearsal: Rehearsal, who: str) -> str:
    event = rehearsal.done(
        "re_screen", "investigator_a", site="a", reason="x", participant=who, date=rehearsal.day
    )
    return str(event.data["criteria"]["I5"]["verdict"])


# amount, unit, first and last day of a dose of earlier care; the paths asked about
DOSES = [
    ("500", "mg/d", "2026-05-23", "2026-05-25", []),
    ("0.5", "g/d", "2026-05-23", "2026-05-25", []),  # the same, in another unit
    ("500", "mg/d", "2026-05-21", "2026-05-22", []),  # days of which the form says nothing at all
    ("250", "mg/d", "2026-05-23", "2026-05-23", ["days[1].dose"]),
    ("250", "mg/d", "2026-05-24", "2026-05-25", ["days[2].dose", "days[3].dose"]),
    ("500", "mL", "2026-05-23", "2026-05-23", ["days[1].dose"]),  # cannot be compared
    ("500", "mg/d", "2026-05-23", "2026-05-26", ["days[1].dose"]),  # a day more: once, not three times
    ("250", "mg/d", "2026-05-25", "2026-05-26", ["days[3].dose", "days[3].dose"]),  # both
]


@pytest.mark.parametrize(("amount", "unit", "first", "last", "paths"), DOSES)
def test_a_dose_that_tells_otherwise_is_asked_about(
    amount: str, unit: str, first: str, last: str, paths: list[str]
) -> None:
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, amount, first, last, unit)
    assert [one.path for one in queries(rehearsal, who)] == [f"screening/pulse#{path}" for path in paths]


def test_what_is_asked_names_both_amounts_and_stands_beside_the_chain() -> None:
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, "250", "2026-05-23", "2026-05-23")
    (query,) = queries(rehearsal, who)
    assert query.text == (
        "On 2026-05-23 this form says 500 mg/d, and dose 1 says 250 mg/d. The form counts. Which of them is right?"
    )
    head = rehearsal.store.head
    assert head is not None
    assert list(head.data["queries"][0]["text"]) == ["entered"]
    assert list(head.data["queries"][0]["says"]) == ["entered"]
    said = render(unpack_message(query.says), read_catalogue("zh"))
    assert said == "2026-05-23：本表单记为500 mg/d，给药1记为250 mg/d。目前以表单为准。哪一个正确？"
    give(rehearsal, who, "500", "2026-05-25", "2026-05-26")
    assert queries(rehearsal, who)[-1].text == (
        "This form tells of some days from 2026-05-25 to 2026-05-26, and dose 2 of all of them. On the others what "
        "dose 2 says counts. Was the dose given on these days too?"
    )


def test_a_correction_of_either_side_asks_once_and_not_again() -> None:
    rehearsal, who = at_stage("screened")
    number = give(rehearsal, who, "500", "2026-05-23", "2026-05-23")

    def correct(target: str, **values: Any) -> None:
        rehearsal.done(
            "correct",
            "coordinator_a",
            site="a",
            reason="x",
            participant=who,
            values={"target": target, **values},
        )

    correct(f"dose/{number}", values={"amount": "400"})
    assert [one.path for one in queries(rehearsal, who)] == [FIRST]
    correct(f"dose/{number}", values={"lot": "L1"})
    correct("screening/pulse", entries={"days[2].dose": Entry("600", "mg/d")})
    assert len(queries(rehearsal, who)) == 1  # nothing new about 23 May
    correct("screening/pulse", entries={"days[1].dose": Entry("400", "mg/d")})
    assert len(queries(rehearsal, who)) == 1  # they agree
    correct("screening/pulse", entries={"days[1].dose": Entry("300", "mg/d")})
    assert [one.path for one in queries(rehearsal, who)] == [FIRST, FIRST]


def test_facts_of_records_that_tell_otherwise_are_asked_about() -> None:
    rehearsal, who = at_stage("screened")
    days = ("2026-05-23", "2026-05-26")
    fact = RawFact(
        who, "r1", "exposure", "methylprednisolone_iv", value="750", unit="mg/d", start=days[0], end=days[1]
    )
    rehearsal.done(
        "re_screen",
        "investigator_a",
        site="a",
        reason="the records came",
        participant=who,
        values={"date": rehearsal.day, "facts": (fact,)},
    )
    asked = queries(rehearsal, who)
    assert [one.path.partition("#")[2] for one in asked] == [
        "days[1].dose", "days[1].dose", "days[2].dose", "days[3].dose",
    ]  # fmt: skip
    assert "the record r1 of all of them" in asked[0].text
    assert "the record r1 says 750 mg/d" in asked[1].text


# a dose of earlier care beside 3 x 500 mg on the form: what I5 says of the total
TOTALS = [
    ("500", "2026-05-23", "2026-05-25", "pass"),  # 1.5 g
    ("500", "2026-05-23", "2026-05-26", "pass"),  # 2.0 g; counted double, 3.5 g would fail
    ("1500", "2026-05-25", "2026-05-26", "pass"),  # 3.0 g: 1.5 on the form, 1.5 on the 26th
    ("1600", "2026-05-25", "2026-05-26", "fail"),  # 3.1 g
]


@pytest.mark.parametrize(("amount", "first", "last", "expected"), TOTALS)
def test_a_day_counts_once(amount: str, first: str, last: str, expected: str) -> None:
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, amount, first, last)
    assert verdict(rehearsal, who) == expected


# A record of 500 mg a day on 18, 19 and 20 May, before the days of the form; amount, unit, first and last day of a dose of
# earlier care; and on which day it is asked about
EARLIER = [
    ("500", "mg/d", "18", "20", None),
    ("0.5", "g/d", "18", "20", None),
    ("250", "mg/d", "18", "20", "2026-05-18"),  # once, not on every day
    ("250", "mg/d", "20", "20", "2026-05-20"),
    ("250", "mg/d", "16", "18", "2026-05-18"),
    ("250", "mg/d", "21", "21", None),  # a day of which the record says nothing
    ("500", "mL", "18", "18", "2026-05-18"),  # cannot be compared
]


@pytest.mark.parametrize(("amount", "unit", "first", "last", "day"), EARLIER)
@pytest.mark.parametrize("order", ["record first", "dose first"])
def test_earlier_care_that_tells_otherwise_than_a_record_is_asked_about(
    order: str, amount: str, unit: str, first: str, last: str, day: str | None
) -> None:
    rehearsal, who = at_stage("screened")

    def dose() -> None:
        give(rehearsal, who, amount, f"2026-05-{first}", f"2026-05-{last}", unit)

    if order == "dose first":
        dose()
    fact = RawFact(
        who,
        "r1",
        "exposure",
        "methylprednisolone_iv",
        value="500",
        unit="mg/d",
        start="2026-05-18",
        end="2026-05-20",
    )
    given = {"date": rehearsal.day, "facts": (fact,)}
    rehearsal.done(
        "re_screen", "investigator_a", site="a", reason="records came", participant=who, values=given
    )
    if order == "record first":
        dose()
    asked = queries(rehearsal, who)
    assert [one.path for one in asked] == (["dose/1"] if day else [])
    if day:
        assert asked[0].text == (
            f"On {day} dose 1, recorded as earlier care, is of {amount} {unit}, and the record r1 says 500 mg/d. "
            "The record counts. Which of them is right?"
        )


def test_the_casebook_is_not_locked_before_a_person_has_answered() -> None:
    rehearsal, who = at_stage("screened")
    give(rehearsal, who, "250", "2026-05-23", "2026-05-23")
    (query,) = queries(rehearsal, who)
    rehearsal.done(
        "sign", "investigator_a", site="a", participant=who, target="screening", meaning="reviewed"
    )
    rehearsal.done("sign", "investigator_a", site="a", participant=who, target="casebook", meaning="approved")
    assert "Query 1 is open." in rehearsal.refused("lock", "investigator_a", site="a", participant=who)
    number = str(query.number)
    rehearsal.done(
        "answer_query", "coordinator_a", site="a", participant=who, number=number, answer="the form is right"
    )
    rehearsal.done("close_query", "data_manager", site="a", participant=who, number=number)
    rehearsal.done("lock", "investigator_a", reason="no more will come", site="a", participant=who)


def test_two_forms_that_tell_otherwise_of_a_day() -> None:
    checked = [
        check("pulse", table(f"days[1].dose | {grams} | g/d"), participant=in_screening())
        for grams in ("0.5", "0.25")
    ]
    person = recorded(in_screening(), "pulse", checked[0])
    later = recorded(person, "pulse", checked[1]).forms["screening/pulse"]
    items = {path: value._replace(position=999) for path, value in later.items.items()}
    again = replace(later, id="week_0/pulse", visit="week_0", items=items)
    person = replace(person, forms={**person.forms, again.id: again})
    (doubt,) = find_doubts(forms().study, person)
    assert doubt.path == "week_0/pulse#days[1].dose"
    assert render(doubt.question, {}) == (
        "On 2026-05-23 this form says 0.25 g/d, and the earlier form screening/pulse#days[1] says 0.5 g/d. The form "
        "counts. Which of them is right?"
    )


def test_a_woman_whose_sources_agree_is_asked_nothing() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    assert queries(rehearsal, who) == []
