"""Whatever stands in a study's files, the answer is a study or a list of problems that can be told, never a crash."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.locale import read_catalogue
from trialwright.study.errors import CODES, StudyInvalid
from trialwright.study.load import load_study
from trialwright.study.scenario import load_scenarios
from trialwright.study.yaml_text import parse_yaml
from trialwright.terms.message import render

TEMPLATE = Path(__file__).parents[2] / "studies" / "template"
TEXTS = {
    path.relative_to(TEMPLATE).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(TEMPLATE.rglob("*.yaml"))
}
DATA = {name: parse_yaml(text, file=name).data for name, text in TEXTS.items()}
STUDY = load_study(TEXTS)
CHINESE = read_catalogue("zh")

WORDS = st.sampled_from(
    [
        "",
        " ",
        "id",
        "name",
        "en",
        "method",
        "default",
        "28 d",
        "1 g/L",
        "true",
        "2026-13-01",
        "9" * 400,
        "[",
        "ä|ö",
        "{x}",
        "a\nb",
    ]
)
ANYTHING = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS.filter(bool), inner, max_size=3)
)


def paths_of(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths_of(value, (*path, key))


PLACES = [(name, path) for name, data in DATA.items() for path in paths_of(data)]


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, str]:
    """The template study with one to three pieces replaced, doubled or taken away."""
    data = copy.deepcopy(DATA)
    for _ in range(draw(st.integers(1, 3))):
        name, path = draw(st.sampled_from(PLACES))
        node: Any = data[name]
        try:
            for step in path[:-1]:
                node = node[step]
            match draw(st.sampled_from(["replace", "double", "remove"])):
                case "replace":
                    node[path[-1]] = draw(ANYTHING)
                case "double" if isinstance(node, list):
                    node.insert(path[-1], copy.deepcopy(node[path[-1]]))
                case _:
                    del node[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this piece away
    return {
        name: yaml.safe_dump(content, allow_unicode=True, default_style="'") for name, content in data.items()
    }


@settings(max_examples=60)
@given(spoilt())
def test_a_spoilt_study_is_told_not_crashed_on(files: dict[str, str]) -> None:
    try:
        load_study(files, resolve=lambda name: TEXTS)
        load_scenarios(files, study=STUDY)
    except StudyInvalid as invalid:
        for problem in invalid.problems:
            assert problem.code in CODES
            lines = files[problem.file.rpartition("../template/")[2]].split("\n") if problem.line else [""]
            assert problem.line <= len(lines)
            for catalogue in ({}, CHINESE):
                assert render(problem.message, catalogue)
                assert render(problem.cure, catalogue)
