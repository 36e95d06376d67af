"""The ages and the sex that the study page names, against what the chosen criteria let in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from trialwright.logic import nodes as n
from trialwright.study.checks.examined import Examined
from trialwright.study.checks.possible import Goal
from trialwright.study.errors import Problem
from trialwright.study.prose.figures import duration
from trialwright.study.prose.rules import name_sexes
from trialwright.terms.message import Message, message

_PAGE = "study.yaml"


def check_population(examined: Examined) -> Iterator[Problem]:
    """Find ages at the limits of the page, and sexes, that page and criteria judge differently.

    Limits not in years are passed over, and studies whose criteria contradict each other.
    """
    if not _can_join(n.Constant(True), examined):
        return
    yield from _check_age("minimum_age", examined)
    yield from _check_age("maximum_age", examined)
    yield from _check_sex(examined)


def _check_age(key: Literal["minimum_age", "maximum_age"], examined: Examined) -> Iterator[Problem]:
    text = getattr(examined.study.identity.population, key)
    number, _, unit = (text or "").partition(" ")
    if unit != "a" or not number.isdecimal():
        return
    limit, beyond = int(number), -1 if key == "minimum_age" else 1
    for age, admitted in ((limit, True), (limit + beyond, False)):
        if _can_join(n.Compare("=", n.Age(), n.Literal(float(age))), examined) is admitted:
            continue
        years = duration(str(age), "a")
        yield _problem(
            key,
            message("The study page admits {who}, the chosen criteria do not.", who=_aged(years))
            if admitted
            else message("The chosen criteria admit {who}, the study page does not.", who=_aged(years)),
            examined,
        )


def _aged(years: Message) -> Message:
    return message("a person aged {years}", years=years)


def _check_sex(examined: Examined) -> Iterator[Problem]:
    page = examined.study.identity.population.sex
    for sex in ("female", "male"):
        admitted = page in ("all", sex)
        if _can_join(n.SexIs((sex,)), examined) is admitted:
            continue
        who = message("a person whose sex is {sex}", sex=name_sexes((sex,)))
        yield _problem(
            "sex",
            message("The study page admits {who}, the chosen criteria do not.", who=who)
            if admitted
            else message("The chosen criteria admit {who}, the study page does not.", who=who),
            examined,
        )


def _problem(key: str, sentence: Message, examined: Examined) -> Problem:
    return examined.problem(
        "warning",
        "population_differs",
        (_PAGE, "population", key),
        sentence,
        message("Correct the one that is wrong, or say in `notes` why they differ."),
    )


def _can_join(trait: n.Condition, examined: Examined) -> bool:
    """Whether somebody with a trait passes the chosen criteria that speak of age or sex."""
    goals = [
        examined.goal(rule)
        for rule in examined.passable
        if any(isinstance(part, n.Age | n.Female | n.SexIs) for part in rule.condition.walk())
    ]
    wanted = Goal("", trait, True)
    return examined.possible.refute((wanted, *goals), mode="screening") is None
