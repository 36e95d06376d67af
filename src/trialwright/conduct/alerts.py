"""The alerts that an event sets off, judged on what the record will say once it is written."""

from __future__ import annotations

from datetime import date
from typing import Any

from trialwright.conduct.trial import View
from trialwright.record.participant import Participant
from trialwright.safety.alerts import assess_alerts
from trialwright.terms.message import Message, message

EMERGENCY = "emergency_unblinding"
"""The alert that no rule of a study raises: one participant's arm was disclosed in an emergency."""

EMERGENCY_TITLE = message("Emergency unblinding")


def emergency_text(participant: str, actor: str, told: tuple[str, ...]) -> Message:
    """What is shown at once, and to those who are told. It never names the arm."""
    if not told:
        return message(
            "The arm of {participant} was disclosed to {actor}.", participant=participant, actor=actor
        )
    return message(
        "The arm of {participant} was disclosed to {actor}. To be told at once: {accounts}.",
        participant=participant,
        actor=actor,
        accounts=told,
    )


def emergency_alert(view: View) -> dict[str, Any]:
    """The alert of an emergency unblinding, as its event keeps it.

    `told`: whoever holds, at this site or for the whole study, a role that may itself unblind (the sponsor and the
    site's investigators in the bundled studies), but for the one who did it. **Source**: ICH E6(R2) 4.7, a premature
    unblinding is explained to the sponsor promptly; trust requirement T33.
    """
    table = view.delegation
    roles = {role.id for role in table.roles if "unblind" in role.may} if table else set()
    held = (*view.study.delegations, *view.site.delegations)
    accounts = [one.account for one in held if one.role in roles and not one.end]
    told = [account for account in dict.fromkeys(accounts) if account != view.call.actor]
    return {"alert": EMERGENCY, "on": view.today.isoformat(), "facts": [], "told": told}


def raised_alerts(
    view: View, before: Participant, after: Participant, *, days: frozenset[str], about: frozenset[str] | None
) -> list[dict[str, Any]]:
    """The alerts that fire with what is being recorded and did not fire without it, as the event keeps them.

    `days`: the days of the results. `about`: the concepts that are answered; None for all.
    """
    found: dict[str, dict[str, Any]] = {}
    for day in sorted(days):
        on = date.fromisoformat(day[:10])
        fired = [each for each in assess_alerts(view.safety, after, on=on, about=about) if each.truth is True]
        if not fired:
            continue
        known = {
            each.alert.id
            for each in assess_alerts(view.safety, before, on=on, about=about)
            if each.truth is True
        }
        for each in fired:
            if each.alert.id not in known and each.alert.id not in found:
                facts = [fact.fact for fact in each.evidence]
                found[each.alert.id] = {"alert": each.alert.id, "on": day[:10], "facts": facts}
    return list(found.values())
