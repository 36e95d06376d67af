"""Local names, units and words: reads `mapping.yaml` (described in docs/how-to/read-records.md).

All scalars are text; unknown and repeated keys, tags, anchors and aliases are refused with their line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import yaml

from trialwright.exchange.answers import as_decimal, fold, read_route
from trialwright.exchange.lookup import fold_code, tidy_unit
from trialwright.exchange.source import KINDS, LocalMapping, RecordsUnreadable, Target
from trialwright.terms.message import Message, message

_SECTIONS = ("codes", "units", "values", "columns", "not_covered", "encoding")
_TARGET_KEYS = ("to", "route", "strength")
_TABLES = ("persons", "facts")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 10  # a mapping needs 4
_ALIKE = 0.8  # below it, names of unrelated concepts are taken for typing errors


def read_mapping(text: str, *, place: str, kinds: Mapping[str, str]) -> LocalMapping:
    """Read a `mapping.yaml`; `kinds`: the study's concepts. Raises `RecordsUnreadable` with file and line.

    A mapping beside the records serves several studies: what it says about concepts this one does not know is left
    out, and named in `warnings`.
    """
    return _MappingFile(place, kinds).read(text)


def _in_order(name: str) -> str:
    """The words of a name in the order of the alphabet."""
    return "_".join(sorted(name.lower().split("_")))


class _MappingFile:
    def __init__(self, place: str, kinds: Mapping[str, str]) -> None:
        self.place = place
        self.kinds = kinds
        self.strangers: dict[str, int] = {}

    def refuse(self, node: Any, sentence: Message) -> RecordsUnreadable:
        return RecordsUnreadable(f"{self.place}:{node.start_mark.line + 1}", sentence)

    def read(self, text: str) -> LocalMapping:
        try:
            self.check_events(yaml.parse(text, Loader=_LOADER))
            root = yaml.compose(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f"{self.place}:{mark.line + 1}" if mark else self.place
            raise RecordsUnreadable(place, message("This is not readable YAML.")) from None
        if root is None:
            return LocalMapping()
        sections = {name: node for name, _key, node in self.pairs(root, allowed=_SECTIONS)}
        units = self.words_of(sections.get("units"))
        return LocalMapping(
            codes=self.codes_of(sections.get("codes")),
            units={concept: {tidy_unit(k): v for k, v in words.items()} for concept, words in units.items()},
            words={
                concept: {fold(k): v for k, v in words.items()}
                for concept, words in self.words_of(sections.get("values")).items()
            },
            columns=self.columns_of(sections.get("columns")),
            not_covered=self.kinds_of(sections.get("not_covered")),
            encoding=self.encoding_of(sections.get("encoding")),
            warnings=tuple(self.warnings()),
        )

    def check_events(self, events: Iterator[Any]) -> None:
        """Refuse what a mapping never needs, before a tree is built of it: anchors, tags, deep nesting."""
        depth = 0
        for event in events:
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if getattr(event, "anchor", None) or getattr(event, "tag", None):
                raise self.refuse(event, message("Anchors, aliases and tags are not allowed here."))
            if depth > _DEEPEST:
                raise self.refuse(
                    event,
                    message(
                        "More than {count} lists and mappings stand one inside the other here.",
                        count=_DEEPEST,
                    ),
                )

    def stranger(self, node: yaml.Node, name: str) -> None:
        """Note the name of a concept that the study does not know."""
        line = node.start_mark.line + 1
        self.strangers[name] = min(line, self.strangers.get(name, line))

    def alike(self, name: str) -> str | None:
        """The concept whose name is much like a name, or has the same words in another order; None where none is."""
        near = get_close_matches(name, self.kinds, n=1, cutoff=_ALIKE)
        if near:
            return near[0]
        by_words = {_in_order(concept): concept for concept in self.kinds}
        near = get_close_matches(_in_order(name), by_words, n=1, cutoff=_ALIKE)
        return by_words[near[0]] if near else None

    def warnings(self) -> Iterator[Message]:
        """What may be a typing error, each by itself; then what will be meant for other studies."""
        others = []
        for name, line in sorted(self.strangers.items(), key=lambda pair: pair[1]):
            near = self.alike(name)
            if near is None:
                others.append(name)
                continue
            yield message(
                "{place}: {name} is not a concept of this study, and what is said about it is not used. "
                "Did you mean {near}?",
                place=f"{self.place}:{line}",
                name=name,
                near=near,
            )
        if others:
            yield message(
                "{place} explains concepts that this study does not have; what it says about them is not used: {names}.",
                place=self.place,
                names=tuple(others),
            )

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.refuse(node, message("A text is expected here."))
        return str(node.value).strip()

    def pairs(
        self, node: yaml.Node, allowed: Collection[str] = ()
    ) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.refuse(node, message("Pairs of name and value are expected here."))
        seen: set[str] = set()
        for key_node, value in node.value:
            key = self.text(key_node)
            if key in seen:
                raise self.refuse(key_node, message("{key} stands here twice.", key=key))
            if allowed and key not in allowed:
                raise self.refuse(
                    key_node,
                    message("{key} is not known here; known are {known}.", key=key, known=tuple(allowed)),
                )
            seen.add(key)
            yield key, key_node, value

    def codes_of(self, node: yaml.Node | None) -> dict[str, Target]:
        if node is None:
            return {}
        codes: dict[str, Target] = {}
        seen: set[str] = set()
        for key, key_node, value in self.pairs(node):
            if fold_code(key) in seen:
                raise self.refuse(key_node, message("{key} stands here twice.", key=key))
            seen.add(fold_code(key))
            if isinstance(value, yaml.MappingNode):
                parts = {name: part for name, _key, part in self.pairs(value, allowed=_TARGET_KEYS)}
                if "to" not in parts:
                    raise self.refuse(
                        value, message("The entry {key} does not say what it means (`to`).", key=key)
                    )
                target = Target(
                    self.targets_of(parts["to"]),
                    route=read_route(self.text(parts["route"])) if "route" in parts else "",
                    strength=self.strength_of(parts["strength"]) if "strength" in parts else "",
                )
                if "route" in parts and not target.route:
                    raise self.refuse(
                        parts["route"],
                        message("{route} is not a known route.", route=self.text(parts["route"])),
                    )
            else:
                target = Target(self.targets_of(value))
            if target.to:
                codes[fold_code(key)] = target
        return codes

    def targets_of(self, node: yaml.Node) -> tuple[str, ...]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        known = []
        for item in nodes:
            target = self.text(item)
            if "|" in target or target in self.kinds:
                known.append(target)
            else:
                self.stranger(item, target)
        return tuple(known)

    def strength_of(self, node: yaml.Node) -> str:
        text = self.text(node)
        number, _, unit = text.partition(" ")
        if not unit.strip() or as_decimal(number) is None:
            raise self.refuse(node, message("{text} is not a strength such as 5 mg.", text=text))
        return text

    def words_of(self, node: yaml.Node | None) -> dict[str, dict[str, str]]:
        """Pairs of texts under "", and pairs for one concept under its name."""
        words: dict[str, dict[str, str]] = {"": {}}
        for key, key_node, value in self.pairs(node) if node is not None else ():
            if isinstance(value, yaml.MappingNode):
                pairs = {name: self.text(part) for name, _key, part in self.pairs(value)}
                if key in self.kinds:
                    words[key] = pairs
                else:
                    self.stranger(key_node, key)
            else:
                words[""][key] = self.text(value)
        return words

    def columns_of(self, node: yaml.Node | None) -> dict[str, dict[str, str]]:
        if node is None:
            return {}
        return {
            table: {fold(name): self.text(part) for name, _key, part in self.pairs(value)}
            for table, _key, value in self.pairs(node, allowed=_TABLES)
        }

    def kinds_of(self, node: yaml.Node | None) -> frozenset[str]:
        if node is None:
            return frozenset()
        if not isinstance(node, yaml.SequenceNode):
            raise self.refuse(node, message("A list is expected here."))
        for item in node.value:
            if self.text(item) not in KINDS:
                raise self.refuse(
                    item,
                    message("{key} is not known here; known are {known}.", key=self.text(item), known=KINDS),
                )
        return frozenset(self.text(item) for item in node.value)

    def encoding_of(self, node: yaml.Node | None) -> str:
        if node is None:
            return "utf-8"
        name = self.text(node)
        try:
            "".encode(name)
        except (LookupError, ValueError):
            raise self.refuse(node, message("{name} is not a known text encoding.", name=name)) from None
        return name
