"""What the tests of HTML pages share: results of the bundled sample, and a strict reader of pages, our code apart."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from trialwright.cli.main import main
from trialwright.exchange.folder import read_study
from trialwright.locale import read_catalogue
from trialwright.reports.funnel.html import write_html as funnel_page
from trialwright.reports.screening.html import write_html as screening_page

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "zh")
STUDY = read_study("beam")
Result = dict[str, Any]
VOID = {"meta", "br", "rect", "img", "input", "link", "hr"}


@dataclass
class Element:
    """An element of a page: its tag, attributes, children and text."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    within: list[Element | str] = field(default_factory=list)  # children and texts, in order

    def all(self, tag: str = "", **wanted: str) -> list[Element]:
        """Every element below with this tag and these attributes (`class_` is class; one class of several will do)."""
        found = []
        for child in self.children:
            if (not tag or child.tag == tag) and all(
                value in child.attributes.get(name.rstrip("_").replace("_", "-"), "").split()
                for name, value in wanted.items()
            ):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    def one(self, tag: str = "", **wanted: str) -> Element:
        """The only such element."""
        found = self.all(tag, **wanted)
        assert len(found) == 1, (tag, wanted, len(found))
        return found[0]

    def text(self, *, without: tuple[str, ...] = ()) -> str:
        """Everything written in it, spaces collapsed; `without` leaves out elements by tag."""
        parts = [
            part if isinstance(part, str) else part.text(without=without)
            for part in self.within
            if isinstance(part, str) or part.tag not in without
        ]
        return " ".join("".join(parts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        self.open[-1].within.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].texts.append(data)
        self.open[-1].within.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment in the page: {data}")


def read_page(text: str) -> Element:
    """Read a page; every tag must be closed in its place."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], "something is left open"
    return reader.root


@cache
def _result(command: str, language: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "result.json")
        least = ["--least", "5"] if command == "funnel5" else []
        code = main(
            [
                *(command.removesuffix("5"), "beam", str(ROOT / "studies/beam/sample"), "--on", "2026-11-01"),
                *("--format", "json", "--out", str(path), "--lang", language, "--quiet", *least),
            ]
        )
        assert code == 0
        return path.read_text(encoding="utf-8")


def result_of(command: str, language: str = "en") -> Result:
    """The bundled sample as the command line gives it: `screen`, `funnel`, or `funnel5` with small groups hidden."""
    result: Result = json.loads(_result(command, language))
    return result


def write(result: Result, language: str = "en") -> str:
    """The page of a result: of a screening if it has participants, else of a funnel."""
    writer = screening_page if "participants" in result else funnel_page
    return writer(result, study=STUDY, catalogue=read_catalogue(language), language=language)


def page(result: Result, language: str = "en") -> Element:
    """The same, read."""
    return read_page(write(result, language))


def running_line_of(text: str) -> str:
    """The content of the margin box, its escapes undone."""
    (found,) = re.findall(r'@bottom-left \{ content: "([^"]*)"; \}', text)
    return re.sub(r"\\([0-9a-f]{6}) ", lambda each: chr(int(each[1], 16)), found)
