"""What a report is made from: the definition, everybody at a position of the ledger, the plan carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from trialwright.analysis.plan.population import Cohort
from trialwright.analysis.plan.run import Outcome, carry_out
from trialwright.conduct.deviations import DeviationFound, derive_deviations
from trialwright.conduct.trial import hidden, is_blind
from trialwright.endpoints.follow_up import FollowUp
from trialwright.record.participant import Participant
from trialwright.reports.document import Origin
from trialwright.reports.names import plain_names
from trialwright.reports.trial.versions import VersionInForce
from trialwright.safety.rules import SafetyPlan, lower_safety
from trialwright.study.analysis import AnalysisPlan, Estimand
from trialwright.study.analysis_rules import AnalysisRules, lower_analysis
from trialwright.study.model import Arm, Study
from trialwright.terms.message import Message, Text, message

EVERYONE = "*"
"""The one group of a blind report; no arm has such an id."""


@dataclass(frozen=True)
class TrialData:
    """A trial as of the last event read. `on`: the day of that event, up to which everything is known.

    `blind`: the arms are hidden, so nothing is compared: whoever was unblinded in an emergency has no arm here either,
    and everyone is one group. `locked`: the study takes no more data, so that the report is no interim one.
    `versions`: of the definition, in force at some site up to that day, the oldest first.
    """

    study: Study
    participants: tuple[Participant, ...]
    on: date
    origin: Origin
    blind: bool
    locked: bool = False
    versions: tuple[VersionInForce, ...] = ()

    def __post_init__(self) -> None:
        if self.blind:
            object.__setattr__(self, "participants", tuple(hidden(one) for one in self.participants))

    @cached_property
    def deviations(self) -> Mapping[str, tuple[DeviationFound, ...]]:
        """Everybody's deviations, by participant."""
        return {one.id: derive_deviations(self.study, one, on=self.on) for one in self.participants}

    @cached_property
    def rules(self) -> AnalysisRules:
        """The analysis plan's rules."""
        return lower_analysis(self.study)

    @property
    def plan(self) -> AnalysisPlan:
        """The analysis plan."""
        return self.rules.plan

    @cached_property
    def safety(self) -> SafetyPlan:
        """The safety rules."""
        return lower_safety(self.study)

    @cached_property
    def cohort(self) -> Cohort:
        """Everybody enrolled, with their endpoints."""
        return Cohort(self.rules, self.participants, on=self.on)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The plan carried out."""
        return carry_out(self.plan, self.cohort)

    @cached_property
    def estimand_names(self) -> Mapping[str, str]:
        """What files and figures about an estimand are called, by its id."""
        return plain_names(each.id for each in self.plan.estimands)

    @cached_property
    def participant_names(self) -> Mapping[str, str]:
        """What data sets about a participant are called, by participant."""
        return plain_names(one.id for one in self.participants)

    @cached_property
    def arms(self) -> tuple[Arm, ...]:
        """The arms, in the order of the definition."""
        return self.study.arms

    @property
    def assigned(self) -> bool:
        """Whether a person gave the arms, and not chance."""
        return self.study.allocation is not None and self.study.allocation.method == "concurrent_control"

    @property
    def masked(self) -> bool:
        """Whether the design hides the arms, also once they have been disclosed."""
        return is_blind(self.study)

    @property
    def covariate_titles(self) -> Mapping[str, Text]:
        """The titles of the covariates, by id."""
        return {each.id: each.title for each in self.plan.covariates}

    @property
    def telling(self) -> frozenset[str]:
        """The interventions that not every arm has: what was taken of one would tell the arm."""
        arms = [frozenset(arm.interventions) for arm in self.arms]
        return frozenset[str]().union(*arms) - frozenset.intersection(*arms) if arms else frozenset()

    @property
    def groups(self) -> tuple[str, ...]:
        """What is shown side by side: the arms, or while the study is blind everyone together."""
        return (EVERYONE,) if self.blind else tuple(arm.id for arm in self.arms)

    def group_title(self, group: str) -> Message | str:
        """A group as tables name it: an arm by its id."""
        return message("All participants") if group == EVERYONE else group

    def allocated(self, group: str) -> tuple[Participant, ...]:
        """Everybody allocated to an arm; while the study is blind everybody allocated."""
        return tuple(one for one in self.participants if one.allocated and self._in(one) == group)

    def followed_in(self, group: str) -> tuple[FollowUp, ...]:
        """The same, followed up."""
        ids = {one.id for one in self.allocated(group)}
        return tuple(one for one in self.cohort.followed if one.id in ids)

    def members(self, name: str) -> Mapping[str, str]:
        """The group of everybody who belongs to an analysis set and has one, by participant."""
        if self.blind:
            belonging = self.cohort.belonging(name)
            return {one.id: EVERYONE for one in self.cohort.followed if one.id in belonging}
        return self.cohort.members(name)

    def _in(self, participant: Participant) -> str:
        return EVERYONE if self.blind else participant.arm

    def followed(self, participant: str) -> FollowUp:
        """A participant followed up; raises `StopIteration` for one who is not enrolled."""
        return next(one for one in self.cohort.followed if one.id == participant)

    def estimand(self, id: str) -> Estimand:
        """An estimand by its id."""
        return self.rules.estimands[id]

    def found(self, method: str, estimand: str) -> Outcome | None:
        """What came of a method (by its id in the plan) on an estimand."""
        return next(
            (one for one in self.outcomes if one.method.id == method and one.estimand.id == estimand), None
        )

    def by_method(self, name: str, estimand: str) -> Outcome | None:
        """What came of the first planned use of a method (by the method's own name) on an estimand."""
        return next(
            (one for one in self.outcomes if one.method.method == name and one.estimand.id == estimand), None
        )


def events_of(participants: Iterable[Participant]) -> Mapping[str, int]:
    """The ledger position of everybody's consent, by participant."""
    return {one.id: one.consents[0].position for one in participants}
