"""What the models' validation found, turned into problems with place, value seen and cure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from trialwright.study.errors import Problem, Unfit
from trialwright.study.part import SHAPES
from trialwright.study.places import Path, Place, Source
from trialwright.terms.message import Message, Text, message

_QUOTED = re.compile(r"'([^']*)'")
_LONGEST = 60
_MAPPING_WANTED = frozenset(
    {"model_type", "model_attributes_type", "dataclass_type", "dict_type", "mapping_type"}
)
_UNKNOWN_KEY = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


_MOST = 500  # problems of one file: nobody mends more before looking again


def explain_errors(error: ValidationError, *, file: str, model: Any, source: Source) -> tuple[Problem, ...]:
    """Turn what pydantic found in one file into problems, in the order found; the first of very many.

    A misspelt key is one problem, not two: the key that it should be is not told as missing as well.
    """
    errors = [one for one in error.errors(include_url=False) if not _is_echo(one)][:_MOST]
    meant = {
        (*one["loc"][:-1], suggest(str(one["loc"][-1]), keys_at(model, one["loc"][:-1])))
        for one in errors
        if one["type"] in _UNKNOWN_KEY
    }
    return tuple(
        _explain(one, file, model, source)
        for one in errors
        if one["type"] != "missing" or one["loc"] not in meant
    )


def describe_path(path: Iterable[str | int], source: Source) -> str:
    """A path as people say it, with ids instead of positions: `criteria / I4 / readings`."""
    steps: list[str] = []
    node: Any = source.data
    for step in path:
        found = node[step] if _holds(node, step) else None
        if isinstance(step, int):
            name = found.get("id", found.get("name")) if isinstance(found, dict) else None
            steps.append(name if isinstance(name, str) else str(step + 1))
        else:
            steps.append(step)
        node = found
    return " / ".join(steps[1:])


def suggest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, or ''."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


def show(value: object) -> object:
    """The value seen, short enough for a sentence."""
    if isinstance(value, Mapping):
        return message("a mapping")
    if isinstance(value, list | tuple):
        return message("a list")
    text = " ".join(str(value).split())
    return f'"{text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."}"'


def keys_at(kind: Any, steps: Iterable[str | int]) -> tuple[str, ...]:
    """The keys a model knows at a path below it, as they are written in the file."""
    steps = tuple(steps)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return keys_at(arguments[0], steps)
    if origin in (Union, UnionType):
        found = [key for one in arguments if one is not NoneType for key in keys_at(one, steps)]
        return tuple(dict.fromkeys(found))
    if kind is Text:
        return ("en", "zh")
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {info.alias or name: info.annotation for name, info in kind.model_fields.items()}
        if not steps:
            return tuple(fields)
        return keys_at(fields[str(steps[0])], steps[1:]) if steps[0] in fields else ()
    if steps and origin is not None and arguments:
        return keys_at(arguments[0] if origin is tuple else arguments[-1], steps[1:])
    return ()


def _is_echo(error: Any) -> bool:
    """Whether a list is called too short only because its entries are wrong, which is told already."""
    return bool(error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"])


def _holds(node: Any, step: str | int) -> bool:
    if isinstance(node, list):
        return isinstance(step, int) and step < len(node)
    return isinstance(node, dict) and step in node


def _explain(error: Any, file: str, model: Any, source: Source) -> Problem:
    kind = error["type"]
    path: Path = (file, *error["loc"])
    context: Mapping[str, Any] = error.get("ctx", {})
    if path[-1] == "[key]":
        return _explain_key(context, path[:-1], source)
    if kind in _UNKNOWN_KEY:
        return _explain_unknown(path, model, source)
    if kind == "missing":
        whole = describe_path(path[:-1], source)
        sentence = (
            message("{thing} has no {key}.", thing=whole, key=path[-1])
            if whole
            else message("The file has no {key}.", key=path[-1])
        )
        return _problem(
            "missing_key", source.place(path[:-1]), sentence, message("Add `{key}: ...`.", key=path[-1])
        )
    code, sentence, cure = _explain_value(kind, context, error["input"], describe_path(path, source))
    return _problem(code, source.place(path), sentence, cure)


def _problem(code: str, place: Place, sentence: Message, cure: Message) -> Problem:
    return Problem("error", code, place.file, place.line, place.column, sentence, cure)


def _explain_key(context: Mapping[str, Any], path: Path, source: Source) -> Problem:
    wanted = SHAPES.get(str(context.get("pattern")), message("another key"))
    return _problem(
        "wrong_value",
        source.keys.get(path) or source.place(path),
        message("The key {key} does not fit here.", key=show(path[-1])),
        message("Wanted is {wanted}.", wanted=wanted),
    )


def _explain_unknown(path: Path, model: Any, source: Source) -> Problem:
    key, known = str(path[-1]), keys_at(model, path[1:-1])
    whole = describe_path(path[:-1], source)
    near = suggest(key, known)
    return _problem(
        "unknown_key",
        source.keys.get(source.find(path)) or source.place(path),
        message("{thing} has no key {key}.", thing=whole, key=key)
        if whole
        else message("This file has no key {key}.", key=key),
        message("Did you mean `{near}`?", near=near)
        if near
        else message("Delete it. Known here: {known}.", known=tuple(sorted(known))),
    )


def _explain_value(
    kind: str, context: Mapping[str, Any], seen: object, thing: str
) -> tuple[str, Message, Message]:
    """Code, sentence and cure for a value that is there but does not fit."""
    refusal = context.get("error")
    if isinstance(refusal, Unfit):
        if refusal.code != "wrong_value" or not thing:
            return refusal.code, refusal.message, refusal.cure
        return refusal.code, message("{thing}: {words}", thing=thing, words=refusal.message), refusal.cure
    wrong = message("{thing} is {seen}.", thing=thing or message("The file"), seen=show(seen))
    if kind == "literal_error":
        allowed = tuple(_QUOTED.findall(str(context["expected"])))
        near = suggest(str(seen), allowed)
        if near:
            return "wrong_value", wrong, message("Did you mean `{near}`?", near=near)
        return "wrong_value", wrong, message("Allowed are: {allowed}.", allowed=allowed)
    if kind == "string_pattern_mismatch":
        wanted = SHAPES.get(str(context["pattern"]), message("a text without blanks"))
        return "wrong_value", wrong, message("Wanted is {wanted}.", wanted=wanted)
    if kind == "string_too_short":
        return (
            "wrong_value",
            message("{thing} is empty.", thing=thing),
            message("Write something, or delete the key."),
        )
    if kind == "too_short":
        return (
            "wrong_value",
            message("{thing} has too few entries: {count}.", thing=thing, count=context["actual_length"]),
            message("At least {count} must stand here.", count=context["min_length"]),
        )
    if kind == "string_type":
        return "wrong_kind", wrong, message("Write one text here.")
    if kind == "tuple_type":
        return (
            "wrong_kind",
            wrong,
            message("Write a list here: [one, two], or one entry a line, each behind `- `."),
        )
    if kind in _MAPPING_WANTED:
        return "wrong_kind", wrong, message("Write a mapping here: `key: value`, one a line, indented.")
    return "wrong_value", wrong, message("Refused as: {words}.", words=kind.replace("_", " "))
