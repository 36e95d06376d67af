"""Prose: every kind of rule has words, every finding a sentence, in both languages, and no number contradicts it.

Expected sentences are written by hand from the criteria of the BEAM trial (`studies/beam/criteria.yaml`), whose limits
and boundary cases are those of the registry record NCT05863936 and its reading notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.assessments import ASSESSMENTS
from trialwright.eligibility.verdict import Assessed, assess_person
from trialwright.exchange.folder import read_scenarios, read_study
from trialwright.locale import read_catalogue
from trialwright.logic import nodes as n
from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import Context, Setting, evaluate, known_rows
from trialwright.logic.reasons import REASONS
from trialwright.record import Person, RawFact, RawPerson, SetAside, Unreadable, read_fact, read_person
from trialwright.study.prose import Outline, Words, describe, outline, say, say_leaf
from trialwright.study.prose.figures import either, figure, listed, quantity, quantity_text
from trialwright.study.prose.words import at_beginning, within_sentence
from trialwright.study.rules import FORMULAS, Eligibility, lower_study
from trialwright.study.scenario import Scenario
from trialwright.terms.compare import equal
from trialwright.terms.dates import Length
from trialwright.terms.message import Message, Text, render

ON = date(2026, 11, 1)
CHINESE = read_catalogue("zh")
STUDIES = ("beam", "bliss-ln", "template")


@cache
def eligibility(study: str = "beam") -> Eligibility:
    return lower_study(read_study(study))


@cache
def words(study: str = "beam") -> Words:
    return Words(eligibility(study).study)


def english(said: object) -> str:
    return render(said, {})


def chinese(said: object) -> str:
    """The Chinese of a sentence; fails if any part of it has none."""
    missing = [template for template in templates(said) if template not in CHINESE]
    assert not missing, f"no Chinese for {missing}"
    return render(said, CHINESE)


def templates(said: object) -> Iterator[str]:
    """Every template in a sentence, at any depth."""
    if isinstance(said, Message):
        yield said.template
        for _, value in said.values:
            yield from templates(value)
    elif isinstance(said, tuple | list):
        for part in said:
            yield from templates(part)


# ---------------------------------------------------------------- people


def person(table: str, *, sex: str = "female", birth: str = "1990-01-01", study: str = "beam") -> Person:
    """A person from lines `concept | value unit | start | more`; more: `to DATE`, `high NUMBER`, a status, a route."""
    types = eligibility(study).concept_types
    facts: dict[str, list] = {}
    unreadable = set()
    for number, line in enumerate((line for line in table.splitlines() if line.strip()), start=1):
        concept, amount, start, *more = (cell.strip() for cell in line.split("|"))
        value, _, unit = amount.partition(" ")
        named = dict(entry.split(" ", 1) if " " in entry else ("status", entry) for entry in more if entry)
        raw = RawFact(
            "p1",
            f"f{number}",
            types[concept].kind,
            concept,
            value=value,
            unit=unit,
            high=named.get("high", ""),
            start=start,
            end=named.get("to", ""),
            status=named.get("status", ""),
        )
        try:
            fact = read_fact(raw, types[concept])
        except SetAside:
            continue
        except Unreadable:
            unreadable.add(concept)
            continue
        assert fact is not None
        facts.setdefault(concept, []).append(fact)
    rows = {concept: tuple(found) for concept, found in facts.items()}
    return read_person(RawPerson("p1", sex, birth), rows, frozenset(unreadable))


def assessed(
    who: Person, criterion: str, *, reading: str = "", mode: str = "search", study: str = "beam"
) -> Assessed:
    chosen = eligibility(study).chosen({criterion: reading} if reading else None)
    setting = Setting(mode, FORMULAS)
    _, found = assess_person(who, [rule for rule in chosen if rule.id == criterion], on=ON, setting=setting)
    return found[0]


def sentence(each: Assessed, study: str = "beam") -> Message:
    return say(each.verdict, each.reason, each.finding, words(study))


# ---------------------------------------------------------------- completeness


def kinds(family: type[n.Node]) -> set[type[n.Node]]:
    below = set(family.__subclasses__())
    return below.union(*(kinds(each) for each in below)) if below else set()


SCREENING = n.Window(Length(28, "d"))
CREATININE = n.Pick("serum_creatinine", window=SCREENING)
ADMISSION = n.AnchorDay("admission", SCREENING, only_yes=True, default_on=True)
BELOW_3 = n.Compare("<", CREATININE, n.Literal(3.0, "3.0 mg/dL"))
DIALYSIS = n.Present("dialysis", "procedure", n.Window(Length(3, "mo")), SCREENING)
PULSE = n.Course(
    "methylprednisolone_iv", "window_dose", n.Window(Length(14, "d")), SCREENING, daily=250.0, gap=3
)

NUMBERS: Mapping[type[n.Number], n.Number] = {
    n.Literal: n.Literal(3.0, "3.0"),
    n.Age: n.Age(),
    n.Female: n.Female(),
    n.Pick: CREATININE,
    n.Score: n.Score(
        "sledai_2k",
        "sledai_item",
        tuple(
            ASSESSMENTS["sledai_2k"].compute_items({argument.name})
            for argument in ASSESSMENTS["sledai_2k"].arguments
        ),
        SCREENING,
    ),
    n.StandIn: n.StandIn(
        n.Pick("urine_protein_24h", window=SCREENING),
        n.Pick("urine_protein_creatinine_ratio", window=SCREENING),
    ),
    n.Formula: n.Formula("ckd_epi_2009", (CREATININE, n.Age(), n.Female()), "mL/min/{1.73_m2}"),
    n.Arithmetic: n.Arithmetic("-", n.Pick("alt", window=SCREENING), n.Pick("ast", window=SCREENING)),
    n.ItemCount: n.ItemCount("acr_1997_item", 11, n.Window(), SCREENING),
    n.ResultCount: n.ResultCount("serum_creatinine", SCREENING),
    n.Course: PULSE,
}

CONDITIONS: Mapping[type[n.Condition], n.Condition] = {
    n.Present: DIALYSIS,
    n.Recorded: n.Recorded("serum_creatinine", SCREENING),
    n.IsYes: n.IsYes(n.Pick("pregnant", window=SCREENING, missing="not_asked")),
    n.OneOf: n.OneOf(n.Pick("biopsy_class"), ("III", "IV"), (2, 3)),
    n.SexIs: n.SexIs(("female",)),
    n.Compare: BELOW_3,
    n.And: n.And((BELOW_3, DIALYSIS)),
    n.Or: n.Or((BELOW_3, DIALYSIS)),
    n.Not: n.Not(n.And((BELOW_3, DIALYSIS))),
    n.Unless: n.Unless(BELOW_3, DIALYSIS),
    n.When: n.When(DIALYSIS, BELOW_3, n.Constant(False)),
    n.ByMode: n.ByMode(n.Constant(None, "can_be_given"), BELOW_3),
    n.Constant: n.Constant(None, "can_be_given"),
}

RECORD = """
serum_creatinine | 0.9 mg/dL | 2026-10-20
serum_creatinine | 1.1 mg/dL | 2026-10-10
sledai_2k | 12 {score} | 2026-10-20
urine_protein_creatinine_ratio | 1.8 g/g | 2026-10-20
alt | 30 U/L | 2026-10-20
ast | 20 U/L | 2026-10-20
acr_1997_item | malar_rash | 2020
methylprednisolone_iv | 500 mg/d | 2026-10-25 | to 2026-10-27
dialysis | | 2026-10-01
pregnant | false | 2026-10-20
biopsy_class | IV | 2026-04-20
"""


def finding(node: n.Condition, who: Person, *, mode: str = "search") -> Finding:
    return evaluate(node, Context(who, ON, ON, Setting(mode, FORMULAS), known_rows(who, ON)))


def test_every_number_and_every_condition_has_an_example_here() -> None:
    assert set(NUMBERS) == kinds(n.Number)
    assert set(CONDITIONS) == kinds(n.Condition)


@pytest.mark.parametrize(
    "node", [*NUMBERS.values(), *CONDITIONS.values()], ids=lambda node: type(node).__name__
)
def test_every_node_is_described_in_both_languages(node: n.Node) -> None:
    for said in (english(describe(node, words())), chinese(describe(node, words()))):
        assert said.strip()
        assert "{" not in said
    if isinstance(node, n.Condition):
        lines = list(_lines(outline(node, words())))
        assert all(english(line) and chinese(line) for line in lines)


def _lines(whole: Outline) -> Iterator[Message]:
    yield whole.text
    for part in whole.parts:
        yield from _lines(part)


@pytest.mark.parametrize("kind", list(NUMBERS), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "="])
@pytest.mark.parametrize("limit", [0.0, 1.0, 1e6])
def test_every_number_that_decides_has_a_sentence(
    kind: type[n.Number], operator: n.Operator, limit: float
) -> None:
    node = n.Compare(operator, NUMBERS[kind], n.Literal(limit))
    for who in (person(RECORD), person("", sex="unknown", birth="")):
        for mode in ("search", "screening"):
            said = say_leaf(finding(node, who, mode=mode), words())
            assert english(said).endswith("."), english(said)
            assert chinese(said).endswith("。"), chinese(said)


@pytest.mark.parametrize("kind", list(CONDITIONS), ids=lambda kind: kind.__name__)
def test_every_condition_that_decides_has_a_sentence(kind: type[n.Condition]) -> None:
    for who in (
        person(RECORD),
        person("", sex="unknown"),
        person("dialysis | false | 2026-10-20", sex="male"),
    ):
        for mode in ("search", "screening"):
            found = finding(CONDITIONS[kind], who, mode=mode)
            said = say("pass", "in_range", found, words())
            assert english(said).endswith("."), english(said)
            assert chinese(said).endswith("。"), chinese(said)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_can_be_said(reason: str) -> None:
    """Also one that a part of the software not yet written may give."""
    unknown = Finding(None, reason, n.Constant(None, reason))
    leafless = Finding(None, reason, BELOW_3)
    for found in (unknown, leafless):
        assert english(say("unknown", reason, found, words())).endswith(".")
        assert chinese(say("unknown", reason, found, words())).endswith("。")
    assert chinese(say("not_assessed", reason, None, words())).endswith("。")


# ---------------------------------------------------------------- what was found, by hand


EXAMPLES = [
    # criterion, reading, mode, record, sentence
    (
        "I4",
        "",
        "search",
        "serum_creatinine | 282.88 umol/L | 2026-10-28",
        "Serum creatinine 3.2 mg/dL on 2026-10-28 is not below 3.0 mg/dL. "
        # 141 x (3.2 / 0.7)^-1.209 x 0.993^36 x 1.018 = 17.74, the equation of Levey 2009 by hand for a woman of 36
        "eGFR by CKD-EPI 2009 (creatinine) is 17.7 mL/min/1.73 m², below 30 mL/min/1.73 m² "
        "(from serum creatinine 3.2 mg/dL on 2026-10-28).",
    ),
    (
        "I4",
        "predecessor",
        "search",
        "serum_creatinine | 265.1 umol/L | 2026-10-28",
        "Serum creatinine 2.999 mg/dL on 2026-10-28 is below 3.0 mg/dL.",
    ),
    (
        "I4",
        "predecessor",
        "search",
        "serum_creatinine | 265.2 umol/L | 2026-10-28",
        "Serum creatinine 3.0 mg/dL on 2026-10-28 is not below 3.0 mg/dL.",
    ),
    (
        "I4",
        "predecessor",
        "search",
        "serum_creatinine | <0.2 mg/dL | 2026-10-28",
        "Serum creatinine <0.2 mg/dL on 2026-10-28 is below 3.0 mg/dL.",
    ),
    (
        "I4",
        "predecessor",
        "search",
        "serum_creatinine | <4.0 mg/dL | 2026-10-28",
        "Serum creatinine <4.0 mg/dL on 2026-10-28 leaves open how it compares with 3.0 mg/dL.",
    ),
    (
        "I4",
        "predecessor",
        "search",
        "serum_creatinine | 80 | 2026-10-28",
        "Serum creatinine 80 on 2026-10-28: the result has no unit, or one that is not known for this analyte.",
    ),
    (
        "I4",
        "predecessor",
        "search",
        "serum_creatinine | 2.5 mg/dL | 2026-10",
        "Serum creatinine 2.5 mg/dL in 2026-10: the date is not precise enough, so it is open whether it counts for "
        "the last 28 days.",
    ),
    (
        "I3",
        "",
        "search",
        "urine_protein_24h | 1.49 g/(24.h) | 2026-10-20",
        "24-hour urine protein 1.49 g/24 h on 2026-10-20 is below 1.5 g/24 h.",
    ),
    (
        "I3",
        "",
        "search",
        "urine_protein_creatinine_ratio | 1.8 g/g | 2026-10-20",
        "24-hour urine protein: no result is recorded in the time that counts (the last 28 days). "
        "Urine protein/creatinine ratio (UPCR) 1.8 g/g on 2026-10-20 suggests about 1.8 g/24 h, "
        "an estimate that does not decide.",
    ),
    (
        "I3",
        "accept_upcr",
        "search",
        "urine_protein_creatinine_ratio | 1.8 g/g | 2026-10-20",
        "Urine protein/creatinine ratio (UPCR) 1.8 g/g on 2026-10-20 (standing in for 24-hour urine protein) "
        "is at least 1.5 g/24 h.",
    ),
    (
        "I2",
        "",
        "search",
        "biopsy_class | V + III | 2026-04-20\nchronicity_index | 2 {score} | 2026-04-20",
        "Thrombotic microangiopathy in the biopsy: not recorded for the day of the latest biopsy.",
    ),
    (
        "I2",
        "",
        "search",
        "biopsy_class | II | 2026-04-20\nchronicity_index | 1 {score} | 2026-04-20\nbiopsy_tma | false | 2026-04-20",
        "Biopsy class (ISN/RPS 2003) II on 2026-04-20 is none of III, IV, V, III+V and IV+V.",
    ),
    (
        "I2",
        "",
        "search",
        "biopsy_class | III | 2026-04-20\nbiopsy_class | IV | 2026-04-20\nchronicity_index | 1 {score} | 2026-04-20\n"
        "biopsy_tma | false | 2026-04-20",
        "The records contradict each other: biopsy class (ISN/RPS 2003) III on 2026-04-20 (record f1) and "
        "biopsy class (ISN/RPS 2003) IV on 2026-04-20 (record f2).",
    ),
    (
        "I1",
        "",
        "search",
        "acr_1997_item | malar_rash | 2020\nacr_1997_item | renal | 2020\nacr_1997_item | ana | 2020\n"
        "sledai_2k | 12 {score} | 2026-10-20",
        "No record of systemic lupus erythematosus or lupus nephritis at any time. "
        "ACR 1997 criterion met: 3 of 11 items are recorded, less than 4.",
    ),
    (
        "I1",
        "",
        "search",
        "lupus_nephritis | | 2025-11-10 | active\nsledai_2k | 10 {score} | 2026-10-20\nbiopsy_class | IV | 2026-04-20",
        "SLEDAI-2K 10 on 2026-10-20 is not above 10. Biopsy class (ISN/RPS 2003) IV on 2026-04-20 is not V.",
    ),
    (
        "I5",
        "",
        "search",
        "",
        "No record of methylprednisolone, intravenous in the last 14 days (only days with at least 250 mg/day count). "
        "This stays open: not given yet; it can still be given.",
    ),
    (
        "I5",
        "",
        "screening",
        "",
        "No record of methylprednisolone, intravenous in the last 14 days (only days with at least 250 mg/day count).",
    ),
    (
        "I5",
        "",
        "search",
        "methylprednisolone_iv | 500 mg/d | 2026-10-20 | to 2026-10-26",
        "Methylprednisolone, intravenous: all courses with a day in the last 14 days together come to 3.5 g "
        "(only days with at least 250 mg/day count; days not more than 3 days apart are one course; "
        "latest record from 2026-10-20 to 2026-10-26), above 3.0 g.",
    ),
    ("I5", "planned", "search", "", "By this reading the condition always holds, whatever is recorded."),
    (
        "E1",
        "",
        "search",
        "",
        "No record of dialysis (haemofiltration included) or kidney transplant in the last 3 months.",
    ),
    (
        "E2",
        "predecessor",
        "search",
        "alt | 81 U/L | 2026-10-20 | high 40\nast | 80 U/L | 2026-10-20 | high 40",
        "Alanine aminotransferase (ALT) 81 U/L on 2026-10-20 is 2.02 times its upper limit of normal (40 U/L), "
        "above 2 times.",
    ),
    (
        "E2",
        "predecessor",
        "search",
        "alt | 80.001 U/L | 2026-10-20 | high 40\nast | 20 U/L | 2026-10-20 | high 40",
        "Alanine aminotransferase (ALT) 80.001 U/L on 2026-10-20 is 2.00002 times its upper limit of normal (40 U/L), "
        "above 2 times.",
    ),
    (
        "E2",
        "predecessor",
        "search",
        "alt | 20 U/L | 2026-10-20\nast | 20 U/L | 2026-10-20 | high 40",
        "Alanine aminotransferase (ALT) 20 U/L on 2026-10-20: the result has no reference range of its own.",
    ),
    (
        "E3",
        "",
        "search",
        "glucose_fasting | 126.1 mg/dL | 2026-10-20",
        # 126.1 / 18.016 = 6.99933
        "Fasting glucose 6.999 mmol/L on 2026-10-20 is below 7.0 mmol/L. "
        "No record of glucose 2 hours after a meal in the last 28 days.",
    ),
    (
        "E3",
        "",
        "search",
        "",
        "Fasting glucose: no result is recorded in the time that counts (the last 28 days).",
    ),
    (
        "E3",
        "",
        "search",
        "glucose_fasting | 5.1 mmol/L | 2026-10-20\nglucose_2h_postprandial | 11.2 mmol/L | 2026-10-20",
        "Glucose 2 hours after a meal 11.2 mmol/L on 2026-10-20 is above 11.1 mmol/L.",
    ),
    (
        "E4",
        "",
        "search",
        "mycophenolate | 1000 mg/d | 2026-08-01 | to 2026-09-01",
        "Mycophenolate is recorded from 2026-08-01 to 2026-09-01, within the last 12 weeks.",
    ),
    (
        "E4",
        "",
        "search",
        "mycophenolate | 1000 mg/d | 2025-10-01 | completed",
        "Mycophenolate, recorded from 2025-10-01, without an end: the end is not recorded, so it is open whether it "
        "counts for the last 12 weeks.",
    ),
    (
        "E4",
        "",
        "screening",
        "mycophenolate | 1000 mg/d | 2025-10-01 | to 2026-09-01\nmycophenolate | false | 2026-10-20\n"
        "cyclophosphamide | false | 2026-10-20\ntacrolimus | false | 2026-10-20\nciclosporin | false | 2026-10-20\n"
        "leflunomide | false | 2026-10-20\nivig | false | 2026-10-20",
        "Mycophenolate is recorded from 2025-10-01 to 2026-09-01 (record f1), but recorded as absent on 2026-10-20 "
        "(record f2).",
    ),
    (
        "E4",
        "listed_only",
        "search",
        "ciclosporin | 200 mg/d | 2026-10-01 | to 2026-10-13",
        "No record of mycophenolate; cyclophosphamide or tacrolimus, systemic in the last 12 weeks. "
        "Ciclosporin: the longest course with a day in the last 12 weeks lasts 13 days "
        "(latest record from 2026-10-01 to 2026-10-13), less than 14 days. "
        "No record of intravenous immunoglobulin in the last 12 weeks.",
    ),
    (
        "E4",
        "listed_only",
        "search",
        "ivig | 24 g/d | 2026-10-20",
        "Intravenous immunoglobulin, recorded on 2026-10-20: no weight is recorded to divide the dose by.",
    ),
    (
        "E6a",
        "",
        "search",
        "hepatitis_b | | 2026-01-10 | to 2026-07-31",
        "No record of active hepatitis B, active hepatitis C, active tuberculosis, cytomegalovirus pneumonia or "
        "invasive fungal infection in the last 3 months. No record of syphilis or HIV infection at any time.",
    ),
    (
        "E6a",
        "",
        "search",
        "tuberculosis | | 2025-06-01 | provisional",
        "Active tuberculosis, recorded from 2025-06-01 on: the diagnosis is not confirmed, so it is open whether it "
        "counts for the last 3 months.",
    ),
    (
        "E6d",
        "",
        "search",
        "body_weight | 64.0 kg | 2026-10-20\nbody_height | 200 cm | 2026-06-01",
        "Body mass index is 16 kg/m², not below 16 kg/m² "
        "(from body weight 64.0 kg on 2026-10-20, body height 200 cm on 2026-06-01).",
    ),
    (
        "E6d",
        "",
        "search",
        "body_weight | 64.0 kg | 2026-10-20",
        "Body mass index cannot be computed without body height: no result is recorded in the time that counts.",
    ),
    (
        "E7b",
        "",
        "search",
        "wbc | 6.4 10*9/L | 2026-10-20\nneutrophils | 4.1 10*9/L | 2026-10-20\nplatelets | 49 10*9/L | 2026-10-20",
        "Platelets 49 × 10⁹/L on 2026-10-20 is below 50 × 10⁹/L. Cytopenia due to lupus activity, in a clinician's "
        "judgement: a clinician has not yet said what it is due to.",
    ),
    (
        "E7b",
        "",
        "search",
        "wbc | 6.4 10*9/L | 2026-10-20",
        "Neutrophils, platelets: no result is recorded in the time that counts (the last 28 days).",
    ),
    (
        "E8",
        "",
        "search",
        "malignant_hypertension | | 2026-05-01 | active",
        "Malignant hypertension is recorded from 2026-05-01 on, which includes the reference date.",
    ),
    (
        "E8",
        "",
        "screening",
        "",
        "Malignant hypertension: nobody has asked yet (the last 28 days).",
    ),
    (
        "E9",
        "",
        "search",
        "wishes_pregnancy | false | 2026-10-20\nrefuses_contraception | false | 2026-10-20\n"
        "breastfeeding | false | 2026-10-20\npregnant | true | 2026-10-20",
        "The sex is not recorded as male. Pregnant: yes on 2026-10-20.",
    ),
    (
        "E10",
        "",
        "search",
        "investigator_unsuitable | true | 2026-10-20",
        "Only an investigator can judge this; a search of records does not decide it.",
    ),
    (
        "E10",
        "",
        "screening",
        "investigator_unsuitable | true | 2026-10-20",
        "Judged unsuitable by an investigator: yes on 2026-10-20.",
    ),
    (
        "E8",
        "",
        "search",
        "malignant_hypertension | | not-a-date",
        "A record that this criterion needs could not be read, so it stays open. What could be read: "
        "No record of malignant hypertension on the reference date.",
    ),
]


@pytest.mark.parametrize(("criterion", "reading", "mode", "record", "expected"), EXAMPLES)
def test_sentences(criterion: str, reading: str, mode: str, record: str, expected: str) -> None:
    each = assessed(person(record), criterion, reading=reading, mode=mode)
    assert english(sentence(each)) == expected
    assert not re.search("[。，；]", english(sentence(each)))
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
            "Serum creatinine 2.0 mg/dL on 2026-10-28 is below 3.0 mg/dL. "
            "eGFR by CKD-EPI 2009 (creatinine) is 31.3 mL/min/1.73 m² or more, at least 30 mL/min/1.73 m² "
            "(from serum creatinine 2.0 mg/dL on 2026-10-28).",
        ),
        # the same at 76: 0.993^76 instead of 0.993^36 gives 23.7 and 31.5
        (
            "unknown",
            "1950-01-01",
            "eGFR by CKD-EPI 2009 (creatinine) is between 23.7 mL/min/1.73 m² and 31.5 mL/min/1.73 m², which is not "
            "decisive for the limit of 30 mL/min/1.73 m²: the sex is recorded neither as female nor as male, so it is "
            "computed for both.",
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
    assert chinese(sentence(each)) == "既往任何时间无药物滥用（吸毒）或酗酒的记录。"


def test_free_text_of_a_record_is_not_repeated() -> None:
    """A result that is no number may be anybody's remark, with names in it."""
    each = assessed(
        person("serum_creatinine | Dr-Wang-will-call mg/dL | 2026-10-28"), "I4", reading="predecessor"
    )
    assert english(sentence(each)) == "Serum creatinine, recorded on 2026-10-28: the result cannot be read."


# ---------------------------------------------------------------- no deciding part is lost, nothing raises


@cache
def scenarios(study: str) -> tuple[Scenario, ...]:
    return read_scenarios(study, study=eligibility(study).study)


def typed(scenario: Scenario, study: str) -> Person:
    types = eligibility(study).concept_types
    facts: dict[str, list] = {}
    unreadable = set()
    for raw in scenario.facts:
        try:
            fact = read_fact(raw, types[raw.concept])
        except SetAside:
            continue
        except Unreadable:
            unreadable.add(raw.concept)
            continue
        if fact is not None:
            facts.setdefault(raw.concept, []).append(fact)
    rows = {concept: tuple(found) for concept, found in facts.items()}
    return read_person(scenario.person, rows, frozenset(unreadable))


def named(leaf: Finding) -> set[str]:
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
    return {label.en.lower() for label in (words_label(name) for name in concepts)} | {
        title.en.lower() for title in formulas
    }


def words_label(concept: str) -> Text:
    return next(each.concepts[concept].label for each in map(words, STUDIES) if concept in each.concepts)


@pytest.mark.parametrize("study", STUDIES)
def test_every_scenario_in_every_reading_is_said_in_both_languages(study: str) -> None:
    rules = [rule for readings in eligibility(study).rules.values() for rule in readings.values()]
    seen = set()
    for scenario in scenarios(study):
        setting = Setting(scenario.mode, FORMULAS, scenario.not_covered)
        _, found = assess_person(typed(scenario, study), rules, on=scenario.on, setting=setting)
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
                labels = named(leaf) if study == "beam" else set()
                assert not labels or any(label in text.lower() for label in labels), (text, labels)
    assert len(seen) > 20


def test_deciding_parts_that_say_the_same_share_a_sentence() -> None:
    each = assessed(person(""), "E4", mode="search")
    assert len(each.finding.leaves()) == 6 if each.finding else False
    assert english(sentence(each)).count("No record of") == 1


# ---------------------------------------------------------------- numbers never contradict

RELATIONS = {
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
    limit=st.sampled_from(["3.0", "3", "2.95", "0.05", "1234.5"]),
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


# ---------------------------------------------------------------- small parts


@pytest.mark.parametrize(
    ("value", "beside", "shown"),
    [
        (3.2000000000000006, ("3.0",), "3.2"),
        (25.7312, ("30",), "25.7"),
        (2.9999, ("3.0",), "2.9999"),
        (6.99933, ("7.0",), "6.999"),
        (3.0000000000000004, ("3.0",), "3.0"),
        (16.0156, ("16",), "16.02"),  # 16.0 would read as being 16
        (49.0, ("50",), "49"),
        (1234.56, (), "1235"),
        (0.04567, (), "0.0457"),
        (0.0, ("1.5",), "0.0"),
        (4.0, ("3.0",), "4.0"),
        (1e17, (), "1e+17"),
    ],
)
def test_figures(value: float, beside: tuple[str, ...], shown: str) -> None:
    assert figure(value, beside=beside) == shown


@pytest.mark.parametrize(
    ("number", "unit", "en", "zh"),
    [
        ("3.0", "mg/dL", "3.0 mg/dL", "3.0 mg/dL"),
        ("30", "mL/min/{1.73_m2}", "30 mL/min/1.73 m²", "30 mL/min/1.73 m²"),
        ("49", "10*9/L", "49 × 10⁹/L", "49 × 10⁹/L"),
        ("1.5", "g/(24.h)", "1.5 g/24 h", "1.5 g/24 h"),
        ("1.8", "g/g{creat}", "1.8 g/g", "1.8 g/g"),
        ("80", "umol/L", "80 µmol/L", "80 µmol/L"),
        ("5", "/uL", "5/µL", "5/µL"),
        ("5", "/[HPF]", "5/HPF", "5/HPF"),
        ("30", "[IU]/mL", "30 IU/mL", "30 IU/mL"),
        ("16", "kg/m2", "16 kg/m²", "16 kg/m²"),
        ("120", "mm[Hg]", "120 mmHg", "120 mmHg"),
        ("38.5", "Cel", "38.5 °C", "38.5 °C"),
        ("10", "{score}", "10", "10"),
        ("250", "mg/d", "250 mg/day", "250 mg/日"),
        ("400", "mg/kg/d", "400 mg/kg/day", "400 mg/kg/日"),
        ("14", "d", "14 days", "14天"),
        ("1", "wk", "1 week", "1周"),
        ("24", "h", "24 hours", "24小时"),
    ],
)
def test_quantities(number: str, unit: str, en: str, zh: str) -> None:
    assert english(quantity(number, unit)) == en
    assert chinese(quantity(number, unit)) == zh
    assert english(quantity_text(f"{number} {unit}")) == en


@pytest.mark.parametrize(
    ("label", "inside", "first"),
    [
        ("Serum creatinine", "serum creatinine", "Serum creatinine"),
        ("SLEDAI-2K", "SLEDAI-2K", "SLEDAI-2K"),
        ("Anti-dsDNA antibodies", "anti-dsDNA antibodies", "Anti-dsDNA antibodies"),
        ("B cells (CD19+)", "B cells (CD19+)", "B cells (CD19+)"),
        ("IgA nephropathy", "IgA nephropathy", "IgA nephropathy"),
        ("24-hour urine protein", "24-hour urine protein", "24-hour urine protein"),
        ("eGFR by CKD-EPI 2009", "eGFR by CKD-EPI 2009", "eGFR by CKD-EPI 2009"),
        ("systemic lupus erythematosus", "systemic lupus erythematosus", "Systemic lupus erythematosus"),
    ],
)
def test_labels_fit_their_place(label: str, inside: str, first: str) -> None:
    assert within_sentence(Text(label, "")).en == inside
    assert at_beginning(Text(label, "")).en == first


def window(count: int | None, unit: str = "d", anchor: n.AnchorDay | None = None) -> n.Window:
    return n.Window(None if count is None else Length(count, unit), anchor)


BIOPSY = n.AnchorDay("biopsy_class", n.Window())


@pytest.mark.parametrize(
    ("of", "within", "span", "within_zh"),
    [
        (window(28), "in the last 28 days", "the last 28 days", "近28天内"),
        (window(12, "wk"), "in the last 12 weeks", "the last 12 weeks", "近12周内"),
        (window(3, "mo"), "in the last 3 months", "the last 3 months", "近3个月内"),
        (window(1, "mo"), "in the last month", "the last month", "近1个月内"),
        (window(0), "on the reference date", "the reference date itself", "参考日期当日"),
        (
            window(1),
            "on the reference date or the day before",
            "the reference date and the day before",
            "参考日期当日或前一日",
        ),
        (window(None), "at any time", "any time up to the reference date", "既往任何时间"),
        (
            window(0, "d", BIOPSY),
            "on the day of the latest biopsy class (ISN/RPS 2003)",
            "the day of the latest biopsy class (ISN/RPS 2003)",
            "最近一次肾活检病理分型（ISN/RPS 2003）当日",
        ),
        (
            window(1, "mo", ADMISSION),
            "in the month up to the day of the latest hospital admission in the last 28 days "
            "(without one, the reference date)",
            "the month up to the day of the latest hospital admission in the last 28 days "
            "(without one, the reference date)",
            "截至近28天内最近一次入院当日（若无，则为参考日期）的1个月内",
        ),
        (
            window(14, "d", BIOPSY),
            "in the 14 days up to the day of the latest biopsy class (ISN/RPS 2003)",
            "the 14 days up to the day of the latest biopsy class (ISN/RPS 2003)",
            "截至最近一次肾活检病理分型（ISN/RPS 2003）当日的14天内",
        ),
        (
            window(1, "d", BIOPSY),
            "on the day of the latest biopsy class (ISN/RPS 2003) or the day before",
            "the day of the latest biopsy class (ISN/RPS 2003) and the day before",
            "最近一次肾活检病理分型（ISN/RPS 2003）当日或前一日",
        ),
        (
            window(None, "d", BIOPSY),
            "at any time up to the day of the latest biopsy class (ISN/RPS 2003)",
            "any time up to the day of the latest biopsy class (ISN/RPS 2003)",
            "截至最近一次肾活检病理分型（ISN/RPS 2003）当日的任何时间",
        ),
    ],
)
def test_windows(of: n.Window, within: str, span: str, within_zh: str) -> None:
    assert english(words().within(of)) == within
    assert english(words().span(of)) == span
    assert chinese(words().within(of)) == within_zh
    assert chinese(words().span(of))


@pytest.mark.parametrize(
    ("criterion", "reading", "expected"),
    [
        ("A0", "seed", "the age is at least 18 years and at most 75 years"),
        ("I4", "predecessor", "the latest serum creatinine in the last 28 days is below 3.0 mg/dL"),
        (
            "I4",
            "strict",
            "the latest serum creatinine in the last 28 days is below 3.0 mg/dL, and eGFR by CKD-EPI 2009 (creatinine) "
            "(computed from the latest serum creatinine in the last 28 days, the age and the sex) is at least "
            "30 mL/min/1.73 m²",
        ),
        (
            "E1",
            "default",
            "dialysis (haemofiltration included) or kidney transplant is recorded as done in the last 3 months",
        ),
        (
            "E2",
            "predecessor",
            "the latest alanine aminotransferase (ALT) in the last 28 days is above 2 times its upper limit of normal, "
            "or the latest aspartate aminotransferase (AST) in the last 28 days is above 2 times its upper limit of "
            "normal",
        ),
        (
            "E6c",
            "literal_and",
            "drug abuse is recorded as present at any time, and alcohol abuse is recorded as present at any time",
        ),
        ("E8", "default", "malignant hypertension is recorded as present on the reference date"),
        ("I5", "planned", "always"),
    ],
)
def test_rules_in_words(criterion: str, reading: str, expected: str) -> None:
    assert english(describe(eligibility().rules[criterion][reading].condition, words())) == expected


@pytest.mark.parametrize("study", STUDIES)
def test_every_reading_is_described_in_both_languages(study: str) -> None:
    for readings in eligibility(study).rules.values():
        for rule in readings.values():
            for node in rule.condition.walk():
                said = describe(node, words(study))
                assert "{" not in english(said)
                assert re.search(r"[\u4e00-\u9fff]|^[\d.]+", chinese(said)), english(said)
            assert all(chinese(line) for line in _lines(outline(rule.condition, words(study))))


def test_an_outline_says_the_same_as_the_clause() -> None:
    """Every line of an outline that holds no further lines stands in the clause too, word for word."""
    for criterion in ("I1", "I2", "E3", "E6a"):
        condition = eligibility().rules[criterion]["default"].condition
        clause = english(describe(condition, words()))
        leaves = [line for line in _leaf_lines(outline(condition, words()))]
        assert leaves
        assert all(english(line) in clause for line in leaves)


def _leaf_lines(whole: Outline) -> Iterator[Message]:
    if not whole.parts:
        yield whole.text
    for part in whole.parts:
        yield from _leaf_lines(part)


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


def test_two_results_compared_show_both() -> None:
    node = n.Compare(">", CREATININE, replace(CREATININE, which="lowest"))
    leaf = finding(node, person(RECORD))
    assert english(say_leaf(leaf, words())) == (
        "Serum creatinine 0.9 mg/dL on 2026-10-20 is not above "
        "the lowest serum creatinine in the last 28 days (0.9 mg/dL)."
    )


def test_lists_of_labels_with_commas_are_told_apart() -> None:
    assert english(listed([Text("a", "甲"), Text("b, c", "乙")])) == "a; b, c"
    assert english(either([Text("a", "甲"), Text("b", "乙"), Text("c", "丙")])) == "a, b or c"
    assert chinese(either([Text("a", "甲"), Text("b", "乙"), Text("c", "丙")])) == "甲、乙或丙"
