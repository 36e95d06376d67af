"""What the answers of a form become: coded facts, read back by the rules of eligibility."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.conduct.dosing_support import PULSE, dose
from tests.unit.conduct.forms_support import (
    MAN,
    WOMAN,
    check,
    checklist,
    context,
    forms,
    recorded,
    screened,
    screening,
    table,
)
from trialwright.conduct.forms import (
    WHOLE,
    Entry,
    changed_items,
    check_entries,
    entries_of,
    merged_entries,
    written_items,
)
from trialwright.eligibility.verdict import Assessed, assess_person
from trialwright.logic.interpreter import Setting
from trialwright.record.event import Entered
from trialwright.record.participant import FormRecord, Participant
from trialwright.record.raw import RawFact
from trialwright.study.rules import FORMULAS, Eligibility, lower_study
from trialwright.study.situation import type_participant

ON = date(2026, 6, 1)
ELIGIBILITY: Eligibility = lower_study(forms().study)


def facts(participant: Participant, concept: str) -> list[RawFact]:
    return [fact for fact in participant.facts() if fact.concept == concept]


def fact(form: str, path: str, entered: str = "") -> RawFact:
    """The fact of an item or row after the form was recorded with some entries changed."""
    checked = check(form, table(entered) if entered else {})
    later = recorded(WOMAN, form, checked)
    return next(one for one in later.facts() if one.fact == f"screening/{form}#{path}")


FACTS = [
    # form, what is entered, item or row: kind, concept, value, unit, start, end, status
    ("vital_signs", "", "body.weight",
     "measurement body_weight 60 kg 2026-05-28 - final"),
    ("vital_signs", "body.weight | 60 | kg | | 2026-05-27", "body.weight",
     "measurement body_weight 60 kg 2026-05-27 - final"),
    ("chemistry", "serum.sampled_on | 2026-05-26", "serum.creatinine",
     "measurement serum_creatinine 80 umol/L 2026-05-26 - final"),
    ("immunology", "serum.anti_dsdna | <10 | [IU]/mL", "serum.anti_dsdna",
     "measurement anti_dsdna <10 [IU]/mL 2026-05-28 - final"),
    ("biopsy", "", "report.biopsy_class",
     "finding biopsy_class IV - 2026-04-20 - final"),
    ("biopsy", "", "report.tma",
     "finding biopsy_tma false - 2026-04-20 - final"),
    ("screening_questions", "", "admission.admitted",
     "finding admission true - 2026-05-21 - final"),
    ("medical_history", "", "history[8]",
     "condition hepatitis_b false - 2026-05-28 2026-05-28 completed"),
    ("medical_history", "", "history[2]",
     "condition lupus_nephritis - - 2025-11-10 - active"),
    ("medical_history",
     "history[8].occurred | true\nhistory[8].start | 2026-01\nhistory[8].ongoing | false\nhistory[8].end | 2026-04-02",
     "history[8]",
     "condition hepatitis_b - - 2026-01 2026-04-02 completed"),
    ("medical_history",
     "history[8].occurred | true\nhistory[8].start | | | not_known\nhistory[8].ongoing | true",
     "history[8]",
     "condition hepatitis_b - - - - active"),
    ("medical_history", "", "medication[1]",
     "exposure mycophenolate false - 2026-05-28 2026-05-28 completed"),
    ("medical_history", "", "medication[7]",
     "exposure prednisone_oral 30 mg/d 2026-05-26 - active"),
    ("medical_history",
     ("medication[2].taken | true\nmedication[2].daily_dose | 1 | g/d\nmedication[2].start | 2026-04-01\n"
      "medication[2].ongoing | false\nmedication[2].end | 2026-04-01"),
     "medication[2]",
     "exposure cyclophosphamide 1 g/d 2026-04-01 2026-04-01 completed"),
    ("medical_history", "", "allergies[1]",
     "allergy mycophenolate_allergy false - 2026-05-28 2026-05-28 completed"),
    ("pulse", "", "days[3]",
     "exposure methylprednisolone_iv 0.5 g/d 2026-05-25 2026-05-25 completed"),
    ("acr_items", "", "items.malar_rash",
     "finding acr_1997_item malar_rash - 2026-05-28 - final"),
    ("acr_items", "", "items",
     "finding acr_1997_item false - 2026-05-28 - final"),
    ("sledai", "", "score.total",
     "measurement sledai_2k 16 {score} 2026-05-28 - final"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "entered", "path", "expected"), FACTS)
def test_an_answer_is_a_fact(form: str, entered: str, path: str, expected: str) -> None:
    found = fact(form, path, entered)
    columns = (found.kind, found.concept, found.value, found.unit, found.start, found.end, found.status)
    assert " ".join(column or "-" for column in columns) == expected


def test_what_was_not_done_is_no_fact() -> None:
    later = recorded(WOMAN, "vital_signs", check("vital_signs", {"body.weight": Entry(not_done="declined")}))
    assert facts(later, "body_weight") == []
    assert len(facts(later, "body_height")) == 1
    row = {"history[8].occurred": Entry(not_done="not_known")}
    assert facts(recorded(WOMAN, "medical_history", check("medical_history", row)), "hepatitis_b") == []


def test_a_list_is_closed_only_when_every_item_is_answered() -> None:
    whole = recorded(WOMAN, "sledai", check("sledai"))
    assert [one.value for one in facts(whole, "sledai_item")].count("false") == 1
    open_ = recorded(WOMAN, "sledai", check("sledai", {"items.rash": Entry(not_done="not_known")}))
    assert sorted(one.value for one in facts(open_, "sledai_item")) == [
        "haematuria",
        "increased_dna_binding",
        "low_complement",
        "proteinuria",
        "urinary_casts",
    ]


def test_a_row_about_nothing_the_study_knows_is_no_fact() -> None:
    other = table("""
        earlier[1].condition       | other
        earlier[1].condition_other | appendicitis
        earlier[1].start           | 2001
        earlier[1].ongoing         | false
        earlier[1].end             | 2001""")
    later = recorded(WOMAN, "medical_history", check("medical_history", other))
    assert not [one for one in later.facts() if "earlier" in one.fact]


def test_a_result_carries_the_range_of_the_sites_laboratory() -> None:
    assert (fact("chemistry", "serum.creatinine").low, fact("chemistry", "serum.creatinine").high) == (
        "41",
        "81",
    )
    man = recorded(MAN, "chemistry", check("chemistry", participant=MAN))
    (creatinine,) = facts(man, "serum_creatinine")
    assert (creatinine.low, creatinine.high) == ("57", "111")
    assert fact("chemistry", "serum.albumin").high == ""  # the laboratory gave no range for it
    # the range stands in umol/L, the result in mg/dL: 23 umol/L / 17.1 = 1.345029... mg/dL
    other_unit = fact("chemistry", "serum.bilirubin", "serum.bilirubin | 0.6 | mg/dL")
    assert float(other_unit.high) == pytest.approx(23 / 17.1, rel=1e-9)


# ---------------------------------------------------------------- eligibility from forms alone


def assess(participant: Participant) -> tuple[str, dict[str, Assessed]]:
    person = type_participant(forms().study, participant)
    setting = Setting("screening", FORMULAS)
    verdict, assessed = assess_person(person, ELIGIBILITY.chosen(), on=ON, setting=setting)
    return verdict, {each.id: each for each in assessed}


@pytest.mark.parametrize("participant", [WOMAN, MAN], ids=["woman", "man"])
def test_the_screening_forms_decide_every_criterion(participant: Participant) -> None:
    verdict, assessed = assess(screened(participant=participant))
    assert len(assessed) == 22
    assert {id: each.verdict for id, each in assessed.items()} == dict.fromkeys(assessed, "pass")
    assert verdict == "eligible"


def test_without_forms_nothing_but_the_age_is_known() -> None:
    _, assessed = assess(WOMAN)
    assert {id for id, each in assessed.items() if each.verdict == "pass"} == {"A0"}
    # no pulse is a fail at the bedside (I5 of criteria.md)
    assert {id for id, each in assessed.items() if each.verdict == "fail"} == {"I5"}


# The diagnosis makes the ACR items needless; no criterion reads ethnic group, complement or anti-dsDNA.
NEEDED = [form for form in screening() if form not in ("demography", "immunology", "acr_items")]


@pytest.mark.parametrize("form", NEEDED)
def test_every_form_is_needed(form: str) -> None:
    whole = screened()
    kept = {id: record for id, record in whole.forms.items() if id != f"screening/{form}"}
    assert assess(replace(whole, forms=kept))[0] != "eligible"


VERDICTS = [
    # form, what is entered, criterion and verdict (criteria.md, Boundary cases)
    ("urine", "collection.protein | 1500 | mg/(24.h)", "I3 pass"),
    ("urine", "collection.protein | 1.49 | g/(24.h)", "I3 fail"),
    ("biopsy", "report.chronicity_index | 2 | {score}", "I2 pass"),
    ("biopsy", "report.chronicity_index | 3 | {score}", "I2 fail"),
    ("chemistry", "serum.creatinine | 265.2 | umol/L", "I4 fail"),
    ("chemistry", "serum.alt | 80 | U/L", "E2 pass"),
    ("chemistry", "serum.alt | 81 | U/L", "E2 fail"),
    ("chemistry", "serum.glucose | 126.2 | mg/dL", "E3 fail"),
    ("chemistry", "serum.glucose | 126.1 | mg/dL", "E3 pass"),
    ("chemistry", "serum.glucose | | | sample_unusable", "E3 unknown"),
    ("haematology", "blood.platelets | 49 | 10*9/L", "E7b unknown"),
    ("vital_signs", "body.weight | 64.0 | kg\nbody.height | 200 | cm", "E6d pass"),
    ("vital_signs", "body.weight | 40.9 | kg\nbody.height | 160 | cm", "E6d fail"),
    ("pulse", "days[3].dose | 499 | mg/d", "I5 fail"),
    ("medical_history",
     ("medication[1].taken | true\nmedication[1].daily_dose | 1 | g/d\nmedication[1].start | 2025-12-01\n"
      "medication[1].ongoing | false\nmedication[1].end | 2026-03-09"), "E4 fail"),  # 84 days before 1 June
    ("medical_history",
     ("earlier_medication[1].medicine | mycophenolate\nearlier_medication[1].daily_dose | 1 | g/d\n"
      "earlier_medication[1].start | 2025-12-01\nearlier_medication[1].ongoing | false\n"
      "earlier_medication[1].end | 2026-03-08"), "E4 pass"),  # 85 days before
    ("medical_history",
     "history[19].occurred | true\nhistory[19].start | 2020\nhistory[19].ongoing | true", "E7a unknown"),
    ("medical_history",
     "history[13].occurred | true\nhistory[13].start | 2004\nhistory[13].ongoing | false\nhistory[13].end | 2005",
     "E6a fail"),  # syphilis at any time
    ("medical_history", "history[8].occurred | | | not_known", "E6a unknown"),
    ("medical_history", "allergies[3].known | true\nallergies[3].reaction | urticaria", "E5a fail"),
    ("pregnancy_test", "test.positive | true", "E9 fail"),
    ("reproduction", "questions.wishes_pregnancy | true", "E9 fail"),
    ("sledai", "items.low_complement | false\nitems.increased_dna_binding | false\nitems.urinary_casts | false",
     "I1 fail"),  # 8: haematuria and proteinuria; class IV needs more than 10
    ("screening_questions", "judgement.unsuitable | true\njudgement.unsuitable_reason | rapid progression",
     "E10 fail"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "entered", "expected"), VERDICTS)
def test_a_boundary_entered_on_a_form(form: str, entered: str, expected: str) -> None:
    criterion, verdict = expected.split()
    before = screened()
    participant = recorded(before, form, check(form, table(entered), participant=before))
    _, assessed = assess(participant)
    assert assessed[criterion].verdict == verdict, assessed[criterion].reason
    others = {id: each.verdict for id, each in assessed.items() if id != criterion and each.verdict != "pass"}
    assert others == {}


# grams a day on 23 to 25 May, as the form says it
PULSES = [("0.4", "fail"), ("0.5", "pass"), ("1", "pass"), ("1.01", "fail")]


@pytest.mark.parametrize(("grams", "verdict"), PULSES)
@pytest.mark.parametrize(
    "told", ["by the form", "as earlier care too", "in the records too", "at week 0 too"]
)
def test_a_pulse_told_twice_is_one_pulse(told: str, grams: str, verdict: str) -> None:
    """1.5 to 3.0 g in all (criteria.md, I5): counted double, 1.2 g would pass and 3.0 g would fail."""
    entered = table("\n".join(f"days[{day}].dose | {grams} | g/d" for day in (1, 2, 3)))
    checked = check("pulse", entered, participant=screened())
    person = recorded(screened(), "pulse", checked)
    days = ("2026-05-23", "2026-05-24", "2026-05-25")
    if told == "as earlier care too":
        given = dose(1, PULSE, days[0], grams, "g/d", end=days[-1], prior=True)
        person = replace(person, doses=(given._replace(concept="methylprednisolone_iv"),))
    elif told == "in the records too":
        rows = (
            RawFact(person.id, f"r{day}", "exposure", "methylprednisolone_iv", value=grams, unit="g/d", start=day, end=day)
            for day in days
        )  # fmt: skip
        person = replace(person, record=tuple(rows))
    elif told == "at week 0 too":
        again = replace(person.forms["screening/pulse"], id="week_0/pulse", visit="week_0")
        person = replace(person, forms={**person.forms, again.id: again})
    assert assess(person)[1]["I5"].verdict == verdict


def test_the_investigators_attribution_decides() -> None:
    low = recorded(screened(), "haematology", check("haematology", table("blood.platelets | 49 | 10*9/L")))
    for answer, verdict in (("true", "pass"), ("false", "fail")):
        asked = check("screening_questions", table(f"marrow.due_to_sle | {answer}"), participant=low)
        assert assess(recorded(low, "screening_questions", asked))[1]["E7b"].verdict == verdict


# ---------------------------------------------------------------- corrections


def correct(participant: Participant, form: str, changed: dict[str, Entry]) -> FormRecord:
    """The record of a form after a correction, as the book of a participant merges it."""
    before = participant.forms[f"screening/{form}"]
    entries = merged_entries(before, forms().form(form), changed, visit_date="2026-05-28")
    checked = check_entries(forms(), form, entries, context(participant, form=form))
    assert checked.refused == ()
    items = dict(before.items)
    for value in changed_items(before, checked.items):
        items[value.path] = value._replace(
            position=99, first=items[value.path].first if value.path in items else 99
        )
    return replace(before, items=items)


def test_a_recorded_form_gives_back_its_entries() -> None:
    participant = screened()
    for form, entries in screening().items():
        record = participant.forms[f"screening/{form}"]
        assert entries_of(record, forms().form(form), visit_date="2026-05-28") == entries


def test_an_entry_with_a_day_of_its_own_keeps_it() -> None:
    later = recorded(WOMAN, "chemistry", check("chemistry", table("serum.alt | 24 | U/L | | 2026-05-27")))
    again = entries_of(later.forms["screening/chemistry"], forms().form("chemistry"), visit_date="2026-05-28")
    assert again["serum.alt"] == Entry("24", "U/L", "", "2026-05-27")
    assert again["serum.ast"] == Entry("22", "U/L")


def test_only_what_a_correction_changes_is_written() -> None:
    record = correct(screened(), "chemistry", {"serum.creatinine": Entry("85", "umol/L")})
    assert {path for path, value in record.items.items() if value.position == 99} == {
        "serum.creatinine",
        "serum.egfr",
    }


def test_a_corrected_sampling_day_moves_every_result_of_the_group() -> None:
    record = correct(screened(), "haematology", {"blood.sampled_on": Entry("2026-05-27")})
    assert {value.date for value in record.items.values()} == {"2026-05-27"}


def test_what_is_no_longer_asked_becomes_empty() -> None:
    ended = table("""
        history[8].occurred | true
        history[8].start    | 2026-01
        history[8].ongoing  | false
        history[8].end      | 2026-04-02""")
    before = screened({"medical_history": ended})
    changed = {path: Entry() for path in ("history[8].start", "history[8].ongoing", "history[8].end")}
    record = correct(before, "medical_history", {**changed, "history[8].occurred": Entry("false")})
    after = replace(before, forms={**before.forms, record.id: record})
    (hepatitis,) = facts(after, "hepatitis_b")
    assert (hepatitis.value, hepatitis.start) == ("false", "2026-05-28")
    assert record.items["history[8].end"].value == ""
    assert "history[8].end" not in entries_of(
        record, forms().form("medical_history"), visit_date="2026-05-28"
    )


def test_a_form_marked_as_not_done_loses_its_values_and_gets_them_again() -> None:
    before = screened()
    record = correct(before, "haematology", {WHOLE: Entry(not_done="sample_unusable")})
    empty = replace(before, forms={**before.forms, record.id: record})
    assert facts(empty, "platelets") == []
    assert record.items[WHOLE].not_done == "sample_unusable"
    again = correct(empty, "haematology", dict(screening()["haematology"]))
    filled = replace(empty, forms={**empty.forms, again.id: again})
    assert [fact.value for fact in facts(filled, "platelets")] == ["210"]
    assert again.items[WHOLE].not_done == ""


def test_nothing_changed_writes_nothing() -> None:
    participant = screened()
    for form, entries in screening().items():
        checked = check_entries(forms(), form, entries, context(participant, form=form))
        assert changed_items(participant.forms[f"screening/{form}"], checked.items) == ()


def test_what_people_typed_can_be_masked() -> None:
    text = table("judgement.unsuitable | true\njudgement.unsuitable_reason | told by a neighbour")
    checked = check("screening_questions", text)
    written = {
        each["path"]: each for each in written_items(checked.items, forms().form("screening_questions"))
    }
    assert written["judgement.unsuitable_reason"]["value"] == Entered("told by a neighbour")
    assert "position" not in written["judgement.unsuitable"]
    calculated = written_items(check("vital_signs").items, forms().form("vital_signs"))
    assert {type(each["value"]) for each in calculated if each["path"] == "body.bmi"} == {str}


def test_two_participants_answers_stay_apart() -> None:
    assert checklist("sledai", "items", ["rash"])["items.rash"] == Entry("true")
    assert {one.person for one in screened().facts()} == {"S001"}
