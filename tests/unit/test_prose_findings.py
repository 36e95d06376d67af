"""What was found for one person, as sentences: written by hand, complete, and never contradicted by a number.

The expected sentences are written from the criteria of the BEAM trial and their boundary cases; values in them come
from the arithmetic beside them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.prose_support import (
    CREATININE,
    SCREENING,
    STUDIES,
    assessed,
    chinese,
    eligibility,
    english,
    finding,
    person,
    scenarios,
    sentence,
    typed,
    words,
)
from trialwright.assessments import ASSESSMENTS
from trialwright.eligibility.verdict import assess_person
from trialwright.logic import nodes as n
from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import Setting
from trialwright.study.prose import say_leaf
from trialwright.study.prose.figures import figure
from trialwright.study.rules import FORMULAS
from trialwright.terms.compare import equal

BELOW_3 = n.Compare("<", CREATININE, n.Literal(3.0, "3.0 mg/dL"))

EXAMPLES = """
# 141 x (3.2 / 0.7)^-1.209 x 0.993^36 x 1.018 = 17.74: the equation of Levey 2009 by hand, for a woman of 36
I4 search
  serum_creatinine | 282.88 umol/L | 2026-10-28
= Serum creatinine 3.2 mg/dL on 2026-10-28 is not below 3.0 mg/dL. eGFR by CKD-EPI 2009 (creatinine) is 17.7
= mL/min/1.73 m², below 30 mL/min/1.73 m² (from serum creatinine 3.2 mg/dL on 2026-10-28).

I4 search predecessor
  serum_creatinine | 265.1 umol/L | 2026-10-28
= Serum creatinine 2.999 mg/dL on 2026-10-28 is below 3.0 mg/dL.

I4 search predecessor
  serum_creatinine | 265.2 umol/L | 2026-10-28
= Serum creatinine 3.0 mg/dL on 2026-10-28 is not below 3.0 mg/dL.

I4 search predecessor
  serum_creatinine | <0.2 mg/dL | 2026-10-28
= Serum creatinine <0.2 mg/dL on 2026-10-28 is below 3.0 mg/dL.

I4 search predecessor
  serum_creatinine | <4.0 mg/dL | 2026-10-28
= Serum creatinine <4.0 mg/dL on 2026-10-28 leaves open how it compares with 3.0 mg/dL.

I4 search predecessor
  serum_creatinine | 80 | 2026-10-28
= Serum creatinine 80 on 2026-10-28: the result has no unit, or one that is not known for this analyte.

I4 search predecessor
  serum_creatinine | 2.5 mg/dL | 2026-10
= Serum creatinine 2.5 mg/dL in 2026-10: the date is not precise enough, so it is open whether it counts for the
= last 28 days.

I3 search
  urine_protein_24h | 1.49 g/(24.h) | 2026-10-20
= 24-hour urine protein 1.49 g/24 h on 2026-10-20 is below 1.5 g/24 h.

I3 search
  urine_protein_creatinine_ratio | 1.8 g/g | 2026-10-20
= 24-hour urine protein: no result is recorded in the time that counts (the last 28 days). Urine
= protein/creatinine ratio (UPCR) 1.8 g/g on 2026-10-20 suggests about 1.8 g/24 h, an estimate that does not
= decide.

I3 search accept_upcr
  urine_protein_creatinine_ratio | 1.8 g/g | 2026-10-20
= Urine protein/creatinine ratio (UPCR) 1.8 g/g on 2026-10-20 (standing in for 24-hour urine protein) is at least
= 1.5 g/24 h.

I2 search
  biopsy_class | V+III | 2026-04-20
  chronicity_index | 2 {score} | 2026-04-20
= Thrombotic microangiopathy in the biopsy: not recorded for the day of the latest biopsy.

I2 search
  biopsy_class | II | 2026-04-20
  chronicity_index | 1 {score} | 2026-04-20
  biopsy_tma | false | 2026-04-20
= Biopsy class (ISN/RPS 2003) II on 2026-04-20 is none of III, IV, V, III+V and IV+V.

I2 search
  biopsy_class | III | 2026-04-20
  biopsy_class | IV | 2026-04-20
  chronicity_index | 1 {score} | 2026-04-20
  biopsy_tma | false | 2026-04-20
= The records contradict each other: biopsy class (ISN/RPS 2003) III on 2026-04-20 (record f1) and biopsy class
= (ISN/RPS 2003) IV on 2026-04-20 (record f2).

I1 search
  acr_1997_item | malar_rash | 2020
  acr_1997_item | renal | 2020
  acr_1997_item | ana | 2020
  sledai_2k | 12 {score} | 2026-10-20
= No record of systemic lupus erythematosus or lupus nephritis at any time. ACR 1997 criterion met: 3 of 11 items
= are recorded, less than 4.

I1 search
  lupus_nephritis | | 2025-11-10 | active
  sledai_2k | 10 {score} | 2026-10-20
  biopsy_class | IV | 2026-04-20
= SLEDAI-2K 10 on 2026-10-20 is not above 10. Biopsy class (ISN/RPS 2003) IV on 2026-04-20 is not V.

I5 search
= No record of methylprednisolone, intravenous in the last 14 days (only days with at least 250 mg/day count).
= This stays open: not given so far; nothing recorded rules it out.

I5 screening
= No record of methylprednisolone, intravenous in the last 14 days (only days with at least 250 mg/day count).

I5 search
  methylprednisolone_iv | 500 mg/d | 2026-10-20 | to 2026-10-26
= Methylprednisolone, intravenous: all courses with a day in the last 14 days together come to 3.5 g (only days
= with at least 250 mg/day count; days not more than 3 days apart are one course; latest record from 2026-10-20 to
= 2026-10-26), above 3.0 g.

I5 search planned
= By this reading the condition always holds, whatever is recorded.

E1 search
= No record of dialysis (haemofiltration included), kidney transplant or dialysis by diagnosis code in the last 3
= months. No record of kidney transplant by diagnosis code at any time.

E2 search predecessor
  alt | 81 U/L | 2026-10-20 | high 40
  ast | 80 U/L | 2026-10-20 | high 40
= Alanine aminotransferase (ALT) 81 U/L on 2026-10-20 is 2.02 times its upper limit of normal (40 U/L), above 2
= times.

E2 search predecessor
  alt | 80.001 U/L | 2026-10-20 | high 40
  ast | 20 U/L | 2026-10-20 | high 40
= Alanine aminotransferase (ALT) 80.001 U/L on 2026-10-20 is 2.00002 times its upper limit of normal (40 U/L),
= above 2 times.

# a limit converted from 0.6813 ukat/L: nobody reads ten digits, but 40.9 beside 40.878 would be on the other side
E2 search predecessor
  alt | 81.8 U/L | 2026-10-20 | high 40.8779999183
  ast | 20 U/L | 2026-10-20 | high 40
= Alanine aminotransferase (ALT) 81.8 U/L on 2026-10-20 is 2.001 times its upper limit of normal (40.9 U/L), above
= 2 times.

E2 search predecessor
  alt | 20 U/L | 2026-10-20
  ast | 20 U/L | 2026-10-20 | high 40
= Alanine aminotransferase (ALT) 20 U/L on 2026-10-20: the result has no reference range of its own.

# 126.1 / 18.016 = 6.99933
E3 search
  glucose_fasting | 126.1 mg/dL | 2026-10-20
= Fasting glucose 6.999 mmol/L on 2026-10-20 is below 7.0 mmol/L. No record of glucose 2 hours after a meal in the
= last 28 days.

E3 search
= Fasting glucose: no result is recorded in the time that counts (the last 28 days).

E3 search
  glucose_fasting | 5.1 mmol/L | 2026-10-20
  glucose_2h_postprandial | 11.2 mmol/L | 2026-10-20
= Glucose 2 hours after a meal 11.2 mmol/L on 2026-10-20 is above 11.1 mmol/L.

E4 search
  mycophenolate | 1000 mg/d | 2026-08-01 | to 2026-09-01
= Mycophenolate is recorded from 2026-08-01 to 2026-09-01, within the last 12 weeks.

E4 search
  mycophenolate | 1000 mg/d | 2025-10-01 | completed
= Mycophenolate, recorded from 2025-10-01, without an end: the end is not recorded, so it is open whether it
= counts for the last 12 weeks.

E4 search
  mycophenolate | 1000 mg/d | 2025-10-01 | to soon
= Mycophenolate, recorded from 2025-10-01 to an end that cannot be read: this record could not be read in full, so
= it is open whether it counts for the last 12 weeks.

E4 search
  ciclosporin | 200 mg/d | 2026-10-01 | to soon
= Ciclosporin, recorded from 2026-10-01 to an end that cannot be read: this record could not be read in full. What
= counts, the whole length of the longest course of ciclosporin with a day in the last 12 weeks, is between 0 days
= and 32 days, which is not decisive for the limit of 14 days.

E4 screening
  mycophenolate | 1000 mg/d | 2025-10-01 | to 2026-09-01
  mycophenolate | false | 2026-10-20
  cyclophosphamide | false | 2026-10-20
  tacrolimus | false | 2026-10-20
  ciclosporin | false | 2026-10-20
  leflunomide | false | 2026-10-20
  ivig | false | 2026-10-20
= Mycophenolate is recorded from 2025-10-01 to 2026-09-01 (record f1), but recorded as absent on 2026-10-20
= (record f2).

E4 search listed_only
  ciclosporin | 200 mg/d | 2026-10-01 | to 2026-10-13
= No record of mycophenolate; cyclophosphamide; tacrolimus, systemic or intravenous immunoglobulin in the last 12
= weeks. Ciclosporin: the longest course with a day in the last 12 weeks lasts 13 days (latest record from
= 2026-10-01 to 2026-10-13), less than 14 days.

E4 search listed_only
  ivig | 24 g/d | 2026-10-20 | to 2026-10-20
= Intravenous immunoglobulin, recorded on 2026-10-20: no weight is recorded to divide the dose by.

E6a search
  hepatitis_b | | 2026-01-10 | to 2026-07-31
= No record of active hepatitis B, active hepatitis C, active tuberculosis, cytomegalovirus pneumonia, invasive fungal
= infection or viral hepatitis or mycosis, not specified in the last 3 months. No record of syphilis, HIV infection or
= syphilis or HIV that the code does not confirm at any time.

E6a search
  tuberculosis | | 2025-06-01 | provisional
= Active tuberculosis, recorded from 2025-06-01 on: the diagnosis is not confirmed, so it is open whether it
= counts for the last 3 months.

E6d search
  body_weight | 64.0 kg | 2026-10-20
  body_height | 200 cm | 2026-06-01
= Body mass index is 16 kg/m², not below 16 kg/m² (from body weight 64.0 kg on 2026-10-20, body height 200 cm on
= 2026-06-01).

E6d search
  body_weight | 64.0 kg | 2026-10-20
= Body mass index cannot be computed without body height: no result is recorded in the time that counts.

E7b search
  wbc | 6.4 10*9/L | 2026-10-20
  neutrophils | 4.1 10*9/L | 2026-10-20
  platelets | 49 10*9/L | 2026-10-20
= Platelets 49 × 10⁹/L on 2026-10-20 is below 50 × 10⁹/L. Cytopenia due to lupus activity, in a clinician's
= judgement: a clinician has not yet said what it is due to.

E7b search
  wbc | 6.4 10*9/L | 2026-10-20
= Neutrophils, platelets: no result is recorded in the time that counts (the last 28 days).

E8 search
  malignant_hypertension | | 2026-05-01 | active
= Malignant hypertension is recorded from 2026-05-01 on, which includes the reference date.

E8 screening
= Malignant hypertension: nobody has asked yet (the last 28 days).

E9 search
  wishes_pregnancy | false | 2026-10-20
  refuses_contraception | false | 2026-10-20
  breastfeeding | false | 2026-10-20
  pregnant | true | 2026-10-20
= The sex is not recorded as male. Pregnant: yes on 2026-10-20.

E10 search
  investigator_unsuitable | true | 2026-10-20
= Only an investigator can judge this; a search of records does not decide it.

E10 screening
  investigator_unsuitable | true | 2026-10-20
= Judged unsuitable by an investigator: yes on 2026-10-20.

E8 search
  malignant_hypertension | | not-a-date
= Malignant hypertension: a record of this kind could not be read.

I4 search
  serum_creatinine | 1 mg/dL | 2026-10-20
  serum_creatinine | 1 mg/dL | not-a-date
= A record that this criterion needs could not be read, so it stays open. What could be read: Serum creatinine
= 1 mg/dL on 2026-10-20 is below 3.0 mg/dL. eGFR by CKD-EPI 2009 (creatinine) is 72.4 mL/min/1.73 m², at least
= 30 mL/min/1.73 m² (from serum creatinine 1 mg/dL on 2026-10-20).
"""
"""A criterion with mode and reading (none: the chosen one); facts `concept | value unit | start | more`; the sentence."""


def _read_examples() -> list[tuple[str, str, str, str, str]]:
    found = []
    for block in EXAMPLES.strip().split("\n\n"):
        head, *rest = (line for line in block.splitlines() if not line.startswith("#"))
        criterion, mode, reading = (*head.split(), "")[:3]
        record = "\n".join(line for line in rest if not line.startswith("= "))
        found.append(
            (criterion, mode, reading, record, " ".join(line[2:] for line in rest if line.startswith("= ")))
        )
    return found


@pytest.mark.parametrize(("criterion", "mode", "reading", "record", "expected"), _read_examples())
def test_sentences(criterion: str, mode: str, reading: str, record: str, expected: str) -> None:
    each = assessed(person(record), criterion, reading=reading, mode=mode)
    assert english(sentence(each)) == expected
    assert chinese(sentence(each)).endswith("。")


@pytest.mark.parametrize(
    ("sex", "birth", "criterion", "expected"),
    [
        ("female", "1992-01-01", "A0", "Age is 34 years, at least 18 years and at most 75 years."),
        ("female", "1950-11-01", "A0", "Age is 76 years, above 75 years."),
        ("female", "2008", "A0", "Age is 17 to 18 years: the date is not precise enough."),
        ("female", "", "A0", "Age is not known: no readable birth date."),
        ("male", "1992-01-01", "E9", "The sex is recorded as male."),
    ],
)
def test_sex_and_age(sex: str, birth: str, criterion: str, expected: str) -> None:
    assert english(sentence(assessed(person("", sex=sex, birth=birth), criterion))) == expected


@pytest.mark.parametrize(
    ("sex", "birth", "expected"),
    [
        # the equation is for adults (Levey 2009); 16 on the reference date
        (
            "female",
            "2010-06-01",
            "eGFR by CKD-EPI 2009 (creatinine) is not computed: it is valid only for adults of 18 years or older.",
        ),
        # 141 x (2.0/0.7)^-1.209 x 0.993^36 x 1.018 = 31.3 and 141 x (2.0/0.9)^-1.209 x 0.993^36 = 41.7
        (
            "other",
            "1990-01-01",
            (
                "Serum creatinine 2.0 mg/dL on 2026-10-28 is below 3.0 mg/dL. "
                "eGFR by CKD-EPI 2009 (creatinine) is 31.3 mL/min/1.73 m² or more, at least 30 mL/min/1.73 m² "
                "(from serum creatinine 2.0 mg/dL on 2026-10-28)."
            ),
        ),
        # the same at 76: 0.993^76 instead of 0.993^36 gives 23.7 and 31.5
        (
            "unknown",
            "1950-01-01",
            (
                "eGFR by CKD-EPI 2009 (creatinine) is between 23.7 mL/min/1.73 m² and 31.5 mL/min/1.73 m², which is not "
                "decisive for the limit of 30 mL/min/1.73 m²: the sex is recorded neither as female nor as male, so it is "
                "computed for both."
            ),
        ),
    ],
)
def test_egfr_that_cannot_be_told(sex: str, birth: str, expected: str) -> None:
    who = person("serum_creatinine | 2.0 mg/dL | 2026-10-28", sex=sex, birth=birth)
    assert english(sentence(assessed(who, "I4"))) == expected


def test_chinese_reads_as_chinese() -> None:
    each = assessed(person("serum_creatinine | 282.88 umol/L | 2026-10-28"), "I4", reading="predecessor")
    assert chinese(sentence(each)) == "血清肌酐 3.2 mg/dL（2026-10-28）不低于3.0 mg/dL。"
    each = assessed(person("mycophenolate | 1000 mg/d | 2026-08-01 | to 2026-09-01"), "E4")
    assert (
        chinese(sentence(each))
        == "有吗替麦考酚酯（霉酚酸类）的记录（2026-08-01至2026-09-01），在近12周之内。"
    )
    each = assessed(person(""), "E6c")
    assert chinese(sentence(each)) == "既往任何时间无药物滥用（吸毒）、酗酒或物质使用（未必属滥用）的记录。"


def test_free_text_of_a_record_is_not_repeated() -> None:
    """A result that is no number may be anybody's remark, with names in it."""
    each = assessed(
        person("serum_creatinine | Dr-Wang-will-call mg/dL | 2026-10-28"), "I4", reading="predecessor"
    )
    assert english(sentence(each)) == "Serum creatinine, recorded on 2026-10-28: the result cannot be read."


# ---------------------------------------------------------------- no deciding part is lost, nothing raises


def named(leaf: Finding, study: str) -> set[str]:
    """The labels of which at least one must be in the sentence of a deciding leaf."""
    node = leaf.leaf
    if isinstance(node, n.Constant | n.SexIs):
        return set()
    concepts = {
        part.concept for part in node.walk() if isinstance(part, n.Pick | n.Score | n.Course | n.ItemCount)
    }
    concepts |= {node.concept} if isinstance(node, n.Present | n.Recorded) else set()
    concepts |= {fact.concept for fact in leaf.facts}
    formulas = {ASSESSMENTS[part.name].title for part in node.walk() if isinstance(part, n.Formula)}
    labels = {words(study).concepts[name].label for name in concepts}
    return {text.en.lower() for text in labels | formulas}


@pytest.mark.parametrize("study", STUDIES)
def test_every_scenario_in_every_reading_is_said_in_both_languages(study: str) -> None:
    rules = [rule for readings in eligibility(study).rules.values() for rule in readings.values()]
    seen = set()
    for scenario in scenarios(study):
        setting = Setting(scenario.mode, FORMULAS, scenario.not_covered)
        _, found = assess_person(
            typed(scenario.person, scenario.facts, study), rules, on=scenario.on, setting=setting
        )
        for each in found:
            said = sentence(each, study)
            if said in seen:
                continue
            seen.add(said)
            text = english(said)
            assert text.endswith("."), text
            assert text[0].isupper() or text.startswith(("24", "eGFR")), text
            assert "{" not in text
            assert re.search(r"[\u4e00-\u9fff]", chinese(said)), text
            for leaf in each.finding.leaves() if each.finding else ():
                labels = named(leaf, study)
                assert not labels or any(label in text.lower() for label in labels), (text, labels)
    assert len(seen) > 20


def test_deciding_parts_that_say_the_same_share_a_sentence() -> None:
    each = assessed(person(""), "E4", mode="search")
    assert each.finding is not None
    assert len(each.finding.leaves()) == 6
    assert english(sentence(each)).count("No record of") == 1


# ---------------------------------------------------------------- numbers never contradict

RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "below": lambda a, b: a < b,
    "not below": lambda a, b: a >= b,
    "above": lambda a, b: a > b,
    "not above": lambda a, b: a <= b,
    "at most": lambda a, b: a <= b,
    "at least": lambda a, b: a >= b,
    "exactly": lambda a, b: a == b,
    "not exactly": lambda a, b: a != b,
}
NEAR = st.one_of(
    st.floats(min_value=-14, max_value=-1).map(lambda power: 10.0**power),
    st.sampled_from([0.0, 1e-10, 9e-10, 1.1e-9, 2e-9, 1e-6]),
)


@given(
    operator=st.sampled_from(["<", "<=", ">", ">=", "="]),
    limit=st.sampled_from(["3.0", "3", "2.95", "0.15", "30.25"]),  # and what is near them is possible
    apart=NEAR,
    above=st.booleans(),
    unit=st.sampled_from(["mg/dL", "umol/L", "g/L"]),
)
def test_a_shown_result_never_contradicts_the_verdict(
    operator: n.Operator, limit: str, apart: float, above: bool, unit: str
) -> None:
    value = float(limit) * (1 + apart if above else 1 - apart)
    entered = value * {"mg/dL": 1.0, "umol/L": 88.4, "g/L": 0.01}[unit]
    node = n.Compare(operator, CREATININE, n.Literal(float(limit), f"{limit} mg/dL"))
    leaf = finding(node, person(f"serum_creatinine | {entered:.17f} {unit} | 2026-10-20"))
    assert leaf.truth is not None
    text = english(say_leaf(leaf, words()))
    shown = re.fullmatch(r"Serum creatinine (\S+) mg/dL on 2026-10-20 is (.+) (\S+) mg/dL\.", text)
    assert shown, text
    assert RELATIONS[shown[2]](float(shown[1]), float(shown[3])), text


@given(operator=st.sampled_from(["<", "<=", ">", ">="]), apart=NEAR, above=st.booleans())
def test_a_shown_multiple_of_the_upper_limit_never_contradicts(
    operator: n.Operator, apart: float, above: bool
) -> None:
    value = 80.0 * (1 + apart if above else 1 - apart)
    alt = n.Pick("alt", window=SCREENING, quantity="ratio")
    node = n.Compare(operator, alt, n.Literal(2.0, "2 ULN"))
    leaf = finding(node, person(f"alt | {value:.17f} U/L | 2026-10-20 | high 40"))
    text = english(say_leaf(leaf, words()))
    shown = re.search(r"is (\S+) times its upper limit of normal \(40 U/L\), (.+) 2 times\.$", text)
    assert shown, text
    assert RELATIONS[shown[2]](float(shown[1]), 2.0), text


@given(value=st.floats(min_value=1e-9, max_value=1e12), apart=NEAR, decimals=st.integers(0, 6))
def test_a_rounded_number_stays_on_its_side(value: float, apart: float, decimals: int) -> None:
    limit = f"{value * (1 + apart):.{decimals}f}"
    shown = float(figure(value, beside=(limit,)))
    if equal(value, float(limit)):
        assert shown == float(limit)
    else:
        assert (shown < float(limit)) == (value < float(limit))


def test_the_same_rule_in_another_unit_is_shown_in_that_unit() -> None:
    """A limit written in umol/L is compared, and shown, in umol/L; 3.2 mg/dL is 282.88 umol/L (88.4)."""
    node = replace(BELOW_3, right=n.Literal(3.0, "265.2 umol/L"))
    leaf = finding(node, person("serum_creatinine | 3.2 mg/dL | 2026-10-20"))
    assert (
        english(say_leaf(leaf, words()))
        == "Serum creatinine 283 µmol/L on 2026-10-20 is not below 265.2 µmol/L."
    )
    leaf = finding(node, person("serum_creatinine | 282.88 umol/L | 2026-10-20"))
    assert (
        english(say_leaf(leaf, words()))
        == "Serum creatinine 282.88 µmol/L on 2026-10-20 is not below 265.2 µmol/L."
    )


RESULTS = """
serum_creatinine | 0.9 mg/dL | 2026-10-20
serum_creatinine | 1.1 mg/dL | 2026-10-10
"""


@pytest.mark.parametrize(
    ("which", "shown"),
    [
        (
            "lowest",
            "not above",
        ),
        ("highest", "below"),
    ],
)
def test_two_results_compared_show_both(which: n.Which, shown: str) -> None:
    node = n.Compare(">" if which == "lowest" else "<", CREATININE, replace(CREATININE, which=which))
    leaf = finding(node, person(RESULTS))
    other = {"lowest": "0.9", "highest": "1.1"}[which]
    assert english(say_leaf(leaf, words())) == (
        f"Serum creatinine 0.9 mg/dL on 2026-10-20 is {shown} "
        f"the {which} serum creatinine in the last 28 days ({other} mg/dL)."
    )
