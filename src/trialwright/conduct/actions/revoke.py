"""revoke: a role ends, today."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import STUDY, View, site_stream
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """End a role held at the site of the call, or for the study; the last account that may open the study keeps it, or nobody could go on."""
    account, role_id = values.text("account"), values.text("role")
    site = view.call.site
    held = (view.site if site else view.study).delegations
    standing = [one for one in held if one.role == role_id and not one.end]
    if not any(one.account == account for one in standing):
        return refuse(message("{account} does not hold the role {role} here.", account=account, role=role_id))
    table = view.delegation
    if table and role_id == table.opens and len(standing) == 1:
        return refuse(message("{account} is the last one in this role; delegate it first.", account=account))
    return Proposal(
        site_stream(site) if site else STUDY,
        "role_revoked",
        1,
        {"account": account, "role": role_id, "site": site, "end": view.today.isoformat()},
        {},
    )


ACTION = Action(
    "revoke",
    message("end a role of an account"),
    "either",
    (
        Argument("account", message("the account's name"), "id"),
        Argument("role", message("the role that ends"), "id"),
    ),
    decide,
    reason="required",
    locked=True,
    writes=("role_revoked",),
)
