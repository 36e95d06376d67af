"""re_consent: a participant agrees to a newer version of the study."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, check_day, first_refusal, for_participant, refuse
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Record consent to the version in force; refused where that version is consented to already."""
    day = values.text("date")
    approved = view.site.version_on(day)
    last = participant.consents[-1]
    return first_refusal(
        check_day(view, day, message("Consent of")),
        refuse(message("{id} has consented to this version already.", id=participant.id))
        if approved == last.version
        else None,
        refuse(message("Consent of {day} lies before the one of {last}.", day=day, last=last.date))
        if day < last.date
        else None,
    ) or Proposal(
        participant_stream(participant.id), "re_consented", 1, {"date": day, "version": approved}, {}
    )


ACTION = Action(
    "re_consent",
    message("record consent to a newer version of the study"),
    "participant",
    (WHO, Argument("date", message("day of the signature"), "date")),
    for_participant(decide, in_study=True),
    writes=("re_consented",),
)
