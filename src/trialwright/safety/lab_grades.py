"""Laboratory grades of a participant: every result, whether it is new since the baseline, and the worst of each term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from trialwright.logic import nodes as n
from trialwright.logic.finding import NONE
from trialwright.logic.interpreter import Context, Occasion, evaluate, evaluate_number
from trialwright.record.fact import ConceptType, Fact
from trialwright.record.participant import Participant
from trialwright.safety.grading import assess_grade
from trialwright.safety.reasons import leading
from trialwright.safety.rules import GradedRule, SafetyPlan
from trialwright.safety.trace import fact_positions
from trialwright.study.rules import concept_types
from trialwright.study.safety import GradedTerm
from trialwright.study.situation import open_context
from trialwright.terms.message import Text
from trialwright.terms.truth import Truth, all_of


class Graded(NamedTuple):
    """A grade by the number, as an interval: `value` 0 to 4, None where `lowest` and `highest` differ, for a `reason`."""

    value: int | None
    lowest: int
    highest: int
    reason: str = ""


class LabGrade(NamedTuple):
    """One result with its grade.

    `version`: of the standard, '' where the study states the grades itself. `baseline`: the baseline result, `before`
    its own grade. `on_treatment`: dated after the baseline anchor. `emergent`: on treatment and, for terms counted from
    the baseline, of a higher grade than it. `position`: the ledger event that states the result, None for one that came
    with the person's records. `clinical`: what would raise the grade in a clinician's judgement.
    """

    participant: str
    term: GradedTerm
    version: str
    fact: Fact
    position: int | None
    grade: Graded
    baseline: Fact | None
    before: Graded
    on_treatment: Truth
    emergent: Truth
    clinical: tuple[tuple[int, Text], ...] = ()


class WorstGrade(NamedTuple):
    """The worst treatment-emergent grade of a term: 0 where none is; `results` on treatment it was chosen from.

    `row`: the result that has it, None where there is none or it is not known which.
    """

    participant: str
    term: GradedTerm
    grade: Graded
    before: Graded
    results: int
    row: LabGrade | None


NOT_GRADED = Graded(None, 0, 4, "no_record")


def derive_lab_grades(plan: SafetyPlan, participant: Participant, *, on: date) -> tuple[LabGrade, ...]:
    """Grade every result of the study's graded terms that is known on a day, in the order of safety.yaml and of days.

    The baseline is that of the analysis plan (see `GradedRule`).
    A result of the baseline's anchor day is on treatment only if it is known to be of a later hour than the first dose.
    Raises `UnknownStandard` for a term, version or standard whose limits are not held (`check_safety` finds it before).
    """
    context = open_context(plan.study, participant, on=on)
    types = concept_types(plan.study)
    positions = fact_positions(participant)
    return tuple(
        row
        for rule in plan.terms
        for row in _grade_term(rule, plan, participant, context, types[rule.term.concept], positions)
    )


def _grade_term(
    rule: GradedRule,
    plan: SafetyPlan,
    participant: Participant,
    context: Context,
    concept: ConceptType,
    positions: Mapping[str, int],
) -> Iterator[LabGrade]:
    term = rule.term
    baseline, why = _find_baseline(rule.baseline, context)
    grader = _Grader(rule, plan, participant, context, concept, baseline, why)
    before = grader.grade(baseline)[0] if baseline else Graded(None, 0, 4, why)
    start = _anchor(plan.baseline, context)
    for fact in sorted(context.facts(term.concept), key=lambda each: (each.start_low, each.fact)):
        grade, clinical = grader.grade(fact)
        treated = _after(fact, start)
        higher = _exceeds(grade, before) if term.from_baseline else _exceeds(grade, Graded(0, 0, 0))
        yield LabGrade(
            context.person.person,
            term,
            grader.version,
            fact,
            positions.get(fact.fact),
            grade,
            baseline,
            before,
            treated,
            all_of((treated, higher)),
            clinical,
        )


class _Grader(NamedTuple):
    """Grades the results of one participant for one term."""

    rule: GradedRule
    plan: SafetyPlan
    participant: Participant
    context: Context
    concept: ConceptType
    baseline: Fact | None
    why: str

    @property
    def version(self) -> str:
        """The version of the standard, '' for grades of the study's own."""
        if self.rule.steps or not self.plan.study.safety or not self.plan.study.safety.grading:
            return ""
        return self.rule.term.version or self.plan.study.safety.grading.version

    def grade(self, fact: Fact) -> tuple[Graded, tuple[tuple[int, Text], ...]]:
        """The grade of a result, and what a clinician may add to it."""
        safety = self.plan.study.safety
        if self.rule.steps or safety is None or safety.grading is None:
            return self._by_rules(fact), ()
        found = assess_grade(
            self.rule.term.term or "",
            fact=fact,
            baseline=self.baseline,
            concept=self.concept,
            standard=safety.grading.standard,
            version=self.version,
        )
        reason = self.why if found.reason == "no_baseline" and self.why else found.reason
        return Graded(found.value, found.lowest, found.highest, reason), found.clinical

    def _by_rules(self, fact: Fact) -> Graded:
        """The highest of the study's own grades whose rule holds on the day of the result."""
        if not fact.exact_day:
            return Graded(None, 0, 4, "date_missing" if fact.undated else "date_imprecise")
        context = open_context(
            self.plan.study, self.participant, on=fact.start_low, person=self.context.person
        )
        lowest = highest = 0
        reasons: list[str] = []
        for step, condition in self.rule.steps:
            finding = evaluate(condition, context)
            if finding.truth:
                lowest = highest = step
                reasons.clear()
            elif finding.truth is None:
                highest = step
                reasons.append(finding.reason)
        known = lowest if lowest == highest else None
        return Graded(known, lowest, highest, leading(reasons))


def _find_baseline(pick: n.Pick | None, context: Context) -> tuple[Fact | None, str]:
    """The baseline result, or why there is none, or why it is not known which it is."""
    if pick is None:
        return None, "no_baseline"
    bounds = evaluate_number(pick, context)
    if bounds.there == NONE or bounds.low_fact is None:
        return None, bounds.why or "no_baseline"
    if bounds.low_fact is bounds.high_fact:
        return bounds.low_fact, ""
    return None, bounds.why or "date_imprecise"


def _anchor(window: n.Window | None, context: Context) -> Occasion | None:
    """The day from which treatment counts: the anchor of the baseline."""
    anchor = window.anchor if window else None
    return context.named.get(anchor.name) if isinstance(anchor, n.NamedDay) else None


def _after(fact: Fact, start: Occasion | None) -> Truth:
    if start is None:
        return False
    if fact.fact in start.left_out or fact.start_low > start.day:
        return True
    return False if fact.start_high <= start.day else None


def _exceeds(grade: Graded, before: Graded) -> Truth:
    if grade.lowest > before.highest:
        return True
    return False if grade.highest <= before.lowest else None


def derive_worst_grades(rows: Iterable[LabGrade]) -> tuple[WorstGrade, ...]:
    """Take the worst treatment-emergent grade of each participant and term, in the order of the rows.

    A term of which nothing was measured on treatment is not graded (`no_record`), which is not grade 0.
    """
    grouped: dict[tuple[str, str], list[LabGrade]] = {}
    for row in rows:
        grouped.setdefault((row.participant, row.term.id), []).append(row)
    return tuple(_worst(found) for found in grouped.values())


def _worst(rows: Sequence[LabGrade]) -> WorstGrade:
    first = rows[0]
    treated = [row for row in rows if row.on_treatment is not False]
    if not treated:
        return WorstGrade(first.participant, first.term, NOT_GRADED, first.before, 0, None)
    sure = [row for row in treated if row.emergent]
    maybe = [row for row in treated if row.emergent is not False]
    lowest = max((row.grade.lowest for row in sure), default=0)
    highest = max((row.grade.highest for row in maybe), default=0)
    if lowest == highest:
        row = next((row for row in sure if row.grade.lowest == lowest), None)
        grade = Graded(lowest, lowest, highest)
    else:
        row = None
        grade = Graded(
            None, lowest, highest, leading(_why(each) for each in maybe if each.grade.highest > lowest)
        )
    return WorstGrade(first.participant, first.term, grade, first.before, len(treated), row)


def _why(row: LabGrade) -> str:
    """Why a result leaves the worst grade open: its own grade, its day, or the grade of the baseline."""
    if row.grade.reason:
        return row.grade.reason
    if row.on_treatment is None:
        return "date_missing" if row.fact.undated else "date_imprecise"
    return row.before.reason
