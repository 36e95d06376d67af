"""An entry that is none: made for another person, or by a wrong click. It is taken back as a whole; the action is `correct`."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.conduct.action import Refusal
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.books import ENTRIES
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import Message, message

TAKEN_BACK = {"recorded": "false"}
"""The values of a correction that takes something back."""


def take_back(view: View, participant: Participant, target: str) -> Proposal | Refusal:
    """Take back a dose, an interruption, a stop, a rescue therapy, an adverse event or a visit, or say why not.

    It stays in the ledger and is listed as taken back, with the reason; it counts nowhere.
    """
    kind, _, key = target.partition("/")
    if key not in recorded(participant, kind):
        return not_there(participant, target)
    if kind == "visit":
        problem = _check_empty(participant, key) or _check_completed(view, participant, key)
        if problem:
            return problem
    data = {"target": target, "values": {"recorded": False}}
    return Proposal(participant_stream(participant.id), "corrected", 1, data, {})


def recorded(participant: Participant, kind: str) -> tuple[str, ...]:
    """The numbers, of visits the ids, of the entries of a kind that stand."""
    entries = getattr(participant, ENTRIES[kind])
    return tuple(str(each.id if kind == "visit" else each.number) for each in entries)


def not_there(participant: Participant, target: str) -> Refusal:
    """The refusal where an entry is not on record: it was taken back, or never was; with those that are."""
    gone = participant.gone(target)
    if gone is not None:
        return refuse(
            message(
                "{target} was taken back by event {position} ({reason}) and counts nowhere; what happened after all is recorded anew.",
                target=target,
                position=gone.position,
                reason=gone.reason,
            )
        )
    kind = target.partition("/")[0]
    known = tuple(f"{kind}/{key}" for key in recorded(participant, kind))
    return refuse(
        message("Nothing is recorded at {target}; recorded are: {known}.", target=target, known=known)
        if known
        else message("Nothing is recorded at {target}, nor any other entry of its kind.", target=target)
    )


def _check_empty(participant: Participant, visit: str) -> Refusal | None:
    """Refuse while something stands at the visit, and say how each of it is taken back."""
    held = tuple(_held(participant, visit))
    if not held:
        return None
    return refuse(
        message("At {visit} something is recorded; that is taken back first:", visit=visit),
        *held,
    )


def _held(participant: Participant, visit: str) -> Iterator[Message]:
    for form in participant.forms.values():
        if form.visit == visit and any(value.value for value in form.items.values()):
            yield message(
                "- the form {id}: correct target={id} 'item.*=not_done:REASON', with a reason of the study such as entered_in_error",
                id=form.id,
            )
    for dose in participant.doses:
        if dose.visit == visit:
            yield message(
                "- dose {number}: correct target=dose/{number} values.recorded=false", number=dose.number
            )
    for deviation in participant.deviations:
        if deviation.visit == visit and not deviation.by_system and not deviation.taken_back:
            yield message(
                "- deviation {number}: correct target=deviation/{number} values.recorded=false, or another visit by values.visit",
                number=deviation.number,
            )


def _check_completed(view: View, participant: Participant, visit: str) -> Refusal | None:
    """Refuse the last planned visit of somebody who completed the study."""
    found = participant.visit(visit)
    schedule = view.definition.schedule
    planned = [one for one in schedule.encounters if one.type == "scheduled"] if schedule else []
    if not participant.completed or found is None or not planned or planned[-1].id != found.encounter:
        return None
    return refuse(
        message(
            "{id} completed the study on {date}; take that back first: correct target=completion values.recorded=false.",
            id=participant.id,
            date=participant.completed.date,
        )
    )
