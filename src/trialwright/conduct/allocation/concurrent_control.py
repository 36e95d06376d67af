"""Concurrent control: the investigator assigns the arm and gives the reason. No secret, nothing to replay."""

from __future__ import annotations

from collections.abc import Collection

from trialwright.conduct.allocation.given import GivenArm, NotGiven, digest_rule
from trialwright.study.allocation import ConcurrentControl
from trialwright.terms.message import message


def assign_arm(
    rule: ConcurrentControl, *, arms: Collection[str], arm: str, reason: str, site: str
) -> GivenArm | NotGiven:
    """Give the arm that the investigator names, or say why not.

    `arms`: the ids of the study's arms. `reason`: in the investigator's words; it stays with the ledger's event.
    """
    if not site:
        return NotGiven("site_missing", message("The participant belongs to no site."))
    if not arm:
        return NotGiven(
            "arm_unknown", message("Say which arm it is; the arms are: {arms}.", arms=tuple(arms))
        )
    if arm not in arms:
        return NotGiven(
            "arm_unknown",
            message("{arm} is no arm of the study; its arms are: {arms}.", arm=arm, arms=tuple(arms)),
        )
    if rule.reason_required and not reason.strip():
        return NotGiven(
            "reason_missing", message("Say why this participant comes into the arm {arm}.", arm=arm)
        )
    return GivenArm(arm, site, {}, digest_rule(rule))
