"""YAML as plain text: mappings, lists and texts, nothing else, each with the line and column where it stands.

YAML reads `on` as true, `NO` as false, `12:30` as 750 and keeps the last of two equal keys. Here every
scalar is the text that was written; whatever could change the meaning behind the reader's back is an error
with its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from trialwright.study.errors import Problem, StudyInvalid
from trialwright.study.places import Path, Place, Plain
from trialwright.terms.message import Message, message

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 30
_NULLS = frozenset({"~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Document:
    """One file: its data, the place of every value, and the place of every key, by path.

    The place of a text is where its first character stands; that of a list or mapping is its key, or its
    beginning.
    """

    file: str
    data: dict[str, Plain]
    places: Mapping[Path, Place]
    keys: Mapping[Path, Place]


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; `key` is the mapping's key that waits for its value."""

    node: list[Plain] | dict[str, Plain]
    path: Path
    key: str | None = None


@dataclass(slots=True)
class _Reader:
    file: str
    lines: list[str]
    root: Plain | None = None
    stack: list[_Open] = field(default_factory=list)
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    documents: int = 0

    def refuse(self, mark: Any, code: str, sentence: Message, cure: Message) -> None:
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        self.problems.append(Problem("error", code, self.file, line, column, sentence, cure))

    def read(self, events: Iterator[Any]) -> None:
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                self.check_extras(event)
                self.read_scalar(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self.check_extras(event)
                self.begin(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self.stack.pop()
            elif isinstance(event, yaml.AliasEvent):
                self.refuse(
                    event.start_mark,
                    "yaml_refused",
                    message("An alias (*{name}) stands here.", name=event.anchor),
                    message("Write out what it stands for."),
                )
                self.stand_in()
            elif isinstance(event, yaml.DocumentStartEvent):
                self.begin_document(event)

    def begin_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents == 2:
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message("A second document begins here."),
                message("Keep one document in a file: delete the line `---`."),
            )
        if event.version or event.tags:
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message("A directive (a line that begins with %) stands before the document."),
                message("Delete it."),
            )

    def stand_in(self) -> None:
        """Keep the order of keys and values where an alias is refused."""
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.node, dict):
            top.key = "" if top.key is None else None

    def check_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message("An anchor (&{name}) stands here.", name=event.anchor),
                message("Delete it, and write things out where they are needed."),
            )
        if event.tag is not None:
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message("A tag ({tag}) stands here.", tag=event.tag),
                message("Delete it: every value is the text that is written."),
            )

    def begin(self, event: Any, node: list[Plain] | dict[str, Plain]) -> None:
        if len(self.stack) == _DEEPEST:
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message(
                    "More than {count} lists and mappings stand one inside the other here.", count=_DEEPEST
                ),
                message("Look for a bracket that is never closed."),
            )
            raise StudyInvalid(tuple(self.problems))
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.node, dict) and top.key is None:
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message("A key is a list or a mapping."),
                message("Use a text as key; quote a text that begins with [ or {sign}.", sign="{"),
            )
            top.key = ""
            self.stack.append(_Open(node, (*top.path, "")))
            return
        path = self.put(event, node)
        self.stack.append(_Open(node, path))

    def read_scalar(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.node, dict) and top.key is None:
            self.read_key(event, top)
            return
        if not event.style and (event.value == "" or event.value in _NULLS):
            self.refuse(
                event.start_mark,
                "wrong_value",
                message("Nothing stands here."),
                message("Give a value, or delete the key; an empty text is written as two quotes."),
            )
        self.put(event, event.value)

    def read_key(self, event: Any, top: _Open) -> None:
        key = event.value
        path = (*top.path, key)
        if key == "<<":
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message("A merge key (<<) stands here."),
                message("Write out what is to be merged."),
            )
        elif not key:
            self.refuse(
                event.start_mark,
                "yaml_refused",
                message("A key is empty."),
                message("Give the key a name."),
            )
        elif path in self.keys:
            self.refuse(
                event.start_mark,
                "duplicate_key",
                message(
                    "The key {key} stands here for the second time; first in line {line}.",
                    key=key,
                    line=self.keys[path].line,
                ),
                message("Keep one of them."),
            )
        else:
            self.keys[path] = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        top.key = key

    def put(self, event: Any, value: Plain) -> Path:
        """Hang a value where it belongs, and give its path."""
        if not self.stack:
            if self.documents == 1:
                self.root = value
            self.places[()] = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
            return ()
        top = self.stack[-1]
        if isinstance(top.node, list):
            path: Path = (*top.path, len(top.node))
            top.node.append(value)
            place: Place | None = self.place_of(event, value)
        else:
            key = cast(str, top.key)
            path = (*top.path, key)
            top.node[key] = value
            top.key = None
            place = self.place_of(event, value) if isinstance(value, str) else self.keys.get(path)
        if place:
            self.places[path] = place
        return path

    def place_of(self, event: Any, value: Plain) -> Place:
        """Where a text's first character stands, behind quotes or on the line below `|` or `>`."""
        line, column = event.start_mark.line, event.start_mark.column
        if isinstance(value, str):
            if event.style in ("'", '"'):
                column += 1
            elif event.style in ("|", ">"):
                below = line + 1
                while below < len(self.lines) and not self.lines[below].strip():
                    below += 1
                if value.strip() and below < len(self.lines):
                    line, column = below, len(self.lines[below]) - len(self.lines[below].lstrip(" "))
        return Place(self.file, line + 1, column + 1)


def parse_yaml(text: str, *, file: str) -> Document:
    """Read one file whose top is a mapping; raise `StudyInvalid` with everything that is refused."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(file, text.split("\n"))
    for number, line in enumerate(reader.lines, start=1):
        if "\t" in line:
            reader.problems.append(
                Problem(
                    "error",
                    "yaml_refused",
                    file,
                    number,
                    line.index("\t") + 1,
                    message("A tab stands in this line."),
                    message("Use blanks: nobody can see how far a tab indents."),
                )
            )
    if reader.problems:
        raise StudyInvalid(tuple(reader.problems))
    try:
        reader.read(yaml.parse(text, Loader=_PARSER))
    except yaml.YAMLError as error:
        raise StudyInvalid((*reader.problems, _explain(error, file, text))) from error
    if not reader.problems and not isinstance(reader.root, dict):
        reader.refuse(
            None,
            "wrong_kind",
            message("The file does not hold a mapping.") if reader.root else message("The file is empty."),
            message("Begin with the keys of this file, such as `id: ...`; the template study shows them."),
        )
    if reader.problems:
        raise StudyInvalid(tuple(reader.problems))
    return Document(file, cast(dict[str, Plain], reader.root), reader.places, reader.keys)


def _explain(error: yaml.YAMLError, file: str, text: str) -> Problem:
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if context and (mark is None or mark.index >= len(text.rstrip())):
        mark = context  # where the bracket or quote stands that the end of the file leaves open
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    position = getattr(error, "position", None)
    if mark is None and isinstance(position, int):
        before = text[:position]
        line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    words = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Problem(
        "error",
        "yaml_syntax",
        file,
        line,
        column,
        message("This is not readable YAML: {words}.", words=str(words)),
        message(
            "Look at the indents and at the quotes; a text that holds `: ` or ` #` needs quotes around it."
        ),
    )
