"""Case report forms on paper: everything the definition asks is on the page, in both languages (T40)."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from functools import cache

import pypdf
import pytest

from trialwright.exchange.folder import bundled_studies, read_study
from trialwright.locale import read_catalogue
from trialwright.reports.crf import Heading, all_forms, draw_crf, write_crf
from trialwright.study.canonical import version
from trialwright.study.code_lists import NOT_DONE_LIST
from trialwright.study.form_rules import StudyForms, lower_forms
from trialwright.terms.message import Text, message, render

MADE = datetime(2026, 5, 28, 9, 0, tzinfo=UTC)
STUDIES = [name for name in bundled_studies() if read_study(name).forms is not None]
LANGUAGES = ["en", "zh"]
BLANK = Heading()


@cache
def forms(name: str) -> StudyForms:
    return lower_forms(read_study(name))


def catalogue(language: str) -> dict[str, str]:
    return {} if language == "en" else dict(read_catalogue(language))


@cache
def pages(study: str, language: str, *ids: str, heading: Heading = BLANK) -> tuple[str, ...]:
    """The text of every page, without blanks: where lines break is no matter."""
    given = ids or tuple(all_forms(forms(study)))
    pdf = write_crf(
        forms(study), given, heading=heading, made=MADE, catalogue=catalogue(language), language=language
    )
    return tuple(squeeze(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def spoken(text: Text, language: str) -> str:
    return squeeze(render(text, catalogue(language)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("study", STUDIES)
def test_every_question_and_every_answer_is_on_paper(study: str, language: str) -> None:
    whole = "".join(pages(study, language))
    definition = forms(study).study.forms
    assert definition is not None
    for form in definition.forms:
        assert spoken(form.title, language) in whole
        for group in form.groups:
            assert spoken(group.title, language) in whole
            for item in group.items:
                assert spoken(item.label, language) in whole, item.id
                for entry in definition.code_list(item.code_list).entries if item.code_list else ():
                    assert spoken(entry.label, language) in whole, entry.value
    for entry in definition.code_list(NOT_DONE_LIST).entries:
        assert spoken(entry.label, language) in whole


UNITS = [
    # form, unit as it is printed
    ("chemistry", "µmol/L"),
    ("chemistry", "mL/min/1.73m²"),
    ("haematology", "10⁹/L"),
    ("vital_signs", "mmHg"),
    ("vital_signs", "°C"),
    ("vital_signs", "kg/m²"),
    ("urine", "g/24h"),
    ("urine", "/HPF"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "unit"), UNITS)
def test_units_are_printed_beside_their_boxes(form: str, unit: str) -> None:
    assert unit in "".join(pages("beam", "en", form))


def test_a_dose_per_day_is_printed_in_both_languages() -> None:
    assert "mg/day" in "".join(pages("beam", "en", "pulse"))
    assert "mg/日" in "".join(pages("beam", "zh", "pulse"))


def test_conditions_are_said_in_words() -> None:
    (page,) = pages("beam", "en", "urine")
    assert squeeze('only if "White cells per high-power field" is above 5/HPF') in page
    (page,) = pages("beam", "zh", "urine")
    assert squeeze("仅当“尿白细胞（每高倍视野）”高于5/HPF") in page


def test_printed_rows_are_numbered_and_blank_rows_follow() -> None:
    whole = "".join(pages("beam", "en", "medical_history"))
    assert "21.Malignanthypertension(now)" in whole
    assert squeeze("22 Other.") in whole  # the numbers for the blank rows of the next table


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_counts_its_own_pages(language: str) -> None:
    found = pages("beam", language)
    said = catalogue(language)
    expected = []
    for form in all_forms(forms("beam")):
        count = len(pages("beam", language, form))
        words = [message("Page {page} of {pages}", page=page, pages=count) for page in range(1, count + 1)]
        expected += [squeeze(render(each, said)) for each in words]
    assert len(found) == len(expected)
    assert [words for page, words in zip(found, expected, strict=True) if words not in page] == []


def test_the_head_of_every_page_says_which_study_form_and_version() -> None:
    digest = version(forms("beam").study).removeprefix("sha256:")[:12]
    for page in pages("beam", "en", "medical_history"):
        for words in (
            "BEAM",
            "Medicalhistory",
            "medical_history",
            f"Version{digest}",
            "Participantno.",
            "Site",
            "Dateofvisit",
            "Filledinby(initials)",
            "Investigator(initials)",
        ):
            assert words in page


def test_what_is_known_already_can_be_printed_into_the_head() -> None:
    heading = Heading(site="Nanjing", participant="nanjing-001", visit="Week 12", date="2026-08-20")
    (page,) = pages("beam", "en", "chemistry", heading=heading)
    for words in ("Nanjing", "nanjing-001", "Week12", "2026-08-20"):
        assert words in page


def test_a_text_of_the_head_never_becomes_markup() -> None:
    (page,) = pages(
        "beam", "en", "chemistry", heading=Heading(participant='#set text(fill: red) "x" $y$ *z*')
    )
    assert '#settext(fill:red)"x"$y$*z*' in page


def test_a_form_the_study_does_not_have() -> None:
    with pytest.raises(KeyError):
        pages("beam", "en", "chemistri")


def test_the_same_form_gives_the_same_bytes() -> None:
    def write() -> bytes:
        return write_crf(
            forms("template"), ("history",), heading=BLANK, made=MADE, catalogue={}, language="en"
        )

    assert write() == write()
    assert write().startswith(b"%PDF-")


def test_pages_can_be_looked_at() -> None:
    pictures = draw_crf(
        forms("template"), ("history",), heading=BLANK, made=MADE, catalogue={}, language="en", ppi=20
    )
    assert [picture[:4] for picture in pictures] == [b"\x89PNG"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_alerts_says_so_on_paper(language: str) -> None:
    """safety.yaml: item 9 of the PHQ-9 from 1 on; who fills in paper gets no alert from the system."""
    safety = forms("beam").study.safety
    assert safety is not None
    (alert,) = (each for each in safety.alerts if "phq9_item9" in each.rule)
    (page,) = pages("beam", language, "phq9")
    assert spoken(alert.message, language) in page
    assert spoken(alert.message, language) not in "".join(pages("beam", language, "demography"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_says_what_is_recorded_elsewhere(language: str) -> None:
    words = {"en": "Notontheseforms:adverseevents", "zh": "本套表格不记录：不良事件"}[language]
    for form in all_forms(forms("beam")):
        assert words in "".join(pages("beam", language, form))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_beam_holds_the_notes_alone(language: str) -> None:
    """What is said below a form stands on a page on which something is filled in."""
    notes = squeeze({"en": "Strike out a wrong entry once", "zh": "请用墨水笔清楚填写"}[language])
    with_notes = [text for text in pages("beam", language) if notes in text]
    assert len(with_notes) == len(list(all_forms(forms("beam"))))
    label = squeeze({"en": "Not done reason no.", "zh": "未做原因编号"}[language])
    assert [text[:40] for text in with_notes if label not in text] == []
