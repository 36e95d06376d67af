"""Forms of a study that do not make sense are found when the study is checked, with place and cure."""

from __future__ import annotations

import pytest

from trialwright.exchange.folder import bundled_studies, find_study, read_folder, read_study
from trialwright.logic import nodes as n
from trialwright.study.criteria import KINDS
from trialwright.study.errors import StudyInvalid
from trialwright.study.form_fit import form_concepts
from trialwright.study.form_rules import lower_forms
from trialwright.study.form_scope import FORM_KINDS, entered_name
from trialwright.study.load import load_study
from trialwright.study.model import REQUIRED, Study
from trialwright.study.rules import concepts_of, lower_study, rebuild

LISTS = """
code_lists:
  - id: outcome
    entries:
      - {value: recovered, label: {en: Recovered, zh: 恢复}}
      - {value: fatal, label: {en: Fatal, zh: 死亡}}
  - id: treatments
    entries:
      - {value: steroid, label: {en: Steroid, zh: 激素}, concept: prednisone_oral}
      - {value: other, label: {en: Other, zh: 其他}}
  - id: bloods
    entries:
      - {value: hb, label: {en: Hb, zh: 血红蛋白}, concept: hemoglobin}
"""
FORM = """
forms:
  - id: one
    title: {en: One, zh: 一}
    groups:
      - id: first
        title: {en: First, zh: 一}
        items:
          - {id: hb, label: {en: Haemoglobin, zh: 血红蛋白}, type: number, concept: hemoglobin, units: [g/L]}
          - {id: began, label: {en: Began, zh: 开始}, type: partial_date}
          - {id: ended, label: {en: Ended, zh: 结束}, type: partial_date}
          - {id: result, label: {en: Outcome, zh: 转归}, type: choice, code_list: outcome}
          - {id: remark, label: {en: Remark, zh: 备注}, type: text}
          - {id: severe, label: {en: Severe, zh: 严重}, type: boolean}
          - ITEM
      - id: rows
        title: {en: Rows, zh: 行}
        repeating: true
        GROUP
        items:
          - {id: what, label: {en: What, zh: 何物}, type: choice, code_list: treatments}
          - {id: taken, label: {en: Taken, zh: 使用}, type: boolean}
          - {id: dose, label: {en: Dose, zh: 剂量}, type: number, units: [mg/d]}
          - {id: day, label: {en: Day, zh: 日期}, type: date}
          - {id: severe, label: {en: Severe, zh: 严重}, type: boolean}
    checks:
      - {id: whole, rule: RULE, severity: query, message: {en: No., zh: 否。}}
"""


def study(item: str = "", group: str = "", rule: str = "always", lists: str = LISTS) -> Study:
    texts = read_folder(find_study("template"))
    form = FORM.replace("RULE", f'"{rule}"').replace("        GROUP\n", f"        {group}\n" if group else "")
    form = form.replace("          - ITEM\n", f"          - {item}\n" if item else "")
    return load_study({name: texts[name] for name in REQUIRED} | {"forms.yaml": lists + form})


@pytest.mark.parametrize("name", bundled_studies())
def test_the_forms_of_bundled_studies_can_be_used(name: str) -> None:
    lowered = lower_forms(read_study(name))
    assert (
        set(lowered.reads) == {form.id for form in lowered.study.forms.forms} if lowered.study.forms else True
    )


@pytest.mark.parametrize("name", ["beam", "bliss-ln"])
def test_screening_collects_every_concept_that_a_criterion_reads(name: str) -> None:
    given = read_study(name)
    assert given.forms is not None
    asked = {concept for form in given.forms.forms for concept in form_concepts(given.forms, form)}
    read = {
        concept
        for readings in lower_study(given).rules.values()
        for rule in readings.values()
        for asks in (rule.condition, *(each.condition for each in rule.warnings))
        for concept in concepts_of(rebuild(asks, at_the_bedside))
    }
    assert read
    assert read - asked == set()


def at_the_bedside(node: n.Node) -> n.Node:
    """Only a search asks for diagnosis codes."""
    return node.screening if isinstance(node, n.ByMode) else node


def test_every_form_of_the_schedule_of_beam_is_there_and_the_reverse() -> None:
    given = read_study("beam")
    assert given.schedule is not None
    assert given.forms is not None
    planned = {form for activity in given.schedule.activities for form in activity.forms}
    assert planned == {form.id for form in given.forms.forms}


@pytest.mark.parametrize(
    "rule",
    [
        "ended >= began",
        "result = recovered",
        "result in {recovered, fatal}",
        "not (result = recovered) or answered(ended)",
        "hb > 80 g/L",
        "hb > 8 g/dL",
        "hb >= latest(hemoglobin, within=28 d)",
        "answered(remark)",
        "age >= 18 a and sex = female",
        "present(dialysis, within=3 mo)",
    ],
)
def test_what_rules_of_forms_may_say(rule: str) -> None:
    lowered = lower_forms(study(rule=rule))
    assert [check.definition.rule for check in lowered.checks["one", "", ""]] == [rule]


def test_an_item_of_the_own_group_goes_before_one_of_another() -> None:
    item = "{id: severity, label: {en: S, zh: S}, type: text, condition: severe}"
    lowered = lower_forms(study(item=item))
    condition = lowered.conditions["one", "first", "severity"]
    assert concepts_of(condition) == {entered_name("one", "first", "severe")}


REFUSED = [
    # a rule of the whole form, what is said of it
    ("dose > 5 mg/d", "dose is the name of more than one item, or of one that repeats."),
    ("severe", "severe is the name of more than one item, or of one that repeats."),
    ("result = better", "better is no answer of result."),
    ("hb > 8", "8 has no unit."),
    ("hb > 8 kg", "kg cannot be compared with g/L."),
    ("hb", "This is a number, where a condition is needed."),
    ("hemoglobin > 8 g/dL", "hemoglobin is a concept; say which of its records is meant."),
    ("answered(dose)", "Here the name of an item is needed."),
    ("answered(hemoglobin)", "Here the name of an item is needed."),
    ("end > began", "`end` is not defined."),
    ("ended >=", "Here a term is missing."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), REFUSED)
def test_a_rule_that_makes_no_sense_is_refused_with_its_place(rule: str, said: str) -> None:
    with pytest.raises(StudyInvalid) as found:
        lower_forms(study(rule=rule))
    (problem,) = found.value.problems
    assert (problem.code, problem.severity, problem.file) == ("rule", "error", "forms.yaml")
    assert said in str(problem)
    written = (LISTS + FORM.replace("        GROUP\n", "").replace("          - ITEM\n", "")).splitlines()
    assert "id: whole, rule:" in written[problem.line - 1]


MISFITS = [
    # an item (after its type) or a group key, what is said
    ("item", "{id: x, label: {en: X, zh: X}, type: text, concept: hemoglobin}", "of type text; its concept hemoglobin is a measurement"),
    ("item", "{id: x, label: {en: X, zh: X}, type: boolean, concept: hemoglobin}", "Types that fit: number"),
    ("item", "{id: x, label: {en: X, zh: X}, type: number, concept: dialysis, units: [g/L]}", "concept dialysis is a procedure"),
    ("item", "{id: x, label: {en: X, zh: X}, type: choice, code_list: outcome, concept: pregnant}", "concept pregnant is a finding"),
    ("item", "{id: x, label: {en: X, zh: X}, type: number, concept: hemoglobin, units: [kg]}", "does not convert"),
    ("item", "{id: x, label: {en: X, zh: X}, type: number, concept: hemoglobin}", "has no unit; hemoglobin has one"),
    ("item", "{id: x, label: {en: X, zh: X}, type: calculated, calculation: age}", "The result of x is in a."),
    ("item", "{id: x, label: {en: X, zh: X}, type: calculated, calculation: severe}", "where a number is needed"),
    ("group", "fact: {about: what, value: dose, day: day}\n        date: day", ""),
    ("group", "fact: {concept: hemoglobin, value: dose}", "which is a measurement"),
    ("group", "fact: {concept: pregnant, occurred: taken}", "which is a finding"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "text", "said"), MISFITS)
def test_an_answer_that_cannot_be_its_fact(where: str, text: str, said: str) -> None:
    given = study(item=text) if where == "item" else study(group=text)
    if not said:
        assert lower_forms(given).study is given
        return
    with pytest.raises(StudyInvalid) as found:
        lower_forms(given)
    assert said in str(found.value)
    assert {problem.code for problem in found.value.problems} <= {"incomplete", "rule"}


WRONG_GROUPS = [
    # keys of the repeating group, what the loader says
    ("fact: {value: dose}", "does not say what it is about"),
    ("fact: {about: what, concept: dialysis}", "does not say what it is about"),
    ("fact: {about: what, day: day, start: day}", "has a single day and also a start or end"),
    ("fact: {about: dose}", "In the group rows, about is dose."),
    ("fact: {about: what, occurred: dose}", "In the group rows, occurred is dose."),
    ("fact: {about: what, end: nowhere}", "In the group rows, end is nowhere."),
    ("date: taken", "In the group rows, date is taken."),
    ("preprinted: taken", "In the group rows, preprinted is taken."),
    ("fact: {concept: dialisys}", "Did you mean `dialysis`?"),
    ("checklist: pregnant", "is no plain list of yes/no items"),
]  # fmt: skip


@pytest.mark.parametrize(("group", "said"), WRONG_GROUPS)
def test_a_group_whose_parts_do_not_fit(group: str, said: str) -> None:
    with pytest.raises(StudyInvalid) as found:
        study(group=group)
    assert said in str(found.value)


def test_a_concept_named_by_an_answer_must_exist() -> None:
    with pytest.raises(StudyInvalid) as found:
        study(lists=LISTS.replace("concept: prednisone_oral", "concept: prednison_oral"))
    assert "Did you mean `prednisone_oral`?" in str(found.value)


def test_only_what_repeats_has_rows() -> None:
    texts = read_folder(find_study("template"))
    forms = texts["forms.yaml"].replace(
        "      - id: result\n", "      - id: result\n        at_least: 1\n", 1
    )
    with pytest.raises(StudyInvalid) as found:
        load_study({**texts, "forms.yaml": forms})
    assert "does not repeat" in str(found.value)


def test_definitions_of_the_study_mean_the_same_in_forms() -> None:
    """`long_steroid_course` of the template is a rule about records, also where an item has a similar name."""
    lowered = lower_forms(study(rule="not long_steroid_course"))
    assert lowered.reads["one"] == {"prednisone_oral"}


def test_the_calls_of_forms_are_those_of_rules_and_one_more() -> None:
    assert set(FORM_KINDS) - set(KINDS) == {"answered"}
