"""Words for the codes of a trace, in both languages; a code without words stays as it is."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from trialwright.cli.trace_words import TraceWords
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.record.event import Event
from trialwright.terms.message import render

# fmt: off
SAID = [
    # part,    code,              in English,                     in Chinese (titles of studies/beam)
    ("value",  "cr",              "Complete response (CR)",       "完全缓解（CR）"),
    ("value",  "nr",              "Non-response (NR)",            "未缓解（NR）"),
    ("value",  "1.3 g/(24.h)",    "1.3 g/(24.h)",                 "1.3 g/(24.h)"),
    ("method", "count",           "counted",                      "计数"),
    ("method", "fisher: pearson", "fisher: pearson",              "fisher：pearson"),
    ("method", "by_hand",         "by_hand",                      "by_hand"),
]
# fmt: on


@pytest.mark.parametrize(("part", "code", "english", "chinese"), SAID, ids=[each[1] for each in SAID])
def test_codes_have_the_words_of_the_definition_or_the_catalogue(
    part: str, code: str, english: str, chinese: str
) -> None:
    words = getattr(TraceWords(read_study("beam")), part)
    said = words(code)
    if code.startswith("fisher"):  # the plan may name the method: what was applied stays behind the colon
        assert render(said, {}).endswith(": pearson")
        assert render(said, read_catalogue("zh")).endswith("：pearson")
    else:
        assert (render(said, {}), render(said, read_catalogue("zh"))) == (english, chinese)


def event(action: str, role: str) -> Event:
    codes: dict[str, Any] = dict.fromkeys((each.name for each in fields(Event)), "")
    return Event(**codes | {"action": action, "role": role, "type": "form_recorded"})


def test_what_was_done_and_in_which_role() -> None:
    words, chinese = TraceWords(read_study("beam")), read_catalogue("zh")
    known, other = event("record_form", "nurse"), event("no_action", "no_role")
    assert (render(words.done(known), {}), render(words.role(known), chinese)) == (
        "fill in a form",
        "研究护士",
    )
    assert (words.done(other), words.role(other)) == ("form_recorded", "no_role")
    assert TraceWords(None).value("cr") == "cr"
