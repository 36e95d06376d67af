"""The one call that derives any endpoint of the plan."""

from __future__ import annotations

from trialwright.endpoints.cumulative import derive_cumulative
from trialwright.endpoints.follow_up import FollowUp
from trialwright.endpoints.landmark import derive_landmark
from trialwright.endpoints.measures import derive_measure
from trialwright.endpoints.occurrence import derive_occurrence
from trialwright.endpoints.relapse import derive_relapse
from trialwright.endpoints.row import EndpointRow


class NotDerivable(ValueError):
    """The estimand does not say what is derived; it names no response, measure, relapse or occurrence."""


def derive_endpoint(follow_up: FollowUp, estimand: str) -> EndpointRow:
    """Derive what an estimand asks of a participant, with the reason and what it rests on.

    `estimand`: its id. Raises `KeyError` for an unknown one, `NotDerivable` for one that names nothing to derive.
    """
    asked = follow_up.rules.estimands[estimand]
    if asked.response:
        at = asked.counted == "at_encounter"
        return derive_landmark(follow_up, asked) if at else derive_cumulative(follow_up, asked)
    if asked.measure:
        return derive_measure(follow_up, asked)
    if asked.relapse:
        return derive_relapse(follow_up, asked)
    if asked.occurrence:
        return derive_occurrence(follow_up, asked)
    raise NotDerivable(estimand)
