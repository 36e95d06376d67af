"""Response at a visit: the category with its components, under every reading of the definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from trialwright.endpoints.at_visit import open_visit_context
from trialwright.endpoints.follow_up import FollowUp, Held
from trialwright.logic.finding import Finding, united
from trialwright.logic.interpreter import Context, evaluate
from trialwright.record.fact import Fact
from trialwright.study.analysis import Component, Response, ResponseCategory, ResponseReading
from trialwright.study.analysis_rules import CategoryRule, LoweredPlan, ReadingRules, ResponseRules
from trialwright.study.prose.findings import say_finding
from trialwright.study.prose.words import Words
from trialwright.terms.message import Message, message
from trialwright.terms.truth import Truth


class ComponentFinding(NamedTuple):
    """What a component of a category gave; `component` None where the category is one rule."""

    component: Component | None
    finding: Finding


class CategoryFinding(NamedTuple):
    """What the conditions of a category gave, whatever the categories before it; what is left has no finding.

    `truth` is that of the finding, but unknown (`record_unreadable`) where it holds and a record that it reads could not
    be read.
    """

    category: ResponseCategory
    truth: Truth
    reason: str
    finding: Finding | None
    components: tuple[ComponentFinding, ...]


@dataclass(frozen=True, slots=True)
class ResponseAssessment:
    """A visit judged by one reading of a response.

    `possible`: the ids of the categories it may be in, from better to worse; one only where it is certain. `findings`:
    those of every category, also of categories after the one that holds. `reason`: the reason code of what decided, or
    of what left it open. `positions`: places in the ledger of the facts that were read.
    """

    participant: str
    visit: Held
    response: Response
    reading_name: str
    reading: ResponseReading
    possible: tuple[str, ...]
    reason: str
    findings: tuple[CategoryFinding, ...]
    facts: tuple[Fact, ...]
    positions: tuple[int, ...]

    @property
    def day(self) -> date:
        """The day of the visit."""
        return self.visit.day

    @property
    def category(self) -> ResponseCategory | None:
        """The category; None where it is not known."""
        if len(self.possible) != 1:
            return None
        return next(each.category for each in self.findings if each.category.id == self.possible[0])

    def among(self, categories: Iterable[str]) -> Truth:
        """Whether the category is one of these; certain also where it is not known which of them."""
        wanted = set(categories)
        inside = {id in wanted for id in self.possible}
        return None if len(inside) > 1 else True in inside


def assess_response(
    follow_up: FollowUp,
    visit: str,
    *,
    response: str | None = None,
    reading: str | None = None,
    plan: LoweredPlan | None = None,
) -> ResponseAssessment:
    """Judge the response of a participant at a visit.

    `visit`: the id of a visit that took place up to the cut-off day. `response`: None: the first of the plan;
    `reading`: None: the chosen one. `plan`: the rules with another reading of the baseline than the declared one.
    Raises `LookupError` for a visit, response or reading that is not there.

    **Source**: the study's analysis.yaml; for BEAM the protocol's "Response at a visit".
    """
    held = follow_up.visit(visit)
    if held is None:
        raise LookupError(f"no visit {visit} took place up to {follow_up.on}")
    rules = (plan or follow_up.rules.chosen).responses
    chosen = rules[response] if response else next(iter(rules.values()))
    read = chosen.reading(reading)
    key = (
        visit,
        id(read),
    )  # one of a response and a baseline; kept beside the result, so that its id stays its own
    if key not in follow_up.assessed:
        follow_up.assessed[key] = read, _assess(follow_up, held, chosen, read)
    found: ResponseAssessment = follow_up.assessed[key][1]
    return found


def _assess(follow_up: FollowUp, held: Held, chosen: ResponseRules, read: ReadingRules) -> ResponseAssessment:
    context = open_visit_context(follow_up, held, chosen.response.several_results)
    findings = tuple(_assess_category(rule, context) for rule in read.categories)
    possible, reason = _decide(findings)
    facts = united([each.finding for each in findings if each.finding is not None])
    return ResponseAssessment(
        follow_up.id,
        held,
        chosen.response,
        read.name,
        read.reading,
        possible,
        reason,
        findings,
        facts,
        follow_up.positions_of(facts),
    )


def assess_readings(
    follow_up: FollowUp, visit: str, *, response: str | None = None, plan: LoweredPlan | None = None
) -> Mapping[str, ResponseAssessment]:
    """Judge a visit by every reading of a response, side by side, by the name of the reading; see `assess_response`."""
    rules = (plan or follow_up.rules.chosen).responses
    chosen = rules[response] if response else next(iter(rules.values()))
    return {
        name: assess_response(follow_up, visit, response=chosen.response.id, reading=name, plan=plan)
        for name in chosen.readings
    }


def explain_response(assessment: ResponseAssessment, words: Words) -> Message:
    """Say what a visit was judged to be, by which values, and why it is in no better category."""
    titles = {each.category.id: each.category.title for each in assessment.findings}
    category = assessment.category
    if category is None:
        possible = tuple(titles[id] for id in assessment.possible)
        said = message("Not known: {categories}.", categories=possible)
    else:
        said = message("{category}.", category=category.title)
    for each in assessment.findings:
        if each.finding is None:
            break
        found = say_finding(each.finding, words)
        if each.truth is False:
            said = message(
                "{before} Not {category}: {because}", before=said, category=each.category.title, because=found
            )
        elif each.truth is None:
            said = message(
                "{before} Open is {category}: {because}",
                before=said,
                category=each.category.title,
                because=found,
            )
        else:
            said = message("{before} {because}", before=said, because=found)
            break
    return said


def _assess_category(rule: CategoryRule, context: Context) -> CategoryFinding:
    if rule.condition is None:
        return CategoryFinding(rule.category, True, "stated", None, ())
    finding = evaluate(rule.condition, context)
    truth, reason = finding.truth, finding.reason
    unreadable = context.person.unreadable
    if truth and unreadable and ("*" in unreadable or not unreadable.isdisjoint(rule.concepts)):
        truth, reason = None, "record_unreadable"
    parts = tuple(
        ComponentFinding(part.component, evaluate(part.condition, context)) for part in rule.components
    )
    return CategoryFinding(rule.category, truth, reason, finding, parts)


def _decide(findings: tuple[CategoryFinding, ...]) -> tuple[tuple[str, ...], str]:
    """The categories that are possible, and the reason of the first that is open, else of the one that decided."""
    possible: list[str] = []
    opened = ""
    reason = "stated"
    for each in findings:
        if each.truth is False:
            reason = each.reason
            continue
        possible.append(each.category.id)
        if each.truth:
            reason = each.reason if each.finding is not None else reason
            break
        opened = opened or each.reason
    return tuple(possible), opened or reason
