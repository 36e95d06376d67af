"""YAML as text: every scalar stays what was written, and whatever could change its meaning is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.study import yaml_text
from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.yaml_text import parse_yaml

STUDIES = Path(__file__).parents[2] / "studies"


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(StudyInvalid) as caught:
        parse_yaml(text, file="x.yaml")
    return caught.value.problems


# ---------------------------------------------------------------- scalars


@pytest.mark.parametrize(
    "scalar",
    # YAML 1.1 makes of these: truth values, a number to base 60, integers, floats, dates. https://yaml.org/type/
    [
        "NO",
        "on",
        "Off",
        "yes",
        "y",
        "true",
        "12:30",
        "0777",
        "0o17",
        "0x1F",
        "1_000",
        "1e3",
        ".inf",
        "1.50",
        "2026-05-28",
        "2026-05-28T08:00:00Z",
        "=",
        "-0",
        "+1",
    ],
)
def test_a_scalar_is_the_text_that_was_written(scalar: str) -> None:
    assert parse_yaml(f"value: {scalar}\n{scalar!r}: key\n", file="x.yaml").data == {
        "value": scalar,
        scalar: "key",
    }


def test_block_and_quoted_texts() -> None:
    text = "a: |\n  one\n   two\nb: >-\n  one\n  two\nc: 'it''s'\nd: \"tab\\there\"\ne: plain\n  goes on\nf: ''\n"
    assert parse_yaml(text, file="x.yaml").data == {
        "a": "one\n two\n",
        "b": "one two",
        "c": "it's",
        "d": "tab\there",
        "e": "plain goes on",
        "f": "",
    }


def test_lists_and_mappings_in_both_styles() -> None:
    text = "a: [1, {b: 2}]\nc:\n  - d: 3\n    e: 4\n  - - 5\n"
    assert parse_yaml(text, file="x.yaml").data == {
        "a": ["1", {"b": "2"}],
        "c": [{"d": "3", "e": "4"}, ["5"]],
    }


@pytest.mark.parametrize("start", ["﻿", "---\n", "# comment\n\n"])
def test_a_byte_order_mark_one_document_start_and_comments_say_nothing(start: str) -> None:
    assert parse_yaml(start + "a: 1\r\nb: 2\r\n", file="x.yaml").data == {"a": "1", "b": "2"}


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
KEYS = TEXTS.filter(lambda key: key not in ("", "<<"))
DATA = st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


@settings(max_examples=50)
@given(st.dictionaries(KEYS, DATA, min_size=1), st.sampled_from(['"', "'", None]))
def test_what_another_program_writes_is_read_back(data: dict[str, Any], style: str | None) -> None:
    written = yaml.safe_dump(data, default_style=style, allow_unicode=True)
    assert parse_yaml(written, file="x.yaml").data == data


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate_key", 3, 1, "first in line 1"),
        ("x:\n  - {a: 1, a: 2}\n", "duplicate_key", 2, 12, "The key a"),
        ("a: 1\n'a': 2\n", "duplicate_key", 2, 1, "The key a"),
        ("a: !!str 1\n", "yaml_refused", 1, 4, "A tag (tag:yaml.org,2002:str)"),
        ("a: !secret x\n", "yaml_refused", 1, 4, "A tag (!secret)"),
        ("a: !!python/object/apply:os.system [ls]\n", "yaml_refused", 1, 4, "A tag"),
        ("b: 1\na: &here 2\n", "yaml_refused", 2, 4, "An anchor (&here)"),
        ("a: &m {b: 1}\nc:\n  <<: *m\n", "yaml_refused", 1, 4, "An anchor (&m)"),
        ("c:\n  <<: {b: 1}\n", "yaml_refused", 2, 3, "A merge key"),
        ("a: 1\n---\nb: 2\n", "yaml_refused", 2, 1, "A second document"),
        ("%YAML 1.1\n---\na: 1\n", "yaml_refused", 1, 1, "A directive"),
        ("a:\n\t- 1\n", "yaml_refused", 2, 1, "A tab"),
        ("a: 1\t# comment\n", "yaml_refused", 1, 5, "A tab"),
        ("[1, 2]: x\n", "yaml_refused", 1, 1, "A key is a list"),
        ("{a: 1}: x\n", "yaml_refused", 1, 1, "A key is a list"),
        ("'': x\n", "yaml_refused", 1, 1, "A key is empty"),
        ("a:\nb: 1\n", "wrong_value", 1, 3, "Nothing stands here"),
        ("a: ~\n", "wrong_value", 1, 4, "Nothing stands here"),
        ("a: null\n", "wrong_value", 1, 4, "Nothing stands here"),
        ("a: [b, ]\nc: [d", "yaml_syntax", 2, 4, "not readable YAML"),
        ("a: b: c\n", "yaml_syntax", 1, 5, "not readable YAML"),
        ("a: 'b\n", "yaml_syntax", 1, 4, "not readable YAML"),
        ("a: \x07\n", "yaml_syntax", 1, 4, "not readable YAML"),
        ("", "wrong_kind", 0, 0, "The file is empty"),
        ("# only a comment\n", "wrong_kind", 0, 0, "The file is empty"),
        ("- a\n", "wrong_kind", 0, 0, "does not hold a mapping"),
        ("a: " + "[" * 5000, "yaml_refused", 1, 33, "More than 30"),
    ],
)
def test_refused_with_its_place(text: str, code: str, line: int, column: int, words: str) -> None:
    first = problems_of(text)[0]
    assert (first.code, first.line, first.column, first.file) == (code, line, column, "x.yaml")
    assert words in str(first)


def test_null_in_quotes_is_a_text() -> None:
    assert parse_yaml('a: "null"\n', file="x.yaml").data == {"a": "null"}


def test_everything_that_is_refused_is_told_at_once() -> None:
    problems = problems_of("a: !x 1\nb: &y 2\nc: *y\na: 3\n")
    assert [(problem.line, problem.code) for problem in problems] == [
        (1, "yaml_refused"),
        (2, "yaml_refused"),
        (3, "yaml_refused"),
        (4, "duplicate_key"),
    ]


# ---------------------------------------------------------------- places


def test_places_of_texts_are_where_they_begin() -> None:
    text = 'a: one\nb: "two"\nc: |\n\n    three\n    more\nd:\n  - four\n  - {e: five}\nf: >-\n  six\n'
    document = parse_yaml(text, file="x.yaml")
    lines = text.split("\n")
    for path, word in [
        (("a",), "one"),
        (("b",), "two"),
        (("c",), "three"),
        (("d", 0), "four"),
        (("d", 1, "e"), "five"),
        (("f",), "six"),
    ]:
        place = document.places[path]
        assert lines[place.line - 1][place.column - 1 :].startswith(word), path
    assert document.places[("d",)][1:] == (7, 1)
    assert document.keys[("d", 1, "e")][1:] == (9, 6)


def test_both_parsers_of_the_library_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((STUDIES / "template").rglob("*.yaml"))]
    assert texts
    fast = [parse_yaml(text, file="x.yaml") for text in texts]
    monkeypatch.setattr(yaml_text, "_PARSER", yaml.SafeLoader)
    assert [parse_yaml(text, file="x.yaml") for text in texts] == fast


@pytest.mark.parametrize("text", ["a: " + "[" * 50_000, "a: " + "{" * 50_000, "? " * 50_000, "- " * 50_000])
def test_what_stands_too_deep_is_refused_at_once(text: str) -> None:
    """Also where the nesting is one of keys; nothing beyond the limit is read."""
    with pytest.raises(StudyInvalid) as refused:
        parse_yaml(text, file="criteria.yaml")
    last = refused.value.problems[-1]
    assert last.code == "yaml_refused"
    assert last.message.template.startswith("More than {count} lists and mappings")
    assert len(refused.value.problems) <= 31
