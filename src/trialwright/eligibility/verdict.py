"""One person judged: a verdict per criterion with reason, evidence and margin, and the overall verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trialwright.logic import nodes as n
from trialwright.logic.finding import NONE, Bounds, Finding, known
from trialwright.logic.interpreter import Context, Setting, evaluate, known_rows
from trialwright.record.fact import Fact, Person
from trialwright.study.rules import Rule, Warned
from trialwright.terms.truth import Truth, negate

CriterionVerdict = Literal["pass", "fail", "unknown", "not_assessed"]
OverallVerdict = Literal["eligible", "ineligible", "undetermined"]
Mode = Literal["search", "screening"]


@dataclass(frozen=True, slots=True)
class Margin:
    """How far the deciding value lies from its limit: positive on the passing side, in `unit`."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Assessed:
    """One criterion judged for one person; `finding` is what the rule gave, before the person's point of view."""

    rule: Rule
    verdict: CriterionVerdict
    reason: str
    finding: Finding | None
    warnings: tuple[Warned, ...] = ()

    @property
    def id(self) -> str:
        """The criterion's id."""
        return self.rule.id

    @property
    def evidence(self) -> tuple[Fact, ...]:
        """The facts the verdict rests on, in the order in which the rule reads them."""
        if self.finding is None:
            return ()
        return tuple(dict.fromkeys(fact for leaf in self.finding.leaves() for fact in leaf.facts))

    @property
    def margin(self) -> Margin | None:
        """How far the number that decided lies from its limit, where the verdict is certain; None if none decided."""
        if self.finding is None or self.verdict not in ("pass", "fail"):
            return None
        found = leading_distance(self.finding)
        if found is None:
            return None
        distance, _, unit = found
        return Margin(distance if self.verdict == "pass" else -distance, unit)


Distance = tuple[float, float, str]
"""How far a number lies from its limit, the same relative to the limit, and its unit."""


def leading_distance(finding: Finding) -> Distance | None:
    """The distance of the limb that leads a certain finding; None where that limb rests on no recorded number.

    Where all limbs are needed (an `and` that holds, an `or` that does not), the one nearest to its limit: it would
    turn first. Where one limb suffices (an `or` that holds, an `and` that does not), the first that does, which also
    gives the finding its reason and value: another one changes nothing. Where an excuse decides, the excuse: the number
    it excuses lies on the other side.
    """
    parts = finding.parts
    match finding.leaf:
        case n.And() if finding.truth:
            return _nearest(parts)
        case n.Or() if not finding.truth:
            return _nearest(parts)
        case n.Unless() if len(parts) == 2:  # the condition holds, so the excuse was asked
            return _nearest(parts) if finding.truth else leading_distance(parts[1])
    return leading_distance(parts[0]) if parts else limit_distance(finding)


def _nearest(parts: Sequence[Finding]) -> Distance | None:
    found = [each for each in map(leading_distance, parts) if each is not None]
    return min(found, key=lambda each: each[1], default=None)


def limit_distance(leaf: Finding) -> Distance | None:
    """The distance of a comparison's deciding value from its limit; None of silence, which is no number."""
    node, bounds = leaf.leaf, leaf.bounds
    if not isinstance(node, n.Compare) or not isinstance(node.right, n.Literal) or leaf.value is None:
        return None
    if bounds is None or bounds.there == NONE or (n.rests_on_records(node.left) and not bounds.facts):
        return None
    distance = abs(leaf.value - node.right.value)
    unit = "ULN" if isinstance(node.left, n.Pick) and node.left.quantity == "ratio" else unit_name(node.left)
    return distance, distance / max(abs(node.right.value), 1e-12), unit


def unit_name(number: n.Number) -> str:
    """Where the unit of a number is to be looked up: the concept, or the formula's own unit behind '='."""
    match number:
        case n.Formula(unit=unit):
            return "=" + unit
        case n.Age():
            return "=a"
        case n.Course(concept=concept, measure=measure):
            return {"days": "=d", "max_daily_dose": concept}.get(measure, concept + "|total")
        case n.StandIn(n.Pick(concept=concept)) | n.Pick(concept=concept) | n.Score(concept=concept):
            return concept
        case n.Arithmetic(left=left):
            return unit_name(left)
    return "="


def is_assessed(rule: Rule, setting: Setting) -> bool:
    """Whether a criterion is judged at all: a search of records leaves to an investigator what only one can judge."""
    return not rule.criterion.judgement or setting.mode != "search"


def verdict_on(rule: Rule, context: Context) -> CriterionVerdict:
    """The verdict alone of a criterion that is assessed."""
    finding = evaluate(rule.condition, context)
    return verdict_of(finding.truth, finding.reason, rule, context.person.unreadable)[0]


def judge(rule: Rule, person: Person, context: Context) -> Assessed:
    """Judge one criterion in a context."""
    if not is_assessed(rule, context.setting):
        return Assessed(rule, "not_assessed", "judgement", None)
    finding = evaluate(rule.condition, context)
    verdict, reason = verdict_of(finding.truth, finding.reason, rule, person.unreadable)
    warnings = tuple(warned for warned in rule.warnings if evaluate(warned.condition, context).truth is True)
    return Assessed(rule, verdict, reason, finding, warnings)


def verdict_of(
    truth: Truth, reason: str, rule: Rule, unreadable: frozenset[str]
) -> tuple[CriterionVerdict, str]:
    """From the truth of the rule to the verdict, seen from the person's chance to join."""
    good = truth if rule.inclusion else negate(truth)
    if good is False:
        return "fail", "value_out_of_range" if reason == "value" else reason
    if unreadable and rule.concepts and ("*" in unreadable or not unreadable.isdisjoint(rule.concepts)):
        return "unknown", "record_unreadable"
    if good is None:
        return "unknown", reason
    return "pass", "in_range" if reason == "value" else reason


def overall(verdicts: Sequence[CriterionVerdict]) -> OverallVerdict:
    """Ineligible if any fails, else undetermined if any is unknown, else eligible."""
    if "fail" in verdicts:
        return "ineligible"
    return "undetermined" if "unknown" in verdicts else "eligible"


def is_dead(person: Person, on: date) -> bool:
    """Recorded dead on or before a day: undated, or with any possible day on or before it."""
    return person.death is not None and person.death[0] <= on


def start(person: Person, *, on: date, setting: Setting, day: date | None = None) -> Context:
    """The context of one person on a day, with the facts dated on or before `on`."""
    return Context(person, day or on, on, setting, known_rows(person, on))


def assess_person(
    person: Person, rules: Sequence[Rule], *, on: date, setting: Setting
) -> tuple[OverallVerdict, tuple[Assessed, ...]]:
    """Judge every criterion of one person on a day, in protocol order."""
    context = start(person, on=on, setting=setting)
    assessed = tuple(judge(rule, person, context) for rule in rules)
    if is_dead(person, on):
        return "ineligible", assessed
    return overall([each.verdict for each in assessed]), assessed


def shown_value(bounds: Bounds | None) -> float | None:
    """A number to show, or None where only its limits are known."""
    if bounds is None or bounds.low != bounds.high:
        return None
    return known(bounds.low)


__all__ = [
    "Assessed",
    "CriterionVerdict",
    "Margin",
    "Mode",
    "OverallVerdict",
    "assess_person",
    "is_assessed",
    "is_dead",
    "judge",
    "overall",
    "start",
    "verdict_of",
    "verdict_on",
]
