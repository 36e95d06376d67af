"""Case report forms on paper, from the definition that the site also fills in on the screen (T40: contingency).

The blank form has boxes, units and code lists for every item, says under which condition it is asked, and numbers the
reasons why something was not done. Nothing is computed on paper; calculated items say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from trialwright.reports.figures.canvas import Says, speak
from trialwright.reports.pdf import STANDARDS, typeset
from trialwright.safety.rules import AlertRule, lower_safety
from trialwright.study.canonical import version
from trialwright.study.code_lists import NOT_DONE_LIST
from trialwright.study.form_rules import StudyForms
from trialwright.study.forms import Form, Item, ItemGroup
from trialwright.study.prose.figures import unit_words
from trialwright.study.prose.form_rules import FormWords, describe_condition
from trialwright.terms.message import Message, Text, message

Say = partial[str]
_BLANK_ROWS = 6  # of a group that repeats; a steroid pulse has up to 6 days
_MORE_ROWS = 2  # below rows that are printed
_WIDE = 5  # columns from which a form is set across the paper
_DIGEST = 12  # characters of the version in the page head


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands in the head of every page; '' leaves a line to write on."""

    site: str = ""
    participant: str = ""
    visit: str = ""
    date: str = ""


def write_crf(
    forms: StudyForms,
    ids: tuple[str, ...],
    *,
    heading: Heading,
    made: datetime,
    catalogue: Mapping[str, str],
    language: str,
) -> bytes:
    """Blank forms as one PDF (PDF/A-2a, PDF/UA-1, A4); every form counts its own pages.

    `ids`: which forms, in order. `made`: the date inside. `language` is en or zh, `catalogue` its sentences. Raises
    `KeyError` for a form the study does not have.
    """
    data = _lay_out(forms, ids, heading, catalogue, language)
    return typeset("crf.typ", data, made=made, format="pdf", pdf_standards=STANDARDS)[0]


def draw_crf(
    forms: StudyForms,
    ids: tuple[str, ...],
    *,
    heading: Heading,
    made: datetime,
    catalogue: Mapping[str, str],
    language: str,
    ppi: float,
) -> list[bytes]:
    """The pages of the same as PNG pictures, at so many pixels per inch: to be looked at."""
    data = _lay_out(forms, ids, heading, catalogue, language)
    return typeset("crf.typ", data, made=made, format="png", ppi=ppi)


def _lay_out(
    forms: StudyForms,
    ids: tuple[str, ...],
    heading: Heading,
    catalogue: Mapping[str, str],
    language: str,
) -> dict[str, Any]:
    say = partial(speak, catalogue=catalogue)
    study = forms.study
    name = study.identity.acronym or study.id
    alerts = lower_safety(study).alerts if study.safety else ()
    return {
        "lang": language,
        "region": {"en": "gb", "zh": "cn"}[language],
        "properties": {
            "title": f"{name}: {say(message('Case report forms'))}",
            "author": "Trialwright",
            "description": say(study.identity.titles.official or study.identity.titles.brief),
        },
        "study": say(name),
        "version": say(
            message("Version {version}", version=version(study).removeprefix("sha256:")[:_DIGEST])
        ),
        "head": [
            {"label": say(label), "text": text}
            for label, text in (
                (message("Site"), heading.site),
                (message("Participant no."), heading.participant),
                (message("Visit"), heading.visit),
                (message("Date of visit"), heading.date),
            )
        ],
        "words": {name: say(words) for name, words in _WORDS.items()},
        "reasons": say(_numbered(_reasons(forms))),
        "forms": [_Layer(forms, forms.form(id), say, alerts).form() for id in ids],
    }


_BOXES: Mapping[str, tuple[list[int], str, Message]] = {
    "date": ([4, 2, 2], "-", message("year - month - day")),
    "partial_date": ([4, 2, 2], "-", message("year - month - day; leave empty what is not known")),
    "time": ([2, 2], ":", message("hours : minutes")),
    "date_time": ([4, 2, 2, 2, 2], " ", message("year, month, day, hours, minutes")),
}
_WORDS = {
    "page": message("Page {page} of {pages}", page="[page]", pages="[pages]"),
    "filled": message("Filled in by (initials)"),
    "signed": message("Investigator (initials)"),
    "date": message("Date"),
    "not_done": message("Not done"),
    "reason_no": message("reason no."),
    "whole_not_done": message("The whole form was not done; reason no."),
    "reasons": message("Reasons why something was not done:"),
    "yes": message("Yes"),
    "no": message("No"),
    "code": message("No."),
    "calculated": message("calculated on entry"),
    "correct": message(
        "Write legibly in ink. Strike out a wrong entry once so that it can still be read, write the right one beside "
        "it, and add date and initials."
    ),
    "optional": message("* may be left empty"),
    "elsewhere": message(
        "Not on these forms: adverse events and serious ones, death, withdrawal of consent, stopping the intervention, "
        "loss to follow-up, doses that no form asks for, rescue therapy, protocol deviations. Tell the investigator at once of "
        "serious ones; each is recorded in the system as an action of its own."
    ),
}


def _reasons(forms: StudyForms) -> list[Text]:
    study = forms.study.forms
    return [entry.label for entry in study.code_list(NOT_DONE_LIST).entries] if study else []


def _numbered(answers: Sequence[Says]) -> Message:
    """Answers with the numbers that are written in their place."""
    said = [
        message("{number} {answer}", number=number, answer=each) for number, each in enumerate(answers, 1)
    ]
    whole: Says = said[0] if said else ""
    for each in said[1:]:
        whole = message("{first}; {second}", first=whole, second=each)
    return message("{answers}.", answers=whole)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Lays out one form."""

    forms: StudyForms
    definition: Form
    say: Say
    alerts: Sequence[AlertRule]

    def form(self) -> dict[str, Any]:
        form = self.definition
        groups = [self._group(group) for group in form.groups]
        return {
            "title": self.say(form.title),
            "id": form.id,
            "description": self.say(form.description) if form.description else "",
            "optional": any(not item.required for group in form.groups for item in group.items),
            "wide": any(group["kind"] == "rows" and len(group["columns"]) >= _WIDE for group in groups),
            "groups": groups,
        }

    def _group(self, group: ItemGroup) -> dict[str, Any]:
        condition = self.forms.conditions.get((self.definition.id, group.id, ""))
        common = {
            "title": self.say(group.title),
            "description": self.say(group.description) if group.description else "",
            "condition": self._condition(condition),
        }
        if group.repeating:
            return common | {"kind": "rows", **self._rows(group)}
        return common | {"kind": "items", "items": [self._item(group, item) for item in group.items]}

    def _condition(self, condition: Any) -> str:
        if condition is None:
            return ""
        return self.say(describe_condition(condition, FormWords(self.forms.study, self.forms)))

    def _item(self, group: ItemGroup, item: Item) -> dict[str, Any]:
        condition = self.forms.conditions.get((self.definition.id, group.id, item.id))
        return {
            "label": self.say(item.label),
            "help": self.say(item.help) if item.help else "",
            "condition": self._condition(condition),
            "alerts": self._alerts(item),
            "required": item.required,
            "answer": self._answer(item),
        }

    def _alerts(self, item: Item) -> list[str]:
        """What the study is alerted to by this answer; on paper nobody is told before it is entered."""
        return [
            self.say(
                message(
                    "Alert: {alert} Paper tells nobody: tell the investigator at once.",
                    alert=each.alert.message,
                )
            )
            for each in self.alerts
            if item.concept in each.concepts
        ]

    def _answer(self, item: Item) -> dict[str, Any]:
        match item.type:
            case "calculated":
                return {"kind": "calculated", "units": self._units(item)}
            case "number" | "integer":
                return {"kind": "number", "units": self._units(item)}
            case "boolean":
                return {"kind": "yes_no"}
            case "choice" | "multiple_choice":
                return {"kind": "ticks", "options": self._options(item)}
            case "date" | "partial_date" | "time" | "date_time":
                groups, between, hint = _BOXES[item.type]
                return {"kind": "boxes", "groups": groups, "between": between, "hint": self.say(hint)}
        return {"kind": "lines", "count": 4 if item.type == "long_text" else 1}

    def _units(self, item: Item) -> list[str]:
        return [shown for unit in item.units if (shown := self.say(unit_words(unit)))]

    def _labels(self, item: Item) -> list[Text]:
        study = self.forms.study.forms
        return [entry.label for entry in study.code_list(item.code_list or "").entries] if study else []

    def _options(self, item: Item) -> list[str]:
        return [self.say(label) for label in self._labels(item)]

    def _rows(self, group: ItemGroup) -> dict[str, Any]:
        """The columns of a table, the rows printed in it, and how many are left blank."""
        printed: list[str] = []
        columns = []
        codes = []
        for item in group.items:
            if item.id == group.preprinted:
                printed = self._options(item)
            columns.append(self._column(item, printed=item.id == group.preprinted))
            if item.code_list and item.id != group.preprinted:
                codes.append(
                    {"label": self.say(item.label), "options": self.say(_numbered(self._labels(item)))}
                )
        return {
            "conditions": self._conditions(group),
            "columns": columns,
            "printed": printed,
            "blank": _MORE_ROWS if printed else max(_BLANK_ROWS, group.at_least),
            "codes": codes,
        }

    def _conditions(self, group: ItemGroup) -> list[str]:
        """When the columns of a table are filled in; columns of one condition together."""
        found: dict[str, list[Says]] = {}
        for item in group.items:
            condition = self._condition(self.forms.conditions.get((self.definition.id, group.id, item.id)))
            if condition:
                found.setdefault(condition, []).append(item.label)
        return [
            self.say(message("{items}: {condition}", items=tuple(labels), condition=condition))
            for condition, labels in found.items()
        ]

    def _column(self, item: Item, *, printed: bool) -> dict[str, Any]:
        answer = self._answer(item)
        if answer["kind"] == "ticks":
            answer = {"kind": "printed"} if printed else {"kind": "code"}
        return {"label": self.say(item.label), "answer": answer}


def all_forms(forms: StudyForms) -> Iterator[str]:
    """The ids of all forms, in the order of the definition."""
    yield from (form.id for form in (forms.study.forms.forms if forms.study.forms else ()))
