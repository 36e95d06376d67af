"""Whether some combination of covariates predicts the outcome without error, so that no estimate is finite."""

from __future__ import annotations

import numpy as np

from trialwright.analysis.regression_data import RegressionData

SOURCE = "Albert A, Anderson JA. Biometrika 1984;71:1-10; by linear programming: Konis K. DPhil thesis, Oxford 2007"
_TOLERANCE = 1e-7


def find_separated(data: RegressionData) -> tuple[str, ...]:
    """Give the terms whose coefficient has no finite estimate, in the order of the terms; none if all have.

    A direction along which no participant becomes less likely and somebody more. **Source**: `SOURCE`.
    """
    from scipy.optimize import linprog

    scale = np.sqrt((data.design**2).mean(axis=0))
    towards = (2.0 * data.outcome - 1.0)[:, np.newaxis] * data.design / scale
    found = []
    for place, term in enumerate(data.terms):
        for sign in (-1.0, 1.0):
            goal = np.zeros(len(data.terms))
            goal[place] = sign
            best = linprog(
                goal, A_ub=-towards, b_ub=np.zeros(len(towards)), bounds=(-1.0, 1.0), method="highs"
            )
            if best.fun < -_TOLERANCE:
                found.append(term)
                break
    return tuple(found)
