"""Carrying out the plan: every declared method on every estimand it is declared for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trialwright.analysis.counts import ArmCount, TwoArms
from trialwright.analysis.describe import Description, describe
from trialwright.analysis.kaplan_meier import SurvivalCurve
from trialwright.analysis.method import Method
from trialwright.analysis.methods import METHODS
from trialwright.analysis.plan.population import Analysed, Cohort, Population
from trialwright.analysis.result import CannotAnalyse, Result
from trialwright.study.analysis import AnalysisMethod, AnalysisPlan, Estimand
from trialwright.terms.message import Message, message

TERM = "arm"
DESCRIBE = "describe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a planned method on an estimand.

    `results`: one, or one for each arm or covariate; `descriptions`: one for each arm; `curves`: one for
    each arm in which somebody was followed. `used`: who was
    counted; `left_out`: who belongs to the set but has no value. `problem`: why there is nothing: planned, not
    available; or the data allow none.
    """

    method: AnalysisMethod
    estimand: Estimand
    results: tuple[Result, ...] = ()
    curves: tuple[SurvivalCurve, ...] = ()
    descriptions: tuple[Description, ...] = ()
    used: tuple[Analysed, ...] = ()
    left_out: tuple[Analysed, ...] = ()
    problem: Message | None = None

    @property
    def result(self) -> Result | None:
        """The one result of a comparison or test."""
        return self.results[0] if len(self.results) == 1 else None


def is_available(method: AnalysisMethod) -> bool:
    """Whether the software has the method."""
    return method.method in METHODS or method.method == DESCRIBE


def carry_out(plan: AnalysisPlan, cohort: Cohort) -> tuple[Outcome, ...]:
    """Carry out the whole plan, in its order; a method without estimands is not carried out."""
    estimands = {estimand.id: estimand for estimand in plan.estimands}
    level = 1.0 - float(plan.alpha)
    return tuple(
        run_method(method, cohort, estimands[id], level=level)
        for method in plan.methods
        for id in method.estimands
    )


def run_method(method: AnalysisMethod, cohort: Cohort, estimand: Estimand, *, level: float) -> Outcome:
    """Carry out one method on one estimand."""
    if not is_available(method):
        return _not_available(method, estimand)
    population = cohort.population(estimand)
    try:
        if method.method == DESCRIBE:
            return _describe(method, population)
        known = METHODS[method.method]
        return _BY_KIND[known.kind](method, known, population, cohort, level)
    except CannotAnalyse as error:
        return Outcome(
            method=method,
            estimand=estimand,
            used=population.answered,
            left_out=_without(population, population.answered),
            problem=error.message,
        )


def _not_available(method: AnalysisMethod, estimand: Estimand) -> Outcome:
    return Outcome(method=method, estimand=estimand, problem=message("planned, not available"))


def run_counts(method: AnalysisMethod, estimand: Estimand, arms: TwoArms, *, level: float) -> Outcome:
    """Carry out a method on counts alone, such as those of a published table."""
    if method.method not in METHODS:
        return _not_available(method, estimand)
    known = METHODS[method.method]
    if method.covariates:
        said = message("It needs the covariates of every participant; counts do not tell them.")
        return Outcome(method=method, estimand=estimand, problem=said)
    try:
        results = _on_counts(method, known, arms, level)
    except CannotAnalyse as error:
        return Outcome(method=method, estimand=estimand, problem=error.message)
    if not results:
        said = message("It needs the values of every participant; counts do not tell them.")
        return Outcome(method=method, estimand=estimand, problem=said)
    return Outcome(method=method, estimand=estimand, results=results)


def _on_counts(method: AnalysisMethod, known: Method, arms: TwoArms, level: float) -> tuple[Result, ...]:
    match known.kind:
        case "proportion":
            return tuple(known.compute(count, level=level) for count in (arms.treatment, arms.control))
        case "comparison":
            return (known.compute(arms, level=level),)
        case "test" | "balance_of_proportions":
            return (known.compute(arms),)
        case "regression":
            outcome, terms = arms.rows(term=TERM)
            return (known.compute(outcome, terms, term=TERM, level=level),)
        case "posterior":
            return (known.compute(arms, **_prior(method)),)
    return ()


def _prior(method: AnalysisMethod) -> dict[str, float]:
    """The prior that a method declares; without one nothing can be computed, and none is supposed."""
    try:
        return {name: float(method.parameters[name]) for name in ("prior_events", "prior_non_events")}
    except (KeyError, ValueError):
        raise CannotAnalyse(
            message(
                "The method {id} needs its prior as numbers: parameters prior_events and prior_non_events.",
                id=method.id,
            )
        ) from None


def two_arms(estimand: Estimand, counted: Sequence[Analysed]) -> TwoArms:
    """The counts of an estimand's two arms, the first against the second; raises `CannotAnalyse`."""
    if len(estimand.arms) != 2:
        raise CannotAnalyse(
            message(
                "Two arms are compared; the estimand {id} has {count}.",
                id=estimand.id,
                count=len(estimand.arms),
            )
        )
    found = []
    for arm in estimand.arms:
        values = [one.row.value for one in counted if one.arm == arm]
        found.append(ArmCount(arm=arm, events=sum(value == 1.0 for value in values), n=len(values)))
    return TwoArms(treatment=found[0], control=found[1])


def _without(population: Population, used: Sequence[Analysed]) -> tuple[Analysed, ...]:
    ids = {one.row.participant for one in used}
    return tuple(one for one in population.analysed if one.row.participant not in ids)


def _outcome(
    method: AnalysisMethod,
    population: Population,
    used: Sequence[Analysed],
    *,
    results: Sequence[Result] = (),
    curves: Sequence[SurvivalCurve] = (),
    descriptions: Sequence[Description] = (),
) -> Outcome:
    return Outcome(
        method=method,
        estimand=population.estimand,
        results=tuple(results),
        curves=tuple(curves),
        descriptions=tuple(descriptions),
        used=tuple(used),
        left_out=_without(population, used),
    )


def _describe(method: AnalysisMethod, population: Population) -> Outcome:
    used = population.answered
    found = [
        describe([one.row.value for one in used if one.arm == arm and one.row.value is not None], arm=arm)
        for arm in population.estimand.arms
    ]
    return _outcome(method, population, used, descriptions=found)


def _counts(
    method: AnalysisMethod, known: Method, population: Population, cohort: Cohort, level: float
) -> Outcome:
    used = population.answered
    arms = two_arms(population.estimand, used)
    return _outcome(method, population, used, results=_on_counts(method, known, arms, level))


def _regression(
    method: AnalysisMethod, known: Method, population: Population, cohort: Cohort, level: float
) -> Outcome:
    """The arm's term, adjusted for the method's covariates; who lacks one of them is left out."""
    estimand = population.estimand
    used, columns = [], {TERM: [], **{name: [] for name in method.covariates}}  # type: ignore[var-annotated]
    for one in population.answered:
        values = cohort.covariates(estimand, one.row.participant) if method.covariates else {}
        numbers = [values[name].value for name in method.covariates]
        if any(number is None for number in numbers):
            continue
        used.append(one)
        columns[TERM].append(1.0 if one.arm == estimand.arms[0] else 0.0)
        for name, number in zip(method.covariates, numbers, strict=True):
            columns[name].append(number)
    outcome = [one.row.value for one in used]
    result = known.compute(outcome, columns, term=TERM, level=level)
    return _outcome(method, population, used, results=(result,))


def _curves(
    method: AnalysisMethod, known: Method, population: Population, cohort: Cohort, level: float
) -> Outcome:
    """A curve for each arm in which somebody was followed; in none: `CannotAnalyse`."""
    used = population.timed
    arms = [arm for arm in population.estimand.arms if population.of(arm, used)]
    curves = []
    for arm in arms or population.estimand.arms:
        own = population.of(arm, used)
        curves.append(
            known.compute(
                [one.row.time for one in own],
                [one.row.happened for one in own],
                group=arm,
                unit="d",
                level=level,
            )
        )
    return _outcome(method, population, used, curves=curves)


def _survival_test(
    method: AnalysisMethod, known: Method, population: Population, cohort: Cohort, level: float
) -> Outcome:
    used = population.timed
    result = known.compute(
        [one.row.time for one in used],
        [one.row.happened for one in used],
        [one.arm for one in used],
        strata=None,
    )
    return _outcome(method, population, used, results=(result,))


def _balance(
    method: AnalysisMethod, known: Method, population: Population, cohort: Cohort, level: float
) -> Outcome:
    """One result for each covariate of the method."""
    estimand, found = population.estimand, []
    for name in method.covariates:
        columns: dict[str, list[float]] = {arm: [] for arm in estimand.arms}
        for one in population.analysed:
            number = cohort.covariates(estimand, one.row.participant)[name].value
            if number is not None:
                columns[one.arm].append(number)
        treatment, control = (columns[arm] for arm in estimand.arms)
        found.append(known.compute(treatment, control, arms=estimand.arms))
    return _outcome(method, population, population.analysed, results=found)


def _no_categories(
    method: AnalysisMethod, known: Method, population: Population, cohort: Cohort, level: float
) -> Outcome:
    raise CannotAnalyse(
        message(
            "The method {id} compares categories; an estimand or a covariate of a plan is a number.",
            id=method.id,
        )
    )


_BY_KIND: Mapping[str, Callable[[AnalysisMethod, Method, Population, Cohort, float], Outcome]] = {
    "proportion": _counts,
    "comparison": _counts,
    "test": _counts,
    "posterior": _counts,
    "balance_of_proportions": _counts,
    "regression": _regression,
    "survival_curve": _curves,
    "survival_test": _survival_test,
    "balance_of_means": _balance,
    "balance_of_categories": _no_categories,
}
