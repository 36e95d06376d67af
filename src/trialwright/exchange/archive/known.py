"""What a version of the definition knows by name, laid out to be looked up: visits, forms, items, interventions, roles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from trialwright.conduct.actions.give_dose import is_single
from trialwright.conduct.forms.entry import WHOLE
from trialwright.conduct.forms.values import Known as Readable
from trialwright.conduct.forms.values import find_wrong_type
from trialwright.conduct.given import find_interventions, is_run_in
from trialwright.conduct.trial import is_blind, is_randomised
from trialwright.record.fact import ConceptType
from trialwright.record.participant import Allocated, Participant
from trialwright.study.code_lists import NOT_DONE_LIST, NOT_DONE_REASONS, CodeList
from trialwright.study.forms import Form, Item, ItemGroup
from trialwright.study.model import Study
from trialwright.study.rules import concept_types

_PATH = re.compile(r"([a-z][a-z0-9_]*)(?:\[[1-9][0-9]{0,3}\])?\.([a-z][a-z0-9_]*)")


class KnownVisit(NamedTuple):
    """An encounter of the schedule. `epoch`: the type of its epoch, '' for none."""

    scheduled: bool
    epoch: str


class KnownDose(NamedTuple):
    """An intervention. `single`: one administration at a time; `run_in`: it may be given before allocation."""

    concept: str
    route: str
    single: bool
    run_in: bool


class KnownItem(NamedTuple):
    """An item in its place on a form. `future`: its day may lie after the day of entry."""

    item: Item
    group: ItemGroup
    future: bool


@dataclass(frozen=True, slots=True)
class KnownForm:
    """A form. `visits`: the encounters whose activities ask for it; `items`: by group and item."""

    repeating: bool
    visits: frozenset[str]
    items: Mapping[tuple[str, str], KnownItem]
    seen: set[tuple[str, ...]] = field(default_factory=set)
    """Items, as events state them, that were found to be in their place."""
    places: dict[str, KnownItem] = field(default_factory=dict)

    def place(self, path: str) -> KnownItem | None:
        """The item at a path; None where the form has none there."""
        if path not in self.places:
            found = _PATH.fullmatch(path)
            known = self.items.get((found[1], found[2])) if found else None
            if known is None or known.group.repeating != ("[" in path):
                return None
            self.places[path] = known
        return self.places[path]


class KnownStudy:
    """A version of the definition, by its names."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.blind = is_blind(study)
        self.draws = is_randomised(study)
        epochs = {epoch.id: epoch.type for epoch in study.epochs}
        schedule = study.schedule
        encounters = schedule.encounters if schedule else ()
        self.visits = {
            one.id: KnownVisit(one.type == "scheduled", epochs.get(one.epoch or "", "")) for one in encounters
        }
        self.forms = {form.id: _form(form, study) for form in (study.forms.forms if study.forms else ())}
        self.doses = {
            one.id: KnownDose(
                one.concept or "",
                one.regimen.route if one.regimen else "",
                is_single(one),
                is_run_in(study, one),
            )
            for one in study.interventions
        }
        self.arms = frozenset(arm.id for arm in study.arms)
        self.criteria = frozenset(one.id for one in study.criteria)
        self.clocks = frozenset(clock.id for clock in (study.safety.clocks if study.safety else ()))
        self.roles = {role.id: role.scope for role in (study.delegation.roles if study.delegation else ())}
        self.sites = {site.id: site.time_zone or "" for site in study.identity.sites}
        self.types: Mapping[str, ConceptType] = concept_types(study)
        self.lists: Mapping[str, CodeList] = (
            {one.id: one for one in (NOT_DONE_REASONS, *study.forms.code_lists)} if study.forms else {}
        )
        reasons = self.lists.get(NOT_DONE_LIST)
        self.reasons = frozenset(entry.value for entry in (reasons.entries if reasons else ()))
        self.measured = {name: one for name, one in self.types.items() if one.kind == "measurement"}
        self._readable = Readable(self.types, self.lists, date.max, "")
        self._received: dict[str | None, frozenset[str]] = {}

    def received(self, arm: str | None) -> frozenset[str]:
        """The interventions of somebody in an arm; '' while the arm is hidden, None before allocation."""
        if arm not in self._received:
            given = None if arm is None else Allocated(0, "", 0, arm, {}, "", "")
            someone = Participant("", "", allocated=given)
            self._received[arm] = frozenset(one.id for one in find_interventions(self.study, someone))
        return self._received[arm]

    def reads(self, item: Item, text: str) -> bool:
        """Whether a text is a value that an item can have: a number, a day, an answer offered."""
        return find_wrong_type(item, text, self._readable) is None


def _form(form: Form, study: Study) -> KnownForm:
    asked = {
        encounter
        for activity in (study.schedule.activities if study.schedule else ())
        if form.id in activity.forms
        for encounter in activity.encounters
    }
    items = {
        (group.id, item.id): KnownItem(item, group, item.future or _dated_ahead(group))
        for group in form.groups
        for item in group.items
    }
    return KnownForm(bool(form.repeating), frozenset(asked), items)


def _dated_ahead(group: ItemGroup) -> bool:
    return any(item.id == group.date and item.future for item in group.items)


__all__ = ["WHOLE", "KnownDose", "KnownForm", "KnownItem", "KnownStudy", "KnownVisit"]
