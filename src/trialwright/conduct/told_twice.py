"""The same day told twice in different ways: what is asked back, so that a person decides.

Which source counts until then is decided in `record.repeated`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from trialwright.conduct.asked import asked_back
from trialwright.record.fact import Fact
from trialwright.record.item_facts import form_facts
from trialwright.record.participant import Participant
from trialwright.record.raw import RawFact
from trialwright.record.repeated import Beside, Retold
from trialwright.record.typed import type_facts
from trialwright.study.model import Study
from trialwright.study.rules import concept_types
from trialwright.terms.compare import equal
from trialwright.terms.message import Message, message


class Doubt(NamedTuple):
    """A question to whoever filled in a form, or recorded a dose. `path`: form id, '#', item path; or dose/N."""

    path: str
    question: Message


def find_doubts(study: Study, participant: Participant) -> tuple[Doubt, ...]:
    """Find where a form and a record, a dose or an earlier form tell of a day in different ways, or a dose and a record.

    Amounts differ where they are not equal in the concept's unit; an amount that is not recorded differs from none.
    What tells of further days than the form is asked about once, at the first day that both tell of. Of a dose of earlier
    care and a record it is asked once, of the first day on which the two of them, and nothing else, tell different amounts.
    """
    retold = participant.retold()
    if not retold.beside and not retold.earlier:
        return ()
    return participant.carried.get(
        "doubts", retold, lambda: _doubts(study, participant, retold), parts=concept_types(study)
    )


def _doubts(study: Study, participant: Participant, retold: Retold) -> tuple[Doubt, ...]:
    beside = retold.beside
    told = {id for each in beside for id in (each.fact, *(row.fact for row in each.rows))}
    told |= {id for each in retold.earlier for id in (each.fact, each.record)}
    forms = {id.partition("#")[0] for id in told} & participant.forms.keys()
    entered = (fact for id in forms for fact in form_facts(participant, participant.forms[id]))
    raw = {fact.fact: fact for fact in (*participant.record, *participant.other_facts(), *entered)}
    typed = type_facts((raw[id] for id in sorted(told & raw.keys())), concept_types(study))
    facts = {fact.fact: fact for rows in typed.facts.values() for fact in rows}
    found: dict[Doubt, None] = {}
    asked: set[str] = set()
    for each in sorted(beside, key=lambda one: (one.fact, one.day)):
        for text in _sentences(each, facts, asked):
            found[Doubt(each.rows[0].path, text)] = None
    different: dict[str, Doubt] = {}
    for pair in sorted(retold.earlier, key=lambda one: (one.fact, one.day)):
        dose, record = facts.get(pair.fact), facts.get(pair.record)
        if dose and record and pair.fact not in different and not _is_same(dose, (record,)):
            text = message(
                "On {day} {dose}, recorded as earlier care, is of {amount}, and {source} says {other}. The record counts. Which of them is right?",
                day=pair.day,
                dose=_source(dose.raw),
                amount=_amount(dose.raw),
                source=_source(record.raw),
                other=_amount(record.raw),
            )
            different[pair.fact] = Doubt(pair.fact, text)
    return (*found, *different.values())


def _sentences(each: Beside, facts: Mapping[str, Fact], asked: set[str]) -> Iterator[Message]:
    other = facts.get(each.fact)
    rows = [facts[row.fact] for row in each.rows if row.fact in facts]
    if other is None or len(rows) < len(each.rows):
        return  # what cannot be placed in time is listed as unreadable
    if not each.whole and each.fact not in asked:
        asked.add(each.fact)
        yield message(
            "This form tells of some days from {first} to {last}, and {source} of all of them. On the others what "
            "{source} says counts. Was the dose given on these days too?",
            source=_source(other.raw),
            first=other.raw.start,
            last=other.raw.end,
        )
    if other.issue != "dose_missing" and not _is_same(other, rows):
        yield message(
            "On {day} this form says {amount}, and {source} says {other}. The form counts. Which of them is right?",
            day=each.day,
            amount=tuple(_amount(row.raw) for row in rows),
            source=_source(other.raw),
            other=_amount(other.raw),
        )


def _is_same(other: Fact, rows: Iterable[Fact]) -> bool:
    total = list(rows)
    if other.issue or any(row.issue for row in total):
        return [(one.raw.value, one.raw.unit) for one in total] == [(other.raw.value, other.raw.unit)]
    return equal(other.low, sum(row.low for row in total)) and equal(
        other.high, sum(row.high for row in total)
    )


def _amount(fact: RawFact) -> str:
    return f"{fact.value} {fact.unit}".strip()


def _source(fact: RawFact) -> Message:
    kind, _, number = fact.fact.partition("/")
    if kind == "dose" and number.isdigit():
        return message("dose {number}", number=number)
    if "#" in fact.fact:
        return message("the earlier form {id}", id=fact.fact)
    return message("the record {id}", id=fact.fact)


def new_doubts(
    study: Study, before: Participant, after: Participant, *, asked: int = 0
) -> list[dict[str, Any]]:
    """The queries that an event raises, as it keeps them: doubts that were none before it.

    `asked`: how many queries the event raises besides. What a person has answered is not asked a second time.
    """
    known = set(find_doubts(study, before))
    new = [doubt for doubt in find_doubts(study, after) if doubt not in known]
    return asked_back(before, new, asked=asked)
