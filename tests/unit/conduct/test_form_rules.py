"""What a form calculates, what it asks under which condition, and which rows it needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.conduct.dosing_support import PULSE, dose
from tests.unit.conduct.forms_support import (
    MAN,
    WOMAN,
    check,
    checklist,
    codes,
    context,
    forms,
    recorded,
    screened,
    screening,
    table,
    value_of,
)
from trialwright.conduct.forms import Entry, check_entries, find_asked
from trialwright.record.participant import Participant
from trialwright.terms.truth import Truth

# ---------------------------------------------------------------- calculated items


def born(day: str, *, sex: str = "female") -> Participant:
    return replace(WOMAN, birth=day, sex=sex)


@pytest.mark.parametrize(
    ("creatinine", "birth", "sex", "egfr"),
    [
        # CKD-EPI 2009, values of facts.md 4.1, to the digits given there; ages on 28 May 2026
        ("1.0 | mg/dL", "1996-05-28", "female", 75.5384),
        ("88.4 | umol/L", "1996-05-28", "female", 75.5384),
        ("2.0 | mg/dL", "1986-05-28", "female", 30.4590),
        ("1.2 | mg/dL", "1986-05-28", "male", 75.1862),
        ("3.0 | mg/dL", "1991-05-28", "male", 25.7207),
    ],
)
def test_egfr(creatinine: str, birth: str, sex: str, egfr: float) -> None:
    checked = check("chemistry", table(f"serum.creatinine | {creatinine}"), participant=born(birth, sex=sex))
    assert float(value_of(checked, "serum.egfr")) == pytest.approx(egfr, abs=5e-5)
    (value,) = (one for one in checked.items if one.path == "serum.egfr")
    assert (value.unit, value.concept) == ("mL/min/{1.73_m2}", "")


@pytest.mark.parametrize(
    ("creatinine", "participant", "why"),
    [
        (Entry("<20", "umol/L"), WOMAN, "value_censored"),
        (Entry(not_done="sample_unusable"), WOMAN, "no_record"),
        (Entry("80", "umol/L"), born("2010-01-01"), "equation_not_valid"),
        (Entry("80", "umol/L"), born(""), "birth_date_missing"),
        (Entry("80", "umol/L"), born("1990-01-01", sex="unknown"), "sex_unknown"),
    ],
)
def test_what_cannot_be_calculated_says_why(creatinine: Entry, participant: Participant, why: str) -> None:
    checked = check("chemistry", {"serum.creatinine": creatinine}, participant=participant)
    assert checked.refused == ()
    assert value_of(checked, "serum.egfr") == why


def test_completeness_of_a_collection_needs_the_weight_of_another_form() -> None:
    assert value_of(check("urine"), "collection.completeness") == "no_record"
    forty = born("1986-05-28")
    weighed = recorded(forty, "vital_signs", check("vital_signs", participant=forty))
    checked = check("urine", table("collection.creatinine | 1.02 | g/(24.h)"), participant=weighed)
    # protocol.md, Visits: a woman of 40 and 60 kg excretes (23.8 - 0.17 x 40) x 60 = 1020 mg/day
    assert float(value_of(checked, "collection.predicted_creatinine")) == pytest.approx(1.020, rel=1e-9)
    assert float(value_of(checked, "collection.completeness")) == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(
    ("measured", "asked_back"),
    [
        # within 20 % of 1020 mg/day: 816 to 1224, both included
        ("815", True),
        ("816", False),
        ("1224", False),
        ("1225", True),
    ],
)
def test_an_incomplete_collection_is_asked_back_and_used(measured: str, asked_back: bool) -> None:
    forty = born("1986-05-28")
    weighed = recorded(forty, "vital_signs", check("vital_signs", participant=forty))
    checked = check("urine", table(f"collection.creatinine | {measured} | mg/(24.h)"), participant=weighed)
    assert checked.refused == ()
    assert (("collection.completeness", "complete") in codes(checked.queries)) is asked_back


@pytest.mark.parametrize(
    ("present", "total"),
    [
        # facts.md 4.2, worked totals
        (["urinary_casts", "haematuria", "proteinuria", "pyuria"], "16"),
        (
            [
                "urinary_casts",
                "haematuria",
                "proteinuria",
                "pyuria",
                "low_complement",
                "increased_dna_binding",
            ],
            "20",
        ),
        (["proteinuria", "low_complement", "increased_dna_binding"], "8"),
        ([], "0"),
    ],
)
def test_sledai_total(present: list[str], total: str) -> None:
    checked = check("sledai", checklist("sledai", "items", present))
    assert value_of(checked, "score.total") == total


def test_a_score_without_one_of_its_items_is_not_guessed() -> None:
    checked = check("sledai", {"items.rash": Entry(not_done="not_known")})
    assert checked.refused == ()
    assert value_of(checked, "score.total") == "no_record"


def test_chronicity_index_against_its_lesions() -> None:
    lesions = table("""
        report.chronicity_index                | 2 | {score}
        chronic_lesions.glomerulosclerosis     | 1 | {score}
        chronic_lesions.fibrous_crescents      | 0 | {score}
        chronic_lesions.tubular_atrophy        | 1 | {score}
        chronic_lesions.interstitial_fibrosis  | 0 | {score}""")
    agreeing = check("biopsy", lesions)
    assert value_of(agreeing, "chronic_lesions.chronicity_from_lesions") == "2"
    assert agreeing.queries == ()
    differing = check("biopsy", {**lesions, "chronic_lesions.fibrous_crescents": Entry("1", "{score}")})
    assert codes(differing.queries) == [("", "chronicity")]
    assert value_of(check("biopsy"), "chronic_lesions.chronicity_from_lesions") == "no_record"


def test_pulse_dose_counts_the_course_whole() -> None:
    assert value_of(check("pulse"), "total.total_dose") == "1.5"
    more = check("pulse", table("days[4].day | 2026-05-28\ndays[4].dose | 1 | g/d"))
    assert value_of(more, "total.total_dose") == "2.5"  # 3 days after the third day: one course
    assert codes(check("pulse", table("days[3].dose | 300 | mg/d")).queries) == [
        ("total.total_dose", "outside_expected")  # 500 + 500 + 300 mg
    ]


def test_pulse_dose_does_not_count_what_was_given_a_second_time() -> None:
    given = dose(1, PULSE, "2026-05-23", "0.5", "g/d", end="2026-05-25", prior=True)
    person = replace(WOMAN, doses=(given._replace(concept="methylprednisolone_iv"),))
    assert value_of(check("pulse", participant=person), "total.total_dose") == "1.5"


# ---------------------------------------------------------------- conditional items

CONDITIONS = [
    # form, what is entered, item, whether it must be answered (None: it may be)
    ("demography", "", "person.ethnic_group_other", False),
    ("demography", "person.ethnic_group | other", "person.ethnic_group_other", True),
    ("demography", "person.ethnic_group | | | declined", "person.ethnic_group_other", None),
    ("urine", "", "sediment.culture_positive", False),
    ("urine", "sediment.wbc | 5 | /[HPF]", "sediment.culture_positive", False),
    ("urine", "sediment.wbc | 6 | /[HPF]", "sediment.culture_positive", True),
    ("urine", "sediment.wbc | >5 | /[HPF]", "sediment.culture_positive", True),
    ("urine", "sediment.wbc | | | sample_unusable", "sediment.culture_positive", None),
    ("medical_history", "", "history[9].start", False),
    ("medical_history", "history[9].occurred | true", "history[9].start", True),
    ("medical_history", "history[9].occurred | true\nhistory[9].ongoing | true", "history[9].end", False),
    ("medical_history", "history[9].occurred | true\nhistory[9].ongoing | false", "history[9].end", True),
    ("medical_history", "medication[8].taken | true", "medication[8].daily_dose", False),
    ("medical_history", "medication[1].taken | true", "medication[1].daily_dose", True),
    ("reproduction", "", "questions.contraception", True),
    ("reproduction", "questions.refuses_contraception | true", "questions.contraception", False),
    ("screening_questions", "", "judgement.unsuitable_reason", False),
    ("screening_questions", "judgement.unsuitable | true", "judgement.unsuitable_reason", True),
    ("pulse", "given.pulse_given | false", "days[1].day", False),
    ("pulse", "", "days[1].day", True),
]  # fmt: skip


@pytest.mark.parametrize(("form", "entered", "path", "asked"), CONDITIONS)
def test_what_is_asked_under_which_condition(form: str, entered: str, path: str, asked: Truth) -> None:
    checked = check(form, table(entered) if entered else {})
    assert checked.asked[path] is asked


def test_what_must_be_asked_is_missing_and_what_must_not_is_refused() -> None:
    pyuria = check("urine", table("sediment.wbc | 12 | /[HPF]"))
    assert codes(pyuria.refused) == [("sediment.culture_positive", "missing")]
    answered = check("urine", table("sediment.wbc | 12 | /[HPF]\nsediment.culture_positive | false"))
    assert answered.refused == ()
    needless = check("urine", table("sediment.culture_positive | false"))
    assert codes(needless.refused) == [("sediment.culture_positive", "not_asked")]


@pytest.mark.parametrize(
    ("sex", "asked"), [("female", True), ("male", False), ("other", True), ("unknown", True)]
)
def test_a_pregnancy_test_where_it_applies(sex: str, asked: bool) -> None:
    participant = replace(WOMAN, sex=sex)
    checked = check("pregnancy_test", participant=participant)
    assert checked.asked["test.positive"] is asked
    assert ("test.positive", "not_asked") in codes(checked.refused) or asked
    if not asked:
        empty = check_entries(forms(), "pregnancy_test", {}, context(participant, form="pregnancy_test"))
        assert (empty.refused, empty.items) == ((), ())


def test_a_question_about_another_forms_results() -> None:
    question = table("marrow.due_to_sle | true")
    assert check("screening_questions").asked["marrow.due_to_sle"] is None  # no blood count is recorded yet
    normal = screened()
    assert check("screening_questions", participant=normal).asked["marrow.due_to_sle"] is False
    low = recorded(normal, "haematology", check("haematology", table("blood.platelets | 49 | 10*9/L")))
    checked = check("screening_questions", participant=low)
    assert codes(checked.refused) == [("marrow.due_to_sle", "missing")]
    assert check("screening_questions", question, participant=low).refused == ()
    assert codes(check("screening_questions", question, participant=normal).refused) == [
        ("marrow.due_to_sle", "not_asked")
    ]


def test_height_is_asked_once() -> None:
    entries = table("body.weight | 61 | kg\ncirculation.* | | | not_performed")
    later = replace(context(screened(), form="vital_signs"), encounter="week_2", record="week_2/vital_signs")
    checked = check_entries(forms(), "vital_signs", entries, later)
    assert checked.refused == ()
    # 61 / 1.65^2
    assert float(value_of(checked, "body.bmi")) == pytest.approx(61 / 1.65**2, rel=1e-9)


# ---------------------------------------------------------------- rows


def test_every_printed_row_is_answered() -> None:
    gone: dict[str, Entry | None] = {"history[8].condition": None, "history[8].occurred": None}
    checked = check("medical_history", gone)
    assert codes(checked.refused) == [("history", "row_missing")]
    assert "Active hepatitis B" in str(checked.refused[0].message)


def test_a_second_course_has_a_row_of_its_own() -> None:
    more = table("""
        medication[9].medicine   | prednisone_oral
        medication[9].taken      | true
        medication[9].daily_dose | 20 | mg/d
        medication[9].start      | 2026-03
        medication[9].ongoing    | false
        medication[9].end        | 2026-04-10""")
    checked = check("medical_history", more)
    assert (checked.refused, checked.queries) == ((), ())


def test_what_is_answered_with_yes_needs_a_row() -> None:
    none = dict.fromkeys(("days[1]", "days[2]", "days[3]"))
    gone: dict[str, Entry | None] = {f"{row}.{item}": None for row in none for item in ("day", "dose")}
    assert codes(check("pulse", gone).refused) == [("days", "row_missing")]
    assert check("pulse", {**gone, "given.pulse_given": Entry("false")}).refused == ()


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2026-03-02", "2026-03-01", True),
        ("2026-03-02", "2026-03-02", False),
        ("2026-03", "2026-02", True),
        ("2026-03", "2026-03", False),  # any day of the month: the order is not certain
        ("2026-03-02", "2026", False),
        ("2026-03-02", "2025", True),
    ],
)
def test_an_end_before_the_start_is_refused_where_it_is_certain(start: str, end: str, refused: bool) -> None:
    entered = f"""
        history[9].occurred | true
        history[9].start    | {start}
        history[9].ongoing  | false
        history[9].end      | {end}"""
    found = codes(check("medical_history", table(entered)).refused)
    assert found == ([("history[9].end", "order")] if refused else [])


def test_rows_do_not_see_each_other() -> None:
    entered = """
        history[9].occurred  | true
        history[9].start     | 2026-03-02
        history[9].ongoing   | false
        history[9].end       | 2026-03-09
        history[10].occurred | true
        history[10].start    | 2026-04-02
        history[10].ongoing  | true"""
    checked = check("medical_history", table(entered))
    assert checked.refused == ()
    assert checked.asked["history[10].end"] is False


# ---------------------------------------------------------------- checks across forms


@pytest.mark.parametrize(
    ("answer", "protein", "asked_back"),
    [
        ("true", "2.8", False),
        ("true", "0.5", True),  # SLEDAI counts more than 0.5 g/24 h (facts.md 4.2)
        ("false", "0.5", False),
        ("false", "0.51", True),
    ],
)
def test_an_item_of_the_score_against_the_laboratory(answer: str, protein: str, asked_back: bool) -> None:
    urine = recorded(WOMAN, "urine", check("urine", table(f"collection.protein | {protein} | g/(24.h)")))
    checked = check("sledai", table(f"items.proteinuria | {answer}"), participant=urine)
    assert (("items.proteinuria", "agrees") in codes(checked.queries)) is asked_back


def test_no_laboratory_no_question() -> None:
    assert check("sledai", table("items.proteinuria | false")).queries == ()


def test_men_are_not_asked_about_pregnancy() -> None:
    assert "screening/pregnancy_test" not in screened(participant=MAN).forms


@pytest.mark.parametrize("form", sorted(screening()))
def test_asking_only_what_is_asked_gives_the_same_answer(form: str) -> None:
    """`find_asked` leaves the checks out; which items are asked stays the same."""
    entries = {path: entry for path, entry in screening()[form].items() if entry is not None}
    around = context(form=form)
    asked = find_asked(forms(), form, entries, around)
    assert asked == check_entries(forms(), form, entries, around).asked
    assert asked
