"""What was entered on a participant's forms, as facts.

An item may be a fact by itself. Several items may say one fact together (`ItemValue.fact` names it, `ItemValue.part`
the part each says): a row of a medication log is one exposure. The yes/no items of a checklist say a coded finding:
each yes is one fact of it, and once all are answered one more fact, 'false', closes the list of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from trialwright.record.fact import read_number
from trialwright.record.raw import RawFact

if TYPE_CHECKING:
    from trialwright.record.participant import FormRecord, ItemValue, Participant

LISTED = "listed"
"""The part of an item of a checklist: its id is the value that a yes stands for."""
PARTS = frozenset({"about", "occurred", "value", "start", "end", "ongoing", "day", "route"})
"""What an item can say of a fact that several items say together."""


def item_facts(participant: Participant) -> Iterator[RawFact]:
    """Give what was entered on forms as facts; what was not done, or is masked, says nothing."""
    for form in participant.forms.values():
        yield from form_facts(participant, form)


def form_facts(participant: Participant, form: FormRecord) -> tuple[RawFact, ...]:
    """Give what was entered on one form of a participant as facts."""
    return form.kept.get("facts", participant.id, lambda: tuple(_form_facts(participant, form)))


def exposures_going_on(participant: Participant, form: FormRecord) -> tuple[RawFact, ...]:
    """Give the exposures without an end that were entered on one form."""
    return form.kept.get(
        "exposures_going_on",
        participant.id,
        lambda: tuple(
            fact for fact in form_facts(participant, form) if fact.kind == "exposure" and not fact.end
        ),
    )


def _form_facts(participant: Participant, form: FormRecord) -> Iterator[RawFact]:
    together: dict[str, list[ItemValue]] = {}
    for value in form.items.values():
        if not value.concept:
            continue
        if value.fact:
            together.setdefault(value.fact, []).append(value)
        elif value.value:
            yield _single(participant, form, value)
    for path, values in together.items():
        if values[0].part == LISTED:
            yield from _listed(participant, form, path, values)
        else:
            yield from _row(participant, form, path, values)


def _single(participant: Participant, form: FormRecord, value: ItemValue) -> RawFact:
    """One item, one fact. Something given or done on one day ends that day; a condition that is there goes on.

    A dose of 0 says that nothing was taken.
    """
    nothing = value.kind == "exposure" and read_number(value.value)[:2] == (0.0, 0.0)
    return RawFact(
        participant.id,
        f"{form.id}#{value.path}",
        value.kind,
        value.concept,
        value="false" if nothing else value.value,
        unit="" if nothing else value.unit,
        low=value.low,
        high=value.high,
        start=value.date,
        end=value.date if value.kind in ("exposure", "procedure") else "",
        status="active" if value.kind in ("condition", "allergy") else "final",
    )


def _listed(
    participant: Participant, form: FormRecord, path: str, values: list[ItemValue]
) -> Iterator[RawFact]:
    for value in values:
        if value.value == "true":
            yield _finding(participant, f"{form.id}#{value.path}", value, value.item)
    if all(value.value for value in values):
        yield _finding(participant, f"{form.id}#{path}", values[0], "false")


def _finding(participant: Participant, fact: str, value: ItemValue, said: str) -> RawFact:
    return RawFact(
        participant.id, fact, value.kind, value.concept, value=said, start=value.date, status="final"
    )


def _row(participant: Participant, form: FormRecord, path: str, values: list[ItemValue]) -> Iterator[RawFact]:
    said: Mapping[str, ItemValue] = {value.part: value for value in values if value.value}
    fact = f"{form.id}#{path}"
    first = values[0]
    texts = {part: value.value for part, value in said.items()}
    asked = any(value.part == "occurred" for value in values)
    if texts.get("occurred") == "false":
        yield RawFact(
            participant.id,
            fact,
            first.kind,
            first.concept,
            value="false",
            start=said["occurred"].date,
            end=said["occurred"].date,
            status="completed",
        )
    elif texts.get("occurred") == "true" or (not asked and said.keys() - {"about"}):
        start = texts.get("day", texts.get("start", ""))
        end = start if "day" in texts else texts.get("end", "")
        yield RawFact(
            participant.id,
            fact,
            first.kind,
            first.concept,
            value=texts.get("value", ""),
            unit=said["value"].unit if "value" in said else "",
            start=start,
            end=end,
            status="active" if texts.get("ongoing") == "true" else "completed",
            route=texts.get("route", ""),
        )
