"""What may be entered for one item: type, unit, limits, dates, what is missing, what was not done.

Each line changes one entry of a form that can otherwise be recorded as it is (`forms_support.screening`).
"""

from __future__ import annotations

import pytest

from tests.unit.conduct.forms_support import (
    WOMAN,
    check,
    codes,
    context,
    forms,
    recorded,
    said,
    screened,
    screening,
    table,
    value_of,
)
from trialwright.conduct.forms import CODES, WHOLE, Entry, check_entries
from trialwright.conduct.forms.entry import Fault
from trialwright.record.participant import ItemValue


def test_the_screening_of_the_example_can_be_recorded_as_it_is() -> None:
    assert set(screened().forms) == {f"screening/{form}" for form in screening()}


HARD = [
    # form, what is entered (path | value | unit | not done | date), where and why it is refused
    ("vital_signs", "body.weight | heavy | kg", "body.weight wrong_type"),
    ("vital_signs", "body.weight | 60,5 | kg", "body.weight wrong_type"),
    ("vital_signs", "body.weight | 60", "body.weight unit_missing"),
    ("vital_signs", "body.weight | 60 | [lb_av]", "body.weight unit_unknown"),
    ("vital_signs", "body.weight | 60 | kilo", "body.weight unit_unknown"),
    ("vital_signs", "body.weight | 19.9 | kg", "body.weight outside_possible"),
    ("vital_signs", "body.weight | 301 | kg", "body.weight outside_possible"),
    ("vital_signs", "body.height | 1.65 | cm", "body.height outside_possible"),
    ("vital_signs", "body.height | 2.6 | m", "body.height outside_possible"),
    ("vital_signs", "body.weight |  | kg", "body.weight missing"),
    ("vital_signs", "body.weight | 60 | kg | not_performed", "body.weight done_and_not_done"),
    ("vital_signs", "body.weight | | | forgot", "body.weight reason_unknown"),
    ("vital_signs", "body.bmi | 22 | kg/m2", "body.bmi calculated"),
    ("vital_signs", "body.girth | 90 | cm", "body.girth unknown_item"),
    ("vital_signs", "body[1].weight | 60 | kg", "body[1].weight unknown_item"),
    ("vital_signs", "weight | 60 | kg", "weight unknown_item"),
    ("vital_signs", "body.weight | 60 | kg | | 2026-05-30", "body.weight date_in_future"),
    ("vital_signs", "body.weight | 60 | kg | | 28 May", "body.weight wrong_type"),
    ("vital_signs", "circulation.diastolic | 128 | mm[Hg]", "circulation.diastolic below_systolic"),
    ("vital_signs", "circulation.diastolic | 17.1 | kPa", "circulation.diastolic below_systolic"),
    ("biopsy", "report.biopsied_on | 2026-04", "report.biopsied_on wrong_type"),
    ("biopsy", "report.biopsied_on | 2026-02-30", "report.biopsied_on wrong_type"),
    ("biopsy", "report.biopsied_on | 2026-05-30", "report.biopsied_on date_in_future"),
    ("biopsy", "report.biopsied_on | 1989-12-31", "report.biopsied_on date_before_birth"),
    ("biopsy", "report.biopsy_class | IIIb", "report.biopsy_class wrong_type"),
    ("biopsy", "report.glomeruli | 22.5", "report.glomeruli wrong_type"),
    ("biopsy", "report.chronicity_index | 13 | {score}", "report.chronicity_index outside_possible"),
    ("biopsy", "report.tma | no", "report.tma wrong_type"),
    ("chemistry", "serum.creatinine | >4000 | umol/L", "serum.creatinine outside_possible"),
    ("chemistry", "serum.creatinine | 40 | mg/dL", "serum.creatinine outside_possible"),
    ("haematology", "blood.neutrophils | 6.5 | 10*9/L", "blood.neutrophils part_of_wbc"),
    ("haematology", "blood.lymphocytes | 7000 | /uL", "blood.lymphocytes part_of_wbc"),
    ("pulse", "days[2].dose | <500 | mg/d", "days[2].dose wrong_type"),
    ("medical_history", "history[2].start | 2025-13", "history[2].start wrong_type"),
    ("medical_history", "medication[7].daily_dose | 30 | mL/d", "medication[7].daily_dose unit_unknown"),
    ("medical_history", "medication[7].daily_dose | 0.5 | mg/kg/d", "medication[7].daily_dose unit_unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "entered", "why"), HARD)
def test_what_refuses_a_form(form: str, entered: str, why: str) -> None:
    assert codes(check(form, table(entered)).refused) == [tuple(why.split())]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("60kg", "60kg is not a number. A blank stands between the number and its unit: 60 kg."),
        ("６０kg", "A blank stands between the number and its unit: 60 kg."),
        ("60,5 kg", "60,5 kg is not a number. Decimals are written with a point"),
        ("1,000.5", "nothing stands between thousands"),
        ("5.1.2026", "this is not a number."),
        ("heavy", "this is not a number."),
        ("about 60 kg", "this is not a number."),
    ],
)
def test_what_is_wrong_with_a_number_is_named(text: str, says: str) -> None:
    (fault,) = check("vital_signs", {"body.weight": Entry(text)}).refused
    assert says in said(fault)


FINE = [
    # form, what is entered, why it is no fault
    ("vital_signs", "body.weight | 130 | kg\nbody.height | 200 | cm", "the limit itself is expected"),
    ("vital_signs", "body.height | 1.65 | m", "another unit that is offered"),
    ("vital_signs", "body.weight | ６０.５ | kg", "full-width digits are digits"),
    ("vital_signs", "body.weight | | | equipment_failure", "not done, with a reason"),
    ("vital_signs", "body.weight | 60 | kg | | 2026-05-27", "a day of its own"),
    ("vital_signs", "circulation.diastolic | 81.9 | mm[Hg]", "below the systolic"),
    ("haematology", "blood.neutrophils | 6.4 | 10*9/L", "not more than all white cells"),
    ("immunology", "serum.anti_dsdna | <10 | [IU]/mL", "a result below a limit"),
    ("chemistry", "serum.bilirubin | <3.4 | umol/L", "a result below a limit"),
    ("biopsy", "report.biopsied_on | 2026-05-29", "today is no future"),
    ("medical_history", "history[2].start | 2025-11", "a month alone"),
    ("medical_history", "history[2].start | 2025", "a year alone"),
    ("medical_history", "medication[7].daily_dose | 0.03 | g/d", "another unit that is offered"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "entered", "why"), FINE)
def test_what_can_be_recorded(form: str, entered: str, why: str) -> None:
    checked = check(form, table(entered))
    assert (checked.refused, checked.queries) == ((), ())


@pytest.mark.parametrize("weight", ["20", "300"])
def test_the_limit_itself_is_possible(weight: str) -> None:
    checked = check("vital_signs", table(f"body.weight | {weight} | kg"))
    assert checked.refused == ()
    assert ("body.weight", "outside_expected") in codes(checked.queries)


SOFT = [
    # form, what is entered, what is asked back
    ("vital_signs", "body.weight | 34.9 | kg", "body.weight outside_expected"),
    ("vital_signs", "circulation.systolic | 181 | mm[Hg]", "circulation.systolic outside_expected"),
    ("vital_signs", "circulation.systolic | 24.2 | kPa", "circulation.systolic outside_expected"),
    ("vital_signs", "circulation.temperature | 38.1 | Cel", "circulation.temperature outside_expected"),
    ("chemistry", "serum.potassium | 5.6 | mmol/L", "serum.potassium outside_expected"),
    ("chemistry", "serum.creatinine | >300 | umol/L", "serum.creatinine outside_expected"),
    ("biopsy", "report.glomeruli | 9", "report.glomeruli outside_expected"),
    ("pulse", "days[1].dose | 200 | mg/d", "days[1].dose outside_expected"),
    ("urine", "collection.creatinine | 0.8 | g/(24.h)", "collection.completeness complete"),
    ("urine", "collection.creatinine | 1.4 | g/(24.h)", "collection.completeness complete"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "entered", "what"), SOFT)
def test_what_is_recorded_and_asked_back(form: str, entered: str, what: str) -> None:
    checked = check(form, table(entered), participant=screened())
    assert checked.refused == ()
    assert tuple(what.split()) in codes(checked.queries)


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ("vital_signs", "body.weight"),
        ("vital_signs", "circulation.systolic"),
        ("urine", "collection.protein"),
        ("urine", "sediment.sampled_on"),
        ("sledai", "items.rash"),
        ("acr_items", "items.ana"),
        ("medical_history", "history[9].occurred"),
        ("medical_history", "medication[7].daily_dose"),
        ("medical_history", "history[2].start"),
        ("screening_questions", "judgement.unsuitable"),
    ],
)
def test_what_is_missing_is_demanded_unless_it_was_not_done(form: str, path: str) -> None:
    assert (path, "missing") in codes(check(form, {path: None}).refused)
    checked = check(form, {path: Entry(not_done="not_known")})
    assert checked.refused == ()
    assert value_of(checked, path) == "not_known"


def test_what_is_not_required_may_be_left_out() -> None:
    assert "spot.upcr" not in {value.path for value in check("urine").items}
    checked = check("urine", table("spot.upcr | 2.4 | g/g{creat}"))
    assert checked.refused == ()
    assert value_of(checked, "spot.upcr") == "2.4"


def test_values_are_kept_as_entered() -> None:
    checked = check("vital_signs", table("body.weight | ６０.５０ | kg\nbody.height | 1.650 | m"))
    assert value_of(checked, "body.weight") == "６０.５０"
    assert value_of(checked, "body.height") == "1.650"
    # 60.50 kg / (1.650 m)^2 = 60.50 / 2.7225 = 22.222222...
    assert float(value_of(checked, "body.bmi")) == pytest.approx(60.5 / 2.7225, rel=1e-9)


def test_a_group_can_be_not_done() -> None:
    entries: dict[str, Entry | None] = {
        f"collection.{item}": None for item in ("ended_on", "protein", "volume")
    }
    checked = check(
        "urine", {**entries, "collection.creatinine": None, **table("collection.* | | | collection_failed")}
    )
    assert checked.refused == ()
    entered = ("ended_on", "protein", "volume", "creatinine")
    assert {value_of(checked, f"collection.{item}") for item in entered} == {"collection_failed"}
    assert value_of(checked, "sediment.rbc") == "180"


def test_a_reason_of_its_own_goes_before_that_of_the_group() -> None:
    changed = {"collection.protein": Entry(not_done="sample_unusable"), "collection.volume": None}
    checked = check("urine", {**changed, **table("collection.* | | | collection_failed")})
    assert value_of(checked, "collection.protein") == "sample_unusable"
    assert value_of(checked, "collection.volume") == "collection_failed"
    assert value_of(checked, "collection.creatinine") == "1.05"


def test_a_form_can_be_not_done() -> None:
    checked = check_entries(forms(), "urine", {WHOLE: Entry(not_done="declined")}, context(form="urine"))
    (only,) = checked.items
    assert (only.path, only.not_done, only.value) == (WHOLE, "declined", "")
    assert checked.refused == ()
    wrong = check_entries(forms(), "urine", {WHOLE: Entry(not_done="bored")}, context(form="urine"))
    assert codes(wrong.refused) == [(WHOLE, "reason_unknown")]
    both = check("urine", {WHOLE: Entry(not_done="declined")})
    assert codes(both.refused) == [(WHOLE, "done_and_not_done")]


def test_a_form_of_another_study_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        check_entries(forms(), "urin", {}, context())


@pytest.mark.parametrize(
    ("form", "entered", "words"),
    [
        ("vital_signs", "body.weight | 301 | kg", "Weight: 301 kg is not possible (20 to 300 kg)."),
        ("vital_signs", "body.weight | 60", "Weight: the unit is missing; a number without one says nothing."),
        ("vital_signs", "body.weight | 60 | lb", "Weight: lb is not offered; units are: kg."),
        ("chemistry", "serum.creatinine | 80 | μmol/L", "Serum creatinine: μmol/L is not offered; units are: umol/L, mg/dL. Did you mean umol/L?"),
        ("biopsy", "report.biopsy_class | IIIa", "ISN/RPS 2003 class: this is none of the answers offered, which are I, II, III, IV, V, VI, III+V, IV+V."),
        ("pulse", "days[1].day | 2026-06-01", "Day: the date lies in the future."),
        ("urine", "collection.protein | 61 | g/(24.h)", "Urine protein: 61 g/(24.h) is not possible (0 to 60 g/(24.h))."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong(form: str, entered: str, words: str) -> None:
    assert [said(fault) for fault in check(form, table(entered)).refused] == [words]


def test_limits_with_one_end_are_said_so() -> None:
    entered = table("collection.protein | 30 | g/(24.h)")
    assert [said(fault) for fault in check("urine", entered).queries] == [
        "Urine protein: 30 g/(24.h) is unusual (expected: at most 20 g/(24.h)). Please confirm or correct."
    ]
    assert [said(fault) for fault in check("biopsy", table("report.glomeruli | 3")).queries] == [
        "Number of glomeruli: 3 is unusual (expected: at least 10). Please confirm or correct."
    ]


def test_a_calculated_value_is_rounded_for_people_and_kept_in_full() -> None:
    """40 kg at 174 cm: 40 / 1.74² = 13.2117849...; the data keep every digit."""
    checked = check("vital_signs", table("body.weight | 40 | kg\nbody.height | 174 | cm"))
    assert value_of(checked, "body.bmi").startswith("13.21178")
    (asked,) = [said(fault) for fault in checked.queries if fault.path == "body.bmi"]
    assert (
        asked
        == "Body mass index: 13.2 kg/m2 is unusual (expected: 16 to 40 kg/m2). Please confirm or correct."
    )


def test_every_code_of_a_fault_is_one_of_the_list() -> None:
    found = {why.split()[1] for _, _, why in HARD} - {"below_systolic", "part_of_wbc"}
    assert found <= set(CODES)


def test_no_value_leaks_into_the_types() -> None:
    fault: Fault = check("vital_signs", table("body.weight | somebody | kg")).refused[0]
    assert "somebody" not in said(fault)  # what is no number may be a name
    assert all(isinstance(value, ItemValue) for value in check("vital_signs").items)


def test_recording_gives_the_participant_the_form() -> None:
    later = recorded(WOMAN, "vital_signs", check("vital_signs"))
    assert set(later.forms) == {"screening/vital_signs"}
