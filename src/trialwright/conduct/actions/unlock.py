"""unlock: a locked casebook is opened again, with a reason; the study only by two people."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import refuse, study_locked
from trialwright.conduct.trial import STUDY, View, participant_stream
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Unlock a casebook; or ask for, then confirm, the unlocking of the study."""
    wanted = values.text("participant")
    if wanted:
        participant = view.participant(wanted)
        if participant is None:
            return refuse(message("There is no participant {id} at this site.", id=wanted))
        if not participant.locked:
            return refuse(message("The casebook of {id} is not locked.", id=participant.id))
        if view.study.locked:
            return study_locked(view)
        return Proposal(participant_stream(participant.id), "casebook_unlocked", 1, {}, {})
    if not view.study.locked:
        return refuse(message("The study is not locked."))
    asked = _standing(view)
    if not asked:
        return Proposal(STUDY, "unlock_requested", 1, {}, {})
    if view.call.actor in asked:
        return refuse(message("A second person must confirm that the study is unlocked."))
    return Proposal(STUDY, "study_unlocked", 1, {}, {})


def _standing(view: View) -> list[str]:
    """Who asked and may still unlock: a request does not outlive the role it was made in."""
    table = view.delegation
    able = {role.id for role in table.roles if "unlock" in role.actions} if table else set()
    holding = {one.account for one in view.study.delegations if one.role in able and not one.end}
    return [account for account in view.study.unlock_requests if account in holding]


ACTION = Action(
    "unlock",
    message("unlock a casebook; the study by two people, one after the other"),
    "either",
    (Argument("participant", message("whose casebook; empty: the study"), "id", required=False),),
    decide,
    reason="required",
    locked=True,
    writes=("casebook_unlocked", "unlock_requested", "study_unlocked"),
)
