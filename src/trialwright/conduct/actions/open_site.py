"""open_site: a site of the definition may begin."""

from __future__ import annotations

from trialwright.conduct.action import Action, Refusal, Values
from trialwright.conduct.standing import refuse
from trialwright.conduct.trial import View, site_stream
from trialwright.record.event import Proposal
from trialwright.terms.message import message


def decide(view: View, values: Values) -> Proposal | Refusal:
    """Open the site of the call."""
    place = view.place
    if place is None:
        known = tuple(site.id for site in view.definition.identity.sites)
        return refuse(
            message("The definition has no site {site}; it has: {known}.", site=view.call.site, known=known)
        )
    if place.time_zone is None:
        return refuse(
            message("The definition does not say in which time zone the site {site} is.", site=place.id)
        )
    if view.site.opened:
        return refuse(message("The site {site} is open since {date}.", site=place.id, date=view.site.opened))
    return Proposal(
        site_stream(place.id),
        "site_opened",
        1,
        {"date": view.today.isoformat(), "time_zone": place.time_zone},
        {},
    )


ACTION = Action("open_site", message("open a site of the study"), "site", (), decide, writes=("site_opened",))
