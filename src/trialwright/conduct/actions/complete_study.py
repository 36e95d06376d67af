"""complete_study: a participant has been through the last visit of the schedule."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.study.schedule import Encounter
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Close the participant's course; every scheduled visit since screening must be recorded or missed."""
    day = values.text("date")
    left = unaccounted(view, participant)
    if left:
        return refuse(
            *(message("The visit {visit} is neither recorded nor missed.", visit=one.title) for one in left)
        )
    if any(visit.date > day for visit in participant.visits):
        return refuse(message("A visit was recorded after {day}.", day=day))
    return check_day(view, day, message("Completion of")) or Proposal(
        participant_stream(participant.id), "study_completed", 1, {"date": day}, {}
    )


def unaccounted(view: View, participant: Participant) -> tuple[Encounter, ...]:
    """The scheduled visits after screening of which nothing is recorded."""
    screening = {epoch.id for epoch in view.definition.epochs if epoch.type == "screening"}
    schedule = view.definition.schedule
    return tuple(
        one
        for one in (schedule.encounters if schedule else ())
        if one.type == "scheduled" and one.epoch not in screening and participant.visit(one.id) is None
    )


ACTION = Action(
    "complete_study",
    message("record that a participant completed the study"),
    "participant",
    (WHO, Argument("date", message("day of completion"), "date")),
    for_participant(decide, allocated=True, in_study=True),
    writes=("study_completed",),
)
