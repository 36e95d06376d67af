"""Looks for a person of whom several rules are true, or false, all at once; where there is none, says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from trialwright.logic import nodes as n
from trialwright.study.checks.possible.claims import Claim, DeadEnd
from trialwright.study.checks.possible.domains import Domains
from trialwright.study.checks.possible.narrow import narrow
from trialwright.study.checks.possible.relations import settle
from trialwright.study.checks.possible.world import World
from trialwright.study.model import Study
from trialwright.study.rules import rebuild

Mode = Literal["search", "screening"]
STEPS = 5000  # how many paths are followed before the answer is "perhaps"


class Goal(NamedTuple):
    """A condition that should be true, or false; `owner` is the criterion it belongs to."""

    owner: str
    condition: n.Condition
    truth: bool


Way = tuple[Goal, ...]
"""Goals that together reach another one."""


class Possible:
    """What can be true of people in one study."""

    def __init__(self, study: Study) -> None:
        self._domains = Domains(study)

    def refute(self, goals: Iterable[Goal], *, mode: Mode) -> tuple[DeadEnd, ...] | None:
        """Why no person reaches all goals, one dead end a path; `None` if somebody does, or perhaps does."""
        search = _Search(mode)
        reached = search.follow(tuple(goals), World(self._domains), ())
        return None if reached else tuple(dict.fromkeys(search.ends))


@dataclass(slots=True)
class _Search:
    mode: Mode
    ends: list[DeadEnd] = field(default_factory=list)
    steps: int = 0

    def follow(self, goals: Sequence[Goal], world: World, forks: tuple[tuple[Way, ...], ...]) -> bool:
        """Whether somebody reaches the goals and one way of every fork; dead ends are noted."""
        self.steps += 1
        if self.steps > STEPS:
            return True
        end, more = self._take(goals, world)
        if end is not None:
            self.ends.append(end)
            return False
        forks = (*forks, *more)
        pruned = self._prune(forks, world)
        if pruned is None:
            return False
        forced = [ways[0] for ways in pruned if len(ways) == 1]
        rest = sorted((ways for ways in pruned if len(ways) > 1), key=len)
        if forced:
            return self.follow([goal for way in forced for goal in way], world, tuple(rest))
        if not rest:
            end = narrow(world)
            if end is not None:
                self.ends.append(end)
            return end is None
        return any(self.follow(way, world.copy(), tuple(rest[1:])) for way in rest[0])

    def _take(self, goals: Sequence[Goal], world: World) -> tuple[DeadEnd | None, list[tuple[Way, ...]]]:
        """Claim whatever leaves no choice; gives the choices that are left."""
        waiting, forks = list(goals), []
        while waiting:
            goal = waiting.pop(0)
            ways = self._ways(goal)
            claim = Claim(goal.condition, goal.truth, goal.owner)
            if ways is None:
                end = world.assume(claim)
                if end is not None:
                    return end, []
            elif len(ways) == 0:
                return DeadEnd("stated", (claim,)), []
            elif len(ways) == 1:
                waiting[:0] = ways[0]
            else:
                forks.append(ways)
        return settle(world), forks

    def _prune(self, forks: tuple[tuple[Way, ...], ...], world: World) -> list[tuple[Way, ...]] | None:
        """The forks without the ways that end at once; `None` if one of them has no way left."""
        kept = []
        for ways in forks:
            open_ways, ends = [], []
            for way in ways:
                end, _ = self._take(way, world.copy())
                if end is None:
                    open_ways.append(way)
                else:
                    ends.append(end)
            if not open_ways:
                self.ends += ends
                return None
            kept.append(tuple(open_ways))
        return kept

    def _ways(self, goal: Goal) -> tuple[Way, ...] | None:
        """The ways to reach a goal: parts that must hold together; `None` for a condition without parts."""
        owner, condition, truth = goal

        def way(*parts: tuple[n.Condition, bool]) -> Way:
            return tuple(Goal(owner, part, wanted) for part, wanted in parts)

        match condition:
            case n.And(parts) | n.Or(parts):
                together = isinstance(condition, n.And) is truth
                each = [(part, truth) for part in parts]
                return (way(*each),) if together else tuple(way(one) for one in each)
            case n.Not(part):
                return (way((part, not truth)),)
            case n.Unless(part, excuse):
                if truth:
                    return (way((part, True), (excuse, False)),)
                return way((part, False)), way((part, True), (excuse, True))
            case n.When(test, then, otherwise):
                return (
                    way((test, True), (then, truth)),
                    way((test, False), (otherwise, truth)),
                    way((then, truth), (otherwise, truth)),
                )
            case n.ByMode(search, screening):
                return (way((search if self.mode == "search" else screening, truth)),)
            case n.Constant(stated):
                return ((),) if stated is truth else ()
            case n.Happened():  # nobody who asks to join has had an event of the trial
                return () if truth else ((),)
            case n.Compare():
                return _ways_to_compare(goal, condition)
        return None


def _ways_to_compare(goal: Goal, node: n.Compare) -> tuple[Way, ...] | None:
    """Splits what has two cases: a stand-in is its first number, or its second; unequal is below, or above."""
    stand_in = next((part for part in node.walk() if isinstance(part, n.StandIn)), None)
    if stand_in is not None:
        first, second = (_put(node, stand_in, part) for part in (stand_in.first, stand_in.second))
        missing = n.Recorded(stand_in.first.concept, stand_in.first.window)
        return (
            (goal._replace(condition=first),),
            (Goal(goal.owner, missing, False), goal._replace(condition=second)),
        )
    if node.operator == "=" and not goal.truth:
        below, above = replace(node, operator="<"), replace(node, operator=">")
        return (Goal(goal.owner, below, True),), (Goal(goal.owner, above, True),)
    return None


def _put(node: n.Compare, old: n.Number, new: n.Number) -> n.Condition:
    found = rebuild(node, lambda part: new if part == old else part)
    if not isinstance(found, n.Condition):
        raise TypeError(type(found).__name__)
    return found
