"""Eligibility of a participant at the bedside, as events keep it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from trialwright.conduct.trial import View
from trialwright.eligibility.verdict import Assessed, OverallVerdict, assess_person
from trialwright.logic.interpreter import Setting
from trialwright.record.event import Entered
from trialwright.record.participant import Participant
from trialwright.record.raw import RawFact
from trialwright.study.model import Study
from trialwright.study.prose.findings import say
from trialwright.study.prose.words import Words
from trialwright.study.rules import FORMULAS, Eligibility
from trialwright.study.situation import type_participant
from trialwright.terms.message import Message, message


@dataclass(frozen=True, slots=True)
class Judged:
    """All criteria of a participant on a day."""

    verdict: OverallVerdict
    criteria: tuple[Assessed, ...]

    def written(self) -> dict[str, Any]:
        """What an event keeps: verdict, reason, reading and the ids of the facts it rests on, by criterion."""
        return {
            each.id: {
                "verdict": each.verdict,
                "reason": each.reason,
                "reading": each.rule.name,
                "facts": list(dict.fromkeys(fact.fact for fact in each.evidence)),
            }
            for each in self.criteria
        }

    def problems(self, study: Study) -> tuple[Message, ...]:
        """A sentence for every criterion that does not pass: that it fails or is open, and what decides it."""
        words = Words(study)
        return tuple(
            say_criterion(each, words) for each in self.criteria if each.verdict in ("fail", "unknown")
        )


def say_criterion(each: Assessed, words: Words) -> Message:
    """One criterion that does not pass: that it fails or is open, and what decides it."""
    return message(
        "{id} ({title}) fails: {found}" if each.verdict == "fail" else "{id} ({title}) is open: {found}",
        id=each.id,
        title=each.rule.criterion.title,
        found=say(each.verdict, each.reason, each.finding, words),
    )


def assess_participant(
    view: View, participant: Participant, *, on: date, more: Iterable[RawFact] = ()
) -> Judged:
    """Judge a participant in screening mode on a day, from everything recorded and `more` facts of records."""
    return assess_record(view.definition, view.eligibility, with_record(participant, more), on=on)


def assess_record(study: Study, eligibility: Eligibility, participant: Participant, *, on: date) -> Judged:
    """Judge what is recorded of a participant in screening mode on a day, by a definition and its criteria."""
    setting = Setting("screening", FORMULAS)
    person = type_participant(study, participant)
    verdict, criteria = assess_person(person, eligibility.chosen(), on=on, setting=setting)
    return Judged(verdict, criteria)


def with_record(participant: Participant, more: Iterable[RawFact]) -> Participant:
    """The participant with further facts of records; one that is known already stays as it was."""
    known = {fact.fact for fact in participant.record}
    return replace(
        participant, record=(*participant.record, *(fact for fact in more if fact.fact not in known))
    )


def written_fact(fact: RawFact) -> dict[str, Any]:
    """A fact of somebody's records as an event keeps it; what people wrote stands as entered text."""
    return {
        "fact": fact.fact,
        "kind": fact.kind,
        "concept": fact.concept,
        "code": fact.code,
        **{name: Entered(getattr(fact, name)) for name in ("value", "unit", "low", "high", "start", "end")},
        "status": fact.status,
        "route": fact.route,
    }
