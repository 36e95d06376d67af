"""Numbers followed over the visits, and numbers known at baseline."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from trialwright.endpoints.at_visit import open_visit_context
from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.endpoints.horizon import find_horizon, find_intercurrent
from trialwright.endpoints.row import EndpointRow, Rows
from trialwright.logic.finding import Bounds
from trialwright.logic.interpreter import evaluate_number
from trialwright.logic.nodes import Number, Pick, Score
from trialwright.study.analysis import Covariate, Estimand
from trialwright.study.analysis_rules import AnalysisRules, LoweredPlan, MeasureRule
from trialwright.study.model import Study
from trialwright.study.occasions import VISIT_WINDOW
from trialwright.terms.dates import add_days

_WORST = "worst_for_response"  # of several results of a visit; the measure says which side is worse


def derive_measure(follow_up: FollowUp, estimand: Estimand, *, encounter: str | None = None) -> EndpointRow:
    """Derive the number of an estimand's measure at its encounter, or at another one.

    An intercurrent event before the visit leaves the number missing (hypothetical), or takes the last one before it
    (while on treatment); a composite has no number. A number that is only known to lie between limits is missing.
    """
    row = Rows(follow_up, estimand.id)
    rule = follow_up.rules.of(estimand).measures[estimand.measure or ""]
    horizon = find_horizon(
        follow_up, encounter or estimand.encounter or "", outside_window=estimand.outside_window
    )
    if horizon.problem == "pending":
        return row("pending", unit=rule.unit)
    until = horizon.limit if horizon.visit is None else add_days(horizon.limit, -1)
    events = find_intercurrent(follow_up, estimand, until=until)
    if events.came is not None:
        happened, strategy = events.came
        common = {
            "day": happened.day,
            "event": happened.event.id,
            "event_on": happened.day,
            "unit": rule.unit,
        }
        if strategy == "hypothetical":
            return row("event_hypothetical", impute=True, facts=happened.facts, **common)  # type: ignore[arg-type]
        if strategy == "while_on_treatment":
            before = [each for each in follow_up.treated if happened.day is None or each.day <= happened.day]
            return _last(follow_up, rule, row, before, "last_on_treatment", happened.event.id)
        reason = "principal_stratum" if strategy == "principal_stratum" else "event_not_answerable"
        return row(reason, facts=happened.facts, **common)  # type: ignore[arg-type]
    if horizon.visit is not None and events.perhaps is None:
        found = _at(follow_up, rule, row, horizon.visit, "observed", None)
        if found.value is not None:
            return found
        detail = found.detail
    else:
        detail = "event_uncertain" if events.perhaps else horizon.problem
    if events.missing == "while_on_treatment":
        before = [each for each in follow_up.treated if each.day <= horizon.limit]
        return _last(follow_up, rule, row, before, "last_known", events.missing_event or None)
    visit = horizon.visit
    return row(
        "event_not_answerable"
        if events.missing in ("composite", "worst_case", "best_case")
        else "missing_hypothetical",
        unit=rule.unit,
        visit=visit.id if visit else None,
        day=visit.day if visit else None,
        event=events.missing_event or None,
        detail=detail,
        impute=events.missing == "hypothetical",
        also=(visit.position,) if visit else (),
    )


def derive_trajectory(follow_up: FollowUp, estimand: Estimand) -> tuple[EndpointRow, ...]:
    """Derive the number of an estimand's measure at every scheduled encounter after treatment began, up to its own.

    One row for each encounter at which the study's forms ask for it, in the order of the schedule; `visit` is the
    encounter's id also where it is missing.
    """
    rules = follow_up.rules
    asked = rules.kept.get(f"asked {estimand.id}", estimand, lambda: tuple(_asked(rules, estimand)))
    return tuple(_named(derive_measure(follow_up, estimand, encounter=each), each) for each in asked)


def _asked(rules: AnalysisRules, estimand: Estimand) -> Iterator[str]:
    """The encounters at which an estimand's measure is asked for, of everybody alike."""
    schedule = rules.study.schedule
    rule = rules.of(estimand).measures[estimand.measure or ""]
    for each in schedule.encounters if schedule else ():
        counted = each.timing is not None and schedule and each.timing.anchor == schedule.study_day_1
        if counted and _is_asked(rules.study, each.id, rule.number):
            yield each.id
        if each.id == estimand.encounter:
            break


def _is_asked(study: Study, encounter: str, number: Number) -> bool:
    """Whether the forms of an encounter ask for everything that a number reads of the visit; without forms, always."""
    if study.forms is None or study.schedule is None:
        return True
    due = {form for each in study.schedule.activities if encounter in each.encounters for form in each.forms}
    groups = [group for form in study.forms.forms if form.id in due for group in form.groups]
    asked = {item.concept for group in groups for item in group.items} | {group.checklist for group in groups}
    return all(
        node.concept in asked or getattr(node, "items", None) in asked
        for node in number.walk()
        if isinstance(node, Pick | Score) and node.window == VISIT_WINDOW
    )


def _named(row: EndpointRow, encounter: str) -> EndpointRow:
    return row if row.visit else replace(row, visit=encounter)


class CovariateValue(NamedTuple):
    """A covariate of a participant: the value on its scale, or None and why; the number itself in `unit`."""

    covariate: Covariate
    value: float | None
    number: float | None
    unit: str
    reason: str
    facts: tuple[str, ...]
    positions: tuple[int, ...]


def derive_covariates(follow_up: FollowUp, *, plan: LoweredPlan | None = None) -> tuple[CovariateValue, ...]:
    """Derive the covariates of the plan, as of the day on which treatment began.

    `plan`: the rules with another reading of the baseline than the declared one. A logarithm of a number that is not
    above 0 has no value (`not_computable`).
    """
    found = []
    for rule in (plan or follow_up.rules.chosen).covariates.values():
        if follow_up.start is None:
            found.append(CovariateValue(rule.covariate, None, None, rule.unit, "not_begun", (), ()))
            continue
        bounds = evaluate_number(rule.number, follow_up.on_day(follow_up.start))
        number = exact(bounds)
        value, reason = number, "" if number is not None else bounds.why or "value_censored"
        if number is not None and rule.covariate.scale == "log":
            value = math.log(number) if number > 0 else None
            reason = "" if value is not None else "not_computable"
        facts = tuple(dict.fromkeys(bounds.facts))
        found.append(
            CovariateValue(
                rule.covariate,
                value,
                number,
                rule.unit,
                reason,
                tuple(fact.fact for fact in facts),
                follow_up.positions_of(facts),
            )
        )
    return tuple(found)


def exact(bounds: Bounds) -> float | None:
    """A number that is exactly known; None for an interval."""
    return bounds.low if bounds.low == bounds.high else None


def _at(
    follow_up: FollowUp, rule: MeasureRule, row: Rows, visit: Held, reason: str, event: str | None
) -> EndpointRow:
    """The number at a visit; without a value and with a `detail` where it is not exactly known."""
    bounds = evaluate_number(rule.number, open_visit_context(follow_up, visit, _WORST))
    value = exact(bounds)
    return row(
        reason,
        value=value,
        unit=rule.unit,
        visit=visit.id,
        day=visit.day,
        event=event,
        detail="" if value is not None else bounds.why or "value_censored",
        facts=bounds.facts,
        also=(visit.position,),
    )


def _last(
    follow_up: FollowUp, rule: MeasureRule, row: Rows, visits: list[Held], reason: str, event: str | None
) -> EndpointRow:
    for visit in sorted(visits, key=lambda each: (each.day, each.position), reverse=True):
        found = _at(follow_up, rule, row, visit, reason, event)
        if found.value is not None:
            return found
    return row("missing_hypothetical", unit=rule.unit, event=event, detail="no_visit")
