"""Where allocation was stratified and the analysis is not."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.reports.trial.data import TrialData
from trialwright.study.stratification import unanalysed_factors
from trialwright.terms.message import Message, message


def explain_strata(data: TrialData) -> Iterator[Message]:
    """Say which factors of the allocation no main analysis takes into account."""
    factors = unanalysed_factors(data.study)
    if factors:
        yield message(
            "Allocation was stratified or balanced by {factors}; no main analysis takes this into account (ICH E9, 5.7 asks for it).",
            factors=tuple(factor.title for factor in factors),
        )
