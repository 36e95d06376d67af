"""JSON Schemas of the files of a study folder, so that editors complete and check them while they are written.

Editors read YAML with numbers and truth values; a study takes every scalar as text. So a free text may also look
like a number or a truth value to the schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from trialwright.study.model import FILES, model_of
from trialwright.study.scenario import ScenarioFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LOOKS_NUMERIC = re.compile(r"[-+]?\d+")
_NOTHING = {"type": "null"}  # a key that is there has a value
_NARROWED = ("enum", "const", "pattern")


def write_schemas() -> dict[str, str]:
    """The schema of every file as JSON text, by file name: `criteria.schema.json` for criteria.yaml."""
    schemas = {name.replace(".yaml", ".schema.json"): _write(model_of(name), name) for name in FILES}
    schemas["scenario.schema.json"] = _write(ScenarioFile, "scenarios/*.yaml")
    return schemas


def _write(model: Any, file: str) -> str:
    schema = _as_editors_read(TypeAdapter(model).json_schema(by_alias=True))
    schema = {"$schema": DIALECT, **schema, "title": f"{file} of a study"}
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _as_editors_read(node: Any) -> Any:
    """Widen free texts, and enumerations of digits, to what YAML makes of them."""
    if isinstance(node, list):
        return [_as_editors_read(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    found = {key: _as_editors_read(value) for key, value in node.items() if not _is_field_title(key, value)}
    if not isinstance(found.get("default"), Mapping | str | bool):  # a default of nothing says nothing
        found.pop("default", None)
    choices = found.get("anyOf")
    if isinstance(choices, list) and _NOTHING in choices:
        found["anyOf"] = [choice for choice in choices if choice != _NOTHING]
    if isinstance(choices, list) and len(found["anyOf"]) == 1:
        found |= found.pop("anyOf")[0]
    if found.get("type") == "string" and not any(key in found for key in _NARROWED):
        found["type"] = ["string", "number", "boolean"]
    digits = [int(value) for value in found.get("enum", ()) if _is_digits(value)]
    if digits:
        found["enum"] = [*found["enum"], *digits]
        del found["type"]
    return found


def _is_digits(value: object) -> bool:
    return isinstance(value, str) and _LOOKS_NUMERIC.fullmatch(value) is not None


def _is_field_title(key: str, value: object) -> bool:
    """Titles that only repeat a field's name; a study has keys of that name too, whose value is no text."""
    return key == "title" and isinstance(value, str)
