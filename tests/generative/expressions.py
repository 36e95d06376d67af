"""Random rules, built backwards from what is wanted: a condition needs numbers, a number needs picks, a pick needs a window.

One strategy for every node class, by class; a test fails if one is missing. Windows are those a rule can write: courses
and lists of items are never counted from an anchor, and answers count from the screening window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from trialwright.assessments import ASSESSMENTS
from trialwright.logic import nodes as n
from trialwright.terms.dates import Length

from tests.spec.spec import concept_types

Strategy = st.SearchStrategy[Any]

# Few concepts, so that people have several facts of each; every kind of concept is there.
NUMBERS = ("serum_creatinine", "alt", "body_weight")
ANSWERS = ("pregnant", "admission")
CODED = ("biopsy_class", "acr_1997_item")
PRESENCES = ("hepatitis_b", "mycophenolate", "methylprednisolone_iv", "dialysis", "tacrolimus_allergy")
DOSES = ("mycophenolate", "methylprednisolone_iv", "ivig")
USED = (*NUMBERS, *ANSWERS, *CODED, *PRESENCES, "ivig", "sledai_2k", "sledai_item")
SCREENING = n.Window(Length(28, "d"))
LIMITS = (0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 8.0, 10.0, 12.0, 14.0, 16.0, 30.0, 40.0, 80.0, 250.0, 400.0, 1500.0)
_FORMULAS = tuple(name for name, each in sorted(ASSESSMENTS.items()) if len(each.arguments) <= 4)

lengths = st.one_of(
    st.sampled_from(
        [Length(*each) for each in ((0, "d"), (14, "d"), (28, "d"), (12, "wk"), (1, "mo"), (3, "mo"), (6, "mo"), (1, "a"))]
    ),
    st.builds(Length, st.integers(0, 400), st.just("d")),
    st.builds(Length, st.integers(0, 40), st.just("mo")),
)
plain_windows = st.builds(n.Window, st.one_of(st.just(SCREENING.length), st.none(), lengths))
anchors = st.one_of(
    st.builds(n.AnchorDay, st.sampled_from(ANSWERS), plain_windows, st.booleans(), st.booleans()),
    st.builds(n.AnchorDay, st.sampled_from((*NUMBERS, "biopsy_class")), plain_windows, st.just(False), st.booleans()),
)
windows = st.one_of(
    plain_windows,
    plain_windows,
    st.builds(n.Window, st.one_of(st.just(Length(0, "d")), st.none(), lengths), anchors),
)
_whiches = st.sampled_from(["latest", "latest", "latest", "first", "lowest", "highest"])
_worsts = st.sampled_from(["high", "low", "none"])
_missing = st.sampled_from(["no_record", "not_asked", "attribution_missing", "biopsy_item_missing"])


def picks(concepts: tuple[str, ...], *, surrogates: bool = True) -> Strategy:
    """One result of one of these concepts; a ratio only of a measurement."""
    ratios = st.sampled_from(["value", "value", "ratio"] if set(concepts) <= set(NUMBERS) else ["value"])
    others = st.one_of(st.none(), st.none(), picks(concepts, surrogates=False)) if surrogates else st.none()
    return st.builds(
        n.Pick,
        concept=st.sampled_from(concepts),
        which=_whiches,
        window=windows,
        quantity=ratios,
        worst=_worsts,
        missing=_missing,
        surrogate=others,
    )


def scores(depth: int) -> Strategy:
    """A score from items, else from recorded totals."""
    values = concept_types()["sledai_item"].values
    weights = tuple(float(ASSESSMENTS["sledai_2k"].compute_items({item})) for item in values)
    return st.builds(
        n.Score, st.just("sledai_2k"), st.just("sledai_item"), st.just(weights), windows, _worsts, _missing
    )


def formulas(depth: int) -> Strategy:
    """A published formula with arguments of any kind, of the right kind more often."""
    return st.sampled_from(_FORMULAS).flatmap(lambda name: _formula(name, depth))


def _formula(name: str, depth: int) -> Strategy:
    parts: list[Strategy] = []
    for argument in ASSESSMENTS[name].arguments:
        if argument.name == "age":
            parts.append(st.one_of(st.builds(n.Age), st.builds(n.Age), numbers(depth - 1)))
        elif argument.values:
            parts.append(st.one_of(st.builds(n.Female), st.builds(n.Female), literals(depth)))
        else:
            parts.append(numbers(depth - 1))
    return st.builds(n.Formula, st.just(name), st.tuples(*parts), st.just(ASSESSMENTS[name].unit))


def literals(depth: int) -> Strategy:
    """A number as written in a rule."""
    return st.builds(n.Literal, st.one_of(st.sampled_from(LIMITS), st.integers(-3, 60).map(float)))


def courses(depth: int) -> Strategy:
    """Exposure added up by day."""
    weights = st.builds(
        n.Pick, st.just("body_weight"), st.just("latest"), windows, missing=st.just("weight_missing")
    )
    return st.builds(
        _course,
        concept=st.sampled_from(DOSES),
        measure=st.sampled_from(["days", "course_dose", "window_dose", "max_daily_dose"]),
        window=plain_windows,
        daily=st.sampled_from([0.0, 0.0, 250.0, 100.0]),
        gap=st.sampled_from([1, 1, 3, 7]),
        weight=st.one_of(st.none(), weights),
        exception=st.one_of(st.none(), st.tuples(st.sampled_from([80.0, 250.0]), plain_windows)),
        silence=st.booleans(),
    )


def _course(
    *,
    concept: str,
    measure: n.Measure,
    window: n.Window,
    daily: float,
    gap: int,
    weight: n.Pick | None,
    exception: tuple[float, n.Window] | None,
    silence: bool,
) -> n.Course:
    except_daily, except_window = exception or (None, None)
    return n.Course(
        concept,
        measure,
        window,
        SCREENING,
        daily=daily,
        gap=gap,
        weight=weight if concept == "ivig" else None,
        except_daily=except_daily,
        except_window=except_window,
        silence_is_none=silence,
    )


def presences(depth: int) -> Strategy:
    """A condition, exposure, procedure or allergy in a window."""
    return st.builds(
        lambda concept, window: n.Present(concept, concept_types()[concept].kind, window, SCREENING),
        st.sampled_from(PRESENCES),
        windows,
    )


def memberships(depth: int) -> Strategy:
    """A coded finding among some of its values."""
    values = concept_types()["biopsy_class"].values
    some = st.lists(st.integers(0, len(values) - 1), min_size=1, max_size=5, unique=True).map(sorted)
    return st.builds(
        lambda pick, chosen: n.OneOf(pick, tuple(values[each] for each in chosen), tuple(chosen)),
        picks(("biopsy_class",)),
        some,
    )


_constants = st.one_of(
    st.builds(n.Constant, st.sampled_from([True, False])),
    st.builds(n.Constant, st.none(), st.sampled_from(["can_be_given", "not_computed", "judgement"])),
)
_parts = st.sampled_from([1, 2, 2, 3])

# Every node class of the language: how to make one. `depth` is how many levels may still come below.
STRATEGIES: dict[type[n.Node], Callable[[int], Strategy]] = {
    n.AnchorDay: lambda depth: anchors,
    n.Literal: literals,
    n.Age: lambda depth: st.builds(n.Age),
    n.Female: lambda depth: st.builds(n.Female),
    n.Pick: lambda depth: picks(NUMBERS),
    n.Score: scores,
    n.StandIn: lambda depth: st.builds(n.StandIn, picks(NUMBERS), picks(NUMBERS)),
    n.Formula: formulas,
    n.Arithmetic: lambda depth: st.builds(
        n.Arithmetic, st.sampled_from(["+", "-", "*", "/", "least", "greatest"]), numbers(depth - 1), numbers(depth - 1)
    ),
    n.ItemCount: lambda depth: st.builds(
        n.ItemCount, st.just("acr_1997_item"), st.just(11), plain_windows, st.just(SCREENING)
    ),
    n.ResultCount: lambda depth: st.builds(n.ResultCount, st.sampled_from((*NUMBERS, *ANSWERS, *CODED)), windows),
    n.Course: courses,
    n.Present: presences,
    n.Recorded: lambda depth: st.builds(n.Recorded, st.sampled_from((*NUMBERS, *ANSWERS, *CODED)), windows),
    n.IsYes: lambda depth: st.builds(n.IsYes, picks(ANSWERS)),
    n.OneOf: memberships,
    n.SexIs: lambda depth: st.builds(
        n.SexIs, st.lists(st.sampled_from(["female", "male", "other", "unknown"]), min_size=1, max_size=3).map(tuple)
    ),
    n.Compare: lambda depth: st.builds(
        n.Compare,
        st.sampled_from(["<", "<=", ">", ">=", "="]),
        numbers(depth - 1),
        st.one_of(literals(depth), literals(depth), numbers(depth - 1)),
    ),
    n.And: lambda depth: st.builds(n.And, _parts.flatmap(lambda size: _tuples(conditions(depth - 1), size))),
    n.Or: lambda depth: st.builds(n.Or, _parts.flatmap(lambda size: _tuples(conditions(depth - 1), size))),
    n.Not: lambda depth: st.builds(n.Not, conditions(depth - 1)),
    n.Unless: lambda depth: st.builds(n.Unless, conditions(depth - 1), conditions(depth - 1)),
    n.When: lambda depth: st.builds(n.When, conditions(depth - 1), conditions(depth - 1), conditions(depth - 1)),
    n.ByMode: lambda depth: st.builds(n.ByMode, conditions(depth - 1), conditions(depth - 1)),
    n.Constant: lambda depth: _constants,
}
_FLAT_NUMBERS = (n.Literal, n.Age, n.Pick, n.Pick, n.Pick, n.Score, n.ItemCount, n.ResultCount, n.Course, n.Course)
_DEEP_NUMBERS = (n.StandIn, n.Formula, n.Formula, n.Arithmetic)
_FLAT_CONDITIONS = (n.Present, n.Present, n.Recorded, n.IsYes, n.OneOf, n.SexIs, n.Constant)
_DEEP_CONDITIONS = (n.And, n.Or, n.Not, n.Unless, n.When, n.ByMode)


def _tuples(parts: Strategy, size: int) -> Strategy:
    return st.tuples(*([parts] * size))


def numbers(depth: int) -> Strategy:
    """Any number of at most this depth."""
    kinds = _FLAT_NUMBERS if depth <= 0 else _FLAT_NUMBERS + _DEEP_NUMBERS
    return st.deferred(lambda: st.one_of(*(STRATEGIES[kind](depth) for kind in kinds)))


def conditions(depth: int) -> Strategy:
    """Any condition of at most this depth."""
    if depth <= 0:
        return st.deferred(lambda: st.one_of(*(STRATEGIES[kind](0) for kind in (*_FLAT_CONDITIONS, n.Compare))))
    kinds = (*_FLAT_CONDITIONS, n.Compare, n.Compare, n.Compare, n.Compare, *_DEEP_CONDITIONS)
    return st.deferred(lambda: st.one_of(*(STRATEGIES[kind](depth) for kind in kinds)))
