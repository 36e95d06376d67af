"""enrol: a screened participant joins, if every criterion passes on the day and the consent is to the version in force."""

from __future__ import annotations

from datetime import date

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.eligible import assess_participant
from trialwright.conduct.standing import WHO, check_day, first_refusal, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Enrol under the next number of the study; every criterion is judged again for the day."""
    day = values.text("date")
    if participant.enrolled:
        return refuse(
            message("{id} is enrolled since {date}.", id=participant.id, date=participant.enrolled.date)
        )
    if not participant.screenings:
        return refuse(message("{id} was not screened yet.", id=participant.id))
    problem = first_refusal(
        check_day(view, day, message("Enrolment of")),
        refuse(message("{day} lies before the screening.", day=day))
        if day < participant.screenings[-1].date
        else None,
        _check_consent(view, participant),
    )
    if problem:
        return problem
    judged = assess_participant(view, participant, on=date.fromisoformat(day))
    if judged.verdict != "eligible":
        return refuse(
            message("{id} cannot be enrolled on {day}:", id=participant.id, day=day),
            *judged.problems(view.definition),
        )
    number = view.next("enrolment")
    return Proposal(
        participant_stream(participant.id),
        "enrolled",
        1,
        {"date": day, "enrolment_number": f"E{number:03d}", "criteria": judged.written()},
        {},
        {"enrolment": number},
    )


def _check_consent(view: View, participant: Participant) -> Refusal | None:
    if participant.consents[-1].version == view.version:
        return None
    return refuse(
        message("{id} consented to a version that is superseded; record re_consent first.", id=participant.id)
    )


ACTION = Action(
    "enrol",
    message("enrol a participant who passes every criterion; gives the enrolment number"),
    "participant",
    (WHO, Argument("date", message("day of enrolment"), "date")),
    for_participant(decide, in_study=True),
    writes=("enrolled",),
)
