"""What each analysis set is, and whose place in it is not known."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.analysis.plan.population import is_open
from trialwright.endpoints.sets import Membership
from trialwright.reports.trial.data import TrialData
from trialwright.reports.words import reason_words
from trialwright.terms.message import Message, message


def explain_sets(data: TrialData) -> Iterator[Message]:
    """Say what each analysis set of the plan is, and how many are left out because their place is not known."""
    for each in data.plan.sets:
        if each.description:
            yield message("{set}: {description}", set=each.title, description=each.description)
    for each in data.plan.sets:
        yield from explain_open(data, each.id)


def explain_open(data: TrialData, name: str) -> Iterator[Message]:
    """Say of how many it is not known whether they belong to a set, and, unless arms are hidden, in which arm."""
    title = next(each.title for each in data.plan.sets if each.id == name)
    found = [members[name] for members in data.cohort.sets.values() if is_open(members[name])]
    unknown = [each for each in found if each.truth is None]
    if unknown:
        yield message(
            "{set}: of {count} it is not known whether they belong to it; they are not counted: {who}.",
            set=title,
            count=len(unknown),
            who=tuple(_person(each) for each in unknown),
        )
    without = [each.participant for each in found if each.truth]
    if without and not data.blind:
        yield message(
            "{set}: {count} belong to it, but in which arm is not known; they are in no comparison: {who}.",
            set=title,
            count=len(without),
            who=tuple(without),
        )


def _person(member: Membership) -> Message:
    return message("{id} ({reason})", id=member.participant, reason=reason_words(member.reason))
