"""Random rules, built backwards from what is wanted: a condition needs numbers, a number needs picks, a pick needs a window.

One maker for every node class; a test fails if one is missing. Windows are those a rule can write: courses and lists of
items are never counted from an anchor, and answers count from the screening window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from tests.spec.spec import concept_types
from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.terms.dates import Length

Draw = st.DrawFn
T = TypeVar("T")

# Few concepts, so that people have several facts of each; every kind of concept is there.
NUMBERS = ("serum_creatinine", "alt", "body_weight")
ANSWERS = ("pregnant", "admission")
CODED = ("biopsy_class", "acr_1997_item")
PRESENCES = ("hepatitis_b", "mycophenolate", "methylprednisolone_iv", "dialysis", "tacrolimus_allergy")
DOSES = ("mycophenolate", "methylprednisolone_iv", "ivig")
RESULTS = (*NUMBERS, *ANSWERS, *CODED)
USED = (*RESULTS, *PRESENCES, "ivig", "sledai_2k", "sledai_item")
SCREENING = n.Window(Length(28, "d"))
LIMITS = (0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 8.0, 10.0, 12.0, 14.0, 16.0, 30.0, 40.0, 80.0, 250.0, 400.0, 1500.0)
LENGTHS = tuple(
    Length(count, unit)
    for count, unit in (
        (0, "d"),
        (14, "d"),
        (28, "d"),
        (28, "d"),
        (12, "wk"),
        (1, "mo"),
        (3, "mo"),
        (6, "mo"),
        (1, "a"),
    )
)
FORMULAS = tuple(name for name, each in sorted(ASSESSMENTS.items()) if len(each.arguments) <= 4)


def one(draw: Draw, choices: Sequence[T]) -> T:
    """One of some choices; the first is the simplest."""
    return draw(st.sampled_from(choices))


def plain_window(draw: Draw) -> n.Window:
    """A window that ends on the reference date."""
    form = one(draw, ("usual", "usual", "usual", "ever", "days", "months"))
    if form == "usual":
        return n.Window(one(draw, LENGTHS))
    if form == "ever":
        return n.Window()
    return n.Window(
        Length(draw(st.integers(0, 400)), "d") if form == "days" else Length(draw(st.integers(0, 40)), "mo")
    )


def anchor_day(draw: Draw, depth: int = 0) -> n.AnchorDay:
    """The latest day with a result, or with a yes."""
    concept = one(draw, (*ANSWERS, *NUMBERS, "biopsy_class"))
    only_yes = concept in ANSWERS and draw(st.booleans())
    return n.AnchorDay(concept, plain_window(draw), only_yes, draw(st.booleans()))


def any_window(draw: Draw) -> n.Window:
    """A window that ends on the reference date, on an anchor day, or on a day that only a trial names."""
    end = one(draw, ("reference", "reference", "reference", "reference", "anchor", "anchor", "named"))
    if end != "reference":
        anchor = anchor_day(draw) if end == "anchor" else n.NamedDay("week0")
        return n.Window(one(draw, (Length(0, "d"), None, *LENGTHS)), anchor)
    return plain_window(draw)


def pick_of(draw: Draw, concepts: Sequence[str], *, surrogate: bool = False) -> n.Pick:
    """One result of one of these concepts; a ratio only of a measurement."""
    concept = one(draw, concepts)
    return n.Pick(
        concept,
        one(draw, ("latest", "latest", "latest", "first", "lowest", "highest")),
        any_window(draw),
        one(draw, ("value", "value", "ratio")) if concept in NUMBERS else "value",
        one(draw, ("high", "low", "none")),
        one(draw, ("no_record", "not_asked", "attribution_missing", "biopsy_item_missing")),
        None if surrogate or one(draw, (True, True, False)) else pick_of(draw, concepts, surrogate=True),
    )


def score(draw: Draw, depth: int) -> n.Score:
    """A score from items, else from recorded totals."""
    values = concept_types()["sledai_item"].values
    weights = tuple(float(ASSESSMENTS["sledai_2k"].compute_items({item})) for item in values)
    worst: n.Worst = one(draw, ("low", "high", "none"))
    return n.Score(
        "sledai_2k",
        "sledai_item",
        weights,
        any_window(draw),
        worst,
        one(draw, ("no_record", "not_asked")),
    )


def formula(draw: Draw, depth: int) -> n.Formula:
    """A published formula with arguments of any kind, of the right kind more often."""
    name = one(draw, FORMULAS)
    parts: list[n.Number] = []
    for argument in ASSESSMENTS[name].arguments:
        if one(draw, (True, True, False)) and argument.name == "age":
            parts.append(n.Age())
        elif one(draw, (True, True, False)) and argument.values:
            parts.append(n.Female())
        else:
            parts.append(number(draw, depth - 1))
    return n.Formula(name, tuple(parts), ASSESSMENTS[name].unit)


def literal(draw: Draw, depth: int = 0) -> n.Literal:
    """A number as written in a rule."""
    return n.Literal(
        one(draw, LIMITS) if one(draw, (True, True, False)) else float(draw(st.integers(-3, 60)))
    )


def course(draw: Draw, depth: int) -> n.Course:
    """Exposure added up by day."""
    concept = one(draw, DOSES)
    weighed, excepted = concept == "ivig" and draw(st.booleans()), one(draw, (False, False, True))
    return n.Course(
        concept,
        one(draw, ("days", "course_dose", "window_dose", "max_daily_dose")),
        plain_window(draw),
        SCREENING,
        daily=one(draw, (0.0, 0.0, 250.0, 100.0)),
        gap=one(draw, (1, 1, 3, 7)),
        weight=n.Pick("body_weight", window=any_window(draw), missing="weight_missing") if weighed else None,
        except_daily=one(draw, (80.0, 250.0)) if excepted else None,
        except_window=plain_window(draw) if excepted else None,
        silence_is_none=draw(st.booleans()),
    )


def arithmetic(draw: Draw, depth: int) -> n.Arithmetic:
    """Two numbers combined."""
    operator = one(draw, ("+", "-", "*", "/", "least", "greatest"))
    return n.Arithmetic(operator, number(draw, depth - 1), number(draw, depth - 1))  # type: ignore[arg-type]


def present(draw: Draw, depth: int) -> n.Present:
    """A condition, exposure, procedure or allergy in a window."""
    concept = one(draw, PRESENCES)
    return n.Present(concept, concept_types()[concept].kind, any_window(draw), SCREENING)


def one_of(draw: Draw, depth: int) -> n.OneOf:
    """A coded finding among some of its values."""
    values = concept_types()["biopsy_class"].values
    chosen = sorted(draw(st.sets(st.integers(0, len(values) - 1), min_size=1, max_size=5)))
    return n.OneOf(pick_of(draw, ("biopsy_class",)), tuple(values[each] for each in chosen), tuple(chosen))


def compare(draw: Draw, depth: int) -> n.Compare:
    """Two numbers compared, the second one mostly a limit."""
    right = literal(draw) if one(draw, (True, True, False)) else number(draw, depth - 1)
    return n.Compare(one(draw, ("<", "<=", ">", ">=", "=")), number(draw, depth - 1), right)


def constant(draw: Draw, depth: int) -> n.Constant:
    """Always the same."""
    truth = one(draw, (True, False, None))
    return n.Constant(truth, "stated" if truth is not None else one(draw, ("can_be_given", "judgement")))


def sex_is(draw: Draw, depth: int) -> n.SexIs:
    """A sex among some words."""
    return n.SexIs(
        tuple(sorted(draw(st.sets(st.sampled_from(("female", "male", "other", "unknown")), min_size=1))))
    )


def several(draw: Draw, depth: int) -> tuple[n.Condition, ...]:
    """One to three conditions."""
    return tuple(condition(draw, depth - 1) for _ in range(one(draw, (2, 1, 3))))


# Every node class of the language, and how to make one; `depth` is how many levels may still come below.
MAKERS: dict[type[n.Node], Callable[[Draw, int], n.Node]] = {
    n.AnchorDay: anchor_day,
    n.NamedDay: lambda draw, depth: n.NamedDay("week0"),
    n.Literal: literal,
    n.Age: lambda draw, depth: n.Age(one(draw, (None, None, n.NamedDay("week0")))),
    n.Female: lambda draw, depth: n.Female(),
    n.Pick: lambda draw, depth: pick_of(draw, NUMBERS),
    n.Score: score,
    n.StandIn: lambda draw, depth: n.StandIn(pick_of(draw, NUMBERS), pick_of(draw, NUMBERS)),
    n.Formula: formula,
    n.Arithmetic: arithmetic,
    n.ItemCount: lambda draw, depth: n.ItemCount("acr_1997_item", 11, plain_window(draw), SCREENING),
    n.ResultCount: lambda draw, depth: n.ResultCount(one(draw, RESULTS), any_window(draw)),
    n.Course: course,
    n.Present: present,
    n.Happened: lambda draw, depth: n.Happened("rescue"),
    n.Recorded: lambda draw, depth: n.Recorded(one(draw, RESULTS), any_window(draw)),
    n.IsYes: lambda draw, depth: n.IsYes(pick_of(draw, ANSWERS)),
    n.OneOf: one_of,
    n.SexIs: sex_is,
    n.Compare: compare,
    n.And: lambda draw, depth: n.And(several(draw, depth)),
    n.Or: lambda draw, depth: n.Or(several(draw, depth)),
    n.Not: lambda draw, depth: n.Not(condition(draw, depth - 1)),
    n.Unless: lambda draw, depth: n.Unless(condition(draw, depth - 1), condition(draw, depth - 1)),
    n.When: lambda draw, depth: n.When(*(condition(draw, depth - 1) for _ in range(3))),
    n.ByMode: lambda draw, depth: n.ByMode(condition(draw, depth - 1), condition(draw, depth - 1)),
    n.Constant: constant,
}
FLAT_NUMBERS = (
    n.Pick,
    n.Pick,
    n.Pick,
    n.Course,
    n.Course,
    n.Score,
    n.ItemCount,
    n.ResultCount,
    n.Age,
    n.Literal,
    n.Female,
)
DEEP_NUMBERS = (n.StandIn, n.Formula, n.Formula, n.Arithmetic)
FLAT_CONDITIONS = (
    n.Compare,
    n.Compare,
    n.Compare,
    n.Present,
    n.Present,
    n.IsYes,
    n.OneOf,
    n.Recorded,
    n.SexIs,
    n.Constant,
    n.Happened,
)
DEEP_CONDITIONS = (n.And, n.Or, n.Not, n.Unless, n.When, n.ByMode)


def number(draw: Draw, depth: int) -> n.Number:
    """Any number of at most this depth."""
    kind = one(draw, FLAT_NUMBERS if depth <= 0 else FLAT_NUMBERS + DEEP_NUMBERS)
    return MAKERS[kind](draw, depth)  # type: ignore[return-value]


def condition(draw: Draw, depth: int) -> n.Condition:
    """Any condition of at most this depth."""
    kind = one(draw, FLAT_CONDITIONS if depth <= 0 else FLAT_CONDITIONS + DEEP_CONDITIONS)
    return MAKERS[kind](draw, depth)  # type: ignore[return-value]


@st.composite
def conditions(draw: Draw, depth: int = 3) -> n.Condition:
    """Any rule."""
    return condition(draw, depth)
