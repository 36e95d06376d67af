"""The adjustments of a regimen judged for a participant: which hold, which do not, which are not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from trialwright.conduct.dosing.present import Present
from trialwright.conduct.dosing.proposal import Because
from trialwright.logic.finding import Finding
from trialwright.logic.interpreter import Context, evaluate
from trialwright.study.conduct_rules import RegimenRules
from trialwright.study.prose.findings import say
from trialwright.study.prose.words import Words
from trialwright.study.regimen import DoseAdjustment, Regimen
from trialwright.terms.truth import Truth


class Judged(NamedTuple):
    """One adjustment with what its rule gave."""

    adjustment: DoseAdjustment
    finding: Finding

    @property
    def truth(self) -> Truth:
        """Whether the rule holds; None where that is not known."""
        return self.finding.truth

    def because(self, words: Words) -> tuple[Because, ...]:
        """Why it applies: the protocol's sentence, then what was found."""
        return Because(self.adjustment.because), self.found(words)

    def found(self, words: Words) -> Because:
        """What was found, or what is not known, with the facts."""
        verdict = {True: "fail", False: "pass", None: "unknown"}[self.truth]
        facts = dict.fromkeys(fact.fact for leaf in self.finding.leaves() for fact in leaf.facts)
        return Because(say(verdict, self.finding.reason, self.finding, words), tuple(facts))


def judge_adjustments(
    regimen: Regimen, rules: RegimenRules, present: Present, context: Context
) -> tuple[Judged, ...]:
    """Judge every adjustment that can apply, in the order of the definition.

    A change needs a present dose that is not held; `once_taken` needs any dose. Levels of the target that do not
    certainly belong to the present dose are left out.
    """
    own = _levels_of_present_dose(regimen, present, context)
    return tuple(
        Judged(each, evaluate(rules.adjustments[each.id], own))
        for each in regimen.adjustments
        if _applies(each, present)
    )


def _applies(adjustment: DoseAdjustment, present: Present) -> bool:
    if adjustment.action == "change":
        return present.taken and present.held is None
    return present.taken or not adjustment.once_taken


def _levels_of_present_dose(regimen: Regimen, present: Present, context: Context) -> Context:
    """The same situation without levels that were, or may have been, measured under another dose."""
    if regimen.target is None or not present.taken:
        return context
    name, since = regimen.target.concept, present.since or date.max
    levels = tuple(fact for fact in context.facts(name) if fact.start_low > since)
    rows = {**context.rows, name: levels}
    return replace(context, rows=rows, findings={}, numbers={}, spans={}, anchors={})


def having(judged: Sequence[Judged], *actions: str) -> Iterator[Judged]:
    """The adjustments with one of these actions."""
    return (each for each in judged if each.adjustment.action in actions)
