"""The same response definition over columns: one array of all participants and visits for each item.

For simulated trials, where judging participants one by one would take hours. Answers are those of `assess_response` for
one exact result per item and visit; a test with random participants holds the two together. NumPy is imported here only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trialwright.logic import nodes as n
from trialwright.study.analysis_rules import ReadingRules
from trialwright.study.occasions import VISIT_WINDOW
from trialwright.study.rules import FORMULAS
from trialwright.terms.compare import RELATIVE_TOLERANCE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class NotInColumns(ValueError):
    """The rule has a part that cannot be judged over columns, or the columns lack what it reads."""


@dataclass(frozen=True)
class ItemColumns:
    """What is known of many participants at many visits.

    `values`: by concept, participants x visits, in the concept's unit (yes and no as 1 and 0), NaN where not measured.
    `limits`: by concept, the upper limit of each result's own reference range, in the same shape. `baseline`: by concept,
    one value a participant, NaN where there is none. `happened`: by the id of an intercurrent event, whether it came before
    the day of the visit, in the shape of the values.
    `age` in completed years (a value a participant, or participants x visits); `age_at_baseline` in completed years and
    `female` (1 or 0): a value a participant.
    """

    values: Mapping[str, Floats]
    baseline: Mapping[str, Floats] = field(default_factory=dict)
    limits: Mapping[str, Floats] = field(default_factory=dict)
    happened: Mapping[str, Bools] = field(default_factory=dict)
    age: Floats | None = None
    age_at_baseline: Floats | None = None
    female: Floats | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Participants and visits."""
        first = next(iter(self.values.values()))
        return first.shape[0], first.shape[1]


class Truths(NamedTuple):
    """Three truth values by column: where `yes` is true, where `no` is true, unknown elsewhere."""

    yes: Bools
    no: Bools


@dataclass(frozen=True)
class Judged:
    """Categories by participant and visit: `possible[..., k]` says whether it may be the k-th category of `ids`."""

    ids: tuple[str, ...]
    possible: Bools

    @property
    def index(self) -> NDArray[np.int64]:
        """The number of the category, -1 where it is not known."""
        known = self.possible.sum(axis=-1) == 1
        return np.where(known, self.possible.argmax(axis=-1), -1)

    def among(self, categories: Iterable[str]) -> Truths:
        """Whether the category is one of these; certain also where it is not known which of them."""
        wanted = np.isin(np.array(self.ids), np.array(list(categories)))
        inside: Bools = np.asarray(self.possible[..., wanted].any(axis=-1), dtype=bool)
        outside: Bools = np.asarray(self.possible[..., ~wanted].any(axis=-1), dtype=bool)
        return Truths(inside & ~outside, ~inside)


def compute_response(rules: ReadingRules, data: ItemColumns) -> Judged:
    """Judge the response of all participants at all visits, by one reading.

    Raises `NotInColumns` for a rule that reads anything else than results of the visit, baseline values, age, sex, and
    what has happened.
    """
    undecided = np.ones(data.shape, dtype=bool)
    possible = []
    for rule in rules.categories:
        if rule.condition is None:
            possible.append(undecided)
            break
        truths = _truths(rule.condition, data)
        possible.append(undecided & ~truths.no)
        undecided = undecided & ~truths.yes
    ids = tuple(rule.category.id for rule in rules.categories)
    while len(possible) < len(ids):
        possible.append(np.zeros(data.shape, dtype=bool))
    return Judged(ids, np.stack(possible, axis=-1))


def compute_landmark(
    judged: Judged, categories: Iterable[str], *, visit: int, failed: Bools | None = None
) -> Floats:
    """Whether categories are reached at a visit: 1, 0, or NaN where it is not known.

    `visit`: its place among the visits. `failed`: participants with an intercurrent event of the composite strategy
    before it; they are in the last category.
    """
    wanted = set(categories)
    at = Judged(judged.ids, judged.possible[:, visit : visit + 1]).among(wanted)
    value = np.where(at.yes[:, 0], 1.0, np.where(at.no[:, 0], 0.0, np.nan))
    if failed is not None:
        value = np.where(failed, float(judged.ids[-1] in wanted), value)
    return value


class FirstReached(NamedTuple):
    """When categories are first reached: days from the beginning, and whether it is the event or only follow-up."""

    time: Floats
    happened: Bools


def compute_first_reached(
    judged: Judged,
    categories: Iterable[str],
    *,
    days: Floats,
    end: float,
    failed_on: Floats | None = None,
) -> FirstReached:
    """When categories are first reached, with the composite strategy for what came before.

    `days`: of each visit from the beginning, participants x visits, NaN where it did not take place; visits in order.
    `failed_on`: the day of an intercurrent event, NaN for none; after it nothing is reached, and the participant stays at
    risk up to the day `end`, as does one with an answer at the last visit. Without that answer nothing is known after the
    last visit with one.
    """
    truths = judged.among(categories)
    held = ~np.isnan(days)
    failed = np.full(days.shape[0], np.nan) if failed_on is None else failed_on
    counts = held & (np.isnan(failed)[:, None] | (np.nan_to_num(days, nan=np.inf) <= failed[:, None]))
    reached, known = truths.yes & counts, truths.no & counts
    happened: Bools = np.asarray(reached.any(axis=1), dtype=bool)
    first = np.where(
        happened, np.take_along_axis(days, reached.argmax(axis=1)[:, None], axis=1)[:, 0], np.nan
    )
    last = np.where(known, days, 0.0).max(axis=1, initial=0.0)
    to_the_end = known[:, -1] | ~np.isnan(failed)
    time = np.where(happened, first, np.where(to_the_end, end, last))
    return FirstReached(time, happened)


# conditions


def _truths(node: n.Condition, data: ItemColumns) -> Truths:
    found = _CONDITIONS.get(type(node))
    if found is None:
        raise NotInColumns(f"{type(node).__name__} cannot be judged over columns")
    return found(node, data)


def _compare(node: n.Compare, data: ItemColumns) -> Truths:
    a, b = np.broadcast_arrays(_numbers(node.left, data), _numbers(node.right, data))
    known = ~(np.isnan(a) | np.isnan(b))
    same = (a == b) | (np.abs(a - b) <= RELATIVE_TOLERANCE * np.maximum(np.abs(a), np.abs(b)))
    match node.operator:
        case "<":
            yes = (a < b) & ~same
        case "<=":
            yes = (a < b) | same
        case ">":
            yes = (a > b) & ~same
        case ">=":
            yes = (a > b) | same
        case _:
            yes = same
    return _spread(Truths(yes & known, ~yes & known), data)


def _is_yes(node: n.IsYes, data: ItemColumns) -> Truths:
    value = _numbers(node.pick, data)
    return _spread(Truths(value >= 1.0, value <= 0.0), data)


def _happened(node: n.Happened, data: ItemColumns) -> Truths:
    if node.event not in data.happened:
        raise NotInColumns(f"{node.event} is not among what happened before each visit")
    happened = data.happened[node.event]
    return Truths(happened, ~happened)


def _constant(node: n.Constant, data: ItemColumns) -> Truths:
    return Truths(np.full(data.shape, node.truth is True), np.full(data.shape, node.truth is False))


def _sex_is(node: n.SexIs, data: ItemColumns) -> Truths:
    female = _sexes(data)[:, None] == 1.0
    yes = (female & ("female" in node.words)) | (~female & ("male" in node.words))
    return _spread(Truths(yes, ~yes), data)


def _and(node: n.And, data: ItemColumns) -> Truths:
    parts = [_truths(part, data) for part in node.parts]
    return Truths(
        np.logical_and.reduce([part.yes for part in parts]), np.logical_or.reduce([part.no for part in parts])
    )


def _or(node: n.Or, data: ItemColumns) -> Truths:
    parts = [_truths(part, data) for part in node.parts]
    return Truths(
        np.logical_or.reduce([part.yes for part in parts]), np.logical_and.reduce([part.no for part in parts])
    )


def _not(node: n.Not, data: ItemColumns) -> Truths:
    part = _truths(node.part, data)
    return Truths(part.no, part.yes)


def _when(node: n.When, data: ItemColumns) -> Truths:
    test, then, otherwise = (_truths(part, data) for part in (node.test, node.then, node.otherwise))
    return Truths(
        (test.yes & then.yes) | (test.no & otherwise.yes) | (then.yes & otherwise.yes),
        (test.yes & then.no) | (test.no & otherwise.no) | (then.no & otherwise.no),
    )


def _unless(node: n.Unless, data: ItemColumns) -> Truths:
    part, excuse = _truths(node.part, data), _truths(node.excuse, data)
    return Truths(part.yes & excuse.no, part.no | (part.yes & excuse.yes))


_CONDITIONS: Mapping[type[n.Condition], Callable[[Any, ItemColumns], Truths]] = {
    n.Compare: _compare,
    n.IsYes: _is_yes,
    n.Happened: _happened,
    n.Constant: _constant,
    n.SexIs: _sex_is,
    n.And: _and,
    n.Or: _or,
    n.Not: _not,
    n.When: _when,
    n.Unless: _unless,
}


def _spread(truths: Truths, data: ItemColumns) -> Truths:
    return Truths(np.broadcast_to(truths.yes, data.shape), np.broadcast_to(truths.no, data.shape))


# numbers


def _numbers(node: n.Number, data: ItemColumns) -> Floats:
    found = _NUMBERS.get(type(node))
    if found is None:
        raise NotInColumns(f"{type(node).__name__} cannot be computed over columns")
    return found(node, data)


def _pick(node: n.Pick, data: ItemColumns) -> Floats:
    if node.window == VISIT_WINDOW:
        value = _column(data.values, node.concept, "the visits")
        if node.quantity == "value":
            return value
        limit = np.broadcast_to(_column(data.limits, node.concept, "the upper limits"), value.shape)
        return np.divide(value, limit, out=np.full(value.shape, np.nan), where=limit > 0)
    if node.missing == "no_baseline" and node.quantity == "value":
        return _column(data.baseline, node.concept, "baseline")[:, None]
    raise NotInColumns(f"a result of {node.concept} is read that is neither of the visit nor the baseline")


def _column(columns: Mapping[str, Floats], concept: str, where: str) -> Floats:
    if concept not in columns:
        raise NotInColumns(f"{concept} is not among the columns of {where}")
    return columns[concept]


def _arithmetic(node: n.Arithmetic, data: ItemColumns) -> Floats:
    a, b = np.broadcast_arrays(_numbers(node.left, data), _numbers(node.right, data))
    match node.operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0)
        case "least":
            return np.minimum(a, b)
    return np.maximum(a, b)


def _formula(node: n.Formula, data: ItemColumns) -> Floats:
    """A published formula, number by number: it is written for one participant, and refuses what it is not valid for."""
    function = FORMULAS[node.name].function
    arguments = np.broadcast_arrays(*(_numbers(part, data) for part in node.arguments))

    def compute(*values: float) -> float:
        if any(value != value for value in values):
            return np.nan
        result = function(*values)
        return np.nan if result is None else float(result)

    computed = np.frompyfunc(compute, len(arguments), 1)(*arguments)
    return np.asarray(computed, dtype=np.float64)


def _age(node: n.Age, data: ItemColumns) -> Floats:
    age = data.age if node.day is None else data.age_at_baseline
    if age is None:
        raise NotInColumns("the ages are not among the columns")
    return age if age.ndim == 2 else age[:, None]


def _sexes(data: ItemColumns) -> Floats:
    if data.female is None or not np.isin(data.female, (0.0, 1.0)).all():
        raise NotInColumns("the sexes are not among the columns, or not all known")
    return data.female


_NUMBERS: Mapping[type[n.Number], Callable[[Any, ItemColumns], Floats]] = {
    n.Literal: lambda node, data: np.full((1, 1), node.value),
    n.Age: _age,
    n.Female: lambda node, data: _sexes(data)[:, None],
    n.Pick: _pick,
    n.Formula: _formula,
    n.Arithmetic: _arithmetic,
}
