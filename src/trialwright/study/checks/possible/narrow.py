"""Several computed numbers at once: cut the ranges in halves until no part, or one person, is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from trialwright.logic import nodes as n
from trialwright.study.checks.possible.bounds import Box, can_hold
from trialwright.study.checks.possible.claims import SEX, Claim, DeadEnd, Variable, variables
from trialwright.study.checks.possible.ranges import Range
from trialwright.study.checks.possible.world import World

PARTS = 400  # how many parts are looked at before the answer is "perhaps"
_NARROW = 1e-6  # orders of magnitude; a part as narrow as this is not cut again

Answer = Literal["possible", "impossible", "perhaps"]


def narrow(world: World) -> DeadEnd | None:
    """A dead end if no numbers satisfy all pending comparisons together; none if some do, or perhaps do."""
    claims = tuple(world.pending)
    if not claims or _search(world, claims) != "impossible":
        return None
    wanted = {variable for claim in claims for variable in variables(claim.condition)}
    return DeadEnd("clash", world.about(wanted))


def _search(world: World, claims: tuple[Claim, ...]) -> Answer:
    comparisons = [claim.said for claim in claims]
    wanted = {variable for claim in claims for variable in variables(claim.condition)}
    ranges = {key: world.range(key) for key in wanted if isinstance(key, n.Number) and key != SEX}
    open_parts = [Box(world.domains, _as_two(world.sexes), ranges)]
    for _ in range(PARTS):
        if not open_parts:
            return "impossible"
        part = open_parts.pop(0)
        if not _all_hold(comparisons, part):
            continue
        if _all_hold(comparisons, _middle(part)):
            return "possible"
        halves = _cut(part, wanted)
        if not halves:
            return "perhaps"
        open_parts += halves
    return "perhaps" if open_parts else "impossible"


def _as_two(sexes: frozenset[str]) -> frozenset[str]:
    """Female and male for any other sex: what a formula decides about it, it decides with both."""
    return sexes if sexes <= {"female", "male"} else frozenset({"female", "male"})


def _all_hold(comparisons: list[n.Condition], box: Box) -> bool:
    return all(can_hold(each, box) for each in comparisons if isinstance(each, n.Compare))


def _middle(box: Box) -> Box:
    """One person inside."""
    points = {key: Range(left.middle(), left.middle()) for key, left in box.ranges.items()}
    return Box(box.domains, frozenset({min(box.sexes)}), points)


def _cut(box: Box, wanted: set[Variable]) -> list[Box]:
    """Two parts that cover the box; none where it is too narrow to cut."""
    if SEX in wanted and len(box.sexes) > 1:
        first = min(box.sexes)
        return [Box(box.domains, sexes, box.ranges) for sexes in (frozenset({first}), box.sexes - {first})]
    widest = max(box.ranges, key=lambda key: box.ranges[key].width, default=None)
    if widest is None or box.ranges[widest].width < _NARROW:
        return []
    return [
        Box(box.domains, box.sexes, _replaced(box.ranges, widest, half))
        for half in box.ranges[widest].halves()
    ]


def _replaced(ranges: Mapping[n.Number, Range], key: n.Number, left: Range) -> dict[n.Number, Range]:
    return {**ranges, key: left}
