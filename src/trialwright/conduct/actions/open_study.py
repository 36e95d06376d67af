"""open_study: the study begins: its definition, its first account, and the sealed secret of its allocation."""

from __future__ import annotations

import hashlib

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import STUDY, View
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Open the study once; the caller holds the secret and the nonce it is bound with."""
    if view.study.opened:
        return refuse(message("The study is open since {date}.", date=view.study.opened))
    study = view.trial.definition(view.call.study_version)
    if study.delegation is None:
        return refuse(
            message("The study definition has no delegation table (delegation.yaml), so nobody could act.")
        )
    if view.secret is None:
        return refuse(message("The secret of the allocation was not made."))
    view.call = view.call._replace(role=study.delegation.opens)
    nonce = values.text("nonce")
    return Proposal(
        STUDY,
        "study_opened",
        1,
        {
            "date": view.today.isoformat(),
            "study": study.id,
            "rehearsal": values.yes("rehearsal"),
            "commitment": commitment(view.secret, nonce),
            "nonce": nonce,
            "account": view.call.actor,
            "role": study.delegation.opens,
            "site": "",
            "start": view.today.isoformat(),
        },
        {},
    )


def commitment(secret: bytes, nonce: str) -> str:
    """SHA-256 over the secret and the nonce: binds the secret without showing it."""
    return hashlib.sha256(b"trialwright allocation\x00" + secret + nonce.encode()).hexdigest()


ACTION = Action(
    "open_study",
    message("open the study: from here on the ledger runs"),
    "study",
    (
        Argument("nonce", message("a text drawn with the secret that binds it"), "id"),
        Argument("rehearsal", message("whether this is a rehearsal with synthetic people"), "yes_no"),
    ),
    decide,
)
