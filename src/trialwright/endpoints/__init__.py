"""Endpoints: response at a visit, derived endpoints under each estimand, analysis sets.

Reads a study's analysis plan and one participant at a time; never a form, a file or a clock, and never estimates anything.
`endpoints.columns` judges the same response over arrays of simulated participants; only it imports NumPy.
"""

from trialwright.endpoints.derive import NotDerivable, derive_endpoint
from trialwright.endpoints.events import Happened, find_event
from trialwright.endpoints.follow_up import FollowUp, Held, follow
from trialwright.endpoints.measures import CovariateValue, derive_covariates, derive_trajectory
from trialwright.endpoints.reasons import REASONS, reason_text
from trialwright.endpoints.response import (
    ResponseAssessment,
    assess_readings,
    assess_response,
    explain_response,
)
from trialwright.endpoints.row import EndpointRow, explain_endpoint
from trialwright.endpoints.sets import Membership, assess_sets

__all__ = [
    "REASONS",
    "CovariateValue",
    "EndpointRow",
    "FollowUp",
    "Happened",
    "Held",
    "Membership",
    "NotDerivable",
    "ResponseAssessment",
    "assess_readings",
    "assess_response",
    "assess_sets",
    "derive_covariates",
    "derive_endpoint",
    "derive_trajectory",
    "explain_endpoint",
    "explain_response",
    "find_event",
    "follow",
    "reason_text",
]
