"""What prose needs to know of a study: labels of concepts, units of numbers, phrases for windows and limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.study.concepts import Concept
from trialwright.study.measures import bridges_of, unit_of
from trialwright.study.model import Study
from trialwright.study.occasions import IN_RESPONSE, VISIT
from trialwright.study.prose.figures import Prose, duration, quantity
from trialwright.terms.dates import Length
from trialwright.terms.message import Message, Text, message
from trialwright.terms.units import Conversion, converter

_FIRST_WORD = re.compile(r"[^\W\d_]+")
_ULN = "ULN"
_VISITS = {
    VISIT: (message("at the visit"), message("the visit")),
    IN_RESPONSE: (message("at the visits since the response"), message("the visits since the response")),
}


class Limit(NamedTuple):
    """What a number is compared with: the number and unit (UCUM, or ULN) as the rule states them, and as shown."""

    number: str
    unit: str
    shown: Prose


@dataclass(frozen=True)
class Words:
    """The words of one study."""

    study: Study

    @cached_property
    def concepts(self) -> Mapping[str, Concept]:
        """The concepts by name."""
        return {concept.name: concept for concept in self.study.concepts}

    def label(self, name: str) -> Text:
        """A concept's label within a sentence: "serum creatinine"."""
        return within_sentence(self.concepts[name].label)

    def title(self, name: str) -> Text:
        """A concept's label at the beginning of a sentence: "Serum creatinine"."""
        return at_beginning(self.concepts[name].label)

    def event(self, id: str) -> Text:
        """The title of an intercurrent event of the plan, as it begins a sentence."""
        plan = self.study.analysis
        events = {each.id: each.title for each in plan.intercurrent_events} if plan else {}
        return at_beginning(events[id]) if id in events else Text(id, id)

    def coded(self, name: str, index: int) -> Prose:
        """A coded value of a concept by its index: by the words of a known score, or the label of the concept it names."""
        value = self.concepts[name].values[index]
        for assessment in ASSESSMENTS.values():
            labels = {argument.name: argument.label for argument in assessment.arguments}
            if set(self.concepts[name].values) <= set(labels):
                return labels[value]
        return self.label(value) if value in self.concepts else value

    @staticmethod
    def is_entered(name: str) -> bool:
        """Whether a name stands for what is entered on a form; it has points, so it is no concept of a study."""
        return "." in name

    def unit(self, number: n.Number) -> str:
        """The UCUM unit a number is in, '' for a pure number."""
        return unit_of(number, self.concepts)

    def limit(self, literal: n.Literal, number: n.Number) -> Limit:
        """The number written in a rule that `number` is compared with; unit and digits as written."""
        written, _, unit = literal.text.partition(" ")
        if not written:
            written, unit = f"{literal.value:.12g}", self.unit(number)
        if unit == _ULN:
            return Limit(written, unit, message("{count} times its upper limit of normal", count=written))
        if isinstance(number, n.Age) and unit == "a":
            return Limit(written, unit, message("{age} years", age=written))
        return Limit(written, unit, quantity(written, unit))

    def conversion(self, number: n.Number, unit: str) -> Conversion:
        """From the unit a number is in to the unit its limit is written in."""
        own = self.unit(number)
        if unit in ("", _ULN, own):
            return Conversion(1.0)
        return converter(own, unit, bridges_of(number, self.concepts))

    # windows

    def within(self, window: n.Window) -> Message:
        """When something must have been: "in the last 28 days", "at any time", "on the reference date"."""
        length = window.length
        if isinstance(window.anchor, n.NamedDay) and window.anchor.name in _VISITS:
            return _VISITS[window.anchor.name][0]
        if window.anchor is not None:
            return self._within_anchored(length, self.day(window.anchor))
        if length is None:
            return message("at any time")
        if length.count == 0:
            return message("on the reference date")
        match length.count, length.unit:
            case 1, "d":
                return message("on the reference date or the day before")
            case 1, "mo":
                return message("in the last month")
        return message("in the last {length}", length=_length(length))

    def _within_anchored(self, length: Length | None, day: Message) -> Message:
        if length is None:
            return message("at any time up to {day}", day=day)
        match length.count, length.unit:
            case 0, _:
                return message("on {day}", day=day)
            case 1, "d":
                return message("on {day} or the day before", day=day)
            case 1, "mo":
                return message("in the month up to {day}", day=day)
        return message("in the {length} up to {day}", length=_length(length), day=day)

    def span(self, window: n.Window) -> Message:
        """The days that count, as a thing: "the last 28 days", "the reference date"."""
        length = window.length
        if isinstance(window.anchor, n.NamedDay) and window.anchor.name in _VISITS:
            return _VISITS[window.anchor.name][1]
        if window.anchor is not None:
            return self._span_anchored(length, self.day(window.anchor))
        if length is None:
            return message("any time up to the reference date")
        if length.count == 0:
            return message("the reference date itself")
        match length.count, length.unit:
            case 1, "d":
                return message("the reference date and the day before")
            case 1, "mo":
                return message("the last month")
        return message("the last {length}", length=_length(length))

    def _span_anchored(self, length: Length | None, day: Message) -> Message:
        if length is None:
            return message("any time up to {day}", day=day)
        match length.count, length.unit:
            case 0, _:
                return day
            case 1, "d":
                return message("{day} and the day before", day=day)
            case 1, "mo":
                return message("the month up to {day}", day=day)
        return message("the {length} up to {day}", length=_length(length), day=day)

    def day(self, anchor: n.AnchorDay | n.NamedDay) -> Message:
        """The day of an anchor: "the day of the latest biopsy class", "the day of Week 0"."""
        if isinstance(anchor, n.NamedDay):
            return self._named_day(anchor.name)
        label = self.label(anchor.concept)
        if anchor.window == n.Window():
            day = message("the day of the latest {label}", label=label)
        else:
            day = message(
                "the day of the latest {label} {window}", label=label, window=self.within(anchor.window)
            )
        return message("{day} (without one, the reference date)", day=day) if anchor.default_on else day

    def _named_day(self, name: str) -> Message:
        if name in _VISITS:
            return _VISITS[name][1]
        schedule = self.study.schedule
        titles = {anchor.id: anchor.title for anchor in schedule.anchors} if schedule else {}
        return message('the day "{anchor}"', anchor=titles.get(name, name))


def _length(length: Length) -> Message:
    return duration(str(length.count), length.unit)


@lru_cache(maxsize=4096)  # the same labels are put into sentences again and again
def within_sentence(label: Text) -> Text:
    """A label as it stands within a sentence: an ordinary first word without its capital (SLEDAI-2K, IgA stay)."""
    word = _FIRST_WORD.match(label.en)
    if word is None or len(word[0]) < 2 or not word[0][1:].islower():
        return label
    return Text(label.en[0].lower() + label.en[1:], label.zh)


@lru_cache(maxsize=4096)
def at_beginning(label: Text) -> Text:
    """A label as it begins a sentence: an ordinary first word with a capital (eGFR stays)."""
    word = _FIRST_WORD.match(label.en)
    if word is None or not word[0].islower():
        return label
    return Text(label.en[0].upper() + label.en[1:], label.zh)
