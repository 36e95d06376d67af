"""screen: eligibility is judged from the records and what was answered; the verdicts and their facts are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.eligible import assess_participant, with_record, written_fact
from trialwright.conduct.standing import WHO, check_day, first_refusal, for_participant, refuse
from trialwright.conduct.told_twice import new_doubts
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message

ARGUMENTS = (
    WHO,
    Argument("date", message("the day for which eligibility is judged"), "date"),
    Argument("facts", message("facts of the person's records"), "facts", required=False),
)


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Judge for the first time."""
    if participant.screenings:
        return refuse(message("{id} was screened already; use re_screen.", id=participant.id))
    return judge(view, values, participant)


def judge(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Judge all criteria; whatever the verdict, it is recorded."""
    day = values.text("date")
    consent = participant.consents[0].date
    problem = first_refusal(
        refuse(message("{id} is enrolled; screening is over.", id=participant.id))
        if participant.enrolled
        else None,
        check_day(view, day, message("Screening of")),
        refuse(message("{day} lies before consent of {consent}.", day=day, consent=consent))
        if day < consent
        else None,
    )
    if problem:
        return problem
    more = values.facts("facts")
    judged = assess_participant(view, participant, on=date.fromisoformat(day), more=more)
    data: dict[str, Any] = {
        "date": day,
        "verdict": judged.verdict,
        "criteria": judged.written(),
        "facts": [written_fact(fact) for fact in more],
    }
    queries = new_doubts(view.definition, participant, with_record(participant, more))
    if queries:
        data["queries"] = queries
    return Proposal(participant_stream(participant.id), "screened", 1, data, {})


ACTION = Action(
    "screen",
    message("judge eligibility from records and answers"),
    "participant",
    ARGUMENTS,
    for_participant(decide, in_study=True),
    writes=("screened",),
)
