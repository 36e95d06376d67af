"""A dose told twice counts once: form, records and administrations of the same days."""

from __future__ import annotations

from datetime import date

import pytest

from trialwright.record.fact import ConceptType
from trialwright.record.participant import FormRecord, ItemValue
from trialwright.record.raw import RawFact
from trialwright.record.repeated import Retold, find_retold
from trialwright.record.typed import count_once, type_facts

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


def days(found: Retold, fact: str = "x") -> list[int]:
    """The days of May on which a fact does not count."""
    return sorted(day.day for day in found.days.get(fact, ()))


PULSE = ("2026-05-23", "2026-05-24", "2026-05-25")

# what else is told of the days 23 to 25 May that stand on a form, and on which days it says the same again
BESIDE_A_FORM = [
    ("one of the days", given("x", "2026-05-23", "2026-05-23"), [23]),
    ("all of the days at once", given("x", "2026-05-23", "2026-05-25"), [23, 24, 25]),
    ("with an hour", given("x", "2026-05-24T08:00", "2026-05-24T09:00"), [24]),
    ("another amount: the form says the whole dose", given("x", "2026-05-23", "2026-05-23", value="250"), [23]),
    ("a day more", given("x", "2026-05-23", "2026-05-26"), [23, 24, 25]),
    ("from before to after", given("x", "2026-05-20", "2026-05-30"), [23, 24, 25]),
    ("another day", given("x", "2026-05-22", "2026-05-22"), []),
    ("an end not known", given("x", "2026-05-23", ""), []),
    ("some day in May", given("x", "2026-05", "2026-05"), []),
    ("another medicine", given("x", "2026-05-23", "2026-05-23", concept="prednisone_oral"), []),
    ("a denial", given("x", "2026-05-23", "2026-05-23", value="false"), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "again"), [each[1:] for each in BESIDE_A_FORM], ids=[each[0] for each in BESIDE_A_FORM]
)
@pytest.mark.parametrize("source", ["record", "dose"])
def test_beside_the_days_of_a_form(source: str, fact: RawFact, again: list[int]) -> None:  # fmt: skip
    forms = [form("screening/pulse", *PULSE)]
    found = find_retold(
        forms, [fact] if source == "record" else [], [fact] if source == "dose" else [], frozenset()
    )
    assert days(found) == again
    assert [(each.fact, each.day.day) for each in found.beside] == [("x", day) for day in again]
    assert [row.path for each in found.beside for row in each.rows] == [
        f"screening/pulse#days[{day - 22}].dose" for day in again
    ]


def test_a_form_whose_dose_is_not_known_replaces_nothing() -> None:
    forms = [form("screening/pulse", *PULSE, dose="")]
    assert find_retold(forms, [given("x", "2026-05-23", "2026-05-23")], [], frozenset()) == Retold({}, ())


@pytest.mark.parametrize(
    ("later", "kept"), [(20, "week_0/pulse"), (5, "screening/pulse"), (0, "week_0/pulse")]
)
def test_of_two_forms_the_one_recorded_last_counts(later: int, kept: str) -> None:
    """0: still being entered."""
    forms = [form("screening/pulse", "2026-05-23"), form("week_0/pulse", "2026-05-23", position=later)]
    found = find_retold(forms, [], [], frozenset())
    assert [row.fact for each in found.beside for row in each.rows] == [f"{kept}#days[1]"]
    assert f"{kept}#days[1]" not in found.days


def test_two_rows_of_one_form_are_added() -> None:
    found = find_retold([form("screening/pulse", "2026-05-23", "2026-05-23")], [], [], frozenset())
    assert found == Retold({}, ())


# what a record says, and whether a dose of earlier care on 23 May says it again
BESIDE_A_RECORD = [
    (given("r", "2026-05-23", "2026-05-23"), [23]),
    (given("r", "2026-05-20", "2026-05-30"), [23, 24]),
    (given("r", "2026-05-24", "2026-05-24"), [24]),
    (given("r", "2026-05-25", "2026-05-25"), []),
    (given("r", "2026-05-23", "2026-05-23", status="entered-in-error"), []),
    (given("r", "2026-05-23", "2026-05-23", value="false"), []),
    (given("r", "2026-05-23", "2026-05-23", fault="fact_repeated"), []),
]


@pytest.mark.parametrize(("record", "again"), BESIDE_A_RECORD)
def test_earlier_care_beside_a_record(record: RawFact, again: list[int]) -> None:
    dose = given("dose/1", "2026-05-23", "2026-05-24")
    found = find_retold([], [record], [dose], frozenset({"dose/1"}))
    assert days(found, "dose/1") == again
    assert [(each.fact, each.day.day, each.record) for each in found.earlier] == [
        ("dose/1", day, "r") for day in again
    ]
    assert find_retold([], [record], [dose], frozenset()).days == {}  # a dose of the study is one more


def test_of_several_doses_or_records_of_a_day_nobody_knows_which_says_the_same() -> None:
    def pairs(records: int, doses: int, forms: list[FormRecord]) -> int:
        record = [given(f"r{number}", "2026-05-23", "2026-05-23") for number in range(records)]
        dose = [given(f"dose/{number}", "2026-05-23", "2026-05-23") for number in range(doses)]
        return len(find_retold(forms, record, dose, frozenset(each.fact for each in dose)).earlier)

    assert pairs(1, 1, []) == 1
    assert pairs(2, 1, []) == pairs(1, 2, []) == 0
    assert pairs(1, 1, [form("screening/pulse", "2026-05-23")]) == 0  # the form counts, and is asked about


# days of May that do not count of a dose from the 20th to the 26th, and what is left of it
PIECES = [
    ([], [(20, 26)]),
    ([20, 21], [(22, 26)]),
    ([23], [(20, 22), (24, 26)]),
    ([25, 26], [(20, 24)]),
    ([21, 23, 25], [(20, 20), (22, 22), (24, 24), (26, 26)]),
    (list(range(20, 27)), []),
]


@pytest.mark.parametrize(("told", "left"), PIECES)
def test_what_is_left_of_a_dose(told: list[int], left: list[tuple[int, int]]) -> None:
    types = {DRUG: ConceptType(DRUG, "exposure", "mg/d")}
    typed = type_facts(
        [given("x", "2026-05-20", "2026-05-26"), given("y", "2026-05-23", "2026-05-23")], types
    )
    retold = Retold({"x": frozenset(date(2026, 5, day) for day in told)}, ())
    rows = count_once(typed, retold).facts[DRUG]
    assert [(row.start_low.day, row.end_high.day) for row in rows if row.fact == "x"] == left
    assert all((row.start_high, row.end_low) == (row.start_low, row.end_high) for row in rows)
    assert [row.low for row in rows] == [500.0] * (len(left) + 1)


PREDNISONE = "prednisone_oral"


def taken(fact: str, start: str, end: str = "", *, value: str = "35", status: str = "active") -> RawFact:
    return given(fact, start, end, concept=PREDNISONE, value=value, status="completed" if end else status)


# what a medication row of 35 mg/d says beside doses, and how much prednisone there is on days of May and June
BESIDE_DOSES = [
    # case                                     row                                doses, the ids of earlier care with "-"
    ("earlier care from the same day on",      taken("x", "2026-05-26"),          [("-1", "2026-05-26", "", "35")], {25: 0, 26: 35, 31: 35}),
    ("of the study, another amount",           taken("x", "2026-05-10"),          [("1", "2026-05-26", "", "10")], {10: 35, 25: 35, 26: 10, 31: 10}),
    ("earlier care, then the study",           taken("x", "2026-05-10"),          [("-1", "2026-05-20", "2026-05-27", "40"), ("2", "2026-05-28", "", "10")], {19: 35, 20: 40, 28: 10, 31: 10}),
    ("earlier care that ended: it goes on",    taken("x", "2026-05-10"),          [("-1", "2026-05-20", "2026-05-22", "40")], {19: 35, 20: 40, 22: 40, 23: 35, 31: 35}),
    ("the study's stopped for good",           taken("x", "2026-05-10"),          [("1", "2026-05-20", "2026-05-22", "40")], {19: 35, 20: 40, 23: 0, 31: 0}),
    ("begun after the doses: one more",        taken("x", "2026-05-28"),          [("1", "2026-05-26", "", "10")], {26: 10, 28: 45}),
    ("with an end: one more",                  taken("x", "2026-05-10", "2026-05-27"), [("1", "2026-05-26", "", "10")], {25: 35, 26: 45, 28: 10}),
    ("set aside: says nothing",                taken("x", "2026-05-10", status="entered-in-error"), [("1", "2026-05-26", "", "10")], {10: 0, 26: 10}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "doses", "amounts"), [each[1:] for each in BESIDE_DOSES], ids=[each[0] for each in BESIDE_DOSES]
)
@pytest.mark.parametrize("source", ["record", "form"])
def test_what_goes_on_beside_doses(
    source: str, row: RawFact, doses: list[tuple[str, str, str, str]], amounts: dict[int, float]
) -> None:
    facts = [
        taken(f"dose/{number.strip('-')}", start, end, value=value) for number, start, end, value in doses
    ]
    prior = frozenset(f"dose/{number[1:]}" for number, *_ in doses if number.startswith("-"))
    retold = find_retold(
        [], [row] if source == "record" else [], facts, prior, entered=[row] if source == "form" else []
    )
    types = {PREDNISONE: ConceptType(PREDNISONE, "exposure", "mg/d")}
    typed = count_once(type_facts([row, *facts], types), retold).facts.get(PREDNISONE, ())
    for day, amount in amounts.items():
        on = date(2026, 5, day)
        assert sum(fact.low for fact in typed if fact.start_high <= on <= fact.end_low) == amount, on
