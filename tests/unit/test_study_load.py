"""Loading a study: what a folder's texts become, and how everything wrong with them is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from trialwright.study.canonical import canonical_json, version
from trialwright.study.errors import CODES, Problem, StudyInvalid, StudyNotFound
from trialwright.study.load import load_study
from trialwright.study.model import Study
from trialwright.study.population import Criterion
from trialwright.terms.message import Text, message

STUDIES = Path(__file__).parents[2] / "studies"
BUNDLED = sorted(path.parent.name for path in STUDIES.glob("*/study.yaml"))

STUDY = """\
id: small
version: "1"
titles: {brief: {en: Small, zh: 小}}
status: {overall: recruiting}
sponsor: {name: {en: Nobody, zh: 无}, class: other}
summary: {en: Made up., zh: 虚构。}
design: {study_type: interventional, phases: [phase_2], enrollment: {count: 12, type: estimated}}
population: {sex: all, minimum_age: 18 a, healthy_volunteers: false}
objectives:
  - {id: O1, level: primary, text: {en: To learn., zh: 了解。}, endpoints: [E1]}
endpoints:
  - {id: E1, level: primary, title: {en: Value, zh: 数值}, time_frame: {en: Week 1, zh: 第1周}}
"""
CONCEPTS = """\
concepts:
  - name: hemoglobin
    kind: measurement
    unit: g/L
    codes: ["loinc|718-7"]
    label: {en: Haemoglobin, zh: 血红蛋白}
    conversions: ["1 g/dL = 0.6206 mmol/L"]
  - name: pregnant
    kind: finding
    values: boolean
    codes: ["snomed|77386006"]
    positive_codes: ["loinc|2106-3"]
    label: {en: Pregnant, zh: 妊娠}
"""
CRITERIA = """\
parameters: {window: 28 d}
definitions:
  low: latest(hemoglobin) < 120 g/L
criteria:
  - id: I1
    type: inclusion
    title: {en: Anaemia, zh: 贫血}
    text: {en: Haemoglobin below 120 g/L, zh: 血红蛋白低于120 g/L}
    source: Inclusion 1
    chosen: default
    readings:
      default:
        because: {en: As written., zh: 按字面。}
        rule: low
      strict:
        because: {en: Lower., zh: 更低。}
        rule: >-
          latest(hemoglobin)
          < 100 g/L
"""
ARMS = """\
arms:
  - {id: A, type: experimental, title: {en: Drug, zh: 药}, interventions: [drug]}
  - {id: B, type: no_intervention, title: {en: None, zh: 无}}
epochs:
  - {id: screening, type: screening, title: {en: Screening, zh: 筛选}}
"""
INTERVENTIONS = """\
interventions:
  - {id: drug, type: drug, title: {en: Drug, zh: 药}}
"""
ALLOCATION = """\
method: permuted_blocks
ratio: {A: 1, B: 1}
block_sizes: [2, 4]
"""
SMALL = {"study.yaml": STUDY, "concepts.yaml": CONCEPTS, "criteria.yaml": CRITERIA}
FULL = SMALL | {"arms.yaml": ARMS, "interventions.yaml": INTERVENTIONS, "allocation.yaml": ALLOCATION}


def change(file: str, old: str, new: str, *, files: Mapping[str, str] = FULL) -> dict[str, str]:
    assert old in files[file], f"{old!r} is not in {file}"
    return dict(files) | {file: files[file].replace(old, new)}


def problems_of(files: Mapping[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(StudyInvalid) as caught:
        load_study(files)
    return caught.value.problems


def texts_of(name: str) -> dict[str, str]:
    folder = STUDIES / name
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}


def resolve_bundled(name: str) -> Mapping[str, str]:
    return texts_of(name)


# ---------------------------------------------------------------- what a study becomes


def test_the_smallest_study() -> None:
    study = load_study(SMALL)
    assert study.id == "small"
    assert study.identity.titles.brief == Text("Small", "小")
    assert study.identity.design.enrollment is not None
    assert study.identity.design.enrollment.count == 12
    assert study.identity.population.healthy_volunteers is False
    assert study.identity.sponsor.organisation_class == "other"
    assert study.concept("hemoglobin").unit == "g/L"
    assert study.concept("pregnant").values == ("boolean",)
    assert study.parameters == {"window": "28 d"}
    assert study.definitions == {"low": "latest(hemoglobin) < 120 g/L"}
    assert study.criterion("I1").reading.rule == "low"
    assert study.criterion("I1").readings["strict"].rule == "latest(hemoglobin) < 100 g/L"
    assert study.criterion("I1").judgement is False
    assert (study.arms, study.schedule, study.forms, study.allocation) == ((), None, None, None)
    assert study.warnings == ()


def test_an_unknown_name_is_a_key_error() -> None:
    study = load_study(SMALL)
    with pytest.raises(KeyError, match="hemo"):
        study.concept("hemo")
    with pytest.raises(KeyError, match="I9"):
        study.criterion("I9")


def test_parts_are_frozen() -> None:
    criterion = load_study(SMALL).criterion("I1")
    with pytest.raises(ValidationError, match="frozen"):
        criterion.chosen = "strict"
    assert isinstance(load_study(SMALL).criteria, tuple)


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_studies_load_without_a_warning(name: str) -> None:
    assert load_study(texts_of(name), resolve=resolve_bundled).warnings == ()


# ---------------------------------------------------------------- where things stand


def test_where_by_id_and_by_position() -> None:
    study = load_study(SMALL)
    path = ("criteria.yaml", "criteria", "I1", "readings", "default", "rule")
    assert study.where(path) == ("criteria.yaml", 14)
    assert study.place(path).column == 15
    assert study.where(("criteria.yaml", "criteria", 0, "readings", "default", "rule")) == (
        "criteria.yaml",
        14,
    )
    assert study.where(("criteria.yaml", "definitions", "low")) == ("criteria.yaml", 3)
    assert study.where(("concepts.yaml", "concepts", "pregnant", "label")) == ("concepts.yaml", 13)


def test_where_of_what_is_not_there_is_the_nearest_thing_above() -> None:
    study = load_study(SMALL)
    assert study.where(("criteria.yaml", "criteria", "I1", "readings", "other", "rule")) == (
        "criteria.yaml",
        11,
    )
    assert study.where(("criteria.yaml", "criteria", "I9")) == ("criteria.yaml", 4)
    assert study.where(("forms.yaml", "forms")) == ("forms.yaml", 0)


@pytest.mark.parametrize("name", BUNDLED)
def test_every_rule_stands_where_the_study_says(name: str) -> None:
    texts = texts_of(name)
    study = load_study(texts, resolve=resolve_bundled)
    paths: list[tuple[tuple[str, ...], str]] = [
        (("criteria.yaml", "criteria", criterion.id, "readings", reading, "rule"), part.rule)
        for criterion in study.criteria
        for reading, part in criterion.readings.items()
    ]
    paths += [(("criteria.yaml", "definitions", key), rule) for key, rule in study.definitions.items()]
    for path, rule in paths:
        place = study.place(path)
        _, folder, file = place.file.split("/") if place.file.startswith("../") else ("", name, place.file)
        line = texts_of(folder)[file].split("\n")[place.line - 1]
        assert line[place.column - 1 :].startswith(rule.split()[0]), (path, place)


# ---------------------------------------------------------------- what is wrong, where, and the cure


# fmt: off
FAULTS = [
    # file, old, new, code, line, words, cure
    ("study.yaml", "summary:", "sumary:", "unknown_key", 6, "no key sumary", "Did you mean `summary`?"),
    ("study.yaml", 'version: "1"\n', "", "missing_key", 1, "The file has no version", "Add `version: ...`."),
    ("study.yaml", "zh: 小}", "zh: 小, cn: 小}", "unknown_key", 3, "titles / brief has no key cn", "Known here: en, zh"),
    ("study.yaml", ", zh: 小}", "}", "missing_key", 3, "titles / brief has no zh", "Add `zh: ...`"),
    ("study.yaml", "{en: Small, zh: 小}", "Small", "wrong_kind", 3, 'titles / brief is "Small"', "mapping"),
    ("study.yaml", "recruiting", "recruting", "wrong_value", 4, '"recruting"', "Did you mean `recruiting`?"),
    ("study.yaml", "recruiting", "open", "wrong_value", 4, '"open"', "Allowed are: not_yet_recruiting"),
    ("study.yaml", "[phase_2]", "phase_2", "wrong_kind", 7, 'design / phases is "phase_2"', "a list"),
    ("study.yaml", "count: 12", "count: twelve", "wrong_value", 7, "twelve is not a whole number", "digits"),
    ("study.yaml", "18 a", "18", "wrong_value", 8, 'minimum_age is "18"', "from minutes to years"),
    ("study.yaml", "false", "no", "wrong_value", 8, "no is neither true nor false", "Write true or false"),
    ("study.yaml", "id: small", "id: small study", "wrong_value", 1, '"small study"', "an id"),
    ("study.yaml", "id: small", "id: [small]", "wrong_kind", 1, "id is a list", "Write one text"),
    ("study.yaml", "id: small", "id: ''", "wrong_value", 1, "id is", "an id"),
    ("study.yaml", "recruiting}", "recruiting, verified: May}", "wrong_value", 4, "May is not a date", "2026-05"),
    ("study.yaml", "[E1]", "[E2]", "unknown_reference", 10, "the endpoint E2", "Known are: E1."),
    ("study.yaml", "zh: 第1周", "zh: ''", "untranslated", 12, "no text in Chinese", "Write it"),
    ("concepts.yaml", "name: hemoglobin", "name: Hemoglobin", "wrong_value", 2, '"Hemoglobin"', "a name: small"),
    ("concepts.yaml", "    unit: g/L\n", "", "incomplete", 2, "hemoglobin has no unit", "unit: mg/dL"),
    ("concepts.yaml", "unit: g/L", "unit: G/L", "wrong_value", 4, "G/L is not a known UCUM unit", "as in UCUM"),
    ("concepts.yaml", "loinc|718-7", "718-7", "wrong_value", 5, '"718-7"', "the code (loinc|2160-0)"),
    ("concepts.yaml", "loinc|718-7", "icd10|718-7", "wrong_value", 5, "no code of its system", "icd10|M32.1"),
    ("concepts.yaml", "1 g/dL = 0.6206 mmol/L", "0.6206", "wrong_value", 7, '"0.6206"', "two equal quantities"),
    ("concepts.yaml", "= 0.6206 mmol/L", "= 10 g/L", "wrong_value", 2, "conversion 1 g/dL = 10 g/L does", "join"),
    ("concepts.yaml", "boolean", "yes", "wrong_kind", 10, 'values is "yes"', "a list"),
    ("concepts.yaml", "    values: boolean\n", "", "incomplete", 8, "positive_codes but is not", "values: boolean"),
    ("concepts.yaml", "name: pregnant", "name: hemoglobin", "duplicate_id", 8, "hemoglobin stands twice", "own id"),
    ("criteria.yaml", "{window: 28 d}", "{window: 28d}", "wrong_value", 1, '"28d"', "one blank between"),
    ("criteria.yaml", "{window: 28 d}", "{Window: 28 d}", "wrong_value", 1, '"Window"', "a name: small"),
    ("criteria.yaml", "{window:", "{low:", "duplicate_id", 3, "low is already the name of a parameter", "Rename"),
    ("criteria.yaml", "  low:", "  hemoglobin:", "duplicate_id", 3, "already the name of a concept", "Rename"),
    ("criteria.yaml", "default\n    r", "defualt\n    r", "unknown_reference", 10, "reading defualt", "`default`?"),
    ("criteria.yaml", "inclusion", "Inclusion", "wrong_value", 6, 'type is "Inclusion"', "`inclusion`?"),
    ("criteria.yaml", "rule: low", "Rule: low", "unknown_key", 14, "default has no key Rule", "`rule`?"),
    ("criteria.yaml", "rule: low", "rule: ''", "wrong_value", 14, "rule is empty", "Write something"),
    ("criteria.yaml", "  - id: I1", "  - id: I 1", "wrong_value", 5, '"I 1"', "an id"),
    ("arms.yaml", "[drug]", "[drugs]", "unknown_reference", 2, "the intervention drugs", "Did you mean `drug`?"),
    ("allocation.yaml", "permuted_blocks", "permuted", "wrong_value", 1, '"permuted"', "`permuted_blocks`?"),
    ("allocation.yaml", "method: permuted_blocks\n", "", "missing_key", 1, "no method", "minimisation"),
    ("allocation.yaml", "block_sizes", "seed: 7\nblock_sizes", "seed_in_definition", 1, "states `seed`", "sealed"),
    ("allocation.yaml", "[2, 4]", "[2, 3]", "incomplete", 1, "A block of 3 cannot hold", "multiples of 2"),
    ("allocation.yaml", "B: 1", "C: 1", "unknown_reference", 2, "the arm C", "Known are: A, B"),
]
# fmt: on


@pytest.mark.parametrize(("file", "old", "new", "code", "line", "words", "cure"), FAULTS)
def test_one_fault_one_problem(
    file: str, old: str, new: str, code: str, line: int, words: str, cure: str
) -> None:
    files = change(file, old, new)
    try:
        found = load_study(files).warnings
    except StudyInvalid as invalid:
        found = invalid.problems
    first = found[0]
    assert (first.code, first.file, first.line) == (code, file, line), str(first)
    assert words in str(first)
    assert cure in str(first)
    assert code in CODES
    assert len(found) == 1, [str(problem) for problem in found]


def test_a_text_missing_in_one_language_is_a_warning_and_in_both_an_error() -> None:
    study = load_study(change("study.yaml", "zh: 小", "zh: ''"))
    assert [(w.severity, w.code, w.line) for w in study.warnings] == [("warning", "untranslated", 3)]
    problem = problems_of(change("study.yaml", "{en: Small, zh: 小}", "{en: ' ', zh: ''}"))[0]
    assert (problem.severity, problem.code) == ("error", "untranslated")


def test_all_problems_at_once_in_the_order_of_files_and_lines() -> None:
    files = change("study.yaml", "recruiting", "open")
    files = change("concepts.yaml", "kind: finding", "kind: fact", files=files)
    files = change("criteria.yaml", "chosen: default", "chosen: other", files=files)
    files = change("criteria.yaml", "type: inclusion", "type: in", files=files)
    files = change("arms.yaml", "[drug]", "[drag]", files=files) | {"arm.yaml": "", "forms.yaml": "a: &b 1"}
    assert [(problem.file, problem.line) for problem in problems_of(files)] == [
        ("study.yaml", 4),
        ("concepts.yaml", 9),
        ("criteria.yaml", 6),
        ("arms.yaml", 2),
        ("forms.yaml", 1),
        ("arm.yaml", 0),
    ]


@pytest.mark.parametrize("file", sorted(SMALL))
def test_a_needed_file_that_is_missing(file: str) -> None:
    problems = problems_of({name: text for name, text in SMALL.items() if name != file})
    assert [(problem.code, problem.file) for problem in problems] == [("missing_file", file)]


def test_a_study_without_criteria_would_let_everyone_in() -> None:
    problem = problems_of(SMALL | {"criteria.yaml": "criteria: []\n"})[0]
    assert "too few entries" in str(problem)


def test_an_unknown_file_is_not_passed_over() -> None:
    assert "Did you mean" not in str(problems_of(SMALL | {"notes.yaml": "a: b"})[0])
    problem = problems_of(SMALL | {"intervention.yaml": INTERVENTIONS})[0]
    assert (problem.code, problem.file) == ("unknown_file", "intervention.yaml")
    assert "interventions.yaml" in str(problem)


def test_scenarios_are_not_part_of_the_definition() -> None:
    assert version(load_study(SMALL | {"scenarios/a.yaml": "anything"})) == version(load_study(SMALL))


# ---------------------------------------------------------------- variants


VARIANT = {
    "study.yaml": "id: variant\nbased_on: small\ntitles: {brief: {en: Variant, zh: 变体}}\n",
    "criteria.yaml": """\
parameters: {window: 14 d}
criteria:
  - id: I1
    chosen: strict
    readings:
      default: {because: {en: Otherwise., zh: 另行。}}
  - id: I2
    type: exclusion
    title: {en: Pregnancy, zh: 妊娠}
    text: {en: Pregnant, zh: 妊娠}
    source: added
    chosen: default
    readings:
      default: {because: {en: Safety., zh: 安全。}, rule: is(pregnant)}
""",
    "allocation.yaml": "method: concurrent_control\n",
}


def load_variant(files: Mapping[str, str] = VARIANT, base: Mapping[str, str] = FULL) -> Study:
    def resolve(name: str) -> Mapping[str, str]:
        assert name == "small"
        return base

    return load_study(files, resolve=resolve)


def test_a_variant_states_only_what_differs() -> None:
    study, base = load_variant(), load_study(FULL)
    assert (study.id, study.identity.based_on) == ("variant", "small")
    assert study.identity.titles.brief == Text("Variant", "变体")
    assert study.identity.summary == base.identity.summary
    assert study.parameters == {"window": "14 d"}
    assert [criterion.id for criterion in study.criteria] == ["I1", "I2"]
    changed, kept = study.criterion("I1"), base.criterion("I1")
    assert (changed.chosen, changed.title) == ("strict", kept.title)
    assert changed.readings["default"].because == Text("Otherwise.", "另行。")
    assert changed.readings["default"].rule == kept.readings["default"].rule
    assert study.arms == base.arms
    assert study.allocation is not None
    assert study.allocation.method == "concurrent_control"


def test_places_of_a_variant_name_the_file_that_says_it() -> None:
    study = load_variant()
    criterion = ("criteria.yaml", "criteria", "I1")
    assert study.where((*criterion, "chosen")) == ("criteria.yaml", 4)
    assert study.where((*criterion, "title")) == ("../small/criteria.yaml", 7)
    assert study.where((*criterion, "readings", "default", "rule")) == ("../small/criteria.yaml", 14)
    assert study.where(("criteria.yaml", "criteria", "I2", "readings", "default", "rule")) == (
        "criteria.yaml",
        14,
    )
    assert study.where(("arms.yaml", "arms", "B")) == ("../small/arms.yaml", 3)


def test_a_text_is_replaced_in_both_languages_or_not_at_all() -> None:
    files = VARIANT | {"study.yaml": "id: variant\nbased_on: small\nsummary: {en: New.}\n"}
    with pytest.raises(StudyInvalid) as caught:
        load_variant(files)
    assert "summary has no zh" in str(caught.value)


def test_problems_of_a_base_are_told_with_its_file() -> None:
    with pytest.raises(StudyInvalid) as caught:
        load_variant(base=change("concepts.yaml", "kind: finding", "kind: fact"))
    problem = caught.value.problems[0]
    assert (problem.file, problem.line, problem.code) == ("../small/concepts.yaml", 9, "wrong_value")


def test_a_variant_needs_somebody_who_finds_its_base() -> None:
    problem = problems_of(VARIANT)[0]
    assert (problem.code, problem.file, problem.line) == ("based_on", "study.yaml", 2)


def test_a_base_that_is_not_found() -> None:
    def resolve(name: str) -> Mapping[str, str]:
        raise StudyNotFound(message("There is no study {name}.", name=name))

    with pytest.raises(StudyInvalid) as caught:
        load_study(VARIANT, resolve=resolve)
    assert [problem.code for problem in caught.value.problems] == ["based_on"]
    assert "There is no study small." in str(caught.value)


@pytest.mark.parametrize("name", ["../small", "small/..", "/small", "a b"])
def test_a_base_is_named_not_addressed(name: str) -> None:
    with pytest.raises(StudyInvalid, match="Write the name of one study"):
        load_variant(VARIANT | {"study.yaml": f"id: variant\nbased_on: {name}\n"})


def test_a_circle_of_variants_is_refused() -> None:
    files = {
        "a": SMALL | {"study.yaml": STUDY.replace("id: small", "id: a\nbased_on: b")},
        "b": {"study.yaml": "id: b\nbased_on: c\n"},
        "c": {"study.yaml": "id: c\nbased_on: a\n"},
    }
    with pytest.raises(StudyInvalid) as caught:
        load_study(files["a"], resolve=files.__getitem__)
    problem = caught.value.problems[0]
    assert (problem.code, problem.file) == ("based_on", "../c/study.yaml")
    assert "a > b > c > a" in str(problem)


def test_a_variant_of_a_variant() -> None:
    files = {"small": FULL, "variant": VARIANT}
    study = load_study({"study.yaml": "id: third\nbased_on: variant\n"}, resolve=files.__getitem__)
    assert study.parameters == {"window": "14 d"}
    assert study.where(("criteria.yaml", "parameters", "window")) == ("../variant/criteria.yaml", 1)
    assert study.where(("concepts.yaml", "concepts", 0)) == ("../small/concepts.yaml", 2)


# ---------------------------------------------------------------- the version


def test_the_version_is_the_sha_256_of_sorted_compact_json() -> None:
    # RFC 8785 on texts, whole numbers and truth values alone: keys sorted, no blanks, no escapes beyond JSON's own.
    study = load_study(FULL)
    data = json.loads(canonical_json(study))
    plain = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical_json(study) == plain
    assert version(study) == "sha256:" + hashlib.sha256(plain).hexdigest()
    assert data["criteria"]["parameters"] == {"window": "28 d"}
    assert data["study"]["titles"]["brief"] == {"en": "Small", "zh": "小"}


@pytest.mark.parametrize(
    "files",
    [
        dict(reversed(FULL.items())),
        change("study.yaml", "id: small\n", "# a comment\nid: small   # another\n"),
        change("study.yaml", "{en: Small, zh: 小}", "{zh: \"小\", en: 'Small'}"),
        change(
            "criteria.yaml",
            ">-\n          latest(hemoglobin)\n          < 100 g/L",
            "latest(hemoglobin) < 100 g/L",
        ),
        change("criteria.yaml", "    source:", "    judgement: false\n    source:"),
        {name: text.replace("\n", "\r\n") for name, text in FULL.items()},
    ],
    ids=["order of files", "comments", "order of keys", "line breaks", "a default stated", "line ends"],
)
def test_what_does_not_change_the_version(files: dict[str, str]) -> None:
    assert version(load_study(files)) == version(load_study(FULL))


# fmt: off
CHANGES = [
    # file, old, new
    ("study.yaml", "zh: 小", "zh: 大"),
    ("concepts.yaml", "718-7", "718-8"),
    ("criteria.yaml", "28 d", "4 wk"),
    ("criteria.yaml", "chosen: default", "chosen: strict"),
    ("criteria.yaml", "    source:", "    judgement: true\n    source:"),
    ("criteria.yaml", "rule: low", "rule: not low"),
    ("allocation.yaml", "[2, 4]", "[4, 2]"),
    ("arms.yaml", "type: experimental", "type: other"),
]
# fmt: on


@pytest.mark.parametrize(("file", "old", "new"), CHANGES)
def test_what_changes_the_version(file: str, old: str, new: str) -> None:
    assert version(load_study(change(file, old, new))) != version(load_study(FULL))


def test_a_variant_has_the_version_of_what_it_says() -> None:
    whole = change("study.yaml", "id: small", "id: other")
    variant = {"study.yaml": "id: other\nbased_on: small\n"}
    assert version(load_variant(variant)) == version(load_study(whole))


def test_studies_are_equal_by_what_they_say() -> None:
    moved = change("study.yaml", "id: small", "\n\nid: small")
    assert load_study(moved) == load_study(FULL)
    assert load_study(moved).where(("study.yaml", "id")) != load_study(FULL).where(("study.yaml", "id"))
    assert isinstance(load_study(FULL).criteria[0], Criterion)
