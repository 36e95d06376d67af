"""Windows that hold no day, and limits between which no number lies, in any part of the study."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.logic import nodes as n
from trialwright.study.checks.examined import Examined, level_of, name_of, path_of
from trialwright.study.checks.possible.windows import inside, least_days, most_days
from trialwright.study.design import Intervention
from trialwright.study.errors import Problem
from trialwright.study.forms import Item, Range
from trialwright.study.places import Path
from trialwright.study.prose.figures import Prose, quantity_text
from trialwright.terms.dates import parse_length
from trialwright.terms.message import Message, message
from trialwright.terms.units import IncompatibleUnits, converter

_TURN = message("Exchange the two, or correct the wrong one.")


def check_emptiness(examined: Examined) -> Iterator[Problem]:
    """Find what can hold nothing: exceptions that cover their whole window, ends that lie before their beginnings."""
    yield from _in_rules(examined)
    yield from _in_schedule(examined)
    yield from _in_forms(examined)
    yield from _in_interventions(examined)
    yield from _in_population(examined)


def _in_rules(examined: Examined) -> Iterator[Problem]:
    for rule in examined.rules:
        for node in dict.fromkeys(rule.condition.walk()):
            if isinstance(node, n.Course) and _all_excepted(node):
                yield examined.problem(
                    level_of(rule),
                    "empty_window",
                    path_of(rule),
                    message(
                        "{rule}: no day of {concept} counts, because the exception covers the whole window.",
                        rule=name_of(rule),
                        concept=examined.words.label(node.concept),
                    ),
                    message("Shorten `except_within`, or raise `except_daily` above `daily`."),
                )


def _all_excepted(course: n.Course) -> bool:
    """Whether every day that has enough to count is left out by the exception."""
    if course.except_daily is None or course.except_window is None:
        return False
    return course.except_daily <= course.daily and inside(course.window, course.except_window)


def _in_schedule(examined: Examined) -> Iterator[Problem]:
    for encounter in examined.study.schedule.encounters if examined.study.schedule else ():
        timing = encounter.timing
        if timing is None or timing.earliest is None or timing.latest is None:
            continue
        if _days(timing.earliest)[0] > _days(timing.latest)[1]:
            yield examined.problem(
                "error",
                "empty_window",
                ("schedule.yaml", "encounters", encounter.id, "timing", "earliest"),
                message(
                    "The window of {title} ends ({latest}) before it begins ({earliest}).",
                    title=encounter.title,
                    latest=quantity_text(timing.latest),
                    earliest=quantity_text(timing.earliest),
                ),
                _TURN,
            )


def _days(offset: str) -> tuple[int, int]:
    """The least and the most days that an offset such as -28 d or 3 mo may be."""
    length = parse_length(offset.lstrip("+-"))
    least, most = least_days(length), most_days(length)
    return (-most, -least) if offset.startswith("-") else (least, most)


def _in_forms(examined: Examined) -> Iterator[Problem]:
    for form in examined.study.forms.forms if examined.study.forms else ():
        for group in form.groups:
            for item in group.items:
                path: Path = ("forms.yaml", "forms", form.id, "groups", group.id, "items", item.id)
                yield from _in_item(item, path, examined)


def _in_item(item: Item, path: Path, examined: Examined) -> Iterator[Problem]:
    for key, limits in (("possible", item.possible), ("expected", item.expected)):
        if limits and limits.low and limits.high and float(limits.low) > float(limits.high):
            said = _from_to(item.label, limits.low, limits.high)
            yield examined.problem("error", "empty_range", (*path, key), said, _TURN)
    if item.possible and item.expected and _apart(item.possible, item.expected):
        yield examined.problem(
            "error",
            "empty_range",
            (*path, "expected"),
            message("{thing}: no number is both possible and expected.", thing=item.label),
            message("Correct one of the two ranges."),
        )


def _apart(one: Range, other: Range) -> bool:
    return _above(one.low, other.high) or _above(other.low, one.high)


def _above(low: str | None, high: str | None) -> bool:
    return low is not None and high is not None and float(low) > float(high)


def _from_to(thing: Prose, low: Prose, high: Prose) -> Message:
    return message("{thing}: no number is from {low} to {high}.", thing=thing, low=low, high=high)


def _in_interventions(examined: Examined) -> Iterator[Problem]:
    for intervention in examined.study.interventions:
        for path, low, high in _dose_limits(intervention):
            if low and high and _more(low, high):
                said = _from_to(intervention.title, quantity_text(low), quantity_text(high))
                at = ("interventions.yaml", "interventions", intervention.id, "regimen", *path)
                yield examined.problem("error", "empty_range", at, said, _TURN)


def _dose_limits(intervention: Intervention) -> Iterator[tuple[Path, str | None, str | None]]:
    regimen = intervention.regimen
    if regimen is None:
        return
    yield ("low",), regimen.low, regimen.high
    yield ("total_low",), regimen.total_low, regimen.total_high
    if regimen.target:
        yield ("target", "low"), regimen.target.low, regimen.target.high


def _more(one: str, other: str) -> bool:
    """Whether a quantity is certainly more than another."""
    (number, _, unit), (limit, _, wanted) = one.partition(" "), other.partition(" ")
    try:
        return converter(unit, wanted)(float(number)) > float(limit)
    except IncompatibleUnits:
        return False


def _in_population(examined: Examined) -> Iterator[Problem]:
    population = examined.study.identity.population
    low, high = population.minimum_age, population.maximum_age
    if low and high and _more(low, high):
        said = _from_to(message("the age"), quantity_text(low), quantity_text(high))
        yield examined.problem(
            "error", "empty_range", ("study.yaml", "population", "minimum_age"), said, _TURN
        )
