"""Who has no answer under an estimand, and what became of them: counted by a strategy all the same, or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from trialwright.analysis.plan.population import Analysed
from trialwright.endpoints.landmark import COMPOSITE
from trialwright.endpoints.reasons import reason_text
from trialwright.endpoints.response import assess_response
from trialwright.reports.trial.data import TrialData
from trialwright.study.analysis import Estimand
from trialwright.terms.message import Message, Text, message

OBSERVED_ONLY = ("hypothetical", "principal_stratum")
"""The strategies that put nothing in the place of a missing answer: whoever has none is left out."""


def shown_title(estimand: Estimand) -> Message | Text:
    """An estimand as tables of counts name it: one that only counts who has an answer says so."""
    if any(each.strategy in OBSERVED_ONLY for each in estimand.intercurrent_events):
        return message("{estimand} (observed cases)", estimand=estimand.title)
    return estimand.title


def explain_undecided(data: TrialData, estimands: Sequence[Estimand]) -> Iterator[Message]:
    """Say of whom an answer is known in one row and missing in another: in one of some categories, not known in which.

    Such rows may not add up: whoever is in complete or partial response counts in the overall response, and, for want of
    an answer, in neither of the two, nor as non-response, of which it is known that it is not so. That is said where
    no single category would be counted as these people are.
    """
    asked = [each for each in estimands if each.response and each.counted == "at_encounter"]
    groups: dict[tuple[object, ...], list[Estimand]] = {}
    for each in asked:
        alike = (each.response, each.reading, each.baseline, each.population, each.encounter, each.arms)
        groups.setdefault(alike, []).append(each)
    for together in groups.values():
        found: dict[tuple[str, ...], list[Analysed]] = {}
        for one in data.cohort.population(together[0]).analysed:
            possible = _possible(data, together, one.row.participant)
            if possible:
                found.setdefault(possible, []).append(one)
        for possible, people in found.items():
            yield _undecided(data, together, possible, people)


def _possible(data: TrialData, estimands: Sequence[Estimand], participant: str) -> tuple[str, ...]:
    """The categories between which somebody is open, where that decides some of the estimands and not others."""
    rows = {each.id: data.cohort.row(each, participant) for each in estimands}
    missing = [each for each in estimands if rows[each.id].reason in COMPOSITE.values()]
    seen = [each for each in missing if rows[each.id].visit]
    if not seen or not any(rows[each.id].reason == "observed" for each in estimands):
        return ()
    first = seen[0]
    assessed = assess_response(
        data.followed(participant),
        rows[first.id].visit or "",
        response=first.response,
        reading=first.reading,
        plan=data.rules.of(first),
    )
    return assessed.possible if len(assessed.possible) > 1 else ()


def _undecided(
    data: TrialData, estimands: Sequence[Estimand], possible: Sequence[str], people: Sequence[Analysed]
) -> Message:
    first = estimands[0]
    reading = data.rules.of(first).responses[first.response or ""].reading(first.reading)
    titles = {each.category.id: each.category.title for each in reading.categories}
    ids = {one.row.participant for one in people}
    counted: dict[bool, list[Text]] = {True: [], False: []}
    values: list[tuple[Estimand, bool]] = []
    for each in estimands:
        found = {one.row.value for one in data.cohort.population(each).analysed if one.row.participant in ids}
        if len(found) == 1 and None not in found:
            values.append((each, 1.0 in found))
            counted[1.0 in found].append(each.title)
    told = {
        "categories": tuple(titles[id] for id in possible),
        "arms": _by_arm(first, people, data.cohort.population(first).analysed),
        "yes": tuple(counted[True]) or message("none"),
        "no": tuple(counted[False]) or message("none"),
    }
    if any(all((id in each.categories) == value for each, value in values) for id in titles):
        return message(
            "In one of these categories, not known in which: {categories}: {arms}. Counted as yes in: {yes}. Counted as no, by the rule for a missing answer or because it is known not to be so, in: {no}.",
            **told,
        )
    present = {one.arm for one in people}
    return message(
        "In one of these categories, not known in which: {categories}: {arms}. Counted as yes in: {yes}. Counted as no, by the rule for a missing answer or because it is known not to be so, in: {no}. The rows of {where} therefore do not add up.",
        where=tuple(arm for arm in first.arms if arm in present),
        **told,
    )


def explain_unanswered(data: TrialData, estimands: Sequence[Estimand]) -> Iterator[Message]:
    """Say of every estimand who counts without an answer, and who has none and does not count, by arm and reason."""
    for each in estimands:
        yield from _counted_without(data, each)
    for each in estimands:
        yield from _left_out(data, each)
    if any(shown_title(each) != each.title for each in estimands):
        yield message(
            "Observed cases: nothing is put in the place of an answer that is missing; whoever has none is left out of numerator and denominator."
        )


def _counted_without(data: TrialData, estimand: Estimand) -> Iterator[Message]:
    """Who counts by the strategy for a missing answer alone, a note for each rule that was applied."""
    analysed = data.cohort.population(estimand).analysed
    for reason in COMPOSITE.values():
        found = [one for one in analysed if one.row.reason == reason]
        if found:
            yield message(
                "{estimand}: counted without an answer: {arms}. The rule: {rule}. Why there is none: {reasons}.",
                estimand=estimand.title,
                arms=_by_arm(estimand, found, analysed),
                rule=reason_text(reason),
                reasons=_reasons(one.row.detail for one in found),
            )


def _left_out(data: TrialData, estimand: Estimand) -> Iterator[Message]:
    analysed = data.cohort.population(estimand).analysed
    found = [one for one in analysed if one.row.value is None]
    if found:
        yield message(
            "{estimand}: not counted for want of an answer: {arms}. Why there is none: {reasons}.",
            estimand=estimand.title,
            arms=_by_arm(estimand, found, analysed),
            reasons=_reasons(one.row.reason for one in found),
        )
    early = [one for one in found if one.row.reason == "pending" and one.row.detail == "happened"]
    if early:
        yield message(
            "{estimand}: it has happened already to some who are not due yet: {arms}. They are counted when they are due, together with those to whom it has not happened; counting them now would make the shares too high.",
            estimand=estimand.title,
            arms=_by_arm(estimand, early, analysed),
        )


def _by_arm(
    estimand: Estimand, found: Iterable[Analysed], analysed: Iterable[Analysed]
) -> tuple[Message, ...]:
    counts, sizes = (Counter(one.arm for one in people) for people in (found, analysed))
    return tuple(
        message("{arm} {count} of {total}", arm=arm, count=counts[arm], total=sizes[arm])
        for arm in estimand.arms
    )


def _reasons(codes: Iterable[str]) -> tuple[Message, ...]:
    """Each reason with how often it is given, the most frequent first."""
    return tuple(
        message("{reason} ({count})", reason=reason_text(code) if code else message("not known"), count=count)
        for code, count in Counter(codes).most_common()
    )
