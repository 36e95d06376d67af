"""open_visit: a visit takes place; one outside its window is recorded, and is a deviation; what is unexplained is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.actions.missed_visit import find_encounter
from trialwright.conduct.actions.report_deviation import next_deviation
from trialwright.conduct.asked import asked_back
from trialwright.conduct.schedule import find_deviations, visit_id
from trialwright.conduct.standing import WHO, check_day, first_refusal, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.conduct.unfinished import still_unexplained
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant, Visit
from trialwright.study.schedule import Encounter
from trialwright.terms.message import message, render


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Open a visit on a day; a scheduled one once, and before its epoch is reached not at all."""
    day = values.text("date")
    encounter = find_encounter(view, values.text("encounter"))
    if isinstance(encounter, Refusal):
        return encounter
    id = visit_id(encounter, participant)
    problem = first_refusal(
        check_day(view, day, message("The visit of")),
        refuse(message("{day} lies before consent.", day=day))
        if day < participant.consents[0].date
        else None,
        refuse(message("The visit {visit} is recorded already.", visit=encounter.title))
        if participant.visit(id)
        else None,
        check_epoch(view, participant, encounter),
    )
    if problem:
        return problem
    data: dict[str, Any] = {"visit": id, "encounter": encounter.id, "date": day}
    visit = Visit(0, id, encounter.id, day, missed=False, reason="")
    after = replace(participant, visits=(*participant.visits, visit))
    deviations = found_deviations(view, after, visit)
    queries = asked_back(participant, still_unexplained(participant))
    data.update((name, found) for name, found in (("deviations", deviations), ("queries", queries)) if found)
    return Proposal(participant_stream(participant.id), "visit_opened", 1, data, {})


def check_epoch(view: View, participant: Participant, encounter: Encounter | Refusal) -> Refusal | None:
    """Refuse by epoch: visits of the treatment need an allocated participant; those of the screening end with enrolment."""
    if isinstance(encounter, Refusal):
        return encounter
    epochs = {epoch.id: epoch.type for epoch in view.definition.epochs}
    kind = epochs.get(encounter.epoch or "", "")
    if kind == "screening" and participant.enrolled:
        return refuse(message("{id} is enrolled; screening is over.", id=participant.id))
    if kind in ("treatment", "follow_up") and participant.allocated is None:
        return refuse(message("{id} has not been allocated.", id=participant.id))
    return None


def found_deviations(view: View, after: Participant, visit: Visit) -> list[dict[str, Any]]:
    """The deviation of a visit outside its window, as its event keeps it; none where one is on record already.

    `after`: the participant with the visit.
    """
    if any(
        one.by_system and not one.taken_back and (one.category, one.visit) == ("visit", visit.id)
        for one in after.deviations
    ):
        return []
    found = [
        each
        for each in find_deviations(view.definition, after, on=view.today)
        if each.visit is visit and each.deviation is not None
    ]
    return [
        {
            "number": next_deviation(after) + index,
            "date": visit.date,
            "category": "visit",
            "severity": "",  # no rule of the protocol rates it; a person may
            "text": render(each.deviation, {}),
            "visit": visit.id,
        }
        for index, each in enumerate(found)
    ]


ACTION = Action(
    "open_visit",
    message("record that a visit takes place"),
    "participant",
    (
        WHO,
        Argument("encounter", message("which visit of the schedule"), "id"),
        Argument("date", message("day of the visit"), "date"),
    ),
    for_participant(decide, told_late=True),
    writes=("visit_opened",),
)
