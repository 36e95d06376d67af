"""What a proposal rests on and somebody has asked about: a value under an open query may be wrong."""

from __future__ import annotations

from collections.abc import Iterable

from trialwright.conduct.dosing.case import Case
from trialwright.conduct.dosing.proposal import Alert
from trialwright.record.participant import Query
from trialwright.study.prose.records import as_entered, dated, result
from trialwright.terms.message import Message, Text, message

QUERY = "query"
"""The id of an alert about an open query."""


def say_queried(case: Case, facts: Iterable[str]) -> tuple[Alert, ...]:
    """Name the queries that are not closed about facts, each with the first fact it is about.

    `facts`: ids as in `Participant.facts`. A query about an item, a row or a whole form is about every fact in it.
    """
    known = tuple(dict.fromkeys(facts))
    found = []
    for query in case.participant.queries:
        about = next((fact for fact in known if _is_about(query, fact)), None)
        if query.state != "closed" and about is not None:
            found.append(Alert(QUERY, _say(case, query, about), (about,)))
    return tuple(found)


def _is_about(query: Query, fact: str) -> bool:
    whole, part = sorted((query.path, fact), key=len)
    return whole == part or (part.startswith(whole) and part[len(whole)] in ".#[")


def _say(case: Case, query: Query, id: str) -> Message:
    return message(
        "{what}: query {number} is open."
        if query.state == "open"
        else "{what}: query {number} is answered and not closed yet.",
        what=_name(case, id),
        number=query.number,
    )


def _name(case: Case, id: str) -> Message | Text | str:
    """A fact as people read it: a result with its value and day, a dose or an adverse event with its number."""
    fact = next((each for rows in case.context.rows.values() for each in rows if each.fact == id), None)
    kind, _, number = id.partition("/")
    dose = next((each for each in case.participant.doses if id == f"dose/{each.number}"), None)
    if dose is not None:
        title = case.study.intervention_title(dose.intervention)
        return message("Dose {number} of {intervention}", number=number, intervention=title)
    if kind == "ae" and number.isdigit():
        return message("Adverse event {number}", number=number)
    if fact is None:
        return id
    title, concept = case.words.title(fact.concept), case.words.concepts[fact.concept]
    value = as_entered(fact, fact.raw.value) if concept.kind == "measurement" else None
    return result(fact, case.words, label=title) if value is None else dated(title, value, fact)
