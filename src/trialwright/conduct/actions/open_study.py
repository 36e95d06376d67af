"""open_study: the study begins: its definition, its first account, and the sealed secret of its allocation."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.allocation import commitment
from trialwright.conduct.standing import check_account, refuse
from trialwright.conduct.trial import STUDY, View
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Open the study once; the caller has drawn the secret and keeps it outside the archive."""
    if view.study.opened:
        return refuse(message("The study is open since {date}.", date=view.study.opened))
    problem = check_account(view.call.actor)
    if problem:
        return refuse(problem)
    study = view.trial.definition(view.call.study_version)
    if study.delegation is None:
        return refuse(
            message("The study definition has no delegation table (delegation.yaml), so nobody could act.")
        )
    if view.secret is None:
        return refuse(message("The secret of the allocation was not made."))
    view.call = view.call._replace(role=study.delegation.opens)
    return Proposal(
        STUDY,
        "study_opened",
        1,
        {
            "date": view.today.isoformat(),
            "study": study.id,
            "rehearsal": values.yes("rehearsal"),
            "commitment": commitment(view.secret.secret, view.secret.nonce),
            "account": view.call.actor,
            "role": study.delegation.opens,
            "site": "",
            "start": view.today.isoformat(),
        },
        {},
    )


ACTION = Action(
    "open_study",
    message("open the study: from here on the ledger runs"),
    "study",
    (Argument("rehearsal", message("whether this is a rehearsal with synthetic people"), "yes_no"),),
    decide,
    writes=("study_opened",),
)
