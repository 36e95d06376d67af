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
from trialwright.record.participant import Participant, Query
from trialwright.record.raw import RawFact

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
    assert doubt.text == (
        "On 2026-05-23 this form says 0.25 g/d, and the earlier form screening/pulse#days[1] says 0.5 g/d. The form "
        "counts. Which of them is right?"
    )


def test_a_woman_whose_sources_agree_is_asked_nothing() -> None:
    rehearsal = Rehearsal()
    who = screened(rehearsal)
    assert queries(rehearsal, who) == []
