"""The response at one encounter, under the strategies of an estimand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.endpoints.horizon import Events, Horizon, Intercurrent, find_horizon, find_intercurrent
from trialwright.endpoints.response import ResponseAssessment, assess_response
from trialwright.endpoints.row import EndpointRow, Rows
from trialwright.study.analysis import Estimand
from trialwright.terms.dates import add_days
from trialwright.terms.truth import Truth

COMPOSITE: Mapping[str, str] = {
    "composite": "missing_composite",
    "worst_case": "missing_worst_case",
    "best_case": "missing_best_case",
}
"""The strategies that give a missing answer a category, with the reason code of a row."""


@dataclass(frozen=True)
class Asked:
    """An estimand about a response, asked of one participant."""

    follow_up: FollowUp
    estimand: Estimand

    @cached_property
    def horizon(self) -> Horizon:
        """The encounter."""
        return find_horizon(
            self.follow_up, self.estimand.encounter or "", outside_window=self.estimand.outside_window
        )

    @cached_property
    def events(self) -> Events:
        """The intercurrent events that came before the visit; one of its own day comes after it."""
        limit = self.horizon.limit if self.horizon.visit is None else add_days(self.horizon.limit, -1)
        return find_intercurrent(self.follow_up, self.estimand, until=limit)

    def assess(self, visit: Held) -> ResponseAssessment:
        """A visit, judged by the readings that the estimand names."""
        return assess_response(
            self.follow_up,
            visit.id,
            response=self.estimand.response,
            reading=self.estimand.reading,
            plan=self.follow_up.rules.of(self.estimand),
        )

    def reached(self, visit: Held) -> Truth:
        """Whether the categories of the estimand are reached at a visit."""
        return self.assess(visit).among(self.estimand.categories)

    def category(self, strategy: str) -> str:
        """The category that a strategy gives: the worst, but the best where no answer is to count for the arm."""
        plan = self.follow_up.rules.of(self.estimand)
        reading = plan.responses[self.estimand.response or ""].reading(self.estimand.reading)
        best, worst = reading.categories[0].category.id, reading.categories[-1].category.id
        if strategy == "composite":
            return worst
        types = {arm.id: arm.type for arm in self.follow_up.rules.study.arms}
        experimental = types.get(self.follow_up.participant.arm) == "experimental"
        return best if experimental == (strategy == "best_case") else worst

    def counts(self, category: str) -> bool:
        """Whether a category is among those of the estimand."""
        return category in self.estimand.categories


def derive_landmark(follow_up: FollowUp, estimand: Estimand) -> EndpointRow:
    """Derive whether the categories of an estimand are reached at its encounter: 1, 0, or no value.

    An intercurrent event of a strategy other than treatment policy decides if it came before the day of the visit (or,
    without a visit, up to the last day on which it could take place); of several the first. One on the day of the visit
    follows it: medicines are stopped, and rescue is given, for what the visit shows. What then is not known is dealt
    with as the missing answer.

    **Source**: ICH E9(R1), A.3.2, the five strategies.
    """
    asked, row = Asked(follow_up, estimand), Rows(follow_up, estimand.id)
    if asked.horizon.problem == "pending":
        return row("pending")
    if asked.events.came is not None:
        return _with_event(asked, row, asked.events.came)
    visit = asked.horizon.visit
    assessment = asked.assess(visit) if visit is not None else None
    truth = assessment.among(estimand.categories) if assessment else None
    if asked.events.perhaps is not None and truth is not _if_composite(asked):
        return _without_answer(asked, row, "event_uncertain", assessment)
    if assessment is not None and truth is not None:
        return _observed(row, "observed", assessment, truth)
    return _without_answer(
        asked, row, asked.horizon.problem or (assessment.reason if assessment else ""), assessment
    )


def _if_composite(asked: Asked) -> bool | None:
    """What the value would be if the event that may have come did; None where that is not known either."""
    perhaps = asked.events.perhaps
    if perhaps is None or perhaps.strategy != "composite":
        return None
    return asked.counts(asked.category("composite"))


def _observed(
    row: Rows, reason: str, assessment: ResponseAssessment, truth: bool, **more: object
) -> EndpointRow:
    return row(
        reason,
        value=truth,
        category=assessment.category.id if assessment.category else None,
        visit=assessment.visit.id,
        day=assessment.day,
        facts=assessment.facts,
        also=(assessment.visit.position,),
        **more,  # type: ignore[arg-type]
    )


def _with_event(asked: Asked, row: Rows, came: Intercurrent) -> EndpointRow:
    happened = came.happened
    event = happened.event.id
    said = {"day": happened.day, "event": event, "event_on": happened.day, "facts": happened.facts}
    match came.strategy:
        case "composite":
            category = asked.category("composite")
            return row(
                "event_composite",
                value=asked.counts(category),
                category=category,
                **said,  # type: ignore[arg-type]
            )
        case "while_on_treatment":
            before = [
                visit
                for visit in asked.follow_up.treated
                if happened.day is None or visit.day <= happened.day
            ]
            return _last_known(asked, row, before, "last_on_treatment", event)
        case "hypothetical":
            return row("event_hypothetical", impute=True, **said)  # type: ignore[arg-type]
        case "principal_stratum":
            return row("principal_stratum", **said)  # type: ignore[arg-type]
    return row("event_not_answerable", **said)  # type: ignore[arg-type]


def _last_known(
    asked: Asked, row: Rows, visits: Iterable[Held], reason: str, event: str | None
) -> EndpointRow:
    """The answer at the last of some visits that has one; without any, the answer is missing."""
    for visit in sorted(visits, key=lambda each: (each.day, each.position), reverse=True):
        assessment = asked.assess(visit)
        truth = assessment.among(asked.estimand.categories)
        if truth is not None:
            return _observed(row, reason, assessment, truth, event=event)
    return _by_strategy(asked, row, "no_visit", None, on_treatment=False)


def _without_answer(
    asked: Asked, row: Rows, detail: str, assessment: ResponseAssessment | None
) -> EndpointRow:
    return _by_strategy(asked, row, detail, assessment, on_treatment=True)


def _by_strategy(
    asked: Asked, row: Rows, detail: str, assessment: ResponseAssessment | None, *, on_treatment: bool
) -> EndpointRow:
    """A missing answer by its strategy; `on_treatment`: whether the last visit with an answer may stand for it."""
    strategy, event = asked.events.missing, asked.events.missing_event or None
    visit = assessment.visit if assessment else None
    facts = assessment.facts if assessment else ()
    also = (visit.position,) if visit else ()
    if strategy in COMPOSITE:
        category = asked.category(strategy)
        # Known to be in a better category, only not in which: the rule decides the count, not what the person is.
        known_better = strategy == "composite" and assessment and category not in assessment.possible
        return row(
            COMPOSITE[strategy],
            value=asked.counts(category),
            category=None if known_better else category,
            visit=visit.id if visit else None,
            day=visit.day if visit else None,
            event=event,
            detail=detail,
            facts=facts,
            also=also,
        )
    if strategy == "while_on_treatment" and on_treatment:
        until = asked.horizon.limit
        before = [each for each in asked.follow_up.treated if each.day <= until]
        return _last_known(asked, row, before, "last_known", event)
    return row(
        "missing_hypothetical",
        visit=visit.id if visit else None,
        day=visit.day if visit else None,
        event=event,
        detail=detail,
        impute=strategy == "hypothetical",
        facts=facts,
        also=also,
    )
