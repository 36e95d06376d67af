"""`explain`: a whole study in prose, as Markdown, HTML and JSON, in both languages, with nothing left out."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html.parser import HTMLParser
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from trialwright.exchange.folder import read_study
from trialwright.locale import LANGUAGES, read_catalogue
from trialwright.study.canonical import version
from trialwright.study.model import FILES, Study, model_of
from trialwright.study.prose.document import (
    Bullets,
    Code,
    Document,
    Heading,
    Item,
    Lines,
    Paragraph,
    Quote,
    Table,
)
from trialwright.study.prose.explain import explain, to_html, to_json, to_markdown
from trialwright.study.prose.vocabulary import TERMS
from trialwright.study.rules import lower_study
from trialwright.terms.message import Message, Text, message, render

STUDIES = ("beam", "bliss-ln", "template")
CASES = [(study, language) for study in STUDIES for language in LANGUAGES]


@cache
def study_of(name: str) -> Study:
    return read_study(name)


@cache
def document_of(name: str) -> Document:
    return explain(study_of(name), lower_study(study_of(name)))


def leaves(thing: object) -> Iterator[object]:
    """Every message, text and plain text of a document."""
    if isinstance(thing, Message):
        yield thing
        for _, value in thing.values:
            yield from leaves(value)
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from leaves(part)
    elif is_dataclass(thing) and not isinstance(thing, Text | type):
        for field in fields(thing):
            yield from leaves(getattr(thing, field.name))
    else:
        yield thing


@pytest.mark.parametrize("study", STUDIES)
def test_no_sentence_is_without_chinese(study: str) -> None:
    catalogue = read_catalogue("zh")
    templates = {leaf.template for leaf in leaves(document_of(study)) if isinstance(leaf, Message)}
    assert len(templates) > 100
    assert sorted(template for template in templates if template not in catalogue) == []


@pytest.mark.parametrize(("study", "language"), CASES)
def test_every_text_of_the_study_is_in_every_format(study: str, language: str) -> None:
    """Titles, verbatim criteria, every reading with its reason and rule, definitions, concepts, codes, notes."""
    catalogue = read_catalogue(language)
    definition, document = study_of(study), document_of(study)
    wanted = set(_texts(definition, language))
    markdown = re.sub(r"\\([\\`*<\]|])", r"\1", to_markdown(document, catalogue)).replace("<br>", "\n")
    page = html.unescape(to_html(document, catalogue))
    data = "\n".join(_strings(to_json(document, catalogue)))
    for form in (markdown, page, data):
        lost = [text for text in wanted if " ".join(text.split()) not in " ".join(form.split())]
        assert not lost


def _texts(study: Study, language: str) -> Iterator[str]:
    yield version(study)
    for text in (study.identity.titles.brief, study.identity.titles.official, study.identity.summary):
        yield from (getattr(text, language),) if text else ()
    yield from (number.id for number in study.identity.registry)
    yield from (getattr(note, language) for note in study.identity.notes)
    for criterion in study.criteria:
        yield criterion.text.en
        yield getattr(criterion.text, language)
        yield getattr(criterion.title, language)
        for name, reading in criterion.readings.items():
            yield name
            yield reading.rule
            yield getattr(reading.because, language)
            for warning in reading.warnings:
                yield warning.rule
                yield getattr(warning.text, language)
    yield from study.parameters.values()
    yield from study.definitions.values()
    for concept in study.concepts:
        yield concept.name
        yield from concept.codes
        yield from [concept.unit] if concept.unit else []
    titles = [each.title for each in study.arms] + [each.title for each in study.interventions]
    titles += [each.title for each in study.endpoints]
    yield from (getattr(title, language) for title in titles)
    if study.schedule:
        yield from (getattr(visit.title, language) for visit in study.schedule.encounters)
        yield from (getattr(activity.title, language) for activity in study.schedule.activities)
    if study.safety:
        yield from (getattr(alert.message, language) for alert in study.safety.alerts)
    if study.analysis:
        yield from (getattr(estimand.title, language) for estimand in study.analysis.estimands)
        yield from (method.method for method in study.analysis.methods)


def _strings(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _strings(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _strings(value)


@pytest.mark.parametrize("study", STUDIES)
def test_every_criterion_has_one_chosen_reading(study: str) -> None:
    markdown = to_markdown(document_of(study), {})
    parts = markdown.split("\n### ")
    for criterion in study_of(study).criteria:
        (part,) = (part for part in parts if part.startswith(f"{criterion.id}: "))
        assert part.count("#### Chosen reading") == 1
        assert f'#### Chosen reading "{criterion.chosen}"' in part
        assert part.count("#### Other reading") == len(criterion.readings) - 1
        assert part.count("\n```\n") >= 2 * len(criterion.readings)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("schedule", "The definition has no schedule of activities."),
        ("allocation", "The definition has no allocation rule."),
        ("forms", "The definition has no forms."),
        ("safety", "The definition has no safety rules."),
        ("analysis", "The definition has no analysis plan."),
    ],
)
@pytest.mark.parametrize("study", STUDIES)
def test_an_absent_part_is_said_to_be_absent(study: str, part: str, sentence: str) -> None:
    assert (sentence in to_markdown(document_of(study), {})) == (getattr(study_of(study), part) is None)


def test_the_template_shows_every_part() -> None:
    """The template study has all files, so no part of the definition may be missing from its document."""
    assert "The definition has no" not in to_markdown(document_of("template"), {})
    text = to_markdown(document_of("template"), {})
    for line in (
        "Study day 1 is the day of first dose; there is no day 0.",
        "| Week 12 | Treatment | 12 weeks after first dose, at most 7 days earlier or 7 days later | in person |  |",
        "- 10 mg/day; for 12 weeks",
        "| Method | permuted blocks |",
        "Adverse events are graded by CTCAE, version 5.0.",
        "| Week 12 missing: composite |",
    ):
        assert line in text, line


# ---------------------------------------------------------------- forms of writing


class _Page(HTMLParser):
    """Collects what a page opens and closes, and what it takes from elsewhere."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[tuple[str, str]] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.language = found.get("lang") or ""
        if "id" in found:
            assert found["id"] not in self.anchors
            self.anchors.add(found["id"] or "")
        for name in ("src", "href"):
            address = found.get(name)
            if address and not address.startswith("#"):
                self.outside.append((tag, address))
            elif address:
                self.links.add(address[1:])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    ("study", "language", "lang"), [(s, w, {"zh": "zh-Hans"}.get(w, w)) for s, w in CASES]
)
def test_the_page_stands_alone(study: str, language: str, lang: str) -> None:
    text = to_html(document_of(study), read_catalogue(language))
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.outside == []
    assert page.links <= page.anchors
    assert page.language == lang
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert not re.search(r"url\(|@import|<script|<link", text)


@pytest.mark.parametrize(("study", "language"), CASES)
def test_markdown_tables_are_even(study: str, language: str) -> None:
    text = to_markdown(document_of(study), read_catalogue(language))
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    assert tables
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table


@pytest.mark.parametrize(("study", "language"), CASES)
def test_json_names_study_version_and_language(study: str, language: str) -> None:
    data = to_json(document_of(study), read_catalogue(language))
    assert json.loads(json.dumps(data)) == data
    assert data["study"] == study
    assert data["study_version"] == version(study_of(study))
    assert data["language"] == language
    assert {key for block in data["blocks"] for key in block} == {  # type: ignore[attr-defined]
        "heading",
        "level",
        "anchor",
        "paragraph",
        "quote",
        "original",
        "list",
        "table",
        "code",
    }


NASTY = '<script>alert(1)</script> | a*b*c `d` [e](f) \\ {g} & "h"'


def test_texts_of_a_study_cannot_break_the_page() -> None:
    said = message("{thing} ({remark})", thing=NASTY, remark="x")
    document = Document(
        "s",
        "sha256:0",
        NASTY,
        (
            Heading(2, said, "a"),
            Paragraph(said),
            Quote(said, NASTY),
            Bullets((Item(said, (Item(Code(NASTY)),)),)),
            Table((said, "b"), ((Lines((said, Code(NASTY))), NASTY),)),
            Code(NASTY),
        ),
    )
    text = to_html(document, {})
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert "<script>" not in text
    # title, h1, link, h2, paragraph, both of the quotation, item and its part, header, three in the cells, code
    assert text.count("&lt;script&gt;") == 14
    markdown = to_markdown(document, {})
    outside_code = re.sub(r"```\n.*?\n```|``.*?``", "", markdown, flags=re.DOTALL)
    assert not re.search(r"(?<!\\)<script|(?<!\\)\*b|(?<!\\)`d|\](?<!\\\])\(f", outside_code)
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} == {3}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Source: inclusion criterion 1", "Source: exclusion criterion 5, part 2")),
        ("zh", ("出处：入选标准第1条", "出处：排除标准第5条，第2部分")),
    ],
)
def test_the_source_of_a_criterion_is_said_in_the_language(language: str, said: tuple[str, ...]) -> None:
    text = to_html(document_of("beam"), read_catalogue(language))
    assert [each for each in said if f"<p>{each}</p>" not in text] == []


def test_the_keyboard_comes_to_the_content_at_once() -> None:
    text = to_html(document_of("beam"), {})
    body = text.partition("<body>")[2].strip()
    assert body.startswith('<a class="skip" href="#content">Skip to the content</a>')
    assert '<main id="content">' in body


def test_a_row_must_fit_its_table() -> None:
    with pytest.raises(ValueError, match="more or fewer cells"):
        Table(("a", "b"), (("c",),))


def test_a_translation_of_a_quotation_stands_beside_its_original() -> None:
    document = Document("s", "sha256:0", "t", (Quote(Text("as written", "译文"), "as written"),))
    assert "> as written\n" in to_markdown(document, {})
    assert to_markdown(document, {}).count("as written") == 1
    assert "> 译文\n>\n> as written" in to_markdown(document, {"": "zh"})


# ---------------------------------------------------------------- fixed words

FIELDS = {
    ("Status", "overall"): "overall_status",
    ("StatusDate", "type"): "date_type",
    ("Enrollment", "type"): "date_type",
    ("Organisation", "organisation_class"): "sponsor_class",
    ("Population", "sex"): "sex",
    ("StudyDesign", "study_type"): "study_type",
    ("StudyDesign", "phases"): "phase",
    ("StudyDesign", "allocation"): "allocation",
    ("StudyDesign", "intervention_model"): "intervention_model",
    ("StudyDesign", "masking"): "masking",
    ("StudyDesign", "primary_purpose"): "primary_purpose",
    ("Objective", "level"): "level",
    ("Endpoint", "level"): "level",
    ("Covariate", "scale"): "scale",
    ("Covariate", "worse"): "worse",
    ("Estimand", "counted"): "counted",
    ("Estimand", "level"): "level",
    ("Estimand", "outside_window"): "outside_window",
    ("Estimand", "summary"): "summary",
    ("Arm", "type"): "arm_type",
    ("Epoch", "type"): "epoch_type",
    ("Intervention", "type"): "intervention_type",
    ("Intervention", "role"): "intervention_role",
    ("Regimen", "route"): "route",
    ("Concept", "route"): "route",
    ("Concept", "kind"): "concept_kind",
    ("Regimen", "frequency"): "frequency",
    ("Rounding", "towards"): "towards",
    ("Rounding", "ties"): "ties",
    ("Regimen", "carry_on"): "carry_on",
    ("Preparation", "choose"): "choose",
    ("DoseAdjustment", "action"): "action",
    ("AnchorEvent", "event"): "event",
    ("AnchorEvent", "prior_care"): "prior_care",
    ("Encounter", "mode"): "encounter_mode",
    ("Role", "scope"): "role_scope",
    ("Item", "type"): "item_type",
    ("Criterion", "type"): "criterion",
    ("ConcurrentControl", "method"): "allocation_method",
    ("PermutedBlocks", "method"): "allocation_method",
    ("StratifiedBlocks", "method"): "allocation_method",
    ("Minimisation", "method"): "allocation_method",
    ("Minimisation", "distance"): "distance",
    ("GradedTerm", "direction"): "direction",
    ("ReportableEvent", "event"): "event_property",
    ("ReportableEvent", "any_of"): "seriousness",
    ("ReportableEvent", "none_of"): "seriousness",
    ("BetaBinomialStopping", "method"): "stopping_method",
    ("Response", "several_results"): "several_results",
    ("AnalysisSet", "grouped_by"): "grouped_by",
    ("IntercurrentEvent", "counts_from"): "counts_from",
    ("Measure", "worse"): "worse",
    ("Occurrence", "counts_from"): "counts_from",
    ("Strategy", "strategy"): "strategy",
    ("AnalysisMethod", "role"): "method_role",
}
"""Where a field with fixed values finds its words."""

AS_THEY_ARE = {
    ("Grade", "grade"),  # a number
    ("Encounter", "type"),  # told by its timing
    ("Role", "may"),  # the names of actions, as they are typed
    ("EditCheck", "severity"),  # edit checks are not part of the prose
    # what a rehearsal assumes is no part of the definition, and not of its prose
    ("Answer", "whether"),
    ("Course", "scale"),
    ("RangeRow", "sex"),
    ("ScreenFailure", "sex"),
    ("SimulationPlan", "model"),
    ("VirtualEvent", "grade"),
}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for part in get_args(annotation):
        yield from _models(part)


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, UnionType, tuple, Annotated):
        return tuple(choice for part in get_args(annotation) for choice in _choices(part))
    return ()


def test_every_fixed_word_of_the_definition_has_words() -> None:
    """A value added to a model without words fails here, and so do words for a value that is no more."""
    found: dict[str, set[str]] = {}
    for model in {model for file in FILES for model in _models(model_of(file))}:
        for name, field in model.model_fields.items():
            choices = _choices(field.annotation)
            key = (model.__name__, name)
            if not choices or key in AS_THEY_ARE:
                assert key not in FIELDS, key
                continue
            assert key in FIELDS, f"{key} has fixed values and no words"
            found.setdefault(FIELDS[key], set()).update(choices)
    assert set(FIELDS.values()) == set(found)
    for group, values in found.items():
        assert set(TERMS[group]) == values, group
    assert set(TERMS) - set(found) == {"role"}  # free text with some usual values


@pytest.mark.parametrize("group", TERMS)
def test_words_are_different_for_different_values(group: str) -> None:
    for catalogue in map(read_catalogue, LANGUAGES):
        said = [render(each, catalogue) for each in TERMS[group].values()]
        assert len(set(said)) == len(said)


def test_people_and_offices_are_named_in_the_language() -> None:
    """The template's contact is a `coordinator`; its report goes from the `site` to the `sponsor`."""
    study = read_study("template")
    document = explain(study, lower_study(study))
    chinese = to_markdown(document, read_catalogue("zh"))
    assert "B. Example（研究协调员；" in chinese
    assert "研究中心报告申办者" in chinese
    english = to_markdown(document, {})
    assert "B. Example (study coordinator; " in english
    assert "study site to sponsor" in english
