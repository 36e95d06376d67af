"""The JSON Schemas that editors use: fresh, and of one mind with the loader about the bundled studies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import schema as tool
from trialwright.study.model import FILES

STUDIES = Path(__file__).parents[2] / "studies"
SCHEMAS = {
    path.name: json.loads(path.read_text(encoding="utf-8")) for path in (STUDIES / "schema").glob("*.json")
}
FOLDERS = sorted(path.parent for path in STUDIES.glob("*/study.yaml"))
TEXTS = [
    (path, "scenario" if path.parent.name == "scenarios" else path.stem)
    for folder in FOLDERS
    if "based_on:"
    not in (folder / "study.yaml").read_text(encoding="utf-8")  # variants leave out what is needed
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("scenarios/*.yaml")])
]


# A schema checker for the keywords we use, written here so that no test needs another library; any other keyword is
# an error, so nothing is checked less than it seems. Meaning: JSON Schema 2020-12.
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
IGNORED = {"$schema", "$defs", "title", "description", "default", "discriminator"}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> Iterator[str]:
    for keyword, rule in schema.items():
        if keyword not in IGNORED:
            yield from CHECKS[keyword](value, rule, schema, root, at)


def _type(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    allowed = [kind for name in ([rule] if isinstance(rule, str) else rule) for kind in TYPES[name]]
    if not isinstance(value, tuple(allowed)) or (isinstance(value, bool) and bool not in allowed):
        yield f"{at}: {value!r} is not {rule}"


def _reference(value: Any, rule: str, schema: Any, root: Any, at: str) -> Iterator[str]:
    yield from faults(value, root["$defs"][rule.removeprefix("#/$defs/")], root, at)


def _properties(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for key, inner in rule.items():
        if isinstance(value, dict) and key in value:
            yield from faults(value[key], inner, root, f"{at}/{key}")


def _additional(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for key in value if isinstance(value, dict) else ():
        if key in schema.get("properties", {}):
            continue
        if rule is False:
            yield f"{at}: {key} is not known"
        else:
            yield from faults(value[key], rule, root, f"{at}/{key}")


def _patterned(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for key in value if isinstance(value, dict) else ():
        for pattern, inner in rule.items():
            if re.search(pattern, key):
                yield from faults(value[key], inner, root, f"{at}/{key}")


def _names(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for key in value if isinstance(value, dict) else ():
        yield from faults(key, rule, root, f"{at}/{key}")


def _required(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    yield from (f"{at}: {key} is missing" for key in rule if isinstance(value, dict) and key not in value)


def _items(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        yield from faults(item, rule, root, f"{at}/{index}")


def _choice(value: Any, rule: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    found = [list(faults(value, inner, root, at)) for inner in rule]
    if all(found):
        yield min(found, key=len)[0]


def _pattern(value: Any, rule: str, schema: Any, root: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(rule, value):
        yield f"{at}: {value!r} does not match {rule}"


def _count(value: Any, rule: int, schema: Any, root: Any, at: str) -> Iterator[str]:
    """The same count for texts, lists and mappings: a keyword of one kind says nothing about the others."""
    for keyword, kind in (("minLength", str), ("minItems", list), ("minProperties", dict)):
        if schema.get(keyword) == rule and isinstance(value, kind) and len(value) < rule:
            yield f"{at}: fewer than {rule}"


CHECKS: dict[str, Callable[[Any, Any, Any, Any, str], Iterable[str]]] = {
    "type": _type,
    "$ref": _reference,
    "properties": _properties,
    "additionalProperties": _additional,
    "patternProperties": _patterned,
    "propertyNames": _names,
    "required": _required,
    "items": _items,
    "anyOf": _choice,
    "oneOf": _choice,
    "pattern": _pattern,
    "enum": lambda value, rule, schema, root, at: (
        [] if value in rule else [f"{at}: {value!r} is not in {rule}"]
    ),
    "const": lambda value, rule, schema, root, at: (
        [] if value == rule else [f"{at}: {value!r} is not {rule}"]
    ),
    "minLength": _count,
    "minItems": _count,
    "minProperties": _count,
}


class EditorLoader(yaml.SafeLoader):
    """YAML as editors read it: the core schema of YAML 1.2, chapter 10.3 (PyYAML alone reads 1.1)."""


EditorLoader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"null|Null|NULL|~|", "nN~"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), list(first))


def faults_of(text: str, schema: str) -> list[str]:
    root = SCHEMAS[f"{schema}.schema.json"]
    return list(faults(yaml.load(text, Loader=EditorLoader), root, root))


def test_the_committed_schemas_are_fresh() -> None:
    assert tool.main(["--check"]) == 0


def test_every_file_of_a_study_has_a_schema() -> None:
    stems = {name.removesuffix(".yaml") for name in FILES} | {"scenario"}
    assert {name.removesuffix(".schema.json") for name in SCHEMAS} == stems


def test_stale_missing_and_left_over_schemas_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.schema.json").write_text("{}")
    (tmp_path / "b.schema.json").write_text("{}")
    (tmp_path / "old.schema.json").write_text("{}")
    wanted = {"a.schema.json": "{}", "b.schema.json": "[]", "c.schema.json": "{}"}
    assert tool.find_stale(tmp_path, wanted) == ["b.schema.json", "c.schema.json", "old.schema.json"]


def test_the_tool_writes_and_then_finds_nothing_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    assert tool.main(["--check"]) == 1
    assert "studies/schema/study.schema.json is stale" in capsys.readouterr().err
    (tmp_path / "old.schema.json").write_text("{}")
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    assert not (tmp_path / "old.schema.json").exists()


@pytest.mark.parametrize(("path", "schema"), TEXTS, ids=lambda part: str(part).removeprefix(str(STUDIES)))
def test_editors_accept_the_bundled_studies(path: Path, schema: str) -> None:
    assert faults_of(path.read_text(encoding="utf-8"), schema) == []


@pytest.mark.parametrize(
    ("schema", "old", "new", "words"),
    [
        ("study", "summary:", "sumary:", "sumary is not known"),
        ("study", "overall: ", "overall: un", "is not in"),
        ("study", "minimum_age: 18 a", "minimum_age: 18", "18 is not string"),
        ("concepts", "kind: measurement", "kind: result", "'result' is not in"),
        ("concepts", "    unit: ", "    units: ", "units is not known"),
        ("criteria", "chosen: ", "chosen: A ", "does not match"),
        ("criteria", "        rule: ", "        rules: ", "rules is not known"),
        ("schedule", "anchors:", "anchor:", "anchors is missing"),
        ("allocation", "method: permuted_blocks", "method: blocks", "is not"),
        ("allocation", "ratio:", "seed: 7\nratio:", "seed is not known"),
    ],
)
def test_editors_mark_what_the_loader_refuses(schema: str, old: str, new: str, words: str) -> None:
    text = (STUDIES / "template" / f"{schema}.yaml").read_text(encoding="utf-8")
    assert old in text
    assert words in " ".join(faults_of(text.replace(old, new), schema))


def test_a_schema_holds_no_keyword_that_is_not_checked_here() -> None:
    def keywords(node: Any, *, names: bool = False) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if not names:
                    yield key
                inside = key in ("properties", "$defs", "patternProperties") and not names
                if names or key not in ("default", "enum", "const", "discriminator"):
                    yield from keywords(value, names=inside)
        elif isinstance(node, list):
            for item in node:
                yield from keywords(item)

    found = {word for schema in SCHEMAS.values() for word in keywords(schema)}
    assert found <= CHECKS.keys() | IGNORED
