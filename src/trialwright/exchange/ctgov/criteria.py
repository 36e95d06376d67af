"""Eligibility text of a registry record, split into criteria and put together again; no word is lost.

The registry keeps all criteria in one text of light Markdown: headings, bullets, numbers, indents, escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trialwright.exchange.ctgov.vocabulary import escape, unescape

PLAIN_HEADINGS = {"inclusion": "Inclusion Criteria", "exclusion": "Exclusion Criteria"}
NO_HEADING = "Eligibility"

_COLON = "[:\uff1a]"
_HEADING = re.compile(
    rf"^(?P<name>(?:(?:key|main|major|general|principal|primary|additional|other)\s+)?"
    rf"(?P<type>inclusion|exclusion)s?"
    rf"(?:\s+criteri(?:a|on)(?P<more>\s+[^:\uff1a\\]{{1,80}})?)?)\s*(?P<colon>{_COLON})?\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_LONG_HEADING = re.compile(
    rf"^(?P<name>[^:\uff1a]{{1,120}}\b(?P<type>inclusion|exclusion)\s+criteria)\s*{_COLON}$", re.IGNORECASE
)
_FLATTENED = re.compile(
    r"(?<=[.;])[ \t]+(?=(?:Inclusion|Exclusion|INCLUSION|EXCLUSION) (?:Criteria|CRITERIA)\s*:)"
)
_BULLET = re.compile(
    r"^(?P<indent>\s*)(?P<mark>[*•·▪◦‣●○■–—-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)、])(?:\s+(?P<text>.*))?$"
)
_SAYS_NOTHING_MORE = {
    NO_HEADING.lower(),
    "inclusion",
    "exclusion",
    "inclusion criteria",
    "exclusion criteria",
}
_SOURCE = re.compile(r"^(?P<heading>.*?)\s+(?P<number>\d+)(?:,.*)?$")


@dataclass(frozen=True, slots=True)
class CriterionText:
    """One criterion as registered: `type` inclusion|exclusion, the heading it stood under, its place there (from 1).

    Sub-items stay in `text`, one a line, with their marks and relative indents.
    """

    type: str
    heading: str
    number: int
    text: str

    @property
    def source(self) -> str:
        """Where the text stands in the record: `Inclusion 3`, or the whole heading where it says more."""
        plain = self.heading == PLAIN_HEADINGS[self.type]
        return f"{self.type.capitalize() if plain else self.heading} {self.number}"

    @property
    def leads_in(self) -> bool:
        """Whether it only introduces what follows (`One of the following:`)."""
        return self.text.endswith((":", "\uff1a")) and "\n" not in self.text


@dataclass(frozen=True, slots=True)
class _Line:
    indent: int
    mark: str
    text: str
    after_blank: bool


def _read_heading(text: str, *, bulleted: bool = False) -> tuple[str, str, str] | None:
    """Give type, heading and what follows it on the line; `None` for an ordinary line.

    Behind a bullet only a heading with its colon is one.
    """
    words = text.strip().strip("#*_").strip()
    if match := _LONG_HEADING.match(words):
        return match["type"].lower(), unescape(match["name"]), ""
    match = _HEADING.match(words)
    if match is None or (not match["colon"] and (match["more"] or match["rest"] or bulleted)):
        return None
    return match["type"].lower(), unescape(match["name"].strip()), match["rest"]


def _read_line(raw: str, *, after_blank: bool) -> _Line:
    raw = raw.replace("\t", "    ").replace("\u00a0", " ")
    match = _BULLET.match(raw)
    if match:
        return _Line(len(match["indent"]), match["mark"], (match["text"] or "").strip(), after_blank)
    return _Line(len(raw) - len(raw.lstrip()), "", raw.strip(), after_blank)


def _sections(text: str) -> list[tuple[str, str, list[_Line]]]:
    """Cut the text at its headings: (type, heading, lines). Text before any heading stands first."""
    sections: list[tuple[str, str, list[_Line]]] = [("inclusion", NO_HEADING, [])]
    text = _FLATTENED.sub("\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    waiting = text.split("\n")[::-1]
    blank = True
    while waiting:
        line = _read_line(waiting.pop(), after_blank=blank)
        blank = not line.text
        heading = _read_heading(line.text, bulleted=bool(line.mark)) if line.text else None
        if heading is not None:
            kind, name, rest = heading
            plain = name.lower() in _SAYS_NOTHING_MORE
            sections.append((kind, PLAIN_HEADINGS[kind] if plain else name, []))
            waiting += [rest] if rest else []
            blank = True
        elif line.text:
            sections[-1][2].append(line)
    return _keep_lonely_headings(sections)


def _keep_lonely_headings(sections: list[tuple[str, str, list[_Line]]]) -> list[tuple[str, str, list[_Line]]]:
    """Drop empty sections; a heading that says more than its type becomes a criterion rather than be lost."""
    spoken = {name for _, name, lines in sections if lines} | {NO_HEADING, *PLAIN_HEADINGS.values()}
    for _, name, lines in sections:
        if name not in spoken:
            lines.append(_Line(0, "", escape(name), after_blank=True))
            spoken.add(name)
    return [section for section in sections if section[2]]


def _items(lines: Sequence[_Line]) -> list[str]:
    """Group the lines of a section into items, sub-items kept inside the item they belong to."""
    marked = [line for line in lines if line.mark]
    if not marked:
        return [unescape(line.text) for line in lines]
    top = min(line.indent for line in marked)
    numbered = next(line.mark for line in marked if line.indent == top)[-1] in ".)、"
    items: list[list[_Line]] = []
    for line in lines:
        if line.mark:
            inside = line.indent > top or (numbered and line.mark[-1] not in ".)、")
        else:
            inside = line.indent > top or not line.after_blank
        if inside and items and (line.mark or items[-1][0].mark):
            items[-1].append(line)
        else:
            items.append([line])
    return [_join(item) for item in items]


def _join(lines: Sequence[_Line]) -> str:
    """Write an item: its own words, then each sub-item on its line, indents relative to the first sub-item."""
    written = [unescape(lines[0].text)]
    inner = min((line.indent for line in lines[1:] if line.mark), default=0)
    for line in lines[1:]:
        if line.mark:
            written.append(f"{' ' * (line.indent - inner)}{line.mark} {unescape(line.text)}")
        elif line.after_blank:
            written.append(unescape(line.text))
        else:
            written[-1] += " " + unescape(line.text)
    return "\n".join(written)


def split_criteria(text: str) -> tuple[CriterionText, ...]:
    """Split a registry's eligibility text into criteria, in order; empty bullets are dropped, nothing else is.

    Text before any heading counts as inclusion, under the heading `Eligibility`.
    """
    found: list[CriterionText] = []
    counts: dict[str, int] = {}
    for kind, heading, lines in _sections(text):
        for item in _items(lines):
            counts[heading] = counts.get(heading, 0) + 1
            found.append(CriterionText(kind, heading, counts[heading], item))
    return tuple(found)


def read_source(source: str, kind: str) -> tuple[str, int] | None:
    """Where in a registry's text a criterion stands, from its `source`: the heading and its number there.

    `Inclusion 3` and `Exclusion 5, second part` name a place; `None` for a source that names none.
    """
    match = _SOURCE.match(source)
    if match is None:
        return None
    heading = match["heading"]
    if heading.lower() == kind:
        return PLAIN_HEADINGS[kind], int(match["number"])
    named = _read_heading(f"{heading}:")
    if heading == NO_HEADING or (named is not None and named[0] == kind):
        return heading, int(match["number"])
    return None


def join_criteria(criteria: Iterable[CriterionText]) -> str:
    """Write criteria as one eligibility text of the registry, under their headings, sub-items indented."""
    written: list[str] = []
    heading = ""
    for criterion in criteria:
        if criterion.heading != heading:
            heading = criterion.heading
            if heading != NO_HEADING:
                written += ["", f"{escape(heading)}:", ""] if written else [f"{escape(heading)}:", ""]
        if criterion.text == heading:
            continue
        first, *rest = criterion.text.split("\n")
        written.append(f"* {_escape_heading(first)}")
        for line in rest:
            match = _BULLET.match(line)
            if written[-1].startswith("* ") or match is None or not match["text"]:
                written.append("")
            written.append(f"   {escape_line(line)}")
        if rest:
            written.append("")
    return "\n".join(written).strip("\n").replace("\n\n\n", "\n\n")


def _escape_heading(line: str) -> str:
    """Escape a criterion's line, also where it would read as a heading."""
    return escape(line).replace(":", "\\:", 1) if _read_heading(line, bulleted=True) else escape(line)


def escape_line(line: str) -> str:
    """Escape a line of the registry's Markdown, but not the bullet or number it begins with."""
    match = _BULLET.match(line)
    if match is None:
        return _escape_heading(line)
    if not match["text"]:  # a lone mark is a word, since empty bullets never get this far
        return f"{line.rstrip()[:-1]}\\{line.rstrip()[-1]}"
    return f"{match['indent']}{match['mark']} {_escape_heading(match['text'])}"
