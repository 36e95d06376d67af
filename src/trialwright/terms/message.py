"""Sentences as data: a template and its values, rendered in a language only at the edge of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trialwright.terms.visible import shortened


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a study, in the two languages every study must speak."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Message:
    """An English template (the gettext message id) with the values that fill it."""

    template: str
    values: tuple[tuple[str, object], ...] = ()


def message(template: str, /, **values: object) -> Message:
    """Give a sentence; `template` must be a literal, because translators collect it from the source."""
    return Message(template, tuple(values.items()))


def kept_message(template: str, values: tuple[tuple[str, object], ...]) -> Message:
    """Give a sentence again that was kept as data; its template was a literal when it was said."""
    return Message(template, values)


def brief(thing: object, *, most: int) -> object:
    """The same to be said with no value in it longer than so many characters, and no list than so many items."""
    if isinstance(thing, str):
        return shortened(thing, most=most)
    if isinstance(thing, Message):
        return Message(thing.template, tuple((name, brief(value, most=most)) for name, value in thing.values))
    if isinstance(thing, tuple | list):
        said = tuple(brief(item, most=most) for item in thing[:most])
        return said if len(thing) <= most else (*said, "\u2026")
    return thing


def render(thing: object, catalogue: Mapping[str, str]) -> str:
    """Write a message, text or value in one language.

    `catalogue` maps English templates to translated ones; its entry "" names the language (absent: English).
    Values are rendered in the same language; numbers show at most six significant digits, dates are ISO 8601.
    """
    if isinstance(thing, str):
        return thing
    if isinstance(thing, Message):
        template = catalogue.get(thing.template) or thing.template
        return template.format(**{name: render(value, catalogue) for name, value in thing.values})
    if isinstance(thing, Text):
        return thing.zh if catalogue.get("") == "zh" else thing.en
    if isinstance(thing, float):
        return f"{thing:.6g}"
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, tuple | list):
        separator = "、" if catalogue.get("") == "zh" else ", "
        return separator.join(render(item, catalogue) for item in thing)
    return str(thing)
