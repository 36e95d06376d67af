"""What another analysis set leaves out of a sensitivity analysis, and what lies between its extremes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialwright.endpoints.landmark import COMPOSITE
from trialwright.logic.interpreter import evaluate
from trialwright.reports.trial.data import TrialData
from trialwright.study.analysis import AnalysisSet, Estimand
from trialwright.terms.message import Message, Text, message

RATED = "major_deviation_"
"""How the concepts begin that say a deviation was rated major."""
TIPPING_POINT = "tipping_point"


def explain_sets_compared(data: TrialData, estimands: Sequence[Estimand]) -> Iterator[Message]:
    """Say of every other set how many of the primary one it leaves out, and why it leaves out nobody."""
    primary = estimands[0]
    sets = {each.id: each for each in data.plan.sets}
    everyone = data.cohort.members(primary.population)
    for other in dict.fromkeys(
        each.population for each in estimands[1:] if each.endpoint == primary.endpoint
    ):
        if other == primary.population:
            continue
        inside = data.cohort.members(other)
        outside = [id for id in everyone if id not in inside]
        if outside:
            yield message(
                "{set}: leaves out {count} of {total}: {arms}. Why stands in the flow of participants.",
                set=sets[other].title,
                count=len(outside),
                total=len(everyone),
                arms=tuple(
                    message("{arm}: {count}", arm=arm, count=sum(everyone[id] == arm for id in outside))
                    for arm in primary.arms
                ),
            )
        else:
            yield from _explain_nobody(data, sets[other], len(everyone))


def _explain_nobody(data: TrialData, other: AnalysisSet, total: int) -> Iterator[Message]:
    absent = _absent(data, other)
    yield message(
        "{set}: leaves out 0 of {total}; none of them has: {what}.",
        set=other.title,
        total=total,
        what=tuple(absent.values()),
    )
    if any(name.startswith(RATED) for name in absent):
        found = [each for own in data.deviations.values() for each in own]
        yield message(
            "Only a deviation that was rated major keeps somebody out of it. On record: {count} deviations, {major} of them rated major, {unrated} not rated.",
            count=len(found),
            major=sum(each.severity == "major" for each in found),
            unrated=sum(not each.severity for each in found),
        )


def _absent(data: TrialData, other: AnalysisSet) -> dict[str, Text]:
    """The concepts that the rule of a set asks for and that no member of it has."""
    labels = {concept.name: concept.label for concept in data.study.concepts}
    rule = data.rules.chosen.sets[other.id]
    inside = data.cohort.members(other.id)
    read: dict[str, bool] = {}
    for one in data.cohort.followed:
        if one.id in inside and rule.condition is not None:
            for leaf in evaluate(rule.condition, one.on_day(one.on)).leaves():
                name = getattr(leaf.leaf, "concept", "")
                read[name] = read.get(name, False) or leaf.truth is not False
    return {name: labels[name] for name, some in read.items() if not some and name in labels}


def explain_between(data: TrialData, primary: Estimand) -> Iterator[Message]:
    """Where answers are missing and the plan has no tipping point: that nothing lies between the extremes."""
    analysed = data.cohort.population(primary).analysed
    missing = any(one.row.value is None or one.row.reason in COMPOSITE.values() for one in analysed)
    if missing and not any(each.method == TIPPING_POINT for each in data.plan.methods):
        yield message(
            "The plan declares no analysis in which only some of the missing answers count as response (a tipping point)."
        )
