"""delegate: an account is given a role, at a site or for the whole study, from today on."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import check_account, refuse
from trialwright.conduct.trial import STUDY, View, site_stream
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Give an account a role of the delegation table: one of a site at the site of the call, one of the study for all."""
    account, role_id = values.text("account"), values.text("role")
    problem = check_account(account)
    if problem:
        return refuse(problem)
    table = view.delegation
    role = table.role(role_id) if table else None
    if role is None:
        known = tuple(one.id for one in table.roles) if table else ()
        return refuse(message("There is no role {role}; there are: {known}.", role=role_id, known=known))
    if account == view.call.actor:
        return refuse(message("Nobody gives a role to themselves; somebody else must."))
    if role.scope == "site" and not view.call.site:
        return refuse(message("The role {role} is held at a site; name the site.", role=role.title))
    if role.scope == "study" and view.call.site:
        return refuse(message("The role {role} is held for the whole study; name no site.", role=role.title))
    site = view.call.site
    held = (view.site if site else view.study).delegations
    if any((one.account, one.role, one.end) == (account, role_id, "") for one in held):
        return refuse(message("{account} holds the role {role} already.", account=account, role=role.title))
    return Proposal(
        site_stream(site) if site else STUDY,
        "role_delegated",
        1,
        {"account": account, "role": role_id, "site": site, "start": view.today.isoformat()},
        {},
    )


ACTION = Action(
    "delegate",
    message("give an account a role"),
    "either",
    (
        Argument("account", message("the account's name, never a shared one"), "id"),
        Argument("role", message("a role of the delegation table"), "id"),
    ),
    decide,
    writes=("role_delegated",),
)
