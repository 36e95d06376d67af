"""approve_version: a version of the definition is in force at a site from a day on (ethics approval there)."""

from __future__ import annotations

from trialwright.conduct.action import Action, Argument, Refusal, Values
from trialwright.conduct.standing import check_day, refuse
from trialwright.conduct.trial import View, site_stream
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Put a version in force that the trial holds, once, and not before an earlier approval."""
    version, day = values.text("version"), values.text("date")
    try:
        view.trial.definition(version)
    except KeyError:
        return refuse(message("The trial does not hold the version {version}.", version=version))
    approved = view.site.approved
    if any(known == version for known, _ in approved):
        return refuse(message("The version {version} is approved here already.", version=version))
    if approved and day < approved[-1][1]:
        return refuse(
            message(
                "An approval of {last} stands already; {day} lies before it.", last=approved[-1][1], day=day
            )
        )
    return check_day(view, day, message("The approval of")) or Proposal(
        site_stream(view.call.site), "version_approved", 1, {"version": version, "date": day}, {}
    )


ACTION = Action(
    "approve_version",
    message("put an approved version of the study in force at a site"),
    "site",
    (
        Argument("version", message("the version's digest, sha256:...; on a terminal also a study"), "id"),
        Argument("date", message("day of the approval"), "date"),
    ),
    decide,
)
