"""A sentence kept as data beside its English text, so that whoever reads it later reads it in their own language."""

from __future__ import annotations

import json
import string
from typing import Any

from trialwright.terms.message import Message, Text, kept_message, render


def pack_message(thing: Message | Text) -> str:
    """Write a sentence as JSON: template and values, texts in both languages, everything else as it is shown."""
    return json.dumps(_packed(thing), ensure_ascii=False, separators=(",", ":"))


def unpack_message(text: str) -> Message | Text | None:
    """Read what `pack_message` wrote; None for anything else, such as a masked or a forged one."""
    try:
        thing = _unpacked(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return thing if isinstance(thing, Message | Text) else None


def _packed(thing: object) -> Any:
    if isinstance(thing, Message):
        return {"say": thing.template, "with": {name: _packed(value) for name, value in thing.values}}
    if isinstance(thing, Text):
        return {"en": thing.en, "zh": thing.zh}
    if isinstance(thing, tuple | list):
        return [_packed(each) for each in thing]
    return render(thing, {})


def _unpacked(thing: Any) -> object:
    if isinstance(thing, str):
        return thing
    if isinstance(thing, list):
        return tuple(_unpacked(each) for each in thing)
    if not isinstance(thing, dict):
        raise TypeError("no sentence")
    if thing.keys() == {"en", "zh"} and all(isinstance(each, str) for each in thing.values()):
        return Text(thing["en"], thing["zh"])
    values = tuple((name, _unpacked(value)) for name, value in thing["with"].items())
    if not _is_filled_by(thing["say"], {name for name, _ in values}):
        raise ValueError("a template that its values do not fill")
    return kept_message(thing["say"], values)


def _is_filled_by(template: str, names: set[str]) -> bool:
    """Whether a template asks for plain names that are there: what is read from a file must reach nothing else."""
    asked = [
        (name, form, way) for _, name, form, way in string.Formatter().parse(template) if name is not None
    ]
    return all(name in names and not form and not way for name, form, way in asked)
