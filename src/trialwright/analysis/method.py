"""What every method states about itself, so that an analysis plan can name it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from trialwright.terms.message import Text

Kind = Literal[
    "proportion",
    "comparison",
    "test",
    "posterior",
    "regression",
    "survival_curve",
    "survival_test",
    "balance_of_means",
    "balance_of_proportions",
    "balance_of_categories",
]
"""What a method is given, and gives.

- `proportion`: `compute(count, level=...)`, an `ArmCount`.
- `comparison`: `compute(arms, level=...)`, a `TwoArms`: an estimate with its interval.
- `test`: `compute(arms)`, a `TwoArms`: a two-sided test.
- `posterior`: `compute(arms, prior_events=..., prior_non_events=...)`.
- `regression`: `compute(outcome, covariates, term=..., level=...)`.
- `survival_curve`: `compute(times, events, group=..., unit=..., level=...)` gives a `SurvivalCurve`.
- `survival_test`: `compute(times, events, groups, strata=...)`.
- `balance_of_means`, `balance_of_categories`: `compute(treatment, control, arms=...)`;
  `balance_of_proportions`: `compute(arms)`.

All but `survival_curve` give a `Result`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method that a plan can name. `compute`: called as its `kind` says; `source`: citation."""

    name: str
    kind: Kind
    title: Text
    compute: Callable[..., Any]
    source: str
