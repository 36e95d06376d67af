"""What records of one concept imply for each other: a shorter window inside a longer one, a lowest below a latest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from trialwright.logic import nodes as n
from trialwright.study.checks.possible.claims import DeadEnd, Variable
from trialwright.study.checks.possible.ranges import Range
from trialwright.study.checks.possible.windows import inside
from trialwright.study.checks.possible.world import World


def settle(world: World) -> DeadEnd | None:
    """Draw the conclusions; a dead end where the claims contradict each other."""
    for find in (_from_presence, _from_records, _from_order):
        if end := find(world):
            return end
    for claim in world.pending:
        if end := world.check(claim):
            return end
    return None


def _from_presence(world: World) -> DeadEnd | None:
    """What is present in a window is present in a longer one; what is not present has no days and no dose."""
    for (one, truth), (other, absence) in product(world.flags.items(), repeat=2):
        if truth and not absence and _covers(one, other):
            return DeadEnd("clash", world.about({one, other}))
    for (flag, truth), number in product(world.flags.items(), tuple(world.ranges)):
        if (
            not isinstance(flag, n.Present)
            or not isinstance(number, n.Course)
            or number.concept != flag.concept
        ):
            continue
        if not truth and inside(number.window, flag.window):
            end = _narrow(world, number, world.range(number).cut("<=", 0.0), flag)
        elif truth and number.measure == "days" and not number.daily and inside(flag.window, number.window):
            end = _narrow(world, number, world.range(number).cut(">=", 1.0), flag)
        else:
            continue
        if end:
            return end
    return None


def _covers(one: n.Condition, other: n.Condition) -> bool:
    """Whether what one says of a window holds for the other's window, which is as long or longer."""
    return (
        isinstance(one, n.Present | n.Recorded)
        and isinstance(other, n.Present | n.Recorded)
        and type(one) is type(other)
        and one.concept == other.concept
        and inside(one.window, other.window)
    )


def _from_records(world: World) -> DeadEnd | None:
    """A number that is picked has a result in its window, so something is recorded and can be counted there."""
    for pick, windows in world.decided.items():
        if not isinstance(pick, n.Pick):
            continue
        for flag, truth in world.flags.items():
            if isinstance(flag, n.Recorded) and not truth and flag.concept == pick.concept:
                if any(inside(window, flag.window) for window in windows):
                    return DeadEnd("clash", world.about({flag, pick}))
    for count in [number for number in world.ranges if isinstance(number, n.ResultCount)]:
        for source, least in _implied_counts(world, count):
            left = world.range(count)
            left = left.cut(">=", 1.0) if least else left.cut("<=", 0.0)
            if end := _narrow(world, count, left, source):
                return end
    return None


def _implied_counts(world: World, count: n.ResultCount) -> Iterator[tuple[Variable, bool]]:
    """What says that there is a result to count (true) or none (false)."""
    for pick, windows in world.decided.items():
        if isinstance(pick, n.Pick) and pick.concept == count.concept:
            if any(inside(window, count.window) for window in windows):
                yield pick, True
    for flag, truth in world.flags.items():
        if isinstance(flag, n.Recorded) and flag.concept == count.concept:
            if truth and inside(flag.window, count.window):
                yield flag, True
            if not truth and inside(count.window, flag.window):
                yield flag, False


def _from_order(world: World) -> DeadEnd | None:
    """The lowest is not above the latest, and a longer window has no less of an exposure."""
    pairs = [
        (low, high)
        for low, high in product(world.ranges, repeat=2)
        if low != high and _never_exceeds(low, high, world)
    ]
    changed = bool(pairs)
    while changed:
        changed = False
        for low, high in pairs:
            below = world.range(low).cut("<=", world.range(high).high)
            above = world.range(high).cut(">=", world.range(low).low)
            for number, left, other in ((low, below, high), (high, above, low)):
                changed |= left != world.range(number)
                if end := _narrow(world, number, left, other):
                    return end
    return None


def _never_exceeds(one: n.Number, other: n.Number, world: World) -> bool:
    if isinstance(one, n.Pick) and isinstance(other, n.Pick):
        if (one.concept, one.quantity) != (other.concept, other.quantity):
            return False
        windows = product(world.decided.get(one, frozenset()), world.decided.get(other, frozenset()))
        if one.which == "lowest":
            return any(inside(second, first) for first, second in windows)
        return other.which == "highest" and any(inside(first, second) for first, second in windows)
    if isinstance(one, n.Course | n.ItemCount | n.ResultCount) and isinstance(
        other, n.Course | n.ItemCount | n.ResultCount
    ):
        return replace(one, window=other.window) == other and inside(one.window, other.window)
    return False


def _narrow(world: World, number: n.Number, left: Range, source: Variable) -> DeadEnd | None:
    world.ranges[number] = left
    return DeadEnd("clash", world.about({number, source})) if left.empty else None
