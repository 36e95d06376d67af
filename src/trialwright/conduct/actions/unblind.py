"""unblind: an arm is disclosed: one participant's in an emergency, or everybody's when the study is unblinded."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.alerts import emergency_alert
from trialwright.conduct.allocated import hidden_arm, hidden_arms
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import STUDY, View, participant_stream
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Disclose one arm with the reason of the call; without a participant, all of them and the secret itself."""
    if not view.trial.blind:
        return refuse(message("The study is open: nothing is hidden."))
    if view.secret is None:
        return refuse(message("The secret of the allocation is not at hand."))
    if view.study.unblinded:
        return refuse(message("The study was unblinded on {date}.", date=view.study.unblinded))
    if not values.text("participant"):
        if view.call.site:
            return refuse(
                message("A study is unblinded for all sites at once: name a participant, or no site.")
            )
        everyone = [one for one in view.trial.participants() if one.allocated]
        everyone.sort(key=lambda one: one.allocated.number if one.allocated else 0)
        arms = hidden_arms(view.trial, view.secret)
        unlocked = tuple(one.id for one in everyone if not one.locked)
        if unlocked:
            return refuse(
                message(
                    "The study is unblinded after its casebooks are locked; open are: {ids}.", ids=unlocked
                )
            )
        return Proposal(
            STUDY,
            "study_unblinded",
            1,
            {
                "date": view.today.isoformat(),
                "secret": view.secret.secret.hex(),
                "nonce": view.secret.nonce.hex(),
                "arms": {one.id: given.arm for one, given in zip(everyone, arms, strict=True)},
            },
            {},
        )
    participant = view.participant(values.text("participant"))
    if participant is None or participant.allocated is None:
        return refuse(message("There is no allocated participant {id} here.", id=values.text("participant")))
    if participant.unblinded:
        return refuse(message("{id} was unblinded already.", id=participant.id))
    arm = hidden_arm(view.trial, view.secret, participant)
    return Proposal(
        participant_stream(participant.id),
        "unblinded",
        1,
        {"date": view.today.isoformat(), "arm": arm, "alerts": [emergency_alert(view)]},
        {},
    )


ACTION = Action(
    "unblind",
    message("disclose a participant's arm, or the whole allocation"),
    "either",
    (Argument("participant", message("whose arm; empty: the study"), "id", required=False),),
    decide,
    reason="required",
    locked=True,
    writes=("study_unblinded", "unblinded"),
)
