"""missed_visit: a scheduled visit did not take place."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.schedule import plan_visits
from trialwright.conduct.standing import WHO, check_in_study, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.study.schedule import Encounter
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record that a visit was missed, and why."""
    encounter = find_encounter(view, values.text("encounter"))
    if isinstance(encounter, Refusal):
        return encounter
    if encounter.type == "unscheduled":
        return refuse(message("An unscheduled visit cannot be missed."))
    if participant.visit(encounter.id):
        return refuse(message("The visit {visit} is recorded already.", visit=encounter.title))
    planned = next(
        each
        for each in plan_visits(view.definition, participant, on=view.today)
        if each.encounter.id == encounter.id
    )
    ended = None if planned.status == "late" else check_in_study(participant)
    if ended:  # what was over by then may be told later
        return ended
    if planned.status == "not_yet_due" and planned.window is not None:
        return refuse(
            message(
                "The window of {visit} opens on {first}; nobody has missed it on {today}.",
                visit=encounter.title,
                first=planned.window.first,
                today=view.today,
            )
        )
    return Proposal(
        participant_stream(participant.id),
        "visit_missed",
        1,
        {"visit": encounter.id, "encounter": encounter.id},
        {},
    )


def find_encounter(view: View, id: str) -> Encounter | Refusal:
    """The encounter of the schedule, or a refusal that names those there are."""
    schedule = view.definition.schedule
    encounters = schedule.encounters if schedule else ()
    found = next((one for one in encounters if one.id == id), None)
    return found or refuse(
        message(
            "There is no visit {id}; there are: {known}.", id=id, known=tuple(one.id for one in encounters)
        )
    )


ACTION = Action(
    "missed_visit",
    message("record that a scheduled visit was missed"),
    "participant",
    (WHO, Argument("encounter", message("which visit of the schedule"), "id")),
    for_participant(decide, enrolled=True),
    reason="required",
    writes=("visit_missed",),
)
