"""The forms of BLISS-LN: screening decides its criteria, a visit gives what its endpoints read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.unit.conduct.bliss_ln_forms import STUDY, screening
from tests.unit.conduct.forms_support import (
    WOMAN,
    codes,
    context,
    forms,
    recorded,
    table,
    value_of,
)
from trialwright.conduct.forms import Checked, Entry, check_entries
from trialwright.eligibility.verdict import assess_person
from trialwright.logic.interpreter import Setting
from trialwright.record.participant import Participant
from trialwright.record.raw import RawPerson
from trialwright.record.typed import type_person
from trialwright.study.rules import FORMULAS, lower_study


def check(form: str, entries: dict[str, Entry], participant: Participant = WOMAN) -> Checked:
    return check_entries(forms(STUDY), form, entries, context(participant, form=form))


def test_the_screening_forms_decide_every_criterion() -> None:
    participant = WOMAN
    for form, entries in screening().items():
        participant = recorded(participant, form, check(form, entries, participant))
    eligibility = lower_study(forms(STUDY).study)
    raw = RawPerson(participant.id, participant.sex, participant.birth)
    person = type_person(raw, participant.facts(), eligibility.concept_types)
    setting = Setting("screening", FORMULAS)
    verdict, assessed = assess_person(person, eligibility.chosen(), on=date(2026, 6, 1), setting=setting)
    assert {each.id: each.verdict for each in assessed} == {each.id: "pass" for each in assessed}
    assert verdict == "eligible"


def test_a_positive_antibody_is_asked_only_where_it_was_not_measured() -> None:
    entries = screening()["serology"]
    assert check("serology", entries).asked["antibodies.anti_dsdna_positive"] is False
    del entries["antibodies.anti_dsdna"]
    assert codes(check("serology", entries).refused) == [("antibodies.anti_dsdna_positive", "missing")]


def test_the_question_about_cyclophosphamide_needs_cyclophosphamide() -> None:
    entries = screening()
    history = {
        **entries["medical_history"],
        **table("medication[6].taken | true\nmedication[6].start | 2026-05-01\nmedication[6].ongoing | true"),
    }
    given = recorded(WOMAN, "medical_history", check("medical_history", history))
    asked = check("screening_questions", entries["screening_questions"], given)
    assert codes(asked.refused) == [("judgement.earlier_induction", "missing")]
    not_given = recorded(WOMAN, "medical_history", check("medical_history", entries["medical_history"]))
    assert check("screening_questions", entries["screening_questions"], not_given).refused == ()


@pytest.mark.parametrize(
    ("creatinine", "egfr"),
    # CKD-EPI 2009 for a woman of 30, facts.md 4.1
    [("0.7 | mg/dL", 116.2638), ("1.0 | mg/dL", 75.5384), ("1.5 | mg/dL", 46.2672)],
)
def test_kidney_function_at_a_visit(creatinine: str, egfr: float) -> None:
    thirty = replace(WOMAN, birth="1996-05-28")
    checked = check("kidney", {**screening()["kidney"], **table(f"serum.creatinine | {creatinine}")}, thirty)
    assert float(value_of(checked, "serum.egfr")) == pytest.approx(egfr, abs=5e-5)


@pytest.mark.parametrize(
    ("dose", "value", "unit"), [("7.5", "7.5", "mg/d"), ("0", "false", ""), ("0.0", "false", "")]
)
def test_a_dose_of_nothing_is_no_dose(dose: str, value: str, unit: str) -> None:
    entries = table(f"""
        steroid.steroid_dose      | {dose} | mg/d
        infusion.infusion_given   | true
        infusion.infusion_complete | true
        rescue.beyond_protocol    | false""")
    participant = recorded(WOMAN, "treatment", check("treatment", entries))
    (fact,) = (one for one in participant.facts() if one.concept == "prednisone_oral")
    assert (fact.value, fact.unit, fact.start, fact.end) == (value, unit, "2026-05-28", "2026-05-28")


def test_rescue_is_asked_back() -> None:
    entries = table("""
        steroid.steroid_dose    | 10 | mg/d
        infusion.infusion_given | false
        infusion.infusion_reason | infection
        rescue.beyond_protocol  | true""")
    checked = check("treatment", entries)
    assert checked.refused == ()
    assert codes(checked.queries) == [("rescue.beyond_protocol", "recorded_as_rescue")]
