"""The factors by which allocation is stratified or balanced, and whether the analysis takes them into account."""

from __future__ import annotations

from trialwright.study.allocation import Factor, Minimisation, StratifiedBlocks
from trialwright.study.model import Study


def allocation_factors(study: Study) -> tuple[Factor, ...]:
    """The factors of the allocation rule; none where it has none."""
    rule = study.allocation
    return rule.factors if isinstance(rule, StratifiedBlocks | Minimisation) else ()


def unanalysed_factors(study: Study) -> tuple[Factor, ...]:
    """The factors that are no covariate (by the same id) of any main method of the plan.

    **Source**: ICH E9, 5.7: factors on which randomisation has been stratified should be accounted for in the analysis.
    """
    if study.analysis is None:
        return ()
    covariates = {
        name for method in study.analysis.methods if method.role == "main" for name in method.covariates
    }
    return tuple(factor for factor in allocation_factors(study) if factor.id not in covariates)
