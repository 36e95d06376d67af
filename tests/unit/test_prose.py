"""Rules in words: every kind of node has words in both languages, and small parts read well.

The expected words are written by hand from the criteria of the BEAM trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import get_args, get_type_hints

import pytest

from tests.unit.prose_support import (
    CREATININE,
    SCREENING,
    STUDIES,
    chinese,
    eligibility,
    english,
    finding,
    lines,
    person,
    words,
)
from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.logic.finding import Finding
from trialwright.logic.reasons import REASONS
from trialwright.study.prose import Outline, describe, outline, say, say_leaf
from trialwright.study.prose.figures import either, figure, listed, quantity, quantity_text
from trialwright.study.prose.words import at_beginning, within_sentence
from trialwright.terms.dates import Length
from trialwright.terms.message import Message, Text


def test_a_coded_value_that_is_a_concept_has_the_label_of_the_concept() -> None:
    spoken = words("bliss-ln")
    regimens = [spoken.coded("induction_regimen", index) for index in (0, 1)]
    assert [english(each) for each in regimens] == ["cyclophosphamide", "mycophenolate"]
    assert [chinese(each) for each in regimens] == ["环磷酰胺", "吗替麦考酚酯"]


def kinds(family: type[n.Node]) -> set[type[n.Node]]:
    """Every kind of node of a family."""
    return {
        each
        for each in vars(n).values()
        if isinstance(each, type) and issubclass(each, family) and each is not family
    }


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

WEIGHT = n.Pick("body_weight", window=n.Window(Length(6, "mo")), missing="weight_missing")
OTHER_NUMBERS = (
    *(replace(CREATININE, which=which) for which in get_args(n.Which)),
    replace(CREATININE, surrogate=n.Pick("urine_protein_24h")),
    *(replace(PULSE, measure=measure) for measure in get_args(n.Measure)),
    replace(PULSE, daily=0.0, gap=1),
    replace(PULSE, measure="max_daily_dose", except_daily=250.0, except_window=n.Window(Length(14, "d"))),
    n.Course("ivig", "max_daily_dose", n.Window(Length(12, "wk")), SCREENING, weight=WEIGHT),
    *(
        n.Arithmetic(operator, CREATININE, n.Literal(2.0, "2"))
        for operator in get_args(get_type_hints(n.Arithmetic)["operator"])
    ),
    n.Formula("bmi", (WEIGHT, n.Pick("body_height", window=SCREENING)), "kg/m2"),
)

CONDITIONS: Mapping[type[n.Condition], n.Condition] = {
    n.Present: DIALYSIS,
    n.Recorded: n.Recorded("serum_creatinine", SCREENING),
    n.Happened: n.Happened("rescue"),
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


def test_every_number_and_every_condition_has_an_example_here() -> None:
    assert set(NUMBERS) == kinds(n.Number)
    assert set(CONDITIONS) == kinds(n.Condition)


@pytest.mark.parametrize(
    "node",
    [*NUMBERS.values(), *OTHER_NUMBERS, *CONDITIONS.values(), ADMISSION],
    ids=lambda node: type(node).__name__,
)
def test_every_node_is_described_in_both_languages(node: n.Node) -> None:
    for said in (english(describe(node, words())), chinese(describe(node, words()))):
        assert said.strip()
        assert "{" not in said
    if isinstance(node, n.Condition):
        assert all(english(line) and chinese(line) for line in lines(outline(node, words())))


@pytest.mark.parametrize(
    "number", [*NUMBERS.values(), *OTHER_NUMBERS], ids=lambda number: type(number).__name__
)
@pytest.mark.parametrize("operator", get_args(n.Operator))
@pytest.mark.parametrize("limit", [0.0, 1.0, 1e6])
def test_every_number_that_decides_has_a_sentence(
    number: n.Number, operator: n.Operator, limit: float
) -> None:
    node = n.Compare(operator, number, n.Literal(limit))
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
        (0.0, ("1.5",), "0"),
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
            (
                "in the month up to the day of the latest hospital admission in the last 28 days "
                "(without one, the reference date)"
            ),
            (
                "the month up to the day of the latest hospital admission in the last 28 days "
                "(without one, the reference date)"
            ),
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


RULES = """
A0 seed
= the age is at least 18 years and at most 75 years

I1 default
= ((systemic lupus erythematosus or lupus nephritis is recorded as present at any time), or the number of
= different entries for "ACR 1997 criterion met" at any time (of 11) is no less than 4), and (the latest SLEDAI-2K
= in the last 28 days (added up from its items where their list is complete, else as recorded) is above 10, or the
= latest biopsy class (ISN/RPS 2003) at any time is V)

I2 default
= the latest biopsy class (ISN/RPS 2003) at any time is III, IV, V, III+V or IV+V, and the latest NIH chronicity
= index on the day of the latest biopsy class (ISN/RPS 2003) is below 3, and the latest entry for "thrombotic
= microangiopathy in the biopsy" on the day of the latest biopsy class (ISN/RPS 2003) is no

I3 default
= the latest 24-hour urine protein in the last 28 days (urine protein/creatinine ratio (UPCR) alone is shown but
= does not decide) is at least 1.5 g/24 h

I3 accept_upcr
= the latest 24-hour urine protein in the last 28 days or, where there is no such result at all, the latest urine
= protein/creatinine ratio (UPCR) in the last 28 days is at least 1.5 g/24 h

I4 strict
= the latest serum creatinine in the last 28 days is below 3.0 mg/dL, and eGFR by CKD-EPI 2009 (creatinine)
= (computed from the latest serum creatinine in the last 28 days, the age and the sex) is at least 30 mL/min/1.73
= m²

I4 predecessor
= the latest serum creatinine in the last 28 days is below 3.0 mg/dL

I5 default
= if methylprednisolone, intravenous is recorded on some day in the last 14 days (only days with at least 250
= mg/day count): (the total dose of methylprednisolone, intravenous in the last 14 days (only days with at least
= 250 mg/day count) is at least 1.5 g, and the total dose of all whole courses of methylprednisolone, intravenous
= with a day in the last 14 days (only days with at least 250 mg/day count; days not more than 3 days apart are
= one course) is at most 3.0 g); otherwise: (in a search of records: left open (not given so far; nothing recorded
= rules it out); at the bedside: never)

I5 planned
= always

E1 default
= (dialysis (haemofiltration included) or kidney transplant is recorded as done in the last 3 months), or (in a
= search of records: dialysis by diagnosis code is recorded as present in the last 3 months; at the bedside:
= never), or (in a search of records: (kidney transplant by diagnosis code is recorded as present at any time, and
= left open (the date is not recorded)); at the bedside: never)

E2 predecessor
= the latest alanine aminotransferase (ALT) in the last 28 days is above 2 times its upper limit of normal, or the
= latest aspartate aminotransferase (AST) in the last 28 days is above 2 times its upper limit of normal

E3 default
= the latest fasting glucose in the last 28 days is at least 7.0 mmol/L, or (a result of glucose 2 hours after a
= meal is recorded in the last 28 days, and the latest glucose 2 hours after a meal in the last 28 days is above
= 11.1 mmol/L)

E4 no_other_mp
= (mycophenolate, cyclophosphamide or tacrolimus, systemic is recorded as given in the last 12 weeks), or the
= whole length of the longest course of ciclosporin with a day in the last 12 weeks is no less than 14 days, or
= the whole length of the longest course of leflunomide with a day in the last 12 weeks is no less than 28 days,
= or the highest dose of intravenous immunoglobulin on one day in the last 12 weeks (doses recorded per day are
= divided by the latest body weight in the last 6 months) is at least 400 mg/kg/day, or the highest dose of
= methylprednisolone, intravenous on one day in the last 12 weeks (days with at least 250 mg/day in the last 14
= days are left out) is at least 80 mg/day

E5b default
= active infection is recorded as present on the reference date, or antibiotic, intravenous is recorded as given
= in the month up to the day of the latest hospital admission in the last 28 days (without one, the reference
= date), or antibiotic, intravenous is recorded as given on the reference date

E6a default
= (active hepatitis B, active hepatitis C, active tuberculosis, cytomegalovirus pneumonia or invasive fungal
= infection is recorded as present in the last 3 months), or (syphilis or HIV infection is recorded as present at
= any time), or (in a search of records: ((viral hepatitis or mycosis, not specified is recorded as present in the
= last 3 months, or syphilis or HIV that the code does not confirm is recorded as present at any time), and left
= open (the diagnosis is not confirmed)); at the bedside: never)

E6c literal_and
= (drug abuse is recorded as present at any time, or (in a search of records: (substance use that may
= be no abuse is recorded as present at any time, and left open (the diagnosis is not confirmed)); at the bedside:
= never)), and (alcohol
= abuse is recorded as present at any time, or (in a search of records: (substance use that may
= be no abuse is recorded as present at any time, and left open (the diagnosis is not confirmed)); at the bedside:
= never))

E6d default
= body mass index (computed from the latest body weight in the last 6 months and the latest body height in the
= last 6 months) is below 16 kg/m²

E7a default
= severe, life-threatening cardiovascular disease is recorded as present at any time, or (in a search of records:
= (cardiovascular disease that can threaten life is recorded as present at any time, and left open (a clinician
= has not yet said what it is due to)); at the bedside: never), or ((chronic obstructive
= pulmonary disease or asthma is recorded as present on the reference date), and oral corticosteroid (prednisone,
= prednisolone) is recorded as given in the last 3 months, and the latest entry for "oral steroid taken for airway
= disease, in a clinician's judgement" in the last 28 days is yes)

E7b literal
= the latest white blood cells in the last 28 days is below 3.0 × 10⁹/L, or the latest neutrophils in the last 28
= days is below 1.3 × 10⁹/L, or the latest platelets in the last 28 days is below 50 × 10⁹/L

E8 default
= malignant hypertension is recorded as present on the reference date

E9 text_only
= the sex is female, another sex or unknown, and (the latest entry for "wishes to become pregnant" in the last 28
= days is yes, or the latest entry for "refuses contraception" in the last 28 days is yes, or the latest entry for
= "breastfeeding" in the last 28 days is yes)
"""
"""A criterion and reading of BEAM, and its rule in words."""


def _read_rules() -> list[tuple[str, str, str]]:
    blocks = (block.split("\n= ") for block in RULES.strip().split("\n\n"))
    return [(*head.split(), " ".join(rest)) for head, *rest in blocks]  # type: ignore[misc]


@pytest.mark.parametrize(("criterion", "reading", "expected"), _read_rules())
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
            assert all(chinese(line) for line in lines(outline(rule.condition, words(study))))


OUTLINES = """
E3 default
at least one of these:
  the latest fasting glucose in the last 28 days is at least 7.0 mmol/L
  all of these:
    a result of glucose 2 hours after a meal is recorded in the last 28 days
    the latest glucose 2 hours after a meal in the last 28 days is above 11.1 mmol/L

I5 default
depending on the record:
  if methylprednisolone, intravenous is recorded on some day in the last 14 days (only days with at least 250 mg/day count): all of these:
    the total dose of methylprednisolone, intravenous in the last 14 days (only days with at least 250 mg/day count) is at least 1.5 g
    the total dose of all whole courses of methylprednisolone, intravenous with a day in the last 14 days (only days with at least 250 mg/day count; days not more than 3 days apart are one course) is at most 3.0 g
  otherwise: depending on where it is asked:
    in a search of records: left open (not given so far; nothing recorded rules it out)
    at the bedside: never

A0 seed
the age is at least 18 years and at most 75 years
"""


@pytest.mark.parametrize("block", OUTLINES.strip().split("\n\n"), ids=lambda block: block[:2])
def test_outlines(block: str) -> None:
    head, _, expected = block.partition("\n")
    criterion, reading = head.split()
    condition = eligibility().rules[criterion][reading].condition
    assert "\n".join(_indented(outline(condition, words()))) == expected


def _indented(whole: Outline, indent: str = "") -> Iterator[str]:
    yield indent + english(whole.text)
    for part in whole.parts:
        yield from _indented(part, indent + "  ")


def test_an_outline_says_the_same_as_the_clause() -> None:
    """Every line of an outline that holds no further lines stands in the clause too, word for word."""
    for criterion in ("I1", "I2", "E3", "E6a"):
        condition = eligibility().rules[criterion]["default"].condition
        clause = english(describe(condition, words()))
        innermost = list(_innermost(outline(condition, words())))
        assert innermost
        assert all(english(line) in clause for line in innermost)


def _innermost(whole: Outline) -> Iterator[Message]:
    if not whole.parts:
        yield whole.text
    for part in whole.parts:
        yield from _innermost(part)


def test_lists_of_labels_with_commas_are_told_apart() -> None:
    assert english(listed([Text("a", "甲"), Text("b, c", "乙")])) == "a; b, c"
    assert english(either([Text("a", "甲"), Text("b", "乙"), Text("c", "丙")])) == "a, b or c"
    assert chinese(either([Text("a", "甲"), Text("b", "乙"), Text("c", "丙")])) == "甲、乙或丙"
