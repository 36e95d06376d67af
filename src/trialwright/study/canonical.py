"""The definition as canonical JSON (RFC 8785) and its SHA-256, which is its version."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from trialwright.study.model import Study


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
    for name in ("schedule", "forms", "allocation", "safety", "analysis"):
        if getattr(study, name) is not None:
            parts[name] = _dump(getattr(study, name))
    return rfc8785.dumps(parts)


def version(study: Study) -> str:
    """The version of a definition: `sha256:` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(canonical_json(study)).hexdigest()}"


def _dump(part: Any, *, exclude: set[str] | None = None) -> Any:
    return part.model_dump(mode="json", by_alias=True, exclude=exclude, exclude_defaults=True)
