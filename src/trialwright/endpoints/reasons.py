"""Why an endpoint has the value it has, or has none."""

from __future__ import annotations

from collections.abc import Mapping

from trialwright.logic.reasons import REASONS as RULE_REASONS
from trialwright.terms.message import Message, message

REASONS: Mapping[str, Message] = {
    "observed": message("as observed at the visit"),
    "first_reached": message("first reached at this visit"),
    "not_reached": message("not reached at any visit up to then"),
    "event_composite": message("an intercurrent event counts as non-response"),
    "missing_composite": message("no answer counts as non-response"),
    "missing_worst_case": message("no answer counts against the experimental arm"),
    "missing_best_case": message("no answer counts for the experimental arm"),
    "last_on_treatment": message("as observed at the last visit before the intercurrent event"),
    "last_known": message("as observed at the last visit with an answer"),
    "event_hypothetical": message(
        "left missing after an intercurrent event: what would have been without it is not known"
    ),
    "missing_hypothetical": message("left missing for want of an answer"),
    "event_not_answerable": message("this strategy has no value for this kind of endpoint"),
    "principal_stratum": message("who belongs to the principal stratum cannot be observed"),
    "event_uncertain": message("it is not certain whether an intercurrent event came before"),
    "no_visit": message("the visit did not take place"),
    "outside_window": message("the visit took place outside its window"),
    "not_begun": message("treatment never began"),
    "pending": message("not due yet on the cut-off day"),
    "no_response": message("never in response, so there is nothing to lose"),
    "last_before_event": message(
        "followed up to the last visit with an answer before the intercurrent event"
    ),
    "event_ends_follow_up": message("followed up to the intercurrent event"),
    "followed_to_end": message("followed to the end without it"),
    "happened": message("it happened"),
    "did_not_happen": message("it did not happen"),
    "ended_early": message("followed up to the end of participation"),
}
"""Reason codes of endpoints; a value that is unknown for a reason of the rules has that one's code."""


def reason_text(code: str) -> Message:
    """The sentence of a reason code of endpoints or of rules; raises `KeyError` for any other."""
    return REASONS[code] if code in REASONS else RULE_REASONS[code]
