"""What a proposal is made from: one participant, one intervention, one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trialwright.conduct.dosing.amounts import Amount, read_amount
from trialwright.conduct.dosing.present import Present, read_present
from trialwright.logic.interpreter import Context
from trialwright.record.participant import Participant
from trialwright.study.anchors import AnchorDay, derive_anchors
from trialwright.study.conduct_rules import RegimenRules, lower_conduct
from trialwright.study.design import Intervention
from trialwright.study.model import Study
from trialwright.study.prose.words import Words
from trialwright.study.regimen import DayRule, Regimen
from trialwright.study.schedule import parse_offset
from trialwright.study.situation import open_context


@dataclass(frozen=True, slots=True)
class Case:
    """One participant, one intervention with its regimen, one day; `encounter`: the visit, None for none."""

    study: Study
    participant: Participant
    intervention: Intervention
    regimen: Regimen
    rules: RegimenRules
    on: date
    encounter: str | None
    words: Words
    context: Context
    present: Present
    anchors: Mapping[str, AnchorDay]

    def rule(self, part: str) -> str:
        """The id of a part of the regimen, as the ledger keeps it with the dose."""
        return f"{self.intervention.id}/{part}"

    def day(self, rule: DayRule) -> date | None:
        """A day of the regimen; None while its anchor is not known."""
        anchor = self.anchors[rule.anchor].day
        return parse_offset(rule.at).after(anchor) if anchor is not None else None

    def limit(self, text: str | None) -> Amount | None:
        """A limit of the regimen, if there is one."""
        return read_amount(text) if text else None


def open_case(
    study: Study, participant: Participant, intervention: Intervention, *, on: date, encounter: str | None
) -> Case | None:
    """Gather what a proposal is made from; None where the definition has no computable dosing.

    Raises `StudyInvalid` for rules that cannot be understood.
    """
    if intervention.regimen is None:
        return None
    return Case(
        study,
        participant,
        intervention,
        intervention.regimen,
        lower_conduct(study).regimens[intervention.id],
        on,
        encounter,
        Words(study),
        open_context(study, participant, on=on),
        read_present(participant, intervention.id, on=on),
        derive_anchors(study, participant),
    )
