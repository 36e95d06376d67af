"""The next arm, as a pure function of the rule, the secret and the allocations before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from trialwright.conduct.allocation.given import GivenArm, NotGiven, Randomised, digest_rule
from trialwright.conduct.allocation.levels import check_levels
from trialwright.conduct.allocation.minimisation import MinimisationCourse
from trialwright.conduct.allocation.permuted_blocks import PermutedBlocksCourse
from trialwright.conduct.allocation.stratified_blocks import StratifiedBlocksCourse
from trialwright.study.allocation import PermutedBlocks, StratifiedBlocks


class Course(Protocol):
    """The allocations so far, as one method sees them, and the next one."""

    def add(self, given: GivenArm) -> None:
        """Count an allocation that was made."""

    def draw(self, levels: Mapping[str, str]) -> str:
        """The next arm for a participant of these (checked) levels; asking changes nothing."""


def begin_course(rule: Randomised, *, study: str, secret: bytes) -> Course:
    """A course without allocations. `study`: the study's id. Raises `ValueError` for a wrong secret."""
    if isinstance(rule, PermutedBlocks):
        return PermutedBlocksCourse(rule, study=study, secret=secret)
    if isinstance(rule, StratifiedBlocks):
        return StratifiedBlocksCourse(rule, study=study, secret=secret)
    return MinimisationCourse(rule, study=study, secret=secret)


def allocate_next(
    rule: Randomised,
    *,
    study: str,
    secret: bytes,
    earlier: Sequence[GivenArm],
    levels: Mapping[str, str],
    site: str,
) -> GivenArm | NotGiven:
    """Give the next arm, or say why none can be given; the same answer for the same arguments, always.

    `study`: the study's id. `secret`: 32 bytes. `earlier`: all allocations of the study in the order of the ledger,
    as they were decided. `levels`: level id by factor id. `site`: the site's id. Raises `ValueError` for a wrong
    secret, and in minimisation for an earlier allocation whose arm is blind.
    """
    checked = check_levels(rule, levels=levels, site=site)
    if isinstance(checked, NotGiven):
        return checked
    course = begin_course(rule, study=study, secret=secret)
    for given in earlier:
        course.add(given)
    return GivenArm(course.draw(checked), site, checked, digest_rule(rule))
