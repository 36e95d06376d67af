"""Factors by which allocation is stratified or balanced, and which the analysis leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.study.checks.examined import Examined
from trialwright.study.errors import Problem
from trialwright.study.stratification import unanalysed_factors
from trialwright.terms.message import message


def check_stratification(examined: Examined) -> Iterator[Problem]:
    """Find factors of the allocation that are no covariate of a main method. **Source**: ICH E9, 5.7."""
    for factor in unanalysed_factors(examined.study):
        yield examined.problem(
            "warning",
            "factor_not_analysed",
            ("allocation.yaml", "factors", factor.id),
            message(
                "Allocation is stratified or balanced by {factor}, but no main method of the analysis has it as a covariate.",
                factor=factor.id,
            ),
            message(
                "Add a covariate `{factor}` to analysis.yaml and to the main method; if it is left out on purpose, say why in the protocol (ICH E9, 5.7).",
                factor=factor.id,
            ),
        )
