"""ClinicalTrials.gov in and out: real records (shortened), texts split without loss, refusals, round trips."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.cli.main import main
from trialwright.exchange import ctgov
from trialwright.exchange.ctgov import NotARegistryRecord, export_record, import_record
from trialwright.exchange.ctgov.criteria import join_criteria, split_criteria
from trialwright.exchange.ctgov.fields import MAPPED
from trialwright.exchange.ctgov.known import CHECKED
from trialwright.study.load import load_study
from trialwright.study.model import Study
from trialwright.study.rules import lower_study
from trialwright.terms.message import Text

DATA = Path(__file__).parent.parent / "data" / "ctgov"
STUDIES = Path(__file__).parent.parent.parent / "studies"
RECORDS = ("NCT00973089.excerpt", "NCT04207047.excerpt", "NCT06171568.excerpt")
BUNDLED = sorted(path.parent.name for path in STUDIES.glob("*/study.yaml"))


def read_data(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def read_record(name: str) -> dict[str, Any]:
    return json.loads(read_data(f"{name}.json"))


def load(record: Any) -> Study:
    return load_study(import_record(record if isinstance(record, str) else json.dumps(record)))


def make_record(**modules: Any) -> dict[str, Any]:
    """The least that is a record, with modules added."""
    least = {
        "identificationModule": {"nctId": "NCT00000000", "briefTitle": "A title"},
        "designModule": {"studyType": "INTERVENTIONAL"},
    }
    return {"protocolSection": {**least, **modules}}


def make_text(criteria: str, **fields: Any) -> dict[str, Any]:
    return make_record(eligibilityModule={"eligibilityCriteria": criteria, **fields})


def bare(text: str) -> str:
    """A text without headings, bullets, numbers, escapes and white space: what no splitting may lose.

    Written here apart from the importer, and stricter: only line beginnings count as bullets.
    """
    lines = []
    for line in text.split("\n"):
        if re.fullmatch(r"\s*(Inclusion|Exclusion) Criteria:\s*", line):
            continue
        lines.append(re.sub(r"^\s*([*-]|\d+\.)(\s+|$)", "", line))
    return re.sub(r"\s", "", re.sub(r"\\(?=[^\w\s])", "", "\n".join(lines)))


# Splitting


@pytest.mark.parametrize("name", RECORDS)
def test_splitting_a_real_record_loses_no_text(name: str) -> None:
    text = read_record(name)["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    assert bare("\n".join(one.text for one in split_criteria(text))) == bare(text)


def test_real_criteria_come_out_one_by_one_with_their_sub_items() -> None:
    study = load(read_record("NCT04207047.excerpt"))
    ids = [criterion.id for criterion in study.criteria]
    assert ids == ["A0", *(f"I{n}" for n in range(1, 10)), *(f"E{n}" for n in range(1, 20))]
    seventh = study.criterion("I7").text.en.split("\n")
    assert seventh[0].startswith("Subjects of childbearing potential")
    assert seventh[1:] == [
        "1. Postmenopausal for at least 12 months prior to study;",
        "2. Without a uterus and/or both ovaries; or",
        "3. Bilateral tubal ligation at least six months prior to study enrollment.",
    ]
    assert study.criterion("E2").text.en == "Subjects with sensitivity or allergy to gold."
    assert study.criterion("E19").source == "Exclusion 19"
    assert study.criterion("E19").text.en.endswith("understanding and signing the informed consent.")


SPLITS = {
    "bullets, dashes and dots": (
        "Inclusion Criteria:\n\n- one\n- two\n\nExclusion Criteria:\n\n• three",
        [
            ("inclusion", "Inclusion 1", "one"),
            ("inclusion", "Inclusion 2", "two"),
            ("exclusion", "Exclusion 1", "three"),
        ],
    ),
    "numbers and letters": (
        "INCLUSION CRITERIA\n1. one\n2) two\n(3) three\na. four",
        [
            ("inclusion", "Inclusion 1", "one"),
            ("inclusion", "Inclusion 2", "two"),
            ("inclusion", "Inclusion 3", "three"),
            ("inclusion", "Inclusion 4", "four"),
        ],
    ),
    "nested by indent, to any depth": (
        "Exclusion Criteria:\n* any of:\n   * one\n      * deeper\n   * two\n* next",
        [
            ("exclusion", "Exclusion 1", "any of:\n* one\n   * deeper\n* two"),
            ("exclusion", "Exclusion 2", "next"),
        ],
    ),
    "dashes under a number at the same indent": (
        "Inclusion Criteria:\n1. any of:\n- one\n- two\n2. next",
        [("inclusion", "Inclusion 1", "any of:\n- one\n- two"), ("inclusion", "Inclusion 2", "next")],
    ),
    "escapes": (
        "Inclusion Criteria:\n* SLE-DAI\\>10, \\<3.0 mg/dL, 1.73m\\^2, \\[x\\], 5 \\* 3",
        [("inclusion", "Inclusion 1", "SLE-DAI>10, <3.0 mg/dL, 1.73m^2, [x], 5 * 3")],
    ),
    "headings that say more are kept": (
        "Key Inclusion Criteria:\n* one\n\nExclusion Criteria for the Long-Term Extension Period:\n* two",
        [
            ("inclusion", "Key Inclusion Criteria 1", "one"),
            ("exclusion", "Exclusion Criteria for the Long-Term Extension Period 1", "two"),
        ],
    ),
    "criteria behind the heading on its line": (
        "Inclusion criteria: adults\nExclusion criteria: none",
        [("inclusion", "Inclusion 1", "adults"), ("exclusion", "Exclusion 1", "none")],
    ),
    "a text that lost its line breaks": (
        "Inclusion Criteria: Adults with tuberculosis. Exclusion Criteria: Liver failure.",
        [
            ("inclusion", "Inclusion 1", "Adults with tuberculosis."),
            ("exclusion", "Exclusion 1", "Liver failure."),
        ],
    ),
    "lines without bullets": (
        "Inclusion Criteria:\n\nAge over 18\n\nSigned consent",
        [("inclusion", "Inclusion 1", "Age over 18"), ("inclusion", "Inclusion 2", "Signed consent")],
    ),
    "a broken line goes on": (
        "Inclusion Criteria:\n* one\n  and more\n* two",
        [("inclusion", "Inclusion 1", "one and more"), ("inclusion", "Inclusion 2", "two")],
    ),
    "a disease is not a heading, nor is a sentence": (
        "Inclusion Criteria:\n* Inclusion body myositis: proven\n* Exclusion criteria of the parent study apply.",
        [
            ("inclusion", "Inclusion 1", "Inclusion body myositis: proven"),
            ("inclusion", "Inclusion 2", "Exclusion criteria of the parent study apply."),
        ],
    ),
    "a heading without criteria keeps its words": (
        "Inclusion Criteria:\n* one\n\nExclusion Criteria for Cohort B:",
        [
            ("inclusion", "Inclusion 1", "one"),
            ("exclusion", "Exclusion Criteria for Cohort B 1", "Exclusion Criteria for Cohort B"),
        ],
    ),
    "no heading at all": (
        "* adults\n* consent",
        [("inclusion", "Eligibility 1", "adults"), ("inclusion", "Eligibility 2", "consent")],
    ),
    "a number at a line's start is no bullet": (
        "Inclusion Criteria:\n* proteinuria\n1.5 g/24h or more",
        [("inclusion", "Inclusion 1", "proteinuria 1.5 g/24h or more")],
    ),
    "empty bullets are dropped": (
        "Inclusion Criteria:\n* one\n*\n   -",
        [("inclusion", "Inclusion 1", "one")],
    ),
}


@pytest.mark.parametrize("case", SPLITS, ids=list(SPLITS))
def test_splits(case: str) -> None:
    text, expected = SPLITS[case]
    assert [(one.type, one.source, one.text) for one in split_criteria(text)] == expected


WORDS = ["adults", "SLE-DAI\\>10", "i.v.", "1.5", "(see above)", "and", "criteria", "x:", "≥", "-", "\\*"]


def make_lines(words: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda indent, mark, line: " " * indent + mark + " ".join(line),
        st.integers(0, 6),
        st.sampled_from(["", "* ", "- ", "1. ", "12) ", "a. ", "• "]),
        st.lists(st.sampled_from(words), max_size=4),
    )


HEADINGS = st.sampled_from(
    [
        "Inclusion Criteria:",
        "EXCLUSION CRITERIA",
        "Key Exclusion Criteria:",
        "Inclusion criteria for part 2:",
        "",
    ]
)
TEXTS = st.lists(st.one_of(make_lines(WORDS), HEADINGS), max_size=14).map("\n".join)
# "Inclusion" may turn a line into a heading, which keeps its words in `source`.
UNRULY = st.lists(st.one_of(make_lines([*WORDS, "Inclusion"]), HEADINGS), max_size=14).map("\n".join)


def letters(text: str) -> str:
    """The letters of a text that belong to no bullet, number or heading."""
    kept = []
    for line in text.split("\n"):
        words = re.sub(r"^( *([*•-]|\d+[.)]|a\.)( +|$))+", "", line.replace("\\", "")).strip()
        if not re.fullmatch(r"(?i)(key )?(inclusion|exclusion)( criteria)?( for part 2)?:?", words):
            kept.append(words)
    return "".join(re.findall(r"[A-Za-z0-9≥]", "".join(kept)))


@given(TEXTS)
def test_no_text_loses_a_letter(text: str) -> None:
    assert letters("\n".join(one.text for one in split_criteria(text))) == letters(text)


@given(UNRULY)
def test_what_was_joined_splits_into_the_same_criteria(text: str) -> None:
    criteria = split_criteria(text)
    assert split_criteria(join_criteria(criteria)) == criteria


# Import


@pytest.mark.parametrize("name", RECORDS)
def test_an_imported_study_loads_and_says_that_nothing_is_computed(name: str) -> None:
    study = load(read_record(name))
    rules = lower_study(study).chosen()
    uncomputed = [rule for rule in rules if rule.name == "uncomputed"]
    assert [rule.id for rule in rules if rule not in uncomputed] == ["A0"]
    assert all(rule.reading.rule == "unknown(not_computed)" for rule in uncomputed)
    assert {problem.code for problem in study.warnings} == {"untranslated"}
    assert "not computed" in study.identity.notes[0].en


ODD: dict[str, Any] = {
    "statusModule": {
        "overallStatus": "ROBOT",
        "statusVerifiedDate": "2020-99",
        "studyFirstSubmitDate": "soon",
        "lastUpdateSubmitDate": "2020-02-30",
        "startDateStruct": {"date": "2020-13", "type": "GUESSED"},
        "primaryCompletionDateStruct": {"date": "2021-01", "type": "GUESSED"},
        "completionDateStruct": {"date": "never", "type": "GUESSED"},
    },
    "sponsorCollaboratorsModule": {
        "leadSponsor": {"name": "A sponsor", "class": "ROBOT"},
        "collaborators": [{"name": "A friend", "class": "ROBOT"}],
    },
    "designModule": {
        "studyType": "INTERVENTIONAL",
        "phases": ["PHASE2", "PHASE9"],
        "designInfo": {
            "allocation": "ROBOT",
            "interventionModel": "ROBOT",
            "primaryPurpose": "ROBOT",
            "maskingInfo": {"masking": "ROBOT"},
        },
        "enrollmentInfo": {"count": -3, "type": "ROBOT"},
    },
    "armsInterventionsModule": {
        "armGroups": [{"label": "Group A", "type": "ROBOT", "interventionNames": ["Robot: An arm"]}],
        "interventions": [{"type": "ROBOT", "name": "An arm"}],
    },
    "eligibilityModule": {"sex": "ROBOT", "minimumAge": "18 Years", "healthyVolunteers": "perhaps"},
}
"""A value that no study can hold in every field that has a list of words, and in every date."""


def test_values_a_study_cannot_hold_are_left_out_and_listed() -> None:
    study = load(make_record(**ODD))
    assert {problem.severity for problem in study.warnings} <= {"warning", "note"}
    identity = study.identity
    assert identity.status.overall == "unknown"
    assert (identity.status.start, identity.status.verified, identity.status.completion) == (None, None, None)
    assert identity.status.primary_completion is not None
    assert identity.status.primary_completion.date == "2021-01"
    assert identity.status.primary_completion.type is None
    assert (identity.design.phases, identity.design.masking) == (("phase_2",), None)
    assert identity.design.enrollment is None
    assert [(arm.type, arm.interventions) for arm in study.arms] == [("other", ("an_arm",))]
    note = identity.notes[-1].en
    assert {field for field in CHECKED if field not in note} == {
        "statusModule.primaryCompletionDateStruct.date"
    }
    assert "statusModule.startDateStruct.date (2020-13)" in note
    assert "designModule.phases (PHASE9)" in note


def test_a_sex_nobody_knows_is_not_taken_for_all() -> None:
    study = load(make_record(**ODD))
    assert study.criterion("A0").reading.rule == "unknown(not_computed)"
    assert "Sex: ROBOT" in study.criterion("A0").text.en
    assert "eligibilityModule.sex (ROBOT)" in study.identity.notes[-1].en


@pytest.mark.parametrize("module", ODD)
def test_the_check_passes_whatever_the_words_of_a_record(
    module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "record.json"
    record.write_text(json.dumps(make_record(**{module: ODD[module]})), encoding="utf-8")
    folder = str(tmp_path / "study")
    assert main(["import", str(record), "--out", folder]) == 0
    assert main(["check", folder]) == 0
    assert "error" not in {line.split()[0] for line in capsys.readouterr().out.splitlines()}


def test_identity_design_arms_and_outcomes_are_carried_over() -> None:
    study = load(read_record("NCT04207047.excerpt"))
    identity = study.identity
    assert (identity.id, identity.titles.brief.en) == (
        "nct04207047",
        "Histologic Evaluation of Tissue Following Lutronic System Exposure",
    )
    assert [(one.registry, one.id) for one in identity.registry] == [
        ("ClinicalTrials.gov", "NCT04207047"),
        ("Sponsor protocol number", "L18006"),
    ]
    assert identity.status.overall == "unknown"
    assert identity.status.completion is not None
    assert (identity.status.completion.date, identity.status.completion.type) == ("2020-03-31", "estimated")
    assert identity.design.phases == ("not_applicable",)
    assert identity.design.allocation == "non_randomized"
    assert identity.design.enrollment is not None
    assert (identity.design.enrollment.count, identity.design.enrollment.type) == (3, "actual")
    assert [(site.city.en, site.postal_code) for site in identity.sites] == [
        ("Billerica, Massachusetts", "01821")
    ]
    assert [(arm.id, arm.interventions) for arm in study.arms] == [
        ("group_a", ("genius",)),
        ("group_d", ("genius", "ec02", "lasemd")),
    ]
    assert [(one.id, one.level, one.time_frame.en) for one in study.endpoints] == [
        ("P1", "primary", "14 days"),
        ("S1", "secondary", "2 hours"),
    ]
    assert (identity.population.minimum_age, identity.population.maximum_age) == ("18 a", None)
    assert identity.population.healthy_volunteers is True


def test_what_is_not_carried_over_is_named() -> None:
    notes = load(read_record("NCT06171568.excerpt")).identity.notes
    for lost in (
        "oversightModule",
        "designModule.designInfo.observationalModel",
        "designModule.designInfo.timePerspective",
        "eligibilityModule.studyPopulation",
        "contactsLocationsModule.locations.contacts",
    ):
        assert lost in notes[1].en
    assert "derivedSection" not in notes[1].en


def test_an_observational_study_has_no_arms_and_no_phase() -> None:
    study = load(read_record("NCT06171568.excerpt"))
    assert study.identity.design.study_type == "observational"
    assert (study.arms, study.identity.design.phases, study.identity.design.masking) == ((), (), None)
    assert [one.title.en for one in study.interventions] == ["Tests and questionnaires"]
    assert [(one.registry, one.id) for one in study.identity.registry][2] == (
        "OTHER: IDRCB",
        "2023-A00386-39",
    )
    assert study.identity.contacts[0].phone == "01.23.45.67.89 ext. +33"


def test_interventions_of_one_name_stay_with_their_arms() -> None:
    module = {
        "armGroups": [
            {"label": "Early", "type": "ACTIVE_COMPARATOR", "interventionNames": ["Other: ALL"]},
            {"label": "Late", "type": "ACTIVE_COMPARATOR", "interventionNames": ["Other: ALL"]},
            {"label": "None", "type": "NO_INTERVENTION"},
        ],
        "interventions": [
            {"type": "OTHER", "name": "ALL", "armGroupLabels": ["Early"]},
            {"type": "OTHER", "name": "ALL", "armGroupLabels": ["Late"]},
        ],
    }
    record = make_record(armsInterventionsModule=module)
    study = load(record)
    assert [(arm.id, arm.interventions) for arm in study.arms] == [
        ("early", ("all",)),
        ("late", ("all_2",)),
        ("none", ()),
    ]
    assert_part_of(export_record(study)["protocolSection"]["armsInterventionsModule"], module)  # type: ignore[index]


def test_groups_of_an_observational_study_have_no_type() -> None:
    group = {"label": "Patients", "interventionNames": ["Procedure: Stent"]}
    module = {"armGroups": [group], "interventions": [{"type": "PROCEDURE", "name": "Stent"}]}
    study = load(make_record(armsInterventionsModule=module, designModule={"studyType": "OBSERVATIONAL"}))
    assert [(arm.type, arm.interventions) for arm in study.arms] == [("other", ("stent",))]
    exported = export_record(study)["protocolSection"]["armsInterventionsModule"]  # type: ignore[index]
    assert exported["armGroups"] == [group]


def test_a_record_with_almost_nothing_still_imports() -> None:
    study = load(make_record())
    assert study.criteria[0].text.en == "Not stated in the record."
    assert study.identity.sponsor.name.en == "Not stated in the record."
    assert export_record(study) == {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT00000000", "briefTitle": "A title"},
            "statusModule": {"overallStatus": "UNKNOWN"},
            "designModule": {"studyType": "INTERVENTIONAL"},
            "eligibilityModule": {"sex": "ALL", "stdAges": ["CHILD", "ADULT", "OLDER_ADULT"]},
        }
    }


AGES = {
    ("18 Years", "N/A", "ALL"): ("18 a", None, "18 a <= age"),
    ("N/A", "65 Years", "FEMALE"): (None, "65 a", "age <= 65 a and sex = female"),
    ("1 Year", "1 Year", "ALL"): ("1 a", "1 a", "1 a <= age <= 1 a"),
    ("6 Months", "17 Years", "ALL"): ("6 mo", "17 a", "unknown(not_computed)"),
    ("N/A", "28 Days", "ALL"): (None, "28 d", "unknown(not_computed)"),
}


@pytest.mark.parametrize("fields", AGES)
def test_ages_and_sex(fields: tuple[str, str, str]) -> None:
    low, high, rule = AGES[fields]
    record = make_text("* one", minimumAge=fields[0], maximumAge=fields[1], sex=fields[2])
    study = load(record)
    assert (study.identity.population.minimum_age, study.identity.population.maximum_age) == (low, high)
    assert study.criterion("A0").reading.rule == rule
    lower_study(study)
    exported = export_record(study)["protocolSection"]["eligibilityModule"]  # type: ignore[index]
    assert exported.get("minimumAge", "N/A") == fields[0]
    assert exported.get("maximumAge", "N/A") == fields[1]


def test_a_line_that_only_leads_in_says_so() -> None:
    study = load(make_text("Inclusion Criteria:\n\nOne of the following:\n\n* a\n* b"))
    assert "introduces the lines after it" in study.criterion("I1").reading.because.en
    assert "introduces" not in study.criterion("I2").reading.because.en


REFUSED = {
    "legacy": (read_data("NCT04780763.legacy.json"), "legacy version 1 record"),
    "no JSON": ("NCT01639339, a study", "not JSON text"),
    "empty": ("", "not JSON text"),
    "a list": ("[]", "not one object"),
    "other JSON": ('{"resourceType": "Bundle"}', "has no protocolSection"),
    "a page of search results": (
        '{"studies": [], "nextPageToken": "x"}',
        "list of ClinicalTrials.gov records",
    ),
    "a part of a record": (
        '{"protocolSection": {"identificationModule": {"nctId": "NCT00000000", "briefTitle": "A title"}}}',
        "only a part of a ClinicalTrials.gov record",
    ),
    "a section that is no object": ('{"protocolSection": []}', "protocolSection is not an object"),
    "a key twice": ('{"protocolSection": {"designModule": {}, "designModule": {}}}', "not JSON text"),
    "half a character": ('{"protocolSection": {"x": "\\ud800"}}', "not JSON text"),
    "deep nonsense": ("[" * 100_000, "not JSON text"),
    "an age that is none": (
        json.dumps(make_text("* one", minimumAge="old")),
        "minimumAge is no age: old",
    ),
    "a type of study that is none": (
        json.dumps(make_record(designModule={"studyType": "ROBOT"})),
        "designModule.studyType is no type of study: ROBOT",
    ),
    "a list that is a text": (
        json.dumps(make_record(conditionsModule={"conditions": "Lupus"})),
        "conditions is not a list",
    ),
    "a text that is a number": (
        json.dumps({"protocolSection": {"identificationModule": {"briefTitle": 7}}}),
        "briefTitle is not a text",
    ),
}


@pytest.mark.parametrize("case", REFUSED, ids=list(REFUSED))
def test_anything_else_is_refused_in_one_sentence(case: str) -> None:
    text, words = REFUSED[case]
    with pytest.raises(NotARegistryRecord) as refusal:
        import_record(text)
    sentence = str(refusal.value)
    assert words in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert refusal.value.message.template


# Export


def assert_part_of(part: Any, whole: Any, path: str = "") -> None:
    """Everything written stands in the record as the registry itself wrote it, escapes aside."""
    if isinstance(part, dict):
        for name, value in part.items():
            assert name in whole, f"{path}.{name}"
            if name != "eligibilityCriteria":
                assert_part_of(value, whole[name], f"{path}.{name}")
    elif isinstance(part, list):
        assert len(part) == len(whole), path
        for one, other in zip(part, whole, strict=True):
            assert_part_of(one, other, path)
    elif isinstance(part, str):
        assert re.sub(r"\\(?=[^\w\s])", "", part) == re.sub(r"\\(?=[^\w\s])", "", whole), path
    else:
        assert part == whole, path


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_written_equals_the_registry_s_own_record(name: str) -> None:
    record = read_record(name)
    exported = export_record(load(record))
    assert_part_of(exported, record)
    module = exported["protocolSection"]["eligibilityModule"]  # type: ignore[index]
    original = record["protocolSection"]["eligibilityModule"]["eligibilityCriteria"]
    assert bare(module["eligibilityCriteria"]) == bare(original)


@pytest.mark.parametrize("name", RECORDS)
def test_importing_what_was_exported_gives_the_same_study(name: str) -> None:
    first = load(read_record(name))
    second = load(export_record(first))
    assert second.eligibility == first.eligibility
    assert (second.arms, second.interventions, second.endpoints) == (
        first.arms,
        first.interventions,
        first.endpoints,
    )
    assert second.identity.model_copy(update={"notes": ()}) == first.identity.model_copy(update={"notes": ()})
    assert load(export_record(second)) == second


def test_the_export_of_a_real_record_is_unchanged() -> None:
    exported = export_record(load(read_record("NCT04207047.excerpt")))
    assert exported == read_record("NCT04207047.export")


def test_beam_is_written_as_the_public_page_prints_it() -> None:
    """Parts of one registry line that the study keeps as several criteria become that line again."""
    study = load_study(read_folder("beam"))
    exported = export_record(study)["protocolSection"]["eligibilityModule"]  # type: ignore[index]
    written = [line for line in exported["eligibilityCriteria"].split("\n") if line]
    assert written == read_data("NCT05863936.criteria.txt").split("\n")[:-1]


def read_folder(name: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (STUDIES / name).glob("*.yaml")}


@pytest.mark.parametrize(
    "name", [name for name in BUNDLED if "based_on:" not in read_folder(name)["study.yaml"]]
)
def test_every_bundled_study_can_be_written_and_read_back(name: str) -> None:
    study = load_study(read_folder(name))
    record = export_record(study)
    again = load(record)
    assert export_record(again) == record
    assert [text.en for text in again.identity.conditions] == [text.en for text in study.identity.conditions]
    assert [one.title.en for one in again.endpoints] == [
        one.title.en
        for level in ("primary", "secondary", "exploratory")
        for one in study.endpoints
        if one.level == level
    ]
    texts = " ".join(criterion.text.en for criterion in again.criteria if criterion.id != "A0")
    carried = [
        criterion
        for criterion in study.criteria
        if not set(re.findall(r"[a-z_]+", criterion.reading.rule)) <= {"a", "age", "and", "sex"}
    ]
    assert carried
    for criterion in carried:
        assert criterion.text.en in texts


def test_texts_that_look_like_markdown_survive() -> None:
    text = "5 * 3 < 20 [see _note_] `x` 1.73m^2 ~10 # a\\b"
    study = load(make_record(descriptionModule={"briefSummary": ""}))
    identity = study.identity.model_copy(
        update={"summary": Text(text, ""), "description": Text(f"* {text}\n\n{text}", "")}
    )
    again = load(export_record(replace(study, identity=identity)))
    assert again.identity.summary.en == text
    assert again.identity.description is not None
    assert again.identity.description.en == f"* {text}\n\n{text}"


def test_the_readme_lists_every_field() -> None:
    readme = (Path(str(ctgov.__file__)).parent / "README.md").read_text(encoding="utf-8")
    for module, fields in MAPPED.items():
        assert f"`{module}`" in readme
        for field in fields:
            assert f"`{field}`" in readme, f"{module}.{field}"
