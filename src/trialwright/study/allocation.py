"""allocation.yaml: how participants come into arms. The secret of the sequence is no part of the definition."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trialwright.study.errors import Unfit
from trialwright.study.part import Id, Name, Number, Part, Rule, Whole, YesNo
from trialwright.terms.message import Text, message

_SECRETS = ("seed", "random_seed", "sequence")
Weights = Mapping[Id, Whole]


class StratumLevel(Part):
    """One level of a factor: the participants for whom `rule` holds."""

    id: Id
    title: Text
    rule: Rule


class Factor(Part):
    """What allocation balances: levels that leave nobody out, or the site (`by_site`, then no levels).

    `weight` counts in minimisation only.
    """

    id: Name
    title: Text
    by_site: YesNo = False
    levels: tuple[StratumLevel, ...] = ()
    weight: Number | None = None

    @model_validator(mode="after")
    def _has_levels(self) -> Factor:
        if self.by_site != (not self.levels) or len(self.levels) == 1:
            raise Unfit(
                message("The factor {id} needs two levels or more, or by_site and none.", id=self.id),
                message("List its levels with their rules, or write by_site: true."),
                code="incomplete",
            )
        return self


class _Allocation(Part):
    description: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _keeps_no_secret(cls, data: Any) -> Any:
        found = [key for key in _SECRETS if isinstance(data, Mapping) and key in data]
        if found:
            raise Unfit(
                message("The allocation states `{key}`.", key=found[0]),
                message(
                    "Delete it: whoever reads the definition could foretell the next arm. The seed is drawn and "
                    "sealed when the study opens."
                ),
                code="seed_in_definition",
            )
        return data


class ConcurrentControl(_Allocation):
    """The investigator assigns the arm and gives the reason; baseline imbalance is reported."""

    method: Literal["concurrent_control"]
    reason_required: YesNo = True


class PermutedBlocks(_Allocation):
    """Blocks of random order; `ratio` participants per arm, `block_sizes` multiples of its sum."""

    method: Literal["permuted_blocks"]
    ratio: Weights
    block_sizes: Annotated[tuple[Whole, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _blocks_fit(self) -> PermutedBlocks:
        _check_blocks(self.ratio, self.block_sizes)
        return self


class StratifiedBlocks(_Allocation):
    """Permuted blocks within every combination of the factors' levels."""

    method: Literal["stratified_blocks"]
    ratio: Weights
    block_sizes: Annotated[tuple[Whole, ...], Field(min_length=1)]
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _blocks_fit(self) -> StratifiedBlocks:
        _check_blocks(self.ratio, self.block_sizes)
        return self


class Minimisation(_Allocation):
    """The arm that leaves the factors best balanced is taken with `probability` (Pocock and Simon 1975).

    `distance`: how imbalance within a level is measured. With an unequal ratio `probability` is that of the arm with
    the smallest part; larger ones get more (Han, Enas and McEntegart 2009).
    """

    method: Literal["minimisation"]
    ratio: Weights
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]
    distance: Literal["range", "variance"]
    probability: Number

    @model_validator(mode="after")
    def _can_minimise(self) -> Minimisation:
        _check_ratio(self.ratio)
        lowest = Fraction(min(self.ratio.values()), sum(self.ratio.values()))
        if not lowest < Fraction(self.probability) <= 1:
            raise Unfit(
                message(
                    "The probability {probability} would not favour the better arm.",
                    probability=self.probability,
                ),
                message(
                    "Write a number above {lowest} and up to 1; below 1, chance keeps a part.",
                    lowest=float(lowest),
                ),
                code="incomplete",
            )
        weights = [factor.weight for factor in self.factors]
        if any(weights) and not all(weight is not None and Fraction(weight) > 0 for weight in weights):
            raise Unfit(
                message("Some factors have a weight above 0, others have none."),
                message("Give a weight above 0 to every factor, or to none."),
                code="incomplete",
            )
        return self


Allocation = Annotated[
    ConcurrentControl | PermutedBlocks | StratifiedBlocks | Minimisation, Field(discriminator="method")
]
"""The whole of allocation.yaml."""


def _check_blocks(ratio: Weights, sizes: tuple[int, ...]) -> None:
    total = sum(ratio.values())
    for size in sizes:
        if total < 1 or size < total or size % total:
            raise Unfit(
                message(
                    "A block of {size} cannot hold the ratio, whose parts add up to {total}.",
                    size=size,
                    total=total,
                ),
                message("Use multiples of {total} as block sizes.", total=total),
                code="incomplete",
            )
    _check_ratio(ratio)


def _check_ratio(ratio: Weights) -> None:
    if len(ratio) < 2 or min(ratio.values()) < 1:
        raise Unfit(
            message("The ratio has fewer than two arms, or gives one of them no part."),
            message("Give each arm a part of 1 or more; leave out an arm that nobody comes into."),
            code="incomplete",
        )
