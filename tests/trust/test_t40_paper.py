"""T40. When the system is away, the trial goes on on paper: a form for every form of the definition.

**Source**: ICH E6(R3) 4.3.6.
**Proves**: every form of every bundled study comes as a PDF in English and Chinese from the definition that the screen uses, with the study's
version in its head and every item that must be answered on the page.
**With the site**: a mode in which everything can be read and nothing written.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from functools import cache

import pypdf
import pytest

from trialwright.exchange.folder import bundled_studies, read_study
from trialwright.locale import read_catalogue
from trialwright.reports.crf import Heading, all_forms, write_crf
from trialwright.study.canonical import version
from trialwright.study.form_rules import lower_forms
from trialwright.terms.message import render

STUDIES = [name for name in bundled_studies() if read_study(name).identity.based_on is None]


@cache
def _text(study: str, language: str) -> str:
    """Everything on the paper, without blanks: where lines break is no matter."""
    forms = lower_forms(read_study(study))
    catalogue = {} if language == "en" else dict(read_catalogue(language))
    pdf = write_crf(
        forms,
        tuple(all_forms(forms)),
        heading=Heading(),
        made=datetime(2026, 5, 28, 9, tzinfo=UTC),
        catalogue=catalogue,
        language=language,
    )
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("study", STUDIES)
def test_every_form_and_every_item_is_on_paper(study: str, language: str) -> None:
    found = read_study(study)
    assert found.forms is not None
    text = _text(study, language)
    catalogue = {} if language == "en" else {"": ""} | dict(read_catalogue(language))
    for form in found.forms.forms:
        assert re.sub(r"\s", "", render(form.title, catalogue)) in text, form.id
        for group in form.groups:
            for item in group.items:
                if item.required and item.type != "calculated" and item.id != group.preprinted:
                    label = re.sub(r"\s", "", render(item.label, catalogue))
                    assert label in text, (form.id, item.id)
    assert version(found).removeprefix("sha256:")[:12] in text
