"""Rules, secrets and people for the tests of allocation; all of it made up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from trialwright.conduct.allocation import GivenArm, NotGiven, Randomised, allocate_next, digest_rule
from trialwright.conduct.allocation.next import begin_course
from trialwright.study.allocation import (
    Factor,
    Minimisation,
    PermutedBlocks,
    StratifiedBlocks,
    StratumLevel,
)
from trialwright.terms.message import Text

STUDY = "made-up"
EQUAL = {"A": 1, "B": 1}

CHI_SQUARE_999 = {1: 10.828, 2: 13.816, 3: 16.266, 5: 20.515, 19: 43.820, 35: 66.619, 69: 111.055}
"""Exceeded with probability 0.001, by degrees of freedom. NIST/SEMATECH e-Handbook of Statistical Methods 1.3.6.7.4."""


def secret(number: int) -> bytes:
    """A secret for tests, the same in every run, so that a test of chance never fails by chance."""
    return hashlib.sha256(f"synthetic secret {number}".encode()).digest()


def factor(id: str, *levels: str, weight: str | None = None) -> Factor:
    title = Text(id, id)
    return Factor(
        id=id,
        title=title,
        by_site=not levels,
        levels=tuple(StratumLevel(id=level, title=Text(level, level), rule="always") for level in levels),
        weight=weight,
    )


def blocks(*sizes: int, ratio: Mapping[str, int] = EQUAL) -> PermutedBlocks:
    return PermutedBlocks(method="permuted_blocks", ratio=ratio, block_sizes=sizes)


def strata(*factors: Factor, sizes: tuple[int, ...], ratio: Mapping[str, int] = EQUAL) -> StratifiedBlocks:
    return StratifiedBlocks(method="stratified_blocks", ratio=ratio, block_sizes=sizes, factors=factors)


def minimisation(
    *factors: Factor,
    distance: str = "range",
    probability: str = "0.8",
    ratio: Mapping[str, int] = EQUAL,
) -> Minimisation:
    return Minimisation.model_validate(
        {
            "method": "minimisation",
            "ratio": ratio,
            "factors": factors,
            "distance": distance,
            "probability": probability,
        }
    )


def given(answer: GivenArm | NotGiven) -> GivenArm:
    """The arm that was given; fails the test where none was."""
    assert isinstance(answer, GivenArm), answer
    return answer


def allocate_all(
    rule: Randomised, people: Sequence[Mapping[str, str]], *, key: bytes, site: str = "site_a"
) -> tuple[GivenArm, ...]:
    """Allocate people one after the other, each from the allocations before."""
    earlier: tuple[GivenArm, ...] = ()
    for levels in people:
        earlier += (
            given(allocate_next(rule, study=STUDY, secret=key, earlier=earlier, levels=levels, site=site)),
        )
    return earlier


def run_course(rule: Randomised, people: Sequence[Mapping[str, str]], *, key: bytes) -> list[str]:
    """The arms alone, of levels that are checked and complete; faster, for tests of chance."""
    course, digest, found = begin_course(rule, study=STUDY, secret=key), digest_rule(rule), []
    for levels in people:
        found.append(course.draw(levels))
        course.add(GivenArm(found[-1], "site_a", levels, digest))
    return found


def arms(allocations: Sequence[GivenArm]) -> str:
    """The arms in order, as one word; for arms of one letter."""
    return "".join(each.arm for each in allocations)


def chi_square(observed: Sequence[int], expected: Sequence[float] | None = None) -> float:
    """Pearson's statistic, against equal numbers unless others are expected."""
    wanted = expected or [sum(observed) / len(observed)] * len(observed)
    return sum((seen - due) ** 2 / due for seen, due in zip(observed, wanted, strict=True))
