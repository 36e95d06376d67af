"""Where a study stands against its stopping rules: who counts, who had the event, whether to stop.

The boundary itself, and what it does at a given true rate, are in `safety.boundary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from trialwright.logic import nodes as n
from trialwright.logic.interpreter import Context, evaluate
from trialwright.record.participant import Participant
from trialwright.safety.boundary import compute_probability, plan_boundary
from trialwright.safety.rules import SafetyPlan, StoppingRule
from trialwright.safety.trace import fact_positions
from trialwright.study.rules import concepts_of
from trialwright.study.safety import BetaBinomialStopping
from trialwright.study.situation import open_context
from trialwright.terms.compare import greater
from trialwright.terms.truth import Truth, all_of


class Counted(NamedTuple):
    """One participant against a stopping rule: whether counted, whether with the event, with the reason where open.

    `positions`: the ledger events it rests on; `facts`: the ids of what was read.
    """

    participant: str
    counted: Truth
    event: Truth
    reason: str
    positions: tuple[int, ...] = ()
    facts: tuple[str, ...] = ()


class Crossing(NamedTuple):
    """The first day on which a stopping rule certainly said to stop, and the counts of that day."""

    day: date
    participants: int
    events: int


class StoppingStatus(NamedTuple):
    """Where a study stands against a stopping rule.

    `participants`, `events`: counted for certain; `open`: those of whom it is not known whether they count or had the
    event. `boundary`: the number of events at which to stop at this number of participants. `probability`: that the true
    rate exceeds the limit; None where nobody is counted. `stop`: None where the open ones decide; then `reasons` say why.
    `crossed`: when the boundary was first reached; then the answer stays to stop, however many are counted since.
    """

    rule: BetaBinomialStopping
    participants: int
    events: int
    boundary: int | None
    probability: float | None
    stop: Truth
    open: tuple[Counted, ...]
    reasons: tuple[str, ...]
    counted: tuple[Counted, ...]
    crossed: Crossing | None = None


def follow_stopping(
    plan: SafetyPlan, rule: StoppingRule, participants: Iterable[Participant], *, on: date
) -> StoppingStatus:
    """Judge a stopping rule as of a day, and find when its boundary was first reached.

    The operating characteristics of a boundary hold for a study that stops the first time it is reached: two of three
    stay a reason to stop when four more without the event have been counted.
    """
    everyone = tuple(participants)
    status = assess_stopping(rule.rule, derive_counted(plan, rule, everyone, on=on))
    crossed = find_crossing(plan, rule, everyone, on=on)
    return status if crossed is None else status._replace(stop=True, crossed=crossed)


def find_crossing(
    plan: SafetyPlan, rule: StoppingRule, participants: Iterable[Participant], *, on: date
) -> Crossing | None:
    """Find the first day up to `on` on which the rule certainly said to stop; None where there was none.

    The days are those of what is on record now, not those on which it was entered. Each participant is judged anew only on
    days on which something of theirs that the rule reads begins.
    """
    reads = concepts_of(rule.population) | concepts_of(rule.event)
    changes: dict[date, dict[str, Counted]] = {}
    for participant in participants:
        for day in _days_of_change(plan, participant, reads, on):
            changes.setdefault(day, {})[participant.id] = _count(plan, rule, participant, day)
    now: dict[str, Counted] = {}
    for day in sorted(changes):
        now |= changes[day]
        status = assess_stopping(rule.rule, now.values())
        if status.stop:
            return Crossing(day, status.participants, status.events)
    return None


def _days_of_change(
    plan: SafetyPlan, participant: Participant, reads: frozenset[str], on: date
) -> Iterator[date]:
    context = open_context(plan.study, participant, on=on)
    facts = (fact for concept in reads for fact in context.facts(concept))
    days = {day for fact in facts for day in (fact.start_low, fact.start_high)}
    days |= {occasion.day for occasion in context.named.values()}
    yield from (day for day in days if day <= on)


def assess_stopping(rule: BetaBinomialStopping, counted: Iterable[Counted]) -> StoppingStatus:
    """Judge a stopping rule from everybody it might count.

    The study must stop for certain only if it must whatever the open answers turn out to be, and need not for certain
    only if it need not whatever they are.
    """
    everyone = tuple(counted)
    sure = tuple(each for each in everyone if each.counted and each.event is not None)
    open_ = tuple(each for each in everyone if each.counted is None or (each.counted and each.event is None))
    participants, events = len(sure), sum(1 for each in sure if each.event)
    answers = {_stops(rule, *totals) for totals in _possible(participants, events, open_)}
    return StoppingStatus(
        rule,
        participants,
        events,
        plan_boundary(rule, largest=participants)[-1] if participants else None,
        _probability(rule, participants, events) if participants else None,
        answers.pop() if len(answers) == 1 else None,
        open_,
        tuple(dict.fromkeys(each.reason for each in open_ if each.reason)),
        sure,
    )


def _possible(participants: int, events: int, open_: Iterable[Counted]) -> set[tuple[int, int]]:
    """Every pair of totals that the open answers leave possible."""
    totals = {(participants, events)}
    for each in open_:
        counts = (True,) if each.counted else (False, True)
        has = (False, True) if each.event is None else (each.event,)
        steps = {(int(counted), int(counted and event)) for counted in counts for event in has}
        totals = {(n + more, s + found) for n, s in totals for more, found in steps}
    return totals


def _stops(rule: BetaBinomialStopping, participants: int, events: int) -> bool:
    return participants > 0 and greater(_probability(rule, participants, events), float(rule.cut))


def _probability(rule: BetaBinomialStopping, participants: int, events: int) -> float:
    return compute_probability(
        events, participants, a=float(rule.prior_a), b=float(rule.prior_b), rate=float(rule.rate)
    )


def derive_counted(
    plan: SafetyPlan, rule: StoppingRule, participants: Iterable[Participant], *, on: date
) -> tuple[Counted, ...]:
    """Judge who counts for a stopping rule and who has had its event, as known on a day, one row a participant."""
    return tuple(_count(plan, rule, each, on) for each in participants)


def _count(plan: SafetyPlan, rule: StoppingRule, participant: Participant, on: date) -> Counted:
    context = open_context(plan.study, participant, on=on)
    in_arm, of_arm = _in_arm(rule.rule, participant)
    member, of_member, first = _judge(rule.population, context)
    event, of_event, second = _judge(rule.event, context)
    # Named days such as week 0 depend on the arm: where it is not known, a "no" of the population says nothing.
    counted = None if in_arm is None else all_of((in_arm, member))
    why = of_arm if in_arm is None else of_member
    positions = fact_positions(participant)
    read = tuple(dict.fromkeys((*first, *second)))
    return Counted(
        participant.id,
        counted,
        event,
        why if counted is None else of_event if event is None and counted else "",
        tuple(sorted({positions[fact] for fact in read if fact in positions})),
        read,
    )


def _in_arm(rule: BetaBinomialStopping, participant: Participant) -> tuple[Truth, str]:
    if not rule.arms:
        return True, ""
    if participant.allocated is None:
        return False, ""
    return (participant.arm in rule.arms, "") if participant.arm else (None, "arm_unknown")


def _judge(condition: n.Condition, context: Context) -> tuple[Truth, str, tuple[str, ...]]:
    """A condition's truth with its reason and the facts it rests on; an unreadable record is not silence."""
    finding = evaluate(condition, context)
    facts = tuple(fact.fact for leaf in finding.leaves() for fact in leaf.facts)
    if finding.truth is False and not concepts_of(condition).isdisjoint(context.person.unreadable):
        return None, "record_unreadable", facts
    return finding.truth, finding.reason, facts
