"""Firth's penalised logistic regression: finite odds ratios even where the outcome is separated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialwright.analysis.logistic_fit import fit
from trialwright.analysis.method import Method
from trialwright.analysis.profile_likelihood import profile_result, with_parts
from trialwright.analysis.regression_data import read_regression
from trialwright.analysis.result import Result, check_level
from trialwright.analysis.separation import find_separated
from trialwright.terms.message import Message, Text, message

SOURCE = "Firth D. Biometrika 1993;80:27-38; Heinze G, Schemper M. Stat Med 2002;21:2409-2419"


def firth(
    outcome: Sequence[float], covariates: Mapping[str, Sequence[float]], *, term: str, level: float
) -> Result:
    """Give the odds ratio per unit of a term by penalised likelihood, those of the other terms in `parts`.

    Profile limits and the penalised likelihood ratio test; a note where plain maximum likelihood has no
    finite estimate. Arguments and errors as in `logistic`. **Source**: `SOURCE`.
    """
    check_level(level)
    data = read_regression(outcome, covariates, term=term)
    best = fit(data, penalised=True, fixed=None)
    found = {
        each: profile_result(data, best, each, level=level, penalised=True, method="firth", source=SOURCE)
        for each in covariates
    }
    separated = find_separated(data)
    notes: tuple[Message, ...] = ()
    if separated:
        notes = (
            message(
                "The outcome is separated: {terms} have no finite maximum likelihood estimate. What is shown "
                "is finite by the penalty alone.",
                terms=separated,
            ),
        )
    return with_parts(data, best, found, term=term, notes=(*notes, *data.thin()))


METHODS = (
    Method(
        name="firth",
        kind="regression",
        title=Text("Firth's penalised logistic regression", "Firth惩罚Logistic回归"),
        compute=firth,
        source=SOURCE,
    ),
)
