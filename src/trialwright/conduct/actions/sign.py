"""sign: an investigator signs a visit, or the casebook, as it stands; any later change breaks the signature visibly."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import WHO, for_participant, no_visit
from trialwright.conduct.trial import View, participant_stream
from trialwright.record.content import BY_HASH, CASEBOOK, content_digest
from trialwright.record.event import Proposal
from trialwright.record.participant import Participant
from trialwright.terms.message import message

MEANINGS = ("reviewed", "approved", "authored")


def decide(view: View, values: Values, participant: Participant) -> Proposal | Refusal:
    """Bind a signature to what stands at the target now."""
    target = values.text("target")
    if target != CASEBOOK and participant.visit(target) is None:
        return no_visit(view, participant, target)
    return Proposal(
        participant_stream(participant.id),
        "signed",
        BY_HASH,
        {
            "target": target,
            "meaning": values.text("meaning"),
            "digest": content_digest(participant, target),
        },
        {},
    )


ACTION = Action(
    "sign",
    message("sign a visit or the whole casebook"),
    "participant",
    (
        WHO,
        Argument("target", message("a visit, or casebook"), "id"),
        Argument("meaning", message("what the signature means"), "choice", choices=MEANINGS),
    ),
    for_participant(decide),
    writes=("signed",),
)
