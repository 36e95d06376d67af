"""Who is analysed under an estimand, with what was derived of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from trialwright.endpoints.derive import derive_endpoint
from trialwright.endpoints.follow_up import FollowUp, follow, is_over
from trialwright.endpoints.measures import CovariateValue, derive_covariates
from trialwright.endpoints.row import EndpointRow
from trialwright.endpoints.sets import Membership, assess_sets
from trialwright.record.participant import Participant
from trialwright.study.analysis import Estimand
from trialwright.study.analysis_rules import AnalysisRules


@dataclass(frozen=True, slots=True)
class Analysed:
    """One participant under an estimand: the arm that counts, and the derived endpoint."""

    arm: str
    row: EndpointRow


@dataclass(frozen=True, slots=True)
class Population:
    """Everyone of an estimand's analysis set in one of its arms, in order of consent.

    `open`: participants of whom it is not known whether they belong to the set, or in which arm.
    """

    estimand: Estimand
    analysed: tuple[Analysed, ...]
    open: tuple[Membership, ...]

    @property
    def answered(self) -> tuple[Analysed, ...]:
        """Those with a value."""
        return tuple(one for one in self.analysed if one.row.value is not None)

    @property
    def timed(self) -> tuple[Analysed, ...]:
        """Those with a time and whether it ended with the event."""
        return tuple(
            one for one in self.analysed if one.row.time is not None and one.row.happened is not None
        )

    def of(self, arm: str, among: Iterable[Analysed]) -> tuple[Analysed, ...]:
        """Those of an arm."""
        return tuple(one for one in among if one.arm == arm)


def is_open(member: Membership) -> bool:
    """Whether it is not known if somebody belongs to an analysis set, or in which arm."""
    return member.truth is None or (member.truth and not member.arm)


class Cohort:
    """All participants of a trial as known on the cut-off day; derives each endpoint once."""

    def __init__(self, rules: AnalysisRules, participants: Iterable[Participant], *, on: date) -> None:
        self.rules = rules
        self.on = on
        everyone = tuple(participants)
        over = is_over(everyone, on=on)
        self.followed: tuple[FollowUp, ...] = tuple(
            follow(rules, one, on=on, over=over) for one in everyone if one.enrolled is not None
        )
        self._populations: dict[str, Population] = {}
        self._covariates: dict[tuple[str, str], Mapping[str, CovariateValue]] = {}

    @cached_property
    def sets(self) -> Mapping[str, Mapping[str, Membership]]:
        """Everybody's analysis sets, by participant and set."""
        return {one.id: assess_sets(one) for one in self.followed}

    def population(self, estimand: Estimand) -> Population:
        """Who is analysed under an estimand, with their endpoints."""
        if estimand.id not in self._populations:
            analysed, left = [], []
            for one in self.followed:
                member = self.sets[one.id][estimand.population]
                if is_open(member):
                    left.append(member)
                elif member.truth and member.arm in estimand.arms:
                    analysed.append(Analysed(member.arm, derive_endpoint(one, estimand.id)))
            self._populations[estimand.id] = Population(estimand, tuple(analysed), tuple(left))
        return self._populations[estimand.id]

    def belonging(self, name: str) -> frozenset[str]:
        """Everybody who belongs to an analysis set, whether or not the arm is known."""
        return frozenset(id for id, found in self.sets.items() if found[name].truth)

    def unclear(self, name: str) -> tuple[Membership, ...]:
        """Those of whom it is not known whether they belong to an analysis set, or in which arm."""
        return tuple(found[name] for found in self.sets.values() if is_open(found[name]))

    def members(self, name: str) -> Mapping[str, str]:
        """The arm of everybody who belongs to an analysis set, by participant."""
        return {
            id: found[name].arm for id, found in self.sets.items() if found[name].truth and found[name].arm
        }

    def row(self, estimand: Estimand, participant: str) -> EndpointRow:
        """The endpoint of somebody analysed under an estimand; raises `StopIteration` for anybody else."""
        found = self.population(estimand).analysed
        return next(one.row for one in found if one.row.participant == participant)

    def covariates(self, estimand: Estimand, participant: str) -> Mapping[str, CovariateValue]:
        """The covariates of a participant, with the baseline that an estimand names, by covariate."""
        key = (estimand.baseline or "", participant)
        if key not in self._covariates:
            one = next(each for each in self.followed if each.id == participant)
            found = derive_covariates(one, plan=self.rules.of(estimand))
            self._covariates[key] = {value.covariate.id: value for value in found}
        return self._covariates[key]
