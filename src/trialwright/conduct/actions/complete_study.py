"""complete_study: a participant has been through the last visit of the schedule."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, check_day, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Close the participant's course; the last scheduled visit must be recorded or missed."""
    day = values.text("date")
    schedule = view.definition.schedule
    planned = [one for one in schedule.encounters if one.type == "scheduled"] if schedule else []
    last = planned[-1] if planned else None
    if last is not None and participant.visit(last.id) is None:
        return refuse(message("The last visit, {visit}, is neither recorded nor missed.", visit=last.title))
    if any(visit.date > day for visit in participant.visits):
        return refuse(message("A visit was recorded after {day}.", day=day))
    return check_day(view, day, message("Completion of")) or Proposal(
        participant_stream(participant.id), "study_completed", 1, {"date": day}, {}
    )


ACTION = Action(
    "complete_study",
    message("record that a participant completed the study"),
    "participant",
    (WHO, Argument("date", message("day of completion"), "date")),
    for_participant(decide, allocated=True, in_study=True),
)
