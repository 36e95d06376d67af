"""Outcome and covariates of a logistic regression, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialwright.analysis.distributions import Array
from trialwright.analysis.result import CannotAnalyse, Counted
from trialwright.terms.message import Message, message

INTERCEPT = "intercept"
PER_TERM = 10  # events of the rarer outcome


@dataclass(frozen=True, slots=True)
class RegressionData:
    """One row per participant: `outcome` 0 or 1; `design` an intercept and one column per name of `terms`."""

    outcome: Array
    design: Array
    terms: tuple[str, ...]

    def counted(self, term: str) -> tuple[Counted, ...]:
        """Who had the outcome: by the two values of a term that is 1 or 0, else all together."""
        column = self.design[:, self.terms.index(term)]
        if term == INTERCEPT or not set(np.unique(column)) <= {0.0, 1.0}:
            return (Counted(arm="all", n=len(self.outcome), events=int(self.outcome.sum())),)
        return tuple(
            Counted(
                arm=f"{term} = {value}",
                n=int((column == value).sum()),
                events=int(self.outcome[column == value].sum()),
            )
            for value in (1, 0)
        )

    def thin(self) -> tuple[Message, ...]:
        """Give a warning where the rarer outcome is too rare for so many terms.

        **Source**: Peduzzi P et al. J Clin Epidemiol 1996;49:1373-1379 (ten events per term).
        """
        rarer = int(min(self.outcome.sum(), len(self.outcome) - self.outcome.sum()))
        terms = len(self.terms) - 1
        if rarer >= PER_TERM * terms:
            return ()
        return (
            message(
                "The rarer outcome occurs {rarer} times for {terms} terms, fewer than {per_term} times for each: "
                "the estimate is fragile.",
                rarer=rarer,
                terms=terms,
                per_term=PER_TERM,
            ),
        )


def read_regression(
    outcome: Sequence[float], covariates: Mapping[str, Sequence[float]], *, term: str
) -> RegressionData:
    """Give the data of a regression with an intercept; `term`: the covariate that is asked about.

    Raises `CannotAnalyse` for columns of other lengths, values that are missing or not finite, an outcome
    other than 0 and 1, fewer rows than terms, covariates that say the same thing, and a term that is none.
    """
    y = np.asarray(outcome, dtype=float)
    if not len(y) or not covariates:
        raise CannotAnalyse(message("A regression needs participants and at least one covariate."))
    if term not in covariates:
        raise CannotAnalyse(
            message("{term} is not a term of this regression: {terms}.", term=term, terms=tuple(covariates))
        )
    if not np.isin(y, (0.0, 1.0)).all():
        raise CannotAnalyse(message("The outcome of a logistic regression is 1 or 0 for each participant."))
    columns = [np.ones_like(y)]
    for name, values in covariates.items():
        column = np.asarray(values, dtype=float)
        if len(column) != len(y):
            raise CannotAnalyse(
                message(
                    "Covariate {name} has {values} values for {n} participants.",
                    name=name,
                    values=len(column),
                    n=len(y),
                )
            )
        missing = int((~np.isfinite(column)).sum())
        if missing:
            raise CannotAnalyse(
                message(
                    "Covariate {name} is missing for {missing} participants; the plan must say what to do then.",
                    name=name,
                    missing=missing,
                )
            )
        columns.append(column)
    design = np.column_stack(columns)
    scale = np.sqrt((design**2).sum(axis=0))
    if not scale.all() or np.linalg.matrix_rank(design / scale) < design.shape[1]:
        raise CannotAnalyse(
            message(
                "The covariates {names} cannot be told apart: one is constant or follows from the others, or "
                "there are fewer participants than terms.",
                names=tuple(covariates),
            )
        )
    return RegressionData(y, design, (INTERCEPT, *covariates))


def finite_exp(value: float) -> float:
    """Give e to the value; 0 or infinite beyond what a number can hold."""
    return math.exp(value) if value < 709.0 else math.inf
