"""One self-contained HTML page: no script, nothing from elsewhere, every text escaped, in one language.

The page forbids itself everything but its own style sheet (Content-Security-Policy with the sheet's hash), so that a
name in a record could do nothing even if it got past the escaping.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from trialwright.reports import words
from trialwright.study.prose.figures import figure, quantity
from trialwright.terms.message import Message, Text, message, render

_FOLDER = resources.files("trialwright.reports") / "templates"
_TAGS = {"en": "en", "zh": "zh-Hans"}  # BCP 47


def write_page(
    template: str,
    *,
    catalogue: Mapping[str, str],
    language: str,
    running: Message | None = None,
    **values: Any,
) -> str:
    """Fill in a template of this room. `language` is en or zh, `catalogue` its sentences.

    A template prints a `Message`, a `Text` or a date in the page's language, and escapes whatever it prints.
    `running`: what stands at the foot of every printed page, beside its number.
    """
    style = _file("report.css") + (_at_foot(render(running, catalogue)) if running else "")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    text = (
        _environment()
        .get_template(template)
        .render(
            catalogue=catalogue,
            language=language,
            tag=_TAGS[language],
            style=Markup(style),
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            **values,
        )
    )
    # Broken records can hold half characters, which no file takes.
    return text.encode("utf-8", "replace").decode("utf-8")


def _at_foot(line: str) -> str:
    """The rule that prints a line on every page; letters of other kinds as escapes, so that none can end the rule.

    A blank ends each escape and is part of it, so that the blanks of the line stay.
    """
    text = "".join(
        each if each.isascii() and (each.isalnum() or each == " ") else f"\\{ord(each):06x} " for each in line
    )
    return f'@media print {{ @page {{ @bottom-left {{ content: "{text}"; }} }} }}\n'


@cache
def _environment() -> Environment:
    names = [each.name for each in _FOLDER.iterdir()]
    environment = Environment(
        loader=DictLoader({name: _file(name) for name in names if name.endswith(".html")}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_speak,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(message=message, words=words, bar=bar, lanes=lanes)
    environment.filters.update(count=count, share=share, converted=converted, signed=signed)
    return environment


@cache
def _file(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


@pass_context
def _speak(context: Context, value: Any) -> Any:
    """What is said, in the language of the page."""
    if isinstance(value, Message | Text | date):
        return render(value, context["catalogue"])
    return value


def count(number: int | None) -> str:
    """A count as people read it; an asterisk where it is not shown."""
    return "*" if number is None else f"{number:,}"


def share(value: float | None) -> Message | str:
    """A share in percent with one decimal, and a real minus sign; an asterisk where it is not shown."""
    if value is None:
        return "*"
    text = f"{abs(100 * value):.1f}"
    return message("{number} %", number=("−" if value < 0 and text != "0.0" else "") + text)


def converted(value: float, unit: str) -> Message | Text | str:
    """A number rounded for reading, with its UCUM unit."""
    return quantity(figure(value), unit)


def signed(value: float, unit: str) -> Message | Text | str:
    """The same with its sign always shown."""
    sign = "−" if value < 0 else "+" if value > 0 else "±"
    return quantity(sign + figure(abs(value)), unit)


@dataclass(frozen=True, slots=True)
class Piece:
    """One rectangle of a bar 100 wide and 12 high: its class in the style sheet, where it lies and how large it is."""

    kind: str
    x: float
    y: float
    width: float
    height: float


def bar(whole: float, *pieces: tuple[str, float, float]) -> list[Piece]:
    """Rectangles one over the other; each is (class, where it begins, how long it is), in units of `whole`."""
    return [
        Piece(kind, round(100 * start / whole, 3), 0, round(100 * length / whole, 3), 12)
        for kind, start, length in pieces
        if whole > 0 and length > 0
    ]


def lanes(whole: float, *pieces: tuple[str, float]) -> list[Piece]:
    """Rectangles one below the other, all from the left; each is (class, how long it is), in units of `whole`."""
    height = 12 / len(pieces)
    return [
        Piece(kind, 0, lane * height + 1, round(100 * length / whole, 3), height - 2)
        for lane, (kind, length) in enumerate(pieces)
        if whole > 0 and length > 0
    ]
