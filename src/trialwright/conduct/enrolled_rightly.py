"""Whether somebody enrolled would still have passed: what a later change of the record says about the day of enrolment.

A criterion that passed before the change and does not after it is asked back, so that an investigator judges what it
means and records a deviation where it is one; nobody is taken out of the trial by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from trialwright.conduct.asked import asked_back
from trialwright.conduct.eligible import assess_participant, say_criterion
from trialwright.conduct.trial import View
from trialwright.eligibility.verdict import Assessed
from trialwright.record.participant import Participant
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, Text, message


def lost_criteria(view: View, before: Participant, after: Participant) -> tuple[Assessed, ...]:
    """Find the criteria that passed on the day of enrolment as the record stood, and no longer do; nobody enrolled has any.

    Doses of the study do not count: they were given because the person had joined. Where the day itself is corrected, each
    state of the record is judged on its own.
    """
    if after.enrolled is None:
        return ()
    day = date.fromisoformat(after.enrolled.date)
    now = [each for each in _judged(view, after, day) if each.verdict != "pass"]
    if not now:
        return ()
    stood = date.fromisoformat(before.enrolled.date) if before.enrolled else day
    passed = {each.id for each in _judged(view, before, stood) if each.verdict == "pass"}
    return tuple(each for each in now if each.id in passed)


def _judged(view: View, participant: Participant, day: date) -> Iterable[Assessed]:
    return assess_participant(view, as_joined(participant), on=day).criteria


def as_joined(participant: Participant) -> Participant:
    """The participant without the doses of the study."""
    return replace(participant, doses=tuple(dose for dose in participant.doses if dose.prior))


def eligibility_queries(
    view: View, before: Participant, after: Participant, *, path: str, asked: int = 0
) -> list[dict[str, Any]]:
    """The queries that an event raises because of criteria that no longer pass, as it keeps them.

    `path`: the form, or the demographics, that the event changes; `asked`: how many queries it raises besides.
    """
    questions = ((path, question) for question in _questions(view, before, after))
    return asked_back(before, questions, asked=asked)


def _questions(view: View, before: Participant, after: Participant) -> Iterator[Message]:
    words = Words(view.definition)
    for each in lost_criteria(view, before, after):
        yield _ask(after.enrolled.date if after.enrolled else "", say_criterion(each, words))


def _ask(day: str, criterion: Message | str) -> Message:
    return message(
        "After this change a criterion that passed does not pass on the day of enrolment, {day}. {criterion} "
        "Investigator: is the value right, and if so, is this a deviation to be reported?",
        day=day,
        criterion=criterion,
    )


def criterion_asked(question: Message | Text) -> str:
    """The id of the criterion that a query of this kind is about; '' for a question of any other kind."""
    if not isinstance(question, Message) or question.template != _ask("", "").template:
        return ""
    criterion = dict(question.values).get("criterion")
    id = dict(criterion.values).get("id") if isinstance(criterion, Message) else None
    return id if isinstance(id, str) else ""


__all__ = ["as_joined", "criterion_asked", "eligibility_queries", "lost_criteria"]
