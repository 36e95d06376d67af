"""Which containers the pharmacy takes for a dose, and how it is made ready."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from trialwright.conduct.dosing.amounts import Amount, read_amount, round_amount
from trialwright.study.prose.figures import Prose, both, quantity_text
from trialwright.study.regimen import Container, Preparation
from trialwright.terms.message import Message, Text, message


class Taken(NamedTuple):
    """So many containers of one size."""

    container: Container
    number: int


class ContainerPlan(NamedTuple):
    """The containers for a dose; `supplied` and `waste` in the unit of the dose."""

    taken: tuple[Taken, ...]
    supplied: Amount
    waste: Amount

    @property
    def number(self) -> int:
        """How many containers there are in all."""
        return sum(each.number for each in self.taken)


@dataclass(frozen=True, slots=True)
class PreparationSheet:
    """How one dose is made ready and given; `sentences` say it all, in order.

    `volume`: what is drawn up, exactly; `volume_shown`: the same as it is shown.
    """

    dose: Amount
    plan: ContainerPlan | None
    volume: Amount | None
    volume_shown: Amount | None
    sentences: tuple[Message | Text, ...]


def plan_containers(dose: Amount, preparation: Preparation) -> ContainerPlan | None:
    """Choose the containers of a dose as the definition wishes; None where it names none.

    The wishes count in their order (the least waste, then the fewest containers, or the reverse); of plans that all
    wishes leave equal, the one with more of the larger containers.
    """
    if not preparation.containers:
        return None
    sizes = sorted(
        ((read_amount(each.contents).to(dose.unit).value, each) for each in preparation.containers),
        key=lambda each: each[0],
        reverse=True,
    )

    def wishes(counts: tuple[int, ...]) -> tuple[object, ...]:
        supplied = sum((size * count for (size, _), count in zip(sizes, counts, strict=True)), Fraction(0))
        measures = {"least_waste": supplied - dose.value, "fewest_containers": sum(counts)}
        larger_first = tuple(-count for count in counts)
        return (*(measures[wish] for wish in preparation.choose), larger_first)

    best = min(_enough(dose.value, tuple(size for size, _ in sizes)), key=wishes)
    supplied = sum((size * count for (size, _), count in zip(sizes, best, strict=True)), Fraction(0))
    taken = [Taken(each, count) for (_, each), count in zip(sizes, best, strict=True) if count]
    return ContainerPlan(tuple(taken), Amount(supplied, dose.unit), Amount(supplied - dose.value, dose.unit))


def _enough(needed: Fraction, sizes: tuple[Fraction, ...]) -> Iterator[tuple[int, ...]]:
    """Every number of containers of each size that holds the dose and would not without its last one."""
    most = max(0, ceil(needed / sizes[0]))
    if len(sizes) == 1:
        yield (most,)
        return
    for count in range(most + 1):
        for rest in _enough(needed - count * sizes[0], sizes[1:]):
            yield (count, *rest)


def prepare(dose: Amount, preparation: Preparation) -> PreparationSheet:
    """Plan how a dose is made ready: containers, volumes, dilution, times."""
    plan = plan_containers(dose, preparation)
    volume = shown = None
    if preparation.concentration:
        concentration = read_amount(preparation.concentration)
        mass, _, per = concentration.unit.partition("/")
        volume = Amount(dose.to(mass).value / concentration.value, per)
        shown = round_amount(volume, preparation.volume_rounding, present=None)
    return PreparationSheet(
        dose, plan, volume, shown, tuple(_sentences(dose, preparation, plan, volume, shown))
    )


def _sentences(
    dose: Amount,
    preparation: Preparation,
    plan: ContainerPlan | None,
    volume: Amount | None,
    shown: Amount | None,
) -> Iterator[Message | Text]:
    if plan is not None:
        yield message(
            "For {dose} take {containers}: {supplied}, of which {waste} is left over.",
            dose=dose.shown,
            containers=both([_count(each) for each in plan.taken]),
            supplied=plan.supplied.shown,
            waste=plan.waste.shown,
        )
        dissolved = [each.container for each in plan.taken if each.container.dissolved_in]
        if dissolved:
            yield _dissolve(dissolved, preparation)
    if volume is not None and shown is not None:
        yield message(
            "Draw up {shown} (exactly {volume} for {dose}).",
            shown=shown.shown,
            volume=volume.shown,
            dose=dose.shown,
        )
    if preparation.diluted_to and preparation.diluent:
        yield message(
            "Dilute to {volume} with {diluent}.",
            volume=quantity_text(preparation.diluted_to),
            diluent=preparation.diluent,
        )
    if preparation.given_over:
        yield message("Give it over {length}.", length=quantity_text(preparation.given_over))
    if preparation.used_within:
        yield message("Use it within {length}.", length=quantity_text(preparation.used_within))
    if preparation.instructions:
        yield preparation.instructions


def _count(taken: Taken) -> Prose:
    return message(
        "{count} × {contents}", count=taken.number, contents=quantity_text(taken.container.contents)
    )


def _dissolve(containers: list[Container], preparation: Preparation) -> Message:
    parts = both(
        [
            message(
                "each of {contents} in {volume}",
                contents=quantity_text(each.contents),
                volume=quantity_text(each.dissolved_in or ""),
            )
            for each in containers
        ]
    )
    if preparation.concentration is None:
        return message("Dissolve {parts}.", parts=parts)
    return message(
        "Dissolve {parts}; this gives {concentration}.",
        parts=parts,
        concentration=quantity_text(preparation.concentration),
    )
