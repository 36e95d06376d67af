"""Which of the P values tests a hypothesis of the plan, said once at the head of the comparison of the arms."""

from __future__ import annotations

from trialwright.reports.trial.data import TrialData
from trialwright.terms.message import Message, message

NOT_CORRECTED = message(
    "No correction for many comparisons: see what the plan tests, at the head of the comparison of the arms."
)
"""Under every table with several P values."""


def explain_multiplicity(data: TrialData) -> Message:
    """Say what the plan tests, and that nothing else is corrected: a plan has no place for a procedure that would.

    **Source**: ICH E9, 2.2.5 and 5.6; CONSORT 2025, item 21 (what was declared, and what was not).
    """
    primary = tuple(each.title for each in data.plan.estimands if each.level == "primary")
    if not primary:
        return message(
            "The plan declares no primary endpoint and no correction for multiplicity: every P value and interval is descriptive."
        )
    if len(primary) == 1:
        return message(
            "The plan tests one hypothesis, at the two-sided level of {alpha}: the declared main analysis of the primary endpoint ({primary}). It declares no correction for multiplicity, so that every other P value and interval is descriptive.",
            alpha=data.plan.alpha,
            primary=primary[0],
        )
    return message(
        "The plan tests each of its primary endpoints ({primary}) at the two-sided level of {alpha}, without a correction between them. It declares no correction for multiplicity, so that every other P value and interval is descriptive.",
        alpha=data.plan.alpha,
        primary=primary,
    )
