"""Every method by the name an analysis plan calls it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from trialwright.analysis import (
    agresti_caffo,
    barnard,
    boschloo,
    clopper_pearson,
    conditional_odds_ratio,
    declared_rule,
    firth,
    fisher,
    fisher_mid_p,
    jeffreys,
    kaplan_meier,
    log_rank,
    logistic,
    mee,
    mid_p_interval,
    miettinen_nurminen,
    miettinen_nurminen_odds_ratio,
    miettinen_nurminen_risk_ratio,
    miettinen_nurminen_test,
    newcombe,
    odds_ratio,
    pearson,
    posterior_superiority,
    risk_ratio,
    skewness_corrected,
    standardised_difference,
    unconditional_score,
    wald,
    wilson,
    yates,
)
from trialwright.analysis.method import Method

_MODULES = (
    agresti_caffo,
    barnard,
    boschloo,
    clopper_pearson,
    conditional_odds_ratio,
    declared_rule,
    firth,
    fisher,
    fisher_mid_p,
    jeffreys,
    kaplan_meier,
    log_rank,
    logistic,
    mee,
    mid_p_interval,
    miettinen_nurminen,
    miettinen_nurminen_odds_ratio,
    miettinen_nurminen_risk_ratio,
    miettinen_nurminen_test,
    newcombe,
    odds_ratio,
    pearson,
    posterior_superiority,
    risk_ratio,
    skewness_corrected,
    standardised_difference,
    unconditional_score,
    wald,
    wilson,
    yates,
)

METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {method.name: method for module in _MODULES for method in module.METHODS}
)
"""The methods by name; a planned method that is not here is not available, which the caller says."""
