"""The files of a study folder as one body of data; a variant is laid over the study it is based on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from trialwright.study.complaints import show, suggest
from trialwright.study.errors import Problem, StudyInvalid, StudyNotFound
from trialwright.study.model import FILES
from trialwright.study.part import ID
from trialwright.study.places import Path, Place, Plain, Source
from trialwright.study.yaml_text import Document, parse_yaml
from trialwright.terms.message import message

Resolve = Callable[[str], Mapping[str, str]]
"""Gives the files of a study by its name; raises `StudyNotFound` or `StudyInvalid`."""

SCENARIOS = "scenarios/"
_BILINGUAL = {"en", "zh"}


def compose(
    files: Mapping[str, str], *, resolve: Resolve | None, chain: tuple[str, ...] = (), prefix: str = ""
) -> tuple[Source, tuple[Problem, ...]]:
    """Read all files of a study, and of the one it is based on, and lay one over the other.

    `chain`: the names already followed; `prefix`: what to put before file names in places. Files that cannot
    be read are left out, and named by the problems.
    """
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for name, text in files.items():
        if name.startswith(SCENARIOS):
            continue
        if name not in FILES:
            problems.append(unknown_file(name, prefix=prefix))
            continue
        try:
            documents[name] = parse_yaml(text, file=prefix + name)
        except StudyInvalid as error:
            problems += error.problems
    source = _gather(documents)
    identity = documents.get("study.yaml")
    if identity is None or "based_on" not in identity.data:
        return source, tuple(problems)
    base, found = _compose_base(identity, resolve=resolve, chain=chain)
    return _overlay(base, source), (*found, *problems)


def identify(item: Plain) -> str | None:
    """The id (or name) by which an entry of a list is known; registry numbers have none of their own."""
    if not isinstance(item, dict) or "registry" in item:
        return None
    found = item.get("id", item.get("name"))
    return found if isinstance(found, str) else None


def unknown_file(name: str, *, prefix: str = "") -> Problem:
    """The problem of a file that is no part of a study folder; `prefix` goes before its name."""
    likely = name.removesuffix(".yml") + ".yaml" if name.endswith(".yml") else name
    near = likely if likely != name and name.startswith(SCENARIOS) else suggest(likely, FILES)
    cure = (
        message("Rename it to {near}, if that is what it is.", near=near)
        if near
        else message("Known files: {known}; people for trying out belong in scenarios/.", known=tuple(FILES))
    )
    return Problem(
        "error",
        "unknown_file",
        prefix + name,
        0,
        0,
        message("{name} is no file of a study.", name=name),
        cure,
    )


def _gather(documents: Mapping[str, Document]) -> Source:
    return Source(
        {name: document.data for name, document in documents.items()},
        {
            (name, *path): place
            for name, document in documents.items()
            for path, place in document.places.items()
        },
        {
            (name, *path): place
            for name, document in documents.items()
            for path, place in document.keys.items()
        },
    )


def _compose_base(
    identity: Document, *, resolve: Resolve | None, chain: tuple[str, ...]
) -> tuple[Source, tuple[Problem, ...]]:
    name, place = identity.data["based_on"], identity.places[("based_on",)]
    own = identity.data.get("id")
    chain = chain or ((own,) if isinstance(own, str) else ())
    nothing = Source({}, {}, {})

    def refuse(sentence: Any, cure: Any) -> tuple[Source, tuple[Problem, ...]]:
        return nothing, (Problem("error", "based_on", place.file, place.line, place.column, sentence, cure),)

    if not isinstance(name, str) or not re.fullmatch(ID, name):
        return refuse(
            message("based_on is {seen}.", seen=show(name)), message("Write the name of one study.")
        )
    if name in chain:
        return refuse(
            message("The study is based on itself: {chain}.", chain=" > ".join((*chain, name))),
            message("Let one of them state everything itself."),
        )
    if resolve is None:
        return refuse(
            message("The study {name} cannot be looked up here.", name=name),
            message("Give a complete study, or load it from its folder."),
        )
    try:
        files = resolve(name)
    except StudyNotFound as error:
        return refuse(error.message, message("Correct the name behind `based_on`."))
    except StudyInvalid as error:
        return nothing, error.problems
    return compose(files, resolve=resolve, chain=(*chain, name), prefix=f"../{name}/")


def _overlay(base: Source, own: Source) -> Source:
    layers = _Layers(base, own, {}, {})
    data: dict[str, Plain] = {}
    for name in [*base.data, *(name for name in own.data if name not in base.data)]:
        data[name] = layers.merge(base.data.get(name), own.data.get(name), (name,), (name,), (name,))
    return Source(data, layers.places, layers.keys)


class _Layers:
    """Lays own data over a base's, keeping the place of every piece.

    Mappings merge key by key, lists of things with ids merge id by id, all else is replaced. A text in two
    languages is replaced whole, so that no language keeps the old words; so is a mapping that names another
    `method`.
    """

    def __init__(self, base: Source, own: Source, places: dict[Path, Place], keys: dict[Path, Place]) -> None:
        self.base, self.own, self.places, self.keys = base, own, places, keys

    def merge(self, base: Plain | None, own: Plain | None, at_base: Path, at_own: Path, out: Path) -> Plain:
        if own is None:
            return self.copy(self.base, cast(Plain, base), at_base, out)
        if isinstance(base, dict) and isinstance(own, dict) and not _replaces(base, own):
            self.mark(self.own, at_own, out)
            return {
                key: self.merge(base.get(key), own.get(key), (*at_base, key), (*at_own, key), (*out, key))
                for key in [*base, *(key for key in own if key not in base)]
            }
        if isinstance(base, list) and isinstance(own, list) and _known_by_id(base) and _known_by_id(own):
            self.mark(self.own, at_own, out)
            return self.merge_lists(base, own, at_base, at_own, out)
        return self.copy(self.own, own, at_own, out)

    def merge_lists(
        self, base: list[Plain], own: list[Plain], at_base: Path, at_own: Path, out: Path
    ) -> list[Plain]:
        pairs: dict[str | None, list[int | None]] = {
            identify(item): [index, None] for index, item in enumerate(base)
        }
        for index, item in enumerate(own):
            pairs.setdefault(identify(item), [None, None])[1] = index
        return [
            self.merge(
                None if left is None else base[left],
                None if right is None else own[right],
                (*at_base, left if left is not None else 0),
                (*at_own, right if right is not None else 0),
                (*out, position),
            )
            for position, (left, right) in enumerate(pairs.values())
        ]

    def copy(self, layer: Source, node: Plain, at: Path, out: Path) -> Plain:
        self.mark(layer, at, out)
        if isinstance(node, dict):
            return {key: self.copy(layer, value, (*at, key), (*out, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [self.copy(layer, item, (*at, i), (*out, i)) for i, item in enumerate(node)]
        return node

    def mark(self, layer: Source, at: Path, out: Path) -> None:
        if at in layer.places:
            self.places[out] = layer.places[at]
        if at in layer.keys:
            self.keys[out] = layer.keys[at]


def _known_by_id(items: list[Plain]) -> bool:
    ids = [identify(item) for item in items]
    return None not in ids and len(set(ids)) == len(ids)


def _replaces(base: dict[str, Plain], own: dict[str, Plain]) -> bool:
    bilingual = bool(own) and set(own) <= _BILINGUAL
    return bilingual or ("method" in own and own["method"] != base.get("method"))
