"""How many participants a comparison of two proportions needs, by the normal approximation."""

from __future__ import annotations

import math

from trialwright.analysis.distributions import normal_quantile
from trialwright.analysis.result import CannotAnalyse, Result
from trialwright.terms.message import message

SOURCE = "Fleiss JL, Levin B, Paik MC. Statistical Methods for Rates and Proportions, 3rd ed. 2003, (4.14)"


def compute_sample_size(
    *, share_treatment: float, share_control: float, alpha: float, power: float, allocation: float
) -> Result:
    """Give the total number of participants, not rounded, for the pooled z test of two proportions.

    `share_...`: true proportions, 0 to 1; `alpha`: two-sided, 0 to 1; `power`: 0 to 1; `allocation`:
    participants of treatment for each of control, above 0. Exact power at the rounded number differs
    (`compute_power`). Raises `CannotAnalyse` where the shares are equal. **Source**: `SOURCE`.
    """
    if share_treatment == share_control:
        raise CannotAnalyse(message("Two equal shares cannot be told apart by any number of participants."))
    z_alpha, z_power = normal_quantile(1 - alpha), normal_quantile(2 * power - 1)
    pooled = (allocation * share_treatment + share_control) / (1 + allocation)
    spread = math.sqrt((1 + 1 / allocation) * pooled * (1 - pooled))
    apart = math.sqrt(
        share_treatment * (1 - share_treatment) / allocation + share_control * (1 - share_control)
    )
    control = ((z_alpha * spread + z_power * apart) / (share_treatment - share_control)) ** 2
    return Result(
        method="sample_size",
        source=SOURCE,
        quantity="sample_size",
        estimate=control * (1 + allocation),
        counted=(),
    )
