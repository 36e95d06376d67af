"""A dose told twice counts once: form, records and administrations of the same days."""

from __future__ import annotations

import pytest

from trialwright.record.participant import FormRecord, ItemValue
from trialwright.record.raw import RawFact
from trialwright.record.repeated import find_repeated

DRUG = "methylprednisolone_iv"


def form(id: str, *days: str, position: int = 10, dose: str = "500") -> FormRecord:
    """A form with a row for each day, and the dose of that day."""
    items = {}
    for row, day in enumerate(days, start=1):
        for name, part, value in (("day", "day", day), ("dose", "value", dose)):
            path = f"days[{row}].{name}"
            items[path] = ItemValue(
                position, position, path, name, value, "mg/d" if value == dose else "", "", DRUG,
                "exposure", "2026-05-28", low="", high="", fact=f"days[{row}]", part=part,
            )  # fmt: skip
    return FormRecord(id, id.partition("/")[0], "pulse", 1, items)


def given(
    fact: str, start: str, end: str, *, concept: str = DRUG, value: str = "500", status: str = "completed", fault: str = ""
) -> RawFact:  # fmt: skip
    return RawFact(
        "p", fact, "exposure", concept, value=value, unit="mg/d", start=start, end=end, status=status, fault=fault
    )  # fmt: skip


PULSE = ("2026-05-23", "2026-05-24", "2026-05-25")

# what else is told of the days 23 to 25 May that stand on a form, and whether it says the same again
BESIDE_A_FORM = [
    ("one of the days", given("x", "2026-05-23", "2026-05-23"), True),
    ("all of the days at once", given("x", "2026-05-23", "2026-05-25"), True),
    ("with an hour", given("x", "2026-05-24T08:00", "2026-05-24T09:00"), True),
    ("another amount: the form says the whole dose", given("x", "2026-05-23", "2026-05-23", value="250"), True),
    ("a day more", given("x", "2026-05-23", "2026-05-26"), False),
    ("another day", given("x", "2026-05-22", "2026-05-22"), False),
    ("an end not known", given("x", "2026-05-23", ""), False),
    ("some day in May", given("x", "2026-05", "2026-05"), False),
    ("another medicine", given("x", "2026-05-23", "2026-05-23", concept="prednisone_oral"), False),
    ("a denial", given("x", "2026-05-23", "2026-05-23", value="false"), False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "again"), [each[1:] for each in BESIDE_A_FORM], ids=[each[0] for each in BESIDE_A_FORM]
)
@pytest.mark.parametrize("source", ["record", "dose"])
def test_beside_the_days_of_a_form(source: str, fact: RawFact, again: bool) -> None:  # fmt: skip
    forms = [form("screening/pulse", *PULSE)]
    found = find_repeated(
        forms, [fact] if source == "record" else [], [fact] if source == "dose" else [], frozenset()
    )
    assert found == ({"x"} if again else set())


def test_a_form_whose_dose_is_not_known_replaces_nothing() -> None:
    forms = [form("screening/pulse", *PULSE, dose="")]
    assert find_repeated(forms, [given("x", "2026-05-23", "2026-05-23")], [], frozenset()) == set()


@pytest.mark.parametrize(
    ("later", "kept"), [(20, "week_0/pulse"), (5, "screening/pulse"), (0, "week_0/pulse")]
)
def test_of_two_forms_the_one_recorded_last_counts(later: int, kept: str) -> None:
    """0: still being entered."""
    forms = [form("screening/pulse", "2026-05-23"), form("week_0/pulse", "2026-05-23", position=later)]
    (found,) = find_repeated(forms, [], [], frozenset())
    assert found != f"{kept}#days[1]"


def test_two_rows_of_one_form_are_added() -> None:
    assert find_repeated([form("screening/pulse", "2026-05-23", "2026-05-23")], [], [], frozenset()) == set()


# what a record says, and whether a dose of earlier care on 23 May says it again
BESIDE_A_RECORD = [
    (given("r", "2026-05-23", "2026-05-23"), True),
    (given("r", "2026-05-20", "2026-05-30"), True),
    (given("r", "2026-05-24", "2026-05-24"), False),
    (given("r", "2026-05-23", "2026-05-23", status="entered-in-error"), False),
    (given("r", "2026-05-23", "2026-05-23", value="false"), False),
    (given("r", "2026-05-23", "2026-05-23", fault="fact_repeated"), False),
]


@pytest.mark.parametrize(("record", "again"), BESIDE_A_RECORD)
def test_earlier_care_beside_a_record(record: RawFact, again: bool) -> None:
    dose = given("dose/1", "2026-05-23", "2026-05-23")
    assert find_repeated([], [record], [dose], frozenset({"dose/1"})) == ({"dose/1"} if again else set())
    assert find_repeated([], [record], [dose], frozenset()) == set()  # a dose of the study is one more
