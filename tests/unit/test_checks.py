"""What a methodologist finds: rules that nobody can fail or pass, contradictions, silence taken for an answer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.assessments import ASSESSMENTS
from trialwright.exchange.folder import read_scenarios, read_study
from trialwright.logic import nodes as n
from trialwright.study.checks import CHECKS, check_study
from trialwright.study.checks.possible import Goal, Possible
from trialwright.study.checks.possible.ranges import Range
from trialwright.study.checks.possible.windows import inside
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.load import load_study
from trialwright.study.rules import Eligibility, lower_study
from trialwright.terms.compare import equal, greater, greater_equal, less, less_equal
from trialwright.terms.dates import Length
from trialwright.terms.message import render
from trialwright.terms.truth import Truth, all_of, any_of, negate

TEMPLATE = Path(__file__).parents[2] / "studies" / "template"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATE.glob("*.yaml")}
CONCEPTS = """
concepts:
  - {name: serum_creatinine, kind: measurement, unit: mg/dL, conversions: [1 mg/dL = 88.4 umol/L], label: {en: serum creatinine, zh: 血清肌酐}}
  - {name: body_weight, kind: measurement, unit: kg, label: {en: weight, zh: 体重}}
  - {name: body_height, kind: measurement, unit: cm, label: {en: height, zh: 身高}}
  - {name: temperature, kind: measurement, unit: Cel, label: {en: temperature, zh: 体温}}
  - {name: hemoglobin, kind: measurement, unit: g/L, label: {en: haemoglobin, zh: 血红蛋白}}
  - {name: alt, kind: measurement, unit: U/L, label: {en: ALT, zh: ALT}}
  - {name: urine_protein_24h, kind: measurement, unit: g/(24.h), label: {en: urine protein, zh: 尿蛋白}}
  - {name: upcr, kind: measurement, unit: g/g, label: {en: urine protein to creatinine ratio, zh: 尿蛋白肌酐比}}
  - {name: sclerosis, kind: measurement, unit: "{score}", label: {en: glomerulosclerosis, zh: 肾小球硬化}}
  - {name: crescents, kind: measurement, unit: "{score}", label: {en: fibrous crescents, zh: 纤维性新月体}}
  - {name: atrophy, kind: measurement, unit: "{score}", label: {en: tubular atrophy, zh: 肾小管萎缩}}
  - {name: fibrosis, kind: measurement, unit: "{score}", label: {en: interstitial fibrosis, zh: 间质纤维化}}
  - {name: chronicity, kind: measurement, unit: "{score}", computed_by: nih_chronicity_index, label: {en: chronicity index, zh: 慢性指数}}
  - {name: biopsy, kind: finding, values: [III, IV, V], label: {en: biopsy class, zh: 病理分型}}
  - {name: pregnant, kind: finding, values: boolean, label: {en: pregnant, zh: 妊娠}}
  - {name: dialysis, kind: procedure, label: {en: dialysis, zh: 透析}}
  - {name: steroid, kind: exposure, unit: mg/d, label: {en: steroid, zh: 激素}}
"""
EGFR = {year: f"ckd_epi_{year}(latest(serum_creatinine), age, sex)" for year in (2009, 2021)}
BMI = "bmi(latest(body_weight), latest(body_height))"


def write_criteria(rules: Mapping[str, str], *, definitions: str = "{}") -> str:
    """Criteria of one reading each, by id; ids that begin with E exclude. `ID/name` is a further reading."""
    text = f"parameters: {{screening_window: 28 d}}\ndefinitions: {definitions}\ncriteria:\n"
    for key, rule in rules.items():
        id, _, other = key.partition("/")
        if not other:
            text += f"""
  - id: {id}
    type: {"exclusion" if id.startswith("E") else "inclusion"}
    title: {{en: Criterion {id}, zh: 标准{id}}}
    text: {{en: Text of {id}., zh: {id}的原文。}}
    source: {id}
    chosen: default
    readings:"""
        text += f"""
      {other or "default"}:
        because: {{en: Reason for {key}., zh: {key}的理由。}}
        rule: >-
          {rule}"""
    return text + "\n"


def lower(rules: Mapping[str, str], *, definitions: str = "{}", **files: str) -> Eligibility:
    """The template with other concepts and criteria, and other files; a file of no text is left out."""
    texts = {name: text for name, text in TEXTS.items() if name in ("study.yaml", "arms.yaml")}
    texts["study.yaml"] = texts["study.yaml"].replace("  minimum_age: 18 a\n", "")
    texts["arms.yaml"] = texts["arms.yaml"].split("arms:")[0] + "arms: []\nepochs: []\n"
    texts |= {"concepts.yaml": CONCEPTS, "criteria.yaml": write_criteria(rules, definitions=definitions)}
    texts |= {name + ".yaml": text for name, text in files.items()}
    return lower_study(load_study(texts))


def find(rules: Mapping[str, str], *, definitions: str = "{}", **files: str) -> list[Problem]:
    """What is found about such a study, but for concepts that its few rules do not use."""
    eligibility = lower(rules, definitions=definitions, **files)
    return [each for each in check_study(eligibility.study, eligibility) if each.code != "unused_concept"]


def said(problem: Problem) -> str:
    return render(problem.message, {})


def one(rule: str, *, id: str = "I1") -> Problem:
    """The only finding about a study of one criterion."""
    problems = find({id: rule})
    assert len(problems) == 1, [str(each) for each in problems]
    return problems[0]


# the reading that the registry wrote down, and what it takes to see that it excludes nobody


@pytest.mark.parametrize(
    ("year", "highest"),
    [(2009, "28.98"), (2021, "29.94")],  # at 3.0 mg/dL, a man of 18 years: facts.md section 7, I4
)
def test_creatinine_below_3_or_egfr_below_30_fails_no_adult(year: int, highest: str) -> None:
    problem = one(f"latest(serum_creatinine) < 3.0 mg/dL or {EGFR[year]} < 30 mL/min/{{1.73_m2}}")
    assert (problem.severity, problem.code) == ("error", "vacuous")
    assert f"at most {highest} mL/min/1.73 m²" in said(problem)
    assert "serum creatinine in the last 28 days is at least 3.0 mg/dL" in said(problem)
    assert "the age is at least 18 years" in said(problem)


@pytest.mark.parametrize(
    ("creatinine", "year", "egfr", "vacuous"),
    [
        # 142 (2.9/0.9)^-1.200 0.9938^18 = 31.18, so a man of 18 with 2.9 mg/dL fails
        ("2.9 mg/dL", 2021, "30", False),
        # 141 (2.9/0.9)^-1.209 0.993^18 = 30.20
        ("2.9 mg/dL", 2009, "30", False),
        # at 2.95 mg/dL: 29.58 by the one equation, 30.55 by the other
        ("2.95 mg/dL", 2009, "30", True),
        ("2.95 mg/dL", 2021, "30", False),
        # the highest value is 28.983
        ("3.0 mg/dL", 2009, "28.99", True),
        ("3.0 mg/dL", 2009, "28.98", False),
        # 265.2 umol/L is 3.0 mg/dL
        ("265.2 umol/L", 2009, "28.99", True),
        ("265.2 umol/L", 2009, "28.98", False),
    ],
)
def test_near_the_edge(creatinine: str, year: int, egfr: str, vacuous: bool) -> None:
    rule = f"latest(serum_creatinine) < {creatinine} or {EGFR[year]} < {egfr} mL/min/{{1.73_m2}}"
    assert [each.code for each in find({"I1": rule})] == (["vacuous"] if vacuous else [])


def test_who_is_too_old_to_fail() -> None:
    """At 2.5 mg/dL a man of 18 has 36.1 by the equation of 2009, one of 50 has 28.9."""
    rule = f"latest(serum_creatinine) < 2.5 mg/dL or {EGFR[2009]} < 30 mL/min/{{1.73_m2}}"
    assert find({"I1": rule}) == []
    older = one(f"age < 50 a or {rule}")
    assert older.code == "vacuous"
    assert "at most 28.86" in said(older)  # 141 (2.5/0.9)^-1.209 0.993^50


# other rules that nobody can fail, or pass, and near misses


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        # 64 kg at 200 cm is a BMI of exactly 16
        (f"latest(body_weight) < 64 kg or latest(body_height) > 200 cm or {BMI} >= 16 kg/m2", "vacuous"),
        (f"latest(body_weight) < 63.9 kg or latest(body_height) > 200 cm or {BMI} >= 16 kg/m2", ""),
        (f"latest(body_weight) < 64 kg or latest(body_height) > 200.1 cm or {BMI} >= 16 kg/m2", ""),
        (f"latest(body_weight) <= 50 kg and latest(body_height) >= 180 cm and {BMI} >= 16 kg/m2", "unsatisfiable"),
        (f"latest(body_weight) <= 52 kg and latest(body_height) >= 180 cm and {BMI} >= 16 kg/m2", ""),
        # contradictory limits of one analyte
        ("latest(hemoglobin) > 180 g/L and latest(hemoglobin) < 110 g/L", "unsatisfiable"),
        ("latest(hemoglobin) > 110 g/L and latest(hemoglobin) <= 110 g/L", "unsatisfiable"),
        ("latest(hemoglobin) >= 110 g/L and latest(hemoglobin) <= 110 g/L", ""),
        ("latest(hemoglobin) < 180 g/L or latest(hemoglobin) > 110 g/L", "vacuous"),
        ("latest(hemoglobin) < 110 g/L or latest(hemoglobin) > 110 g/L", ""),
        ("latest(hemoglobin) <= 110 g/L or not latest(hemoglobin) <= 110 g/L", "vacuous"),
        # 3.0 mg/dL and 265.2 umol/L are the same creatinine
        ("latest(serum_creatinine) < 3.0 mg/dL and latest(serum_creatinine) >= 265.2 umol/L", "unsatisfiable"),
        ("latest(serum_creatinine) < 3.0 mg/dL and latest(serum_creatinine) >= 265.1 umol/L", ""),
        # a sum of four grades from 0 to 3
        ("nih_chronicity_index(latest(sclerosis), latest(crescents), latest(atrophy), latest(fibrosis)) <= 12 {score}", "vacuous"),
        ("nih_chronicity_index(latest(sclerosis), latest(crescents), latest(atrophy), latest(fibrosis)) < 12 {score}", ""),
        (
            "nih_chronicity_index(latest(sclerosis), latest(crescents), latest(atrophy), latest(fibrosis)) > 9 {score} and latest(atrophy) = 0 {score}",
            "unsatisfiable",
        ),
        (
            "nih_chronicity_index(latest(sclerosis), latest(crescents), latest(atrophy), latest(fibrosis)) >= 9 {score} and latest(atrophy) = 0 {score}",
            "",
        ),
        # two equations of the same creatinine: 2021 is never so far below 2009
        (f"{EGFR[2009]} >= 60 mL/min/{{1.73_m2}} and {EGFR[2021]} < 40 mL/min/{{1.73_m2}}", "unsatisfiable"),
        (f"{EGFR[2009]} >= 60 mL/min/{{1.73_m2}} and {EGFR[2021]} < 70 mL/min/{{1.73_m2}}", ""),
        # completed years are whole
        ("age > 75 a and age < 76 a", "unsatisfiable"),
        ("age > 75 a and age < 77 a", ""),
        # what a formula is not valid for is never decided
        (f"age < 18 a and {EGFR[2009]} >= 30 mL/min/{{1.73_m2}}", "unsatisfiable"),
        (f"age <= 18 a and {EGFR[2009]} >= 30 mL/min/{{1.73_m2}}", ""),
        # the sex
        ("sex = female and sex = male", "unsatisfiable"),
        ("sex in {female, male, other, unknown}", "vacuous"),
        ("sex in {female, male}", ""),
        # coded findings, and answers
        ("latest(biopsy, within=ever) in {III, IV} and latest(biopsy, within=6 mo) in {V}", "unsatisfiable"),
        ("latest(biopsy, within=ever) in {III, IV} and not latest(biopsy, within=6 mo) in {IV}", ""),
        ("is(pregnant) and not is(pregnant, within=ever)", "unsatisfiable"),
        # windows inside each other
        ("present(dialysis, within=3 mo) and not present(dialysis, within=6 mo)", "unsatisfiable"),
        ("present(dialysis, within=6 mo) and not present(dialysis, within=3 mo)", ""),
        ("present(dialysis, within=12 mo) and not present(dialysis, within=1 a)", "unsatisfiable"),
        ("present(dialysis, within=90 d) and not present(dialysis, within=3 mo)", ""),
        ("present(dialysis, within=80 d) and not present(dialysis, within=3 mo)", "unsatisfiable"),
        ("not present(dialysis, within=6 mo) or present(dialysis, within=ever)", "vacuous"),
        ("recorded(alt, within=7 d) and not recorded(alt)", "unsatisfiable"),
        ("latest(alt) > 40 U/L and not recorded(alt)", "unsatisfiable"),
        ("latest(alt, within=6 mo) > 40 U/L and not recorded(alt)", ""),
        ("latest(alt) > 40 U/L and count(alt) = 0", "unsatisfiable"),
        ("latest(alt) > 40 U/L and count(alt) = 1", "open_world_decided_by_silence"),
        ("lowest(alt) > 80 U/L and latest(alt) < 40 U/L", "unsatisfiable"),
        ("lowest(alt, within=7 d) > 80 U/L and latest(alt) < 40 U/L", ""),
        ("latest(alt, within=7 d) > 80 U/L and highest(alt) < 40 U/L", "unsatisfiable"),
        # exposure
        ("course_days(steroid, within=12 wk) >= 14 d and not present(steroid, within=12 wk)", "unsatisfiable"),
        ("course_days(steroid, within=12 wk) >= 14 d and not present(steroid, within=4 wk)", ""),
        ("max_daily_dose(steroid, within=4 wk) >= 80 mg/d and max_daily_dose(steroid, within=12 wk) < 40 mg/d", "unsatisfiable"),
        ("max_daily_dose(steroid, within=12 wk) >= 80 mg/d and max_daily_dose(steroid, within=4 wk) < 40 mg/d", ""),
        ("course_days(steroid, within=12 wk, gap=0 d) >= 14 d", "unsatisfiable"),
        # other joints
        ("unless(latest(alt) > 40 U/L, latest(alt) > 30 U/L)", "unsatisfiable"),
        ("unless(latest(alt) > 40 U/L, latest(alt) > 50 U/L)", ""),
        ("when(age < 40 a, age < 50 a, age > 30 a)", "vacuous"),
        ("when(age < 40 a, age < 30 a, age > 30 a)", ""),
        ("by_mode(search=latest(alt) < 40 U/L, screening=never)", "unsatisfiable"),
        ("by_mode(search=unknown(can_be_given), screening=latest(alt) < 40 U/L)", ""),
        ("stand_in(latest(urine_protein_24h), latest(upcr)) >= 1.5 g/(24.h) and latest(urine_protein_24h) < 1 g/(24.h)", "unsatisfiable"),
        ("stand_in(latest(urine_protein_24h), latest(upcr)) >= 1.5 g/(24.h) and latest(upcr) < 1 g/g", ""),
        ("not latest(alt) = 40 U/L and latest(alt) <= 40 U/L and latest(alt) >= 40 U/L", "unsatisfiable"),
    ],
)  # fmt: skip
def test_what_nobody_can_fail_or_pass(rule: str, code: str) -> None:
    assert [each.code for each in find({"I1": rule})] == ([code] if code else [])


def test_an_exclusion_is_seen_from_the_other_side() -> None:
    never_true = "latest(hemoglobin) > 180 g/L and latest(hemoglobin) < 110 g/L"
    assert one(never_true, id="E1").code == "vacuous"
    assert one(f"not ({never_true})", id="E1").code == "unsatisfiable"
    assert render(one(never_true, id="E1").cure, {}).endswith("write `never`.")


def test_arithmetic_is_bounded_too() -> None:
    """A sum of two numbers from 0 on that are at least 60 and 70 is not below 130."""
    eligibility = lower({"I1": "latest(alt) >= 60 U/L"})
    alt, hemoglobin = n.Pick("alt"), n.Pick("hemoglobin")

    def refuted(operator: str, limit: float, *conditions: n.Condition) -> bool:
        combined = n.Arithmetic(operator, alt, hemoglobin)  # type: ignore[arg-type]
        rule = n.And((*conditions, n.Compare("<", combined, n.Literal(limit))))
        return Possible(eligibility.study).refute((Goal("I1", rule, True),), mode="screening") is not None

    both = (n.Compare(">=", alt, n.Literal(60.0)), n.Compare(">=", hemoglobin, n.Literal(70.0)))
    assert refuted("+", 130.0, *both)
    assert not refuted("+", 130.1, *both)
    assert refuted("*", 4200.0, *both)
    assert not refuted("*", 4201.0, *both)
    assert refuted("least", 60.0, *both)
    assert refuted("greatest", 70.0, *both)
    assert not refuted("least", 61.0, *both)
    assert not refuted("-", 0.0, *both)
    assert not refuted("/", 1.0, *both)
    assert refuted("/", 1.0, both[0], n.Compare("<=", hemoglobin, n.Literal(60.0)))
    assert refuted(
        "-", 0.0, n.Compare(">=", alt, n.Literal(60.0)), n.Compare("<=", hemoglobin, n.Literal(60.0))
    )


def test_what_the_rule_says_itself_is_told_gently() -> None:
    problems = {
        each.code: each for each in find({"I1": "always", "I1/other": "never", "I2": "latest(alt) < 40 U/L"})
    }
    assert problems["always_passes"].severity == "warning"
    assert problems["unsatisfiable"].severity == "warning"
    assert said(problems["unsatisfiable"]) == "Nobody can pass I1 (reading other). The rule itself says so."
    assert [each.severity for each in find({"I1": "latest(alt) < 40 U/L", "I1/other": "always"})] == ["note"]
    assert one("never", id="E1").code == "always_passes"
    assert (one("always", id="E1").code, one("always", id="E1").severity) == ("unsatisfiable", "error")


def test_a_rule_that_is_not_written_yet_is_no_error() -> None:
    problem = one("unknown(not_computed)")
    assert (problem.severity, problem.code) == ("warning", "never_decides")


def test_a_reading_that_is_not_chosen_is_never_an_error() -> None:
    rules = {
        "I1": "latest(alt) < 40 U/L",
        "I1/vacuous": "latest(alt) < 40 U/L or latest(alt) >= 40 U/L",
        "I1/impossible": "latest(alt) < 40 U/L and latest(alt) >= 40 U/L",
    }
    assert Counter((each.severity, each.code) for each in find(rules)) == {
        ("warning", "vacuous"): 1,
        ("warning", "unsatisfiable"): 1,
    }


def test_a_finding_stands_where_the_rule_stands() -> None:
    problem = find({"I1": "latest(alt) < 40 U/L", "I2": "age < 20 a and age > 30 a"})[0]
    text = write_criteria({"I1": "latest(alt) < 40 U/L", "I2": "age < 20 a and age > 30 a"})
    assert (problem.file, text.splitlines()[problem.line - 1].strip()) == (
        "criteria.yaml",
        "age < 20 a and age > 30 a",
    )


# several criteria


def test_ages_that_exclude_each_other() -> None:
    problem = find({"I1": "age <= 75 a", "I2": "latest(alt) < 40 U/L", "I3": "age >= 76 a"})
    assert [(each.severity, each.code) for each in problem] == [("error", "contradiction")]
    assert said(problem[0]).startswith("Nobody can pass I1 and I3 together.")
    assert find({"I1": "age <= 75 a", "I3": "age >= 75 a"}) == []


def test_who_has_no_part_in_it_is_not_named() -> None:
    (problem,) = find({"I1": "18 a <= age <= 75 a", "I2": "age >= 20 a", "I3": "age >= 76 a"})
    assert said(problem) == (
        "Nobody can pass I1 and I3 together. It would take all of this at once: "
        "the age is at most 75 years; the age is at least 76 years."
    )


def test_two_contradictions_are_two_findings() -> None:
    rules = {
        "I1": "age <= 75 a",
        "I2": "age >= 76 a",
        "I3": "latest(alt) > 40 U/L",
        "E1": "latest(alt) > 30 U/L",
    }
    assert [said(each).partition(" together")[0] for each in find(rules)] == [
        "Nobody can pass I1 and I2",
        "Nobody can pass I3 and E1",
    ]


@pytest.mark.parametrize(
    ("inclusion", "exclusion", "clash"),
    [
        ("present(dialysis, within=3 mo)", "present(dialysis, within=6 mo)", True),
        ("present(dialysis, within=6 mo)", "present(dialysis, within=3 mo)", False),
        # a pulse is required, and every dose of it excludes
        ("window_dose(steroid, within=14 d, daily=250 mg/d) >= 1.5 g", "present(steroid, within=12 wk)", True),
        ("window_dose(steroid, within=14 d, daily=250 mg/d) >= 1.5 g", "present(steroid, within=7 d)", False),
        # the same with the exception that a pulse needs
        (
            "window_dose(steroid, within=14 d, daily=250 mg/d) >= 1.5 g",
            "max_daily_dose(steroid, within=12 wk, except_daily=250 mg/d, except_within=14 d) >= 80 mg/d",
            False,
        ),
        (f"{EGFR[2009]} >= 60 mL/min/{{1.73_m2}}", "latest(serum_creatinine) < 2 mg/dL", True),
        (f"{EGFR[2009]} >= 60 mL/min/{{1.73_m2}}", "latest(serum_creatinine) < 1 mg/dL", False),
        ("sex = male", "sex in {male, other, unknown}", True),
    ],
)  # fmt: skip
def test_an_inclusion_against_an_exclusion(inclusion: str, exclusion: str, clash: bool) -> None:
    problems = find({"I1": inclusion, "E1": exclusion, "E2": "latest(hemoglobin) < 80 g/L"})
    assert [each.code for each in problems if each.code != "population_differs"] == (
        ["contradiction"] if clash else []
    )
    assert all("E2" not in said(each) for each in problems)


def test_three_criteria_that_exclude_everybody_only_together() -> None:
    rules = {
        "I1": "latest(body_weight) <= 50 kg",
        "I2": "latest(body_height) >= 180 cm",
        "I3": f"{BMI} >= 16 kg/m2",  # 50 kg at 180 cm is 15.4
        "I4": "latest(body_height) >= 170 cm",
    }
    problems = [each for each in find(rules) if each.code == "contradiction"]
    assert len(problems) == 1
    assert "I1, I2 and I3" in said(problems[0])
    assert find({key: rules[key] for key in ("I1", "I3", "I4")}) == []


def test_a_contradiction_with_a_reading_that_is_not_chosen_is_a_warning() -> None:
    problems = find({"I1": "age <= 75 a", "I2": "age >= 18 a", "I2/old": "age >= 80 a"})
    assert [(each.severity, each.code) for each in problems] == [("warning", "contradiction")]
    assert "I1 and I2 (reading old)" in said(problems[0])


def test_a_choice_leaves_a_way_out() -> None:
    rules = {"I1": "age <= 40 a or latest(alt) > 80 U/L", "I2": "age > 50 a"}
    assert find(rules) == []
    assert [each.code for each in find(rules | {"E1": "latest(alt) > 70 U/L"})] == ["contradiction"]


# limits


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("latest(chronicity) < 13 {score}", "chronicity index in the last 28 days is below 13"),
        ("age < 150 a", "the age is below 150 years"),
        ("latest(alt) >= 0 U/L", "ALT in the last 28 days is at least 0 U/L"),
        ("latest(biopsy, within=ever) in {III, IV, V}", "biopsy class at any time is III, IV or V"),
        (f"{BMI} >= 0 kg/m2", "is at least 0 kg/m²"),
    ],
)  # fmt: skip
def test_a_limit_out_of_reach(part: str, words: str) -> None:
    problem = one(f"latest(hemoglobin) < 110 g/L and {part}")
    assert (problem.severity, problem.code) == ("warning", "threshold_out_of_reach")
    assert words in said(problem)


@pytest.mark.parametrize(
    "part", ["latest(temperature) >= 0 Cel", "latest(sclerosis) >= 0 {score}", "latest(alt) > 0 U/L", "age < 130 a"]
)  # fmt: skip
def test_what_can_be_below_zero_is_not_taken_for_an_amount(part: str) -> None:
    assert find({"I1": f"latest(hemoglobin) < 110 g/L and {part}"}) == []


def test_the_forms_say_what_is_possible() -> None:
    form = """
forms:
  - id: blood
    title: {en: Blood, zh: 血}
    groups:
      - id: result
        title: {en: Result, zh: 结果}
        items:
          - {id: hb, label: {en: Haemoglobin, zh: 血红蛋白}, type: number, concept: hemoglobin, units: [g/dL], possible: {low: "1", high: "25"}}
"""
    problems = find({"I1": "latest(hemoglobin) <= 250 g/L"}, forms=form)
    assert [each.code for each in problems] == ["vacuous"]
    assert find({"I1": "latest(hemoglobin) <= 249 g/L"}, forms=form) == []
    assert find({"I1": "latest(hemoglobin) <= 250 g/L"}) == []


def test_an_exception_that_covers_the_window() -> None:
    rule = (
        "max_daily_dose(steroid, within={}, daily=80 mg/d, except_daily=80 mg/d, except_within=14 d) > 0 mg/d"
    )
    codes = [each.code for each in find({"E1": rule.format("14 d")})]
    assert "empty_window" in codes
    assert find({"E1": rule.format("28 d")}) == []
    beyond = "max_daily_dose(steroid, within=14 d, except_daily=80 mg/d, except_within=14 d) >= 80 mg/d"
    assert [each.code for each in find({"E1": beyond})] == ["vacuous"]


SCHEDULE = """
study_day_1: enrolment
anchors:
  - {{id: enrolment, title: {{en: Enrolment, zh: 入组}}, events: [{{event: enrolment}}]}}
encounters:
  - {{id: week_0, title: {{en: Week 0, zh: 第0周}}, timing: {{anchor: enrolment, earliest: {}, latest: {}}}}}
"""


@pytest.mark.parametrize(
    ("earliest", "latest", "empty"),
    [
        ("-28 d", "-1 d", False),
        ("-1 d", "-28 d", True),
        ("0 d", "0 d", False),
        ("2 mo", "59 d", False),
        ("3 mo", "4 wk", True),
    ],
)
def test_a_visit_window_that_ends_before_it_begins(earliest: str, latest: str, empty: bool) -> None:
    problems = find({"I1": "latest(alt) < 40 U/L"}, schedule=SCHEDULE.format(earliest, latest))
    assert [(each.code, each.file) for each in problems] == (
        [("empty_window", "schedule.yaml")] if empty else []
    )


def test_ranges_that_hold_nothing() -> None:
    form = """
forms:
  - id: blood
    title: {{en: Blood, zh: 血}}
    groups:
      - id: result
        title: {{en: Result, zh: 结果}}
        items:
          - {{id: hb, label: {{en: Haemoglobin, zh: 血红蛋白}}, type: number, possible: {{low: "{}", high: "{}"}}, expected: {{low: "60", high: "180"}}}}
"""
    rules = {"I1": "latest(alt) < 40 U/L"}
    assert find(rules, forms=form.format("10", "250")) == []
    assert [each.code for each in find(rules, forms=form.format("190", "250"))] == ["empty_range"]
    assert {each.code for each in find(rules, forms=form.format("250", "10"))} == {"empty_range"}
    doses = """
interventions:
  - id: tablet
    type: drug
    title: {{en: Tablet, zh: 药片}}
    regimen: {{route: po, frequency: once_daily, steps: [{{amount: 10 mg/d}}], carry_on: planned_dose, low: {}, high: {}}}
"""
    assert find(rules, interventions=doses.format("10 mg/d", "0.05 g/d")) == []
    assert [each.code for each in find(rules, interventions=doses.format("60 mg/d", "0.05 g/d"))] == [
        "empty_range"
    ]


def test_the_page_and_the_criteria_name_different_people() -> None:
    page = TEXTS["study.yaml"]
    assert "minimum_age: 18 a" in page

    def codes(rule: str, population: str) -> list[str]:
        study = page.replace("minimum_age: 18 a", population)
        return [said(each) for each in find({"I1": rule}, study=study) if each.code == "population_differs"]

    assert codes("18 a <= age <= 75 a", "minimum_age: 18 a\n  maximum_age: 75 a") == []
    assert codes("14 a <= age <= 65 a", "minimum_age: 18 a\n  maximum_age: 75 a") == [
        "The chosen criteria admit a person aged 17 years, the study page does not.",
        "The study page admits a person aged 75 years, the chosen criteria do not.",
    ]
    assert codes("latest(alt) < 40 U/L", "minimum_age: 18 a") == [
        "The chosen criteria admit a person aged 17 years, the study page does not."
    ]
    assert codes("latest(alt) < 40 U/L", "minimum_age: 6 mo") == []
    assert codes("sex = female", "maximum_age: 130 a") == [
        "The study page admits a person whose sex is male, the chosen criteria do not."
    ]


# silence

IN_SEARCH, AT_BEDSIDE = "in a search of records", "at the bedside"
BOTH = f"{IN_SEARCH} and {AT_BEDSIDE}"


@pytest.mark.parametrize(
    ("rule", "severity", "words"),
    [
        ("not recorded(alt)", "warning", f"passes {BOTH}, because nothing is recorded about ALT."),
        ("count(alt) >= 1", "warning", f"fails {BOTH}, because nothing is recorded about ALT."),
        ("recorded(alt) and latest(alt) < 40 U/L", "warning", f"fails {BOTH}"),
        ("latest(hemoglobin) > 100 g/L and count(alt) >= 2", "warning", f"fails {BOTH}"),
        ("age >= 60 a and not recorded(alt)", "warning", f"passes {BOTH}"),
        # silence about exposure means no in a search; at the bedside the rule says that it does
        ("window_dose(steroid, within=14 d, silence=none) >= 1.5 g", "note", f"fails {AT_BEDSIDE}, because"),
        ("by_mode(search=not recorded(alt), screening=latest(alt) < 40 U/L)", "warning", f"passes {IN_SEARCH}, because"),
        # of two absences the one that decides is named
        ("recorded(alt) and (latest(alt) < 40 U/L or recorded(hemoglobin))", "warning", "recorded about ALT."),
        ("window_dose(steroid, within=14 d) >= 1.5 g", "", ""),
        ("not present(dialysis, within=3 mo)", "", ""),
        ("latest(alt) < 40 U/L or (recorded(hemoglobin) and latest(hemoglobin) > 100 g/L)", "", ""),
        ("when(recorded(alt), latest(alt) < 40 U/L, latest(hemoglobin) > 100 g/L)", "", ""),
        ("not is(pregnant)", "", ""),
    ],
)  # fmt: skip
def test_an_empty_record_decides(rule: str, severity: str, words: str) -> None:
    found = [each for each in find({"I1": rule}) if each.code == "open_world_decided_by_silence"]
    assert [each.severity for each in found] == ([severity] if severity else [])
    assert all(words in said(each) for each in found), [said(each) for each in found]


# substitutes, names, texts


def test_a_substitute_that_decides_in_no_reading() -> None:
    asked = "latest(urine_protein_24h, surrogate=upcr) >= 1.5 g/(24.h)"
    problem = one(asked)
    assert (problem.severity, problem.code) == ("note", "surrogate_never_decides")
    accepting = "stand_in(latest(urine_protein_24h), latest(upcr)) >= 1.5 g/(24.h)"
    assert find({"I1": asked, "I1/accept": accepting}) == []
    itself = one("latest(alt, surrogate=alt) < 40 U/L")
    assert (itself.severity, itself.code) == ("warning", "surrogate_never_decides")


def test_readings_and_criteria_with_one_rule() -> None:
    rules = {"I1": "age >= 18 a and latest(alt) < 40 U/L", "I1/same": "latest(alt) < 40 U/L and age >= 18 a"}
    assert [each.code for each in find(rules)] == ["readings_identical"]
    assert find(rules | {"I1/same": "latest(alt) <= 40 U/L and age >= 18 a"}) == []
    assert [each.code for each in find({"I1": "age >= 18 a", "I2": "age >= 18 a"})] == ["criteria_identical"]
    assert find({"I1": "latest(alt) < 40 U/L", "E1": "latest(alt) < 30 U/L"}) == []


def changed(old: str, new: str, **rules: str) -> list[str]:
    """The codes found after a change in the text of criteria."""
    text = write_criteria(rules)
    assert old in text
    return [each.code for each in find(rules, criteria=text.replace(old, new))]


def test_texts_and_reasons() -> None:
    rules = {"I1": "latest(alt) < 40 U/L", "I2": "latest(hemoglobin) > 100 g/L"}
    assert changed("Text of I2.", "text  of I1.", **rules) == ["same_text_other_rule"]
    assert changed("Reason for I1.", "TODO", **rules) == ["chosen_without_because"]
    assert changed("I1的理由。", "待定", **rules) == ["chosen_without_because"]
    assert changed("标准I1", "the same in English", **rules) == ["untranslated"]
    assert changed("Text of I1.", "丙氨酸", **rules) == ["untranslated"]
    assert changed("标准I1", "BLISS-LN", **rules) == []
    both = {"I1": "latest(alt) < 40 U/L", "I1/other": "latest(alt) <= 40 U/L"}
    text = (
        write_criteria(both)
        .replace("Reason for I1/other.", "Reason for I1.")
        .replace("I1/other的理由。", "I1的理由。")
    )
    assert [each.code for each in find(both, criteria=text)] == ["chosen_without_because"]


def test_what_nothing_uses() -> None:
    definitions = "{inner: latest(alt), outer: inner<40 U/L, idle: latest(alt) > 1 U/L}"
    problems = find({"I1": "outer"}, definitions=definitions)
    assert [said(each) for each in problems] == ["The definition idle is used by nothing."]
    eligibility = lower({"I1": "latest(chronicity) < 3 {score}"})
    note = [each for each in check_study(eligibility.study, eligibility) if each.code == "unused_concept"]
    assert [each.severity for each in note] == ["note"]
    assert "chronicity" not in said(note[0])
    assert "dialysis" in said(note[0])
    used = "interventions: [{id: a, type: drug, title: {en: A, zh: 甲}, concept: steroid}]"
    eligibility = lower({"I1": "latest(chronicity) < 3 {score}"}, interventions=used)
    note = [each for each in check_study(eligibility.study, eligibility) if each.code == "unused_concept"]
    assert "steroid" not in said(note[0])


def test_a_limit_without_unit_is_refused() -> None:
    with pytest.raises(StudyInvalid) as refused:
        lower({"I1": "latest(alt) < 40"})
    (problem,) = refused.value.problems
    assert (problem.severity, problem.code, problem.file) == ("error", "rule", "criteria.yaml")
    assert (said(problem), render(problem.cure, {})) == (
        "40 has no unit.",
        "Write it with its unit, such as 40 U/L.",
    )


# the studies that come with the software


EXPECTED: Mapping[str, Mapping[tuple[str, str], int]] = {
    "beam": {
        ("warning", "vacuous"): 1,  # I4 literal
        ("note", "always_passes"): 1,  # I5 planned
        ("note", "open_world_decided_by_silence"): 1,  # I5: no pulse on record fails at the bedside
    },
    "beam-randomised": {  # the criteria are BEAM's, and so are the findings
        ("warning", "vacuous"): 1,
        ("note", "always_passes"): 1,
        ("note", "open_world_decided_by_silence"): 1,
    },
    "bliss-ln": {("warning", "factor_not_analysed"): 2},  # induction regimen and race
    "template": {},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_findings_of_the_bundled_studies(name: str) -> None:
    eligibility = lower_study(read_study(name))
    problems = check_study(eligibility.study, eligibility)
    assert Counter((each.severity, each.code) for each in problems) == EXPECTED[name], list(
        map(str, problems)
    )


def test_beam_literal_reading_of_i4() -> None:
    eligibility = lower_study(read_study("beam"))
    (problem,) = (each for each in check_study(eligibility.study, eligibility) if each.code == "vacuous")
    assert said(problem) == (
        "Nobody can fail I4 (reading literal). It would take eGFR by CKD-EPI 2009 (creatinine) to be at least 30 "
        "mL/min/1.73 m², but that is at most 28.98 mL/min/1.73 m² where the latest serum creatinine in the last 28 "
        "days is at least 3.0 mg/dL and the age is at least 18 years."
    )
    assert (problem.file, problem.line) == eligibility.study.where(
        ("criteria.yaml", "criteria", "I4", "readings", "literal", "rule")
    )


def test_every_check_is_pure() -> None:
    eligibility = lower_study(read_study("beam"))
    assert check_study(eligibility.study, eligibility) == check_study(eligibility.study, eligibility)
    assert check_study(eligibility.study, replace(eligibility)) == check_study(eligibility.study, eligibility)


def test_no_code_belongs_to_two_checks() -> None:
    codes = [code for check in CHECKS.values() for code in check.codes]
    assert len(codes) == len(set(codes))


# soundness: whoever exists is never refuted


NUMBERS = {
    "serum_creatinine": (0.3, 12.0),
    "body_weight": (35.0, 150.0),
    "body_height": (140.0, 205.0),
    "alt": (0.0, 400.0),
}
LIMITS = {
    "latest(serum_creatinine)": ("mg/dL", [0.9, 1.2, 2.0, 3.0]),
    "latest(body_weight)": ("kg", [50.0, 64.0, 90.0]),
    "latest(body_height)": ("cm", [150.0, 180.0, 200.0]),
    "latest(alt, within=7 d)": ("U/L", [0.0, 40.0, 80.0]),
    "age": ("a", [17.0, 18.0, 40.0, 75.0]),
    EGFR[2009]: ("mL/min/{1.73_m2}", [15.0, 30.0, 60.0, 100.0]),
    EGFR[2021]: ("mL/min/{1.73_m2}", [15.0, 30.0, 60.0, 100.0]),
    BMI: ("kg/m2", [14.0, 16.0, 25.0, 40.0]),
}
SOUND = lower({"I1": "latest(alt) < 40 U/L"})
COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": less, "<=": less_equal, ">": greater, ">=": greater_equal, "=": equal,
}  # fmt: skip


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 9)) == 0:
        return draw(
            st.sampled_from(["sex = female", "sex in {male, other}", "present(dialysis, within=3 mo)"])
        )
    thing = draw(st.sampled_from(sorted(LIMITS)))
    unit, limits = LIMITS[thing]
    return f"{thing} {draw(st.sampled_from(['<', '<=', '>', '>=']))} {draw(st.sampled_from(limits))} {unit}"


RULES = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " and ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " or ".join(parts) + ")"),
        inner.map(lambda part: f"not ({part})"),
        st.tuples(inner, inner).map(lambda parts: f"unless({parts[0]}, {parts[1]})"),
        st.tuples(inner, inner, inner).map(lambda parts: f"when({', '.join(parts)})"),
    ),
    max_leaves=8,
)


def truth_for(node: n.Node, person: Mapping[str, float], sex: str) -> Truth:
    """A rule judged for somebody of whom everything is known; written apart from the engines."""
    match node:
        case n.And(parts):
            return all_of(truth_for(part, person, sex) for part in parts)
        case n.Or(parts):
            return any_of(truth_for(part, person, sex) for part in parts)
        case n.Not(part):
            return negate(truth_for(part, person, sex))
        case n.Unless(part, excuse):
            inner = truth_for(part, person, sex)
            return inner if inner is not True else negate(truth_for(excuse, person, sex))
        case n.When(test, then, otherwise):
            tested = truth_for(test, person, sex)
            first, second = truth_for(then, person, sex), truth_for(otherwise, person, sex)
            return first if tested else second if tested is False else first if first is second else None
        case n.SexIs(words):
            return sex in words
        case n.Present():
            return person["dialysis"] == 1.0
        case n.Compare(operator, left, n.Literal(limit)):
            value = number_for(left, person, sex)
            return None if value is None else COMPARE[operator](value, limit)
    raise TypeError(type(node).__name__)


def number_for(node: n.Node, person: Mapping[str, float], sex: str) -> float | None:
    match node:
        case n.Age():
            return person["age"]
        case n.Female():
            return 1.0 if sex == "female" else 0.0
        case n.Pick(concept):
            return person[concept]
        case n.Formula(name, arguments):
            values = [number_for(part, person, sex) for part in arguments]
            result: float | None = ASSESSMENTS[name].function(*values)
            return result
    raise TypeError(type(node).__name__)


@settings(max_examples=150)
@given(RULES, st.integers(0, 2**32 - 1))
def test_nobody_who_exists_is_refuted(text: str, seed: int) -> None:
    eligibility = lower({"I1": text})
    (rule,) = eligibility.chosen()
    chance = random.Random(seed)
    refuted = {
        truth: Possible(SOUND.study).refute((Goal("I1", rule.condition, truth),), mode="screening")
        is not None
        for truth in (True, False)
    }
    for _ in range(60):
        person = {
            name: chance.choice((low, high, chance.uniform(low, high)))
            for name, (low, high) in NUMBERS.items()
        }
        person |= {"age": float(chance.choice((0, 17, 18, 40, 75, chance.randint(0, 110))))}
        person |= {"dialysis": float(chance.random() < 0.5)}
        truth = truth_for(rule.condition, person, chance.choice(("female", "male")))
        assert truth is None or not refuted[truth], (text, person, truth)


@pytest.mark.parametrize("name", ["beam", "bliss-ln", "template"])
def test_nobody_in_a_scenario_is_refuted(name: str) -> None:
    """Whatever a scenario expects of a person can happen; written by other hands, judged by the engines elsewhere."""
    study = read_study(name)
    eligibility, possible = lower_study(study), Possible(study)
    for scenario in read_scenarios(name, study=study):
        rules = eligibility.chosen(scenario.readings)
        for rule in rules:
            verdict = scenario.expected.get(rule.id, ("", None))[0]
            if verdict in ("pass", "fail"):
                goal = Goal(rule.id, rule.condition, rule.inclusion is (verdict == "pass"))
                assert possible.refute((goal,), mode=scenario.mode) is None, (scenario.title.en, rule.id)
        if scenario.expected_overall == "eligible":
            goals = [
                Goal(rule.id, rule.condition, rule.inclusion)
                for rule in rules
                if not rule.criterion.judgement
            ]
            assert possible.refute(goals, mode=scenario.mode) is None, scenario.title.en


# the parts of the method


@pytest.mark.parametrize(
    ("inner", "outer", "answer"),
    [
        ("28 d", "4 wk", True), ("29 d", "4 wk", False), ("3 mo", "12 wk", False), ("12 wk", "3 mo", True),
        ("13 wk", "3 mo", False), ("12 mo", "1 a", True), ("1 a", "12 mo", True), ("1 a", "365 d", False),
        ("1 mo", "5 wk", True), ("0 d", "1 d", True),
    ],
)  # fmt: skip
def test_windows_inside_each_other(inner: str, outer: str, answer: bool) -> None:
    lengths = [Length(int(text.split()[0]), text.split()[1]) for text in (inner, outer)]
    assert inside(n.Window(lengths[0]), n.Window(lengths[1])) is answer


def test_windows_on_another_day_are_not_compared() -> None:
    anchor = n.AnchorDay("admission", n.Window(Length(28, "d")), only_yes=True, default_on=True)
    anchored, plain = n.Window(Length(1, "mo"), anchor), n.Window(Length(1, "mo"))
    assert not inside(anchored, plain)
    assert not inside(plain, anchored)
    assert inside(anchored, n.Window())
    assert inside(anchored, n.Window(None, anchor))


def test_a_range_is_cut_by_a_limit() -> None:
    assert Range(0.0, 10.0).cut("<", 3.0).high < 3.0
    assert Range(0.0, 10.0).cut("<=", 3.0).high == 3.0
    assert Range(0.0, 10.0, whole=True).cut(">", 3.0).low == 4.0
    assert Range(0.0, 10.0, whole=True).cut("<", 3.5).high == 3.0
    assert Range(0.0, 10.0).cut(">", 10.0).empty
    assert not Range(0.0, 10.0).cut(">=", 10.0).empty
    coded = Range().only({0.0, 1.0, 2.0})
    assert coded.cut(">=", 1.0).values == {1.0, 2.0}
    assert coded.without({0.0, 1.0, 2.0}).empty


@pytest.mark.parametrize("left", [Range(0.0), Range(3.0, 3.5), Range(), Range(0.0, 7.0, whole=True), Range().only({0.0, 1.0, 5.0})])  # fmt: skip
def test_halves_cover_the_whole(left: Range) -> None:
    first, second = left.halves()
    assert (first.low, second.high) == (left.low, left.high)
    assert second.low - first.high in (0.0, 1.0) or left.values == (first.values or set()) | (
        second.values or set()
    )
    assert left.low <= left.middle() <= left.high
