"""What all checks are given: the study, its rules, and what is worked out about them once for all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from trialwright.logic import nodes as n
from trialwright.study.checks.possible import DeadEnd, Goal, Possible
from trialwright.study.errors import Problem
from trialwright.study.model import Study
from trialwright.study.places import Path
from trialwright.study.prose import Words
from trialwright.study.prose.figures import Prose
from trialwright.study.rules import Eligibility, Rule
from trialwright.terms.message import Message, message

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Which verdicts a rule can give, to anybody; why not, where it cannot.

    `no_fail` holds the dead ends of both modes, `no_pass` those of screening; both are `None` where it can.
    """

    no_fail: tuple[DeadEnd, ...] | None
    no_pass: tuple[DeadEnd, ...] | None
    passes_in_search: bool


@dataclass(frozen=True)
class Examined:
    """A study under examination."""

    study: Study
    eligibility: Eligibility

    @cached_property
    def possible(self) -> Possible:
        """What can be true of people in this study."""
        return Possible(self.study)

    @cached_property
    def words(self) -> Words:
        """The words of this study."""
        return Words(self.study)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every reading of every criterion, in the order of the file."""
        return tuple(rule for readings in self.eligibility.rules.values() for rule in readings.values())

    @cached_property
    def reaches(self) -> dict[tuple[str, str], Reach]:
        """What every rule can say, by criterion and reading."""
        return {(rule.id, rule.name): self._reach(rule) for rule in self.rules}

    def reach(self, rule: Rule) -> Reach:
        """What a rule can say."""
        return self.reaches[rule.id, rule.name]

    def _reach(self, rule: Rule) -> Reach:
        pass_, fail = (
            (Goal(rule.id, rule.condition, truth),) for truth in (rule.inclusion, not rule.inclusion)
        )
        at_bedside, in_search = (self.possible.refute(fail, mode=mode) for mode in ("screening", "search"))
        return Reach(
            None if at_bedside is None or in_search is None else tuple(dict.fromkeys(at_bedside + in_search)),
            self.possible.refute(pass_, mode="screening"),
            self.possible.refute(pass_, mode="search") is None,
        )

    def goal(self, rule: Rule) -> Goal:
        """To pass a rule."""
        return Goal(rule.id, rule.condition, rule.inclusion)

    @cached_property
    def passable(self) -> tuple[Rule, ...]:
        """The chosen rules that somebody can pass at the bedside."""
        return tuple(rule for rule in self.eligibility.chosen() if self.reach(rule).no_pass is None)

    def problem(self, level: Level, code: str, path: Path, sentence: Message, cure: Message) -> Problem:
        """A finding at a place of the study."""
        place = self.study.place(path)
        return Problem(level, code, place.file, place.line, place.column, sentence, cure)


def is_chosen(rule: Rule) -> bool:
    """Whether a rule is the chosen reading of its criterion."""
    return rule.name == rule.criterion.chosen


def level_of(rule: Rule) -> Level:
    """An error in a chosen reading; in any other a warning, because it does not run."""
    return "error" if is_chosen(rule) else "warning"


def path_of(rule: Rule) -> Path:
    """Where the text of a rule stands."""
    return "criteria.yaml", "criteria", rule.id, "readings", rule.name, "rule"


def name_of(rule: Rule) -> Prose:
    """A criterion, with the reading where it has several."""
    if len(rule.criterion.readings) == 1:
        return rule.id
    return message("{criterion} (reading {reading})", criterion=rule.id, reading=rule.name)


def stated(rule: Rule) -> bool | None:
    """What a rule without any condition says, as `always` and `never` do; `None` for any other rule."""
    return rule.condition.truth if isinstance(rule.condition, n.Constant) else None
