"""The definition as canonical JSON (RFC 8785) and its SHA-256, which is its version."""

from __future__ import annotations

import hashlib
import json
from importlib import import_module
from typing import Any

import rfc8785
from pydantic import TypeAdapter

from trialwright.study.model import Study, model_of


def canonical_json(study: Study) -> bytes:
    """The whole definition, texts as entered, as the one JSON text that RFC 8785 allows for it.

    Order of keys, comments, line breaks of YAML, and which file of a variant a text came from make no
    difference; the order of lists does. What a file leaves out and what it states as the default are the same.
    """
    parts: dict[str, Any] = {
        "study": _dump(study.identity, exclude={"based_on"}),
        "concepts": [_dump(concept) for concept in study.concepts],
        "criteria": _dump(study.eligibility),
        "arms": [_dump(arm) for arm in study.arms],
        "epochs": [_dump(epoch) for epoch in study.epochs],
        "interventions": [_dump(intervention) for intervention in study.interventions],
    }
    for name in SINGLE:
        if getattr(study, name) is not None:
            parts[name] = _dump(getattr(study, name))
    return rfc8785.dumps(parts)


def version(study: Study) -> str:
    """The version of a definition: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(canonical_json(study)).hexdigest()}"


def study_of(text: bytes) -> Study:
    """The study of a canonical JSON text, without places in files.

    Raises `pydantic.ValidationError` or `ValueError` where the text is no definition of this software.
    """
    parts = json.loads(text)
    lists: dict[str, Any] = {
        name: tuple(_model(file, kind).model_validate(one) for one in parts.get(name, ()))
        for name, (file, kind) in _LISTS.items()
    }
    single: dict[str, Any] = {
        name: _single(name).validate_python(parts[name]) for name in SINGLE if name in parts
    }
    return Study(
        identity=model_of("study.yaml").model_validate(parts["study"]),
        eligibility=model_of("criteria.yaml").model_validate(parts["criteria"]),
        **lists,
        **single,
    )


_LISTS = {
    "concepts": ("concepts", "Concept"),
    "arms": ("design", "Arm"),
    "epochs": ("design", "Epoch"),
    "interventions": ("design", "Intervention"),
}
SINGLE = ("schedule", "forms", "delegation", "allocation", "safety", "analysis")


def _model(module: str, name: str) -> Any:
    return getattr(import_module(f"trialwright.study.{module}"), name)


def _single(name: str) -> TypeAdapter[Any]:
    return TypeAdapter(model_of(f"{name}.yaml"))


def _dump(part: Any, *, exclude: set[str] | None = None) -> Any:
    return part.model_dump(mode="json", by_alias=True, exclude=exclude, exclude_defaults=True)
