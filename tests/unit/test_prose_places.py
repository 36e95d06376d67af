"""Where a criterion stands in the registry is said in the language of the page, unless it is the study's own words."""

from __future__ import annotations

import pytest

from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.study.prose.places import source_words
from trialwright.terms.message import render

# fmt: off
CASES = [
    # as the study writes it                    English                                  Chinese
    ("Page summary; page field Gender: ALL",    "Page summary; page field Gender: ALL",  "页面摘要；页面字段Gender：ALL"),
    ("Registry fields",                         "Registry fields",                       "注册字段"),
    ("Page summary; protocol, 4.1",             "Page summary; protocol, 4.1",           "Page summary; protocol, 4.1"),
    ("Protocol, section 4.1",                   "Protocol, section 4.1",                 "Protocol, section 4.1"),
]
# fmt: on


@pytest.mark.parametrize(("source", "english", "chinese"), CASES)
def test_a_part_of_a_registry_is_named_in_the_language(source: str, english: str, chinese: str) -> None:
    criterion = read_study("beam").criteria[0].model_copy(update={"source": source})
    assert render(source_words(criterion), {}) == english
    assert render(source_words(criterion), read_catalogue("zh")) == chinese


@pytest.mark.parametrize("study", ["beam", "bliss-ln"])
def test_every_source_of_the_bundled_studies_is_said_in_chinese(study: str) -> None:
    for criterion in read_study(study).criteria:
        assert render(source_words(criterion), read_catalogue("zh")) != criterion.source
